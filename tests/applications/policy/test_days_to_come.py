"""`eligible_on` and `come_back_on` are those that a walk through the calendar finds."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta

import pytest

from applications.policy.assess import assess
from applications.policy.case import Applicant, Case, Enrolment, Facts, Home, Permit
from applications.policy.parameters import SHIPPED, Value
from tests.applications.policy import oracle

ROUNDS = 2000 if os.environ.get("PROOF") else 60
BASE = date(2022, 1, 31)
OUTSIDER = Applicant(division="430102")


def near(chance: random.Random, low: int, high: int) -> date:
    return BASE + timedelta(days=chance.randint(low, high))


def schooling_case(chance: random.Random) -> Case:
    issued_on = near(chance, -1500, 300)
    if chance.random() < 0.2:
        issued_on = date(2020, 2, 29)
    endorsed_on, anchor = [], issued_on
    for year in (1, 2, 3):
        turn = oracle.months_on(anchor, 12 * year)
        if chance.random() < 0.85:
            endorsed_on.append(turn - timedelta(days=chance.choice((1, 2, 15, 28))))
        elif chance.random() < 0.6:
            endorsed_on.append(turn + timedelta(days=chance.randint(0, 90)))
    chance.shuffle(endorsed_on)
    from_day = near(chance, -1600, 0)
    to = from_day + timedelta(days=chance.randint(900, 1500)) if chance.random() < 0.3 else None
    facts = Facts(enrolment=Enrolment(from_day, to), permit=Permit(issued_on, tuple(endorsed_on)))
    return Case(near(chance, -200, 400), "schooling", OUTSIDER, facts)


def residence_case(chance: random.Random) -> Case:
    as_of = near(chance, 0, 400)
    this_month = as_of.year * 12 + as_of.month - 1
    months = frozenset(
        month for month in range(this_month - 9, this_month + 4) if chance.random() < 0.8
    )
    facts = Facts(residence_from=near(chance, -250, 500), insured_months=months)
    return Case(as_of, "residence", OUTSIDER, facts)


@pytest.mark.parametrize(
    ("generate", "holds"),
    [
        (schooling_case, oracle.schooling_holds),
        (residence_case, oracle.residence_holds),
    ],
)
def test_the_days_to_come_are_those_of_a_walk_through_the_calendar(generate, holds):
    chance = random.Random(20261123)
    for _ in range(ROUNDS):
        case = generate(chance)
        verdict = assess(case)
        if holds(case, case.as_of, goes_on=False):
            assert verdict.verdict == "eligible", case
            assert verdict.eligible_on is verdict.come_back_on is None
            continue
        assert verdict.verdict == "ineligible", case
        days = 1900
        assert verdict.eligible_on == oracle.first_day(case, holds, goes_on=False, days=days), case
        assert verdict.come_back_on == oracle.first_day(case, holds, goes_on=True, days=days), case


def test_a_suspended_permit_has_no_day_to_come_back():
    facts = Facts(
        enrolment=Enrolment(date(2015, 9, 1)), permit=Permit(date(2021, 1, 1), (date(2022, 6, 1),))
    )
    verdict = assess(Case(date(2022, 3, 1), "schooling", OUTSIDER, facts))
    assert verdict.verdict == "ineligible"
    assert verdict.come_back_on is None


def test_a_permit_not_yet_issued_counts_from_its_issue_if_every_window_is_used():
    facts = Facts(enrolment=Enrolment(date(2015, 9, 1)), permit=Permit(date(2022, 2, 1), ()))
    verdict = assess(Case(date(2022, 1, 1), "schooling", OUTSIDER, facts))
    assert (verdict.eligible_on, verdict.come_back_on) == (None, date(2025, 2, 1))


def test_the_day_on_which_the_area_ends_is_a_day_to_come():
    ended = Value(date(2027, 1, 1), None, "市政府决定", date(2026, 12, 1))
    parameters = SHIPPED.merged({"area_per_head": [ended]})
    facts = Facts(home=Home(date(2026, 1, 1), 19, 0))
    case = Case(date(2026, 11, 23), "home_purchase", OUTSIDER, facts)
    verdict = assess(case, parameters)
    assert verdict.eligible_on == verdict.come_back_on == date(2027, 1, 1)
    later = assess(case._replace(as_of=date(2027, 1, 1)), parameters)
    assert later.verdict == "eligible"
    assert "自2027年1月1日起不再适用" in later.conditions[-1].actual
    assert assess(case).eligible_on is None


@pytest.mark.parametrize("as_of", [date.min, date(1, 2, 1), date(9999, 12, 31), date(9999, 6, 1)])
def test_the_ends_of_the_calendar_never_stop_a_run(as_of):
    for day in (date.min, date(9999, 12, 31), date(9998, 3, 1)):
        facts = Facts(
            enrolment=Enrolment(day),
            permit=Permit(day, (day, date.max)),
            residence_from=day,
            insured_months=frozenset({as_of.year * 12}),
            home=Home(day, 20, 0),
            graduated_on=day,
        )
        for route in ("schooling", "residence", "home_purchase", "pupil_return"):
            assess(Case(as_of, route, OUTSIDER, facts))
