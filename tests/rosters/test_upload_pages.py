"""From the file in the hand to the preview, by the pages: a bureau, and who enters for one."""

import datetime
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from kaili_hukou.models import AuditEntry, Bureau
from rosters.actions.uploads import order_import
from rosters.files import LETTERS, UPLOADED
from rosters.kinds import KINDS
from rosters.models import ColumnChoice, Roster, RosterEntry, RosterUpload
from rosters.suppliers import kinds_of, suppliers_of
from rosters.tasks import work_on_upload
from tests import factories
from tests.factories import client_of
from tests.pages import page
from tests.rosters.uploading import again, brought_in, checked, clerk, imported, sent
from tests.rosters.workbooks import HEADER, ON, people, person, xlsx
from tests.scans import jpeg

pytestmark = pytest.mark.django_db
UPLOAD = "/rosters/upload/"
REFERENCE = "凯移民发〔2026〕12号"


@pytest.fixture
def officer():
    return clerk()


@pytest.fixture
def client(officer):
    return client_of(officer)


@pytest.fixture
def path(tmp_path):
    return xlsx(tmp_path / "a.xlsx", [HEADER, *people(3)])


def typed(path=None, **told):
    """What the page of the bureau sends."""
    file = SimpleUploadedFile(path.name, path.read_bytes()) if path else ""
    told = {"kind": "relocation", "reference": REFERENCE, "document_on": "2026-11-20"} | told
    return told | {"file": file}


def post(client, path=None, **told):
    return client.post(UPLOAD, typed(path, **told))


def address(name, upload):
    return reverse(f"rosters:{name}", args=[upload.pk])


def worked_on(upload):
    work_on_upload(str(upload.pk))
    return again(upload)


# ------------------------------------------------------------------ the whole way


def test_a_clerk_uploads_answers_what_is_in_doubt_and_decides(client, officer, tmp_path):
    rows = [["2026年名册"], [*HEADER, "家庭住址", "政治面貌"]]
    rows += [[*one, "台江县某村", "群众"] for one in people(4)]
    path = xlsx(tmp_path / "a.xlsx", rows, title="花名册(终)")
    assert client.get("/").url == "/rosters/"
    assert UPLOAD in page(client.get("/rosters/")).links
    sent_page = page(client.get(UPLOAD)).form("file", "kind", "reference", "document_on", "strict")
    assert sent_page.choices["kind"] == ["relocation"]
    scan = jpeg()
    answer = post(client, path, letter=SimpleUploadedFile("扫描.jpg", scan))
    upload = RosterUpload.objects.get()
    assert answer.url == address("one-upload", upload)
    assert (upload.entered_by, upload.supplier, upload.state) == (
        officer,
        officer.bureau,
        "waiting",
    )
    assert LETTERS.content_of(upload.pk) == scan
    assert str(upload.file_name) == "a.xlsx"
    assert "关掉页面也会继续" in page(client.get(answer.url)).text

    upload = worked_on(upload)
    shown = page(client.get(answer.url))
    for words in ("花名册(终)", "第 2 行是表头", "F 是否自愿", "不保存:政治面貌", "超出用途"):
        assert words in shown.text, words
    assert "群众" not in shown.text
    question = shown.form("answers")
    assert question.fields["column-6"] == "迁出地"
    done = client.post(question.action, question.filled({"column-6": "住址"}))
    assert done.url == answer.url
    upload = worked_on(upload)
    assert upload.understood["columns"]["住址"] == "G"
    assert "迁出地" not in upload.understood["columns"]
    shown = page(client.get(answer.url))
    assert "先回答" not in shown.text
    order_import(upload, strict=False)
    upload = worked_on(upload)
    assert RosterEntry.objects.filter(roster=upload.roster)[0].address == "台江县某村"
    home = page(client.get("/rosters/"))
    assert reverse("rosters:roster", args=[upload.roster_id]) in home.links

    later = xlsx(tmp_path / "b.xlsx", [rows[1], [*person(9), "台江县某村", "党员"]])
    post(client, later, reference="凯移〔2026〕13号")
    second = worked_on(RosterUpload.objects.get(reference="凯移〔2026〕13号"))
    assert second.understood["columns"]["住址"] == "G"
    assert "先回答" not in page(client.get(address("one-upload", second))).text


