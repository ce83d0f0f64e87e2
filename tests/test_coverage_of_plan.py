"""Each clause has what covers it; each condition has a met, an unmet and an unknown case."""

from __future__ import annotations

from pathlib import Path

import pytest

from applications.policy.routes import ROUTES
from kaili_hukou.clauses import CLAUSES
from tests import clause_table
from tests.applications.policy.cases import cases

ROOT = Path(__file__).parents[1]
PAIRS = [(route.code, asked.code) for route in ROUTES.values() for asked in route.conditions]


@pytest.mark.parametrize(("route", "condition"), PAIRS)
def test_a_condition_has_a_met_an_unmet_and_an_unknown_case(route, condition):
    statuses = {
        case["expected"].get("conditions", {}).get(condition)
        for case in cases()
        if case["case"]["route"] == route
    }
    assert statuses >= {"met", "unmet", "unknown"}


def test_no_clause_on_settling_is_only_planned():
    assert not [
        clause.code
        for clause in CLAUSES.values()
        if clause.code.startswith("三(一)") and clause.coverage == "planned"
    ]


def test_what_covers_a_clause_exists():
    for clause in CLAUSES.values():
        if clause.coverage in ("rule", "invariant"):
            path, _, name = clause.where.partition("::")
            assert name.split("[")[0] in (ROOT / path).read_text(encoding="utf-8"), clause.code


def test_every_route_stands_under_a_clause_that_names_it():
    for route in ROUTES.values():
        assert f"'{route.code}'" in CLAUSES[route.clause].where


def test_no_route_requires_both_a_home_and_insurance():
    """三(一)1."""
    for route in ROUTES.values():
        assert not {"home", "insured_months"} <= {asked.code for asked in route.conditions}


def test_no_area_is_asked_of_the_four_key_groups():
    """三(一)5."""
    for code in ("relocation", "veteran", "talent", "bravery"):
        assert "area_per_head" not in {asked.code for asked in ROUTES[code].conditions}


def test_the_table_of_clauses_is_current():
    written = (ROOT / "docs" / "clauses.md").read_text(encoding="utf-8")
    assert written == clause_table.table(), "请运行 python -m tests.clause_table > docs/clauses.md"
