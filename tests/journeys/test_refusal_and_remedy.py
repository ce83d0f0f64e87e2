"""Refused, set aside by 行政复议, taken up again with its number, and approved."""

import pytest
from django.urls import reverse

from applications.models import Amendment
from applications.workflow import State
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db
TOLD = {
    "ground": "review",
    "document": "凯府复决〔2026〕8号",
    "reason": "复议机关撤销原决定,责令重新处理",
    "proof": "行政复议决定书",
}


@pytest.mark.parametrize("filed", [False, True])
def test_a_refusal_set_aside_is_reopened_and_approved(filed, desk):
    case = factories.application(state=State.REFUSED, desk=desk, on=today() - days(40))
    if filed:
        factories.make(case, "archive", desk)
    number = case.receipt_number
    clerk = factories.client_of(desk.clerk)
    asked = clerk.get(reverse("desk:propose", args=[case.pk, "reopen"]))
    wrong = submit(clerk, asked, TOLD | {"document": ""})
    assert "请填写文书号" in page(wrong).text
    submit(clerk, wrong, TOLD)
    address = reverse("desk:amendment", args=[Amendment.objects.get().pk])
    other = factories.client_of(factories.officer(Role.APPROVER))
    done = submit(other, other.get(address), button=("confirm", "1"), has=("opinion",))
    assert done.context["case"].state == State.ACCEPTED
    for name in ("check", "review", "approve"):
        factories.make(factories.fresh(case), name, desk)
    now = factories.fresh(case)
    assert (now.state, now.receipt_number) == (State.APPROVED, number)
    kept = case.history.get(move="reopen").details
    assert (kept["ground"], kept["document"]) == ("行政复议决定", TOLD["document"])
    assert kept["before"]["judged"]["case"]["route"] == "education"


def test_a_move_that_does_not_fit_leads_back_with_a_sentence(desk):
    case = factories.application(state=State.REFUSED, desk=desk)
    clerk = factories.client_of(desk.clerk)
    for name in ("retake", "correct", "receive", "nothing"):
        answer = clerk.get(reverse("desk:propose", args=[case.pk, name]), follow=True)
        assert answer.redirect_chain[0][0] == reverse("desk:case", args=[case.pk])
    assert "可以提请" not in page(answer).text


def test_a_withdrawn_case_has_no_card_and_a_refused_one_has(desk):
    client = factories.client_of(desk.clerk)
    for state, there in ((State.WITHDRAWN, False), (State.REFUSED, True)):
        case = factories.application(state=state, desk=desk)
        text = page(client.get(reverse("desk:case", args=[case.pk]))).text
        assert ("更正与撤销" in text) is there
