"""An upload looked at and brought in: what the preview says is what the command says and does."""

import datetime
import io
import json

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone

from kaili_hukou.actions import Refused
from kaili_hukou.models.people import number_digest
from rosters import importing
from rosters.actions import uploads
from rosters.actions.uploads import Stopped, take_up
from rosters.bringing_in import bring_in
from rosters.checking import check
from rosters.files import ERRORS, LETTERS, ORIGINALS, UPLOADED, in_memory
from rosters.models import CheckedRow, ImportRun, Roster, RosterEntry, RosterUpload
from tests.rosters.uploading import brought_in, checked, clerk, imported, sent
from tests.rosters.workbooks import HEADER, number, people, person, wrong_check, xlsx

pytestmark = pytest.mark.django_db

COUNTS = ("added", "changed", "unchanged", "rejected", "duplicates", "skipped")


def dirty(path):
    """Every fate of a row, with a column that is not to be stored."""
    rows = [
        ["凯里市移民搬迁花名册"],
        [*HEADER, "政治面貌"],
        [*person(1), "群众"],
        [*person(2, 公民身份号码=wrong_check(2), 性别="男"), "党员"],
        [*person(3, 联系电话="无"), "群众"],
        [*person(4, 公民身份号码=522601199003071239), "群众"],
        [*person(5, 迁入乡镇="开怀办"), "群众"],
        [*person(1, 姓名="李四"), "群众"],
        [*person(6, 姓名="张三、李四"), "群众"],
        ["合计", "7"],
        *([*person(serial), ""] for serial in range(10, 20)),
    ]
    return xlsx(path, rows)


@pytest.fixture
def officer(db):
    return clerk()


@pytest.fixture
def small(monkeypatch):
    """Chunks of four rows."""
    monkeypatch.setattr(importing.Order, "__init__", _in_fours(importing.Order.__init__))


def _in_fours(init):
    def made(self, *args, **told):
        init(self, *args, **told | {"chunk": 4})

    return made


def counts(upload):
    return {name: getattr(upload, name) for name in COUNTS}


def kept(upload):
    return [
        (row.row, row.outcome, row.number_digest, row.name, row.told, row.has_warning)
        for row in upload.checked.all()
    ]


def by_command(path):
    out = io.StringIO()
    call_command("import_roster", "relocation", str(path), "--reference", "试", stdout=out)
    return json.loads(out.getvalue())


def test_a_preview_counts_as_the_command_does_and_the_import_does_as_the_preview(tmp_path, officer):
    imported(xlsx(tmp_path / "before.xlsx", [HEADER, person(10), person(11, 性别="")]), officer)
    path = dirty(tmp_path / "a.xlsx")
    told = by_command(path)
    upload = checked(path, officer)
    seen = counts(upload)
    assert (upload.state, upload.rows) == ("checked", told["rows"])
    assert upload.added + upload.changed == told["accepted"]
    for mine, theirs in (("rejected",) * 2, ("duplicates",) * 2, ("unchanged",) * 2):
        assert seen[mine] == told[theirs] > 0
    assert (seen["skipped"], upload.warnings) == (told["skipped"], len(told["warnings"])) == (1, 1)
    errors = [
        (row.row, error["column"], error["code"], error["message"])
        for row in upload.checked.all()
        for error in row.told.get("errors", ())
    ]
    assert errors == [tuple(error.values()) for error in told["errors"]]
    assert upload.understood["columns"] == told["columns"]
    assert upload.understood["ignored"] == ["政治面貌"]
    brought_in(upload)
    assert (upload.state, counts(upload)) == ("imported", seen)
    assert RosterEntry.objects.filter(roster=upload.roster).count() == upload.added + upload.changed


def test_a_file_without_faults_has_no_workbook_of_errors(tmp_path, officer):
    upload = checked(xlsx(tmp_path / "a.xlsx", [HEADER, *people(2)]), officer)
    assert (upload.added, upload.rows_expected) == (2, 2)
    assert not ERRORS.path(upload.pk).exists()


