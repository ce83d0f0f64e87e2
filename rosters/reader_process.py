"""Reads one spreadsheet in a process of its own, and writes its rows as lines of JSON.

A file may kill its reader: it gets little memory and time, no database and no secrets, and
imports nothing of ours. Whatever happens to it is one refusal for the site.

It writes `{"sheet": …, "head": …, "merged": …}` for each visible sheet and reads one line: empty
to go on to the next sheet, else the number of the header row; then it writes lists of
`[row, cells, columns filled from a merged cell]` and `{"end": true}`. A refusal is
`{"refused": code}`.
"""

import codecs
import csv
import datetime
import io
import json
import re
import resource
import sys
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import python_calamine

HEAD_ROWS = 23
LINE_BYTES = 256 * 1024
LONGEST_ROW = 16 * 1024 * 1024
LONGEST_FIELD = 1024 * 1024
MOST_PARTS, RATIO, RATIO_FROM = 2000, 200, 1024 * 1024

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BINARIES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x7fELF", b"MZ", b"BM")
ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"II*\x00", b"MM\x00*")
# Streams of what else comes in the old wrapping: texts, slides, messages, installers.
OTHER_DOCUMENTS = ("WordDocument", "PowerPoint Document", "__properties_version1", "\u4840")

# A workbook in the old format that has a password: after its first record (and perhaps one that
# only asks not to write) stands FILEPASS. Streams begin at multiples of 64 bytes.
LOCKED = re.compile(
    rb"\x09\x08(?:\x10\x00.{16}|\x08\x00.{8})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
STREAM = 64

Row = tuple[int, list[Any]]
Area = tuple[int, int, int, int]


class Refusal(Exception):
    """The file as a whole is refused; the argument is the contract's code."""


class Sheet:
    """A sheet of which rows can be read again and again, each time from the first."""

    name = ""
    # Rows and cells there can be at most; 0: only counting tells.
    rows_at_most = cells_at_most = 0
    # About how far down it reaches, for a progress bar.
    height = 0

    def rows(self) -> Iterator[Row]:
        raise NotImplementedError

    def merged(self) -> list[Area]:
        return []


class CalamineSheet(Sheet):
    def __init__(self, sheet: Any) -> None:
        self.name = sheet.name
        self._sheet = sheet
        self._left = sheet.start[1] if sheet.start else 0
        self.height = sheet.end[0] + 1 if sheet.end else 0
        self.rows_at_most = sheet.total_height
        self.cells_at_most = sheet.height * sheet.width

    def rows(self) -> Iterator[Row]:
        if self._sheet.start is None:
            return
        padding = [""] * self._left
        for row, cells in enumerate(self._sheet.iter_rows(), start=1):
            if cells.count("") != len(cells):
                yield row, padding + cells if padding else cells

    def merged(self) -> list[Area]:
        areas = self._sheet.merged_cell_ranges or []
        return [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in areas]


class SparseSheet(Sheet):
    """A sheet whose few cells lie too far apart for one block of memory."""

    def __init__(self, sheet: Any) -> None:
        self.name = sheet.title
        self._sheet = sheet

    def rows(self) -> Iterator[Row]:
        self._sheet.reset_dimensions()
        for row in self._sheet.iter_rows():
            filled = [cell for cell in row if cell.value is not None]
            if filled:
                cells = [""] * filled[-1].column
                for cell in filled:
                    cells[cell.column - 1] = "" if cell.data_type == "e" else cell.value
                yield filled[0].row, cells


class TextSheet(Sheet):
    def __init__(self, text: str, separator: str) -> None:
        self._text, self._separator = text, separator
        self.height = max(text.count("\n"), text.count("\r")) + 1
        self.rows_at_most = text.count("\n") + text.count("\r") + 1
        self.cells_at_most = self.rows_at_most + text.count(separator)

    def rows(self) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._separator)
        for row, cells in enumerate(reader, start=1):
            if cells.count("") != len(cells):
                yield row, list(cells)


# ---------------------------------------------------------------- what the file is


