"""Every case written down for 市户改办 comes out as it says."""

from __future__ import annotations

import json

import pytest

from applications.policy.assess import assess, assess_all
from applications.policy.case import Case
from tests.applications.policy.cases import cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_a_case_comes_out_as_written(case):
    verdict = assess(Case.from_json(case["case"]))
    expected = dict(case["expected"])
    answer = verdict.to_json()
    found = {row["code"]: row for row in answer["conditions"]}
    assert {row["clause"] for row in answer["conditions"]} == {case["clause"]}
    assert answer["clause"] == case["clause"]
    statuses = expected.pop("conditions", {})
    assert {code: found[code]["status"] for code in statuses} == statuses
    met_on = expected.pop("met_on", {})
    assert {code: found[code]["met_on"] for code in met_on} == met_on
    decisions = expected.pop("companion_decisions", None)
    if decisions is not None:
        assert [row["decision"] for row in answer["companions"]] == decisions
    assert list(found) == expected.pop("listed", list(found))
    assert {name: answer[name] for name in expected} == expected


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_text_of_a_verdict_is_its_json(case):
    for verdict in assess_all(Case.from_json(case["case"])):
        assert json.loads(f'{{"id": null, {verdict.to_members()}}}') == verdict.to_json()
