"""A year's submission through the pages: from the units' returns to the frozen package."""

import datetime
import hashlib
import io
import json
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from applications.models import Member
from kaili_hukou.actions import Refused
from kaili_hukou.jobs import run_next
from kaili_hukou.models import AuditEntry
from kaili_hukou.roles import Role
from reports.actions import building
from reports.actions.building import INTERRUPTED, Asked, ask, work_on
from reports.actions.noting import note_figures
from reports.actions.returning import accept, save, send
from reports.actions.ruling import add_owed
from reports.build import build
from reports.models import AnnualReport, FigureSnapshot, ReportBuild, UnitReturn
from reports.models.builds import SILENT
from reports.period import Span, report_year
from reports.rehearsal import CHECKS, points
from reports.tasks import build_report
from reports.units import named, units_due
from tests import factories
from tests.factories import client_of
from tests.pages import page
from tests.reports.many import Many
from tests.reports.returns import act, begun, bureau, filed, told
from tests.reports.test_freezing import all_returned

pytestmark = pytest.mark.django_db

YEAR = 2025
IN_TIME = datetime.datetime(YEAR, 12, 9, 9, 0, tzinfo=datetime.UTC)
HOSTILE = '<script>alert(1)</script> & "引号"\n=1+1'


@pytest.fixture
def officer():
    return factories.officer(Role.REFORM_OFFICE)


@pytest.fixture
def office(officer):
    return client_of(officer)


def address(name="submission", *more, year=YEAR):
    return reverse(f"reports:{name}", args=[year, *more])


def shown(client, name="submission", *more):
    return page(client.get(address(name, *more), follow=True)).text


def pressed(client, name, **typed):
    return page(client.post(address(name), typed, follow=True)).text


def worked():
    """What the worker does with the oldest job."""
    job = run_next(timezone.now())
    assert job.task == build_report.name
    job.refresh_from_db()
    assert job.state == "done", job.fault


def body(response):
    return b"".join(response.streaming_content)


def package(client, version=1):
    content = body(client.get(address("version-file", version, "zip")))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content, {name: archive.read(name) for name in archive.namelist()}


def returned_by(unit, officer, **words):
    """A unit's return as it writes it, sent and accepted."""
    found = begun(unit)
    clerk = found.history.get().officer
    filled = told(found, **words)
    save(found, filled, act(clerk, found))
    filed(found, clerk)
    send(found, act(clerk, found))
    accept(found, act(officer, found))
    return found


def hostile(found):
    item = found.items.first()
    item.progress = HOSTILE
    item.save()


def test_a_year_from_the_returns_to_the_frozen_package(office, officer):
    Many(3, cases=40)
    hostile(returned_by(bureau(), officer))
    assert "还不能定稿" in shown(office)
    assert "37 个单位" in pressed(office, "freezing", kind="final")
    rest = [one for one in units_due(YEAR) if one != bureau()]
    all_returned_but(rest)

    pressed(office, "draft")
    assert "生成草稿:等待开始" in shown(office)
    worked()
    made = ReportBuild.objects.get()
    draft = body(office.get(reverse("reports:draft-file", args=[made.pk, "json"])))
    assert json.loads(draft)["final"] is False
    assert hashlib.sha256(draft).hexdigest() == made.sha256
    assert "最近的草稿" in shown(office)

    assert "将冻结的内容" in shown(office, "freezing")
    pressed(office, "freezing", kind="final")
    worked()
    report = AnnualReport.objects.get()
    assert "已定稿 第 1 版" in shown(office)
    content, files = package(office)
    figures = json.loads(files["figures.json"])
    assert figures["settled"] == json.loads(draft)["settled"]
    assert figures["final"] is True
    sums = files["SHA256SUMS.txt"].decode().splitlines()
    assert {line.split("  ")[1]: line.split("  ")[0] for line in sums} == {
        name: hashlib.sha256(one).hexdigest()
        for name, one in files.items()
        if name != "SHA256SUMS.txt"
    }
    assert bureau().name in files["佐证材料清单.csv"].decode()
    assert len([name for name in files if name.startswith("各单位年度报告/")]) == 38
    for file in report.files.all():
        assert files[file.name] == bytes(file.content)
        answer = office.get(address("version-file", 1, file.kind))
        assert body(answer) == bytes(file.content)
    assert package(office)[0] == content
    looked = AuditEntry.objects.filter(action__startswith="下载年度报告")
    assert looked.count() == 6

    report_file = next(one for name, one in files.items() if name.endswith("报告.docx"))
    words = [one.text for one in Document(io.BytesIO(report_file)).paragraphs]
    assert any(line.endswith(f":{HOSTILE.splitlines()[0]}。") for line in words)
    assert "=1+1。" in words

    # Later: a settlement moves into the year, and a unit writes again.
    late = Member.objects.filter(registered_on__gt=report.last).first()
    Member.objects.filter(pk=late.pk).update(registered_on=datetime.date(YEAR, 5, 6))
    UnitReturn.objects.filter(town__name="炉山镇").update(sent_at=timezone.now())
    assert package(office)[0] == content
    assert "补充材料" in shown(office)
    following = build(Span(YEAR + 1, report_year(YEAR + 1)), timezone.now())
    total = figures["settled"]["total"]
    assert following.table("prior_year").rows[0].cells[:3] == (total, total + 1, 1)

    pressed(office, "freezing", kind="final")
    assert AnnualReport.objects.count() == 1
    assert "更正须写明理由" in pressed(office, "freezing", kind="correction", reason=" ")
    pressed(office, "freezing", kind="correction", reason="补录一人")
    worked()
    after = shown(office)
    assert "更正理由:补录一人" in after
    assert "第 2 版改动的数据" in after
    assert package(office)[0] == content
    key = f"settled/{YEAR - 1}-12-01/{YEAR}-11-30"
    behind = f"{reverse('reports:behind')}?of={key}&report={report.pk}&count=1"
    assert f"共 {total} 人" in page(office.get(behind)).text


