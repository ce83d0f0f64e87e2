"""A workbook in memory from plain rows: text stays text, no cell is ever a formula."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

LONGEST_TEXT = 32_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {
    # No temporary file: what goes out is of people and never lies on a disk in clear.
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: what stands above, the headings with their widths, and the rows as they come."""

    title: str
    headings: tuple[tuple[str, int], ...]
    rows: Iterable[Iterable[Any]]
    above: tuple[str, ...] = field(default=())


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The bytes of an .xlsx; the rows of each sheet are read once, in the order of the sheets."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    forms = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "guarded": book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True}),
        "number": book.add_format({"valign": "top"}),
    }
    for told in sheets:
        _write(book.add_worksheet(told.title), told, forms)
    book.close()
    return out.getvalue()


def _write(sheet: Any, told: Sheet, forms: dict[str, Any]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    top = len(told.above)
    for place, line in enumerate(told.above):
        _cell(sheet, place, 0, line, forms)
    for column, (heading, width) in enumerate(told.headings):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, heading, forms["head"])
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)
    for number, row in enumerate(told.rows, start=top + 1):
        for column, value in enumerate(row):
            _cell(sheet, number, column, value, forms)


def _cell(sheet: Any, row: int, column: int, value: Any, forms: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(row, column, value, forms["number"])
        return
    text = _clean(str(value))
    form = "guarded" if text.startswith(_BEGINS_A_FORMULA) else "text"
    sheet.write_string(row, column, text, forms[form])


def _clean(text: str) -> str:
    """Cut to what a cell holds; what is no character of a text is left out."""
    kept = (mark for mark in text[:LONGEST_TEXT] if mark >= " " or mark in "\n\t\r")
    return "".join(kept).encode("utf-8", "replace").decode()
