"""The applicant who lets most of the household in is proposed; nobody comes against his word."""

import datetime

import pytest

from applications.household_plans import APART, NOT_WILLING, Named, Rule, left_out, plans
from applications.policy.routes import ROUTES

ON = datetime.date(2026, 5, 20)
YES, NO, SILENT = True, False, None


def rule(kind="relocation"):
    return Rule(kind, ROUTES[kind].companions, ON, 18)


def person(row, kin, age=30, voluntary=YES, barred=""):
    return Named(row, kin, datetime.date(ON.year - age, 1, 1), voluntary, barred)


def shown(people, kind="relocation", **chosen):
    """[(applicant's row, {companion's row: relationship})]"""
    return [
        (plan.applicant, {one.row: one.relationship for one in plan.companions})
        for plan in plans(people, rule(kind), **chosen)
    ]


HEAD, WIFE, CHILD = person(1, "head"), person(2, "spouse"), person(3, "child", 6, SILENT)

TABLE = {
    "a head with wife and minor child": (
        [HEAD, WIFE, CHILD],
        [(1, {2: "spouse", 3: "child"})],
    ),
    "the son's wish decides for nobody else: a head without yes does not come": (
        [person(1, "head", voluntary=NO), WIFE, CHILD],
        [(2, {3: "child"})],
    ),
    "an adult of whom nothing is written is left out": (
        [HEAD, person(2, "spouse", voluntary=SILENT)],
        [(1, {})],
    ),
    "nobody with yes": ([person(1, "head", voluntary=SILENT), CHILD], []),
    "an adult child named with yes applies for himself": (
        [HEAD, WIFE, person(3, "child", 25)],
        # He lets both parents in; the head lets in only his wife.
        [(3, {1: "parent", 2: "parent"})],
    ),
    "two adult children: one lets the parents in, the other applies alone": (
        [HEAD, WIFE, person(3, "child", 25), person(4, "child", 22)],
        [(3, {1: "parent", 2: "parent"}), (4, {})],
    ),
    "a mother-in-law is the wife's parent: the wife lets all in": (
        [HEAD, WIFE, person(3, "in_law_parent", 60)],
        [(2, {1: "spouse", 3: "parent"})],
    ),
    "who cannot be placed comes along and is asked": (
        [HEAD, person(2, "", 40)],
        [(1, {2: ""})],
    ),
    "who is barred is nowhere": (
        [HEAD, person(2, "spouse", barred="已有在办件"), CHILD],
        [(1, {3: "child"})],
    ),
    "a minor applies only where nobody of age does": (
        [person(1, "head", voluntary=NO), person(2, "child", 8)],
        [(2, {})],
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_cases_of_a_household(name):
    people, expected = TABLE[name]
    assert shown(people) == expected


def test_another_applicant_may_be_chosen():
    assert shown([HEAD, WIFE, CHILD], first=2) == [(2, {1: "spouse", 3: "child"})]


def test_a_choice_of_somebody_who_may_not_apply_chooses_nobody():
    assert shown([HEAD, WIFE, CHILD], first=3) == [(1, {2: "spouse", 3: "child"})]


def test_apart_each_applies_alone():
    assert shown([HEAD, WIFE, CHILD], choice=APART) == [(1, {}), (2, {})]


@pytest.mark.parametrize("kind", ["veteran", "public_payroll"])
def test_where_the_plan_names_no_companions_each_named_one_applies_alone(kind):
    people = [person(1, "head", voluntary=SILENT), person(2, "spouse", voluntary=NO)]
    assert shown(people, kind) == [(1, {})]


def test_who_is_left_out_is_told_why():
    people = [HEAD, person(2, "spouse", voluntary=NO), person(3, "child", barred="已在本市落户")]
    made = plans(people, rule())
    assert left_out(people, made, rule()) == {2: NOT_WILLING, 3: "已在本市落户"}
