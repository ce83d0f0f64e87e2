"""What is typed for the facts: months and their ranges, days, yes or no or not known."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from applications.fact_fields import (
    FACTS,
    FIELDS,
    NOT_ASKED,
    DaysField,
    MonthsField,
    YesNoField,
    in_ranges,
)
from applications.policy.routes import ROUTES

MONTHS = MonthsField(label="")
DAYS = DaysField(label="")
YES_NO = YesNoField(label="")
month = st.integers(2000 * 12, 2030 * 12).map(lambda n: f"{n // 12:04d}-{n % 12 + 1:02d}")
months = st.lists(month, unique=True).map(sorted)
hostile = st.text(max_size=60) | st.text(alphabet="0123456789-至到~,,年月. 无", max_size=60)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("", None),
        ("  ", None),
        ("无", []),
        ("没有", []),
        ("2026-05", ["2026-05"]),
        ("2026-11 至 2027-01", ["2026-11", "2026-12", "2027-01"]),
        ("2026年5月到2026年6月", ["2026-05", "2026-06"]),
        ("2026.5—2026.6", ["2026-05", "2026-06"]),
        ("2026/05~2026/06", ["2026-05", "2026-06"]),
        ("202605", ["2026-05"]),
        ("2026-05--2026-06", ["2026-05", "2026-06"]),
        ("2026-06,2026-05、2026-05;2026-01", ["2026-01", "2026-05", "2026-06"]),
        ("2026-01 至 2026-02, 2026-02 至 2026-03", ["2026-01", "2026-02", "2026-03"]),
        (",,", []),
    ],
)
def test_months_are_read_as_people_write_them(typed, known):
    assert MONTHS.clean(typed) == known


@pytest.mark.parametrize(
    "typed",
    [
        "2026-13",
        "2026-00",
        "今年五月",
        "2026-06 至 2026-05",  # the later first
        "2026-01 至 2026-02 至 2026-03",
        "1900-01 至 2026-01",  # longer than a working life
        "至",
        "2026-05 至",
        "2026",
        "9" * 500,
        "x" * 501,
    ],
)
def test_what_is_no_stretch_of_months_is_refused(typed):
    with pytest.raises(ValidationError):
        MONTHS.clean(typed)


@given(months)
def test_months_shown_in_ranges_are_read_back_the_same(known):
    shown = in_ranges(known)
    if len(shown) <= MONTHS.max_length:
        assert MONTHS.clean(shown) == known
        assert MONTHS.clean(MONTHS.prepare_value(known)) == known


@given(month, st.integers(0, 600))
def test_a_range_holds_every_month_between_its_ends(first, length):
    number = int(first[:4]) * 12 + int(first[5:]) - 1 + length
    last = f"{number // 12:04d}-{number % 12 + 1:02d}"
    known = MONTHS.clean(f"{first} 至 {last}")
    assert (known[0], known[-1], len(known)) == (first, last, length + 1)
    assert in_ranges(known) == (first if first == last else f"{first} 至 {last}")


@given(st.lists(st.dates(date(1900, 1, 1), date(2100, 12, 31)), unique=True, max_size=40))
def test_days_shown_are_read_back_the_same(days):
    known = sorted(day.isoformat() for day in days)
    assert DAYS.clean(DAYS.prepare_value(known)) == known


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("", None),
        ("无", []),
        ("2024-03-01", ["2024-03-01"]),
        ("2025-02-28,2024-02-29", ["2024-02-29", "2025-02-28"]),
        ("2024-03-01 2025-03-01;2026-03-01", ["2024-03-01", "2025-03-01", "2026-03-01"]),
    ],
)
def test_several_days_are_read(typed, known):
    assert DAYS.clean(typed) == known


@pytest.mark.parametrize("typed", ["2025-02-29", "0001-01-01", "昨天", "2024-03-01 或"])
def test_a_day_that_does_not_exist_is_refused(typed):
    with pytest.raises(ValidationError):
        DAYS.clean(typed)


@pytest.mark.parametrize(
    ("typed", "known"), [("yes", True), ("no", False), ("", None), (None, None)]
)
def test_yes_and_no_and_not_known_are_three_answers(typed, known):
    assert YES_NO.clean(typed) is known
    assert YES_NO.clean(YES_NO.prepare_value(known)) is known


@given(hostile)
def test_whatever_is_typed_is_read_or_refused(typed):
    for field in (MONTHS, DAYS, YES_NO):
        with suppress(ValidationError):
            field.clean(typed)


def test_every_fact_of_every_route_has_its_questions():
    for route in ROUTES.values():
        for fact in set(route.facts) - NOT_ASKED:
            assert FIELDS[fact]
            assert fact in FACTS


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_of_which_nothing_was_told_is_unknown(fact):
    assert FACTS[fact]({}) is None
    assert FACTS[fact](dict.fromkeys(FIELDS[fact])) is None


@pytest.mark.parametrize(
    ("fact", "typed", "made"),
    [
        ("owns_home", {"owns_home": False}, False),
        ("insured_months", {"insured_months": []}, []),
        (
            "home",
            {"home_area_m2": 80, "home_registered_already": 0},
            {"area_m2": 80, "registered_already": 0},
        ),
        ("degree", {"degree_recognised": False}, {"recognised": False}),
        ("permit", {"permit_endorsed_on": []}, {"endorsed_on": []}),
        (
            "enrolment",
            {"enrolment_from": date(2022, 9, 5), "enrolment_stage": "other"},
            {"from": date(2022, 9, 1), "to": None, "stage": "other"},
        ),
        (
            "enrolment",
            {
                "enrolment_from": date(2024, 9, 2),
                "earlier_from": date(2022, 9, 5),
                "earlier_to": date(2024, 7, 1),
            },
            {"from": date(2022, 9, 1), "to": None, "stage": None},
        ),
    ],
)
def test_a_fact_is_made_of_what_was_told(fact, typed, made):
    assert FACTS[fact](typed) == made


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 5000))
def test_a_single_enrolment_keeps_its_order(since, length):
    made = FACTS["enrolment"]({"enrolment_from": since, "enrolment_to": since + timedelta(length)})
    assert made["from"] <= since + timedelta(30)
    assert made["to"] >= since + timedelta(length)
