"""A home that was never bought: the settlement is revoked, proposed here, confirmed there."""

import pytest
from django.urls import reverse

from applications.models import Amendment
from applications.workflow import State
from kaili_hukou.models import Household, Membership
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db
TOLD = {
    "facts": "所交购房合同经住建部门核实系伪造。",
    "clause": "license",
    "hearing": "waived",
    "hearing_on": (today() - days(3)).isoformat(),
    "notice": "凯公撤字〔2026〕3号,当面送达",
    "notice_on": today().isoformat(),
    "origin_asked": "已函告黄平县公安局",
    "reason": "以伪造合同骗取落户",
    "proof": "住建部门复函",
    "receipt": "ZX-1",
}


@pytest.fixture
def settled(desk):
    return factories.application(
        "home_purchase",
        state=State.REGISTERED,
        desk=desk,
        companions=[factories.companion()],
        on=today() - days(10),
    )


def test_a_settlement_got_by_fraud_is_revoked(settled, desk):
    clerk = factories.client_of(desk.clerk)
    asked = clerk.get(reverse("desk:propose", args=[settled.pk, "revoke"]))
    early = TOLD | {"notice_on": (today() - days(5)).isoformat()}
    wrong = submit(clerk, asked, early)
    assert "不能早于告知" in page(wrong).text
    assert page(wrong).form("facts").fields["facts"] == TOLD["facts"]
    shown = submit(clerk, wrong, TOLD)
    assert "确认后注销本次落户" in page(shown).text
    assert factories.fresh(settled).state == State.REGISTERED

    amendment = Amendment.objects.get()
    address = reverse("desk:amendment", args=[amendment.pk])
    decided = factories.client_of(desk.approver).get(address)
    assert "办过「批准」" in page(decided).text
    other = factories.client_of(factories.officer(Role.APPROVER))
    done = submit(other, other.get(address), button=("confirm", "1"), has=("opinion",))
    assert "已确认「撤销(骗取落户)」" in page(done).text
    now = factories.fresh(settled)
    assert now.state == State.REVOKED
    assert not Membership.objects.filter(until__isnull=True).exists()
    assert Household.objects.get(pk=now.household_id).closed_on == today()
    assert {row.get_outcome_display() for row in now.members.all()} == {"已撤销"}
    assert now.applicant.division == factories.CHANGSHA
    entry = factories.person_entry(number=now.applicant.number)
    assert factories.application(desk=desk, applicant=entry).is_open


def test_nothing_typed_is_lost_where_the_case_has_moved_on(settled, desk):
    clerk = factories.client_of(desk.clerk)
    asked = clerk.get(reverse("desk:propose", args=[settled.pk, "revoke"]))
    submit(clerk, asked, TOLD)
    again = submit(clerk, asked, TOLD)
    assert "已有一项「撤销(骗取落户)」等待确认" in page(again).text
    assert page(again).form("facts").fields["facts"] == TOLD["facts"]
