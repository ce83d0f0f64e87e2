"""One phone, address or agent in many cases is found by its digest, however it was written."""

import pytest

from applications.models import Application
from applications.models.application import address_digest
from kaili_hukou.models import Person
from kaili_hukou.models.people import phone_digest
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("13900000000", "139 0000-0000", True),
        ("13900000000", "+86 139-0000-0000", True),
        ("13900000000", "\uff11\uff13\uff190000\uff10000", True),
        ("0855-8250000", "(0855)8250000", True),
        ("13900000000", "13900000001", False),
        ("86108250", "108250", False),
    ],
)
def test_a_phone_is_the_same_however_it_is_written(one, other, same):
    assert (phone_digest(one) == phone_digest(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("大十字街道某路1号", "大十字街道 某路1号。", True),
        ("某路1-23号", "某路1—23号", True),
        ("某路1-23号", "某路12-3号", False),
        ("某路1栋a座", "某路1栋A座", True),
    ],
)
def test_an_address_is_the_same_however_it_is_written(one, other, same):
    assert (address_digest(one) == address_digest(other)) is same


def test_what_is_not_told_has_no_digest():
    assert (
        phone_digest("") == phone_digest("无") == address_digest("") == address_digest("、") == ""
    )


def test_a_person_is_found_by_his_phone_old_or_new(desk):
    known = factories.person(phone="139 8557 0123")
    assert Person.objects.get(phone_digest=phone_digest("13985570123")) == known
    factories.person(number=known.number, phone="13600000001")
    assert Person.objects.get(phone_digest=phone_digest("13600000001")) == known
    assert not Person.objects.filter(phone_digest=phone_digest("13985570123")).exists()


def test_an_unchanged_phone_keeps_its_digest(desk):
    known = factories.person(phone="13985570123")
    factories.person(number=known.number, phone="", name="杨小满")
    assert Person.objects.filter(phone_digest=phone_digest("13985570123")).exists()


def test_a_case_is_found_by_its_address_when_opened_and_when_saved(desk):
    case = factories.application("bravery", desk=desk)
    assert Application.objects.get(address_digest=address_digest("某路1号")) == case
    entry = factories.person_entry(number=case.applicant.number)
    factories.saved(case, factories.draft("bravery", applicant=entry, address="别路2号"))
    assert Application.objects.get(address_digest=address_digest("别路 2号")) == case
    assert not Application.objects.filter(address_digest=address_digest("某路1号")).exists()
