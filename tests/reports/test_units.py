"""Who reports on what: 38 units, the duties of the plan, and what a successor takes over."""

import datetime

import pytest

from kaili_hukou.clauses import CLAUSES
from kaili_hukou.models import Bureau, Duty, Town
from reports.models import UnitReturn
from reports.units import may_see, measures, unit_with, units_due
from tests.reports.returns import YEAR, bureau, clerk_of, town

pytestmark = pytest.mark.django_db
YESTERDAY = datetime.date(YEAR, 12, 9)


def clauses(unit):
    return [duty.clause for duty in measures(unit, YEAR)]


def test_eighteen_bureaus_and_twenty_towns_report():
    units = units_due(YEAR)
    assert [type(unit) for unit in units].count(Bureau) == 18
    assert [type(unit) for unit in units].count(Town) == 20
    assert {unit.name for unit in units}.isdisjoint({"市户改办", "市人民政府"})


def test_each_unit_has_something_to_report_on():
    assert [unit.name for unit in units_due(YEAR) if not measures(unit, YEAR)] == []


def test_the_duties_are_those_that_the_plan_names():
    """The sheet of duties against the numbered clauses, clause by clause."""
    for code, clause in CLAUSES.items():
        rows = Duty.objects.filter(clause=code).select_related("bureau", "town")
        if not code.startswith(("三(一)", "三(二)", "三(三)", "四")) or not rows:
            continue
        told = {
            part: {row.bureau.name for row in rows if row.part == part and row.bureau}
            for part in ("lead", "support")
        }
        named = {"lead": set(clause.lead), "support": set(clause.support)}
        if code == "四(五)":
            assert told["support"] == named["support"] == {"市财政局"}
            continue
        if code.startswith("三(一)6("):
            assert len(told["support"]) == 1
            assert not told["lead"]
            continue
        for part, names in told.items():
            assert names == {name for name in named[part] if not name.startswith("各镇")}, code
        towns = sum(row.town is not None for row in rows)
        words = named["lead"] | named["support"]
        assert towns == (20 if "各镇(街道)" in words else 11 if "各镇" in words else 0), code


def test_the_three_suppliers_of_rosters_answer_for_them():
    assert "三(一)6(1)" in clauses(bureau("poverty_relief"))
    assert "三(一)6(2)" in clauses(bureau("civil_affairs"))
    assert "三(一)6(3)" in clauses(bureau("human_resources"))


def test_the_measures_stand_in_the_order_of_the_plan():
    assert clauses(bureau("police")) == [
        "三(一)",
        "三(二)",
        "三(三)3",
        "三(三)8",
        "四(一)",
        "四(二)",
        "四(三)",
        "四(五)",
    ]


def test_a_subdistrict_supports_no_schooling_which_the_plan_lays_on_the_towns():
    assert clauses(town("炉山镇")) == ["三(三)2", "三(三)3", "三(三)8", "四(五)"]
    assert clauses(town("大十字街道")) == ["三(三)2", "三(三)3", "四(五)"]


def test_a_duty_that_ended_goes_to_whoever_has_it_now():
    """Split: veterans go to a new bureau by a new row, the old one keeps the rest."""
    new = Bureau.objects.create(code="veterans", name="市退役军人事务局")
    Duty.objects.filter(clause="三(一)6(2)").update(valid_to=YESTERDAY)
    Duty.objects.create(clause="三(一)6(2)", bureau=new, part="support", valid_from=YESTERDAY)
    assert clauses(new) == ["三(一)6(2)"]
    assert "三(一)6(2)" not in clauses(bureau("civil_affairs"))
    assert "三(三)7" in clauses(bureau("civil_affairs"))


def test_a_successor_answers_for_a_bureau_that_is_gone_and_sees_its_returns():
    heir, gone = bureau("agriculture"), bureau("poverty_relief")
    before = UnitReturn.objects.create(year=YEAR - 1, bureau=gone)
    assert not may_see(clerk_of(heir), gone)
    Bureau.objects.filter(pk=gone.pk).update(successor=heir, valid_to=YESTERDAY)
    assert {"三(一)6(1)", "三(三)4"} <= set(clauses(heir))
    assert gone not in units_due(YEAR)
    assert gone in units_due(YEAR - 1)
    clerk = clerk_of(heir)
    assert may_see(clerk, gone)
    assert list(UnitReturn.objects.visible_to(clerk)) == [before]


def test_a_clerk_of_a_town_sees_that_towns_return_alone():
    here, there = town("炉山镇"), town("龙场镇")
    rows = [UnitReturn.objects.create(year=YEAR, town=unit) for unit in (here, there)]
    UnitReturn.objects.create(year=YEAR, bureau=bureau())
    clerk = clerk_of(here)
    assert list(UnitReturn.objects.visible_to(clerk)) == rows[:1]
    assert may_see(clerk, here)
    assert not may_see(clerk, there)
    assert not may_see(clerk, bureau())


@pytest.mark.parametrize("code", ["", "nobody", "9" * 300, "government", "reform_office", "²"])
def test_a_code_that_names_no_unit_finds_none(code):
    assert unit_with(code) is None
