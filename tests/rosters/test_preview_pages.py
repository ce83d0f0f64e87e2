"""What a bureau sees of its file: counts, rows that go back, changes, and what was otherwise."""

import datetime

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from kaili_hukou.models import AuditEntry, Bureau
from rosters.actions.purging import purge
from rosters.files import ERRORS, UPLOADED, in_memory
from rosters.models import CheckedRow, Roster, RosterUpload
from tests import factories
from tests.factories import client_of
from tests.pages import page
from tests.rosters.test_checking import dirty
from tests.rosters.uploading import checked, clerk, imported
from tests.rosters.workbooks import HEADER, number, people, person, wrong_check, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return clerk()


@pytest.fixture
def client(officer):
    return client_of(officer)


@pytest.fixture
def upload(tmp_path, officer):
    return checked(dirty(tmp_path / "a.xlsx"), officer)


def rows(client, upload, **asked):
    return client.get(reverse("rosters:checked", args=[upload.pk]), asked)


def looked_for(client, upload, text):
    return client.post(reverse("rosters:checked", args=[upload.pk]), {"q": text})


def shown(response):
    return [row.row for row in response.context["listed"].rows]


def test_counts_come_first_and_what_goes_back_says_what_to_do(client, upload):
    seen = page(client.get(reverse("rosters:one-upload", args=[upload.pk])))
    for told in ("新增 12", "有错误(退回) 4", "表内重复 1", "略过(1 行)"):
        assert told in seen.text
    assert "4 张* 公民身份号码 522601********" in seen.text
    assert "校验码不对 对照身份证核对最后几位" in seen.text
    assert "522601********5.2E+17 表格把号码存成了数字,末几位已丢失" in seen.text
    assert "没有这个镇(街道) 填:开怀街道" in seen.text
    assert "与号码第 17 位不一致(女) 核对性别或号码" in seen.text
    assert "导入 12 行(退回 5 行)" in seen.text
    assert wrong_check(2) not in seen.text
    assert AuditEntry.objects.filter(action="查看花名册核对结果", object_id=str(upload.pk)).exists()


def test_tiles_filter_the_rows(client, upload):
    assert shown(rows(client, upload, outcome="duplicate")) == [8]
    assert shown(rows(client, upload, outcome="skipped")) == [10]
    assert shown(rows(client, upload, outcome="warned")) == [5]
    assert "联系电话「****」不是手机" in page(rows(client, upload, outcome="warned")).text
    assert len(shown(rows(client, upload))) == 18


def test_a_list_is_paged_by_row_with_a_constant_number_of_queries(
    client, tmp_path, officer, django_assert_max_num_queries
):
    imported(xlsx(tmp_path / "a.xlsx", [HEADER, *people(45)]), officer)
    moved = [person(serial, 迁入乡镇="下司镇") for serial in range(1, 46)]
    upload = checked(xlsx(tmp_path / "b.xlsx", [HEADER, *moved]), officer)
    with django_assert_max_num_queries(16):
        first = rows(client, upload, outcome="changed")
    assert shown(first) == list(range(2, 22))
    last = rows(client, upload, outcome="changed", after=41)
    assert shown(last) == list(range(42, 47))
    assert "下一页" not in page(last).text


def test_old_and_new_stand_side_by_side_and_only_what_differs_is_marked(client, tmp_path, officer):
    imported(xlsx(tmp_path / "a.xlsx", [HEADER, person(1)]), officer)
    moved = person(1, 迁入乡镇="下司镇", 联系电话="13811110001")
    upload = checked(xlsx(tmp_path / "b.xlsx", [HEADER, moved]), officer)
    answer = rows(client, upload, outcome="changed")
    [row] = answer.context["listed"].rows
    assert [(cell.label, cell.before, cell.now) for cell in row.changes] == [
        ("迁入乡镇", "三棵树镇", "下司镇"),
        ("联系电话", "138****0001", "138****0001(遮盖部分不同)"),
    ]
    assert [cell.label for cell in row.cells if not cell.differs] == ["姓名", "性别", "是否自愿"]
    assert answer.content.decode().count("<mark>") == 2


