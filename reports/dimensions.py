"""By what figures are told apart, in SQL: route, town, origin, reason, sex, age, nationality, term.

One expression serves the grouped queries and the lists behind them, so both count the same.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, F, Q, TextField, Value, When
from django.db.models.functions import Cast, ExtractYear

from applications.statistics import DISCHARGED, MARKS, REASONS
from kaili_hukou.dates import add_months
from kaili_hukou.divisions import GUIZHOU, KAILI, QIANDONGNAN
from kaili_hukou.registers import codes
from reports.classes import AGES, COLUMN_INSIDE, COLUMN_OTHER, UNLISTED
from reports.keys import NONE
from reports.period import Period

Expression = Any


def _as_it_is(found: Sequence[Any]) -> str:
    return str(found[0] or NONE)


@dataclass(frozen=True, slots=True)
class Dimension:
    """`expression` for a period gives its value in SQL; NULL or empty text stand for NONE.

    `raw`: other columns to group by, where the expression would be asked a million times; `reader`
    gives what makes the value of them.
    """

    expression: Callable[[Period], Expression]
    raw: tuple[str, ...] = ()
    reader: Callable[[], Callable[[Sequence[Any]], str]] = lambda: _as_it_is

    def only(self, name: str, values: Iterable[str]) -> Q:
        """Rows with one of these values, where the expression is annotated as `name`."""
        wanted = set(values)
        found = Q(**{f"{name}__in": sorted(wanted - {NONE})})
        if NONE in wanted:
            found |= Q(**{f"{name}__isnull": True}) | Q(**{name: ""})
        return found


@dataclass(frozen=True, slots=True)
class ById(Dimension):
    """A column of ids: NONE is NULL alone."""

    def only(self, name: str, values: Iterable[str]) -> Q:
        wanted = set(values)
        found = Q(**{f"{name}__in": [int(one) for one in sorted(wanted - {NONE})]})
        return found | Q(**{f"{name}__isnull": True}) if NONE in wanted else found


@dataclass(frozen=True, slots=True)
class Among(Dimension):
    """A list in each row: a row counts for each value that it holds."""

    def only(self, name: str, values: Iterable[str]) -> Q:
        found = Q(pk__in=[])
        for value in sorted(values):
            found |= Q(**{f"{name}__contains": f'"{value}"'})
        return found


def column(path: str) -> Dimension:
    return Dimension(lambda _: F(path))


def identity(path: str) -> Dimension:
    return ById(lambda _: F(path))


def sex(path: str) -> Dimension:
    """GB/T 2261.1: 0 and 9 say nothing."""
    return Dimension(
        lambda _: Case(When(**{f"{path}__in": ("1", "2")}, then=F(path)), default=Value(""))
    )


def level(before: str) -> Dimension:
    """By the division of the present registration, never by the identity number."""
    name = f"{before}division"
    return Dimension(
        lambda _: Case(
            When(**{name: ""}, then=Value("")),
            When(**{name: KAILI}, then=Value("city")),
            When(**{f"{name}__startswith": QIANDONGNAN}, then=Value("prefecture")),
            When(**{f"{name}__startswith": GUIZHOU}, then=Value("province")),
            default=Value("outside"),
        )
    )


def police_column(before: str, route: str) -> Dimension:
    """The column of 公业58表 in which a settled person stands: exactly one.

    Of rural origin: the reason told (12 to 21), or 4 for a soldier who leaves the forces. A
    registration in the country that is not known tells no place of origin: column 22.
    """
    kind, division = f"{before}hukou_kind", f"{before}division"
    rural, urban = Q(**{kind: "rural"}), Q(**{kind: "urban"})
    known = ~Q(**{division: ""})
    soldier = Q(**{route: "veteran", f"{before}is_applicant": True})
    reasons = Q(**{f"{before}settling_reason__in": [*REASONS]})
    return Dimension(
        lambda _: Case(
            When(rural & Q(**{f"{before}settling_reason": DISCHARGED}), then=Value(DISCHARGED)),
            When(rural & known & reasons, then=F(f"{before}settling_reason")),
            When(rural & known, then=Value("21")),
            When(~rural & soldier, then=Value(DISCHARGED)),
            When(urban & Q(**{division: KAILI}), then=Value(COLUMN_INSIDE)),
            When(urban & Q(**{f"{division}__startswith": GUIZHOU}), then=Value("6")),
            When(urban & known, then=Value("7")),
            default=Value(COLUMN_OTHER),
            output_field=CharField(),
        )
    )


def marks(path: str) -> Dimension:
    return Among(lambda _: Cast(path, TextField()))


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if f'"{mark}"' in text]


def age(path: str) -> Dimension:
    """The band of full years on the last day of the period."""

    def expression(period: Period) -> Expression:
        begins = sorted((int(band) for band in AGES if band != NONE), reverse=True)
        return Case(
            *(
                When(**{f"{path}__lte": _born_by(period.last, years)}, then=Value(str(years)))
                for years in begins
                if years
            ),
            When(**{f"{path}__isnull": False}, then=Value("0")),
            default=Value(""),
        )

    return Dimension(expression)


def _born_by(on: datetime.date, years: int) -> datetime.date:
    """Whoever was born by that day has reached the age on `on`.

    The 18th birthday of somebody born on 29 February is 28 February, where the year has no 29th.
    """
    following = on + datetime.timedelta(days=1)
    if (following.month, following.day) == (3, 1):
        return following.replace(year=following.year - years) - datetime.timedelta(days=1)
    return add_months(on, -12 * years)


def nation(before: str) -> Dimension:
    """By the code; else by the name as it was written, with or without 族."""
    code, written = f"{before}nationality", f"{before}nationality_as_written"

    def expression(_: Period) -> Expression:
        names = nations()
        return Case(
            When(~Q(**{code: ""}), then=F(code)),
            When(Q(**{written: ""}), then=Value("")),
            *(
                When(**{f"{written}__in": (name, _short(name))}, then=Value(one))
                for one, name in names.items()
            ),
            default=Value(UNLISTED),
        )

    return Dimension(expression, raw=(code, written), reader=_nation_reader)


def _nation_reader() -> Callable[[Sequence[Any]], str]:
    by_name: dict[str, str] = {}
    for code, title in nations().items():
        by_name.setdefault(title, code)
        by_name.setdefault(_short(title), code)

    def read(found: Sequence[Any]) -> str:
        code, name = found
        return code or (by_name.get(name, UNLISTED) if name else NONE)

    return read


def nations() -> dict[str, str]:
    return dict(codes("nationality"))


def _short(name: str) -> str:
    return name.removesuffix("族")


def term(change: str, case: str) -> Dimension:
    """Whether a decision kept the promised day; where the clock stood still, it did.

    The case's own day stands for its present decision; of one that was taken up again since, the
    day kept with the move.
    """
    present = Q(**{f"{case}decided_on": F(f"{change}on")})
    late = Q(**{f"{case}due_on__lt": F(f"{change}on")})
    late_then = Q(**{f"{change}due_on__lt": F(f"{change}on")})
    return Dimension(
        lambda _: Case(
            When(present & late, then=Value("beyond")),
            When(~present & late_then, then=Value("beyond")),
            default=Value("within"),
        )
    )


def report_year(path: str) -> Dimension:
    """The report year in which a day lies: December belongs to the next one."""
    december = Case(When(**{f"{path}__month": 12}, then=Value(1)), default=Value(0))
    return ById(lambda _: ExtractYear(path) + december)
