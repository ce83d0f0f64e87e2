"""Two officers at one permit, and two at one file: one act, one record, the other is told."""

import pytest
from django.urls import reverse

from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry
from residence_permits.actions.applying import Applying, apply
from residence_permits.actions.endorsing import Looked, endorse
from residence_permits.actions.permits import Act
from residence_permits.actions.producing import Blanks, hand, receive_blanks
from residence_permits.actions.requests import Step
from residence_permits.models import Card, Permit, PermitEvent, PermitRequest, RequestEvent
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page
from tests.races.test_two_officers import at_once, refusals
from tests.residence_permits.test_applying import LEASE, residence
from tests.residence_permits.test_importing import CONFIRM, row, sheet, upload
from tests.residence_permits.test_producing import CHECKED, made, request_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


@pytest.fixture
def desk():
    return factories.desk()


def test_a_card_is_handed_out_once(desk):
    receive_blanks(Blanks("JZ00000001", "JZ00000003", today()), desk.approver)
    waiting = made(desk, request_of(desk))[0]
    seen = [PermitRequest.objects.get(pk=waiting.pk) for _ in range(2)]
    outcomes = at_once(
        *(
            lambda one=one, who=who: hand(one, CHECKED, Step(who, today(), one.version))
            for one, who in zip(seen, (desk.clerk, desk.second), strict=True)
        )
    )
    assert len(refusals(outcomes)) == 1
    assert RequestEvent.objects.filter(move="hand").count() == 1
    assert PermitEvent.objects.filter(kind="handed").count() == 1
    assert Card.objects.filter(state="handed").count() == 1


def test_a_late_permit_is_restored_once(desk):
    permit = factories.permit(
        factories.person(desk.station), issued_on=add_months(today(), -13) - days(2)
    )
    seen = [Permit.objects.select_related("person").get(pk=permit.pk) for _ in range(2)]
    looked = Looked("employment", "劳动合同")
    outcomes = at_once(
        *(
            lambda one=one, who=who: endorse(one, Act(who, today()), looked, confirmed=True)
            for one, who in zip(seen, (desk.clerk, desk.second), strict=True)
        )
    )
    assert len(refusals(outcomes)) == 1
    permit.refresh_from_db()
    assert permit.endorsed_on == [today()]
    assert permit.timeline(today()).continuous_since == today()


def test_one_person_applies_once(desk):
    person = factories.person(desk.station)
    residence(person, desk)
    told = Applying(person=person, basis="dwelling", shown=LEASE, photograph=True)
    outcomes = at_once(
        *(lambda who=who: apply(told, who, today()) for who in (desk.clerk, desk.second))
    )
    assert len(refusals(outcomes)) == 1
    assert PermitRequest.objects.count() == 1


def confirmed_at_once(*presses):
    """Each press: who, and what his preview asked him to confirm."""
    return at_once(
        *(
            lambda client=client, told=told: (
                page(client.post(reverse(CONFIRM), told, follow=True)).text
            )
            for client, told in presses
        )
    )


def asked(client, rows):
    return client, upload(client, sheet(rows)).context["confirm_form"].initial


def test_a_file_confirmed_by_two_presses_is_imported_once(desk):
    client, told = asked(client_of(desk.approver), [row(), row()])
    texts = confirmed_at_once((client, told), (client_of(desk.second_approver), told))
    assert sorted("已导入 2 行" in text for text in texts) == [False, True]
    assert Permit.objects.count() == 2
    assert AuditEntry.objects.filter(action="导入存量居住证").count() == 1


def test_two_files_with_the_same_person_give_him_one_permit(desk):
    number = factories.identity_number()
    presses = [
        asked(client_of(who), [row(number=number), row()])
        for who in (desk.approver, desk.second_approver)
    ]
    texts = confirmed_at_once(*presses)
    assert sorted("整个文件没有导入" in text for text in texts) == [False, True]
    assert Permit.objects.count() == 2
    assert Permit.objects.filter(person__number_digest__isnull=False).count() == 2
