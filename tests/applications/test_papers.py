"""The papers: each opens after its move, with the number, the QR code and the remedies."""

import pytest
import segno
from django.urls import reverse

from applications.documents import PAPERS
from applications.workflow import State
from kaili_hukou.models import AuditEntry
from rosters.kinds import KINDS
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.django_db

# Paper → the state right after its move.
AFTER = {
    "received": State.RECEIVED,
    "receipt": State.ACCEPTED,
    "supplement": State.SUPPLEMENT,
    "not-accepted": State.NOT_ACCEPTED,
    "refused": State.REFUSED,
}
NUMBERED = ("receipt", "not-accepted", "refused")
MADE_BY_A_MOVE = [name for name in PAPERS if name != "inquiry"]


def opened(officer, case, name):
    return factories.client_of(officer).get(reverse("desk:paper", args=[case.pk, name]))


def html(desk, name, **told):
    case = factories.application(state=AFTER[name], desk=desk, **told)
    return case, opened(desk.clerk, case, name).content.decode()


def test_every_paper_has_its_state():
    assert set(AFTER) == set(MADE_BY_A_MOVE)


@pytest.mark.parametrize("name", MADE_BY_A_MOVE)
def test_a_paper_opens_after_its_move_and_not_before(name, desk, case):
    assert opened(desk.clerk, case, name).status_code == 404
    made = factories.application(state=AFTER[name], desk=desk)
    assert opened(desk.clerk, made, name).status_code == 200
    link = reverse("desk:paper", args=[made.pk, name])
    shown = factories.client_of(desk.clerk).get(reverse("desk:case", args=[made.pk]))
    assert link in page(shown).links


@pytest.mark.parametrize("name", MADE_BY_A_MOVE)
def test_a_paper_names_the_applicant_in_full_and_who_handled_it(name, desk):
    case, shown = html(desk, name)
    officer = case.history.get(move=PAPERS[name].move).officer
    assert case.applicant.name in shown
    assert case.applicant.number in shown
    assert officer.signature in shown


@pytest.mark.parametrize("name", NUMBERED)
def test_a_numbered_paper_holds_its_number_and_the_qr_code_of_it_alone(name, desk):
    case, shown = html(desk, name)
    assert shown.count(case.receipt_number) >= 2
    code = segno.make(case.receipt_number, error="m")
    assert code.svg_inline(scale=3, border=2, omitsize=False) in shown


@pytest.mark.parametrize("name", ["received", "supplement"])
def test_before_acceptance_there_is_no_number_and_no_code(name, desk):
    _, shown = html(desk, name)
    assert "<svg" not in shown


@pytest.mark.parametrize("name", ["not-accepted", "refused"])
def test_a_refusal_tells_the_remedies_and_the_reason(name, desk):
    _, shown = html(desk, name)
    assert "六十日内" in shown
    assert "行政复议" in shown
    assert "六个月内" in shown
    assert "行政诉讼" in shown
    assert "核实无误" in shown
    assert "不符合本方案,不等于不能落户" in shown


def test_a_refusal_quotes_its_clauses(desk):
    _, shown = html(desk, "refused")
    assert "三(一)1(2)" in shown


def test_the_notice_lists_everything_that_is_missing_and_its_day(desk):
    case, shown = html(desk, "supplement")
    assert "申请书补签名" in shown
    assert f"{case.supplement_by.year}年{case.supplement_by.month}月" in shown


def test_the_notice_keeps_its_day_after_the_papers_came(desk):
    case = factories.application(state=State.SUPPLEMENT, desk=desk)
    until = case.supplement_by
    factories.make(case, "resume", desk)
    day = f"{until.year}年{until.month}月{until.day}日"
    assert day in page(opened(desk.clerk, case, "supplement")).text


def test_the_receipt_promises_a_day(desk):
    case, shown = html(desk, "receipt")
    due = case.due_on
    assert f"{due.year}年{due.month}月{due.day}日" in shown
    assert f"{case.promised_days} 个工作日内办结" in shown


def test_an_enterprise_is_named_with_its_code(desk):
    case = factories.application("collective", state=State.ACCEPTED, desk=desk)
    shown = opened(desk.clerk, case, "receipt").content.decode()
    assert case.enterprise.code in shown
    assert case.enterprise.name in shown


@pytest.mark.parametrize("route", KINDS)
def test_a_letter_to_the_bureau_is_printed_for_routes_with_a_roster(route, desk):
    case = factories.application(route, desk=desk)
    shown = page(opened(desk.clerk, case, "inquiry")).text
    assert KINDS[route].supplier.split("(")[0] in shown
    assert opened(desk.clerk, factories.application(desk=desk), "inquiry").status_code == 404


def test_what_is_printed_is_recorded(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    opened(desk.auxiliary, case, "receipt")
    entry = AuditEntry.objects.get(action="打印受理回执")
    assert (entry.actor, entry.object_id) == (desk.auxiliary, str(case.pk))


def test_a_paper_that_is_not_there_is_not_recorded_as_printed(desk, case):
    opened(desk.clerk, case, "receipt")
    assert not AuditEntry.objects.filter(action__startswith="打印").exists()


def test_another_station_prints_nothing(desk, other_desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    assert opened(other_desk.clerk, case, "receipt").status_code == 404
    assert opened(factories.officer("auditor"), case, "receipt").status_code == 403


def test_there_is_no_such_paper(desk, case):
    assert opened(desk.clerk, case, "diploma").status_code == 404


def test_names_cannot_break_out_of_a_paper(desk):
    case = factories.application(state=State.SUPPLEMENT, desk=desk, address="<b>路</b>")
    change = case.history.get(move="ask_supplement")
    change.details = change.details | {"missing": ["<script>alert(1)</script>"]}
    change.save()
    shown = opened(desk.clerk, case, "supplement").content.decode()
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;" in shown
