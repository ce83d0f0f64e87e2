"""Who may apply for a permit, with what, and by when it is made."""

import datetime

import pytest

from residence_permits.conditions import (
    DOCUMENTS,
    Told,
    agent_misused,
    law_by,
    longest,
    longest_stay,
    may_apply_from,
    missing,
    needs_agent,
    obstacles,
    promised_on,
    standing,
)

DAY = datetime.date.fromisoformat
ON = DAY("2026-11-23")


def told(**more):
    usual = {
        "on": ON,
        "division": "430104",
        "born_on": DAY("1990-01-01"),
        "residence_from": DAY("2026-01-10"),
        "basis": "dwelling",
        "shown": frozenset({"lease"}),
        "photograph": True,
    }
    return Told(**usual | more)


@pytest.mark.parametrize(
    ("since", "first"),
    [
        ("2026-05-23", "2026-11-23"),
        ("2026-05-24", "2026-11-24"),
        ("2026-08-31", "2027-02-28"),
        ("2023-08-31", "2024-02-29"),
        ("2026-05-31", "2026-11-30"),
    ],
)
def test_half_a_year_is_full_on_its_day(since, first):
    assert may_apply_from(DAY(since)) == DAY(first)
    before = DAY(first) - datetime.timedelta(days=1)
    assert obstacles(told(residence_from=DAY(since), on=DAY(first))) == []
    assert first in obstacles(told(residence_from=DAY(since), on=before))[0]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"division": "522601"}, "市内迁移"),
        ({"residence_from": None}, "登记居住"),
    ],
)
def test_what_no_paper_mends(more, word):
    assert word in "".join(obstacles(told(**more)))


@pytest.mark.parametrize("division", ["430104", "522622", "522635", ""])
def test_another_county_of_the_prefecture_is_another_place(division):
    assert obstacles(told(division=division)) == []


@pytest.mark.parametrize(
    ("basis", "document"), [(basis, code) for basis, titles in DOCUMENTS.items() for code in titles]
)
def test_one_document_of_one_basis_is_enough(basis, document):
    assert missing(told(basis=basis, shown=frozenset({document}))) == []
    others = {code for kind, titles in DOCUMENTS.items() if kind != basis for code in titles}
    assert missing(told(basis=basis, shown=frozenset(others)))


def test_everything_that_is_missing_is_told_at_once():
    wanted = missing(Told(on=ON, born_on=DAY("2015-01-01")))
    assert len(wanted) == 4
    assert "三者之一" in wanted[1]


@pytest.mark.parametrize(
    ("born", "needed"), [("2010-11-24", True), ("2010-11-23", False), ("1940-01-01", False)]
)
def test_under_sixteen_a_guardian_applies(born, needed):
    child = told(born_on=DAY(born))
    assert needs_agent(child) is needed
    assert bool(missing(child)) is needed
    assert missing(told(born_on=DAY(born), by_agent=True)) == []


@pytest.mark.parametrize(
    ("born", "reason", "fine"),
    [
        ("2015-01-01", "", True),
        ("1940-01-01", "infirm", True),
        ("1990-01-01", "disabled", True),
        ("1990-01-01", "", False),
        ("1990-01-01", "under_16", False),
    ],
)
def test_others_apply_in_person(born, reason, fine):
    asked = told(born_on=DAY(born), by_agent=True, agent_reason=reason)
    assert (agent_misused(asked) == "") is fine


def test_the_terms_are_natural_days_without_the_day_of_acceptance():
    day = DAY("2026-02-10")
    assert (promised_on(day), law_by(day), longest(day)) == (
        DAY("2026-02-17"),
        DAY("2026-02-25"),
        DAY("2026-03-12"),
    )


@pytest.mark.parametrize(
    ("on", "colour", "word"),
    [
        ("2026-02-16", "", "2026-02-17"),
        ("2026-02-17", "amber", "今日"),
        ("2026-02-18", "amber", "超承诺 1 天"),
        ("2026-02-25", "amber", "法定至 02-25"),
        ("2026-02-26", "red", "超法定期限 1 天"),
    ],
)
def test_the_promise_is_the_yellow_line_and_the_law_the_red_one(on, colour, word):
    shown = standing(DAY("2026-02-17"), DAY("2026-02-25"), DAY(on))
    assert shown[0] == colour
    assert word in shown[1]


@pytest.mark.parametrize(
    ("stretches", "since"),
    [
        ([], None),
        ([("2024-01-01", "2025-01-01")], None),
        ([("2025-01-01", None)], "2025-01-01"),
        ([("2024-01-01", "2024-12-31"), ("2025-01-01", None)], "2024-01-01"),
        ([("2025-01-01", None), ("2024-01-01", "2024-12-31")], "2024-01-01"),
        ([("2024-01-01", "2024-12-30"), ("2025-01-01", None)], "2025-01-01"),
        ([("2024-01-01", "2025-06-30"), ("2025-01-01", None)], "2024-01-01"),
        (
            [("2023-01-01", "2026-01-01"), ("2024-01-01", "2024-02-01"), ("2025-09-01", None)],
            "2023-01-01",
        ),
        ([("2020-01-01", None), ("2024-01-01", "2024-02-01")], "2020-01-01"),
    ],
)
def test_stretches_that_follow_each_other_are_one_stay(stretches, since):
    rows = [(DAY(first), DAY(last) if last else None) for first, last in stretches]
    assert longest_stay(rows) == (DAY(since) if since else None)
