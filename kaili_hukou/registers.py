"""Reading the registers: the calendar of working days, divisions, towns and codes, from memory.

The calendar and the towns are compared with the database at each call, by one short query, so
that a change made in another process counts at once. Divisions and codes hardly ever change and
are read in loops: they are compared every half minute. `forget()` drops all of it in this process.
"""

import re
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from django.db.models import Count, Max, Model

from kaili_hukou.divisions import is_code
from kaili_hukou.models import CalendarDay, CalendarYear, CodeEntry, Division, Town
from kaili_hukou.workdays import Calendar

T = TypeVar("T")

HALF_A_MINUTE = 30.0
# Rows of GB/T 2260 that only group others: nobody is registered in them.
_GROUPS = frozenset({"市辖区", "县", "市", "林区"})
_FILLING = re.compile(r"[\s·,、/\\>-]+")


class _Remembered(Generic[T]):
    """What `build` made of some tables, for as long as they have not changed."""

    def __init__(
        self, build: Callable[[], T], tables: tuple[type[Model], ...], seconds: float = 0
    ) -> None:
        self._build, self._tables, self._seconds = build, tables, seconds
        self._held: tuple[float, Any, T] | None = None

    def __call__(self) -> T:
        held, now = self._held, time.monotonic()
        if held and now - held[0] < self._seconds:
            return held[2]
        version = [self._version(table) for table in self._tables]
        value = held[2] if held and held[1] == version else self._build()
        # A register that is still empty is asked again: it is about to be loaded.
        self._held = (now, version, value) if any(count for count, _ in version) else None
        return value

    @staticmethod
    def _version(table: type[Model]) -> tuple[int, Any]:
        found = table._default_manager.aggregate(rows=Count("pk"), at=Max("changed_at"))
        return found["rows"], found["at"]

    def forget(self) -> None:
        self._held = None


def _build_calendar() -> Calendar:
    days = dict(CalendarDay.objects.values_list("day", "kind"))
    years = CalendarYear.objects.filter(official=True).values_list("year", flat=True)
    return Calendar(
        holidays=_of_kind(days, CalendarDay.Kind.HOLIDAY),
        extra_workdays=_of_kind(days, CalendarDay.Kind.WORKDAY),
        covered_years=frozenset(years),
    )


def _of_kind(days: dict[Any, str], kind: str) -> frozenset[Any]:
    return frozenset(day for day, stored in days.items() if stored == kind)


def _build_divisions() -> dict[str, Division]:
    return {division.code: division for division in Division.objects.defer("seed")}


def _build_codes() -> dict[tuple[str, str], str]:
    rows = CodeEntry.objects.values_list("scheme", "code", "title")
    return {(scheme, code): title for scheme, code, title in rows}


_calendar = _Remembered(_build_calendar, (CalendarDay, CalendarYear))
_towns = _Remembered(lambda: tuple(Town.objects.all()), (Town,))
_divisions = _Remembered(_build_divisions, (Division,), HALF_A_MINUTE)
_places = _Remembered(lambda: _registrable(_build_divisions()), (Division,), HALF_A_MINUTE)
_codes = _Remembered(_build_codes, (CodeEntry,), HALF_A_MINUTE)


def forget() -> None:
    """The next call of any reader asks the database again."""
    for remembered in (_calendar, _towns, _divisions, _places, _codes):
        remembered.forget()


def calendar() -> Calendar:
    """The calendar of working days as it is entered now."""
    return _calendar()


def towns() -> tuple[Town, ...]:
    """All towns and subdistricts, by code."""
    return _towns()


def codes(scheme: str) -> dict[str, str]:
    """Code → title of one list of `CodeEntry.Scheme`, in the order of the codes."""
    return {code: title for (of, code), title in _codes().items() if of == scheme}


def code_title(scheme: str, code: str) -> str:
    """The title of a code; of an unknown one, the code itself."""
    return _codes().get((scheme, code), f"未登记的代码 {code}" if code else "")


def division(code: str) -> Division | None:
    """The division with this code, abolished or not."""
    return _divisions().get(code)


def division_title(code: str) -> str:
    """湖南省长沙市芙蓉区; an unknown code is no error: 未登记的区划代码 430199."""
    found = _divisions().get(code)
    if found:
        return found.full_name
    return f"未登记的区划代码 {code}" if code else ""


def find_division(text: str) -> list[Division]:
    """Divisions in which people are registered, by code or by any part of the full name.

    Whole names come before parts of names, and abolished divisions only where no present one fits.
    """
    asked = _FILLING.sub("", unicodedata.normalize("NFKC", text))
    if is_code(asked):
        found = _divisions().get(asked)
        return [found] if found else []
    if not asked:
        return []
    places = _places()
    present = [place for place in places if not place.is_abolished]
    abolished = [place for place in places if place.is_abolished]
    return _matching(present, asked) or _matching(abolished, asked)


def division_of_address(address: str) -> Division | None:
    """The division with whose full name an address begins; a proposal, to be confirmed."""
    found = [
        place
        for place in _registrable(_divisions())
        if not place.is_abolished and address.startswith(place.full_name)
    ]
    return max(found, key=lambda place: len(place.full_name), default=None)


def _registrable(known: dict[str, Division]) -> list[Division]:
    """Counties, and prefectures that have none (东莞市)."""
    counties = [
        division
        for division in known.values()
        if division.level == Division.Level.COUNTY and division.name not in _GROUPS
    ]
    divided = {division.parent_code for division in counties if not division.is_abolished}
    undivided = [
        division
        for division in known.values()
        if division.level == Division.Level.PREFECTURE
        and division.code not in divided
        and not division.is_abolished
    ]
    return counties + undivided


def _matching(places: Iterable[Division], asked: str) -> list[Division]:
    """By the whole name, else by a part of the full name, else by some parts in their order."""
    places = list(places)
    return (
        [place for place in places if asked in (place.name, place.full_name)]
        or [place for place in places if asked in place.full_name]
        or [place for place in places if _in_parts(asked, place.full_name)]
    )


def _in_parts(asked: str, full_name: str) -> bool:
    """湖南芙蓉区 lies in 湖南省长沙市芙蓉区: parts of two characters or more, in order."""
    at = 0
    while asked:
        sizes = range(len(asked), 1, -1)
        size = next((size for size in sizes if full_name.find(asked[:size], at) >= 0), 0)
        if not size:
            return False
        at = full_name.index(asked[:size], at) + size
        asked = asked[size:]
    return True
