"""The rows of one roster as a page shows them: its own and those that only repeat an earlier one.

Both are one list, by the row of the sheet; found by number, row or a part of the name.
"""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, Q, QuerySet, Value
from django.utils import timezone

from kaili_hukou import identity
from kaili_hukou.actions import Refused
from kaili_hukou.models.people import number_digest
from kaili_hukou.names import normalise_name
from rosters.models import Roster, RosterEntry, RosterRepeat
from rosters.provenance import VOLUNTARY

PAGE = 50
MOST_FOUND = 200
LONGEST_ROW = 7
LIKE_A_NUMBER = 14
# What the page may be narrowed to, by the value of `show`.
SHOW = {
    "": "全部",
    "own": "新增或有变化",
    "repeated": "未变动",
    "no-basis": "不作落户依据",
    "cases": "已有办件",
    "withdrawn": "已撤回",
}


@dataclass(frozen=True, slots=True)
class Line:
    row: int
    entry: RosterEntry
    repeat: RosterRepeat | None
    has_case: bool

    @property
    def is_withdrawn(self) -> bool:
        return bool((self.repeat or self.entry).withdrawn_on)

    @property
    def voluntary(self) -> str:
        return VOLUNTARY.get(self.entry.voluntary, "未写")

    @property
    def is_no_basis(self) -> bool:
        """A relocation row that does not say 是 supports nothing (三(一)6(1))."""
        return self.entry.roster.kind == "relocation" and self.entry.voluntary is not True


def page_of(roster: Roster, show: str, number: str | None) -> Page:
    """A page of the rows, filtered; `object_list` holds lines."""
    page = Paginator(_both(roster, show, Q(), Q()), PAGE).get_page(number)
    page.object_list = _lines(roster, page.object_list)
    return page


def found(roster: Roster, text: str) -> list[Line]:
    """The first two hundred rows that the words mean; Refused where a number is wrong."""
    own, repeated = _meant(text)
    return _lines(roster, _both(roster, "", own, repeated)[:MOST_FOUND])


def no_basis(roster: Roster) -> Q:
    """Rows of this roster on which no application can rest whatever else they say."""
    unwilling = Q(voluntary=False) | Q(voluntary__isnull=True)
    return unwilling if roster.kind == "relocation" else Q(pk__in=())


def _both(roster: Roster, show: str, own: Q, repeated: Q) -> QuerySet:
    entries = roster.entries.filter(own)
    repeats = roster.repeats.filter(repeated)
    if show == "own":
        repeats = repeats.none()
    elif show == "repeated":
        entries = entries.none()
    elif show == "withdrawn":
        entries = entries.filter(withdrawn_on__isnull=False)
        repeats = repeats.filter(withdrawn_on__isnull=False)
    elif show in ("no-basis", "cases"):
        named = RosterEntry.objects.filter(Q(roster=roster) | Q(repeats__roster=roster))
        wanted = named.filter(no_basis(roster)) if show == "no-basis" else named.supporting()
        entries = entries.filter(pk__in=wanted.values("pk"))
        repeats = repeats.filter(entry__in=wanted.values("pk"))
    is_own, is_repeat = (Value(told, output_field=IntegerField()) for told in (0, 1))
    return (
        entries.order_by()
        .values_list("row", "pk", is_own)
        .union(repeats.order_by().values_list("row", "entry", is_repeat), all=True)
        .order_by("row")
    )


def _meant(text: str) -> tuple[Q, Q]:
    """The words as a filter of entries and of repeats: a number, a row of the sheet, or a name."""
    try:
        told = identity.check(text, timezone.localdate()).number
    except identity.IdentityError as fault:
        if len(text) >= LIKE_A_NUMBER and text[:LIKE_A_NUMBER].isdigit():
            raise Refused(str(fault)) from None
        if text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW:
            return Q(row=int(text)), Q(row=int(text))
        name = normalise_name(text)
        return Q(name__contains=name), Q(entry__name__contains=name)
    digest = number_digest(told)
    return Q(number_digest=digest), Q(entry__number_digest=digest)


def _lines(roster: Roster, rows: QuerySet) -> list[Line]:
    rows = list(rows)
    keys = [pk for _, pk, _ in rows]
    people = ("town", "roster__supplier")
    entries = RosterEntry.objects.select_related(*people).in_bulk(keys)
    repeats = {row.entry_id: row for row in roster.repeats.filter(entry__in=keys)}
    cases = set(RosterEntry.objects.filter(pk__in=keys).supporting().values_list("pk", flat=True))
    return [
        Line(row, entries[pk], repeats.get(pk) if is_repeat else None, pk in cases)
        for row, pk, is_repeat in rows
    ]
