"""One sheet a table: numbers as numbers, heads in Chinese, print areas set.

The same snapshot gives the same bytes: the book says when the snapshot was built, not when it was
written. Text is written as text, so nothing that was typed anywhere begins a formula.
"""

import io
import re
from datetime import datetime
from typing import Any

import xlsxwriter

from reports.figures import Column, Figures, Number, Row, Table

LONGEST_SHEET_NAME = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\()()]")
_TITLE_ROW, _HEADING_ROW, _HEAD_ROW = 0, 1, 2
_FIRST_WIDTH, _WIDTH = 26, 11
_WIDE = 9


def render(figures: Figures) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {
            "title": f"凯里市{figures.year}年非户籍人口落户情况统计表",
            "created": datetime.fromisoformat(figures.built_at).replace(tzinfo=None),
        }
    )
    formats = _formats(book)
    names: set[str] = set()
    for table in figures.tables:
        sheet = book.add_worksheet(_sheet_name(table.title, names))
        _write(sheet, table, figures, formats)
    book.close()
    return out.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    line = {"border": 1, "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
        "heading": book.add_format({"align": "center", "font_color": "#444444"}),
        "head": book.add_format(
            line | {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#eef2f7"}
        ),
        "text": book.add_format(line),
        "whole": book.add_format(line | {"num_format": "#,##0"}),
        "part": book.add_format(line | {"num_format": "0.00"}),
        "note": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 characters, none that a sheet may not have, and no name twice."""
    plain = _NOT_IN_A_NAME.sub("", title)[:LONGEST_SHEET_NAME]
    name, number = plain, 2
    while name in taken:
        name = f"{plain[: LONGEST_SHEET_NAME - 3]}{number}"
        number += 1
    taken.add(name)
    return name


def _write(sheet: Any, table: Table, figures: Figures, formats: dict[str, Any]) -> None:
    last = len(table.columns)
    for row, text, style in (
        (_TITLE_ROW, table.title, "title"),
        (_HEADING_ROW, table.heading, "heading"),
    ):
        if last:
            sheet.merge_range(row, 0, row, last, "", formats[style])
        sheet.write_string(row, 0, text, formats[style])
    sheet.write_string(_HEAD_ROW, 0, table.row_title, formats["head"])
    for place, column in enumerate(table.columns, start=1):
        sheet.write_string(_HEAD_ROW, place, column.title, formats["head"])
    at = _HEAD_ROW + 1
    for row in table.rows:
        _write_row(sheet, at, row, table.columns, formats)
        at += 1
    for note in (*table.notes, _foot(figures)):
        sheet.write_string(at, 0, f"注:{note}", formats["note"])
        at += 1
    _page(sheet, at - 1, last)


def _write_row(
    sheet: Any, at: int, row: Row, columns: tuple[Column, ...], formats: dict[str, Any]
) -> None:
    sheet.write_string(at, 0, row.title, formats["text"])
    for place, _ in enumerate(columns, start=1):
        _write_cell(sheet, at, place, row.cells[place - 1], formats)


def _write_cell(sheet: Any, at: int, place: int, cell: Number, formats: dict[str, Any]) -> None:
    if cell is None:
        sheet.write_blank(at, place, None, formats["text"])
    elif isinstance(cell, str):
        sheet.write_string(at, place, cell, formats["text"])
    else:
        sheet.write_number(at, place, cell, formats["part" if isinstance(cell, float) else "whole"])


def _foot(figures: Figures) -> str:
    kind = f"定稿第 {figures.version} 版" if figures.final else "草稿"
    return f"{kind},生成时间 {figures.built_at[:16].replace('T', ' ')}。"


def _page(sheet: Any, last_row: int, last_column: int) -> None:
    sheet.set_column(0, 0, _FIRST_WIDTH)
    sheet.set_column(1, max(1, last_column), _WIDTH)
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    sheet.set_paper(9)
    if last_column > _WIDE:
        sheet.set_landscape()
    sheet.repeat_rows(_HEAD_ROW)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_footer("&C第 &P 页,共 &N 页")
