"""The rejected rows handed back: as they were, marked, harmless, ready to be uploaded again."""

import openpyxl
import pytest

from rosters.errors_workbook import ErrorsWorkbook
from rosters.rows import RowReader
from rosters.workbook import Workbook
from tests.rosters.workbooks import HEADER, known, people, person, wrong_check, xlsx


def handed_back(path, target):
    """The errors workbook of a file, or None where none was made."""
    with Workbook(path) as book:
        reader = RowReader(book.header, known())
        errors = ErrorsWorkbook(target, book.head, book.header)
        for row in book.rows():
            errors.add(row.cells, reader.read(row.row, row.cells, row.merged))
        errors.close()
    return openpyxl.load_workbook(target).active if target.exists() else None


def lines(sheet):
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_no_file_is_made_where_nothing_was_rejected(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *people(2)])
    assert handed_back(path, tmp_path / "e.xlsx") is None


def test_title_header_rejected_rows_and_duplicates_come_back_with_reasons(tmp_path):
    bad = person(2, 公民身份号码=wrong_check(2), 性别="男")
    rows = [
        ["名册"],
        [],
        [*HEADER, "政治面貌"],
        [*person(1), "群众"],
        [*bad, "党员"],
        [*person(1), ""],
    ]
    sheet = handed_back(xlsx(tmp_path / "a.xlsx", rows), tmp_path / "e.xlsx")
    found = lines(sheet)
    assert found[0][0] == "名册"
    assert found[2] == [*HEADER, "政治面貌", "错误原因"]
    assert found[3][:7] == [*bad, "党员"]
    assert "校验码" in found[3][7]
    assert "性别" in found[3][7]
    assert "第 4 行" in found[4][7]
    assert len(found) == 5


def test_faulty_cells_are_marked(tmp_path):
    bad = person(2, 姓名="", 公民身份号码=wrong_check(2))
    sheet = handed_back(xlsx(tmp_path / "a.xlsx", [HEADER, bad]), tmp_path / "e.xlsx")
    marked = [cell.column_letter for cell in sheet[2] if cell.fill.fgColor.rgb == "FFFFC7CE"]
    assert marked == ["A", "B"]


def test_a_number_stays_text_and_a_lost_one_stays_a_number(tmp_path):
    rows = [person(1, 公民身份号码=522601199003071239), person(2, 公民身份号码=wrong_check(2))]
    sheet = handed_back(xlsx(tmp_path / "a.xlsx", [HEADER, *rows]), tmp_path / "e.xlsx")
    assert isinstance(sheet["B2"].value, (int, float))
    assert sheet["B3"].value == wrong_check(2)
    assert sheet["B3"].number_format == "@"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_nothing_that_came_in_becomes_a_formula(tmp_path, start):
    attack = f"{start}cmd|' /C calc'!A1"
    path = tmp_path / "a.csv"
    path.write_text(f'姓名,公民身份号码,备注\n,1,"{attack}"\n', encoding="utf-8")
    sheet = handed_back(path, tmp_path / "e.xlsx")
    assert sheet["C2"].value == attack
    assert sheet["C2"].data_type == "s"
    assert sheet["C2"].quotePrefix


def test_merged_values_are_written_out(tmp_path):
    header = ["户编号", *HEADER]
    rows = [["H1", *person(1, 姓名="")], ["", *person(2, 姓名="")]]
    path = xlsx(tmp_path / "a.xlsx", [header, *rows], merged=["A2:A3"])
    found = lines(handed_back(path, tmp_path / "e.xlsx"))
    assert [row[0] for row in found] == ["户编号", "H1", "H1"]


def test_a_header_of_two_rows_comes_back_as_one(tmp_path):
    upper = ["姓名", "公民身份号码", "户籍", ""]
    lower = ["", "", "迁出地", "迁入乡镇"]
    areas = ["A1:A2", "B1:B2", "C1:D1"]
    path = xlsx(tmp_path / "a.xlsx", [upper, lower, ["张三", "1", "雷山", "下司镇"]], merged=areas)
    found = lines(handed_back(path, tmp_path / "e.xlsx"))
    assert found[0] == ["姓名", "公民身份号码", "迁出地", "迁入乡镇", "错误原因"]
    assert found[1][:4] == ["张三", "1", "雷山", "下司镇"]


def test_the_mended_workbook_can_be_uploaded_as_it_is(tmp_path):
    rows = [["名册"], HEADER, person(1), person(2, 公民身份号码=wrong_check(2)), person(3, 姓名="")]
    target = tmp_path / "e.xlsx"
    handed_back(xlsx(tmp_path / "a.xlsx", rows), target)
    mended = openpyxl.load_workbook(target)
    mended.active["B3"].value = person(2)[1]
    mended.save(target)
    again = lines(handed_back(target, tmp_path / "e2.xlsx"))
    assert again[1] == [*HEADER, "错误原因"]
    assert [row[1] for row in again[2:]] == [person(3)[1]]
    assert "姓名" in again[2][6]
