"""Until when a case must be decided: working days, pauses, make-up days, years to come."""

from datetime import date

import pytest

from applications.deadlines import Pause, due_on, standing
from kaili_hukou.workdays import Calendar

# As announced for 2026: 元旦 with a make-up Sunday, 春节 with two make-up days, 国庆 with one.
CALENDAR = Calendar(
    holidays=frozenset(
        [date(2026, 1, day) for day in (1, 2, 3)]
        + [date(2026, 2, day) for day in range(15, 24)]
        + [date(2026, 10, day) for day in range(1, 8)]
    ),
    extra_workdays=frozenset(
        {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 10, 10)}
    ),
    covered_years=frozenset({2026}),
)


def day(text):
    year, month, number = map(int, text.split("-"))
    return date(year, month, number)


@pytest.mark.parametrize(
    ("accepted", "days", "due"),
    [
        ("2026-03-02", 0, "2026-03-02"),  # a Monday; nothing promised ends on its own day
        ("2026-03-02", 1, "2026-03-03"),  # the day of acceptance does not count
        ("2026-03-02", 5, "2026-03-09"),
        ("2026-03-06", 1, "2026-03-09"),  # Friday to Monday
        ("2026-03-07", 1, "2026-03-09"),  # accepted on a Saturday
        ("2025-12-31", 1, "2026-01-04"),  # the make-up Sunday after 元旦 counts
        ("2026-02-13", 1, "2026-02-14"),  # the make-up Saturday before 春节
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-27", 1, "2026-02-28"),  # the make-up Saturday after it
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-12-31", 1, "2027-01-01"),  # 2027 not announced yet: Monday to Friday
        ("2026-12-31", 2, "2027-01-04"),
    ],
)
def test_the_term_ends_on_its_last_working_day(accepted, days, due):
    assert due_on(day(accepted), days, (), CALENDAR) == day(due)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-03-09"),
        ([("2026-03-04", "2026-03-04")], "2026-03-09"),  # ended on the day it began
        ([("2026-03-04", "2026-03-05")], "2026-03-10"),
        ([("2026-03-07", "2026-03-09")], "2026-03-09"),  # only a weekend stood still
        ([("2026-03-04", "2026-03-11")], "2026-03-16"),
        ([("2026-03-04", "2026-03-06"), ("2026-03-05", "2026-03-09")], "2026-03-12"),  # overlap
        ([("2026-03-02", "2026-03-04")], "2026-03-10"),  # from the day of acceptance
        ([("2026-03-09", "2026-03-10")], "2026-03-10"),  # on the last day itself
        ([("2026-03-10", "2026-03-12")], "2026-03-09"),  # after the term: too late to matter
        ([("2026-02-01", "2026-03-01")], "2026-03-09"),  # before acceptance
    ],
)
def test_each_working_day_of_a_pause_is_added_at_the_end(pauses, due):
    stood = [Pause(day(since), day(until)) for since, until in pauses]
    assert due_on(date(2026, 3, 2), 5, stood, CALENDAR) == day(due)


def test_while_a_pause_lasts_there_is_no_last_day():
    stood = [Pause(date(2026, 3, 3), date(2026, 3, 4)), Pause(date(2026, 3, 5))]
    assert due_on(date(2026, 3, 2), 5, stood, CALENDAR) is None


@pytest.mark.parametrize(
    ("due", "on", "told"),
    [
        (None, "2026-03-09", ("grey", "已暂停")),
        ("2026-03-09", "2026-03-09", ("amber", "今日到期")),
        ("2026-03-09", "2026-03-06", ("", "2026-03-09")),
        ("2026-03-09", "2026-03-10", ("red", "逾期 1 个工作日")),
        ("2026-03-06", "2026-03-07", ("red", "逾期 1 个工作日")),  # already on the Saturday
        ("2026-03-06", "2026-03-16", ("red", "逾期 6 个工作日")),
        ("2026-09-30", "2026-10-10", ("red", "逾期 3 个工作日")),
    ],
)
def test_a_list_shows_how_the_term_stands(due, on, told):
    assert standing(due and day(due), day(on), CALENDAR) == told
