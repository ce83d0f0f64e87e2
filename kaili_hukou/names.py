"""Names of people: one way to write them, and what cannot stand in one.

A name is never normalised by NFKC, which would change compatibility ideographs: a rare character
is somebody's name. Its length is counted in code points.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100
MIDDLE_DOT = "·"

# Always a middle dot; NFKC would not unite these.
_DOTS = "·•‧・･∙⋅●᛫⸱"
# A full stop is one only where no Latin letter or digit stands beside it.
_STOPS = ".．﹒。"
_DOT = re.compile(rf"\s*[{_DOTS}]\s*")
_STOP = re.compile(rf"(?<=[^\x00-\x7f])\s*[{_STOPS}]\s*(?=[^\x00-\x7f])")
# As nearly every name is written: nothing to change, nothing to object to.
_PLAIN = re.compile(r"[\u4e00-\u9fff]{1,30}")
_INVISIBLE_SPACE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"), "")
_WHITE_SPACE = re.compile(r"\s+")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LOST = frozenset("?\uff1f□▯\ufffd")
_SEVERAL = frozenset("、,\uff0c/\uff0f")


def normalise_name(text: str | None) -> str:
    """The name as it is kept: every middle dot ·, no white space but between Latin letters."""
    if text and _PLAIN.fullmatch(text):
        return text
    name = (text or "").translate(_INVISIBLE_SPACE).strip()
    name = _STOP.sub(MIDDLE_DOT, _DOT.sub(MIDDLE_DOT, name))
    return _WHITE_SPACE.sub(_kept_space, name)


def _kept_space(space: re.Match[str]) -> str:
    before, after = space.string[space.start() - 1], space.string[space.end()]
    return " " if _is_latin(before) and _is_latin(after) else ""


def _is_latin(character: str) -> bool:
    return character in ".'-" or unicodedata.name(character, "").startswith("LATIN ")


def check_name(name: str) -> str | None:
    """Why this cannot be a person's name, in Chinese; None: it can. Takes a normalised name."""
    if _PLAIN.fullmatch(name):
        return None
    if not name:
        return "姓名为空,请填写姓名。"
    if len(name) > LONGEST:
        return f"姓名有 {len(name)} 个字,最多 {LONGEST} 个字,请核对。"
    return next(filter(None, map(_fault, name)), None)


def _fault(character: str) -> str | None:
    if character.isdigit():
        return f"姓名中有数字「{character}」,请与证件核对;同名的人不必加编号。"
    if character in _LOST:
        return f"姓名中有「{character}」,可能是丢失的生僻字,请按证件重新录入该字。"
    if character in _SEVERAL:
        return f"姓名中有「{character}」,一格只填一个人,请分开填写。"
    if character in _BIDI:
        return f"姓名中有改变文字方向的控制字符(U+{ord(character):04X}),请删去后重新录入。"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"姓名中有看不见的控制字符(U+{ord(character):04X}),请删去后重新录入。"
    return None


def has_private_use(name: str) -> bool:
    """A private-use character: a rare one in the code of some system, to be looked at (生僻字)."""
    return not _PLAIN.fullmatch(name) and any(
        unicodedata.category(character) == "Co" for character in name
    )
