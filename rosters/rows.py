"""What becomes of one row: valid, rejected with all its errors, a duplicate, skipped, or nothing.

Cross-checks: sex and birth date against the number, and the number against earlier rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from rosters.cells import SHORT, Cell, Cells, folded, is_blank, letter, text_of, unspaced
from rosters.columns import (
    BIRTH,
    BY_NAME,
    NUMBER,
    SEX,
    TELLS_NOTHING,
    Column,
    Doubt,
    Fault,
    Known,
    Value,
    bare_number,
    clean_number,
)
from rosters.header import Header
from rosters.seen import Seen

_NOT_PEOPLE = (
    *("合计", "小计", "总计", "共计", "填表", "注", "说明"),
    *("制表", "审核", "负责人"),
)
# Short texts of a column of which is remembered what became of them: the same few come again.
REMEMBERED = 2048
_OWN: frozenset[int] = frozenset()
_SEX_WORDS = {"1": "男", "2": "女"}


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning of one cell."""

    row: int
    column: str
    code: str
    message: str


@dataclass(slots=True)
class Valid:
    """`values` by field of the entry; an empty cell has none."""

    row: int
    number: str
    values: dict[str, Value]
    warnings: list[Finding]


@dataclass(slots=True)
class Rejected:
    row: int
    errors: list[Finding]


@dataclass(slots=True)
class Duplicate:
    row: int
    error: Finding


@dataclass(slots=True)
class Skipped:
    row: int


Outcome = Valid | Rejected | Duplicate | Skipped


Cleaned = Value | Doubt | Fault
_Clean = Callable[[Cell], Cleaned]
# Of a column: its place, name and field, how a cell is cleaned (with and without remembering), and
# what is at odds with the number.
_Reading = tuple[int, str, str, _Clean, _Clean, Callable[[Value, str], str] | None]


@dataclass
class RowReader:
    """Reads the rows of one file in their order, and remembers which numbers it has seen."""

    header: Header
    known: Known
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        in_order = sorted((at, name) for name, at in self.header.columns.items())
        self._columns = [at for at, _ in in_order]
        self._number_at = self.header.columns[NUMBER]
        self._told = [self._reading(at, BY_NAME[name]) for at, name in in_order]
        self._words = {unspaced(word.shown) for word in self.header.words.values()}

    def _reading(self, at: int, column: Column) -> _Reading:
        def clean(cell: Cell) -> Cleaned:
            try:
                return column.clean(cell, self.known)
            except Fault as fault:
                return fault.with_traceback(None)

        at_odds = _CROSS_CHECKS.get(column.name)
        return at, column.name, column.field, clean, lru_cache(REMEMBERED)(clean), at_odds

    def read(self, row: int, cells: Cells, merged: Iterable[int] = ()) -> Outcome | None:
        """`merged`: the columns whose value comes from a cell merged over several rows.

        None: the row is blank, or no known column holds anything of its own.
        """
        not_own = frozenset(merged) if merged else _OWN
        for at, cell in enumerate(cells):
            if not is_blank(cell) and at not in not_own:
                word = unspaced(text_of(cell))
                break
        else:
            return None
        if word.startswith(_NOT_PEOPLE) or (word in self._words and self._is_header(cells)):
            return Skipped(row)
        for at in self._columns:
            if at < len(cells) and at not in not_own and not is_blank(cells[at]):
                return self._person(row, cells)
        return None

    def _is_header(self, cells: Cells) -> bool:
        """Every filled cell repeats the word over its column."""
        words = self.header.words
        return all(
            at in words and folded(cell) in (words[at].folded, folded(words[at].shown))
            for at, cell in enumerate(cells)
            if not is_blank(cell)
        )

    def _person(self, row: int, cells: Cells) -> Outcome:
        errors: list[Finding] = []
        warnings: list[Finding] = []
        values: dict[str, Value] = {}
        number, fault = self._number(cells)
        if number and (earlier := self.seen.before(number, row)):
            message = f"与第 {earlier} 行是同一公民身份号码,本行未采用。请核对后删去一行。"
            return Duplicate(row, Finding(row, NUMBER, "duplicate_in_file", message))
        width = len(cells)
        for at, name, told, clean, remembered, at_odds in self._told:
            cell = cells[at] if at < width else None
            if at == self._number_at:
                value: Cleaned = fault
            else:
                is_usual = isinstance(cell, str) and len(cell) <= SHORT
                value = remembered(cell) if is_usual else clean(cell)
            if value is None:
                continue
            if isinstance(value, (Fault, Doubt)):
                if isinstance(value, Fault):
                    errors.append(Finding(row, name, value.code, str(value)))
                    continue
                warnings.append(Finding(row, name, value.code, value.message))
                value = value.value
            if at_odds and number and (message := at_odds(value, number)):
                errors.append(Finding(row, name, _MISMATCHES[name], message))
            values[told] = value
        if errors:
            return Rejected(row, errors)
        if isinstance(values.get("birth_date"), tuple):
            values["birth_date"] = _birth_of(number)
        return Valid(row, number, values, warnings)

    def _number(self, cells: Cells) -> tuple[str, Fault | None]:
        """The number, or as much of one as may be compared; with its fault."""
        at = self._number_at
        cell = cells[at] if at < len(cells) else None
        try:
            return str(clean_number(cell, self.known)), None
        except Fault as fault:
            return "" if fault.code in TELLS_NOTHING else bare_number(cell), fault


def _birth_of(number: str) -> datetime.date:
    return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _sex_at_odds(sex: Value, number: str) -> str:
    by_number = "1" if int(number[16]) % 2 else "2"
    if sex == by_number:
        return ""
    return (
        f"性别填的是{_SEX_WORDS[str(sex)]},公民身份号码第 17 位表示"
        f"{_SEX_WORDS[by_number]}。请核对两格,改正写错的一格。"
    )


def _birth_at_odds(birth: Value, number: str) -> str:
    if isinstance(birth, tuple):
        year, month = birth
        told, by_number = f"{year:04d}-{month:02d}", f"{number[6:10]}-{number[10:12]}"
    else:
        told = birth.isoformat() if isinstance(birth, datetime.date) else ""
        by_number = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    if told == by_number:
        return ""
    return f"出生日期填的是 {told},公民身份号码表示 {by_number}。请核对两格,改正写错的一格。"


_CROSS_CHECKS = {SEX: _sex_at_odds, BIRTH: _birth_at_odds}
_MISMATCHES = {SEX: "sex_mismatch", BIRTH: "birth_mismatch"}


def place(finding: Finding, header: Header) -> str:
    """The cell of a finding, as the sheet names it."""
    return f"{letter(header.columns[finding.column])}{finding.row}"
