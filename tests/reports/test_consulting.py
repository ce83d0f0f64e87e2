"""公告: opinions with whose they are, disposed of with reasons; nobody shown unasked."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from applications.scans import read_scan
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.roles import Role
from reports.actions.attaching import attach
from reports.actions.consulting import (
    Answer,
    answered,
    dispose,
    enter_opinion,
    open_consultation,
)
from reports.models import Consultation, Opinion
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit
from tests.scans import jpeg

pytestmark = pytest.mark.django_db

OPENED = date(2019, 5, 23)
NAME, PHONE, ADDRESS = "陈小雨", "13912345678", "凯里市大十字街道某路1号"


@pytest.fixture
def office(db):
    return factories.officer(Role.REFORM_OFFICE)


@pytest.fixture
def consultation(office):
    made = Consultation(title="征求意见", opened_on=OPENED, days=7, published_where="网站")
    return open_consultation(made, office, today())


def opinion(consultation, office, **told):
    usual = {"name": NAME, "address": ADDRESS, "contact": PHONE, "channel": "letter"}
    usual |= {"received_on": date(2019, 5, 30), "text": "建议公布办理时间。"}
    made = Opinion(consultation=consultation, **(usual | told))
    return enter_opinion(made, office, today())


def test_the_day_of_the_notice_is_not_counted(consultation, office):
    assert consultation.deadline == date(2019, 5, 30)
    assert opinion(consultation, office).in_time
    late = opinion(consultation, office, received_on=date(2019, 5, 31))
    assert not late.in_time
    assert late.number == 2


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": " "}, "真实姓名"),
        ({"contact": ""}, "联系方式"),
        ({"text": ""}, "意见内容"),
        ({"received_on": date(2019, 5, 22)}, "收到日期"),
        ({"received_on": date(2099, 1, 1)}, "收到日期"),
        ({"is_organisation": True, "sealed": True}, "联系人"),
        ({"is_organisation": True, "contact_person": "张明"}, "公章"),
    ],
)
def test_what_the_notice_asks_for_is_there(consultation, office, told, words):
    with pytest.raises(Refused, match=words):
        opinion(consultation, office, **told)


def test_a_consultation_has_at_least_seven_days_and_stands_once(consultation, office, desk):
    told = {"title": "征求意见", "opened_on": OPENED, "published_where": "网站"}
    with pytest.raises(Refused, match="登记过"):
        open_consultation(Consultation(**told), office, today())
    with pytest.raises(Refused, match="不少于 7 天"):
        open_consultation(Consultation(**told, days=6), office, today())
    with pytest.raises(Refused, match="户改办和户政科"):
        open_consultation(Consultation(**told), desk.clerk, today())


def test_an_opinion_is_disposed_of_once_with_its_reason_and_then_answered(consultation, office):
    made = opinion(consultation, office)
    with pytest.raises(Refused, match="理由"):
        dispose(made, Answer("not_adopted"), office, today())
    with pytest.raises(Refused, match="一并填写"):
        dispose(made, Answer("adopted", answered_on=today()), office, today())
    with pytest.raises(Refused, match="还没有处理"):
        answered(made, today(), "电话", office, on=today())
    done = dispose(made, Answer("partly", "上位法另有规定。"), office, today())
    with pytest.raises(Refused, match="没有重复登记"):
        dispose(made, Answer("adopted"), office, today())
    with pytest.raises(Refused, match="答复日期"):
        answered(done, today() + days(1), "电话", office, on=today())
    answered(done, today(), "电话", office, on=today())
    with pytest.raises(Refused, match="没有再登记"):
        answered(done, today(), "电话", office, on=today())
    kept = Opinion.objects.get()
    assert (kept.reason, kept.answered_how) == ("上位法另有规定。", "电话")


def test_an_opinion_through_the_pages_shows_its_writer_only_for_a_reason(office):
    client = client_of(office)
    told = {"title": "征求意见", "opened_on": "2019-05-23", "published_where": "网站"}
    answer = submit(client, client.get(reverse("reports:consultations")), told)
    told = {"channel": "letter", "received_on": "2019-05-24", "name": NAME, "address": ADDRESS}
    told |= {"contact": PHONE, "text": "建议。"}
    answer = submit(client, answer, told)
    shown = page(answer)
    assert NAME not in shown.text
    assert PHONE not in shown.text
    assert "139****5678" in shown.text
    answer = submit(client, answer, {"reason": "电话答复"}, button=("reveal", "1"))
    assert PHONE in page(answer).text
    entry = AuditEntry.objects.filter(action="查看明文").get()
    assert entry.reason == "电话答复"
    told = {"disposition": "not_adopted", "reason": ""}
    address = reverse("reports:opinion", args=[Opinion.objects.get().pk])
    answer = client.post(address, told | {"dispose": "1"})
    assert "须写明理由" in page(answer).text
    answer = client.post(address, told | {"dispose": "1", "reason": "另有规定"}, follow=True)
    assert "未采纳" in page(answer).text


def exported(client, consultation, **told):
    answer = client.post(reverse("reports:opinions-export", args=[consultation.pk]), told)
    if "spreadsheetml" not in answer.headers["Content-Type"]:
        return answer
    return list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)


def test_the_export_is_masked_unless_asked_by_whoever_answers(consultation, office):
    opinion(consultation, office, text="=HYPERLINK(1) 电话 13912345678")
    client, auditor = client_of(office), client_of(factories.officer(Role.AUDITOR))
    assert "必填" in page(exported(client, consultation)).text
    masked = exported(client, consultation, reason="汇报")[-1]
    assert masked[5:8] == ("陈**", "凯里市大十字街道****", "139****5678")
    assert masked[11] == "=HYPERLINK(1) 电话 139****5678"
    plain = exported(client, consultation, reason="逐一答复", plain="on")[-1]
    assert plain[5:8] == (NAME, ADDRESS, PHONE)
    still = exported(auditor, consultation, reason="审计", plain="on")[-1]
    assert still[5] == "陈**"
    entries = AuditEntry.objects.filter(action__startswith="导出意见")
    assert {(entry.action, entry.reason) for entry in entries} == {
        ("导出意见(脱敏)", "汇报"),
        ("导出意见(明文)", "逐一答复"),
        ("导出意见(脱敏)", "审计"),
    }


def test_the_scan_of_a_letter_is_for_the_offices_of_the_city(consultation, office):
    made = opinion(consultation, office)
    kept = attach(made, read_scan(jpeg((20, 20))), "来信.jpg", office)
    address = reverse("reports:attachment", args=[kept.pk])
    assert client_of(office).get(address).status_code == 200
    clerk = factories.officer(Role.BUREAU_CLERK, bureau=Bureau.objects.first())
    assert client_of(clerk).get(address).status_code == 404


def test_the_text_of_a_formula_is_a_text_in_the_workbook(consultation, office):
    opinion(consultation, office, text="=1+1")
    address = reverse("reports:opinions-export", args=[consultation.pk])
    answer = client_of(office).post(address, {"reason": "试"})
    cell = openpyxl.load_workbook(io.BytesIO(answer.content)).active["L4"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
