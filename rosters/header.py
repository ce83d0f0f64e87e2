"""Where the table of a sheet begins, and which of its columns is what.

The header is the first row among the sheet's first twenty that names both required columns. It
may take two rows (or three) where cells are merged: the lowest word of a column counts. Rows and
columns of merged ranges are as in `Merged`: rows from 1, columns from 0, ends included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from rosters.cells import Cells, folded, is_blank, letter, text_of, unspaced
from rosters.columns import (
    BY_NAME,
    COLUMNS,
    HEAD_NAME,
    HEAD_NUMBERS,
    NAME,
    NUMBER,
    REQUIRED,
    Column,
)

SEARCHED_ROWS = 20
LONGEST_KEY = 90
_DEEPEST = 3


class Merged(NamedTuple):
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Word:
    """The word over one column: as written, and as compared."""

    shown: str
    folded: str


@dataclass(frozen=True, slots=True)
class Header:
    """`row` is the lower row of the header; `columns` gives the sheet's column by known name."""

    top: int
    row: int
    columns: Mapping[str, int]
    words: Mapping[int, Word]

    @property
    def letters(self) -> dict[str, str]:
        return {name: letter(self.columns[name]) for name in BY_NAME if name in self.columns}

    @property
    def ignored(self) -> list[str]:
        """The words of columns that are not stored, in the sheet's order."""
        used = set(self.columns.values())
        return [self.words[at].shown for at in sorted(self.words) if at not in used]


# How words are read, as somebody settled by hand: by `keys` the known name, empty: not kept.
ReadAs = Mapping[str, str]
NOTHING: ReadAs = MappingProxyType({})


def find_header(
    rows: Mapping[int, Cells], merged: Sequence[Merged] = (), read_as: ReadAs = NOTHING
) -> Header | None:
    """The header among the first rows of a sheet, by row number; None: there is none."""
    for row in range(1, SEARCHED_ROWS + 1):
        if row in rows:
            for bottom, words in _readings(rows, row, merged, read_as):
                columns = assigned(words, read_as)
                if columns is not None:
                    return Header(row, bottom, columns, words)
    return None


def keys(words: Mapping[int, str]) -> dict[int, str]:
    """By column what its word is remembered by: folded, the second of the same as 姓名#2."""
    seen: Counter[str] = Counter()
    told = {}
    for at in sorted(words):
        word = folded(words[at])[:LONGEST_KEY]
        seen[word] += 1
        told[at] = word if seen[word] == 1 else f"{word}#{seen[word]}"
    return told


Reading = tuple[int, dict[int, Word]]


def _readings(
    rows: Mapping[int, Cells], top: int, merged: Sequence[Merged], read_as: ReadAs
) -> Iterator[Reading]:
    """The header that begins in this row: over several rows where cells are merged, else alone."""
    bottom = _bottom(rows, top, merged, read_as)
    if bottom > top:
        yield bottom, _words(rows, range(top, bottom + 1), merged)
    yield top, _words(rows, range(top, top + 1), merged)


def _bottom(rows: Mapping[int, Cells], top: int, merged: Sequence[Merged], read_as: ReadAs) -> int:
    deep = [
        area.bottom
        for area in merged
        if area.top == top < area.bottom < top + _DEEPEST and _filled(rows, top, area.left)
    ]
    if deep:
        return min(max(deep), SEARCHED_ROWS)
    groups = [area for area in merged if area.top == area.bottom == top and area.right > area.left]
    below = [at for at, cell in enumerate(rows.get(top + 1, ())) if not is_blank(cell)]
    if not groups or not below or top == SEARCHED_ROWS:
        return top
    under = [at for at in below if any(area.left <= at <= area.right for area in groups)]
    bare = assigned(_words(rows, range(top, top + 1), merged), read_as) is None
    return top + 1 if bare or (len(under) == len(below) > 1) else top


def _filled(rows: Mapping[int, Cells], row: int, at: int) -> bool:
    cells = rows.get(row, ())
    return at < len(cells) and not is_blank(cells[at])


def _words(rows: Mapping[int, Cells], block: range, merged: Sequence[Merged]) -> dict[int, Word]:
    """The lowest word of each column; below 户主信息, 姓名 is the head's."""
    words: dict[int, Word] = {}
    for row in block:
        for at, cell in enumerate(rows.get(row, ())):
            if not is_blank(cell):
                group = _group_over(rows, block, merged, row, at)
                words[at] = _of_head(Word(unspaced(text_of(cell)), folded(cell)), group)
    return dict(sorted(words.items()))


def _group_over(
    rows: Mapping[int, Cells], block: range, merged: Sequence[Merged], row: int, at: int
) -> str:
    for area in merged:
        if block.start <= area.top < row and area.left <= at <= area.right != area.left:
            cells = rows.get(area.top, ())
            return folded(cells[area.left]) if area.left < len(cells) else ""
    return ""


_OF_HEAD = {NAME: "户主姓名", NUMBER: "户主身份证号", "联系电话": "户主电话"}


def _of_head(word: Word, group: str) -> Word:
    if group.startswith("户主"):
        for name, heads in _OF_HEAD.items():
            if any(word.folded in tier for tier in BY_NAME[name].tiers):
                return Word(heads, heads)
    return word


def assigned(words: Mapping[int, Word], read_as: ReadAs = NOTHING) -> dict[str, int] | None:
    """Which column is what; None where a required one is missing.

    What was settled by hand comes first; only the other columns are read by their words.
    """
    columns, left = _settled(words, read_as) if read_as else ({}, words)
    for column in COLUMNS:
        found = None if column.name in columns else _found(left, column, columns)
        if found is not None:
            columns[column.name] = found
    _take_from_head(left, columns)
    return columns if all(name in columns for name in REQUIRED) else None


def _settled(words: Mapping[int, Word], read_as: ReadAs) -> tuple[dict[str, int], dict[int, Word]]:
    """The columns that somebody settled by hand, and the words that nobody did."""
    columns: dict[str, int] = {}
    left = dict(words)
    for at, key in keys({at: word.shown for at, word in words.items()}).items():
        name = read_as.get(key)
        if name is not None and name not in columns:
            del left[at]
            if name in BY_NAME:
                columns[name] = at
    return columns, left


def _found(words: Mapping[int, Word], column: Column, columns: Mapping[str, int]) -> int | None:
    for tier in column.tiers:
        hits = _hits(words, tier)
        if hits and column.name == NUMBER:
            beside = [at for at in hits if at > columns.get(NAME, -1)]
            return (beside or hits)[0]
        if hits:
            return hits[0]
    return None


def _hits(words: Mapping[int, Word], tier: frozenset[str]) -> list[int]:
    return [at for at, word in words.items() if word.folded in tier]


def _take_from_head(words: Mapping[int, Word], columns: dict[str, int]) -> None:
    """户主姓名 and 户主身份证号 are the person's where nothing else could be.

    The head's number is not taken for a member of whom the file tells only the name.
    """
    if NAME not in columns and HEAD_NAME in columns:
        columns[NAME] = columns.pop(HEAD_NAME)
    if NUMBER not in columns and HEAD_NAME not in columns:
        hits = [at for tier in HEAD_NUMBERS for at in _hits(words, tier)]
        if hits:
            columns[NUMBER] = hits[0]
