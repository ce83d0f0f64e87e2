"""The rejected rows back as a workbook: as they were, faulty cells marked, reasons behind them.

Title and header stand above, so that the mended workbook can be uploaded as it is. Text is
written as text: nothing that came in begins a formula, neither when the file is opened nor when
such a cell is edited.
"""

import datetime
import math
from collections.abc import Iterable
from pathlib import Path

from rosters.cells import Cell, is_blank, text_of
from rosters.header import Header
from rosters.rows import Duplicate, Finding, Outcome, Rejected
from rosters.streamed_workbook import StreamedWorkbook, Style
from rosters.workbook import Head

REASON = "错误原因"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTH, _REASON_WIDTH = 16, 60
_STYLES = {
    "plain": Style(text=True),
    "number": Style(),
    "day": Style(day=True),
    "guarded": Style(text=True, quoted=True),
    "header": Style(bold=True, underlined=True),
    "reason": Style(red=True),
    "faulty plain": Style(text=True, red=True, marked=True),
    "faulty number": Style(red=True, marked=True),
    "faulty day": Style(day=True, red=True, marked=True),
    "faulty guarded": Style(text=True, quoted=True, red=True, marked=True),
}

Written = list[tuple[int, Cell, str]]


class ErrorsWorkbook:
    """Begun with the first row that goes back; where none does, no file is made."""

    def __init__(self, path: Path, head: Head, header: Header) -> None:
        self._path, self._head, self._header = path, head, header
        self._book: StreamedWorkbook | None = None
        # A reason of an earlier round is not handed back a second time.
        words = header.words.items()
        self._dropped = {at for at, word in words if word.shown == REASON}
        kept = [at for at in header.words if at not in self._dropped]
        self._reason_at = max(kept) + 1

    def add(self, cells: list[Cell], outcome: Outcome) -> None:
        if isinstance(outcome, Rejected):
            self._returned(cells, outcome.errors)
        elif isinstance(outcome, Duplicate):
            self._returned(cells, [outcome.error])

    def close(self) -> None:
        if self._book:
            self._book.close()

    def discard(self) -> None:
        """The file as a whole is refused after all: nothing of it is handed back."""
        if self._book:
            self._path.unlink(missing_ok=True)

    def _returned(self, cells: list[Cell], errors: list[Finding]) -> None:
        book = self._book or self._begin()
        faulty = {self._header.columns[error.column] for error in errors}
        reasons = ";".join(f"{error.column}:{error.message}" for error in errors)
        book.add([*self._row(cells, faulty), (self._reason_at, reasons, "reason")])

    def _begin(self) -> StreamedWorkbook:
        widths = [_WIDTH] * self._reason_at + [_REASON_WIDTH]
        book = self._book = StreamedWorkbook(self._path, _STYLES, widths, "退回的行")
        for row in range(1, self._header.top):
            book.add(self._row(self._head.rows.get(row, []), frozenset()))
        words: Written = [
            (at, word.shown, "header")
            for at, word in sorted(self._header.words.items())
            if at not in self._dropped
        ]
        book.add([*words, (self._reason_at, REASON, "header")])
        return book

    def _row(self, cells: list[Cell], faulty: Iterable[int]) -> Written:
        """The cells under the header; an empty cell that is faulty is marked, too."""
        marked, written = set(faulty), []
        for at in range(self._reason_at):
            cell = cells[at] if at < len(cells) and at not in self._dropped else None
            if not is_blank(cell) or at in marked:
                written.append(_styled(at, cell, "faulty " if at in marked else ""))
        return written


def _styled(at: int, cell: Cell, mark: str) -> tuple[int, Cell, str]:
    if cell is None or cell == "":
        return at, None, f"{mark}plain"
    if isinstance(cell, datetime.date) and cell.year >= 1900:
        return at, cell, f"{mark}day"
    if isinstance(cell, (int, float)) and math.isfinite(cell):
        return at, cell, f"{mark}number"
    text = cell if isinstance(cell, str) else text_of(cell)
    return at, text, f"{mark}guarded" if text.startswith(_BEGINS_A_FORMULA) else f"{mark}plain"