def all_returned_but(units):
    """The rest of the units, by rows: their own way through the pages is told elsewhere."""
    UnitReturn.objects.bulk_create(
        UnitReturn(
            year=YEAR,
            state="accepted",
            received_on=datetime.date(YEAR, 12, 1),
            **named(unit),
        )
        for unit in units
    )


# ------------------------------------------------------------------ work in the background


def asked(officer, kind="draft", **more):
    return Asked(YEAR, kind, officer, IN_TIME, **more)


def test_one_build_of_a_year_at_a_time(officer):
    ask(asked(officer))
    with pytest.raises(Refused, match="正在生成"):
        ask(asked(officer))


def test_a_worker_that_died_leaves_a_build_that_is_taken_up_again(officer):
    made = ask(asked(officer))
    ReportBuild.objects.update(state="writing")
    work_on(made.pk)
    made.refresh_from_db()
    assert made.state == "done"
    work_on(made.pk)


def test_a_build_that_nobody_takes_up_makes_room_for_another(officer):
    made = ask(asked(officer))
    ReportBuild.objects.update(changed_at=IN_TIME - SILENT * 2)
    ask(asked(officer))
    made.refresh_from_db()
    assert (made.state, made.fault) == ("failed", INTERRUPTED)


def test_a_worker_that_died_behind_the_final_leaves_one_final(officer):
    all_returned(YEAR)
    made = ask(asked(officer, "final"))
    work_on(made.pk)
    ReportBuild.objects.update(state="counting", report=None)
    work_on(made.pk)
    made.refresh_from_db()
    assert (made.state, made.report.version) == ("done", 1)
    assert AnnualReport.objects.count() == 1


def test_what_became_impossible_meanwhile_is_a_sentence(officer, office):
    all_returned(YEAR)
    made = ask(asked(officer, "final"))
    UnitReturn.objects.filter(town__name="炉山镇").update(state="sent_back")
    work_on(made.pk)
    assert "还有 1 个单位" in shown(office)
    assert not AnnualReport.objects.exists()


def test_only_the_last_drafts_are_kept(officer, monkeypatch):
    monkeypatch.setattr(building, "DRAFTS_KEPT", 1)
    first = ask(asked(officer))
    work_on(first.pk)
    second = ask(Asked(YEAR, "draft", officer, IN_TIME + datetime.timedelta(hours=1)))
    work_on(second.pk)
    assert list(ReportBuild.objects.all()) == [second]
    assert not building.DRAFTS.path(first.pk).exists()


@pytest.mark.parametrize("year", [2018, 9999, 99999999999])
def test_a_year_that_is_none_is_a_sentence(office, year):
    for name in ("submission", "rehearsal", "freezing"):
        answer = office.get(address(name, year=year))
        assert answer.status_code == 404
        assert "没有这个报送年度" in answer.content.decode()


def test_a_file_that_there_is_not_is_not_found(office, officer):
    made = ask(asked(officer))
    lost = reverse("reports:draft-file", args=[made.pk, "docx"])
    assert office.get(lost).status_code == 404
    work_on(made.pk)
    assert office.get(lost.replace("docx", "exe")).status_code == 404
    building.DRAFTS.path(made.pk).unlink()
    assert office.get(lost).status_code == 404
    assert office.get(address("version-file", 7, "zip")).status_code == 404


# ------------------------------------------------------------------ the rehearsal


def found(year=YEAR, now=IN_TIME):
    return {one.check.title: one.found for one in points(year, now)}


def test_the_rehearsal_names_what_is_missing_each_with_its_list(office):
    Many(5, cases=60)
    add_owed(IN_TIME.date())
    told = found()
    assert told["单位没有开始填报"].count == 38
    assert told["落户人员没有镇(街道)"].count > 0
    assert told["落户人员没有迁出地"].count > 0
    assert told["配套政策没有启动"].count > 0
    assert told["公业58表待录入的栏"].count == 8
    assert told["城镇化指标缺数或分子分母对不上"].count == 4
    answer = office.get(told["落户人员没有镇(街道)"].link + "&count=1")
    assert f"共 {told['落户人员没有镇(街道)'].count} 人" in page(answer).text
    text = shown(office, "rehearsal")
    assert "落户人员没有镇(街道)" in text


def test_every_check_has_a_link_that_opens(office):
    all_returned(YEAR, state="draft")
    for one in points(YEAR, IN_TIME):
        if one.found.link:
            assert office.get(one.found.link).status_code == 200, one.check.title


def test_a_figure_that_moved_since_the_last_night_is_named(django_assert_max_num_queries):
    Many(5, cases=30)
    night = timezone.now() - datetime.timedelta(days=1)
    year = night.year + (night.month == 12)
    note_figures(night)
    note_figures(night)
    snapshot = FigureSnapshot.objects.get()
    snapshot.numbers["分月落户人数 · 合计"] += 5
    snapshot.save()
    with django_assert_max_num_queries(120):
        moved = found(year, timezone.now())["与上次记录相比变动的数"]
    assert moved.details[0].startswith(f"分月落户人数 · 合计:{snapshot.on} 为")


def test_titles_of_checks_are_told_once():
    titles = [check.title for check in CHECKS]
    assert len(titles) == len(set(titles))
