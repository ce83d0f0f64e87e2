"""四(四): each decision with who, when, why, on which evidence and under which rules."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import StateChange
from applications.policy.parameters import RULES_VERSION
from kaili_hukou.models import AuditEntry
from kaili_hukou.roles import Role
from reports import audit_export
from reports.audit_export import HEADINGS, Span, decisions, export, hidden, judged_at, line, told
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page

pytestmark = pytest.mark.django_db

TITLES = [title for title, _ in HEADINGS]


@pytest.fixture
def auditor(db):
    return factories.officer(Role.AUDITOR)


def lines(auditor, **options):
    rows = told(decisions(Span(today(), today()), auditor))
    return [dict(zip(TITLES, line(row, **options), strict=True)) for row in rows]


def test_a_decision_tells_who_when_why_on_what_and_under_which_rules(desk, auditor):
    wife = factories.companion("spouse")
    case = factories.application("education", state="approved", desk=desk, companions=[wife])
    found = {row["决定"]: row for row in lines(auditor)}
    assert list(found) == ["受理", "批准"]
    approved = found["批准"]
    assert approved["受理编号"] == case.receipt_number
    assert approved["经办人"] == desk.approver.name
    assert approved["警号"] == desk.approver.police_number
    assert (approved["原状态"], approved["新状态"]) == ("所领导已审核", "已批准")
    assert approved["理由"] == "核实无误"
    assert approved["审查意见"] == "符合"
    assert approved["规则版本"] == RULES_VERSION
    assert "三(一)1(2)" in approved["逐项条件"]
    assert "杨**(配偶):准予" in approved["随迁人员"]
    assert case.evidence.first().title in approved["材料"]
    assert "=20" in approved["依据的参数值"]
    assert case.applicant.number not in str(found)
    assert case.applicant.name not in str(found)
    # When it was accepted nothing had been judged yet.
    assert found["受理"]["规则版本"] == ""


def test_in_clear_only_where_asked(desk, auditor):
    case = factories.application("education", state="accepted", desk=desk)
    row = lines(auditor, plain=True)[0]
    assert (row["申请人"], row["公民身份号码"]) == (case.applicant.name, case.applicant.number)


def test_a_decision_that_was_undone_is_told_as_it_was_made(desk, auditor):
    case = factories.application("education", state="refused", desk=desk)
    before = case.judged
    assert before
    factories.amended(case, "reopen", desk)
    case.refresh_from_db()
    assert case.judged is None
    refusal, reopening = told(
        decisions(Span(today(), today()), auditor).filter(move__in=("refuse", "reopen"))
    )
    assert judged_at(refusal) == (before, RULES_VERSION)
    assert judged_at(reopening) == (before, RULES_VERSION)
    for name in ("check", "review", "approve"):
        factories.make(case, name, desk)
        case.refresh_from_db()
    rows = {row.move: row for row in told(decisions(Span(today(), today()), auditor))}
    assert judged_at(rows["refuse"]) == (before, RULES_VERSION)
    assert judged_at(rows["approve"]) == (case.judged, RULES_VERSION)
    assert judged_at(rows["accept"]) == (None, "")


def test_numbers_in_words_are_hidden():
    number = factories.identity_number()
    told = hidden(f"其妻{number},电话13912345678,文号20260510")
    assert number not in told
    assert "139****5678" in told
    assert "20260510" in told
    assert hidden(None) == ""


def test_the_queries_do_not_grow_with_the_decisions(desk, auditor):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            export(Span(today(), today()), auditor, reason="试", plain=False, on=today())
        return len(queries)

    factories.application("education", state="approved", desk=desk)
    few = asked()
    for _ in range(3):
        factories.application("education", state="approved", desk=desk)
    assert asked() == few


def asked_for(client, **told):
    span = {"since": str(today()), "until": str(today()), "reason": "跟踪审计"}
    return client.post(reverse("reports:audit-export"), span | told)


def test_the_export_goes_out_recorded_with_its_reason(desk, auditor):
    case = factories.application("education", state="approved", desk=desk)
    answer = asked_for(client_of(auditor))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["决定", "材料"]
    rows = list(book["决定"].values)
    assert "跟踪审计" in rows[1][0]
    assert list(rows[3]) == TITLES
    assert len(rows) == 4 + 2
    assert len(list(book["材料"].values)) == 1 + case.evidence.count()
    entry = AuditEntry.objects.get(action="导出落户决定(脱敏)")
    assert entry.actor == auditor
    assert "跟踪审计" in entry.reason


def test_what_cannot_be_exported_is_a_sentence(desk, auditor, monkeypatch):
    client = client_of(auditor)
    assert "没有决定" in page(asked_for(client)).text
    assert "必填" in page(asked_for(client, reason="")).text
    backwards = asked_for(client, since=str(today()), until=str(today() - days(1)))
    assert "止日早于起日" in page(backwards).text
    factories.application("education", state="approved", desk=desk)
    monkeypatch.setattr(audit_export, "MOST", 1)
    assert "请缩短期间" in page(asked_for(client)).text


def test_the_page_shows_the_newest_decisions_first_in_few_queries(desk, auditor):
    client, address = client_of(auditor), reverse("reports:audit")
    factories.application("education", state="approved", desk=desk)
    text = page(client.get(address)).text
    assert text.index("所领导已审核 → 已批准") < text.index("已收件 → 已受理")
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    factories.application("education", state="refused", desk=desk)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    assert (
        "没有决定" in page(client.get(address, {"since": "2019-01-01", "until": "2019-02-01"})).text
    )
    odd = client.get(address, {"since": "\0", "until": "9" * 40, "move": "x", "page": "x"})
    assert odd.status_code == 200
    assert StateChange.objects.exists()
