"""What follows a settlement, for whom: the table of 三(二) and 三(三)4 to 8."""

import datetime

import pytest

from applications.duties_after import DUTIES, Settled, duties_of
from applications.models import FollowUp
from applications.policy.routes import ROUTES
from kaili_hukou.dates import quarter_before, quarter_of, quarter_span
from kaili_hukou.models import Bureau

ON = datetime.date(2026, 11, 20)


def born(age, days=0):
    """Somebody who reached an age so many days before the registration."""
    return datetime.date(ON.year - age, ON.month, ON.day) - datetime.timedelta(days=days)


def kinds(route="education", age=30, **told):
    told = {"birth_date": born(age)} | told
    return {duty.kind for duty in duties_of(Settled(route=route, on=ON, **told))}


@pytest.mark.parametrize(
    ("kind", "clause", "bureau"),
    [
        ("land_rights", "三(三)4", None),
        ("permit", "三(二)", None),
        ("housing", "三(三)5", "housing"),
        ("housing_fund", "三(三)5", "housing_fund"),
        ("insurance", "三(三)6", "medical_insurance"),
        ("pension", "三(三)7", "human_resources"),
        ("allowance", "三(三)7", "civil_affairs"),
        ("school", "三(三)8", "education_science"),
    ],
)
def test_a_duty_stands_under_its_clause_and_has_its_bureau(kind, clause, bureau):
    assert (DUTIES[kind].clause, DUTIES[kind].bureau) == (clause, bureau)


def test_every_kind_of_follow_up_has_its_duty():
    assert set(DUTIES) == set(FollowUp.Kind.values)


@pytest.mark.django_db
def test_every_bureau_of_a_duty_is_in_the_register():
    codes = {duty.bureau for duty in DUTIES.values() if duty.bureau}
    assert set(Bureau.objects.filter(code__in=codes).values_list("code", flat=True)) == codes


@pytest.mark.parametrize("route", sorted(set(ROUTES) - {"pupil_return", "collective"}))
def test_the_medical_insurance_of_everybody_settled_goes_on(route):
    assert all("insurance" in kinds(route, age) for age in (0, 10, 30, 90))


@pytest.mark.parametrize(
    ("born_on", "follows"),
    [
        (born(6) + datetime.timedelta(days=1), False),
        (born(6), True),
        (born(15), True),
        (born(16) + datetime.timedelta(days=1), True),
        (born(16), False),
        (None, False),
    ],
)
def test_school_is_for_children_of_six_to_fifteen(born_on, follows):
    assert ("school" in kinds(birth_date=born_on)) is follows


@pytest.mark.parametrize(
    ("born_on", "follows"),
    [(born(16) + datetime.timedelta(days=1), False), (born(16), True), (born(90), True)],
)
def test_a_pension_is_carried_over_from_sixteen_on(born_on, follows):
    assert ("pension" in kinds(birth_date=born_on)) is follows


@pytest.mark.parametrize(
    ("route", "age", "follows"),
    [
        *((route, 30, True) for route in ("education", "residence", "talent")),
        *((route, 30, True) for route in ("public_payroll", "veteran")),
        *((route, 30, False) for route in ("relocation", "schooling", "bravery", "in_province")),
        ("residence", 17, False),
        ("residence", 18, True),
        ("residence", 59, True),
        ("residence", 60, False),
    ],
)
def test_the_housing_fund_is_for_adults_who_work_here(route, age, follows):
    assert ("housing_fund" in kinds(route, age)) is follows


def test_housing_is_secured_once_for_a_family():
    assert "housing" in kinds(is_applicant=True)
    assert "housing" not in kinds(is_applicant=False)


@pytest.mark.parametrize("told", ["speaks_for_home", "holds_permit"])
def test_the_notice_and_the_permit_hang_on_the_person(told):
    kind = {"speaks_for_home": "land_rights", "holds_permit": "permit"}[told]
    assert kind in kinds(**{told: True})
    assert kind not in kinds(**{told: False})


def test_an_allowance_follows_only_where_it_was_told():
    assert not any("allowance" in kinds(age=age, is_applicant=True) for age in range(100))


def test_a_pupil_lives_on_in_his_family():
    pupil = {"is_applicant": True, "speaks_for_home": True, "holds_permit": True}
    assert kinds("pupil", 10, **pupil) == {"insurance", "land_rights", "permit"}


@pytest.mark.parametrize("route", ["pupil_return", "collective"])
def test_nothing_follows_for_who_leaves_or_is_no_person(route):
    assert not kinds(route, is_applicant=True, speaks_for_home=True, holds_permit=True)


@pytest.mark.parametrize(
    ("day", "quarter", "before"),
    [
        (datetime.date(2026, 1, 1), (2026, 1), (2025, 4)),
        (datetime.date(2026, 3, 31), (2026, 1), (2025, 4)),
        (datetime.date(2026, 4, 1), (2026, 2), (2026, 1)),
        (datetime.date(2026, 12, 31), (2026, 4), (2026, 3)),
    ],
)
def test_a_day_lies_in_its_quarter(day, quarter, before):
    first, last = quarter_span(*quarter)
    assert quarter_of(day) == quarter
    assert first <= day <= last
    assert quarter_before(day) == before
    assert quarter_span(*before)[1] + datetime.timedelta(days=1) == first
