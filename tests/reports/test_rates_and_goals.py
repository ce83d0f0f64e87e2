"""The rates, the goals and the way to them, and where a chart's points lie."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import findings
from reports.curve import PLAN_GOALS, POPULATION, Goal, Point, baseline_of, expected, goal_in_force
from reports.rates import Count, NotComparable, rate
from reports.trend import HEIGHT, WIDTH, Series, chart

YEAR_END, PUBLISHED = date(2025, 12, 31), date(2026, 3, 20)
POPULATION_GOAL, RATE_GOAL = PLAN_GOALS


def count(title, people, **told):
    usual = {"as_of": YEAR_END, "source": "公安", "sourced_on": PUBLISHED}
    return Count(title, people, **(usual | told))


def test_a_rate_is_the_part_in_the_whole_in_percent():
    assert rate(count("城镇户籍人口", 374_396), count("户籍人口", 737_000)) == Decimal("50.80")
    assert rate(count("城镇户籍人口", 1), count("户籍人口", 3)) == Decimal("33.33")
    assert rate(count("城镇户籍人口", 0), count("户籍人口", 3)) == 0


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"source": "统计局"}, "来源"),
        ({"as_of": date(2024, 12, 31)}, "时点"),
        ({"sourced_on": date(2026, 4, 1)}, "公布日期"),
        ({"place": "炉山镇"}, "地方"),
    ],
)
def test_counts_of_two_sources_days_publications_or_places_are_never_mixed(told, words):
    with pytest.raises(NotComparable, match=words):
        rate(count("城镇户籍人口", 1, **told), count("户籍人口", 2))


@pytest.mark.parametrize(("part", "whole", "words"), [(3, 2, "多于"), (0, 0, "不能作分母")])
def test_counts_that_cannot_be_are_told(part, whole, words):
    with pytest.raises(NotComparable, match=words):
        rate(count("城镇户籍人口", part), count("户籍人口", whole))


def test_the_plan_has_two_goals_of_clause_two():
    assert {(goal.value, goal.due_on.year, goal.clause) for goal in PLAN_GOALS} == {
        (Decimal(1_000_000), 2022, "二"),
        (Decimal(50), 2022, "二"),
    }


def test_the_way_to_a_goal_is_a_straight_line_from_the_baseline():
    seen = [Point(date(2018, 12, 31), Decimal(42)), Point(date(2020, 12, 31), Decimal(49))]
    start = baseline_of(RATE_GOAL, seen)
    assert start == seen[0]
    assert expected(RATE_GOAL, start, date(2018, 12, 31)) == 42
    assert expected(RATE_GOAL, start, date(2020, 12, 31)) == Decimal("46.00")
    assert expected(RATE_GOAL, start, date(2022, 12, 31)) == 50
    assert expected(RATE_GOAL, start, date(2030, 1, 1)) == 50
    assert expected(RATE_GOAL, start, date(2018, 12, 30)) is None
    assert expected(RATE_GOAL, None, date(2020, 1, 1)) is None


def test_without_a_count_before_the_document_the_first_one_after_it_is_the_baseline():
    later = [Point(date(2021, 12, 31), Decimal(9)), Point(date(2020, 12, 31), Decimal(8))]
    assert baseline_of(RATE_GOAL, later) == later[1]
    assert baseline_of(RATE_GOAL, [Point(date(2023, 1, 1), Decimal(9))]) is None


def test_a_later_document_sets_the_goal_from_its_day_on():
    new = Goal(POPULATION, Decimal(2), date(2030, 12, 31), "", "新规划", date(2024, 1, 1))
    known = (*PLAN_GOALS, new)
    assert goal_in_force(known, POPULATION, date(2023, 12, 31)) == POPULATION_GOAL
    assert goal_in_force(known, POPULATION, date(2024, 1, 1)) == new
    assert goal_in_force(known, POPULATION, date(2018, 1, 1)) is None


@given(
    st.lists(
        st.tuples(
            st.dates(date(2000, 1, 1), date(2099, 12, 31)),
            st.decimals(0, 20_000_000, places=2),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda pair: pair[0],
    )
)
def test_every_point_of_a_chart_lies_on_it(pairs):
    points = tuple(Point(*pair) for pair in sorted(pairs))
    drawn = chart([Series("一", "circle", points), Series("二", "none", points[:1])], "人")
    for line in drawn.lines:
        assert 0 <= line.title_y <= HEIGHT + 40
        for spot in line.spots:
            assert 0 <= spot.x <= WIDTH
            assert 0 <= spot.y <= HEIGHT
    assert 2 <= len(drawn.heights) <= 12
    assert drawn.days


def test_without_a_point_there_is_no_chart():
    assert chart([Series("一", "circle", ())], "%") is None


@pytest.mark.parametrize("kind", [code for code, _ in findings.KINDS])
def test_a_finding_can_always_go_on_until_it_is_accepted(kind):
    roles = ("reform_office", "approver", "bureau_clerk", "auditor")
    for state, _ in findings.STATES:
        moves = {move.name for role in roles for move in findings.open_to(state, kind, role)}
        assert bool(moves) == (state in findings.OPEN)


def test_a_unit_mends_and_neither_hands_out_nor_accepts():
    for kind, _ in findings.KINDS:
        for state, _ in findings.STATES:
            names = {move.name for move in findings.open_to(state, kind, "bureau_clerk")}
            assert names <= {"mend"}


def test_the_last_day_is_in_time():
    assert not findings.is_overdue("assigned", date(2026, 5, 10), date(2026, 5, 10))
    assert findings.is_overdue("assigned", date(2026, 5, 10), date(2026, 5, 11))
    assert not findings.is_overdue("mended", date(2026, 5, 10), date(2026, 5, 11))
    assert not findings.is_overdue("found", None, date(2026, 5, 11))
