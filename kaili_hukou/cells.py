"""What a cell of a spreadsheet says: a number, a day, days, a text; else a sentence. Pure.

A number that a spreadsheet has rounded is never guessed: its last digits are gone.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from typing import Final

from kaili_hukou import identity

# A spreadsheet keeps fifteen digits of a number.
KEPT_DIGITS: Final = 15
_ROUNDED = re.compile(r"[+]?[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]+")
_LOST = (
    "单元格里是数值(或科学记数),超过 15 位的部分已丢失,无法恢复。请把这一列设为文本格式,"
    "按证件重新录入 18 位号码。"
)
_DAY = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))")
_SEVERAL = re.compile(r"[、,;\n]+")
_REMARK = re.compile(r"[((\[【〔<].*?[))\]】〕>]")
_PREFIX = re.compile(r"^[0-9]+[.、]")
EARLIEST, LATEST = 1900, 2100


class CellError(ValueError):
    """What is wrong with a cell; `code` as in the contract of the rosters."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def text_of(cell: object) -> str:
    """The text without white space around it; a whole number without its nought after the point."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return number_text(cell)
    return str(cell).replace("\0", "").strip()


def number_text(number: float) -> str:
    """The digits of a number without a nought after the point; none of what is no number."""
    if not isinstance(number, float):
        return str(number)
    if not math.isfinite(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def header_of(cell: object) -> str:
    """A column's title as it is compared: no white space, remark, star, colon or numbering."""
    folded = unicodedata.normalize("NFKC", text_of(cell)).replace("*", "")
    plain = _PREFIX.sub("", "".join(_REMARK.sub("", folded).split()))
    return plain.rstrip(":")


def number_of(cell: object, on: datetime.date) -> identity.Identity:
    """The citizen identity number; CellError with the first fault."""
    return identity.check(checked_number(cell, text_of(cell), on), on)


def checked_number(cell: object, text: str, on: datetime.date) -> str:
    """The folded number that stands in a cell, whose `text` each app reads in its own way."""
    if isinstance(cell, (int, float)) and abs(cell) >= 10**KEPT_DIGITS:
        raise CellError("precision_lost", _LOST)
    try:
        return identity.checked(text, on)
    except identity.IdentityError as fault:
        if _ROUNDED.fullmatch(identity.fold(text)):
            raise CellError("precision_lost", _LOST) from None
        raise CellError(fault.code, str(fault)) from None


def day_of(cell: object) -> datetime.date:
    """A date cell, or text such as 2021-3-7, 2021/03/07, 2021.3.7, 2021年3月7日, 20210307."""
    if isinstance(cell, datetime.datetime):
        return _in_range(cell.date())
    if isinstance(cell, datetime.date):
        return _in_range(cell)
    text = unicodedata.normalize("NFKC", text_of(cell)).replace(" ", "")
    if not text:
        raise CellError("missing", "日期为空,请填写。")
    found = _DAY.fullmatch(text)
    parts = [int(part) for part in found.groups() if part] if found else []
    try:
        return _in_range(datetime.date(*parts))
    except (ValueError, TypeError) as fault:
        if isinstance(fault, CellError):
            raise
        shown = text[:20]
        raise CellError(
            "bad_value", f"「{shown}」不是日期,应写成 2021-03-07 的样子,请核对。"
        ) from None


def days_of(cell: object) -> list[datetime.date]:
    """Several days in one cell, with 、 or a comma between them; an empty cell has none."""
    if isinstance(cell, datetime.date):
        return [day_of(cell)]
    text = unicodedata.normalize("NFKC", text_of(cell))
    return [day_of(part) for part in _SEVERAL.split(text) if part.strip()]


def _in_range(day: datetime.date) -> datetime.date:
    if not EARLIEST <= day.year <= LATEST:
        raise CellError("bad_value", f"年份 {day.year} 应在 {EARLIEST} 至 {LATEST} 之间,请核对。")
    return day
