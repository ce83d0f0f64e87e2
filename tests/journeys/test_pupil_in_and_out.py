"""A pupil settles, grows up, is reminded, and goes back to where he came from."""

import pytest
from django.urls import reverse

from applications.models import Transfer
from applications.workflow import State
from tests import factories
from tests.factories import HUANGPING, KAILI, days, today
from tests.journeys.coming_over import note
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def pupil(desk):
    """Settled as a pupil, whose school should be over by now."""
    facts = factories.facts_of("pupil", today()) | {"graduation_expected": today() - days(9)}
    return factories.application("pupil", state=State.REGISTERED, desk=desk, facts=facts)


def going_back(pupil, desk):
    entry = factories.person_entry(
        number=pupil.applicant.number, name=pupil.applicant.name, division=KAILI
    )
    return factories.application(
        "pupil_return", state=State.APPROVED, desk=desk, applicant=entry, on_the_way=True
    )


def test_a_pupil_goes_back_on_paper(pupil, desk):
    client = factories.client_of(desk.clerk)
    listed = client.get(reverse("desk:on-the-way"))
    assert "预计毕业已到,可提醒" in page(listed).text
    link = reverse("desk:reminded", args=[pupil.members.get().pk])
    client.post(link, follow=True)
    assert "预计毕业已到" not in page(client.get(reverse("desk:on-the-way"))).text

    case = going_back(pupil, desk)
    registering = reverse("desk:move", args=[case.pk, "register"])
    transfer = Transfer.objects.get(application=case)
    assert (transfer.division, transfer.outward) == (HUANGPING, True)

    # Without the consent of the place of origin nobody is struck off here.
    refused = page(submit(client, client.get(registering), {"receipt": "RK1"}))
    assert "待接收地同意" in refused.text
    assert case.applicant.memberships.filter(until__isnull=True).exists()

    note(client, transfer, "choose", channel="paper")
    note(client, transfer, "consent", number="黔50300042")
    submit(client, client.get(registering), {"receipt": "RK1"})
    case.refresh_from_db()
    assert case.state == State.REGISTERED
    assert case.members.get().outcome == "returned"
    assert not case.applicant.memberships.filter(until__isnull=True).exists()

    # From now on he is registered nowhere, until the receipt comes.
    work = page(client.get(reverse("desk:work")))
    assert "已迁出未迁入 1 项,最久 0 天" in work.text
    shown = note(client, transfer, "give", number="黔60300043")
    assert "等接收地落户回执" in page(shown).text
    done = note(client, transfer, "receipt")
    assert "接收地已落户" in page(done).text
    assert not client.get(reverse("desk:on-the-way")).context["page"].object_list
    case.applicant.refresh_from_db()
    assert case.applicant.division == HUANGPING


def test_the_place_is_asked_where_no_first_registration_is_on_file(desk):
    case = factories.application("pupil_return", state=State.APPROVED, desk=desk, on_the_way=True)
    client, transfer = factories.client_of(desk.clerk), Transfer.objects.get(application=case)
    shown = note(client, transfer, "consent")
    assert "还没有填写接收地" in page(shown).text
    note(client, transfer, "aim")
    note(client, transfer, "consent")
    transfer.refresh_from_db()
    assert (transfer.division, transfer.consent_on) == (HUANGPING, today())
