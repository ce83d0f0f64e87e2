"""What is not of its kind is an error, whether the route uses it or not."""

from __future__ import annotations

import pytest

from applications.policy.case import Case, CaseError

DAY = "2026-11-23"
WRONG = [
    {},
    {"as_of": None},
    {"as_of": "2026-11-23\n"},
    {"route": ""},
    {"route": []},
    {"route": "Schooling"},
    {"person": []},
    {"person": {"division": "52260"}},
    {"person": {"division": 522601}},
    {"person": {"division": "５22601"}},
    {"person": {"division": "52260\n"}},
    {"person": {"birth_date": "1990-1-1"}},
    {"person": {"hukou_kind": "city"}},
    {"person": {"hukou_kind": {}}},
    {"facts": 5},
    {"facts": {"enrolment": "yes"}},
    {"facts": {"enrolment": {"stage": ["compulsory"]}}},
    {"facts": {"enrolment": {"from": "2024-01-02", "to": "2024-01-01"}}},
    {"facts": {"permit": {"endorsed_on": "2024-01-01"}}},
    {"facts": {"permit": {"endorsed_on": [None]}}},
    {"facts": {"degree": {"level": "phd"}}},
    {"facts": {"degree": {"recognised": 1}}},
    {"facts": {"residence_from": "2026-02-30"}},
    {"facts": {"insured_months": ["2026-13"]}},
    {"facts": {"insured_months": [None]}},
    {"facts": {"insured_months": "2026-01"}},
    {"facts": {"insured_months": [["2026-01"]]}},
    {"facts": {"home": {"area_m2": 0}}},
    {"facts": {"home": {"area_m2": True}}},
    {"facts": {"home": {"area_m2": "60"}}},
    {"facts": {"home": {"area_m2": float("inf")}}},
    {"facts": {"home": {"registered_already": 1.0}}},
    {"facts": {"home": {"registered_already": -1}}},
    {"facts": {"home": {"registered_already": False}}},
    {"facts": {"home": {}, "owns_home": False}},
    {"facts": {"owns_home": "true"}},
    {"facts": {"voluntary": 0}},
    {"facts": {"rosters": ["soldiers"]}},
    {"facts": {"rosters": [None]}},
    {"facts": {"rosters": "talent"}},
    {"facts": {"enterprise": {"rules_met": "yes"}}},
    {"companions": {}},
    {"companions": [None]},
    {"companions": [{"relationship": "cousin"}]},
    {"companions": [{"relationship": 1}]},
    {"companions": [{"lives_together": 1}]},
    {"companions": [{"birth_date": ""}]},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_value_that_is_not_of_its_kind_is_an_error(wrong):
    line = wrong if not wrong else {"as_of": DAY, "route": "bravery", **wrong}
    with pytest.raises(CaseError, match="请"):
        Case.from_json(line)


def test_unknown_keys_and_nulls_are_no_error():
    line = {
        "as_of": DAY,
        "route": None,
        "x": 1,
        "person": {"x": 1, "division": None},
        "facts": {"x": [], "permit": {"x": 1}, "home": None, "owns_home": False},
        "companions": [{"x": 1, "relationship": None}],
    }
    assert Case.from_json(line).facts.owns_home is False
    assert Case.from_json({"as_of": DAY, "companions": None}).companions == ()


def test_an_error_never_shows_a_whole_identity_number():
    with pytest.raises(CaseError) as caught:
        Case.from_json({"as_of": DAY, "person": {"division": "52260119900101123X"}})
    assert "52260119900101" not in str(caught.value)
