"""Three complete school years are 36 months, whatever day of September they began."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.schooling import merged, school_begin, school_end

DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))
STRETCHES = st.lists(
    st.tuples(DAYS, st.none() | st.integers(0, 2000)).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + timedelta(pair[1]))
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    ("enrolled", "begin"),
    [
        (date(2022, 8, 14), date(2022, 8, 14)),
        (date(2022, 8, 15), date(2022, 9, 1)),
        (date(2022, 9, 1), date(2022, 9, 1)),
        (date(2022, 9, 30), date(2022, 9, 1)),
        (date(2022, 10, 1), date(2022, 10, 1)),
        (date(2022, 3, 1), date(2022, 3, 1)),
    ],
)
def test_enrolled_around_1_september_is_enrolled_on_it(enrolled, begin):
    assert school_begin(enrolled) == begin


@pytest.mark.parametrize(
    ("left", "end"),
    [
        (date(2025, 5, 31), date(2025, 5, 31)),
        (date(2025, 6, 1), date(2025, 9, 1)),
        (date(2025, 8, 31), date(2025, 9, 1)),
        (date(2025, 9, 1), date(2025, 9, 1)),
        (date(2025, 12, 20), date(2025, 12, 20)),
    ],
)
def test_who_left_in_summer_has_ended_the_school_year(left, end):
    assert school_end(left) == end


@pytest.mark.parametrize(
    ("stretches", "stretch"),
    [
        ([], None),
        ([("2022-09-05", "2025-06-20")], ("2022-09-01", "2025-09-01")),
        ([("2022-09-05", None)], ("2022-09-01", None)),
        # A change of school over the summer: one stretch, in whatever order it was told.
        ([("2024-09-02", None), ("2022-09-05", "2024-07-01")], ("2022-09-01", None)),
        # A year away: the last stretch alone counts.
        ([("2020-09-01", "2022-06-30"), ("2023-09-01", None)], ("2023-09-01", None)),
        # One inside the other.
        (
            [("2020-09-01", "2025-06-30"), ("2021-09-01", "2022-06-30")],
            ("2020-09-01", "2025-09-01"),
        ),
        # In the middle of a year, to the day.
        (
            [("2023-03-01", "2024-03-01"), ("2024-03-01", "2024-12-01")],
            ("2023-03-01", "2024-12-01"),
        ),
        ([("2023-03-01", "2024-03-01"), ("2024-03-02", None)], ("2024-03-02", None)),
        # Still enrolled swallows whatever follows.
        ([("2022-09-01", None), ("2024-09-01", "2025-01-01")], ("2022-09-01", None)),
    ],
)
def test_enrolments_that_follow_each_other_are_one(stretches, stretch):
    told = [tuple(text and date.fromisoformat(text) for text in pair) for pair in stretches]
    assert merged(told) == (stretch and tuple(t and date.fromisoformat(t) for t in stretch))


def test_three_school_years_are_36_months():
    since, until = merged([(date(2022, 9, 12), date(2025, 6, 18))])
    assert (until.year - since.year) * 12 + until.month - since.month == 36


@given(STRETCHES)
def test_the_order_in_which_enrolments_are_told_does_not_matter(stretches):
    assert merged(stretches) == merged(reversed(stretches)) == merged(stretches * 2)


@given(STRETCHES.filter(bool))
def test_the_stretch_begins_with_an_enrolment_and_reaches_the_last_one(stretches):
    since, until = merged(stretches)
    assert since in {school_begin(first) for first, _ in stretches}
    assert since <= max(school_begin(first) for first, _ in stretches)
    assert until is None or until in {school_end(last) for _, last in stretches if last}