def test_an_answer_that_confirms_the_reading_checks_nothing_anew(client, officer, tmp_path):
    rows = [[*HEADER, "编号"], *([*one, "7"] for one in people(2))]
    upload = checked(xlsx(tmp_path / "a.xlsx", rows), officer)
    question = page(client.get(address("one-upload", upload))).form("answers")
    assert question.fields["column-6"] == ""
    client.post(question.action, question.filled({}))
    assert again(upload).state == "checked"
    order_import(again(upload), strict=False)


# ------------------------------------------------------------------ what is typed wrong


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"reference": ""}, "请填写文号"),
        ({"document_on": ""}, "请填写文件日期"),
        ({"document_on": "2126-01-01"}, "年份应在"),
        ({"document_on": "昨天"}, "没有这一天"),
        ({"kind": "talent"}, "talent"),
        ({"reference": "x\0y"}, "文号"),
        ({"reference": "长" * 101}, "100"),
        ({"letter": SimpleUploadedFile("a.pdf", b"hello")}, "不是 PDF"),
        ({"letter": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}, "已损坏"),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_what_was_typed_stays(client, path, told, words):
    shown = page(post(client, path, **told))
    assert words in shown.text
    assert "请重新选择花名册文件" in shown.text
    kept = {"reference": REFERENCE, "document_on": "2026-11-20"} | told
    form = shown.form("reference", "file")
    assert form.fields["document_on"] == kept["document_on"]
    assert RosterUpload.objects.count() == 0


def test_a_day_in_the_future_an_empty_file_and_no_file_get_sentences(client, path):
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    assert "不能晚于今天" in page(post(client, path, document_on=tomorrow)).text
    assert "请选择花名册文件" in page(post(client)).text
    empty = typed() | {"file": SimpleUploadedFile("a.xlsx", b"")}
    assert "是空的" in page(client.post(UPLOAD, empty)).text


def test_a_file_that_is_too_large_is_told_so_with_its_size(client, settings, path):
    settings.ROSTER_MAX_BYTES = settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    large = typed() | {"file": SimpleUploadedFile("a.xlsx", b"PK" * 1_200_000)}
    assert "有 2.3 MB,上限是 1 MB" in page(client.post(UPLOAD, large)).text


def test_no_file_on_its_way_in_is_written_to_disk_in_plain(client, path):
    """Django's own handler puts what is large into a folder for all."""
    big = path.read_bytes() + b"\0" * 3_000_000
    request = client.post(UPLOAD, typed() | {"file": SimpleUploadedFile("a.xlsx", big)})
    assert request.status_code == 302
    assert UPLOADED.content_of(RosterUpload.objects.get().pk) == big


def test_what_is_no_spreadsheet_goes_back_and_its_document_need_not_be_typed_again(
    client, tmp_path
):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.4 nothing")
    post(client, path)
    upload = worked_on(RosterUpload.objects.get())
    shown = page(client.get(address("one-upload", upload)))
    assert "这不是电子表格文件" in shown.text
    link = next(one for one in shown.links if "instead" in one)
    form = page(client.get(link)).form("reference", "file")
    assert (form.fields["reference"], form.fields["document_on"]) == (REFERENCE, "2026-11-20")
    assert page(client.get(f"{UPLOAD}?instead=x")).form("file").fields["reference"] == ""


# ------------------------------------------------------------------ the same again


def test_the_same_bytes_are_told_at_once(client, officer, path):
    upload = imported(path, officer)
    shown = page(post(client, path))
    assert "已经导入过" in shown.text
    assert reverse("rosters:roster", args=[upload.roster_id]) in shown.links
    assert RosterUpload.objects.count() == 1


def test_the_same_bytes_under_way_lead_to_where_they_are(client, officer, path):
    upload = sent(path, officer)
    assert post(client, path).url == address("one-upload", upload)
    assert RosterUpload.objects.count() == 1


