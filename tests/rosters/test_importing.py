"""From file to stored rows: new, changed, unchanged, taken up again, each row once."""

import datetime
import uuid

import pytest

from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau, FormerNumber
from kaili_hukou.models.people import number_digest
from rosters.actions.confirming import confirm
from rosters.importing import Listener, Order, import_roster
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat
from rosters.tables import new_ids
from rosters.workbook import FileRefused, Workbook, sha256_of
from rosters.writing import ORIGINALS, Document, begin, write_chunk
from tests import factories
from tests.rosters.workbooks import HEADER, ON, book, number, people, person, wrong_check, xlsx

pytestmark = pytest.mark.django_db


def order(path, *, kind="relocation", reference="凯移〔2026〕1号", commit=True, **told):
    document = Document(kind, reference, ON, file_name=path.name)
    return Order(document, path, ON, commit=commit, **told)


def imported(path, **told):
    return import_roster(order(path, **told))


def counts(result):
    return (result.added, result.changed, result.unchanged, result.rejected, result.duplicates)


@pytest.fixture
def first(tmp_path):
    """Three people, stored."""
    path = xlsx(tmp_path / "first.xlsx", [HEADER, *people(3)])
    imported(path)
    return path


def test_a_preview_writes_nothing(tmp_path):
    result = imported(xlsx(tmp_path / "a.xlsx", [HEADER, *people(3)]), commit=False)
    assert counts(result) == (3, 0, 0, 0, 0)
    assert not result.committed
    assert not Roster.objects.exists()
    assert not ImportRun.objects.exists()
    assert not AuditEntry.objects.filter(action__contains="花名册").exists()


def test_what_is_stored_can_be_read_again(first):
    entry = RosterEntry.objects.get(row=2)
    assert (entry.number, entry.name, entry.phone) == (number(1), "张三", "13800000001")
    assert (entry.sex, entry.voluntary, entry.town.name) == ("1", True, "三棵树镇")
    assert entry.number_digest == number_digest(number(1))
    roster = entry.roster
    assert (roster.state, roster.reference, roster.file_name) == (
        "entered",
        "凯移〔2026〕1号",
        "first.xlsx",
    )
    assert roster.supplier == Bureau.objects.get(code="poverty_relief")


def test_every_value_can_be_traced_to_its_cell(first):
    run = ImportRun.objects.get()
    assert (run.sheet, run.header_row, run.columns["联系电话"]) == ("Sheet1", 1, "E")
    assert (run.state, run.rows, run.added, run.last_row) == ("done", 3, 3, 4)
    assert run.sha256 == run.roster.sha256 == sha256_of(first)


def test_the_original_is_kept_encrypted(first):
    roster = Roster.objects.get()
    assert ORIGINALS.content_of(roster.pk) == first.read_bytes()
    assert ORIGINALS.path(roster.pk).read_bytes()[:2] != b"PK"


def test_nothing_of_an_ignored_column_is_stored(tmp_path):
    rows = [[*HEADER, "军衔"], *([*row, "少校甲乙丙"] for row in people(2))]
    imported(xlsx(tmp_path / "a.xlsx", rows))
    for entry in RosterEntry.objects.all():
        told = [str(getattr(entry, field.name)) for field in RosterEntry._meta.fields]
        assert "少校" not in "".join(told)
    assert ImportRun.objects.get().ignored_columns == ["军衔"]


def test_the_person_of_a_number_is_found_by_present_and_former_numbers(tmp_path):
    now, before = factories.person(number=number(1)), factories.person(number=number(9))
    FormerNumber.objects.create(
        person=before, number=number(2), number_digest=number_digest(number(2)), until=ON
    )
    imported(xlsx(tmp_path / "a.xlsx", [HEADER, *people(3)]))
    assert [row.person for row in RosterEntry.objects.all()] == [now, before, None]


def test_the_same_bytes_are_taken_once_for_each_kind(first):
    for commit in (True, False):
        with pytest.raises(FileRefused) as refused:
            imported(first, commit=commit)
        assert refused.value.code == "already_imported"
    assert counts(imported(first, kind="veteran")) == (3, 0, 0, 0, 0)


def test_also_after_a_commit_without_a_good_row(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, person(姓名="")])
    assert counts(imported(path)) == (0, 0, 0, 1, 0)
    with pytest.raises(FileRefused, match="已经导入"):
        imported(path)


def test_a_file_without_rows_leaves_nothing(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, ["合计", "3"], ["填表人:张三"]])
    with pytest.raises(FileRefused) as refused:
        imported(path)
    assert refused.value.code == "no_rows"
    assert not Roster.objects.exists()


def test_a_later_roster_brings_only_what_is_new(tmp_path, first):
    rows = [person(1), person(2, 联系电话="13900000000"), person(3), person(4)]
    result = imported(xlsx(tmp_path / "b.xlsx", [HEADER, *rows]), reference="凯移〔2026〕2号")
    assert counts(result) == (1, 1, 2, 0, 0)
    later = result.run.roster
    assert [(row.row, row.phone) for row in later.entries.all()] == [
        (3, "13900000000"),
        (5, "13800000004"),
    ]
    assert [(row.row, row.entry.number) for row in later.repeats.all()] == [
        (2, number(1)),
        (4, number(3)),
    ]
    assert (
        RosterEntry.objects.get(roster__reference="凯移〔2026〕1号", row=3).phone == "13800000002"
    )


