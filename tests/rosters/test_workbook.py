"""Reading any file: rows as they stand, or one refusal; nothing harms the one who asks."""

import datetime
import io
import os
import random
import struct
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from rosters.workbook import REFUSALS, FileRefused, Workbook
from tests.rosters import workbooks
from tests.rosters.workbooks import HEADER, csv_text, ods, people, person, repacked, xlsx

OLD = Path(__file__).parent / "files" / "old.xls"
ROWS = [HEADER, *people(3)]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path):
    with Workbook(Path(path)) as book:
        return book.header, list(book.rows())


def refusal(path):
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert str(refused.value) == REFUSALS[refused.value.code]
    return refused.value.code


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def numbers(path):
    header, rows = read(path)
    at = header.columns["公民身份号码"]
    return [row.cells[at] for row in rows]


def test_an_xlsx_is_read(tmp_path):
    header, rows = read(xlsx(tmp_path / "a.xlsx", [["标题"], [], *ROWS]))
    assert header.row == 3
    assert [row.row for row in rows] == [4, 5, 6]
    assert rows[0].cells[:2] == person(1)[:2]


def test_an_old_xls_is_read_with_its_merged_cells_and_days():
    header, rows = read(OLD)
    assert header.row == 2
    assert [(row.row, row.cells[0], row.merged) for row in rows] == [
        (3, "张三", ()),
        (4, "张三", (0,)),
        (5, "王五", ()),
    ]
    assert rows[0].cells[3] == datetime.date(1990, 3, 7)


def test_an_ods_is_read(tmp_path):
    assert numbers(ods(tmp_path / "a.ods", ROWS)) == [row[1] for row in people(3)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_whatever_its_name(tmp_path, separator, encoding):
    file = written(tmp_path / "a.xls", csv_text(ROWS, separator).encode(encoding))
    assert numbers(file) == [row[1] for row in people(3)]


def test_a_line_break_in_a_quoted_cell_begins_no_row(tmp_path):
    text = '姓名,身份证号,备注\r\n张三,1,"a\r\nb"\r\n\r\n李四,2,c\r\n'
    _, rows = read(written(tmp_path / "a.csv", text))
    assert [row.row for row in rows] == [2, 4]


def test_columns_before_the_table_keep_their_letters(tmp_path):
    rows = [["", "", *row] for row in ROWS]
    header, found = read(xlsx(tmp_path / "a.xlsx", [[], [], *rows]))
    assert header.letters["姓名"] == "C"
    assert found[0].row == 4
    assert found[0].cells[2] == "张三"


def test_a_cell_merged_over_several_rows_holds_for_each(tmp_path):
    rows = [["户主姓名", *HEADER], ["张三", *person(1)], ["", *person(2)], ["王五", *person(3)]]
    _, found = read(xlsx(tmp_path / "a.xlsx", rows, merged=["A2:A3"]))
    assert [(row.cells[0], row.merged) for row in found] == [
        ("张三", ()),
        ("张三", (0,)),
        ("王五", ()),
    ]


def test_the_first_visible_sheet_with_a_header_is_read(tmp_path):
    book = workbooks.book([["说明", "请勿修改"]], title="填表说明")
    hidden = book.create_sheet("字典")
    workbooks.fill(hidden, ROWS)
    hidden.sheet_state = "hidden"
    workbooks.fill(book.create_sheet("名册"), ROWS)
    book.save(tmp_path / "a.xlsx")
    with Workbook(tmp_path / "a.xlsx") as opened:
        assert opened.head.sheet == "名册"


def test_stored_results_count_and_errors_are_empty(tmp_path):
    book = workbooks.book([[*HEADER, "备注"], [*person(1), "=1+1"], [*person(2), "x"]])
    book.active["G3"].value, book.active["G3"].data_type = "#N/A", "e"
    book.save(tmp_path / "a.xlsx")
    _, rows = read(tmp_path / "a.xlsx")
    assert [row.cells[6] for row in rows] == ["", ""]


def test_a_sheet_that_lies_about_its_size_is_read(tmp_path):
    def lie(name, content):
        return content.replace(b'ref="A1:F4"', b'ref="A1:XFD1048576"')

    file = repacked(xlsx(tmp_path / "a.xlsx", ROWS), tmp_path / "b.xlsx", lie)
    assert len(numbers(file)) == 3


def test_one_cell_far_away_is_no_reason_to_refuse(tmp_path):
    book = workbooks.book(ROWS)
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    header, rows = read(tmp_path / "a.xlsx")
    assert [row.row for row in rows] == [2, 3, 4, 1048576]


def test_blank_rows_with_a_style_are_not_counted(tmp_path, settings):
    settings.ROSTER_MAX_ROWS = 10

    def styled(name, content):
        blanks = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(5, 200_000))
        return content.replace(b"</sheetData>", blanks.encode() + b"</sheetData>")

    file = repacked(xlsx(tmp_path / "a.xlsx", ROWS), tmp_path / "b.xlsx", styled)
    assert len(numbers(file)) == 3


