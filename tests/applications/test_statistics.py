"""The reasons, marks and origins of 公业58表, and what is filled in without anybody typing."""

import datetime

import pytest

from applications.actions.drafting import change_route
from applications.policy.routes import ROUTES
from applications.statistics import (
    MARKS,
    REASONS,
    SETTLING_REASONS,
    Level,
    default_marks,
    default_reason,
    is_asked,
    origin_level,
)
from tests import factories

BY_ROUTE = {
    "schooling": "21",
    "education": "13",
    "residence": "14",
    "home_purchase": "16",
    "in_province": "21",
    "talent": "13",
    "public_payroll": "21",
    "relocation": "18",
    "veteran": "4",
    "bravery": "21",
    "collective": "14",
    "pupil": "21",
    "pupil_return": "",
}
TODAY = datetime.date(2026, 11, 23)


def test_the_reasons_are_the_columns_12_to_21_of_the_form():
    assert list(REASONS) == [str(number) for number in range(12, 22)]
    assert set(SETTLING_REASONS) - set(REASONS) == {"4"}
    assert len(MARKS) == 6


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_has_its_usual_reason(route):
    assert default_reason(route) == BY_ROUTE[route]
    assert default_reason(route) in {*SETTLING_REASONS, ""}


@pytest.mark.parametrize(
    ("division", "level", "column"),
    [
        ("522601", Level.CITY, "9"),
        ("522622", Level.PREFECTURE, "9"),
        ("520102", Level.PROVINCE, "10"),
        ("430104", Level.OUTSIDE, "11"),
    ],
)
def test_the_origin_is_told_by_the_division(division, level, column):
    assert origin_level(division) is level
    assert origin_level(division).column == column


def test_an_unknown_origin_is_no_level():
    assert origin_level("") is None


@pytest.mark.parametrize(
    ("route", "is_applicant", "since", "marks"),
    [
        ("education", True, None, ["graduate"]),
        ("education", False, None, []),
        ("veteran", True, None, ["discharged"]),
        ("veteran", False, None, []),
        ("relocation", True, None, ["whole_family"]),
        ("relocation", False, None, ["whole_family"]),
        ("residence", True, datetime.date(2021, 11, 23), ["five_years"]),
        ("residence", True, datetime.date(2021, 11, 24), []),
        ("residence", False, datetime.date(2001, 1, 1), []),
        ("bravery", True, None, []),
    ],
)
def test_the_marks_that_route_and_residence_tell(route, is_applicant, since, marks):
    found = default_marks(route, is_applicant=is_applicant, lived_since=since, on=TODAY)
    assert found == marks


@pytest.mark.parametrize(
    ("route", "kind", "asked"),
    [
        ("education", "rural", True),
        ("education", "urban", False),
        ("education", "", False),
        ("pupil_return", "rural", False),
    ],
)
def test_only_those_of_rural_origin_who_settle_are_asked(route, kind, asked):
    assert is_asked(route, kind) is asked


@pytest.mark.django_db
class TestStored:
    def told(self, case):
        rows = case.members.order_by("position")
        return list(rows.values_list("settling_reason", "marks"))

    def test_the_defaults_are_there_when_a_case_is_opened(self, desk):
        urban = factories.companion("child", hukou_kind="urban")
        family = [factories.companion(), urban]
        case = factories.application("home_purchase", desk=desk, companions=family)
        assert self.told(case) == [("16", []), ("16", []), ("", [])]

    def test_another_route_brings_its_own_reason(self, desk):
        case = factories.application("education", desk=desk)
        change_route(case, "residence", version=case.version, on=factories.today())
        assert self.told(case) == [("14", ["graduate"])]

    def test_what_an_officer_chose_stays_when_the_route_changes(self, desk):
        case = factories.application("education", desk=desk)
        case.members.update(settling_reason="15", marks=["skill"])
        change_route(case, "residence", version=case.version, on=factories.today())
        assert self.told(case) == [("15", ["skill"])]

    def test_who_turns_out_to_be_of_the_town_is_asked_no_more(self, desk):
        entry = factories.applicant_for("education")
        case = factories.application("education", desk=desk, applicant=entry)
        told = factories.draft(
            "education",
            applicant=factories.person_entry(number=entry.number, hukou_kind="urban"),
        )
        factories.saved(case, told)
        assert self.told(case) == [("", [])]
