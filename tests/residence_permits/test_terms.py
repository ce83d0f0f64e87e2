from __future__ import annotations

import json
import random
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import yaml

from kaili_hukou.jsonlines import run
from residence_permits.management.commands.permit_timeline import answer
from residence_permits.terms import stretches, timeline

TIMELINES = yaml.safe_load(Path(__file__).with_name("timelines.yaml").read_text(encoding="utf-8"))


def answered(permit):
    out = BytesIO()
    line = BytesIO(json.dumps(permit).encode())
    status = run((), answer, stdin=line, stdout=out, stderr=StringIO())
    return status, json.loads(out.getvalue())


@pytest.mark.parametrize("case", TIMELINES, ids=lambda case: case["name"])
def test_a_timeline_comes_out_as_written(case):
    status, found = answered({"id": "p1", **case["permit"]})
    assert (status, found["id"]) == (0, "p1")
    expected = dict(case["expected"])
    codes = expected.pop("codes", None)
    if codes is not None:
        assert [refusal["code"] for refusal in found["refused"]] == codes
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"issued_on": "2021-01-02", "as_of": "2021-01-01"},
        {"as_of": "2021-01-01"},
        {"issued_on": "2021-01-01"},
        {"issued_on": "2021-02-30", "as_of": "2022-01-01"},
        {"issued_on": "2021-01-01", "as_of": "2022-01-01", "endorsed_on": "2021-12-01"},
        {"issued_on": "2021-01-01", "as_of": "2022-01-01", "endorsed_on": [None]},
        {"issued_on": "2021-01-01", "as_of": "2022-01-01", "endorsed_on": ["2021-12-1"]},
        {"issued_on": 20210101, "as_of": "2022-01-01"},
    ],
)
def test_a_value_that_is_no_date_is_an_error_in_its_place(wrong):
    status, found = answered({"id": 7, **wrong})
    assert (status, found["id"]) == (1, 7)
    assert found["error"]


def test_a_permit_is_valid_on_a_day_if_and_only_if_a_stretch_holds_it():
    chance = random.Random(1)
    for _ in range(200):
        issued_on = date(2020, 1, 1) + timedelta(days=chance.randrange(400))
        made = [issued_on + timedelta(days=chance.randrange(1500)) for _ in range(5)]
        held = stretches(issued_on, made)
        for ahead in range(0, 1900, 7):
            on = issued_on + timedelta(days=ahead)
            valid = timeline(issued_on, made, on).is_valid
            assert valid == any(stretch.holds(on) for stretch in held)
