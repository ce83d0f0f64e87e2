"""The report year, the stretches of which all periods are made, and the keys of figures."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reports.counts import Counts, Cube, NotCounted
from reports.keys import Figure, both, parse, where
from reports.period import (
    Period,
    PeriodError,
    Span,
    calendar_year,
    month_of,
    report_year,
    span_of,
    stretches,
)

TODAY = date(2026, 11, 23)
days = some.dates(date(2020, 1, 1), date(2029, 12, 31))


@some.composite
def periods(draw):
    one, other = draw(days), draw(days)
    return Period(min(one, other), max(one, other))


def test_the_report_year_runs_from_december_to_november():
    assert report_year(2026) == Period(date(2025, 12, 1), date(2026, 11, 30))
    assert report_year(2026).months[0] == "2025-12"
    assert report_year(2026).months[-1] == "2026-11"
    assert len(report_year(2026).months) == 12


def test_nothing_falls_between_two_submissions():
    assert (report_year(2027).first - report_year(2026).last).days == 1


@given(some.lists(periods(), min_size=1, max_size=3))
def test_stretches_are_disjoint_and_make_up_each_period_and_month(wanted):
    found = stretches(wanted)
    for one, following in zip(found, found[1:], strict=False):
        assert one.last < following.first
    for period in [*wanted, *(month_of(name, one) for one in wanted for name in one.months)]:
        inside = [one for one in found if period.covers(one)]
        assert sum((one.last - one.first).days + 1 for one in inside) == (
            (period.last - period.first).days + 1
        )


@given(periods(), days)
def test_a_day_lies_in_one_stretch_or_in_no_period(period, day):
    span = Span(2026, period)
    inside = [one for one in span.stretches if one.holds(day)]
    wanted = (span.period, span.calendar, span.before)
    assert len(inside) == any(one.holds(day) for one in wanted)


@pytest.mark.parametrize(
    ("year", "period", "words"),
    [
        (2028, None, "还没有开始"),
        (2018, None, "没有 2018 年"),
        (9999, None, "没有 9999 年"),
        (2026, (date(2026, 3, 2), date(2026, 3, 1)), "晚于止日"),
        (2026, (date(2026, 11, 24), date(2026, 11, 30)), "还没有开始"),
        (2026, (date(2018, 1, 1), date(2019, 1, 1)), "不能早于 2019 年"),
        (2026, (date(2019, 1, 1), date(2029, 1, 1)), "最长 10 年"),
    ],
)
def test_a_period_without_a_report_is_told(year, period, words):
    with pytest.raises(PeriodError, match=words):
        span_of(year, TODAY, period)


def test_the_year_that_runs_may_be_drafted():
    assert span_of(2026, TODAY).is_report_year
    assert span_of(2027, date(2026, 12, 1)).period.first == date(2026, 12, 1)
    assert not span_of(2026, TODAY, (date(2026, 1, 1), date(2026, 2, 1))).is_report_year


def test_a_key_is_read_as_it_was_written():
    figure = Figure("settled", calendar_year(2026), where(route="veteran", level=("b", "a")))
    assert figure.text == "settled/2026-01-01/2026-12-31/level:a,b/route:veteran"
    assert parse(figure.text) == figure


def test_two_conditions_on_one_dimension_leave_what_they_share():
    assert both(where(level=("a", "b")), where(level=("b", "c"), kind="x")) == where(
        level="b", kind="x"
    )


def test_a_figure_that_no_query_counted_is_an_error_not_a_nought():
    cube = Cube(("route",), [calendar_year(2026)])
    cube.add(0, ["veteran"], 3)
    counts = Counts({"settled": [cube]})
    year = Figure("settled", calendar_year(2026))
    assert counts.number(year) == counts.number(year.of(where(route="veteran"))) == 3
    assert counts.number(year.of(where(route="talent"))) == 0
    for other in (year.of(where(town="1")), Figure("settled", report_year(2026))):
        with pytest.raises(NotCounted):
            counts.number(other)
    counts.given = {year: 4}
    assert list(counts.astray()) == [(year, 4, 3)]