def test_what_is_kept_of_a_row_can_be_read_and_holds_no_column_that_is_not_to_be_kept(
    tmp_path, officer
):
    upload = checked(dirty(tmp_path / "a.xlsx"), officer)
    rows = {row.row: row for row in upload.checked.all()}
    good = rows[3]
    assert (good.name, good.number_digest) == ("张三", number_digest(number(1)))
    assert good.told["values"]["phone"] == "13800000001"
    assert "群众" not in json.dumps([row.told for row in rows.values()], ensure_ascii=False)
    found = {(row, error["code"]): error["found"] for row in rows for error in errors(rows[row])}
    wrong = wrong_check(2)
    assert found[4, "checksum"] == f"{wrong[:6]}********{wrong[-4:]}"
    assert found[6, "precision_lost"] == "522601********5.2E+17"
    assert found[7, "unknown_town"] == "开怀办"
    assert found[9, "bad_value"] == "张****"
    assert rows[9].name == ""
    assert rows[5].told["warnings"][0]["found"] == "****"
    raw = CheckedRow.objects.filter(upload=upload).values_list("told", flat=True)
    assert not any("张三".encode() in bytes(stored) for stored in raw)


def errors(row):
    return row.told.get("errors", ())


def test_the_workbook_of_errors_is_the_command_s_and_lies_encrypted(tmp_path, officer):
    path = dirty(tmp_path / "a.xlsx")
    out = tmp_path / "e.xlsx"
    call_command(
        *("import_roster", "relocation", str(path), "--reference", "试", "--errors", str(out)),
        stdout=io.StringIO(),
    )
    upload = checked(path, officer)
    assert ERRORS.path(upload.pk).read_bytes()[:2] != b"PK"
    with in_memory(ERRORS, upload.pk) as memory:
        assert lines(memory) == lines(out)
    assert len(lines(out)) == 2 + upload.rejected + upload.duplicates


def lines(path):
    with path.open("rb") as file:
        return list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))


def test_a_check_that_was_stopped_at_any_chunk_ends_with_each_row_once(
    tmp_path, officer, small, monkeypatch
):
    path = dirty(tmp_path / "a.xlsx")
    whole = checked(path, officer)
    for chunks in range(1, 5):
        upload = sent(path, officer)
        take_up(upload)
        with monkeypatch.context() as patched:
            die_after(chunks, patched)
            with pytest.raises(KeyboardInterrupt):
                check(upload)
        taken_up_by_another(upload)
        assert upload.checked.count() == upload.rows + upload.skipped == 4 * chunks
        check(upload)
        assert (upload.state, counts(upload)) == ("checked", counts(whole))
        assert kept(upload) == kept(whole)
        assert ERRORS.path(upload.pk).exists()


def die_after(chunks, patched):
    """The process ends right after so many chunks were written."""
    advance, done = uploads.advance, []

    def dying(upload, last_row, **told):
        if len(done) == chunks and last_row > upload.last_row:
            raise KeyboardInterrupt
        if last_row > upload.last_row:
            done.append(last_row)
        advance(upload, last_row, **told)

    patched.setattr(uploads, "advance", dying)


def taken_up_by_another(upload):
    """A minute later another worker finds that nobody is at it."""
    late = timezone.now() - datetime.timedelta(minutes=2)
    RosterUpload.objects.filter(pk=upload.pk).update(changed_at=late)
    upload.refresh_from_db()
    take_up(upload)


def test_an_import_that_was_stopped_at_any_chunk_ends_with_each_row_once(
    tmp_path, officer, small, monkeypatch
):
    for chunks in range(1, 6):
        path = xlsx(tmp_path / f"{chunks}.xlsx", [HEADER, *people(17), person(chunks, 姓名="")])
        upload = checked(path, officer, kind="relocation")
        uploads.order_import(upload, strict=False)
        take_up(upload)
        with monkeypatch.context() as patched:
            die_after(chunks - 1, patched)
            with pytest.raises(KeyboardInterrupt):
                bring_in(upload)
        taken_up_by_another(upload)
        bring_in(upload)
        assert upload.state == "imported"
        people_of = upload.roster.entries.count() + upload.roster.repeats.count()
        assert (people_of, upload.rows) == (17, 18)
        Roster.objects.update(state="withdrawn")


