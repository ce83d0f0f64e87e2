"""How far it has come with the people whom rosters name: each person once, repeats included."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import CharField

from applications.models import Member
from kaili_hukou.models import Membership
from rosters.models import Course, Roster, RosterEntry, RosterRepeat

SETTLED, UNDER_WAY, INFORMED, UNKNOWN = "settled", "under_way", "informed", "unknown"
STANDS = {SETTLED: "已落户", UNDER_WAY: "办理中", INFORMED: "已告知", UNKNOWN: "未联系"}
# Whoever said that he stays was informed, and so was whose case came to nothing.
TOLD = (Course.State.INFORMED, Course.State.STAYS, Course.State.APPLIED, Course.State.MOVED)


@dataclass(slots=True)
class Figures:
    """The four figures of a roster, or of all of a kind; together they are all its people."""

    settled: int = 0
    under_way: int = 0
    informed: int = 0
    unknown: int = 0

    @property
    def people(self) -> int:
        return self.settled + self.under_way + self.informed + self.unknown

    @property
    def cells(self) -> list[tuple[str, int]]:
        return [(stand, getattr(self, stand)) for stand in STANDS]


def progress_of(rosters: Iterable[Roster]) -> dict[uuid.UUID, Figures]:
    """By roster id, as it stands now; rows that were withdrawn are left out. Two queries."""
    ids = [roster.pk for roster in rosters]
    figures = {pk: Figures() for pk in ids}
    own = _with_stand(RosterEntry.objects.filter(roster__in=ids, withdrawn_on__isnull=True))
    again = RosterRepeat.objects.filter(roster__in=ids, entry__withdrawn_on__isnull=True)
    told = _with_stand(again, "entry__number_digest")
    for rows in (own, told):
        for roster, stand, number in _counted(rows, "roster", Count("pk")):
            setattr(figures[roster], stand, getattr(figures[roster], stand) + number)
    return figures


def progress_by_kind(entries: Any, on: datetime.date) -> dict[str, Figures]:
    """By kind, over all of these entries that count on the day; each person once. One query."""
    figures: dict[str, Figures] = {}
    people = Count("number_digest", distinct=True)
    rows = _with_stand(entries.confirmed(on))
    for kind, stand, number in _counted(rows, "roster__kind", people):
        setattr(figures.setdefault(kind, Figures()), stand, number)
    return figures


def people_behind(roster: Roster, stand: str) -> QuerySet:
    """The entries of the people whom one figure of a roster counts, in the order of its sheet."""
    again = RosterRepeat.objects.filter(roster=roster)
    mine = Q(roster=roster) | Q(pk__in=again.values("entry"))
    rows = RosterEntry.objects.filter(mine, withdrawn_on__isnull=True)
    its_row = Subquery(again.filter(entry=OuterRef("pk")).values("row")[:1])
    return (
        _with_stand(rows)
        .filter(stand=stand)
        .annotate(
            here=Case(When(roster=roster, then="row"), default=its_row),
        )
        .order_by("here", "pk")
    )


def people_of_kind(entries: Any, kind: str, stand: str, on: datetime.date) -> QuerySet:
    """One entry a person: the one that was entered last."""
    rows = entries.filter(roster__kind=kind).one_a_person(on)
    return _with_stand(rows).filter(stand=stand).order_by("pk")


def _counted(rows: Any, by: str, number: Count) -> Iterable[tuple[Any, str, int]]:
    return rows.order_by().values_list(by, "stand").annotate(number=number)


def _with_stand(rows: Any, digest: str = "number_digest") -> Any:
    """Settled before under way before informed: the furthest that is known of the person."""
    kind = "roster__kind"
    told = Course.objects.filter(
        kind=OuterRef(kind), number_digest=OuterRef(digest), state__in=TOLD
    )
    registered = Member.objects.filter(outcome=Member.Outcome.REGISTERED)
    here = Membership.objects.filter(until__isnull=True)
    going = Member.objects.filter(is_open=True)
    return rows.annotate(
        stand=Case(
            When(_of_him(registered, digest) | _of_him(here, digest), then=Value(SETTLED)),
            When(_of_him(going, digest), then=Value(UNDER_WAY)),
            When(Exists(told), then=Value(INFORMED)),
            default=Value(UNKNOWN),
            output_field=CharField(),
        )
    )


def _of_him(rows: Any, digest: str) -> Any:
    """By his number, or by one that he was known by before."""
    now = rows.filter(person__number_digest=OuterRef(digest))
    before = rows.filter(person__former_numbers__number_digest=OuterRef(digest))
    return Exists(now) | Exists(before)
