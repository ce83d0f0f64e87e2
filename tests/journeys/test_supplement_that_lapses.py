"""A late original that never comes: seen on the list and on the case, ended by a person's hand."""

import pytest
from django.urls import reverse

from applications.workflow import State
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def case_page(case, officer):
    return page(factories.client_of(officer).get(reverse("desk:case", args=[case.pk])))


def let_lapse(case):
    """The day for the late paper went by."""
    case.evidence.filter(code="degree_proof").update(deferred_until=today() - days(1))


@pytest.fixture
def waiting(desk):
    """Accepted with the degree to be brought later, as the counter noted it on its page."""
    case = factories.application(state=State.RECEIVED, desk=desk)
    item = case.evidence.get(code="degree_proof")
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    late = {f"state_{item.pk}": "deferred", f"until_{item.pk}": (today() + days(5)).isoformat()}
    submit(client, shown, late)
    factories.make(case, "accept", desk)
    return case


def test_until_its_day_a_late_paper_is_waited_for(waiting, desk):
    end = reverse("desk:move", args=[waiting.pk, "terminate"])
    assert end not in case_page(waiting, desk.clerk).links
    client = factories.client_of(desk.clerk)
    told = page(submit(client, client.get(end), {"reason": "等不及了"}))
    assert "才能终止办理" in told.text
    assert factories.fresh(waiting).state == State.ACCEPTED


def test_after_its_day_the_list_and_the_case_say_so_and_a_person_ends_it(waiting, desk):
    let_lapse(waiting)
    client = factories.client_of(desk.clerk)
    assert "容缺已过期" in page(client.get(reverse("desk:work"))).text
    assert "容缺已过期" in case_page(waiting, desk.clerk).text
    end = reverse("desk:move", args=[waiting.pk, "terminate"])
    assert end in case_page(waiting, desk.clerk).links
    submit(client, client.get(end), {"reason": " "})
    assert factories.fresh(waiting).state == State.ACCEPTED
    submit(client, client.get(end), {"reason": "学历认证报告期满未补交,已两次电话告知"})
    ended = factories.fresh(waiting)
    assert (ended.state, ended.is_open, ended.decided_on) == (State.TERMINATED, False, today())
    assert ended.history.get(move="terminate").officer == desk.clerk
    assert set(ended.members.values_list("outcome", flat=True)) == {"ended"}


def test_nothing_ends_by_itself(waiting, desk):
    let_lapse(waiting)
    for officer in (desk.clerk, desk.head, desk.approver):
        case_page(waiting, officer)
    assert factories.fresh(waiting).state == State.ACCEPTED


def test_a_paper_that_comes_late_after_all_is_still_taken(waiting, desk):
    let_lapse(waiting)
    item = waiting.evidence.get(code="degree_proof")
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    submit(client, shown, {f"state_{item.pk}": "original"})
    assert "容缺已过期" not in case_page(waiting, desk.clerk).text
    for move in ("check", "review", "approve"):
        factories.make(waiting, move, desk)
    assert factories.fresh(waiting).state == State.APPROVED


def test_a_case_in_the_hands_of_the_head_ends_likewise(waiting, desk):
    factories.make(waiting, "check", desk)
    let_lapse(waiting)
    client = factories.client_of(desk.clerk)
    assert "容缺已过期" in page(client.get(reverse("desk:work"))).text
    end = reverse("desk:move", args=[waiting.pk, "terminate"])
    submit(client, client.get(end), {"reason": "学历认证报告期满未补交"})
    assert factories.fresh(waiting).state == State.TERMINATED
