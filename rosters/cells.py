"""Cells of a sheet as the reader hands them over, and their words folded for comparison."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from kaili_hukou.cells import number_text

Cell = str | float | int | bool | datetime.date | None
Cells = Sequence[Cell]

SHORT = 100
# What a database or a page cannot hold; tab and line break become a blank.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\r\n]+")
_BRACKETS = ("()", "[]", "{}", "<>", "【】", "〔〕", "〖〗", "《》", "〈〉", "「」", "『』", "﹝﹞")
_REMARK = re.compile(
    "|".join(rf"\{pair[0]}[^\{pair[0]}\{pair[1]}]*\{pair[1]}" for pair in _BRACKETS)
)
_BRACKET_MARKS = str.maketrans("", "", "".join(_BRACKETS))
_MARKS = str.maketrans("", "", "*★☆※")
_PREFIX = re.compile(r"^(?:[0-9]+|[a-z]|[一二三四五六七八九十]+)[.、)。](?=.)")


def text_of(cell: Cell) -> str:
    """The words of a cell: a number without its trailing .0, a day as 1990-03-07."""
    if isinstance(cell, str):
        if cell.isprintable() and cell.strip(" ") == cell:
            return cell
        return _BREAKS.sub(" ", _CONTROL.sub("", cell)).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return number_text(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return cell.isoformat(" ") if isinstance(cell, datetime.datetime) else cell.isoformat()


def is_blank(cell: Cell) -> bool:
    if isinstance(cell, str):
        return not cell[:1].isalnum() and not unspaced(cell)
    return cell is None


def unspaced(text: str) -> str:
    """Without white space and invisible characters of any kind."""
    if text.isalnum():
        return text
    return "".join(
        mark
        for mark in text
        if not mark.isspace() and unicodedata.category(mark) not in ("Cf", "Cc")
    )


def folded(cell: Cell) -> str:
    """The words of a header or of a short value, as they are compared.

    White space, line breaks, `*`, remarks in brackets, a colon at the end and a prefix such as
    `1.` are dropped; full-width forms become ASCII, capitals small. What stands in brackets as a
    whole is kept. The same few words come again and again: they are remembered.
    """
    return _remembered(cell) if is_short(cell) else _folded(cell)


def is_short(cell: Cell) -> bool:
    """Such a cell may be remembered: thousands of the longest would not find room."""
    return not isinstance(cell, str) or len(cell) <= SHORT


def _folded(cell: Cell) -> str:
    text = unspaced(unicodedata.normalize("NFKC", text_of(cell))).translate(_MARKS).casefold()
    bare = text
    while (shorter := _REMARK.sub("", bare)) != bare:
        bare = shorter
    bare = _PREFIX.sub("", bare or text.translate(_BRACKET_MARKS))
    return bare.rstrip(":")


_remembered = lru_cache(maxsize=4096, typed=True)(_folded)


def letter(index: int) -> str:
    """The letters of a sheet's column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def place_of(letters: str) -> int:
    """The sheet's column from 0: A is 0, AA is 26."""
    place = 0
    for mark in letters:
        place = place * 26 + ord(mark) - ord("A") + 1
    return place - 1
