"""Changing a number of the plan: two officers, a preview, and decided cases as they were."""

import datetime
import json

import pytest
from django.urls import reverse

from applications.actions.parameters import confirm, drop, preview, propose
from applications.facts import case_json, known_of, told_by, verdict_of
from applications.models import ParameterChange
from applications.parameters import in_force
from applications.policy.parameters import SHIPPED, Parameters
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from kaili_hukou.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def change(value=None, *, name="area_per_head", on=None):
    return ParameterChange(
        name=name,
        from_day=on or factories.today(),
        value=value,
        document="凯公发〔2026〕9号",
        reason="上位法不设面积要求",
    )


@pytest.fixture
def keepers(db):
    return [factories.officer(Role.APPROVER), factories.officer(Role.APPROVER)]


def confirmed(row, keepers):
    propose(row, keepers[0])
    confirm(row, keepers[1], factories.today())
    return row


def small_home(desk, state=State.RECEIVED):
    """A home of 15 m² for one person: against the plan's 20 m², and else in order."""
    facts = {
        "home_bought_on": "2021-03-08",
        "home_area_m2": 15,
        "home_registered_already": 0,
    }
    return factories.application("home_purchase", state=state, desk=desk, facts=facts)


def opinion(case):
    members = list(case.members.select_related("person"))
    known = known_of("", case.applicant, factories.today())
    return verdict_of(case_json(case.route, told_by(case, members), known)).verdict


def test_a_proposal_changes_nothing_until_a_second_officer_confirms(keepers):
    row = propose(change(), keepers[0])
    assert in_force() is SHIPPED
    with pytest.raises(Refused, match="另一人"):
        confirm(row, keepers[0], factories.today())
    confirm(row, keepers[1], factories.today())
    assert in_force().on(factories.today()).area_per_head is None


def test_ending_the_area_turns_an_open_case_from_its_day_on(desk, keepers):
    case = small_home(desk)
    assert opinion(case) == "ineligible"
    tomorrow = factories.today() + datetime.timedelta(days=1)
    confirmed(change(on=tomorrow), keepers)
    assert opinion(case) == "ineligible"
    confirmed(change(on=factories.today()), keepers)
    assert opinion(case) == "eligible"


def test_the_preview_names_the_open_cases_that_turn_and_why(desk, keepers):
    case = small_home(desk)
    factories.application("education", state=State.RECEIVED, desk=desk)
    turns = preview(propose(change(), keepers[0]))
    assert [turn.case.pk for turn in turns] == [case.pk]
    assert (turns[0].before.verdict, turns[0].after.verdict) == ("ineligible", "eligible")
    assert "人均" in turns[0].reasons[0]


def test_a_decided_case_keeps_the_values_it_was_judged_by(desk, keepers):
    case = factories.application("education", state=State.APPROVED, desk=desk)
    before = factories.fresh(case).judged
    confirmed(change(), keepers)
    assert factories.fresh(case).judged == before
    assert before["parameters"] == SHIPPED.to_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("residence_months", "六"),
        ("residence_months", 0),
        ("residence_months", None),
        ("bought_since", 20190101),
        ("bought_since", "2019-02-30"),
    ],
)
def test_a_value_of_another_kind_is_refused(name, value, keepers):
    with pytest.raises(Refused):
        propose(change(value, name=name), keepers[0])
    assert not ParameterChange.objects.exists()


def test_one_value_a_day_and_no_second_decision(keepers):
    confirmed(change(), keepers)
    second = propose(change(15), keepers[0])
    with pytest.raises(Refused, match="同一天"):
        confirm(second, keepers[1], factories.today())
    drop(second, keepers[0])
    with pytest.raises(Refused, match="待确认"):
        drop(second, keepers[0])


def test_a_day_is_a_day_in_what_is_exported(keepers):
    confirmed(change("2020-01-01", name="bought_since"), keepers)
    exported = json.loads(json.dumps(in_force().to_json(), ensure_ascii=False))
    assert Parameters.from_json(exported).on(factories.today()).bought_since == datetime.date(
        2020, 1, 1
    )


def test_through_the_pages_with_one_entry_for_each_act(desk, keepers):
    case = small_home(desk)
    first, second = (factories.client_of(keeper) for keeper in keepers)
    form = {
        "name": "area_per_head",
        "from_day": str(factories.today()),
        "ends": "on",
        "document": "凯公发〔2026〕9号",
        "reason": "上位法不设面积要求",
    }
    page = first.post(reverse("desk:parameters"), form, follow=True)
    assert str(case.pk) in page.content.decode()
    row = ParameterChange.objects.get()
    second.post(reverse("desk:parameter-change", args=[row.pk]), {"confirm": "1"})
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert AuditEntry.objects.filter(action="确认参数变更").count() == 1
    exported = first.get(reverse("desk:parameters-export")).json()
    assert exported["parameters"]["area_per_head"]["values"][-1]["value"] is None


def test_nobody_else_may_propose(desk):
    form = {"name": "area_per_head", "from_day": "2026-01-01", "ends": "on"}
    for officer, status in ((desk.clerk, 403), (factories.officer(Role.AUDITOR), 200)):
        client = factories.client_of(officer)
        assert client.post(reverse("desk:parameters"), form).status_code == status
    assert not ParameterChange.objects.exists()
