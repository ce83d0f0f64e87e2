"""杨小满 was registered as 杨小滿: corrected through the pages, and a number with a slip in it."""

import pytest
from django.urls import reverse

from applications.models import Amendment
from applications.workflow import State
from kaili_hukou.models import Person, PersonAct
from tests import factories
from tests.pages import page, submit

pytestmark = pytest.mark.django_db
WHY = {"reason": "录入时用了繁体字", "proof": "身份证、原户口簿"}


@pytest.fixture
def settled(desk):
    entry = factories.person_entry(name="杨小滿")
    return factories.application(state=State.REGISTERED, desk=desk, applicant=entry)


def name_field(shown):
    return next(name for name in page(shown).form("reason").fields if name.endswith("_name"))


def test_a_wrong_character_in_a_name(settled, desk):
    clerk, head = factories.client_of(desk.clerk), factories.client_of(desk.head)
    shown = clerk.get(reverse("desk:case", args=[settled.pk]))
    address = reverse("desk:propose", args=[settled.pk, "correct"])
    assert address in page(shown).links
    asked = clerk.get(address)
    field = name_field(asked)
    nothing = submit(clerk, asked, WHY)
    assert "各项都与现在登记的相同" in page(nothing).text
    assert page(nothing).form("reason").fields["reason"] == WHY["reason"]
    told = submit(clerk, asked, WHY | {field: "杨小满"})
    amendment = Amendment.objects.get()
    assert "杨小滿 杨小满" in page(told).text
    assert "不能确认自己的提请" in page(told).text
    assert ("confirm", "1") not in page(told).form("opinion").buttons

    waiting = head.get(reverse("desk:work"))
    assert "1 项等您确认" in page(waiting).text
    listed = page(head.get(reverse("desk:amendments")))
    assert reverse("desk:amendment", args=[amendment.pk]) in listed.links
    there = head.get(reverse("desk:amendment", args=[amendment.pk]))
    done = submit(head, there, button=("confirm", "1"), has=("opinion",))
    assert "已确认「更正登记」" in page(done).text
    assert Person.objects.get().name == "杨小满"
    assert "等您确认" not in page(head.get(reverse("desk:work"))).text
    assert factories.fresh(settled).state == State.REGISTERED


def test_a_second_press_and_a_drop_without_a_word_are_answered_in_words(settled, desk):
    clerk, head = factories.client_of(desk.clerk), factories.client_of(desk.head)
    asked = clerk.get(reverse("desk:propose", args=[settled.pk, "correct"]))
    submit(clerk, asked, WHY | {name_field(asked): "杨小满"})
    address = reverse("desk:amendment", args=[Amendment.objects.get().pk])
    there = head.get(address)
    silent = submit(head, there, button=("drop", "1"), has=("opinion",))
    assert "须写明理由" in page(silent).text
    submit(head, there, button=("confirm", "1"), has=("opinion",))
    again = submit(head, there, button=("confirm", "1"), has=("opinion",))
    assert again.status_code in (200, 409)
    assert "您的操作没有执行" in page(again).text or "已变动" in page(again).text
    assert settled.history.filter(move="correct").count() == 1


def test_a_value_too_long_to_keep_is_told_at_its_field(settled, desk):
    clerk = factories.client_of(desk.clerk)
    asked = clerk.get(reverse("desk:propose", args=[settled.pk, "correct"]))
    fields = page(asked).form("reason").fields
    for name in (name for name in fields if name.endswith(("written", "household", "receipt"))):
        told = submit(clerk, asked, WHY | {name: "苗" * 300})
        assert told.context["form"].errors[name], name
    assert not Amendment.objects.exists()


def test_a_number_with_a_slip_in_it(settled, desk):
    clerk, head = factories.client_of(desk.clerk), factories.client_of(desk.head)
    person, right = settled.applicant, factories.identity_number(31)
    shown = clerk.get(reverse("desk:person", args=[person.pk]))
    address = reverse("desk:propose-person-act", args=[person.pk, "number"])
    assert address in page(shown).links
    wrong = submit(clerk, clerk.get(address), WHY | {"number": right[:-1] + "?"})
    assert page(wrong).form("number").fields["reason"] == WHY["reason"]
    submit(clerk, wrong, WHY | {"number": right})
    act = PersonAct.objects.get()
    there = head.get(reverse("desk:person-act", args=[act.pk]))
    done = submit(head, there, button=("confirm", "1"), has=("opinion",))
    assert "曾用号码" in page(done).text
    assert Person.objects.get().number == right


def test_two_rows_of_one_person_are_merged_by_name(settled, desk):
    clerk = factories.client_of(desk.clerk)
    person = settled.applicant
    twin = Person(
        name=person.name, birth_date=person.birth_date, sex=person.sex, without_number="未带证"
    )
    twin.save()
    twin.at_stations.create(station=desk.station)
    address = reverse("desk:propose-person-act", args=[person.pk, "merge"])
    asked = clerk.get(address)
    neither = submit(clerk, asked, WHY, has=("other",))
    assert "二者选一" in page(neither).text
    submit(clerk, asked, WHY | {"other": str(twin.pk)})
    act = PersonAct.objects.get()
    approver = factories.client_of(desk.approver)
    there = approver.get(reverse("desk:person-act", args=[act.pk]))
    submit(approver, there, button=("confirm", "1"), has=("opinion",))
    assert Person.objects.get(pk=twin.pk).merged_into == person
