"""Serial numbers of cards: a prefix and digits that count on. Pure."""

from __future__ import annotations

import re
from typing import Final

_FORM: Final = re.compile(r"([A-Z]{0,6})([0-9]{4,12})")
LARGEST_RUN: Final = 50_000


class SerialError(ValueError):
    """Not a run of serial numbers; the message is Chinese."""


def run(first: str, last: str) -> list[str]:
    """The serial numbers from the first to the last, both included, with leading noughts kept."""
    begin, end = _parts(first), _parts(last)
    if begin[0] != end[0] or len(begin[1]) != len(end[1]):
        raise SerialError(f"起号「{first}」与止号「{last}」的字头或位数不同,请分开登记。")
    low, high = int(begin[1]), int(end[1])
    if high < low:
        raise SerialError(f"止号「{last}」小于起号「{first}」,请核对。")
    if high - low >= LARGEST_RUN:
        raise SerialError(f"一次最多登记 {LARGEST_RUN} 张,请分几次登记。")
    return [f"{begin[0]}{number:0{len(begin[1])}d}" for number in range(low, high + 1)]


def _parts(text: str) -> tuple[str, str]:
    found = _FORM.fullmatch(text.strip().upper())
    if not found:
        raise SerialError(f"「{text.strip()[:30]}」不是证件编号,应为字头加 4 至 12 位数字。")
    return found[1], found[2]