def test_the_same_document_continues_what_awaits_confirmation(client, officer, path, tmp_path):
    first = imported(path, officer, reference=REFERENCE, document_on=datetime.date(2026, 11, 20))
    form = page(client.get(f"{UPLOAD}?continues={first.roster_id}")).form("reference", "file")
    assert (form.fields["reference"], form.fields["document_on"]) == (REFERENCE, "2026-11-20")
    mended = xlsx(tmp_path / "b.xlsx", [HEADER, person(50)])
    post(client, mended)
    upload = RosterUpload.objects.exclude(pk=first.pk).get()
    assert upload.continues_id == first.roster_id
    assert "作为续传" in page(client.get(address("one-upload", upload))).text
    other = xlsx(tmp_path / "c.xlsx", [HEADER, person(51)])
    post(client, other, document_on="2026-11-19")
    assert RosterUpload.objects.get(document_on="2026-11-19").continues is None


# ------------------------------------------------------------------ who may


def test_who_enters_for_a_bureau_gives_its_letter_and_the_day_it_came(path):
    approver = factories.officer("approver")
    client = client_of(approver)
    supplier = Bureau.objects.get(name=KINDS["veteran"].supplier)
    told = {"kind": "veteran", "supplier": supplier.pk}
    shown = page(post(client, path, **told))
    for words in ("须附来函扫描件", "请填写收到来函的日期"):
        assert words in shown.text
    told |= {"received_on": "2026-11-21"}
    letter = {"letter": SimpleUploadedFile("来函.jpg", jpeg())}
    wrong = {"kind": "talent"}
    assert "请核对种类和部门" in page(post(client, path, **told | letter | wrong)).text
    letter = {"letter": SimpleUploadedFile("来函.jpg", jpeg())}
    early = {"received_on": "2026-11-01"}
    assert "早于文件日期" in page(post(client, path, **told | letter | early)).text
    letter = {"letter": SimpleUploadedFile("来函.jpg", jpeg())}
    assert post(client, path, **told, **letter).status_code == 302
    upload = RosterUpload.objects.get()
    assert (upload.supplier, upload.entered_by) == (supplier, approver)
    assert upload.received_on == datetime.date(2026, 11, 21)
    roster = brought_in(worked_on(upload)).roster
    assert (roster.supplier, roster.entered_by, roster.letter_name) == (
        supplier,
        approver,
        "来函.jpg",
    )


def test_a_bureau_that_supplies_nothing_is_told_so():
    client = client_of(factories.officer("bureau_clerk", bureau=Bureau.objects.get(code="health")))
    assert client.get(UPLOAD).status_code == 403
    shown = page(client.get("/rosters/"))
    assert "不提供花名册" in shown.text
    assert UPLOAD not in shown.links


def test_a_successor_and_who_has_the_name_of_a_duty_supply_its_kind():
    veterans = Bureau.objects.get(name=KINDS["veteran"].supplier)
    successor = Bureau.objects.create(code="veterans", name="市退役军人事务局")
    assert kinds_of(successor, ON) == []
    veterans.successor, veterans.valid_to = successor, ON
    veterans.save()
    assert suppliers_of(KINDS["veteran"], ON) == [veterans, successor]
    assert suppliers_of(KINDS["veteran"], ON + datetime.timedelta(days=1)) == [successor]
    heir = Bureau.objects.create(code="heir", name="市人才局")
    heir.names.create(name=KINDS["talent"].supplier)
    assert [kind.code for kind in kinds_of(heir, ON)] == ["talent"]


def test_the_auditor_reads_and_presses_nothing(path, officer):
    upload = checked(path, officer)
    client = client_of(factories.officer("auditor"))
    shown = page(client.get(address("one-upload", upload)))
    assert "改列" not in shown.text
    acts = [address(name, upload) for name in ("cancel", "resume", "columns", "decide")]
    assert not [form for form in shown.forms if form.action in acts]
    assert UPLOAD not in page(client.get("/rosters/")).links


# ------------------------------------------------------------------ progress, cancel, resume


def test_progress_tells_counts_and_no_names(client, officer, path):
    upload = checked(path, officer)
    told = client.get(address("progress", upload))
    found = json.loads(told.content)
    assert (found["state"], found["counts"]["added"]) == ("checked", 3)
    assert "张三" not in told.content.decode()
    assert told["Cache-Control"] == "no-store"


