"""Which roster and which of its rows tell of a person on a day."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from rosters.models import Roster, RosterEntry, RosterRepeat


@dataclass(frozen=True, slots=True)
class Citation:
    """A row of a confirmed roster: its own entry, or one that it repeats with nothing new."""

    entry: RosterEntry
    roster: Roster
    row: int

    def __str__(self) -> str:
        return f"《{self.roster}》第 {self.row} 行"

    @property
    def age(self) -> tuple[Any, Any]:
        return self.roster.confirmed_on, self.roster.entered_at


def cited(digests: Iterable[str], on: datetime.date) -> dict[str, dict[str, Citation]]:
    """By number digest and kind: the latest confirmed roster that names the person.

    Two queries, however many people.
    """
    rows = RosterEntry.objects.confirmed(on).filter(number_digest__in=list(digests))
    found: dict[str, dict[str, Citation]] = {}
    for citation in citations_of(rows, on):
        of_person = found.setdefault(citation.entry.number_digest, {})
        before = of_person.get(citation.roster.kind)
        if before is None or before.age <= citation.age:
            of_person[citation.roster.kind] = citation
    return found


def citations_of(rows: Any, on: datetime.date) -> list[Citation]:
    """Each of these rows that counts on the day, as the latest roster tells it."""
    repeats = RosterRepeat.objects.filter(
        roster__state=Roster.State.CONFIRMED, roster__confirmed_on__lte=on
    ).select_related("roster__supplier")
    entries = rows.select_related("roster__supplier", "town").prefetch_related(
        Prefetch("repeats", queryset=repeats, to_attr="told_again")
    )
    found = [_latest(entry, on) for entry in entries]
    return [citation for citation in found if citation is not None]


def _latest(entry: RosterEntry, on: datetime.date) -> Citation | None:
    told = [Citation(entry, repeat.roster, repeat.row) for repeat in entry.told_again]
    own = entry.roster
    if own.state == Roster.State.CONFIRMED and own.confirmed_on <= on:
        told.append(Citation(entry, own, entry.row))
    return max(told, key=lambda citation: citation.age, default=None)
