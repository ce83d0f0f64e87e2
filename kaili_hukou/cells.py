"""What a cell of a spreadsheet says: a number, a day, days, a text; else a sentence. Pure.

A number that a spreadsheet has rounded is never guessed: its last digits are gone.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Final

from kaili_hukou import identity

# A spreadsheet keeps fifteen digits of a number.
KEPT_DIGITS: Final = 15
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
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
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).replace("\0", "").strip()


def header_of(cell: object) -> str:
    """A column's title as it is compared: no white space, remark, star, colon or numbering."""
    folded = unicodedata.normalize("NFKC", text_of(cell)).replace("*", "")
    plain = _PREFIX.sub("", "".join(_REMARK.sub("", folded).split()))
    return plain.rstrip(":")


def number_of(cell: object, on: datetime.date) -> identity.Identity:
    """The citizen identity number; CellError with the first fault."""
    if isinstance(cell, bool):
        cell = ""
    rounded = isinstance(cell, int | float) and abs(cell) >= 10**KEPT_DIGITS
    text = text_of(cell)
    if rounded or _ROUNDED.fullmatch(unicodedata.normalize("NFKC", text)):
        raise CellError(
            "precision_lost",
            "公民身份号码以数字格式保存,15 位以后已经丢失,无法还原。请把这一列设为文本格式,"
            "按证件重新填写 18 位号码。",
        )
    try:
        return identity.check(text, on)
    except identity.IdentityError as fault:
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
