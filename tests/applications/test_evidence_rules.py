"""How each document may be met: one row for every paper that a route may ask for."""

from datetime import date, timedelta

import pytest

from applications.evidence_rules import (
    FOR_EVER,
    NEVER,
    RULES,
    UNKNOWN,
    Rule,
    rule_of,
    states_by_hand,
)
from applications.policy.evidence import everything_asked_for

DAY = date(2026, 3, 2)

# Code → (may be promised, days on file, may come late, may be asked of a unit).
TABLE = {
    "application_form": (False, NEVER, False, False),
    "home_proof": (False, 90, True, True),
    "enrolment_proof": (True, 90, True, True),
    "degree_proof": (False, FOR_EVER, True, True),
    "insurance_proof": (True, 30, True, True),
    "no_home_proof": (True, 30, True, True),
    "talent_certificate": (False, FOR_EVER, True, True),
    "employment_proof": (True, 30, True, True),
    "placement_document": (False, FOR_EVER, True, True),
    "bravery_certificate": (False, FOR_EVER, True, True),
    "business_licence": (False, 365, True, True),
    "premises_proof": (True, 90, True, True),
    "collective_keeper": (False, NEVER, False, True),
    "graduation_proof": (True, FOR_EVER, True, True),
    "marriage_certificate": (False, FOR_EVER, True, True),
    "birth_certificate": (False, FOR_EVER, True, True),
    "kinship_proof": (True, FOR_EVER, True, True),
}


@pytest.mark.parametrize("code", TABLE)
def test_a_document_is_met_as_the_table_says(code):
    rule = rule_of(code)
    told = (bool(rule.promise), rule.keeps, rule.late, rule.asked_of_others)
    assert told == TABLE[code]


def test_every_paper_of_the_plan_has_a_rule_and_no_other():
    assert set(RULES) == {item.code for item in everything_asked_for()} == set(TABLE)


@pytest.mark.parametrize("code", TABLE)
def test_where_no_promise_is_taken_the_reason_is_told(code):
    rule = rule_of(code)
    assert bool(rule.promise) != bool(rule.why_not)


@pytest.mark.parametrize("code", ["marriage_certificate", "birth_certificate", "application_form"])
def test_nobody_promises_who_he_is_or_what_he_wants(code):
    assert not rule_of(code).promise


@pytest.mark.parametrize(
    ("keeps", "days", "valid"),
    [
        (30, 0, True),
        (30, 30, True),
        (30, 31, False),
        (90, 90, True),
        (90, 91, False),
        (FOR_EVER, 20000, True),
        (NEVER, 0, False),
        (FOR_EVER, -1, False),  # seen later than the day in question
    ],
)
def test_a_paper_on_file_is_valid_for_its_days(keeps, days, valid):
    assert Rule(keeps).valid_on(DAY - timedelta(days), DAY) is valid


def test_an_unknown_paper_is_taken_by_hand_alone():
    assert rule_of("something_new") is UNKNOWN
    assert (UNKNOWN.promise, UNKNOWN.asked_of_others, UNKNOWN.keeps) == ("", False, NEVER)


def test_what_must_not_come_late_offers_no_later_day():
    assert states_by_hand("application_form") == ("missing", "original", "copy")
    assert states_by_hand("degree_proof") == ("missing", "original", "copy", "deferred")
