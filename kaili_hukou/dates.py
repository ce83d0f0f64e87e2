"""Days and terms by the calendar (民法典 第二百零二条), and the two ways in which they are written.

A month is handled as its number, year × 12 + month − 1, so that months can be counted and compared.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache

MONTHS_A_YEAR = 12
_DAYS_OF_EVERY_MONTH = 28
_DAY_LENGTH = len("YYYY-MM-DD")
_MONTH_LENGTH = len("YYYY-MM")


def add_months(day: date, months: int) -> date:
    """The same day n months on (or back), or the last of that month where it has no such day.

    Raises OverflowError beyond the years 1 to 9999.
    """
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"{day} 前后 {months} 个月超出了公历 1 年至 9999 年。")
    if day.day <= _DAYS_OF_EVERY_MONTH:
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def term_end(day: date, months: int) -> date | None:
    """The day on which a term of n months is reached; None: the calendar has no such day."""
    try:
        return add_months(day, months)
    except OverflowError:
        return None


def anniversary(anchor: date, number: int) -> date | None:
    """The n-th anniversary, counted from the anchor: 29 February comes back in leap years."""
    return term_end(anchor, MONTHS_A_YEAR * number)


def birthday(born_on: date, age: int) -> date | None:
    """The day of reaching an age: the 18th birthday is the birth date + 216 months."""
    return term_end(born_on, MONTHS_A_YEAR * age)


def is_under(age: int, born_on: date, on: date) -> bool:
    """Somebody is under an age before the day of that birthday."""
    reached_on = birthday(born_on, age)
    return reached_on is None or on < reached_on


def age_on(born_on: date, on: date) -> int:
    """Full years of age on a day; negative before the birth."""
    years = on.year - born_on.year
    return years - 1 if is_under(years, born_on, on) else years


def parse_day(text: object) -> date:
    """A day that exists, written exactly YYYY-MM-DD in ASCII digits; else ValueError."""
    if (
        isinstance(text, str)
        and len(text) == _DAY_LENGTH
        and text[4] == text[7] == "-"
        and text.isascii()
    ):
        return date.fromisoformat(text)
    raise ValueError("not YYYY-MM-DD")


def parse_month(text: object) -> int:
    """The number of a month written exactly YYYY-MM in ASCII digits; else ValueError."""
    if isinstance(text, str):
        return _month_number(text)
    raise ValueError("not YYYY-MM")


@lru_cache(maxsize=4096)
def _month_number(text: str) -> int:
    if len(text) != _MONTH_LENGTH:
        raise ValueError("not YYYY-MM")
    return month_number(parse_day(f"{text}-01"))


def month_number(day: date) -> int:
    """The number of the month in which a day lies."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def first_day(month: int) -> date | None:
    """The first day of a month; None beyond the calendar."""
    year, index = divmod(month, MONTHS_A_YEAR)
    return date(year, index + 1, 1) if date.min.year <= year <= date.max.year else None


def quarter_of(day: date) -> tuple[int, int]:
    """The year and the quarter (1 to 4) in which a day lies."""
    return day.year, (day.month + 2) // 3


def quarter_before(day: date) -> tuple[int, int]:
    """The last quarter that is over on a day."""
    year, quarter = quarter_of(day)
    return (year, quarter - 1) if quarter > 1 else (year - 1, 4)


def quarter_span(year: int, quarter: int) -> tuple[date, date]:
    """The first and the last day of a quarter."""
    last = 3 * quarter
    return date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])


def month_in_words(month: int) -> str:
    """2026年5月."""
    year, index = divmod(month, MONTHS_A_YEAR)
    return f"{year}年{index + 1}月"


@lru_cache(maxsize=65536)
def in_words(day: date) -> str:
    """2026年5月23日."""
    return f"{day.year}年{day.month}月{day.day}日"
