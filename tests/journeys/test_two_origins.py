"""A couple from two provinces: one electronic, one on paper, registered in two parts."""

import pytest
from django.urls import reverse

from applications.models import Certificate
from applications.workflow import State
from tests import factories
from tests.factories import days, today
from tests.journeys.coming_over import note
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

GUANGZHOU = "440106"
BEFORE = 60


@pytest.fixture
def couple(desk):
    """Approved two months ago, nobody has come over yet."""
    return factories.application(
        state=State.APPROVED,
        desk=desk,
        on=today() - days(BEFORE),
        on_the_way=True,
        companions=[factories.companion("spouse", division=GUANGZHOU)],
    )


def ago(number):
    return (today() - days(number)).isoformat()


def test_a_couple_from_two_provinces(couple, desk):
    client = factories.client_of(desk.clerk)
    public = factories.public_household(desk.station)
    hers = couple.transfers.get(division=GUANGZHOU)
    his = couple.transfers.get(division=factories.CHANGSHA)
    applicant, spouse = couple.members.order_by("position")
    registering = reverse("desk:move", args=[couple.pk, "register"])

    # His place answers electronically, after it was asked again.
    note(client, his, "send", on=ago(30))
    assert "逾期未答复" in page(client.get(reverse("desk:on-the-way"), {"lane": "late"})).text
    note(client, his, "chase", on=ago(10))
    note(client, his, "move_out", on=ago(8))
    work = page(client.get(reverse("desk:work")))
    assert "已迁出未迁入 1 项,最久 8 天" in work.text

    # Hers does not take part: paper. The certificate of admission runs out and is exchanged.
    note(client, hers, "choose", channel="paper")
    shown = note(client, hers, "issue", issued_on=ago(55))
    assert "准予迁入证明已过期" in page(shown).text
    note(client, hers, "exchange", number="黔60300777", issued_on=ago(5), note="核实未落户")

    # He comes in first; she is waited for.
    asked = client.get(registering)
    assert page(asked).form("receipt").choices[f"come_{spouse.pk}"] == ["later", "never"]
    told = page(submit(client, asked, {"receipt": "RK1"}))
    assert "已办理「先登记部分人员」" in told.text
    couple.refresh_from_db()
    assert (couple.state, couple.registered_on) == (State.APPROVED, None)

    note(client, hers, "take", issued_on=ago(2), issued_by="广州市公安局天河分局")
    submit(client, client.get(registering), {"receipt": "RK2"})
    couple.refresh_from_db()
    assert (couple.state, couple.household, couple.population_receipt) == (
        State.REGISTERED,
        public,
        "RK2",
    )
    assert set(public.memberships.values_list("person", "group")) == {
        (applicant.person_id, couple.pk),
        (spouse.person_id, couple.pk),
    }
    states = Certificate.objects.order_by("issued_on", "kind").values_list("kind", "state")
    assert list(states) == [("admission", "expired"), ("admission", "used"), ("removal", "used")]
    assert not client.get(reverse("desk:on-the-way")).context["page"].object_list
    timeline = page(client.get(reverse("desk:case", args=[couple.pk]))).text
    assert "回执 RK1" in timeline
    assert "回执 RK2" in timeline
