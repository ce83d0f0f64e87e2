"""下一件, the check of the last four, and drafts that stand in no queue."""

import pytest
from django.urls import reverse

from applications.models import Application
from applications.workflow import QUEUES, State
from kaili_hukou.models import AuditEntry
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def following(officer, case):
    return client_of(officer).get(reverse("desk:next", args=[case.pk]))


def received(desk, due):
    case = factories.application("bravery", state=State.ACCEPTED, desk=desk)
    Application.objects.filter(pk=case.pk).update(due_on=today() + days(due))
    return case


def test_the_next_case_is_the_first_of_the_queue_but_the_one_just_handled(desk):
    late, later, last = received(desk, -3), received(desk, 2), received(desk, 9)
    assert following(desk.clerk, last).url == reverse("desk:case", args=[late.pk])
    assert following(desk.clerk, late).url == reverse("desk:case", args=[later.pk])


def test_with_nothing_else_waiting_the_worklist_says_so(desk):
    only = received(desk, 1)
    client = client_of(desk.clerk)
    answer = client.get(reverse("desk:next", args=[only.pk]), follow=True)
    assert answer.request["PATH_INFO"] == reverse("desk:work")
    assert "没有其他等您办理的办件" in answer.content.decode()


def test_the_next_case_is_of_the_officers_own_queue(desk, other_desk):
    handled = received(desk, 1)
    received(other_desk, -5)
    factories.application("bravery", state=State.CHECKED, desk=desk)
    assert following(desk.clerk, handled).url == reverse("desk:work")


def test_after_an_own_move_the_page_leads_on(desk):
    handled, other = received(desk, 1), received(desk, 2)
    link = reverse("desk:next", args=[handled.pk])
    address = reverse("desk:case", args=[handled.pk])
    assert link in page(client_of(desk.clerk).get(address)).links
    assert link not in page(client_of(desk.second).get(address)).links
    client = client_of(desk.second)
    asked = client.get(reverse("desk:move", args=[handled.pk, "check"]))
    done = submit(client, asked, {"findings": "相符", "compared": "无重复户口,无疑点"})
    assert link in page(done).links
    assert client.get(link).url == reverse("desk:case", args=[other.pk])


@pytest.mark.parametrize("role", QUEUES)
def test_a_draft_stands_in_no_queue(role, desk):
    draft = factories.application("bravery", desk=desk)
    officer = {
        "auxiliary": desk.auxiliary,
        "window": desk.clerk,
        "station_head": desk.head,
        "approver": desk.approver,
    }[role]
    assert State.DRAFT not in QUEUES[role]
    assert draft not in Application.objects.waiting_for(officer)
    for query in ({}, {"all": "1"}):
        shown = client_of(officer).get(reverse("desk:work"), query)
        assert draft not in shown.context["page"].object_list


def test_a_draft_enters_the_queue_when_the_family_comes(desk):
    draft = factories.application("bravery", desk=desk)
    factories.make(draft, "receive", desk)
    assert draft in Application.objects.waiting_for(desk.clerk)


# ------------------------------------------------------------------ the last four


def family(desk, state=State.ACCEPTED):
    wife = factories.companion("spouse", name="龙阿妹")
    return factories.application("education", state=state, desk=desk, companions=[wife])


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("state", [State.DRAFT, State.ACCEPTED])
def test_the_last_four_of_every_member_are_checked_without_showing_the_number(state, place, desk):
    case = family(desk, state)
    member = case.members.all()[place]
    client = client_of(desk.clerk)
    shown = client.get(reverse("desk:case", args=[case.pk]))
    right = member.person.number[-4:]
    done = submit(client, shown, {"member": str(member.pk), "tail": right})
    assert "的末四位相符" in page(done).text
    assert member.person.number not in done.content.decode()
    other = case.members.all()[1 - place]
    done = submit(client, shown, {"member": str(other.pk), "tail": right})
    assert "末四位不相符" in page(done).text
    looks = AuditEntry.objects.filter(action="核对末四位").values_list("object_id", flat=True)
    assert set(looks) == {str(member.person_id), str(other.person_id)}


@pytest.mark.parametrize("member", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_nobody_outside_the_case_is_checked(member, desk):
    case = family(desk)
    client = client_of(desk.clerk)
    sent = {"member": member, "tail": case.applicant.number[-4:]}
    done = client.post(reverse("desk:member-tail", args=[case.pk]), sent, follow=True)
    assert "请选择要核对的人" in done.content.decode()