# ---------------------------------------------------------------- refusals


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        out.writestr("xl/workbook.xml", b" " * 30_000_000)
    return path


def with_doctype(source, path):
    def declared(name, content):
        if not name.endswith("sheet1.xml"):
            return content
        return b'<!DOCTYPE x [<!ENTITY a "b">]>' + content

    return repacked(source, path, declared)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_spreadsheet"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "not_a_spreadsheet"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "not_a_spreadsheet"),
        (b"%PDF-1.4\n%text\n", "not_a_spreadsheet"),
        (b"\xff\xd8\xff\xe0", "not_a_spreadsheet"),
        ("姓名,身份证号\r\n张三,1\r\n".encode("utf-16"), "not_a_spreadsheet"),
        (b"\x00" * 1000, "not_a_spreadsheet"),
        (b"\xff\xfe\xfd\xfc" * 9, "not_a_spreadsheet"),
        (b"PK\x03\x04" + b"garbage" * 30, "unreadable"),
        (OLE + b"\x00" * 2000, "unreadable"),
        (OLE + b"\x00" * 2000 + "WordDocument".encode("utf-16-le"), "not_a_spreadsheet"),
        (OLD.read_bytes()[:3000], "unreadable"),
        ("姓名,性别\n张三,男\n", "no_header"),
        ("一封信\n没有表格\n", "no_header"),
        ("   \n", "not_a_spreadsheet"),
        ('姓名,身份证号\n"' + "长" * 2_000_000, "unreadable"),
    ],
)
def test_what_is_no_roster_is_refused_by_its_content(tmp_path, content, code):
    assert refusal(written(tmp_path / "a.xlsx", content)) == code


