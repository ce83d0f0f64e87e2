"""The empty workbook: as it is it holds nobody; filled in, it is imported without a word."""

import io

import openpyxl
import pytest

from rosters.blank_workbook import COLUMNS, SAMPLE, blank_workbook
from rosters.columns import BY_NAME
from rosters.importing import Order, import_roster
from rosters.kinds import KINDS
from rosters.models import RosterEntry
from rosters.workbook import FileRefused
from rosters.writing import Document
from tests.rosters.workbooks import ON, number

pytestmark = pytest.mark.django_db


def order(kind, path, **told):
    return Order(Document(kind, "凯移〔2026〕1号", ON), path, ON, **told)


def filled(kind, path, *people):
    book = openpyxl.load_workbook(io.BytesIO(blank_workbook(KINDS[kind])))
    sheet = book["花名册"]
    for row, told in enumerate(people, start=4):
        for at, name in enumerate(COLUMNS[kind], start=2):
            sheet.cell(row, at, (SAMPLE | told)[name])
    book.save(path)
    return path


@pytest.mark.parametrize("kind", list(KINDS))
def test_untouched_it_names_nobody_and_filled_in_it_is_imported(kind, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(blank_workbook(KINDS[kind]))
    with pytest.raises(FileRefused) as refusal:
        import_roster(order(kind, path))
    assert refusal.value.code == "no_rows"
    told = {"公民身份号码": number(3), "性别": "男"}
    found = import_roster(order(kind, filled(kind, path, told), commit=True))
    assert (found.added, found.rejected, found.skipped) == (1, 0, 1)
    assert found.header.ignored == ["序号"]
    assert set(found.header.columns) == set(COLUMNS[kind])
    assert RosterEntry.objects.get().number == number(3)


def test_numbers_are_text_and_what_can_be_chosen_is_offered():
    book = openpyxl.load_workbook(io.BytesIO(blank_workbook(KINDS["relocation"])))
    sheet, lists = book["花名册"], book["选项"]
    offered = {str(one.sqref).split(":")[0]: one for one in sheet.data_validations.dataValidation}
    header = {cell.value.rstrip("*"): cell.column_letter for cell in sheet[2]}
    for name in ("性别", "是否自愿", "迁入乡镇", "民族", "与户主关系"):
        assert offered[f"{header[name]}4"].type == "list", name
    assert sheet.column_dimensions[header["公民身份号码"]].number_format == "@"
    assert lists.sheet_state == "hidden"
    assert len([cell for cell in lists["C"] if cell.value]) == 20


def test_its_columns_are_ones_that_are_known():
    for kind, columns in COLUMNS.items():
        assert set(columns) <= set(BY_NAME), kind
        assert len(set(columns)) == len(columns)
