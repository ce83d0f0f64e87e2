"""What becomes of one row: valid, rejected with all its errors, a duplicate, skipped, or nothing.

Cross-checks: sex and birth date against the number, and the number against earlier rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from rosters.cells import Cell, Cells, folded, is_blank, letter, text_of, unspaced
from rosters.columns import (
    BIRTH,
    BY_NAME,
    NUMBER,
    SEX,
    TELLS_NOTHING,
    Doubt,
    Fault,
    Known,
    Value,
    bare_number,
)
from rosters.header import Header

_NOT_PEOPLE = (
    *("合计", "小计", "总计", "共计", "填表", "注", "说明"),
    *("制表", "审核", "负责人"),
)
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


@dataclass
class RowReader:
    """Reads the rows of one file in their order, and remembers which numbers it has seen."""

    header: Header
    known: Known
    seen: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        in_order = sorted((at, name) for name, at in self.header.columns.items())
        self._columns = [(at, BY_NAME[name]) for at, name in in_order]
        self._number_at = self.header.columns[NUMBER]
        self._words = {unspaced(word.shown) for word in self.header.words.values()}

    def read(self, row: int, cells: Cells, merged: Iterable[int] = ()) -> Outcome | None:
        """`merged`: the columns whose value comes from a cell merged over several rows.

        None: the row is blank, or no known column holds anything of its own.
        """
        not_own = frozenset(merged)
        first = next(
            (c for at, c in enumerate(cells) if not is_blank(c) and at not in not_own), None
        )
        if first is None:
            return None
        word = unspaced(text_of(first))
        if word.startswith(_NOT_PEOPLE) or (word in self._words and self._is_header(cells)):
            return Skipped(row)
        if not any(
            at < len(cells) and at not in not_own and not is_blank(cells[at])
            for at, _ in self._columns
        ):
            return None
        return self._person(row, cells)

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
        if number and (earlier := self._seen_before(number, row)):
            message = f"与第 {earlier} 行是同一公民身份号码,本行未采用。请核对后删去一行。"
            return Duplicate(row, Finding(row, NUMBER, "duplicate_in_file", message))
        for at, column in self._columns:
            cell: Cell = cells[at] if at < len(cells) else None
            if at == self._number_at:
                if fault:
                    errors.append(Finding(row, NUMBER, fault.code, str(fault)))
                continue
            try:
                value = column.clean(cell, self.known)
            except Fault as wrong:
                errors.append(Finding(row, column.name, wrong.code, str(wrong)))
                continue
            if isinstance(value, Doubt):
                warnings.append(Finding(row, column.name, value.code, value.message))
                value = value.value
            if value is None:
                continue
            if number and column.name in _CROSS_CHECKS:
                message = _CROSS_CHECKS[column.name](value, number)
                if message:
                    errors.append(Finding(row, column.name, _MISMATCHES[column.name], message))
            values[column.field] = value
        if errors:
            return Rejected(row, errors)
        if "birth_date" in values:
            values["birth_date"] = _birth_of(number)
        return Valid(row, number, values, warnings)

    def _number(self, cells: Cells) -> tuple[str, Fault | None]:
        """The number, or as much of one as may be compared; with its fault."""
        at = self._number_at
        cell = cells[at] if at < len(cells) else None
        try:
            return str(BY_NAME[NUMBER].clean(cell, self.known)), None
        except Fault as fault:
            return "" if fault.code in TELLS_NOTHING else bare_number(cell), fault

    def _seen_before(self, number: str, row: int) -> int:
        """The earlier row with this number, or 0. As an integer it takes a third of the room."""
        key = int(number[:17]) * 11 + (10 if number[17] == "X" else int(number[17]))
        earlier = self.seen.setdefault(key, row)
        return 0 if earlier == row else earlier


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
