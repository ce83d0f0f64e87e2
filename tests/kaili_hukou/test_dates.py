from __future__ import annotations

from datetime import date

import pytest

from kaili_hukou import dates


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-05-23", 6, "2026-11-23"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-03-31", -1, "2025-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_a_term_ends_on_the_same_day_or_on_the_last_of_the_month(day, months, expected):
    result = dates.add_months(date.fromisoformat(day), months)
    assert result == date.fromisoformat(expected)


def test_beyond_the_calendar_there_is_no_day():
    assert dates.term_end(date(9999, 6, 1), 12) is None
    assert dates.anniversary(date(9999, 1, 1), 1) is None
    assert dates.first_day(10_000 * 12) is None
    with pytest.raises(OverflowError):
        dates.add_months(date.min, -1)


def test_an_anniversary_of_29_february_comes_back_in_leap_years():
    days = [dates.anniversary(date(2020, 2, 29), year) for year in (1, 3, 4)]
    assert days == [date(2021, 2, 28), date(2023, 2, 28), date(2024, 2, 29)]


def test_a_minor_is_one_before_the_18th_birthday():
    assert dates.is_under(18, date(2008, 11, 24), date(2026, 11, 23))
    assert not dates.is_under(18, date(2008, 11, 23), date(2026, 11, 23))
    assert dates.birthday(date(2000, 2, 29), 18) == date(2018, 2, 28)
    assert dates.is_under(18, date(9990, 1, 1), date(9999, 12, 31))
    assert dates.age_on(date(2008, 11, 24), date(2026, 11, 23)) == 17
    assert dates.age_on(date(2008, 11, 23), date(2026, 11, 23)) == 18


BAD_DAYS = [
    "2026-1-1",
    "2026-02-30",
    "2026-01-01\n",
    " 2026-01-01",
    "2026-01-01 ",
    "20260101",
    "2026/01/01",
    "2026-W01-1",
    "0000-01-01",
    "10000-01-01",
    "2026-01-0١",
    "\uff12026-01-01",
    "2026-01-01T00:00:00",
    "+026-01-01",
    "",
    20260101,
    True,
    None,
    [],
    {},
]


@pytest.mark.parametrize("bad", BAD_DAYS)
def test_a_day_is_exactly_ten_ascii_characters_and_exists(bad):
    with pytest.raises(ValueError, match="."):
        dates.parse_day(bad)


@pytest.mark.parametrize(
    "bad", ["2026-13", "2026-00", "2026-1", "2026-01-01", "0000-01", "", 5, None, "２026-01"]
)
def test_a_month_is_exactly_seven_ascii_characters_and_exists(bad):
    with pytest.raises(ValueError, match="."):
        dates.parse_month(bad)


def test_a_month_is_handled_by_its_number():
    assert dates.parse_month("2026-05") == dates.month_number(date(2026, 5, 31))
    assert dates.first_day(dates.parse_month("2026-12")) == date(2026, 12, 1)
    assert dates.month_in_words(dates.parse_month("2026-12")) == "2026年12月"
