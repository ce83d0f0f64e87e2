"""配套政策: owed by whoever leads a measure of part three, due three months after the issue."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kaili_hukou.actions import Refused
from kaili_hukou.roles import Role
from reports.actions.ruling import RuleTold, add_owed, note_rule
from reports.models import SupportingRule
from tests import factories
from tests.factories import client_of, today
from tests.pages import page
from tests.reports.returns import bureau, clerk_of, town
from tests.scans import pdf

pytestmark = pytest.mark.django_db
ISSUED = RuleTold(
    state="issued",
    title="凯里市购房落户操作办法",
    document_number="凯公发〔2019〕12号",
    issued_on=datetime.date(2019, 8, 23),
)


@pytest.fixture
def rule():
    add_owed(today())
    return SupportingRule.objects.get(bureau__code="police", clause="三(一)")


def noted(rule, told, officer=None, **more):
    officer = officer or clerk_of(rule.bureau)
    version = more.get("version", rule.version)
    note_rule(rule, told, officer, version=version, on=today())
    return SupportingRule.objects.get(pk=rule.pk)


def test_each_lead_of_part_three_owes_one_a_measure_and_no_town_owes_any(rule):
    add_owed(today())
    rows = list(SupportingRule.objects.values_list("bureau__code", "clause"))
    assert len(rows) == len(set(rows)) == 13
    assert ("police", "三(二)") in rows
    assert not [clause for _, clause in rows if clause.startswith("四")]


@pytest.mark.parametrize(("day", "late"), [(23, False), (24, True)])
def test_issued_on_the_last_day_of_the_three_months_is_in_time(rule, day, late):
    told = RuleTold("issued", "办法", "1号", datetime.date(2019, 8, day))
    assert noted(rule, told).was_late is late


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (RuleTold("issued", "办法"), "文件名称、文号和印发日期"),
        (RuleTold("not_needed"), "写明理由"),
        (RuleTold("nothing"), "请选择情况"),
        (RuleTold("issued", "办法", "1号", datetime.date(2099, 1, 1)), "不能晚于今天"),
    ],
)
def test_what_is_not_whole_is_refused_with_a_sentence(rule, told, words):
    with pytest.raises(Refused, match=words):
        noted(rule, told)
    assert SupportingRule.objects.get(pk=rule.pk).state == "not_begun"


def test_the_own_bureau_and_the_gatherers_note_it_and_nobody_else(rule):
    for officer in (clerk_of(bureau("housing")), clerk_of(town()), factories.officer(Role.AUDITOR)):
        with pytest.raises(Refused, match="其他单位"):
            noted(rule, ISSUED, officer)
    assert noted(rule, ISSUED, factories.officer(Role.APPROVER)).state == "issued"


def test_of_two_who_note_it_at_once_the_second_is_told(rule):
    noted(rule, ISSUED)
    with pytest.raises(Refused, match="刚刚被别人登记过"):
        noted(rule, RuleTold("drafting"), version=0)


def test_the_page_keeps_the_file_and_shows_it_in_the_overview(rule):
    client = client_of(clerk_of(rule.bureau))
    address = reverse("reports:rule", args=[rule.pk])
    form = page(client.get(address)).form("state", "title")
    file = pdf_file()
    sent = form.filled(
        {
            "state": "issued",
            "title": ISSUED.title,
            "document_number": ISSUED.document_number,
            "issued_on": "2019-09-01",
        }
    )
    assert client.post(address, sent | {"file": file}).status_code == 302
    assert rule.files.count() == 1
    shown = client.get(reverse("reports:file", args=[rule.files.get().pk]))
    assert shown.content.startswith(b"%PDF")
    text = page(client.get(reverse("reports:rules"))).text
    assert ISSUED.title in text
    assert "超期" in text


def pdf_file(name="办法.pdf"):
    return SimpleUploadedFile(name, pdf(), "application/pdf")
