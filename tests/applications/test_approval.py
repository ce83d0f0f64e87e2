"""The decision: each companion by the approver, nothing outstanding, kept as it was judged."""

import re

import pytest

from applications.policy.parameters import RULES_VERSION, SHIPPED
from applications.workflow import State
from kaili_hukou.actions import Refused
from tests import factories

pytestmark = pytest.mark.django_db

SIBLING = ("sibling", "now")


def reviewed(desk, *companions, route="education", **told):
    return factories.application(
        route,
        state=State.REVIEWED,
        desk=desk,
        companions=[factories.companion(*one) for one in companions],
        **told,
    )


def companion_of(case):
    return case.members.get(is_applicant=False)


def approve(case, desk, decision=None, why="", **told):
    members = {} if decision is None else {str(companion_of(case).pk): (decision, why)}
    return factories.make(case, "approve", desk, members=members, **told)


def test_the_list_shows_how_many_are_to_be_decided(desk):
    case = reviewed(desk, SIBLING)
    assert case.to_decide == 1
    approve(case, desk, "admitted")
    assert factories.fresh(case).to_decide == 0


@pytest.mark.parametrize("decision", [None, "", "perhaps"])
def test_each_companion_must_be_decided(decision, desk):
    case = reviewed(desk, SIBLING)
    with pytest.raises(Refused, match="还没有核定"):
        approve(case, desk, decision)
    assert factories.fresh(case).state == State.REVIEWED


def test_who_is_not_admitted_is_told_why(desk):
    case = reviewed(desk, SIBLING)
    with pytest.raises(Refused, match="请写明理由"):
        approve(case, desk, "refused", "  ")
    assert companion_of(case).admission == ""


@pytest.mark.parametrize(
    ("decision", "outcome"), [("admitted", "approved"), ("refused", "refused")]
)
def test_the_outcome_of_a_companion_is_the_approvers(decision, outcome, desk):
    case = reviewed(desk, SIBLING)
    approve(case, desk, decision, "未列入")
    assert companion_of(case).outcome == outcome
    assert companion_of(case).admission_reason == "未列入"
    assert case.members.get(is_applicant=True).outcome == "approved"


def test_whom_the_list_admits_may_still_be_refused_by_a_person(desk):
    case = reviewed(desk, ("spouse", "now"))
    approve(case, desk, "refused", "婚姻关系经核实不实")
    assert companion_of(case).outcome == "refused"


@pytest.mark.parametrize("state", ["deferred", "missing"])
def test_papers_not_yet_brought_block_the_decision(state, desk):
    case = reviewed(desk)
    item = case.evidence.first()
    case.evidence.filter(pk=item.pk).update(state=state, deferred_until=factories.today())
    with pytest.raises(Refused, match=f"没有交齐:{re.escape(item.title)}"):
        approve(case, desk)
    assert factories.fresh(case).state == State.REVIEWED


def test_a_deferral_that_ran_out_blocks_the_review(desk):
    case = factories.application(state=State.CHECKED, desk=desk)
    past = factories.today() - factories.days(1)
    case.evidence.update(state="deferred", deferred_until=past)
    with pytest.raises(Refused, match="已过后补期限"):
        factories.make(case, "review", desk)
    case.evidence.update(deferred_until=factories.today())
    assert factories.make(case, "review", desk)


@pytest.mark.parametrize(
    ("facts", "opinion"),
    [({"degree_level": "secondary", "degree_recognised": True}, "不符合本方案"), ({}, "待核实")],
)
def test_against_the_opinion_a_reason_is_needed(facts, opinion, desk):
    case = reviewed(desk, facts=facts)
    with pytest.raises(Refused, match=f"审查意见为「{opinion}」"):
        approve(case, desk, reason="  ")
    approve(case, desk, reason="经核实另有批文")
    assert factories.fresh(case).state == State.APPROVED


def test_where_the_opinion_agrees_none_is_needed(desk):
    case = reviewed(desk)
    approve(case, desk, reason="")
    assert case.opinion == "eligible"


def test_against_the_first_opinion_acceptance_needs_a_word(desk):
    case = factories.application(
        state=State.RECEIVED, desk=desk, facts={"degree_level": "secondary"}
    )
    with pytest.raises(Refused, match="应予受理"):
        factories.make(case, "accept", desk, reason="")
    assert factories.make(case, "accept", desk, reason="申请人坚持申请")


@pytest.mark.parametrize("move", ["approve", "refuse"])
def test_the_case_is_kept_as_it_was_judged(move, desk):
    case = reviewed(desk, ("spouse", "now"))
    factories.make(case, move, desk)
    kept = factories.fresh(case)
    assert kept.judged["case"]["facts"]["degree"] == {"level": "bachelor", "recognised": True}
    assert kept.judged["case"]["as_of"] == factories.today().isoformat()
    assert kept.judged["verdict"]["verdict"] == "eligible"
    assert kept.judged["parameters"] == SHIPPED.to_json()
    assert (kept.rules_version, kept.decided_on) == (RULES_VERSION, factories.today())


def test_what_is_learnt_later_does_not_rewrite_the_decision(desk):
    case = reviewed(desk)
    approve(case, desk)
    case.facts = {"degree_level": "secondary"}
    case.save()
    assert factories.fresh(case).judged["verdict"]["verdict"] == "eligible"


def test_the_added_head_is_reckoned_before_the_signature(desk):
    facts = factories.facts_of("home_purchase", factories.today()) | {"home_area_m2": 39}
    case = reviewed(desk, SIBLING, route="home_purchase", facts=facts)
    with pytest.raises(Refused, match="不符合本方案"):
        approve(case, desk, "admitted", reason="")
    approve(case, desk, "refused", "未列入随迁范围", reason="")
    assert factories.fresh(case).judged["case"]["companions"] == []


def test_a_refusal_names_its_clauses(desk):
    case = reviewed(desk)
    with pytest.raises(Refused, match="条款"):
        factories.make(case, "refuse", desk, clauses=[])
    assert factories.fresh(case).judged is None


def test_a_refusal_ends_the_case_for_all_its_people(desk):
    case = reviewed(desk, ("spouse", "now"))
    factories.make(case, "refuse", desk)
    assert set(case.members.values_list("outcome", "is_open")) == {("refused", False)}


def test_whoever_checked_does_not_approve_even_as_approver(desk):
    case = reviewed(desk)
    checker = case.history.get(move="check").officer
    checker.role = "approver"
    with pytest.raises(Refused, match="核查完成"):
        approve(case, desk, officer=checker)
