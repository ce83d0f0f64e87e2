"""Working days, around the holidays of 2026 and in years that are not covered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaili_hukou.workdays import Calendar

HOLIDAYS = frozenset(date(2026, 10, day) for day in range(1, 8))
EXTRA = frozenset({date(2026, 9, 20), date(2026, 10, 10)})
CALENDAR = Calendar(HOLIDAYS, EXTRA, frozenset({2026}))

days = st.dates(date(2019, 1, 1), date(2035, 12, 31))
numbers = st.integers(0, 60)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 9, 20), True),
        (date(2027, 1, 1), True),
        (date(2027, 1, 2), False),
    ],
)
def test_a_working_day_is_by_week_holiday_and_make_up_day(day, works):
    assert CALENDAR.is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "number", "due"),
    [
        (date(2026, 9, 30), 0, date(2026, 9, 30)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 12, 25), 20, date(2027, 1, 22)),
    ],
)
def test_a_term_ends_on_its_last_working_day(day, number, due):
    assert CALENDAR.add_working_days(day, number) == due


@given(days, numbers)
def test_counting_a_term_gives_its_length(day, number):
    assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, number)) == number


@given(days, st.integers(1, 60))
def test_a_term_ends_on_a_working_day(day, number):
    assert CALENDAR.is_workday(CALENDAR.add_working_days(day, number))


@given(days, days)
def test_counting_backwards_gives_the_negative(first, last):
    there = CALENDAR.working_days_between(first, last)
    assert CALENDAR.working_days_between(last, first) == -there


def test_a_term_cannot_be_negative():
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)


@pytest.mark.parametrize(
    ("first", "last", "provisional"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), False),
        (date(2026, 12, 25), date(2027, 1, 1), True),
        (date(2027, 1, 1), date(2026, 12, 25), True),
        (date(2025, 12, 31), date(2026, 1, 5), True),
    ],
)
def test_a_term_that_touches_an_uncovered_year_is_provisional(first, last, provisional):
    assert CALENDAR.provisional(first, last) is provisional


@given(days)
def test_an_empty_calendar_is_monday_to_friday(day):
    assert Calendar().is_workday(day) == (day.weekday() < 5)
    assert Calendar().provisional(day, day + timedelta(days=1))
