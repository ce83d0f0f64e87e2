"""Letters to other units: asked once, answered once, mended with a reason; silence is no answer."""

import pytest
from django.urls import reverse

from applications.actions.inquiring import (
    Question,
    Told,
    answer,
    ask,
    ask_recheck,
    ask_roster,
    correct,
)
from applications.models import Inquiry
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.models.people import number_digest
from rosters.kinds import KINDS
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def bureau(code="human_resources"):
    return Bureau.objects.get(code=code)


def talent(desk, state=State.ACCEPTED):
    return factories.application("talent", state=state, desk=desk)


def letter_of(case, officer, *, on=None, until=None):
    on = on or today()
    question = Question("recheck", "请复核", on, until or on + days(7), bureau())
    return ask(case, question, officer)


def overdue(case, officer):
    return letter_of(case, officer, on=today() - days(9), until=today() - days(2))


def relocation_unlisted(desk, state=State.DRAFT, wish=True):
    entry = factories.person_entry(division=factories.HUANGPING)
    factories.roster("relocation", factories.person_entry())
    return factories.application(
        "relocation", state=state, desk=desk, applicant=entry, facts={"told_wish": wish}
    )


@pytest.mark.parametrize("kind", ["recheck", "verification", "roster"])
def test_while_a_letter_waits_no_second_one_is_sent(kind, desk):
    case = talent(desk)
    question = Question(kind, "问", today(), today() + days(7), bureau())
    first = ask(case, question, desk.clerk)
    with pytest.raises(Refused, match="正在等待答复"):
        ask(case, question, desk.second)
    answer(first, Told("true", today()), desk.clerk, today())
    ask(case, question, desk.second)
    assert case.inquiries.count() == 2


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"bureau": None}, "两者填一项"),
        ({"whom": "某校"}, "两者填一项"),
        ({"answer_by": today()}, "应在发出日期以后"),
    ],
)
def test_a_letter_needs_one_addressee_and_a_later_day(told, sentence, desk):
    usual = {"kind": "recheck", "text": "问", "sent_on": today(), "answer_by": today() + days(7)}
    question = Question(**usual | {"bureau": bureau()} | told)
    with pytest.raises(Refused, match=sentence):
        ask(talent(desk), question, desk.clerk)


def test_nothing_is_asked_about_an_ended_case(desk):
    with pytest.raises(Refused, match="不用再函询"):
        letter_of(talent(desk, State.WITHDRAWN), desk.clerk)


def test_an_officer_asks_and_answers_nothing_in_his_own_case(desk):
    case = talent(desk)
    letter = letter_of(case, desk.clerk)
    desk.second.own_number_digest = number_digest(case.applicant.number)
    desk.second.save()
    with pytest.raises(Refused, match="回避"):
        answer(letter, Told("true", today()), desk.second, today())
    with pytest.raises(Refused, match="回避"):
        ask_recheck(case, bureau(), desk.second, today())


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (Told("", today()), "请选择答复"),
        (Told("maybe", today()), "请选择答复"),
        (Told("true", today() + days(1)), "发函日"),
        (Told("true", today() - days(30)), "发函日"),
        (Told("none", today()), "期限过后才能登记"),
        (Told("false", today()), "请写明"),
        (Told("false", today(), "  "), "请写明"),
    ],
)
def test_an_answer_that_cannot_be_is_not_kept(told, sentence, desk):
    letter = letter_of(talent(desk), desk.clerk, on=today() - days(3))
    with pytest.raises(Refused, match=sentence):
        answer(letter, told, desk.clerk, today())
    assert Inquiry.objects.get().answer == ""


def test_an_answer_is_kept_once_and_the_second_officer_is_told_who_was_first(desk):
    letter = letter_of(talent(desk), desk.clerk)
    stale = Inquiry.objects.get(pk=letter.pk)
    answer(letter, Told("true", today(), "人社函1号"), desk.clerk, today())
    with pytest.raises(Refused, match=f"{desk.clerk.name}登记为「属实」"):
        answer(stale, Told("false", today(), "查无此人"), desk.second, today())
    kept = Inquiry.objects.get()
    assert (kept.answer, kept.answer_note, kept.answered_by) == ("true", "人社函1号", desk.clerk)
    assert AuditEntry.objects.filter(action="登记函询答复").count() == 1


def test_a_late_answer_puts_silence_right_with_a_reason(desk):
    letter = overdue(talent(desk), desk.clerk)
    answer(letter, Told("none", today() - days(1)), desk.clerk, today())
    with pytest.raises(Refused, match="须写明理由"):
        correct(letter, Told("true", today()), desk.clerk, today(), " ")
    correct(letter, Told("true", today(), "函复属实"), desk.second, today(), "函复迟到")
    assert Inquiry.objects.get().answer == "true"
    assert AuditEntry.objects.get(action="更正函询答复").reason == "函复迟到"


