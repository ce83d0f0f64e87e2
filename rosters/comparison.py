"""A file beside the last roster that its bureau supplied of this kind: who is new, gone, changed.

A roster and the files that continue it are one batch and count as one; so do a bureau and those
whose duty it took over.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from rosters.models import CheckedRow, ImportRun, Roster, RosterEntry, RosterRepeat, RosterUpload

Kind = CheckedRow.Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """`last`: the first roster of the last batch; `theirs` and `ours` the rosters of each batch."""

    upload: RosterUpload
    last: Roster
    theirs: list[uuid.UUID]
    ours: list[uuid.UUID]

    @property
    def added(self) -> QuerySet[CheckedRow]:
        """Rows of the file whose people the last roster does not name."""
        valid = (Kind.ADDED, Kind.CHANGED, Kind.UNCHANGED)
        return self.upload.checked.filter(outcome__in=valid).exclude(named_by(self.theirs))

    @property
    def changed(self) -> QuerySet[CheckedRow]:
        return self.upload.checked.filter(named_by(self.theirs), outcome=Kind.CHANGED)

    @property
    def gone(self) -> QuerySet[RosterEntry]:
        """Rows of the last roster whose people are not in this batch, not even in a faulty row."""
        here = self.upload.checked.filter(number_digest=OuterRef("number_digest"))
        later = RosterEntry.objects.filter(
            roster__in=self.theirs,
            number_digest=OuterRef("number_digest"),
            roster__entered_at__gt=OuterRef("roster__entered_at"),
        )
        repeated = RosterRepeat.objects.filter(roster__in=self.theirs, entry=OuterRef("pk"))
        return (
            RosterEntry.objects.filter(Q(roster__in=self.theirs) | Exists(repeated))
            .filter(~Exists(here), ~Exists(later), withdrawn_on__isnull=True)
            .exclude(named_by(self.ours))
        )


def named_by(rosters: Sequence[uuid.UUID]) -> Q:
    """Whether these rosters name the person of the row's number, by a row of theirs or again."""
    number = {"number_digest": OuterRef("number_digest"), "withdrawn_on__isnull": True}
    entries = RosterEntry.objects.filter(roster__in=rosters, **number)
    again = {f"entry__{name}": value for name, value in number.items()}
    repeats = RosterRepeat.objects.filter(roster__in=rosters, **again)
    return Q(Exists(entries)) | Q(Exists(repeats))


def compared(upload: RosterUpload) -> Comparison | None:
    """None where its bureau has supplied none of this kind before."""
    rosters = list(_of_the_bureau(upload))
    batch = _batches(rosters)
    own = batch.get(upload.continues_id, upload.pk) if upload.continues_id else upload.pk
    counting = [
        roster
        for roster in rosters
        if roster.state not in Roster.GONE and roster.run_state != ImportRun.State.RUNNING
    ]
    others = [roster for roster in counting if batch[roster.pk] != own and roster.pk != upload.pk]
    if not others:
        return None
    last = max(others, key=lambda roster: roster.entered_at)
    theirs = [roster.pk for roster in counting if batch[roster.pk] == batch[last.pk]]
    ours = [roster.pk for roster in counting if batch[roster.pk] == own]
    first = min(
        (roster for roster in counting if roster.pk in theirs), key=lambda one: one.entered_at
    )
    return Comparison(upload, first, theirs, ours)


def _of_the_bureau(upload: RosterUpload) -> QuerySet[Roster]:
    own = Q(supplier=upload.supplier_id) | Q(supplier__successor=upload.supplier_id)
    return Roster.objects.filter(own, kind=upload.kind).annotate(run_state=F("run__state"))


def _batches(rosters: Iterable[Roster]) -> dict[uuid.UUID, uuid.UUID]:
    """By roster the first one of its batch."""
    continued = {roster.pk: roster.continues_id for roster in rosters}
    firsts = {}
    for pk in continued:
        first, seen = pk, {pk}
        while (before := continued.get(first)) in continued and before not in seen:
            seen.add(before)
            first = before
        firsts[pk] = first
    return firsts
