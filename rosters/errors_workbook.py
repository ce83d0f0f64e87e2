"""The rejected rows back as a workbook: as they were, faulty cells marked, reasons behind them.

Title and header stand above, so that the mended workbook can be uploaded as it is. Text is
written as text: nothing that came in begins a formula, neither when the file is opened nor when
such a cell is edited.
"""

import datetime
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

from rosters.cells import Cell, is_blank, text_of
from rosters.header import Header
from rosters.rows import Duplicate, Finding, Outcome, Rejected
from rosters.workbook import Head

REASON = "错误原因"
LONGEST_TEXT = 32_767
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTH, _REASON_WIDTH = 16, 60


class ErrorsWorkbook:
    """Begun with the first row that goes back; where none does, no file is made."""

    def __init__(self, path: Path, head: Head, header: Header) -> None:
        self._path, self._head, self._header = path, head, header
        self._book: Any = None
        self._next = 0
        # A reason of an earlier round is not handed back a second time.
        words = header.words.items()
        self._dropped = {at for at, word in words if word.shown == REASON}
        kept = [at for at in header.words if at not in self._dropped]
        self._reason_at = max(kept) + 1

    def add(self, cells: list[Cell], outcome: Outcome) -> None:
        if isinstance(outcome, Rejected):
            self._row(cells, outcome.errors)
        elif isinstance(outcome, Duplicate):
            self._row(cells, [outcome.error])

    def close(self) -> None:
        if self._book:
            self._book.close()

    def _row(self, cells: list[Cell], errors: Iterable[Finding]) -> None:
        if self._book is None:
            self._begin()
        errors = list(errors)
        faulty = {self._header.columns[error.column] for error in errors}
        self._write(cells, faulty)
        reasons = ";".join(f"{error.column}:{error.message}" for error in errors)
        self._text(self._next, self._reason_at, reasons, self._formats["reason"])
        self._next += 1

    def _begin(self) -> None:
        self._book = xlsxwriter.Workbook(
            str(self._path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        add = self._book.add_format
        plain: dict[str, Any] = {"num_format": "@"}
        day: dict[str, Any] = {"num_format": "yyyy-mm-dd"}
        faulty = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
        self._formats = {
            "plain": add(plain),
            "number": add({}),
            "day": add(day),
            "header": add({"bold": True, "bottom": 1}),
            "reason": add({"font_color": "#9C0006"}),
            "faulty plain": add(plain | faulty),
            "faulty number": add(faulty),
            "faulty day": add(day | faulty),
            "guarded": add(plain | {"quote_prefix": True}),
            "faulty guarded": add(plain | faulty | {"quote_prefix": True}),
        }
        self._sheet = self._book.add_worksheet()
        self._sheet.set_column(0, self._reason_at - 1, _WIDTH)
        self._sheet.set_column(self._reason_at, self._reason_at, _REASON_WIDTH)
        self._title_and_header()

    def _title_and_header(self) -> None:
        for row in range(1, self._header.top):
            self._write(self._head.rows.get(row, []), frozenset())
            self._next += 1
        for at, word in self._header.words.items():
            if at not in self._dropped:
                self._text(self._next, at, word.shown, self._formats["header"])
        self._text(self._next, self._reason_at, REASON, self._formats["header"])
        self._next += 1

    def _write(self, cells: list[Cell], faulty: Iterable[int]) -> None:
        """The cells under the header; an empty cell that is faulty is marked, too."""
        marked = set(faulty)
        for at in range(self._reason_at):
            cell = cells[at] if at < len(cells) and at not in self._dropped else None
            if not is_blank(cell) or at in marked:
                self._cell(at, cell, "faulty " if at in marked else "")

    def _cell(self, at: int, cell: Cell, mark: str) -> None:
        if cell is None or cell == "":
            self._sheet.write_blank(self._next, at, None, self._formats[f"{mark}plain"])
        elif isinstance(cell, datetime.date) and cell.year >= 1900:
            self._sheet.write_datetime(self._next, at, cell, self._formats[f"{mark}day"])
        elif isinstance(cell, (int, float)) and math.isfinite(cell):
            self._sheet.write(self._next, at, cell, self._formats[f"{mark}number"])
        else:
            written = cell if isinstance(cell, str) else text_of(cell)
            guarded = "guarded" if written.startswith(_BEGINS_A_FORMULA) else "plain"
            self._text(self._next, at, written, self._formats[mark + guarded])

    def _text(self, row: int, at: int, text: str, form: Any) -> None:
        text = text.encode("utf-8", "replace").decode()[:LONGEST_TEXT]
        self._sheet.write_string(row, at, text, form)