def test_of_two_corrections_from_one_page_the_second_is_told(desk):
    letter = letter_of(talent(desk), desk.clerk)
    answer(letter, Told("true", today()), desk.clerk, today())
    stale = Inquiry.objects.get()
    correct(letter, Told("false", today(), "不实"), desk.clerk, today(), "登记有误")
    with pytest.raises(Refused, match="没有执行"):
        correct(stale, Told("true", today()), desk.second, today(), "登记有误")


def test_an_answer_that_is_not_there_is_not_corrected(desk):
    letter = letter_of(talent(desk), desk.clerk)
    with pytest.raises(Refused, match="还没有登记答复"):
        correct(letter, Told("true", today()), desk.clerk, today(), "理由")


@pytest.mark.parametrize(
    ("route", "state", "may"),
    [
        ("talent", State.DRAFT, False),
        ("talent", State.RECEIVED, True),
        ("talent", State.ACCEPTED, True),
        ("talent", State.REVIEWED, True),
        ("education", State.RECEIVED, False),
    ],
)
def test_a_talent_is_rechecked_once_the_papers_were_received(route, state, may, desk):
    case = factories.application(route, state=state, desk=desk)
    if may:
        letter = ask_recheck(case, bureau("organisation"), desk.clerk, today())
        assert letter.addressee == "市委组织部"
        return
    with pytest.raises(Refused, match="已收件的人才引进"):
        ask_recheck(case, bureau(), desk.clerk, today())


def test_acceptance_of_a_talent_does_not_wait_for_the_recheck(desk):
    case = talent(desk, State.RECEIVED)
    letter_of(case, desk.clerk)
    factories.make(case, "accept", desk)
    assert factories.fresh(case).state == State.ACCEPTED


REFUSAL = {"facts": "引进单位已撤回证明。", "reason": "不属于人才引进对象。"}


def refuse(case, desk, **told):
    told = REFUSAL | told
    return factories.make(
        case, "refuse", desk, reason=told.pop("reason"), **{"other_ground": None} | told
    )


@pytest.mark.parametrize("standing", ["not asked", "waiting", "none", "true"])
def test_a_talent_is_refused_only_on_another_ground_than_silence(standing, desk):
    case = talent(desk, State.REVIEWED)
    if standing != "not asked":
        letter = overdue(case, desk.clerk)
        if standing != "waiting":
            answer(letter, Told(standing, today()), desk.clerk, today())
    with pytest.raises(Refused, match="不批准的理由不是复核未答复"):
        refuse(case, desk)
    with pytest.raises(Refused, match="未答复不能作为"):
        refuse(case, desk, other_ground=True, reason="人社局逾期未复,不予批准。")
    refuse(case, desk, other_ground=True)
    assert factories.fresh(case).state == State.REFUSED


def test_after_a_no_a_talent_is_refused_without_more(desk):
    case = talent(desk, State.REVIEWED)
    answer(letter_of(case, desk.clerk), Told("false", today(), "查无此人"), desk.clerk, today())
    refuse(case, desk)
    assert factories.fresh(case).state == State.REFUSED


def test_after_a_no_an_approval_needs_its_words(desk):
    case = talent(desk, State.REVIEWED)
    answer(letter_of(case, desk.clerk), Told("false", today(), "查无此人"), desk.clerk, today())
    with pytest.raises(Refused, match="答复为「不属实」"):
        factories.make(case, "approve", desk, reason="")
    factories.make(case, "approve", desk, reason="引进单位来函说明,已核实。")
    assert factories.fresh(case).state == State.APPROVED


@pytest.mark.parametrize("move", ["approve", "refuse"])
def test_the_standing_of_the_recheck_is_shown_to_whoever_decides(move, desk):
    case = talent(desk, State.REVIEWED)
    address = reverse("desk:move", args=[case.pk, move])
    client = factories.client_of(desk.approver)
    assert "没有发函" in page(client.get(address)).text
    letter = overdue(case, desk.clerk)
    assert "未答复,已过期限" in page(client.get(address)).text
    answer(letter, Told("true", today(), "人社函9号"), desk.clerk, today())
    assert "属实(人社函9号)" in page(client.get(address)).text


def test_the_form_of_the_refusal_asks_for_the_box(desk):
    case = talent(desk, State.REVIEWED)
    client = factories.client_of(desk.approver)
    shown = client.get(reverse("desk:move", args=[case.pk, "refuse"]))
    told = page(submit(client, shown, REFUSAL))
    assert "请确认:不批准的理由不是复核未答复" in told.text
    assert told.form("reason").fields["reason"] == REFUSAL["reason"]
    submit(client, shown, REFUSAL | {"other_ground": "on"})
    assert factories.fresh(case).state == State.REFUSED


