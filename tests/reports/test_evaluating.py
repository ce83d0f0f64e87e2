"""Evaluations and audits: found, handed out, mended, accepted; each by its own people."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.roles import Role
from reports.actions.evaluating import (
    Publication,
    Step,
    move_on,
    note_finding,
    publish,
    register_evaluation,
)
from reports.models import Evaluation, Finding, OversightFile
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit
from tests.scans import jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db):
    return factories.officer(Role.REFORM_OFFICE)


@pytest.fixture
def auditor(db):
    return factories.officer(Role.AUDITOR)


def bureau(code="finance"):
    return Bureau.objects.get(code=code)


def clerk(code="finance"):
    return factories.officer(Role.BUREAU_CLERK, bureau=bureau(code))


def evaluation(office, **told):
    year = {"kind": "yearly", "manner": "self", "year": 2025, "body": "市公安局"}
    span = {
        "since": date(2025, 1, 1),
        "until": date(2025, 12, 31),
        "held_on": today() - days(9),
    }
    return register_evaluation(Evaluation(**(year | span | told)), office, today())


def finding(officer, **told):
    usual = {"found_on": today(), "text": "台账不全。", "clause": "三(三)1"}
    if officer.role == Role.AUDITOR:
        usual |= {"kind": "audit", "document": "审计报告〔2026〕1号"}
    else:
        made = told.pop("evaluation") if "evaluation" in told else evaluation(officer)
        usual |= {"kind": "evaluation", "evaluation": made}
    return note_finding(Finding(**(usual | told)), officer, today())


def step(found, officer, name, **told):
    asked = {"unit": bureau(), "mend_by": today() + days(9)} if name == "assign" else {}
    given = {"text": "已核实。", "version": found.version} | asked | told
    return move_on(found, name, Step(officer, today(), **given))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"kind": "midterm"}, "2020"),
        ({"kind": "final", "year": 2023}, "2022"),
        ({"until": date(2024, 1, 1)}, "日期应依次"),
        ({"held_on": date(2099, 1, 1)}, "日期应依次"),
    ],
)
def test_an_evaluation_has_its_year_and_its_days_in_order(office, told, words):
    with pytest.raises(Refused, match=words):
        evaluation(office, **told)


def test_an_evaluation_is_registered_once_and_published_once(office, auditor):
    made = evaluation(office)
    with pytest.raises(Refused, match="登记过"):
        evaluation(office)
    evaluation(office, manner="third_party", body="某咨询机构")
    with pytest.raises(Refused, match="户改办"):
        evaluation(auditor, year=2024)
    with pytest.raises(Refused, match="公布日期"):
        publish(made, Publication(today() - days(10), "网站"), office, today())
    publish(made, Publication(today(), "网站"), office, today())
    with pytest.raises(Refused, match="已经登记过"):
        publish(made, Publication(today(), "报纸"), office, today())


def test_each_kind_of_finding_is_written_by_its_own_people(office, auditor):
    with pytest.raises(Refused, match="由审计登记"):
        finding(office, kind="audit", evaluation=None, document="x")
    with pytest.raises(Refused, match="由户改办登记"):
        finding(auditor, kind="evaluation")
    with pytest.raises(Refused, match="审计文件"):
        finding(auditor, document=" ")
    with pytest.raises(Refused, match="没有编号"):
        finding(auditor, clause="三(九)")


def test_a_finding_goes_from_hand_to_hand_until_it_is_struck_off(office):
    found, unit = finding(office), clerk()
    with pytest.raises(Refused, match="角色"):
        step(found, unit, "assign")
    with pytest.raises(Refused, match="整改期限不能早于"):
        step(found, office, "assign", mend_by=today() - days(1))
    step(found, office, "assign")
    with pytest.raises(Refused, match="写明整改情况"):
        step(found, unit, "mend", text=" ")
    step(found, unit, "mend")
    step(found, office, "send_back", mend_by=today() + days(20))
    assert found.mend_by == today() + days(20)
    stale = Finding.objects.get(pk=found.pk)
    step(found, office, "mend")
    with pytest.raises(Refused, match="刚被别人"):
        step(stale, unit, "mend")
    with pytest.raises(Refused, match="另一人"):
        step(found, office, "accept")
    step(found, factories.officer(Role.REFORM_OFFICE), "accept")
    assert found.state == "accepted"
    assert [row.move for row in found.steps.all()] == [
        "assign",
        "mend",
        "send_back",
        "mend",
        "accept",
    ]
    assert AuditEntry.objects.filter(object_id=str(found.pk)).count() == 6


def test_the_section_reports_for_the_police_alone_and_the_auditor_accepts_his_own(
    desk, office, auditor
):
    found = finding(auditor)
    step(found, auditor, "assign")
    with pytest.raises(Refused, match="市公安局"):
        step(found, desk.approver, "mend")
    step(found, office, "assign", unit=bureau("police"))
    step(found, desk.approver, "mend")
    with pytest.raises(Refused, match="角色"):
        step(found, office, "accept")
    step(found, auditor, "accept")


def test_a_unit_sees_its_own_findings_and_a_successor_the_open_ones_before_it(office):
    old, new = bureau("civil_affairs"), bureau("human_resources")
    made = evaluation(office)
    mended = finding(office, evaluation=made)
    for name, by in (("assign", office), ("mend", office)):
        step(mended, by, name, **({"unit": old} if name == "assign" else {}))
    waiting = finding(office, evaluation=made)
    step(waiting, office, "assign", unit=old)
    finding(office, evaluation=made)
    successor = factories.officer(Role.BUREAU_CLERK, bureau=new)
    assert not Finding.objects.visible_to(successor).exists()
    Bureau.objects.filter(pk=old.pk).update(successor=new)
    assert set(Finding.objects.visible_to(successor)) == {mended, waiting}
    step(mended, factories.officer(Role.REFORM_OFFICE), "accept")
    assert set(Finding.objects.visible_to(successor)) == {waiting}
    assert Finding.objects.visible_to(clerk("civil_affairs")).count() == 2
    Bureau.objects.filter(pk=new.pk).update(successor=old)
    assert Finding.objects.visible_to(successor).exists()


def test_an_evaluation_and_its_finding_through_the_pages(office, auditor):
    client, unit = client_of(office), client_of(clerk())
    told = {"kind": "yearly", "manner": "self", "year": "2025", "body": "市公安局"}
    told |= {"since": "2025-01-01", "until": "2025-12-31", "held_on": str(today())}
    answer = submit(client, client.get(reverse("reports:evaluations")), told)
    found_on = {"found_on": str(today()), "text": "台账不全。", "clause": "三(三)1"}
    answer = submit(client, answer, found_on, button=("note", "1"))
    assert "台账不全" in page(answer).text
    published = {"on": str(today()), "where": "市政府网站"}
    answer = submit(client, answer, published, button=("publish", "1"))
    assert "已公布" in page(answer).text
    made = Finding.objects.get()
    address = reverse("reports:finding", args=[made.pk])
    assert unit.get(address).status_code == 404
    given = {"assign-unit": str(bureau().pk), "assign-mend_by": str(today() + days(9))}
    submit(client, client.get(address), given, button=("assign", "1"))
    reported = {"mend-text": "已补齐。"}
    answer = submit(unit, unit.get(address), reported, button=("mend", "1"))
    assert "待验收" in page(answer).text
    answer = submit(client, client.get(address), {"accept-text": "属实"}, button=("accept", "1"))
    assert "已销号" in page(answer).text
    assert not page(unit.get(address)).text.count("上传")
    listed = client_of(auditor).get(reverse("reports:findings-print") + "?state=accepted")
    assert "共 1 条" in page(listed).text


def test_the_auditor_enters_what_the_audit_found_on_the_page(auditor):
    client = client_of(auditor)
    told = {
        "document": "审计报告",
        "found_on": str(today()),
        "text": "未单列。",
        "clause": "四(五)",
    }
    answer = submit(client, client.get(reverse("reports:evaluations")), told)
    assert "审计发现的问题" in page(answer).text
    bad = client.post(reverse("reports:evaluations"), {"text": "\0", "found_on": "9999999"})
    assert bad.status_code == 200
    assert Finding.objects.count() == 1
    odd = client.post(reverse("reports:finding", args=[Finding.objects.get().pk]), {"x": "1"})
    assert odd.status_code == 302


def test_an_overdue_finding_is_counted_and_shown(office):
    found = finding(office)
    step(found, office, "assign")
    Finding.objects.filter(pk=found.pk).update(mend_by=today() - days(1))
    text = page(client_of(office).get(reverse("reports:evaluations") + "?state=overdue")).text
    assert "逾期未改 1" in text
    assert "共 1 条" in text


def test_a_file_is_kept_sealed_and_given_to_whoever_may_see_its_owner(office, settings):
    found = finding(office)
    step(found, office, "assign")
    client, address = client_of(office), reverse("reports:finding", args=[found.pk])
    content = jpeg((20, 20))
    upload = {"upload": "1", "file": SimpleUploadedFile("佐证.jpg", content)}
    assert client.post(address, upload).status_code == 302
    row = OversightFile.objects.get()
    shelf = [path for path in _files(settings.MEDIA_ROOT) if path.name == row.pk.hex]
    assert content not in shelf[0].read_bytes()
    given = client.get(reverse("reports:attachment", args=[row.pk]))
    assert given.content == content
    assert client_of(clerk()).get(reverse("reports:attachment", args=[row.pk])).status_code == 200
    other = client_of(clerk("health"))
    assert other.get(reverse("reports:attachment", args=[row.pk])).status_code == 404
    wrong = {"upload": "1", "file": SimpleUploadedFile("佐证.jpg", b"MZ")}
    assert "不是 PDF" in page(client.post(address, wrong)).text
    again = {"upload": "1", "file": SimpleUploadedFile("佐证.jpg", content)}
    assert "已经传过" in page(client.post(address, again)).text


def _files(root):
    return [path for path in Path(root).rglob("*") if path.is_file()]