def test_an_import_that_had_just_been_finished_ends_well(tmp_path, officer, monkeypatch):
    upload = checked(xlsx(tmp_path / "a.xlsx", [HEADER, *people(3)]), officer)
    uploads.order_import(upload, strict=False)
    take_up(upload)
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "end_import", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            bring_in(upload)
    assert ImportRun.objects.get().state == "done"
    taken_up_by_another(upload)
    bring_in(upload)
    assert (upload.state, upload.added, upload.roster.entries.count()) == ("imported", 3, 3)


def test_the_same_bytes_from_another_upload_are_refused(tmp_path, officer):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *people(3)])
    second = checked(path, officer)
    imported(path, officer)
    brought_in(second)
    assert (second.state, second.fault_code) == ("refused", "already_imported")
    assert not second.checked.exists()
    assert Roster.objects.get().upload.state == "imported"


def test_the_roster_tells_who_supplied_and_entered_it_and_what_it_continues(tmp_path, officer):
    first = imported(dirty(tmp_path / "a.xlsx"), officer)
    path = xlsx(tmp_path / "b.xlsx", [HEADER, *people(30)])
    day = datetime.date(2026, 11, 20)
    told = {"received_on": day, "letter": b"scan", "letter_name": "来函.png"}
    upload = imported(path, officer, continues=first.roster, **told)
    roster = upload.roster
    assert (roster.supplier, roster.entered_by) == (officer.bureau, officer)
    assert (roster.file_name, roster.continues, roster.received_on) == ("b.xlsx", first.roster, day)
    assert (roster.letter_name, LETTERS.content_of(roster.pk)) == ("来函.png", b"scan")
    assert ORIGINALS.content_of(roster.pk) == path.read_bytes()


def test_of_an_imported_upload_only_the_rows_that_went_back_are_kept(
    tmp_path, officer, django_capture_on_commit_callbacks
):
    upload = checked(dirty(tmp_path / "a.xlsx"), officer)
    with django_capture_on_commit_callbacks(execute=True):
        brought_in(upload)
    assert set(upload.checked.values_list("outcome", flat=True)) == {"rejected", "duplicate"}
    assert not UPLOADED.path(upload.pk).exists()
    assert ERRORS.path(upload.pk).exists()


def test_strict_takes_nothing_where_a_row_goes_back(tmp_path, officer):
    upload = checked(dirty(tmp_path / "a.xlsx"), officer)
    with pytest.raises(Refused, match="退回"):
        uploads.order_import(upload, strict=True)
    # Between the check and the import a town was closed: a row goes back that was right.
    good = checked(xlsx(tmp_path / "b.xlsx", [HEADER, *people(2)]), officer)
    uploads.order_import(good, strict=True)
    take_up(good)
    UPLOADED.keep(good.pk, dirty(tmp_path / "c.xlsx").read_bytes())
    bring_in(good)
    assert (good.state, RosterEntry.objects.count()) == ("refused", 0)
    assert "一行也没有导入" in good.fault


def test_whoever_asks_to_cancel_stops_the_next_chunk(tmp_path, officer, small):
    upload = sent(dirty(tmp_path / "a.xlsx"), officer)
    take_up(upload)
    uploads.cancel(RosterUpload.objects.get(pk=upload.pk))
    with pytest.raises(Stopped):
        check(upload)
    assert not upload.checked.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"%PDF-1.7", "not_a_spreadsheet"), ("姓名,身份证号\n合计,3\n".encode(), "no_rows")],
)
def test_a_file_that_cannot_be_taken_ends_with_its_sentence(tmp_path, officer, content, code):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    upload = checked(path, officer)
    assert (upload.state, upload.fault_code) == ("refused", code)
    assert not upload.checked.exists()


def test_a_file_that_was_lost_ends_with_a_sentence(tmp_path, officer):
    upload = sent(dirty(tmp_path / "a.xlsx"), officer)
    UPLOADED.path(upload.pk).write_bytes(b"x" * 99)
    take_up(upload)
    check(upload)
    assert (upload.state, upload.fault_code) == ("refused", "unreadable")