def test_what_lies_still_says_so_and_goes_on_by_a_press(client, officer, path):
    upload = sent(path, officer)
    RosterUpload.objects.update(
        state="checking", began_at=timezone.now(), changed_at=timezone.now().replace(year=2025)
    )
    shown = page(client.get(address("one-upload", upload)))
    assert "处理已中断" in shown.text
    resume = next(form for form in shown.forms if form.action == address("resume", upload))
    client.post(resume.action, resume.filled({}))
    shown = page(client.get(address("one-upload", upload)))
    assert "已重新排队" in shown.text
    assert "处理已中断" not in shown.text
    assert worked_on(upload).state == "checked"


def test_a_press_cancels_and_a_second_one_is_told(client, officer, path):
    upload = sent(path, officer)
    client.post(address("cancel", upload))
    assert "已取消" in page(client.get(address("one-upload", upload))).text
    again_told = page(client.post(address("cancel", upload), follow=True))
    assert "已经处理完" in again_told.text
    assert "最近退回、取消" in page(client.get("/rosters/")).text
    assert "不在处理中" in page(client.post(address("resume", upload), follow=True)).text


# ------------------------------------------------------------------ columns by hand


def test_columns_are_chosen_by_hand_and_remembered(client, officer, tmp_path):
    rows = [
        ["申请人", "公民身份号码", "安置单位", "单位二"],
        *([*person(serial)[:2], "甲", "乙"] for serial in (1, 2)),
    ]
    upload = checked(xlsx(tmp_path / "a.xlsx", rows), officer)
    shown = page(client.get(address("columns", upload)))
    form = shown.form("column-0", "column-3")
    assert (form.fields["column-2"], form.fields["column-3"]) == ("工作单位", "")

    def told(**chosen):
        return page(client.post(form.action or address("columns", upload), form.filled(chosen)))

    assert "没有一列是「姓名」" in told(**{"column-0": ""}).text
    assert "C、D 列都选了「工作单位」" in told(**{"column-3": "工作单位"}).text
    sent_form = form.filled({"column-2": "", "column-3": "工作单位"})
    assert client.post(address("columns", upload), sent_form | {"column-0": "x"}).status_code == 200
    client.post(address("columns", upload), sent_form)
    assert again(upload).state == "waiting"
    assert again(upload).checked.count() == 0
    upload = worked_on(upload)
    assert upload.understood["columns"]["工作单位"] == "D"
    assert ColumnChoice.objects.get(word="安置单位").column == ""
    assert ColumnChoice.objects.get(word="安置单位").chosen_by == officer
    assert AuditEntry.objects.filter(action="指定花名册各列").count() == 1
    other = clerk("talent")
    later = checked(xlsx(tmp_path / "b.xlsx", rows), other, kind="talent")
    assert later.understood["columns"]["工作单位"] == "C", "another bureau's words are its own"


def test_while_it_is_worked_on_no_column_is_changed(client, officer, path):
    upload = sent(path, officer)
    answer = client.get(address("columns", upload), follow=True)
    assert "不能改列" in page(answer).text


# ------------------------------------------------------------------ home


def test_home_asks_the_same_number_of_questions_however_many_there_are(
    client, officer, path, tmp_path, django_assert_max_num_queries
):
    for serial in range(3):
        file = xlsx(tmp_path / f"{serial}.xlsx", [HEADER, person(serial + 60)])
        sent(file, officer, reference=f"凯移〔2026〕{serial}号")
    roster = imported(path, officer).roster
    for serial in range(40):
        factories.roster("relocation", reference=f"凯移〔2025〕{serial}号")
    with django_assert_max_num_queries(18):
        shown = page(client.get("/rosters/"))
    assert "1 / 2" in shown.text
    assert Roster.objects.get(pk=roster.pk).reference in shown.text
    assert "没有已确认的花名册" in page(client.get("/rosters/?kind=talent")).text
    assert client.get("/rosters/?kind=nothing&page=x").status_code == 200