def sheets_of(path: str, unpacked: int, sparse: bool) -> Iterator[Sheet]:
    """Its visible sheets, in order, by what the file holds and not by its name."""
    with open(path, "rb") as file:
        start = file.read(16)
        if start.startswith(ZIP):
            check_archive(path, unpacked)
            yield from sparse_sheets(path) if sparse else calamine_sheets(path)
        elif start.startswith(OLE):
            yield from old_workbook(path)
        else:
            file.seek(0)
            yield from text_sheets(start, file)


def check_archive(path: str, unpacked: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_parts(parts, unpacked)
            _check_kind(archive, {part.filename for part in parts})
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as content:
                        if b"<!DOCTYPE" in content.read(4096):
                            raise Refusal("unreadable")
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - any way in which an archive can be broken
        raise Refusal("unreadable") from error


def _check_parts(parts: list[zipfile.ZipInfo], unpacked: int) -> None:
    names = [part.filename for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("encrypted")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > unpacked:
        raise Refusal("too_large")
    if any(
        part.file_size > RATIO_FROM and part.file_size > RATIO * max(part.compress_size, 1)
        for part in parts
    ):
        raise Refusal("too_large")
    odd = any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names)
    if odd or len(set(names)) != len(names):
        raise Refusal("unreadable")


def _check_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "META-INF/manifest.xml" in names and "content.xml" in names:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Refusal("encrypted")
        kind = archive.read("mimetype") if "mimetype" in names else b""
        if kind and b"spreadsheet" not in kind:
            raise Refusal("not_a_spreadsheet")
    elif "xl/workbook.bin" in names or not any(name.startswith("xl/") for name in names):
        raise Refusal("not_a_spreadsheet")


def calamine_sheets(path: str) -> Iterator[Sheet]:
    visible = python_calamine.SheetVisibleEnum.Visible
    tables = (python_calamine.SheetTypeEnum.WorkSheet,)
    with open(path, "rb") as file:
        try:
            book = python_calamine.load_workbook(file)
            listed = list(enumerate(book.sheets_metadata))
        except python_calamine.PasswordError as error:
            raise Refusal("encrypted") from error
        for at, sheet in listed:
            if sheet.visible == visible and sheet.typ in tables:
                yield CalamineSheet(book.get_sheet_by_index(at))


def old_workbook(path: str) -> Iterator[Sheet]:
    """.xls; Word's files and locked .xlsx come in the same wrapping."""
    with open(path, "rb") as file:
        content = file.read()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refusal("encrypted")
    if any(found.start() % STREAM == 0 for found in LOCKED.finditer(content)):
        raise Refusal("encrypted")
    other, ours = (
        any(name.encode("utf-16-le") in content for name in names)
        for names in (OTHER_DOCUMENTS, ("Workbook", "Book"))
    )
    if other and not ours:
        raise Refusal("not_a_spreadsheet")
    yield from calamine_sheets(path)


def sparse_sheets(path: str) -> Iterator[Sheet]:
    import openpyxl  # noqa: PLC0415 - rarely needed, and slow to load

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            yield SparseSheet(sheet)


def text_sheets(start: bytes, file: Any) -> Iterator[Sheet]:
    if not start or start.startswith((*BINARIES, *ARCHIVES)):
        raise Refusal("not_a_spreadsheet")
    text = decoded(file.read())
    if not text.strip() or text.lstrip()[0] == "<":
        raise Refusal("not_a_spreadsheet")
    csv.field_size_limit(LONGEST_FIELD)
    for separator in (",", "\t", ";"):
        if separator in text:
            yield TextSheet(text, separator)


def decoded(content: bytes) -> str:
    """UTF-8 with or without BOM, else GB 18030; what holds a NUL is no text."""
    if content.startswith(codecs.BOM_UTF8) and b"\x00" not in content:
        return content.decode("utf-8-sig", "replace")
    for encoding in ("utf-8", "gb18030") if b"\x00" not in content else ():
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("not_a_spreadsheet")


# ---------------------------------------------------------------- rows as lines


def answer(path: str, limits: dict[str, int], sparse: bool) -> None:
    for sheet in sheets_of(path, limits["unpacked"], sparse):
        areas = sheet.merged()
        head = [[row, plain(cells)] for row, cells in first_rows(sheet)]
        near = [area for area in areas if area[0] <= HEAD_ROWS]
        height = {"height": sheet.height}
        tell({"sheet": sheet.name, "head": head, "merged": near[:1000]} | height)
        header_row = sys.stdin.readline().strip()
        if header_row:
            check_size(sheet, int(header_row), limits)
            write_rows(sheet, areas, int(header_row))
            break
    tell({"end": True})


def first_rows(sheet: Sheet) -> list[Row]:
    found = []
    for row, cells in sheet.rows():
        if row > HEAD_ROWS:
            break
        found.append((row, cells))
    return found


def check_size(sheet: Sheet, header_row: int, limits: dict[str, int]) -> None:
    """What holds something is counted, below the header; only where it could be too much."""
    if 0 < sheet.rows_at_most <= limits["rows"] and 0 < sheet.cells_at_most <= limits["cells"]:
        return
    rows = cells = 0
    for row, found in sheet.rows():
        if row > header_row:
            rows += 1
            cells += len(found) - found.count("")
        if rows > limits["rows"] or cells > limits["cells"]:
            raise Refusal("too_large")


def write_rows(sheet: Sheet, areas: list[Area], header_row: int) -> None:
    filling = Filling(areas)
    lines: list[str] = []
    size = 0
    for row, cells in sheet.rows():
        if row > header_row:
            columns = filling.fill(row, cells)
            line = encode([row, cells, columns] if columns else [row, cells])
            if len(line) > LONGEST_ROW:
                raise Refusal("too_large")
            lines.append(line)
            size += len(line)
        elif filling:
            filling.note(row, cells)
        if size > LINE_BYTES:
            write_line(f"[{','.join(lines)}]")
            lines, size = [], 0
    write_line(f"[{','.join(lines)}]")


class Filling:
    """Cells merged over several rows: the value of the first holds for each."""

    def __init__(self, areas: list[Area]) -> None:
        deep = sorted(area for area in areas if area[2] > area[0])
        self._areas = deep
        self._tops = [area[0] for area in deep]
        self._next = 0
        self._open: dict[int, tuple[int, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._areas)

    def fill(self, row: int, cells: list[Any]) -> list[int]:
        if not self._areas:
            return []
        self._close(row)
        for column, (_, value) in self._open.items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = value
        filled = list(self._open)
        self.note(row, cells)
        return filled

    def note(self, row: int, cells: list[Any]) -> None:
        """Opens the areas that begin in this row, or in blank rows before it."""
        self._close(row)
        until = bisect_right(self._tops, row)
        for top, left, bottom, _ in self._areas[self._next : until]:
            begins_here = top == row and left < len(cells)
            if bottom > row and (begins_here or top < row):
                self._open[left] = (bottom, cells[left] if begins_here else "")
        self._next = until

    def _close(self, row: int) -> None:
        for column in [column for column, (last, _) in self._open.items() if last < row]:
            del self._open[column]


def told(value: Any) -> Any:
    """What JSON has no form for: a day, a time, a length of time."""
    if isinstance(value, datetime.datetime):
        return {"d": value.replace(tzinfo=None).isoformat()}
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    return str(value)


encode = json.JSONEncoder(ensure_ascii=False, default=told, separators=(",", ":")).encode


def plain(cells: Iterable[Any]) -> list[Any]:
    """Of the rows at the top, only the words that a header could have."""
    return [cell[:500] if isinstance(cell, str) else cell for cell in list(cells)[:2000]]


def tell(message: Any) -> None:
    write_line(encode(message))


def write_line(line: str) -> None:
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def main(path: str, settings: str) -> None:
    limits = json.loads(settings)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    try:
        answer(path, limits, bool(limits["sparse"]))
    except Refusal as refusal:
        tell({"refused": str(refusal)})
    except MemoryError:
        end("too_large")
    except BrokenPipeError:
        sys.exit(1)
    except BaseException:  # noqa: BLE001 - a panic of the reader is no Exception
        # Who reads sparsely does so because the sheet would not fit.
        end("too_large" if limits["sparse"] else "unreadable")


def end(code: str) -> NoReturn:
    tell({"refused": code})
    sys.exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
