"""Where bars lie: as long as their numbers, beside the year before only where it is there."""

import pytest

from reports.charts import LEFT, RIGHT, WIDTH, Amount, bars, charts_of
from tests.reports.test_texts import figures

ROOM = WIDTH - LEFT - RIGHT


@pytest.mark.parametrize("amounts", [[], [Amount("甲", 0)], [Amount("甲", 0, 0)]])
def test_nothing_is_drawn_of_nothing(amounts):
    assert bars("题", "人", amounts) is None


def test_the_largest_fills_the_room_and_the_others_are_in_proportion():
    found = bars("题", "人", [Amount("甲", 4), Amount("乙", 1), Amount("丙", 0)])
    assert [one.length for one in found.bars] == [ROOM, ROOM / 4, 0]
    assert [one.y for one in found.bars] == sorted({one.y for one in found.bars})
    assert found.bars[-1].y < found.height
    assert not found.compares


def test_the_year_before_is_hollow_and_stands_below():
    found = bars("题", "人", [Amount("甲", 2, 4)])
    assert [(one.number, one.hollow) for one in found.bars] == [(2, False), (4, True)]
    assert found.bars[0].y < found.bars[1].y
    assert found.compares


def by_month(year, number):
    told = figures(number).told
    return {**told, "settled": told["settled"] | {"by_month": {f"{year}-12": number}}}


def test_a_month_stands_beside_the_month_of_the_year_before():
    now = figures(3, told=by_month(2025, 3))
    before = figures(2, told=by_month(2024, 2))
    assert charts_of(now, before)[0].amounts == (Amount("2025-12", 3, 2),)
    assert charts_of(now)[0].amounts == (Amount("2025-12", 3),)
