"""Whoever called or came for nothing: a note on the case, or a slip without a name."""

import pytest
from django.db import connection
from django.urls import reverse

from applications.actions.contacting import give_slip
from applications.models import ContactNote, Slip
from applications.views.contacts import NOTES_SHOWN
from applications.workflow import State
from kaili_hukou.models import AuditEntry
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import CHANGSHA, client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def noted(client, case, **told):
    return client.post(
        reverse("desk:contact", args=[case.pk]), {"way": "called", "text": "问进度"} | told
    )


def test_a_note_is_kept_from_the_page_of_the_case_and_shown_there(desk, case):
    client = client_of(desk.clerk)
    address = reverse("desk:case", args=[case.pk])
    done = submit(client, client.get(address), {"way": "visit", "text": "来问带什么,已告知"})
    assert "已登记联系记录" in done.content.decode()
    assert "来问带什么,已告知" in page(done).text
    note = ContactNote.objects.get()
    assert (note.officer, note.on, note.way) == (desk.clerk, today(), "visit")
    assert factories.fresh(case).version == case.version
    assert AuditEntry.objects.filter(action="登记联系", object_id=str(case.pk)).count() == 1


@pytest.mark.parametrize("told", [{"text": "  "}, {"text": "长" * 501}, {"way": "dream"}])
def test_a_faulty_note_is_asked_again_with_what_was_typed(told, desk, case):
    answer = noted(client_of(desk.clerk), case, **told)
    assert answer.status_code == 200
    form = page(answer).form("text")
    assert form.fields["text"].strip() == (told.get("text", "问进度")).strip()
    assert not ContactNote.objects.exists()


def test_an_ended_case_takes_notes_too(desk):
    case = factories.application("bravery", state=State.WITHDRAWN, desk=desk)
    assert noted(client_of(desk.clerk), case).status_code == 302


def test_the_card_shows_the_latest_and_leads_to_all(desk, case):
    client = client_of(desk.clerk)
    for number in range(NOTES_SHOWN + 2):
        noted(client, case, text=f"第{number}次来电")
    card = page(client.get(reverse("desk:case", args=[case.pk])))
    assert "第0次来电" not in card.text
    assert f"第{NOTES_SHOWN + 1}次来电" in card.text
    assert reverse("desk:contact", args=[case.pk]) in card.links
    assert "第0次来电" in page(client.get(reverse("desk:contact", args=[case.pk]))).text


def test_a_reader_sees_the_notes_and_writes_none(desk, case):
    noted(client_of(desk.clerk), case)
    client = client_of(factories.officer(Role.AUDITOR))
    shown = page(client.get(reverse("desk:case", args=[case.pk])))
    assert "问进度" in shown.text
    assert all("text" not in form.fields for form in shown.forms)
    assert noted(client, case).status_code == 403


# ------------------------------------------------------------------ slips


def asked(client, number, **told):
    answer = client.post(reverse("desk:intake"), {"number": number, "division": CHANGSHA} | told)
    return answer, page(answer).form("hukou_kind", "card", button=("route", "education"))


def test_one_press_prints_what_to_bring_and_whom_to_ask(desk):
    client = client_of(desk.auxiliary)
    number = factories.identity_number()
    _, form = asked(client, number)
    sent = form.filled({}, button=("route", "education"))
    shown = client.post(reverse("desk:slip"), sent, follow=True)
    slip = Slip.objects.get()
    assert slip.route == "education"
    assert slip.station == desk.station
    assert "学历证明" in slip.bring
    text = page(shown).text
    for line in (*slip.bring.splitlines(), desk.station.name, slip.get_route_display()):
        assert line in text


def test_a_slip_says_from_which_day_to_come(desk):
    told = {"bring": "居住证", "officer": desk.clerk, "on": today()}
    dated = give_slip("schooling", come_on=today() + days(40), **told)
    shown = page(client_of(desk.clerk).get(reverse("desk:slip-paper", args=[dated.pk]))).text
    day = dated.come_on
    assert f"{day.year}年{day.month}月{day.day}日起可以来办" in shown
    undated = give_slip("schooling", come_on=None, **told)
    shown = page(client_of(desk.clerk).get(reverse("desk:slip-paper", args=[undated.pk]))).text
    assert "起可以来办" not in shown


def test_a_slip_holds_nothing_of_the_person(desk):
    client = client_of(desk.clerk)
    number = factories.identity_number()
    _, form = asked(client, number, name="杨便条")
    sent = form.filled({}, button=("route", "education"))
    shown = client.post(reverse("desk:slip"), sent, follow=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM applications_slip")
        stored = " ".join(str(value) for value in cursor.fetchone())
    for text in (stored, shown.content.decode(), shown.request["PATH_INFO"]):
        assert number not in text
        assert "杨便条" not in text


@pytest.mark.parametrize("told", [{"route": "nothing"}, {"number": "12"}, {"route": ""}])
def test_a_slip_is_refused_with_a_sentence(told, desk):
    client = client_of(desk.clerk)
    sent = {"route": "education", "number": factories.identity_number()} | told
    answer = client.post(reverse("desk:slip"), sent, follow=True)
    assert answer.status_code == 200
    assert answer.context["messages"]
    assert not Slip.objects.exists()
