"""The days of the submission: the 10th is in time, a Sunday shifts nothing."""

import datetime

import pytest

from kaili_hukou.workdays import Calendar
from reports import due_days

D = datetime.date


@pytest.mark.parametrize(
    ("day", "late"),
    [
        (D(2026, 11, 30), False),
        (D(2026, 12, 10), False),
        (D(2026, 12, 11), True),
        (D(2027, 1, 4), True),
    ],
)
def test_received_on_the_tenth_is_in_time(day, late):
    assert due_days.is_late(2026, day) is late


def test_a_sunday_shifts_nothing_and_the_last_working_day_is_a_hint():
    assert due_days.due_on(2028).weekday() == 6
    assert not due_days.is_late(2028, D(2028, 12, 10))
    assert due_days.is_late(2028, D(2028, 12, 11))
    assert due_days.last_workday(2028, Calendar()) == D(2028, 12, 8)
    assert due_days.last_workday(2026, Calendar()) == D(2026, 12, 10)


def test_a_holiday_before_the_tenth_moves_the_hint():
    calendar = Calendar(holidays=frozenset({D(2026, 12, 10)}))
    assert due_days.last_workday(2026, calendar) == D(2026, 12, 9)


@pytest.mark.parametrize(
    ("day", "reminded"),
    [
        (D(2026, 11, 9), []),
        (D(2026, 11, 10), [(11, 10)]),
        (D(2026, 12, 8), [(11, 10), (12, 1), (12, 7)]),
        (D(2026, 12, 10), [(11, 10), (12, 1), (12, 7), (12, 9)]),
        (D(2026, 12, 12), [(11, 10), (12, 1), (12, 7), (12, 9), (12, 11), (12, 12)]),
    ],
)
def test_reminders_fall_on_four_days_and_then_daily(day, reminded):
    assert [(on.month, on.day) for on in due_days.reminder_days(2026, day)] == reminded


def test_the_report_year_ends_with_november():
    assert due_days.period(2026) == (D(2025, 12, 1), D(2026, 11, 30))


def test_rules_are_due_three_months_after_the_issue():
    assert due_days.rules_due_on() == D(2019, 8, 23)


@pytest.mark.parametrize(
    ("day", "year"), [(D(2026, 11, 23), 2026), (D(2027, 1, 5), 2026), (D(2027, 2, 1), 2027)]
)
def test_in_january_the_late_ones_of_the_last_year_are_asked_for(day, year):
    assert due_days.asked_year(day) == year
