"""The area a head is changed in mid-case: who turns is named, who is decided keeps his verdict."""

import pytest
from django.urls import reverse

from applications.models import ParameterChange
from applications.workflow import State
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

HOME = {"home_bought_on": "2021-03-08", "home_area_m2": 21, "home_registered_already": 0}
NEW = {"name": "area_per_head", "value": "30", "document": "凯府发〔2026〕9号", "reason": "调整"}


def home_case(desk, state):
    return factories.application("home_purchase", state=state, desk=desk, facts=HOME)


def proposed(desk):
    client = factories.client_of(desk.approver)
    shown = client.get(reverse("desk:parameters"))
    submit(client, shown, NEW | {"from_day": today().isoformat()})
    return ParameterChange.objects.get()


def change_page(change, officer):
    return factories.client_of(officer).get(reverse("desk:parameter-change", args=[change.pk]))


def confirmed(desk):
    """Proposed by one of the household section, confirmed by another."""
    change, second = proposed(desk), factories.officer(Role.APPROVER)
    submit(factories.client_of(second), change_page(change, second), button=("confirm", "1"))
    change.refresh_from_db()
    assert change.state == "confirmed"
    return change


def opinion_on(case, officer):
    shown = factories.client_of(officer).get(reverse("desk:case", args=[case.pk]))
    return shown.context["verdict"]


def test_the_preview_names_the_open_case_that_would_turn_and_no_decided_one(desk):
    running = home_case(desk, State.ACCEPTED)
    decided = home_case(desk, State.REGISTERED)
    shown = page(change_page(proposed(desk), desk.approver))
    assert running.receipt_number in shown.text
    assert decided.receipt_number not in shown.text


def test_a_decided_case_keeps_the_number_that_it_was_judged_by(desk):
    decided = home_case(desk, State.APPROVED)
    confirmed(desk)
    verdict = opinion_on(decided, desk.clerk)
    assert verdict["verdict"] == "eligible"
    assert factories.fresh(decided).judged == decided.judged


def test_a_running_case_is_judged_by_the_new_number(desk):
    running = home_case(desk, State.ACCEPTED)
    assert opinion_on(running, desk.clerk).verdict == "eligible"
    confirmed(desk)
    assert opinion_on(running, desk.clerk).verdict == "ineligible"


def test_the_route_is_changed_and_number_day_and_answers_are_kept(desk):
    case = home_case(desk, State.ACCEPTED)
    confirmed(desk)
    client = factories.client_of(desk.clerk)
    asked = client.get(reverse("desk:move", args=[case.pk, "take_route"]))
    assert "home_purchase" not in page(asked).form("route").choices["route"]
    reason = "面积标准调整,申请人有本科学历,改按学历办理"
    facts = submit(client, asked, {"route": "education", "reason": reason})
    assert factories.fresh(case).route == "home_purchase"
    typed = {"facts-degree_level": "bachelor", "facts-degree_recognised": "yes"}
    told = submit(client, facts, typed)
    now = factories.fresh(case)
    assert now.route == "education"
    assert (now.receipt_number, now.accepted_on) == (case.receipt_number, case.accepted_on)
    assert now.facts["home_area_m2"] == HOME["home_area_m2"]
    assert now.facts["degree_level"] == "bachelor"
    assert "变更落户渠道通知书" in page(told).text
    assert "由「" in page(told).text
    assert opinion_on(now, desk.clerk).verdict == "eligible"
    assert now.evidence.get(code="degree_proof").state == "missing"


def test_the_case_goes_on_to_the_approval_under_its_new_route(desk):
    case = home_case(desk, State.ACCEPTED)
    confirmed(desk)
    facts = {"degree_level": "bachelor", "degree_recognised": True}
    factories.make(case, "take_route", desk, route="education", facts=facts)
    case.evidence.filter(state="missing").update(state="original")
    for move in ("check", "review", "approve"):
        factories.make(case, move, desk)
    judged = factories.fresh(case).judged
    assert judged["case"]["route"] == "education"
    assert judged["verdict"]["verdict"] == "eligible"
