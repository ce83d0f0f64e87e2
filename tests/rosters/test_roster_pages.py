"""The pages of a roster and of its rows, as bureaus, the section and the auditor use them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.roles import Role
from rosters.actions.withdrawing import Ending, withdraw_rows
from rosters.files import LETTERS, ORIGINALS
from rosters.importing import Order, import_roster
from rosters.models import Roster, RosterEntry
from rosters.provenance import values_of
from rosters.writing import Document
from tests import factories
from tests.factories import client_of, today
from tests.pages import submit
from tests.rosters.workbooks import HEADER, ON, number, people, person, xlsx

pytestmark = pytest.mark.django_db
NUMBERS = [number(serial) for serial in range(1, 6)]


@pytest.fixture
def bureau():
    return Bureau.objects.get(name__startswith="市扶贫办")


@pytest.fixture
def enterer(bureau):
    return factories.officer(Role.BUREAU_CLERK, bureau=bureau)


@pytest.fixture
def other(bureau):
    return factories.officer(Role.BUREAU_CLERK, bureau=bureau)


def imported(path, officer, kind="relocation"):
    document = Document(kind, f"凯测〔2026〕{path.stem}号", ON, path.name, officer=officer)
    run = import_roster(Order(document, path, ON, commit=True)).run
    return Roster.objects.select_related("run").get(pk=run.roster_id)


@pytest.fixture
def roster(tmp_path, enterer):
    rows = [*people(2), person(3, 是否自愿="")]
    return imported(xlsx(tmp_path / "1.xlsx", [HEADER, *rows], title="名单"), enterer)


def page(name, thing, officer, **data):
    client, address = client_of(officer), reverse(f"rosters:{name}", args=[thing.pk])
    return client.post(address, data) if data else client.get(address)


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_roster_from_confirmation_to_its_end(roster, enterer, other):
    """Entered by one, confirmed by another, a row withdrawn, the rest taken back."""
    shown = text(page("roster", roster, enterer))
    assert "待确认" in shown
    assert "录入人不能确认" in shown
    assert "不作落户依据" in shown
    assert not any(one in shown for one in NUMBERS)
    client = client_of(other)
    opened = client.get(reverse("rosters:confirm", args=[roster.pk]))
    assert "未写「是」" in text(opened)
    without = submit(client, opened, has=["compared"])
    assert "请先对照文件核对" in text(without)
    done = submit(client, opened, {"compared": "on"})
    assert "已确认" in text(done)
    row = roster.entries.get(row=2)
    asked = client.get(reverse("rosters:withdraw-row", args=[row.pk]))
    told = submit(client, asked, {"reason": "不应列入名单"})
    assert "已撤回" in text(told)
    asked = client.get(reverse("rosters:take-back", args=[roster.pk]))
    ended = submit(client, asked, {"reason": "发错文件,重新发文"})
    assert "已收回" in text(ended)
    assert "发错文件" in text(ended)
    assert RosterEntry.objects.confirmed(today()).count() == 0


def test_whoever_entered_it_gets_a_sentence_and_no_button(roster, enterer):
    answer = page("confirm", roster, enterer, compared="on", seen="1-3")
    assert answer.status_code == 302
    shown = text(page("confirm", roster, enterer))
    assert "录入人不能确认" in shown
    assert 'name="compared"' not in shown


def test_a_batch_with_cases_shows_which_and_names_nobody_to_the_bureau(roster, other):
    Roster.objects.filter(pk=roster.pk).update(state="confirmed", confirmed_on=today())
    case = factories.application("education", state="accepted", desk=factories.desk())
    type(case).objects.filter(pk=case.pk).update(roster_entry=roster.entries.first())
    shown = text(page("take-back", roster, other, reason="名单有误"))
    assert case.receipt_number in shown
    assert reverse("desk:case", args=[case.pk]) not in shown
    assert "不能整批收回" in shown
    approver = factories.officer(Role.APPROVER)
    assert reverse("desk:case", args=[case.pk]) in text(page("take-back", roster, approver))
    assert case.receipt_number in text(page("row", roster.entries.first(), other))
    told = page("withdraw", roster, other, reason="整批有误,重新发文")
    assert told.status_code == 302
    roster.refresh_from_db()
    assert roster.state == "withdrawn"


def test_the_search_finds_by_number_row_and_name_and_no_address_tells(roster, other):
    for words in (NUMBERS[0], "2", "张"):
        shown = text(page("roster", roster, other, q=words))
        assert reverse("rosters:row", args=[roster.entries.get(row=2).pk]) in shown, words
    assert "校验码不符" in text(page("roster", roster, other, q=NUMBERS[0][:17] + "0"))
    for words in ("\0", "9" * 200, "' or 1=1 --", "%"):
        text(page("roster", roster, other, q=words))


def test_a_later_roster_shows_what_it_repeats_and_where_that_stands(roster, other, tmp_path):
    later = imported(
        xlsx(tmp_path / "2.xlsx", [HEADER, person(9), person(1), person(2, 迁入乡镇="下司镇")]),
        other,
    )
    shown = text(page("roster", later, other))
    assert f'未变动,内容见 <a href="{reverse("rosters:roster", args=[roster.pk])}">' in shown
    client, address = client_of(other), reverse("rosters:roster", args=[later.pk])
    counts = {"own": 2, "repeated": 1, "no-basis": 0, "cases": 0, "withdrawn": 0, "?": 3}
    for show, count in counts.items():
        lines = client.get(address, {"show": show, "page": "999"}).context["lines"]
        assert len(lines) == count, show
    first = client.get(reverse("rosters:roster", args=[roster.pk]), {"show": "no-basis"})
    assert [line.row for line in first.context["lines"]] == [4]
    namings = text(page("row", roster.entries.get(row=2), other))
    assert "凯测〔2026〕2号" in namings


def test_a_bureau_whose_roster_repeats_a_row_of_another_withdraws_its_own(roster, tmp_path):
    other = Bureau.objects.exclude(pk=roster.supplier_id).first()
    officer = factories.officer(Role.BUREAU_CLERK, bureau=other)
    rows = [HEADER, person(2), person(1)]
    theirs = imported(xlsx(tmp_path / "2.xlsx", rows), officer)
    Roster.objects.filter(pk=theirs.pk).update(supplier=other)
    entry = roster.entries.get(row=2)
    assert page("row", roster.entries.get(row=4), officer).status_code == 404
    assert "凯测〔2026〕2号" in text(page("row", entry, officer))
    client = client_of(officer)
    asked = client.get(reverse("rosters:withdraw-row", args=[entry.pk]))
    assert "1号 第" not in text(asked)
    submit(client, asked, {"reason": "不应列入名单"})
    entry.refresh_from_db()
    assert entry.withdrawn_on is None
    assert entry.repeats.get().withdrawn_by == officer


# ---------------------------------------------------------------- where a value comes from


def cells(entry):
    sources = {value.title: value.source for value in values_of(entry)}
    return {title: (source.roster.file_name, source.cell) for title, source in sources.items()}


def test_each_value_names_its_cell_and_what_was_taken_over_the_earlier_one(
    roster, enterer, tmp_path
):
    short = [("身份证号", "姓名", "迁入乡镇", "电话"), (NUMBERS[0], "张三", "下司镇", "")]
    later = imported(xlsx(tmp_path / "2.xlsx", [("名单",), *short]), enterer)
    entry = later.entries.get()
    assert cells(entry) == {
        "姓名": ("2.xlsx", "B3"),
        "公民身份号码": ("2.xlsx", "A3"),
        "性别": ("1.xlsx", "C2"),
        "迁入乡镇": ("2.xlsx", "C3"),
        "联系电话": ("1.xlsx", "E2"),
        "是否自愿": ("1.xlsx", "F2"),
    }
    shown = text(page("row", entry, enterer))
    for words in ("名单", "C3", "沿用", "E2", "522601********", "138****0001"):
        assert words in shown, words
    assert NUMBERS[0] not in shown


def test_nothing_is_taken_over_from_a_row_that_was_withdrawn_before(roster, enterer, tmp_path):
    withdrawn = roster.entries.get(row=2)
    approver = factories.officer(Role.APPROVER)
    withdraw_rows([withdrawn], Ending(approver, ON, "名单有误"))
    RosterEntry.objects.update(withdrawn_on=ON)
    later = imported(xlsx(tmp_path / "2.xlsx", [HEADER, person(1)]), enterer)
    assert {file for file, _ in cells(later.entries.get()).values()} == {"2.xlsx"}


def test_a_row_by_hand_names_who_typed_it(bureau, enterer):
    client = client_of(enterer)
    form = client.get(reverse("admin:rosters_roster_add"))
    told = {"kind": "relocation", "supplier": str(bureau.pk), "reference": "凯手〔2026〕1号"}
    rows = {"entries-0-row": "2", "entries-0-number": NUMBERS[0], "entries-0-name": "张三"}
    done = submit(client, form, told | {"document_on": "2026-01-05"} | rows)
    assert done.status_code == 200
    entry = RosterEntry.objects.get()
    assert entry.entered_by == enterer
    shown = text(page("row", entry, enterer))
    assert f"手工录入 {enterer.name}" in shown
    assert "手工录入的,没有原文件" in text(page("roster", entry.roster, enterer))


def test_one_value_is_revealed_with_a_reason_that_is_recorded(roster, enterer):
    entry = roster.entries.get(row=2)
    assert page("reveal", entry, enterer, field="number", reason="").status_code == 302
    assert page("reveal", entry, enterer, field="employer", reason="核对").status_code == 302
    assert NUMBERS[0] in text(page("reveal", entry, enterer, field="number", reason="核对"))
    told = AuditEntry.objects.get(action="查看花名册明文:公民身份号码")
    assert (told.reason, told.object_id) == ("核对", str(entry.pk))


# ---------------------------------------------------------------- the original and the letter


def test_the_original_is_opened_with_a_reason_by_its_bureau_and_the_auditor(roster, other):
    for officer in (other, factories.officer(Role.AUDITOR)):
        assert "请写明打开理由" in text(page("original", roster, officer, reason=" "))
        answer = page("original", roster, officer, reason="第 2 行与来函核对")
        assert answer.content[:2] == b"PK"
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"] == 'attachment; filename="1.xlsx"'
        assert "no-store" in answer["Cache-Control"]
    told = AuditEntry.objects.filter(action="打开花名册原文件")
    assert {entry.reason for entry in told} == {"第 2 行与来函核对"}
    assert told.count() == 2
    for role in (Role.APPROVER, Role.REFORM_OFFICE):
        assert page("original", roster, factories.officer(role), reason="想看看").status_code == 403


def test_a_changed_original_and_an_odd_name_end_in_a_sentence_or_a_safe_name(roster, other):
    Roster.objects.filter(pk=roster.pk).update(file_name='a"\r\nX: y 名单.xlsx')
    answer = page("original", roster, other, reason="与来函核对")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    ORIGINALS.keep(roster.pk, b"another")
    assert "SHA-256 不一致" in text(page("original", roster, other, reason="与来函核对"))
    assert AuditEntry.objects.filter(action="花名册原文件没有打开").exists()
    Roster.objects.filter(pk=roster.pk).update(original_removed_on=today())
    assert "按规定销毁" in text(page("original", roster, other))


def test_the_letter_is_downloaded_and_that_is_recorded(roster, other):
    assert page("letter", roster, other, x="1").status_code == 302
    Roster.objects.filter(pk=roster.pk).update(letter_name="来函.pdf")
    assert page("letter", roster, other, x="1").status_code == 302
    LETTERS.keep(roster.pk, b"%PDF-1.7")
    assert page("letter", roster, other, x="1").content == b"%PDF-1.7"
    assert AuditEntry.objects.filter(action="下载花名册来函扫描件").count() == 1


# ---------------------------------------------------------------- queries


def queries(officer, name, thing):
    client, address = client_of(officer), reverse(f"rosters:{name}", args=[thing.pk])
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        text(client.get(address))
    return len(seen)


def test_the_pages_ask_as_often_for_two_rows_as_for_forty(enterer, other, tmp_path):
    few = imported(xlsx(tmp_path / "1.xlsx", [HEADER, *people(2)]), enterer)
    many = imported(xlsx(tmp_path / "2.xlsx", [HEADER, *people(40)]), enterer)
    for name in ("roster", "confirm", "take-back"):
        assert queries(other, name, few) == queries(other, name, many), name
    first, last = few.entries.first(), many.entries.last()
    assert abs(queries(other, "row", first) - queries(other, "row", last)) <= 1
