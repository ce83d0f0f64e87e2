"""受理编号: 522601-<station>-<year>-<six digits>-<check character>.

The check character is that of ISO 7064 MOD 37,36 over the letters and digits before it: one wrong
or two swapped neighbouring characters are found.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kaili_hukou.divisions import KAILI

LARGEST_SERIAL = 999_999
STATION_CODE = re.compile(r"[A-Z]{2,6}")
_FORM = re.compile(rf"({KAILI})([A-Z]{{2,6}})([0-9]{{4}})([0-9]{{6}})([0-9A-Z])")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_M = 36
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_LONGEST_ECHO = 40


class ReceiptError(ValueError):
    """The text is no receipt number; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt number whose check character is right; `text` is how it is printed."""

    text: str
    station_code: str
    year: int
    serial: int


def compose(station_code: str, year: int, serial: int) -> str:
    """The number as it is printed on the receipt."""
    if not STATION_CODE.fullmatch(station_code):
        raise ValueError("station_code: two to six capital letters")
    if not (1000 <= year <= 9999 and 1 <= serial <= LARGEST_SERIAL):
        raise ValueError("year: four digits; serial: 1 to 999999")
    parts = (KAILI, station_code, f"{year}", f"{serial:06d}")
    return "-".join((*parts, check_character("".join(parts))))


def check(text: str | None) -> Receipt:
    """The number as it is meant, its check character verified; else ReceiptError."""
    folded = fold(text)
    form = _FORM.fullmatch(folded)
    if not form:
        raise ReceiptError(
            f"{_found(text)}。受理编号形如 522601-DSZ-2026-000187-E,请按受理回执上的编号录入。"
        )
    printed = "-".join(form.groups())
    if check_character(folded[:-1]) != form[5]:
        raise ReceiptError(f"受理编号 {printed} 的校验位不符,至少有一位录错,请与受理回执核对。")
    return Receipt(text=printed, station_code=form[2], year=int(form[3]), serial=int(form[4]))


def fold(text: str | None) -> str:
    """Capital letters and digits alone: full-width forms narrowed, spaces and dashes dropped."""
    narrow = (text or "").translate(_FULL_WIDTH).upper()
    return "".join(character for character in narrow if not _is_filling(character))


def _is_filling(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Pd")


def check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 over capital letters and digits."""
    product = _M
    for character in body:
        product = ((product + _VALUE[character]) % _M or _M) * 2 % (_M + 1)
    return _ALPHABET[(_M + 1 - product) % _M]


def _found(text: str | None) -> str:
    shown = (text or "").strip()
    if not shown:
        return "没有填写受理编号"
    if len(shown) > _LONGEST_ECHO:
        return f"录入的内容有 {len(shown)} 个字符,不是受理编号"
    return f"「{shown}」不是受理编号"
