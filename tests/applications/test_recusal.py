"""回避: an officer's own case and those of near relatives are refused, and nobody is named."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from applications.actions.changing import NotAllowed, keeps_out
from applications.actions.drafting import save_draft
from applications.workflow import State
from kaili_hukou.actions import MoveIn, move_in
from kaili_hukou.models import Relative
from kaili_hukou.models.people import number_digest
from kaili_hukou.postings import declare_relative
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return factories.person_entry()


@pytest.fixture
def case(desk, entry):
    return factories.application("education", desk=desk, applicant=entry)


@pytest.fixture
def own(desk):
    """The officer's own person, known to the registers."""
    person = factories.person()
    desk.clerk.own_number_digest = number_digest(person.number)
    desk.clerk.save()
    return person


def together(first, second, kind, **told):
    station = factories.station()
    head = {"head": first} if kind == "family" else {}
    home = factories.household(kind, station, **head)
    told = {"household": home, "since": today() - days(9)} | told
    move_in([MoveIn(person=one, **told) for one in (first, second)])
    return home


def out(case, desk):
    return keeps_out(case, desk.clerk)


def test_whoever_is_no_relative_is_not_kept_out(desk, case, own):
    assert out(case, desk) == ""


def test_a_declared_relative_keeps_the_officer_out(desk, case, entry):
    declare_relative(desk.clerk, entry.number, "兄弟", on=today())
    assert "回避" in out(case, desk)
    assert keeps_out(case, desk.second) == ""


def test_a_relative_who_only_comes_along_keeps_the_officer_out(desk):
    wife = factories.companion("spouse")
    case = factories.application("education", desk=desk, companions=[wife])
    declare_relative(desk.clerk, wife.person.number, "妹妹", on=today())
    assert "回避" in out(case, desk)


def test_one_family_household_keeps_the_officer_out_while_both_are_in_it(desk, case, own):
    home = together(own, case.applicant, "family")
    assert "回避" in out(case, desk)
    home.memberships.filter(person=own).update(until=today())
    assert out(case, desk) == ""


def test_strangers_in_a_public_household_are_no_relatives_but_a_family_in_it_is(desk, case, own):
    home = together(own, case.applicant, "public")
    assert out(case, desk) == ""
    home.memberships.update(group=uuid.uuid4())
    assert "回避" in out(case, desk)


def test_those_of_a_case_of_his_own_keep_the_officer_out(desk, other_desk, own):
    husband = factories.person_entry(number=own.number)
    wife = factories.companion("spouse")
    factories.application(
        "education", state=State.WITHDRAWN, desk=other_desk, applicant=husband, companions=[wife]
    )
    later = factories.application("education", desk=desk, applicant=wife.person, signed=False)
    assert "回避" in out(later, desk)


def test_the_message_names_nobody(desk, case, entry):
    declare_relative(desk.clerk, entry.number, "堂表姻亲", on=today())
    shown = client_of(desk.clerk).get(reverse("desk:case", args=[case.pk])).content.decode()
    assert "回避" in shown
    assert "堂表姻亲" not in shown
    assert entry.number not in shown


def test_neither_a_move_nor_a_change_of_what_was_typed_is_made(desk, case, entry):
    declare_relative(desk.clerk, entry.number, "兄弟", on=today())
    with pytest.raises(NotAllowed, match="回避"):
        factories.make(case, "receive", desk, officer=desk.clerk)
    draft = factories.draft("education", applicant=entry)
    with pytest.raises(NotAllowed, match="回避"):
        save_draft(case, draft, version=case.version, on=today(), officer=desk.clerk)
    assert factories.fresh(case).version == case.version


def test_a_relative_is_declared_by_number_and_only_the_digest_is_kept(desk):
    client = client_of(factories.officer(Role.SECURITY_ADMIN))
    address = reverse("admin:kaili_hukou_officer_change", args=[desk.clerk.pk])
    number = factories.identity_number()
    shown = client.get(address)
    typed = {
        "relatives-TOTAL_FORMS": "1",
        "relatives-0-relation": "配偶",
        "relatives-0-number": number,
    }
    data = as_it_stands(shown) | typed
    assert client.post(address, data).status_code == 302
    kept = Relative.objects.get()
    assert (kept.officer, kept.number_digest) == (desk.clerk, number_digest(number))
    assert number not in client.get(address).content.decode()
    wrong = client.post(address, data | {"relatives-0-number": "1234"})
    assert wrong.status_code == 200
    assert Relative.objects.count() == 1


def as_it_stands(response):
    """What a browser would send of the admin's form."""
    return page(response).form("username", "role").filled({})


def test_a_number_declared_twice_is_one_relative(desk, entry):
    for _ in range(2):
        declare_relative(desk.clerk, entry.number, "配偶", on=today())
    assert Relative.objects.count() == 1
