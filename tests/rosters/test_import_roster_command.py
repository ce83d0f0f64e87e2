"""The command by the contract: one JSON object, exit status 0, or 2 where the file is refused."""

import io
import json

import openpyxl
import pytest
from django.core.management import call_command

from rosters.models import Roster, RosterEntry
from tests.rosters.workbooks import HEADER, csv_text, number, people, person, wrong_check, xlsx

pytestmark = pytest.mark.django_db

MEMBERS = [
    *("kind", "reference", "sha256", "sheet", "header_row", "columns", "ignored_columns", "rows"),
    *("accepted", "rejected", "duplicates", "unchanged", "skipped", "committed"),
    *("errors", "warnings"),
]


def ran(path, *options, kind="relocation", reference="凯移〔2026〕1号"):
    out = io.StringIO()
    call_command("import_roster", kind, str(path), "--reference", reference, *options, stdout=out)
    return json.loads(out.getvalue())


def refused(capsys, *arguments, **told):
    with pytest.raises(SystemExit) as ended:
        ran(*arguments, **told)
    assert ended.value.code == 2
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"error", "code"}
    return found["code"]


@pytest.fixture
def mixed(tmp_path):
    """Every fate of a row in one file."""
    rows = [
        ["凯里市移民搬迁花名册"],
        [],
        [*HEADER, "政治面貌"],
        person(1),
        person(2, 公民身份号码=wrong_check(2), 性别="男"),
        person(3, 联系电话="无"),
        person(1),
        [],
        ["合计", "3"],
    ]
    return xlsx(tmp_path / "mixed.xlsx", rows)


def test_one_object_tells_all(mixed):
    found = ran(mixed)
    assert list(found) == MEMBERS
    assert found["columns"] == {
        "姓名": "A",
        "公民身份号码": "B",
        "性别": "C",
        "迁入乡镇": "D",
        "联系电话": "E",
        "是否自愿": "F",
    }
    assert (found["header_row"], found["ignored_columns"]) == (3, ["政治面貌"])
    names = ("rows", "accepted", "rejected", "duplicates", "unchanged", "skipped", "committed")
    assert [found[name] for name in names] == [4, 2, 1, 1, 0, 1, False]
    assert [(error["row"], error["column"], error["code"]) for error in found["errors"]] == [
        (5, "公民身份号码", "checksum"),
        (5, "性别", "sex_mismatch"),
        (7, "公民身份号码", "duplicate_in_file"),
    ]
    assert [(doubt["row"], doubt["code"]) for doubt in found["warnings"]] == [(6, "bad_phone")]


def test_a_preview_writes_nothing_and_a_commit_stores_it_unconfirmed(mixed):
    ran(mixed)
    assert not Roster.objects.exists()
    assert ran(mixed, "--commit")["committed"] is True
    assert Roster.objects.get().state == "entered"
    assert RosterEntry.objects.count() == 2


def test_what_is_there_is_unchanged_under_another_reference(tmp_path, mixed):
    ran(mixed, "--commit")
    again = xlsx(tmp_path / "b.xlsx", [HEADER, person(1), person(3, 联系电话=""), person(4)])
    found = ran(again, reference="凯移〔2026〕2号")
    assert (found["rows"], found["accepted"], found["unchanged"]) == (3, 1, 2)


def test_rejected_rows_are_handed_back(mixed, tmp_path):
    out = tmp_path / "errors.xlsx"
    ran(mixed, "--errors", str(out))
    sheet = openpyxl.load_workbook(out).active
    assert [row[0] for row in sheet.iter_rows(min_row=3, values_only=True)] == [
        "姓名",
        "张三",
        "张三",
    ]
    assert sheet["H3"].value == "错误原因"


def test_no_errors_no_workbook(tmp_path):
    ran(xlsx(tmp_path / "a.xlsx", [HEADER, *people(2)]), "--errors", str(tmp_path / "e.xlsx"))
    assert not (tmp_path / "e.xlsx").exists()


def test_csv_has_no_sheet_and_the_same_answer(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text([HEADER, *people(2)]).encode("gb18030"))
    found = ran(path)
    assert (found["sheet"], found["rows"], found["accepted"]) == ("", 2, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_spreadsheet"),
        (b"PK\x03\x04" + b"x" * 99, "unreadable"),
        ("姓名,性别\n张三,男\n".encode(), "no_header"),
        ("姓名,身份证号\n合计,3\n".encode(), "no_rows"),
    ],
)
def test_a_refused_file_ends_with_two(tmp_path, capsys, content, code):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert refused(capsys, path, "--commit") == code
    assert not Roster.objects.exists()


def test_the_same_bytes_again_are_refused(mixed, capsys):
    ran(mixed, "--commit")
    assert refused(capsys, mixed) == "already_imported"


def test_a_file_that_is_not_there_is_unreadable(tmp_path, capsys):
    assert refused(capsys, tmp_path / "nowhere.xlsx") == "unreadable"


def test_no_whole_number_is_printed(tmp_path):
    rows = [person(1, 公民身份号码=number(1) + "1", 性别=number(3), 迁入乡镇=number(5))]
    found = ran(xlsx(tmp_path / "a.xlsx", [HEADER, *rows, person(5, 联系电话=number(7))]))
    printed = json.dumps(found, ensure_ascii=False)
    assert not any(number(serial) in printed for serial in (1, 3, 5, 7))