def test_what_another_bureau_had_told_is_not_shown(client, tmp_path, officer):
    other = Bureau.objects.exclude(pk=officer.bureau_id).first()
    colleague = factories.officer("bureau_clerk", bureau=other)
    imported(xlsx(tmp_path / "a.xlsx", [HEADER, person(1)]), colleague)
    moved = person(1, 迁入乡镇="下司镇")
    upload = checked(xlsx(tmp_path / "b.xlsx", [HEADER, moved]), officer)
    text = page(rows(client, upload, outcome="changed")).text
    assert "原来的内容不显示" in text
    assert "三棵树镇" not in text


def test_rows_are_found_by_name_number_and_row(client, upload):
    assert shown(looked_for(client, upload, number(3))) == [5]
    assert shown(looked_for(client, upload, " 5 ")) == [5]
    assert shown(looked_for(client, upload, "张三")) == [*range(3, 8), *range(11, 21)]
    assert "没有找到" in page(looked_for(client, upload, "王")).text
    recorded = {entry.reason for entry in AuditEntry.objects.filter(action="查找花名册的行")}
    assert recorded == {"按公民身份号码,1 行", "按行号,1 行", "按姓名,15 行", "按姓名,0 行"}


@pytest.mark.parametrize("text", ["", "x" * 200, "\x00", "%", "9" * 7, "9" * 40, "'; --"])
def test_whatever_is_looked_for_gets_a_page(client, upload, text):
    assert looked_for(client, upload, text).status_code == 200


@pytest.mark.parametrize("after", ["-1", "9" * 30, "x", "²", "2.5"])
def test_whatever_stands_in_the_address_gets_a_page(client, upload, after):
    assert shown(rows(client, upload, after=after, outcome="nothing"))[0] == 3
    answer = client.get(
        reverse("rosters:difference", args=[upload.pk]), {"after": f"{after}.x", "what": after}
    )
    assert answer.status_code == 200


def test_the_workbook_of_errors_is_given_out_and_recorded(client, upload):
    answer = client.get(reverse("rosters:errors", args=[upload.pk]))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.content[:2] == b"PK"
    assert AuditEntry.objects.get(action="下载错误表").reason == "5 行"
    ERRORS.path(upload.pk).unlink()
    again = client.get(reverse("rosters:errors", args=[upload.pk]), follow=True)
    assert "没有可以下载的错误表" in page(again).text


def test_a_name_of_a_file_cannot_break_the_answer(client, upload):
    RosterUpload.objects.update(file_name='坏"名\r\nSet-Cookie: x.xlsx')
    answer = client.get(reverse("rosters:errors", args=[upload.pk]))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_whoever_decides_puts_it_in_line_once(client, upload):
    address = reverse("rosters:decide", args=[upload.pk])
    strict = client.post(address, {"strict": "on"}, follow=True)
    assert "您选了全部正确才导入,但有 5 行退回" in page(strict).text
    client.post(address)
    upload.refresh_from_db()
    assert (upload.state, upload.strict) == ("queued", False)
    again = client.post(address, follow=True)
    assert "不在等待决定" in page(again).text


def difference(client, upload, **asked):
    return client.get(reverse("rosters:difference", args=[upload.pk]), asked)


