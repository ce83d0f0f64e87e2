"""The periods of a report: the report year, calendar years, and the stretches they share. Pure.

The report year N runs from 1 December N-1 to 30 November N, so that nothing falls between two
submissions, the one of N being due on 10 December N (四(一)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kaili_hukou.dates import first_day, in_words, month_number
from reports import due_days

_ONE_DAY = timedelta(days=1)
# Longer than this a table by months is no table any more.
MOST_MONTHS = 120


class PeriodError(ValueError):
    """A year or a period of which there is no report, as a Chinese sentence."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from one to another, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def covers(self, other: Period) -> bool:
        return self.first <= other.first and other.last <= self.last

    @property
    def months(self) -> list[str]:
        """YYYY-MM of each month that it touches."""
        numbers = range(month_number(self.first), month_number(self.last) + 1)
        return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]

    @property
    def title(self) -> str:
        return f"{in_words(self.first)}至{in_words(self.last)}"

    def to_json(self) -> list[str]:
        return [self.first.isoformat(), self.last.isoformat()]


def report_year(year: int) -> Period:
    return Period(*due_days.period(year))


def calendar_year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def month_of(name: str, within: Period) -> Period:
    """The days of a month (YYYY-MM) that lie in a period."""
    first = date.fromisoformat(f"{name}-01")
    following = first_day(month_number(first) + 1)
    last = following - _ONE_DAY if following else date.max
    return Period(max(first, within.first), min(last, within.last))


def stretches(periods: Iterable[Period]) -> list[Period]:
    """Disjoint stretches, in their order, of which each period and each of its months is made.

    A day that no period holds lies in none of them.
    """
    wanted = sorted(set(periods))
    begins = {day for period in wanted for day in _begins(period)}
    found: list[Period] = []
    for first, following in zip(sorted(begins), [*sorted(begins)[1:], None], strict=True):
        if any(period.holds(first) for period in wanted):
            last = following - _ONE_DAY if following else max(one.last for one in wanted)
            found.append(Period(first, last))
    return found


def _begins(period: Period) -> Iterable[date]:
    """Where something begins: the period, each of its months, and what comes after it."""
    yield from (month_of(name, period).first for name in period.months)
    if period.last < date.max:
        yield period.last + _ONE_DAY


@dataclass(frozen=True, slots=True)
class Span:
    """What a report of a year is about: its own period, and the calendar years beside it.

    The police, land and fiscal tables are by calendar year; "the year before" of the land table
    is the calendar year before.
    """

    year: int
    period: Period

    @property
    def is_report_year(self) -> bool:
        return self.period == report_year(self.year)

    @property
    def calendar(self) -> Period:
        return calendar_year(self.year)

    @property
    def before(self) -> Period:
        return calendar_year(self.year - 1)

    @property
    def stretches(self) -> list[Period]:
        return stretches([self.period, self.calendar, self.before])


def span_of(year: int, today: date, period: tuple[date, date] | None = None) -> Span:
    """The span of a report that may be built on a day; PeriodError else."""
    if not due_days.FIRST_YEAR <= year <= date.max.year - 1:
        raise PeriodError(
            f"没有 {year} 年的报告:方案自 {due_days.FIRST_YEAR} 年起实施,请核对年度。"
        )
    own = report_year(year)
    if own.first > today:
        raise PeriodError(
            f"{year} 年的报告期自{in_words(own.first)}起,还没有开始;今天是{in_words(today)}。"
        )
    if period is None:
        return Span(year, own)
    return Span(year, _chosen(*period, today))


def _chosen(first: date, last: date, today: date) -> Period:
    if first > last:
        raise PeriodError(f"时段的起日 {first} 晚于止日 {last},请对调或重新填写。")
    if first > today:
        raise PeriodError(f"时段自 {first} 起,还没有开始;今天是{in_words(today)}。")
    if first.year < due_days.FIRST_YEAR:
        raise PeriodError(f"时段不能早于 {due_days.FIRST_YEAR} 年(方案印发的年份),请核对。")
    chosen = Period(first, last)
    if len(chosen.months) > MOST_MONTHS:
        raise PeriodError(f"时段最长 {MOST_MONTHS // 12} 年,请缩短后再生成。")
    return chosen
