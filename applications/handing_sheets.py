"""The 新落户人员移交清单 as a spreadsheet: written with fewest columns, read with suspicion."""

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from applications.models import FollowUp, FollowUpList
from kaili_hukou.actions import Refused

CODE, STATE, DAY, NOTE = "清单行号", "办理情况", "办理日期", "备注"
HEADINGS = (CODE, "姓名", "公民身份号码", "事项", "落户日期", "镇街", STATE, DAY, NOTE)
WIDTHS = (18, 12, 24, 18, 14, 16, 14, 14, 30)
NUMBER = "清单编号"
WORDS = {str(state.label): state.value for state in FollowUp.ANSWERS}
HOW = (
    f"只填右边三栏。{STATE}填:{'、'.join(WORDS)}之一;没有办的留空。{DAY}写成 2026-05-10。"
    "其他栏不要改动,填好后把本文件原样传回。"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 30
HEAD_ROWS = 20
LONGEST_NOTE = 200
# What a broken or hostile file makes the reader raise.
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_FORMULA = tuple("=+-@\t\r")


def written(handed: FollowUpList, rows: Iterable[FollowUp]) -> bytes:
    """The file as it goes to the bureau; every cell is text and none is a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = "移交清单"
    head = (
        ("新落户人员移交清单",),
        (NUMBER, handed.code),
        ("部门、季度", str(handed)),
        ("移交依据", handed.ground),
        ("填写说明", HOW),
        HEADINGS,
    )
    lines = [*head, *(_line(row) for row in rows)]
    for number, line in enumerate(lines, start=1):
        for column, value in enumerate(line, start=1):
            cell = sheet.cell(number, column)
            cell.value = inert(value)
            cell.data_type, cell.number_format = "s", "@"
    for cell in (sheet["A1"], *sheet[len(head)]):
        cell.font = Font(bold=True)
    for heading, width in zip(HEADINGS, WIDTHS, strict=True):
        sheet.column_dimensions["ABCDEFGHI"[HEADINGS.index(heading)]].width = width
    sheet.freeze_panes = f"A{len(head) + 1}"
    choice = DataValidation(type="list", formula1=f'"{",".join(WORDS)}"', allow_blank=True)
    choice.add(f"G{len(head) + 1}:G{max(len(lines), len(head) + 1)}")
    sheet.add_data_validation(choice)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _line(row: FollowUp) -> tuple[str, ...]:
    person = row.member.person
    answered = row.state in FollowUp.ANSWERS
    return (
        row.code,
        person.name,
        person.number,
        row.get_kind_display(),
        row.since.isoformat(),
        row.application.town.name if row.application.town else "",
        row.get_state_display() if answered else "",
        row.answered_on.isoformat() if answered and row.answered_on else "",
        row.note,
    )


def inert(value: str) -> str:
    """Text that a spreadsheet would run is led by an apostrophe."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _as_typed(value: str) -> str:
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet that came back, as its cells stand."""

    number: int
    code: str
    state: str
    day: Any
    note: str
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What came back: the list it says it is, and its rows."""

    list_code: str
    lines: tuple[Line, ...]


def read(content: bytes) -> Sheet:
    """The rows of a file that came back. Refused where it is no such list, too large or broken."""
    if not content:
        raise Refused("文件是空的。请选择填好的移交清单(xlsx 文件)再上传。")
    if len(content) > MOST_BYTES:
        raise Refused(
            f"文件有 {len(content) / 1048576:.1f} MB,上限是 {MOST_BYTES // 1048576} MB。"
            "请上传系统生成的清单原件,不要插入图片。"
        )
    try:
        _look_inside(content)
        rows = _rows(content)
    except BROKEN:
        raise Refused(
            "这个文件不是 Excel 工作簿(xlsx),或已损坏。请用系统生成的清单填写,另存为 xlsx 后上传。"
        ) from None
    return _sheet(rows)


def _look_inside(content: bytes) -> None:
    """A small file may unpack to a huge one, and its text may declare what swells."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise Refused("文件展开后过大,没有读取。请上传系统生成的清单原件。")
        for part in packed.infolist():
            if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(part):
                raise Refused("文件内含不允许的声明,没有读取。请上传系统生成的清单原件。")


def _rows(content: bytes) -> list[list[tuple[Any, bool]]]:
    """The first sheet's cells as (value, is it a formula)."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    rows = [
        [(cell.value, cell.data_type == "f") for cell in row]
        for row in sheet.iter_rows(max_row=MOST_ROWS + HEAD_ROWS + 1, max_col=MOST_COLUMNS)
    ]
    book.close()
    return rows


def _sheet(rows: list[list[tuple[Any, bool]]]) -> Sheet:
    head, places = _heading(rows)
    lines = [
        line
        for number, row in enumerate(rows[head + 1 :], start=head + 2)
        if (line := _read_line(number, row, places)) is not None
    ]
    if len(lines) > MOST_ROWS:
        raise Refused(f"清单超过 {MOST_ROWS} 行,没有读取。请上传系统生成的清单原件。")
    return Sheet(_list_code(rows[:head]), tuple(lines))


def _heading(rows: list[list[tuple[Any, bool]]]) -> tuple[int, dict[str, int]]:
    """The row of headings, and in which column each one stands."""
    for number, row in enumerate(rows[:HEAD_ROWS]):
        words = [text(value) for value, _ in row]
        if CODE in words:
            lacking = [name for name in (STATE, DAY, NOTE) if name not in words]
            if lacking:
                raise Refused(f"表头缺少「{'、'.join(lacking)}」栏。请用系统生成的清单填写。")
            return number, {name: words.index(name) for name in (CODE, STATE, DAY, NOTE)}
    raise Refused(f"没有找到「{CODE}」栏,这不是移交清单。请用系统生成的清单填写后上传。")


def _list_code(rows: list[list[tuple[Any, bool]]]) -> str:
    for row in rows:
        words = [text(value) for value, _ in row]
        if NUMBER in words:
            return next(iter(words[words.index(NUMBER) + 1 :]), "").upper()
    return ""


def _read_line(number: int, row: list[tuple[Any, bool]], places: dict[str, int]) -> Line | None:
    cells = {name: row[at] if at < len(row) else (None, False) for name, at in places.items()}
    if not any(text(value) for value, _ in cells.values()):
        return None
    formula = next((name for name, (_, is_formula) in cells.items() if is_formula), "")
    value = {name: cell[0] for name, cell in cells.items()}
    return Line(
        number=number,
        code=re.sub(r"[\s-]", "", text(value[CODE])).upper(),
        state=text(value[STATE]),
        day=value[DAY],
        note=_as_typed(text(value[NOTE])),
        formula=formula,
    )


def text(value: Any) -> str:
    return "" if value is None else str(value).replace("\0", "").strip()


_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")


def day_of(value: Any) -> datetime.date | None:
    """The day that a cell holds, however it is written; None where it is empty. Else ValueError."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if not text(value):
        return None
    found = _DAY.fullmatch(text(value).removesuffix(" 00:00:00"))
    if found is None:
        raise ValueError("not a day")
    return datetime.date(*(int(part) for part in found.groups()))