def counted(client, upload):
    answer = client.get(
        reverse("rosters:difference", args=[upload.pk]),
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    return {label: count for _, label, count in answer.context["counts"]}


def test_who_is_new_gone_and_changed_since_the_last_roster(client, tmp_path, officer):
    first = imported(xlsx(tmp_path / "a.xlsx", [HEADER, *people(25), person(40, 姓名="")]), officer)
    imported(xlsx(tmp_path / "b.xlsx", [HEADER, person(40)]), officer, continues=first.roster)
    rows = [person(1), person(2, 联系电话="13911112222"), person(3, 姓名=""), person(90)]
    upload = checked(xlsx(tmp_path / "c.xlsx", [HEADER, *rows]), officer)
    assert counted(client, upload) == {"新出现": 1, "不再出现": 23, "有变化": 1}
    answer = difference(client, upload)
    assert len(answer.context["people"]) == 20
    last = difference(client, upload, after=answer.context["following"])
    assert [row["row"] for row in last.context["people"]] == [24, 25, 26]
    assert [row.row for row in difference(client, upload, what="added").context["rows"]] == [5]
    assert [row.row for row in difference(client, upload, what="changed").context["rows"]] == [3]


def test_a_file_that_continues_a_roster_counts_as_one_with_it(client, tmp_path, officer):
    imported(xlsx(tmp_path / "a.xlsx", [HEADER, *people(4)]), officer)
    rows = [person(1), person(2), person(3, 姓名="")]
    second = imported(xlsx(tmp_path / "b.xlsx", [HEADER, *rows]), officer)
    mended = xlsx(tmp_path / "c.xlsx", [HEADER, person(3)])
    upload = checked(mended, officer, continues=second.roster)
    assert counted(client, upload) == {"新出现": 0, "不再出现": 1, "有变化": 0}
    assert "凯移" in page(difference(client, upload)).text


def test_rosters_taken_back_of_others_and_of_other_kinds_are_not_compared_with(
    client, tmp_path, officer
):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *people(4)])
    imported(path, officer)
    Roster.objects.update(state="taken_back")
    imported(path, clerk("talent"), kind="talent")
    upload = checked(xlsx(tmp_path / "b.xlsx", [HEADER, person(1)]), officer)
    assert counted(client, upload) == {}
    assert "没有可以比较的" in page(difference(client, upload)).text


def test_the_mended_workbook_continues_the_batch(client, tmp_path, officer):
    first = imported(dirty(tmp_path / "a.xlsx"), officer)
    seen = page(client.get(reverse("rosters:one-upload", args=[first.pk])))
    assert "还有 5 行没有导入" in seen.text
    mended = tmp_path / "mended.xlsx"
    with in_memory(ERRORS, first.pk) as memory:
        mended.write_bytes(memory.read_bytes())
    book = openpyxl.load_workbook(mended)
    sheet = book.active
    assert sheet["H2"].value == "错误原因"
    sheet["B3"], sheet["C3"] = number(2), "女"
    sheet["B4"] = number(4)
    book.save(mended)
    second = checked(mended, officer, continues=first.roster)
    assert "错误原因" in second.understood["ignored"]
    assert (second.added, second.rejected, second.changed) == (2, 2, 1)
    text = page(client.get(reverse("rosters:one-upload", args=[second.pk]))).text
    assert "上次退回 4 行,另有表内重复 1 行。其中 2 行这次已改对。" in text


def test_after_thirty_days_nothing_is_left_of_what_went_back(
    tmp_path, officer, django_capture_on_commit_callbacks
):
    ended = imported(dirty(tmp_path / "a.xlsx"), officer)
    waiting = checked(dirty(tmp_path / "b.xlsx"), officer, kind="talent")
    young = checked(dirty(tmp_path / "c.xlsx"), officer, kind="veteran")
    now = timezone.now()
    old = now - datetime.timedelta(days=31)
    RosterUpload.objects.exclude(pk=young.pk).update(ended_at=old, changed_at=old)
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(now) == 2
    assert set(CheckedRow.objects.values_list("upload", flat=True)) == {young.pk}
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert [ERRORS.path(one.pk).exists() for one in (ended, waiting, young)] == [False, False, True]
    assert not UPLOADED.path(waiting.pk).exists()
    assert AuditEntry.objects.get(action="销毁退回的行").count == 5
    assert purge(now) == 0