def test_the_letter_about_a_roster_tells_the_wish_of_the_counter(desk):
    case = relocation_unlisted(desk)
    letter = ask_roster(case, desk.auxiliary, today())
    assert letter.addressee == KINDS["relocation"].supplier
    assert "当场表示自愿落户" in letter.question
    assert "尚未查到" in letter.question


def test_one_press_on_the_case_sends_and_prints_the_letter_about_the_roster(desk):
    case = relocation_unlisted(desk, wish=False)
    client = factories.client_of(desk.auxiliary)
    shown = client.get(reverse("desk:case", args=[case.pk]))
    form = next(f for f in page(shown).forms if f.action.endswith("/ask/roster/"))
    told = page(client.post(form.action, form.filled({}), follow=True))
    assert "花名册核实函" in told.text
    assert "当场表示不愿落户" in told.text
    assert case.applicant.number in told.text
    again = page(client.get(reverse("desk:case", args=[case.pk])))
    assert not any(f.action.endswith("/ask/roster/") for f in again.forms)
    assert "待答复" in again.text


def test_a_person_whom_the_roster_names_needs_no_letter(desk):
    case = factories.application("relocation", desk=desk)
    shown = page(factories.client_of(desk.clerk).get(reverse("desk:case", args=[case.pk])))
    assert not any("/ask/" in form.action for form in shown.forms)


def test_a_route_without_a_roster_asks_no_bureau_for_one(desk):
    with pytest.raises(Refused, match="不以花名册为依据"):
        ask_roster(factories.application("education", desk=desk), desk.clerk, today())


def test_the_list_shows_the_waiting_letters_the_overdue_first(desk):
    late, early, done = talent(desk), talent(desk), talent(desk)
    letter_of(early, desk.clerk)
    overdue(late, desk.clerk)
    answer(letter_of(done, desk.clerk), Told("true", today()), desk.clerk, today())
    client = factories.client_of(desk.clerk)
    text = page(client.get(reverse("desk:inquiries"))).text
    assert text.index(late.receipt_number) < text.index(early.receipt_number)
    assert done.receipt_number not in text
    everything = page(client.get(reverse("desk:inquiries"), {"all": "1"})).text
    assert everything.index(early.receipt_number) < everything.index(done.receipt_number)
    assert "函询待答复 2 件,已过期限 1 件" in page(client.get(reverse("desk:work"))).text


def test_the_list_holds_nothing_of_another_station(desk, other_desk):
    case = talent(desk)
    letter_of(case, desk.clerk)
    client = factories.client_of(other_desk.clerk)
    assert case.receipt_number not in page(client.get(reverse("desk:inquiries"))).text


def test_an_answer_typed_on_its_page_leads_back_to_the_case(desk):
    letter = letter_of(talent(desk), desk.clerk)
    client = factories.client_of(desk.clerk)
    address = reverse("desk:inquiry", args=[letter.pk])
    told = submit(client, client.get(address), {"answer": "true", "note": "人社函3号"})
    assert told.redirect_chain[-1][0] == reverse("desk:case", args=[letter.application_id])
    again = page(client.get(address))
    assert "人社函3号" in again.text
    assert "reason" in again.form("answer").fields


def test_a_page_opened_before_the_first_answer_does_not_correct_it(desk):
    letter = letter_of(talent(desk), desk.clerk)
    client = factories.client_of(desk.second)
    shown = client.get(reverse("desk:inquiry", args=[letter.pk]))
    answer(letter, Told("true", today()), desk.clerk, today())
    told = submit(client, shown, {"answer": "false", "note": "查无此人"})
    assert desk.clerk.name in page(told).text
    assert Inquiry.objects.get().answer == "true"


def test_a_faulty_answer_loses_nothing_that_was_typed(desk):
    letter = letter_of(talent(desk), desk.clerk)
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:inquiry", args=[letter.pk]))
    typed = {"answer": "none", "note": "打过三次电话"}
    told = page(submit(client, shown, typed))
    assert "期限过后才能登记" in told.text
    assert told.form("answer").fields["note"] == typed["note"]


def test_the_printing_of_a_letter_is_recorded(desk):
    letter = letter_of(talent(desk), desk.clerk)
    factories.client_of(desk.clerk).get(reverse("desk:inquiry-letter", args=[letter.pk]))
    assert AuditEntry.objects.filter(action="打印函询", object_id=str(letter.pk)).exists()


@pytest.mark.parametrize(
    ("kind", "data", "status"),
    [("recheck", {}, 302), ("recheck", {"bureau": "police"}, 302), ("other", {}, 404)],
)
def test_a_press_of_no_sense_sends_nothing(kind, data, status, desk):
    case = talent(desk)
    client = factories.client_of(desk.clerk)
    assert client.post(reverse("desk:ask", args=[case.pk, kind]), data).status_code == status
    assert not Inquiry.objects.exists()
