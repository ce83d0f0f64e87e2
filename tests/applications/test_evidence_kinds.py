"""Documents met otherwise than by hand: asked of a unit, promised, on file."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.actions.evidence import check_promise, note_evidence, promise, use_on_file
from applications.actions.inquiring import Told, answer, verify
from applications.evidence_forms import VerifyForm
from applications.models import Attachment, EvidenceItem, Inquiry
from applications.on_file import valid_for
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

MADE = EvidenceItem.State


def item_of(case, code):
    return case.evidence.select_related("application", "member").get(code=code)


def sent(item, officer, *, on=None, whom="某单位", until=None):
    form = VerifyForm(item, today=today())
    on = on or today()
    data = {"verify-sent_on": on, "verify-answer_by": until or on + days(7), "verify-whom": whom}
    form = VerifyForm(item, data | {"verify-question": "是否属实"}, today=today())
    assert form.is_valid(), form.errors
    return verify(item, form.asked, officer)


def replied(letter, officer, told, *, on=None):
    answer(letter, Told(told, on or today(), "函复"), officer, today())


def at_state(desk, state, code="no_home_proof", route="in_province"):
    case = factories.application(route, state=state, desk=desk)
    return case, item_of(case, code)


def received_without(desk, code, route="in_province"):
    case, item = at_state(desk, State.RECEIVED, code, route)
    EvidenceItem.objects.filter(pk=item.pk).update(state="missing")
    return case, item_of(case, code)


def test_acceptance_does_not_wait_for_the_answer_and_approval_does(desk):
    case, item = received_without(desk, "no_home_proof")
    letter = sent(item, desk.clerk)
    for move in ("accept", "check", "review"):
        factories.make(case, move, desk)
    with pytest.raises(Refused, match=f"{re.escape(item.title)}\\(部门核验尚未答复\\)"):
        factories.make(case, "approve", desk)
    replied(letter, desk.second, "true")
    factories.make(case, "approve", desk)
    assert factories.fresh(case).state == State.APPROVED


@pytest.mark.parametrize(("told", "why"), [("false", "核验不属实"), ("none", "逾期未复")])
def test_what_was_not_confirmed_is_named_to_the_approver(told, why, desk):
    case, item = at_state(desk, State.REVIEWED)
    past = today() - days(9)
    letter = sent(item, desk.clerk, on=past, until=past + days(1))
    replied(letter, desk.clerk, told)
    with pytest.raises(Refused, match=f"{why}.*再批准"):
        factories.make(case, "approve", desk)
    assert factories.fresh(case).state == State.REVIEWED


def test_a_second_letter_may_put_the_first_right(desk):
    case, item = at_state(desk, State.REVIEWED)
    replied(sent(item, desk.clerk, on=today() - days(3)), desk.clerk, "false")
    replied(sent(item, desk.clerk), desk.clerk, "true")
    factories.make(case, "approve", desk)
    assert factories.fresh(case).state == State.APPROVED


def test_the_persons_own_will_is_asked_of_nobody_else(desk):
    case, item = at_state(desk, State.RECEIVED, "application_form")
    with pytest.raises(Refused, match="只能由申请人提交"):
        sent(item, desk.clerk)
    assert not Inquiry.objects.exists()


def test_a_promise_counts_as_met_and_lists_what_is_to_be_checked(desk):
    case, item = received_without(desk, "no_home_proof")
    promise(item, promised_on=today(), check_by=today() + days(40), officer=desk.clerk)
    factories.make(case, "accept", desk)
    shown = page(factories.client_of(desk.clerk).get(reverse("desk:promises")))
    assert item.title in shown.text
    assert f"应于 {today() + days(40)} 前核查" in shown.text


@pytest.mark.parametrize("code", ["degree_proof", "application_form"])
def test_where_no_promise_is_taken_the_sentence_says_why(code, desk):
    case, item = at_state(desk, State.RECEIVED, code, "education")
    with pytest.raises(Refused, match="不适用告知承诺"):
        promise(item, promised_on=today(), check_by=today() + days(9), officer=desk.clerk)
    assert item_of(case, code).state == MADE.ORIGINAL


def test_a_broken_promise_blocks_the_approval_and_stays_on_case_and_list(desk):
    case, item = received_without(desk, "no_home_proof")
    promise(item, promised_on=today(), check_by=today() + days(40), officer=desk.clerk)
    for move in ("accept", "check", "review"):
        factories.make(case, move, desk)
    check_promise(item, "false", officer=desk.clerk, on=today())
    with pytest.raises(Refused, match="承诺经核查不属实"):
        factories.make(case, "approve", desk)
    client = factories.client_of(desk.clerk)
    for address in (reverse("desk:promises"), reverse("desk:case", args=[case.pk])):
        assert f"不属实 {today()}" in page(client.get(address)).text


def test_a_promise_that_was_kept_leaves_the_list_once_and_for_all(desk):
    case, item = received_without(desk, "no_home_proof")
    promise(item, promised_on=today(), check_by=today() + days(40), officer=desk.clerk)
    check_promise(item, "true", officer=desk.clerk, on=today())
    with pytest.raises(Refused, match="已有人登记"):
        check_promise(item, "false", officer=desk.second, on=today())
    shown = page(factories.client_of(desk.clerk).get(reverse("desk:promises")))
    assert item.title not in shown.text


def test_a_promise_is_checked_on_its_page_also_after_the_decision(desk):
    case, item = received_without(desk, "no_home_proof")
    promise(item, promised_on=today(), check_by=today() + days(40), officer=desk.clerk)
    for move in ("accept", "check", "review", "approve", "register"):
        factories.make(case, move, desk)
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    submit(client, shown, {"kept-kept": "false"}, button=("kept", "1"))
    assert item_of(case, "no_home_proof").kept == "false"


def test_the_promise_to_sign_names_its_consequence(desk):
    case, item = at_state(desk, State.RECEIVED)
    client = factories.client_of(desk.clerk)
    shown = page(client.get(reverse("desk:promise-paper", args=[item.pk])))
    assert "不实承诺的后果" in shown.text
    assert case.applicant.number in shown.text
    assert AuditEntry.objects.filter(action="打印告知承诺书").exists()
    other = item_of(case, "application_form")
    assert client.get(reverse("desk:promise-paper", args=[other.pk])).status_code == 404


def earlier_and_new(desk, *, seen=1, code="degree_proof", route="education"):
    """A paper seen in a case that was withdrawn, and the same paper missing in a new one."""
    entry = factories.applicant_for(route)
    old = factories.application(route, state=State.WITHDRAWN, desk=desk, applicant=entry)
    old.evidence.filter(code=code).update(noted_at=timezone.now() - days(seen))
    new = factories.opened(factories.draft(route, applicant=entry), desk=desk, route=route)
    return item_of(old, code), item_of(new, code)


@pytest.mark.parametrize(
    ("code", "route", "seen", "offered"),
    [
        ("degree_proof", "education", 4000, True),
        ("no_home_proof", "in_province", 30, True),
        ("no_home_proof", "in_province", 32, False),
        ("application_form", "education", 1, False),
    ],
)
def test_what_is_on_file_is_offered_while_it_is_valid(code, route, seen, offered, desk):
    source, item = earlier_and_new(desk, seen=seen, code=code, route=route)
    assert valid_for(item, today()) == ([source] if offered else [])


@pytest.mark.parametrize("state", ["missing", "deferred", "promised", "verified", "roster"])
def test_what_nobody_has_seen_is_not_offered(state, desk):
    source, item = earlier_and_new(desk)
    EvidenceItem.objects.filter(pk=source.pk).update(state=state)
    assert valid_for(item, today()) == []


def test_what_a_unit_has_confirmed_is_offered(desk):
    source, item = earlier_and_new(desk)
    old = source.application
    type(old).objects.filter(pk=old.pk).update(state="accepted")
    source = item_of(factories.fresh(old), "degree_proof")
    letter = sent(source, desk.clerk)
    assert valid_for(item, today()) == []
    replied(letter, desk.clerk, "true")
    assert valid_for(item, today()) == [source]


def test_a_paper_of_a_case_got_by_fraud_is_not_offered(desk):
    source, item = earlier_and_new(desk)
    type(source.application).objects.filter(pk=source.application_id).update(state="revoked")
    assert valid_for(item, today()) == []


def test_another_persons_paper_is_not_used(desk):
    source, _ = earlier_and_new(desk)
    other = factories.application("education", desk=desk)
    item = other.evidence.get(code="degree_proof")
    EvidenceItem.objects.filter(pk=item.pk).update(state="missing")
    item = item_of(other, "degree_proof")
    with pytest.raises(Refused, match="不是本人"):
        use_on_file(item, source, officer=desk.clerk, on=today())
    assert item_of(other, "degree_proof").state == MADE.MISSING


def test_one_press_in_the_dossier_uses_what_is_on_file(desk):
    source, item = earlier_and_new(desk)
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:case", args=[item.application_id]))
    assert "有 1 项材料本人以前交过" in page(shown).text
    told = submit(client, shown, button=("then", f"filed:{item.pk}"), has=("version",))
    item = item_of(item.application, "degree_proof")
    assert (item.state, item.on_file) == (MADE.ON_FILE, source)
    assert "已登记为用存档材料" in page(told).text


def test_another_station_is_told_of_a_paper_on_file_and_sees_no_scan(desk, other_desk):
    source, item = earlier_and_new(desk)
    case = item.application
    type(case).objects.filter(pk=case.pk).update(station=other_desk.station)
    Attachment.objects.create(
        item=source, kind="png", file_name="x", size=1, sha256="0" * 64, uploaded_by=desk.clerk
    )
    client = factories.client_of(other_desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    assert desk.station.short_name in page(shown).text
    submit(client, shown, {"file-source": str(source.pk)}, button=("on_file", "1"))
    assert item_of(case, "degree_proof").on_file == source
    again = page(client.get(reverse("desk:evidence", args=[item.pk])))
    assert reverse("desk:evidence", args=[source.pk]) not in again.links
    assert client.get(reverse("desk:evidence", args=[source.pk])).status_code == 404


def test_a_paper_brought_after_all_ends_the_promise(desk):
    case, item = received_without(desk, "no_home_proof")
    promise(item, promised_on=today(), check_by=today() + days(40), officer=desk.clerk)
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    submit(client, shown, {f"state_{item.pk}": "original"})
    item = item_of(case, "no_home_proof")
    assert (item.state, item.promised_on, item.check_by) == (MADE.ORIGINAL, None, None)


def test_a_dossier_saved_in_another_window_leaves_a_promise_as_it_is(desk):
    case, item = received_without(desk, "no_home_proof")
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:case", args=[case.pk]))
    promise(item, promised_on=today(), check_by=today() + days(40), officer=desk.clerk)
    submit(client, shown, has=("version",))
    assert item_of(case, "no_home_proof").state == MADE.PROMISED


def test_what_must_come_first_is_not_put_off(desk):
    case, item = at_state(desk, State.RECEIVED, "application_form")
    with pytest.raises(Refused, match="不能登记为「容缺后补」"):
        note_evidence(case, {item.pk: ("deferred", today() + days(3))}, desk.clerk)


def test_the_page_sends_the_letter_and_shows_it_for_printing(desk):
    case, item = received_without(desk, "no_home_proof")
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    housing = Bureau.objects.get(code="housing")
    told = page(submit(client, shown, {"verify-bureau": str(housing.pk)}, button=("verify", "1")))
    assert housing.name in told.text
    assert case.applicant.number in told.text
    assert item_of(case, "no_home_proof").state == MADE.VERIFIED
    again = page(client.get(reverse("desk:evidence", args=[item.pk])))
    assert not any(("verify", "1") in form.buttons for form in again.forms)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"verify-whom": ""}, "两者填一项"),
        ({"verify-whom": "某校", "verify-sent_on": "2099-01-01"}, "在今天以后"),
        ({"verify-whom": "某校", "verify-answer_by": "2001-01-01"}, "应在发出日期以后"),
        ({"verify-whom": "某校", "verify-sent_on": "昨天"}, "没有这一天"),
    ],
)
def test_a_faulty_letter_is_told_and_nothing_typed_is_lost(typed, told, desk):
    case, item = received_without(desk, "no_home_proof")
    client = factories.client_of(desk.clerk)
    shown = client.get(reverse("desk:evidence", args=[item.pk]))
    typed = {"verify-question": "请核实房产登记"} | typed
    again = page(submit(client, shown, typed, button=("verify", "1")))
    assert told in again.text
    form = again.form("verify-question")
    assert {name: form.fields[name] for name in typed} == typed
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("button", ["verify", "promise", "on_file", "kept", "upload", "nothing"])
def test_an_empty_post_is_answered_with_the_page(button, desk):
    _, item = received_without(desk, "no_home_proof")
    client = factories.client_of(desk.clerk)
    answered = client.post(reverse("desk:evidence", args=[item.pk]), {button: "1"}, follow=True)
    assert answered.status_code == 200
