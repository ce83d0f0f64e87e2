"""What the report counts: for each source its rows in a period, and by what they are told apart.

`collect` groups these rows, `behind` lists them: a figure and its list are one queryset.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from applications.models import Application, EarlierSettlement, FollowUp, Member, StateChange
from applications.workflow import OPEN, State
from reports import dimensions as by
from reports.dimensions import Dimension
from reports.period import Period
from residence_permits.models import Endorsement, Permit
from residence_permits.models.permit import Stretch
from rosters.models import RosterEntry, RosterRepeat

Dimensions = Mapping[str, Dimension]
UNDOING = ("annul", "revoke")
REPORTED = ("approve", "refuse", "not_accept", "withdraw", "terminate")


@dataclass(frozen=True, slots=True)
class Part:
    """One table in which rows of a source stand: those of a period, and what leads to people.

    `day`: the field by which a row falls into a period; empty where it stands at the period's end.
    """

    rows: Callable[[Period], QuerySet[Any]]
    dimensions: Dimensions
    day: str = ""
    # Lookups from the row to its case and permit ("": the row itself), and to a person's name.
    case: str | None = None
    name: str = ""
    permit: str | None = None
    # The order of the list, as an index has it.
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """`unit`: what one of it is, in the words of the pages."""

    title: str
    unit: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def dimensions(self) -> frozenset[str]:
        return frozenset(self.parts[0].dimensions)

    @property
    def by_day(self) -> bool:
        return bool(self.parts[0].day)

    @property
    def has_case(self) -> bool:
        return self.parts[0].case is not None

    @property
    def has_permit(self) -> bool:
        return self.parts[0].permit is not None


def _dated(manager: Any, day: str, **told: Any) -> Callable[[Period], QuerySet[Any]]:
    """Rows whose day lies in the period."""
    return lambda period: manager.filter(
        **{f"{day}__gte": period.first, f"{day}__lte": period.last}, **told
    )


def _of_case(before: str) -> dict[str, Dimension]:
    return {"route": by.column(f"{before}route"), "town": by.identity(f"{before}town_id")}


def _of_settled(before: str, case: str, person: str) -> dict[str, Dimension]:
    """`before`: where origin and reason stand; `case`: where route and town do."""
    return _of_case(case) | {
        "level": by.level(before),
        "kind": by.column(f"{before}hukou_kind"),
        "column": by.police_column(before, f"{case}route"),
        "mark": by.marks(f"{before}marks"),
        "sex": by.sex(f"{person}sex"),
        "age": by.age(f"{person}birth_date"),
        "nation": by.nation(person),
    }


NOT_SETTLING = ("pupil_return", "collective")


def _settled() -> Source:
    """Each person by the day of registration; who was struck off later counts where he was.

    Only those who settled ever have the day: neither a pupil who goes back nor anybody of an
    enterprise.
    """
    now = _dated(Member.objects, "registered_on")
    earlier = EarlierSettlement.objects.exclude(route__in=NOT_SETTLING)
    return Source(
        "落户",
        "人",
        (
            Part(
                now,
                _of_settled("", "application__", "person__"),
                day="registered_on",
                case="application",
                name="person__name",
            ),
            Part(
                _dated(earlier, "registered_on"),
                _of_settled("", "", "member__person__"),
                day="registered_on",
                case="application",
                name="member__person__name",
            ),
        ),
    )


def _undone_now(period: Period) -> QuerySet[Any]:
    """Struck off and not taken up again; the day is that of the last undoing."""
    undone = StateChange.objects.filter(move__in=UNDOING)
    cases = undone.filter(on__gte=period.first, on__lte=period.last).values("application")
    last = undone.filter(application=OuterRef("application")).order_by("-at").values("on")[:1]
    return (
        Member.objects.filter(
            application__in=cases,
            outcome=Member.Outcome.UNDONE,
            registered_on__isnull=False,
        )
        .annotate(undone_on=Subquery(last))
        .filter(undone_on__gte=period.first, undone_on__lte=period.last)
    )


def _revoked() -> Source:
    settled_year = {"settled_year": by.report_year("registered_on")}
    earlier = EarlierSettlement.objects.exclude(route__in=NOT_SETTLING)
    return Source(
        "撤销落户",
        "人",
        (
            Part(
                _undone_now,
                _of_case("application__") | settled_year,
                "undone_on",
                "application",
                "person__name",
            ),
            Part(
                _dated(earlier, "undone_on"),
                _of_case("") | settled_year,
                "undone_on",
                "application",
                "member__person__name",
            ),
        ),
    )


def _ended_in(route: str, title: str, unit: str) -> Source:
    """Cases of a route that settles nobody, by the day on which they were registered."""
    return Source(
        title,
        unit,
        (
            Part(
                _dated(Application.objects, "registered_on", route=route),
                _of_case(""),
                "registered_on",
                "",
                "applicant__name",
            ),
            Part(
                _dated(EarlierSettlement.objects, "registered_on", route=route),
                _of_case(""),
                "registered_on",
                "application",
                "member__person__name",
            ),
        ),
    )


def _received(period: Period) -> QuerySet[Any]:
    """收件, but for those whose end was 不予受理."""
    turned_away = StateChange.objects.filter(move="not_accept").values("application")
    accepted = Q(accepted_on__isnull=False) | Q(is_open=True)
    return (
        _dated(Application.objects, "received_on")(period)
        .filter(accepted | ~Q(pk__in=turned_away))
        .exclude(state=State.DRAFT)
    )


IN_HAND = tuple(state for state in OPEN if state != State.DRAFT)


def _let_go_or_taken_up_since(day: Any) -> QuerySet[Any]:
    """Moves after a day that ended a case, or took up one that had ended."""
    ends = Q(before__in=OPEN) & ~Q(after__in=OPEN)
    begins = ~Q(before__in=OPEN) & Q(after__in=OPEN)
    return StateChange.objects.filter(ends | begins, on__gt=day)


def _still_open(period: Period) -> QuerySet[Any]:
    """In hand now, and since the last day of the period neither ended nor taken up."""
    since = _let_go_or_taken_up_since(period.last).filter(application=OuterRef("pk"))
    rows = Application.objects.filter(state__in=IN_HAND, received_on__lte=period.last)
    return rows.filter(~Exists(since))


def _open_then(period: Period) -> QuerySet[Any]:
    """Moved since: in hand on the last day, if the first such move found it so."""
    since = _let_go_or_taken_up_since(period.last)
    first = since.filter(application=OuterRef("pk")).order_by("at").values("before")[:1]
    rows = Application.objects.filter(pk__in=since.values("application"))
    return (
        rows.filter(received_on__lte=period.last)
        .annotate(stood=Subquery(first))
        .filter(stood__in=IN_HAND)
    )


OPEN_AT_END = (_still_open, _open_then)


def _made() -> Source:
    """Moves by which a case is decided or ends, each by its day."""
    dimensions = _of_case("application__") | {
        "move": by.column("move"),
        "term": by.term("", "application__"),
    }
    part = Part(
        _dated(StateChange.objects, "on", move__in=REPORTED),
        dimensions,
        "on",
        "application",
        "application__applicant__name",
        order=("on", "at"),
    )
    return Source("办件", "件", (part,))


def _cases(title: str, rows: Callable[[Period], QuerySet[Any]], day: str = "") -> Source:
    return Source(title, "件", (Part(rows, _of_case(""), day, "", "applicant__name"),))


# ------------------------------------------------------------------ permits


def _in_force_at(last: Any) -> QuerySet[Any]:
    alive = Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=last)
    return Permit.objects.filter(alive, issued_on__lte=last)


def _valid_at_end(period: Period) -> QuerySet[Any]:
    return _in_force_at(period.last).filter(Exists(_stretch_over(period.last)))


def _suspended_at_end(period: Period) -> QuerySet[Any]:
    return _in_force_at(period.last).filter(~Exists(_stretch_over(period.last)))


def _stretch_over(day: Any) -> QuerySet[Any]:
    return Stretch.objects.filter(permit=OuterRef("pk"), valid_from__lte=day, valid_to__gte=day)


def _permits(title: str, rows: Callable[[Period], QuerySet[Any]], day: str = "") -> Source:
    town = {"town": by.identity("town_id")}
    return Source(title, "证", (Part(rows, town, day, name="person__name", permit=""),))


def _endorsed() -> Source:
    rows = _dated(Endorsement.objects, "endorsed_on", undone_at__isnull=True)
    town = {"town": by.identity("permit__town_id")}
    part = Part(rows, town, "endorsed_on", name="permit__person__name", permit="permit")
    return Source("签注", "次", (part,))


# ------------------------------------------------------------------ rosters


def _named(period: Period) -> QuerySet[Any]:
    """One row for each person and kind: the rosters confirmed by the last day name him.

    A roster or a row that was withdrawn later was in use on that day.
    """
    last = period.last

    def in_use(path: str) -> Q:
        gone = Q(**{f"{path}state": "confirmed"}) | Q(**{f"{path}ended_on__gt": last})
        return gone & Q(**{f"{path}confirmed_on__lte": last})

    repeats = RosterRepeat.objects.filter(in_use("roster__"), entry=OuterRef("pk"))
    standing = Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=last)
    rows = RosterEntry.objects.filter(in_use("roster__") | Exists(repeats), standing)
    # Of several rows of a person in one kind the smallest id stands for him.
    same = RosterEntry.objects.filter(
        in_use("roster__"),
        standing,
        number_digest=OuterRef("number_digest"),
        roster__kind=OuterRef("roster__kind"),
        pk__lt=OuterRef("pk"),
    )
    same_by_repeat = RosterEntry.objects.filter(
        Exists(RosterRepeat.objects.filter(in_use("roster__"), entry=OuterRef("pk"))),
        standing,
        number_digest=OuterRef("number_digest"),
        roster__kind=OuterRef("roster__kind"),
        pk__lt=OuterRef("pk"),
    )
    return rows.filter(~Exists(same), ~Exists(same_by_repeat))


def _named_and_settled(period: Period) -> QuerySet[Any]:
    """Of these whoever is settled on the last day, by whatever route, by any number he had."""
    later = StateChange.objects.filter(
        application=OuterRef("application"), move__in=UNDOING, on__gt=period.last
    )
    settled = Member.objects.filter(
        Q(outcome=Member.Outcome.REGISTERED) | Q(Exists(later), outcome=Member.Outcome.UNDONE),
        registered_on__lte=period.last,
    )
    now = settled.filter(person__number_digest=OuterRef("number_digest"))
    formerly = settled.filter(person__former_numbers__number_digest=OuterRef("number_digest"))
    return _named(period).filter(Exists(now) | Exists(formerly))


def _roster_rows(title: str, rows: Callable[[Period], QuerySet[Any]]) -> Source:
    return Source(title, "人", (Part(rows, {"roster": by.column("roster__kind")}, name="name"),))


# ------------------------------------------------------------------ the three rights


def _rights() -> Source:
    """A notice for each household of rural origin that settled, by the day of registration."""
    part = Part(
        _dated(FollowUp.objects, "since", kind=FollowUp.Kind.LAND_RIGHTS),
        _of_case("application__") | {"state": by.column("state")},
        "since",
        "application",
        "member__person__name",
    )
    return Source("三权权益告知", "户", (part,))


SOURCES: dict[str, Source] = {
    "settled": _settled(),
    "revoked": _revoked(),
    "returned": _ended_in("pupil_return", "迁回原籍", "人"),
    "collective": _ended_in("collective", "准予设立集体户", "户"),
    "received": _cases("收件", _received, "received_on"),
    "made": _made(),
    "open": Source(
        "期末在办",
        "件",
        tuple(Part(rows, _of_case(""), "", "", "applicant__name") for rows in OPEN_AT_END),
    ),
    "issued": _permits("签发居住证", _dated(Permit.objects, "issued_on"), "issued_on"),
    "endorsed": _endorsed(),
    "suspended": _permits("期末中止的居住证", _suspended_at_end),
    "valid": _permits("期末有效的居住证", _valid_at_end),
    "named": _roster_rows("花名册所列人员", _named),
    "named_settled": _roster_rows("花名册人员中已落户", _named_and_settled),
    "rights": _rights(),
}