def test_an_empty_cell_changes_nothing_in_what_is_there(tmp_path, first):
    short = ["姓名", "公民身份号码", "备注"]
    rows = [["张三", number(1), ""], ["张三", number(2), "新建房"]]
    result = imported(xlsx(tmp_path / "b.xlsx", [short, *rows]))
    assert counts(result) == (0, 1, 1, 0, 0)
    entry = result.run.roster.entries.get()
    assert (entry.remark, entry.phone, entry.town.name) == ("新建房", "13800000002", "三棵树镇")


def test_a_phone_held_as_a_number_is_the_same_phone(tmp_path, first):
    rows = [person(1, 联系电话=13800000001), person(2, 迁入乡镇="凯里市三棵树")]
    assert counts(imported(xlsx(tmp_path / "b.xlsx", [HEADER, *rows]))) == (0, 0, 2, 0, 0)


def test_the_last_present_row_is_compared_with(tmp_path, first):
    moved = xlsx(tmp_path / "b.xlsx", [HEADER, person(1, 迁入乡镇="下司镇")])
    assert counts(imported(moved)) == (0, 1, 0, 0, 0)
    back = xlsx(tmp_path / "c.xlsx", [HEADER, person(1)])
    assert counts(imported(back, commit=False)) == (0, 1, 0, 0, 0)
    Roster.objects.filter(run__sha256=sha256_of(moved)).update(state="withdrawn")
    assert counts(imported(back, commit=False)) == (0, 0, 1, 0, 0)


def test_a_row_entered_without_a_file_is_compared_by_its_values(tmp_path):
    told = factories.person(number=number(1))
    factories.roster("veteran", told)
    same = [["姓名", "公民身份号码"], [told.name, number(1)]]
    path = xlsx(tmp_path / "a.xlsx", same)
    assert counts(imported(path, kind="veteran", commit=False)) == (0, 0, 1, 0, 0)
    assert counts(imported(path, kind="talent", commit=False)) == (1, 0, 0, 0, 0)


def test_good_rows_go_in_and_bad_rows_back(tmp_path):
    rows = [person(1), person(2, 公民身份号码=wrong_check(2)), person(3), person(3)]
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *rows])
    assert counts(imported(path, strict=True)) == (2, 0, 0, 1, 1)
    assert not RosterEntry.objects.exists()
    assert counts(imported(path)) == (2, 0, 0, 1, 1)
    assert RosterEntry.objects.count() == 2


def stopped_after(chunks, path, **told):
    """An import that ends right after so many chunks were committed."""
    done = []

    def end(_read, _result):
        done.append(1)
        if len(done) == chunks:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_roster(order(path, **told), Listener(chunk=end))
    return ImportRun.objects.get()


def test_an_import_that_was_stopped_goes_on(tmp_path):
    rows = [*people(8), person(9, 姓名=""), person(8), person(10)]
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *rows])
    run = stopped_after(2, path, chunk=3)
    assert (run.state, run.last_row, run.added) == ("running", 7, 6)
    assert counts(imported(path, reference="凯移〔2026〕3号")) == (9, 0, 0, 1, 1)
    assert Roster.objects.get().reference == "凯移〔2026〕3号"
    assert RosterEntry.objects.count() == 9


def test_what_is_still_being_imported_cannot_be_confirmed(tmp_path, desk):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *people(4)])
    roster = stopped_after(1, path, chunk=2).roster
    with pytest.raises(Refused, match="还没有导入完"):
        confirm(roster, desk.approver, ON)
    imported(path)
    confirm(roster, desk.approver, ON)
    assert RosterEntry.objects.confirmed(ON).count() == 4


def test_of_two_imports_of_one_file_only_one_goes_on(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *people(2)])
    document = order(path).document
    with Workbook(path) as opened:
        run = begin(document, path, sha256_of(path), opened)
        again = begin(document, path, sha256_of(path), opened)
    write_chunk(run, [], 2)
    with pytest.raises(Refused, match="另一处"):
        write_chunk(again, [], 3)


def test_one_entry_in_the_record_tells_of_the_import(first):
    actions = AuditEntry.objects.filter(action__contains="花名册").values_list("action", "count")
    assert sorted(actions) == [("导入花名册", 1), ("花名册导入完成", 3)]


def test_a_roster_that_only_repeats_can_be_confirmed(tmp_path, first, desk):
    same = book([HEADER, *people(3)], title="又一次")
    same.save(tmp_path / "b.xlsx")
    result = imported(tmp_path / "b.xlsx")
    assert counts(result) == (0, 0, 3, 0, 0)
    confirm(result.run.roster, desk.approver, ON)
    assert RosterRepeat.objects.count() == 3
    assert RosterEntry.objects.confirmed(ON).count() == 3
    assert not RosterEntry.objects.confirmed(ON - datetime.timedelta(days=1)).exists()


def test_ids_are_given_in_the_order_of_time():
    given = new_ids(3000)
    assert len(set(given)) == 3000
    assert given[:2000] == sorted(given[:2000])
    assert {(one.version, one.variant) for one in given} == {(7, uuid.RFC_4122)}
