"""统一社会信用代码 (GB 32100-2015): folded and checked."""

from __future__ import annotations

import re
import unicodedata
from operator import mul

LENGTH = 18
_OLD_LICENCE_LENGTH = 15
# The standard leaves out I, O, S, V and Z.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_MODULUS = len(_ALPHABET)
_WEIGHTS = tuple(pow(3, place, _MODULUS) for place in range(LENGTH - 1))
_FORM = re.compile(rf"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}")
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_AT_HAND = "请对照营业执照核对后重新录入。"


class EnterpriseCodeError(ValueError):
    """The text is no unified social credit code; `code` names the fault, the message is Chinese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def fold(text: str | None) -> str:
    """The code as it is meant: narrow capital letters and digits, no white space, no dash."""
    narrow = (text or "").translate(_FULL_WIDTH).upper()
    return "".join(character for character in narrow if not _is_filling(character))


def check(text: str | None) -> str:
    """The folded code, its check character verified; else EnterpriseCodeError."""
    code = fold(text)
    if not code:
        raise EnterpriseCodeError("missing", "统一社会信用代码为空,请填写营业执照上的 18 位代码。")
    if len(code) == _OLD_LICENCE_LENGTH and code.isdigit():
        raise EnterpriseCodeError(
            "length",
            "这是 15 位的旧注册号,请填写加载统一社会信用代码的营业执照上的 18 位代码。",
        )
    if len(code) != LENGTH:
        found = f"统一社会信用代码应为 18 位,现为 {len(code)} 位。"
        raise EnterpriseCodeError("length", found + _AT_HAND)
    if not _FORM.fullmatch(code):
        raise EnterpriseCodeError("charset", _wrong_character(code) + _AT_HAND)
    if check_character(code) != code[-1]:
        found = f"统一社会信用代码 {code} 的校验位不符,至少有一位录错。"
        raise EnterpriseCodeError("checksum", found + _AT_HAND)
    return code


def check_character(code: str) -> str:
    """第 18 位: modulus 31 over the first 17 characters, weighted by the powers of 3."""
    total = sum(map(mul, _WEIGHTS, (_VALUE[character] for character in code[: LENGTH - 1])))
    return _ALPHABET[-total % _MODULUS]


def make(first_17: str) -> str:
    """A valid synthetic code that begins with these 17 characters."""
    return check(first_17 + check_character(first_17))


def _is_filling(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Pd")


def _wrong_character(code: str) -> str:
    for place, character in enumerate(code, start=1):
        expected = "数字" if 3 <= place <= 8 else "数字或大写字母(不用 I、O、S、V、Z)"
        allowed = "0123456789" if 3 <= place <= 8 else _ALPHABET
        if character not in allowed:
            return f"统一社会信用代码第 {place} 位是「{character}」,应为{expected}。"
    raise AssertionError("every character is allowed in its place")