def test_a_truncated_xlsx_is_unreadable(tmp_path):
    whole = xlsx(tmp_path / "a.xlsx", ROWS).read_bytes()
    for size in (len(whole) // 3, len(whole) // 2, len(whole) - 30):
        assert refusal(written(tmp_path / "b.xlsx", whole[:size])) == "unreadable"


def test_another_archive_is_no_spreadsheet(tmp_path):
    for name in ("readme.txt", "word/document.xml", "xl/workbook.bin"):
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as out:
            out.writestr("[Content_Types].xml", "<Types/>")
            out.writestr(name, "x")
        assert refusal(tmp_path / "a.xlsx") == "not_a_spreadsheet"


def test_a_locked_file_is_told_as_such(tmp_path):
    ole = OLE + b"\x00" * 600
    assert (
        refusal(written(tmp_path / "a.xlsx", ole + "EncryptedPackage".encode("utf-16-le")))
        == "encrypted"
    )

    def lock(name, content):
        return b"<manifest:encryption-data/>" if name.endswith("manifest.xml") else content

    locked = repacked(ods(tmp_path / "b.ods", ROWS), tmp_path / "c.ods", lock)
    assert refusal(locked) == "encrypted"


def locked_xls(kind):
    """The old workbook as Excel locks it: a FILEPASS record after the first, then scrambled bodies.

    Kinds of [MS-XLS] 2.4.117: 0 is XOR, 1 is RC4.
    """
    content, chance = bytearray(OLD.read_bytes()), random.Random(1)
    at, end = content.index(b"\x09\x08\x10\x00") + 20, content.index(b"\x42\x00\x02\x00")
    body = struct.pack("<H", kind) + chance.randbytes(4 if kind == 0 else 52)
    rest = end - at - len(body) - 8
    lock = struct.pack("<HH", 0x2F, len(body)) + body
    content[at:end] = lock + struct.pack("<HH", 0x5C, rest) + bytes(rest)
    at += len(lock)
    while at < 0x1000:
        record, length = struct.unpack("<HH", content[at : at + 4])
        if record not in (0x809, 0x85) and length:
            content[at + 4 : at + 4 + length] = chance.randbytes(length)
        if record == 0:
            break
        at += 4 + length
    return bytes(content)


@pytest.mark.parametrize("kind", [0, 1])
def test_an_old_xls_with_a_password_is_told_as_such(tmp_path, kind):
    assert refusal(written(tmp_path / "a.xls", locked_xls(kind))) == "encrypted"
    assert numbers(OLD), "without the record it is read"


def test_of_a_workbook_with_macros_only_the_rows_are_read(tmp_path):
    """What stands in the macros is neither run nor looked at."""
    source = xlsx(tmp_path / "a.xlsx", ROWS)
    file = repacked(
        source,
        tmp_path / "a.xlsm",
        lambda name, content: content.replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
    )
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", OLE + random.Random(2).randbytes(5000))
        assert b"macroEnabled" in archive.read("[Content_Types].xml")
    assert numbers(file) == [row[1] for row in people(3)]


def test_a_bomb_is_too_large(tmp_path):
    assert refusal(bomb(tmp_path / "a.xlsx")) == "too_large"


def test_a_document_type_is_refused(tmp_path):
    assert (
        refusal(with_doctype(xlsx(tmp_path / "a.xlsx", ROWS), tmp_path / "b.xlsx")) == "unreadable"
    )


def test_a_part_that_stands_twice_is_refused(tmp_path):
    file = xlsx(tmp_path / "a.xlsx", ROWS)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as out:
        out.writestr("xl/workbook.xml", "x")
    assert refusal(file) == "unreadable"


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("ROSTER_MAX_BYTES", 1000),
        ("ROSTER_MAX_UNPACKED", 1000),
        ("ROSTER_MAX_ROWS", 2),
        ("ROSTER_MAX_CELLS", 17),
    ],
)
def test_what_is_over_a_limit_is_too_large(tmp_path, settings, limit, most):
    setattr(settings, limit, most)
    assert refusal(xlsx(tmp_path / "a.xlsx", ROWS)) == "too_large"
    if limit in {"ROSTER_MAX_ROWS", "ROSTER_MAX_CELLS"}:
        assert refusal(written(tmp_path / "a.csv", csv_text(ROWS))) == "too_large"


def test_what_is_just_at_a_limit_is_read(tmp_path, settings):
    settings.ROSTER_MAX_ROWS, settings.ROSTER_MAX_CELLS = 3, 18
    assert len(numbers(xlsx(tmp_path / "a.xlsx", [["标题"], *ROWS]))) == 3


def test_a_spreadsheet_that_repeats_a_row_a_million_times_is_refused_in_time(tmp_path):
    def repeat(name, content):
        return content.replace(
            b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="16384" '
        ).replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">')

    file = repacked(ods(tmp_path / "a.ods", ROWS), tmp_path / "b.ods", repeat)
    began = time.monotonic()
    assert refusal(file) in {"too_large", "unreadable"}
    assert time.monotonic() - began < 60


def test_no_damaged_file_harms_the_one_who_reads(tmp_path):
    """Bytes changed, cut out and added at random: rows or one refusal, never anything else."""
    chance = random.Random(8)
    sources = [xlsx(tmp_path / "s.xlsx", ROWS), OLD, ods(tmp_path / "s.ods", ROWS)]
    for turn in range(1000 if os.environ.get("PROOF") else 30):
        content = bytearray(sources[turn % 3].read_bytes())
        for _ in range(chance.choice((1, 5, 50))):
            at = chance.randrange(len(content))
            content[at : at + chance.choice((0, 1, 9))] = chance.randbytes(chance.choice((1, 4)))
        file = written(tmp_path / "b.xlsx", bytes(content))
        with suppress(FileRefused):
            read(file)


def test_the_reader_knows_no_secret(tmp_path):
    file = xlsx(tmp_path / "a.xlsx", ROWS)
    with Workbook(file) as book:
        process = book._reader._process
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert environment == b"PATH=/usr/bin:/bin\x00"
    assert process.poll() is not None


def test_openpyxl_reads_what_is_made_here(tmp_path):
    content = xlsx(tmp_path / "a.xlsx", ROWS).read_bytes()
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A2"].value == "张三"
