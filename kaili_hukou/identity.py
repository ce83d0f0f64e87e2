"""公民身份号码 (GB 11643-1999): folded, checked, read.

The first six digits are where the number was first given out, by the codes of that year. They
are never a reason to reject, and never tell where somebody is registered today.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

from kaili_hukou.masking import mask_identity_number

LENGTH = 18
_OLD_LENGTH = 15
_EARLIEST_YEAR = 1880

# 第 4.3 条: weights of the first 17 places, and the check character for each remainder by 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_ZEROS = ord("0") * sum(_WEIGHTS)

_PLAIN = re.compile(r"[0-9]{17}[0-9X]")
_FIRST_WRONG = re.compile(r"[^0-9]")
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_LOOKS_LIKE_X = dict.fromkeys(map(ord, "x×Ⅹ"), "X")
_APOSTROPHES = frozenset("'`´ʹʻʼʽ‘’‚‛′‵")
_MINUS = "\N{MINUS SIGN}"

# The fields of a card, as a reader labels them; what belongs to no field is skipped.
_LABELS = {
    "姓名": "name",
    "性别": "sex",
    "民族": "nationality",
    "出生": "birth_date",
    "出生日期": "birth_date",
    "出生年月": "birth_date",
    "出生年月日": "birth_date",
    "住址": "address",
    "地址": "address",
    "公民身份号码": "number",
    "公民身份证号码": "number",
    "身份证号": "number",
    "身份证号码": "number",
    "证件号码": "number",
    "签发机关": "",
    "发证机关": "",
    "有效期": "",
    "有效期限": "",
}
_LONGEST_FIRST = "|".join(sorted(_LABELS, key=len, reverse=True))
_LABEL = re.compile(rf"(?:^|(?<=[\s,\uff0c;\uff1b|。]))({_LONGEST_FIRST})(?:\s*[:\uff1a]|\s)")
_SEPARATOR = re.compile(r"[\t|,\uff0c;\uff1b\n]")
_EDGES = " \t\r\n|,\uff0c;\uff1b。\N{IDEOGRAPHIC SPACE}"
_NUMBER_LIKE = re.compile(r"[0-9]{14,17}[0-9A-Z]")
_BIRTH = re.compile(r"([0-9]{4})\s*[-/.年]?\s*([0-9]{1,2})\s*[-/.月]?\s*([0-9]{1,2})\s*日?")
_SEXES = {"男": "1", "女": "2", "男性": "1", "女性": "2", "1": "1", "2": "2"}

_AT_HAND = "请对照证件核对后重新录入。"
_OTHER_DOCUMENTS = {
    "81": "港澳台居民居住证",
    "82": "港澳台居民居住证",
    "83": "港澳台居民居住证",
    "9": "外国人永久居留身份证",
}


class IdentityError(ValueError):
    """The text is no citizen identity number; `code` is one of the contract's, the message Chinese.

    Codes, in the order in which they are found: missing, length, charset, checksum, birth_date.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Identity:
    """What a valid number tells. `sex` is by GB/T 2261.1: "1" male, "2" female."""

    number: str
    birth_date: date
    sex: str
    address_code: str


@dataclass(frozen=True, slots=True)
class CardText:
    """What a reader's text holds; empty where it does not tell. The number is not checked yet."""

    number: str
    name: str = ""
    sex: str = ""
    nationality: str = ""
    birth_date: date | None = None
    address: str = ""


def fold(text: str | None) -> str:
    """The number as it is meant: no white space, dash, apostrophe or invisible character.

    Full-width forms become ASCII; x, × and Ⅹ become X. Nothing is added or guessed.
    """
    if not text:
        return ""
    if _PLAIN.fullmatch(text):
        return text
    narrow = text.translate(_FULL_WIDTH).translate(_LOOKS_LIKE_X)
    return "".join(character for character in narrow if not _is_filling(character))


def _is_filling(character: str) -> bool:
    return (
        character.isspace()
        or character in _APOSTROPHES
        or character == _MINUS
        or unicodedata.category(character) in ("Cf", "Pd")
    )


def check(text: str | None, on: date) -> Identity:
    """The number of somebody born by the day `on`; else IdentityError with the first fault."""
    number = checked(text, on)
    return Identity(
        number=number,
        birth_date=_day(number[6:14]),
        sex="1" if ord(number[16]) % 2 else "2",
        address_code=number[:6],
    )


def checked(text: str | None, on: date) -> str:
    """The folded number alone, checked like `check`: for many numbers."""
    number = text or ""
    if not _PLAIN.fullmatch(number):
        number = fold(text)
        if not _PLAIN.fullmatch(number):
            raise _form_fault(number)
    if check_character(number) != number[17]:
        raise _fault(
            "checksum",
            number,
            f"公民身份号码 {mask_identity_number(number)} 的校验码不符,至少有一位录错。",
        )
    _birth_date(number, on)
    return number


def check_character(number: str) -> str:
    """第 18 位: ISO 7064 MOD 11-2 over the first 17 digits."""
    total = sum(map(mul, _WEIGHTS, number[:17].encode("ascii")))
    return _CHECK_CHARACTERS[(total - _ZEROS) % 11]


def make(prefix: str, birth_date: date, serial: int) -> str:
    """A valid synthetic number; an odd serial (1 to 999) is a man's, an even one a woman's."""
    body = f"{prefix}{birth_date:%Y%m%d}{serial:03d}"
    if not re.fullmatch(r"[0-9]{17}", body):
        raise ValueError("prefix: six digits; serial: 0 to 999")
    return body + check_character(body)


def read_card_text(text: str | None) -> CardText | None:
    """The fields in a card reader's whole text; None: it is no such text, perhaps a bare number.

    Two layouts: labels before the values (姓名:… 公民身份号码:…), or the values alone in the order
    of the card (name, sex, nationality, birth, address, number) with tabs, bars, commas or line
    breaks between them.
    """
    if not text or not text.strip(_EDGES):
        return None
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _labelled(plain) or _in_order(plain)


def _labelled(text: str) -> CardText | None:
    marks = list(_LABEL.finditer(text))
    if not marks:
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        found.setdefault(_LABELS[mark[1]], text[mark.end() : end].strip(_EDGES))
    return _card(found) if found.get("number") else None


def _in_order(text: str) -> CardText | None:
    separators = set(_SEPARATOR.findall(text))
    parts = [part.strip(_EDGES) for part in _SEPARATOR.split(text)]
    if separators == {"\n"}:
        parts = [part for part in parts if part]
    place = next((at for at, part in enumerate(parts) if _is_number_like(part)), 0)
    if place == 0:
        return None
    names = ("name", "sex", "nationality", "birth_date")
    found = dict(zip(names, parts[: min(place, len(names))], strict=False))
    found["address"] = "".join(parts[len(names) : place])
    return _card(found | {"number": parts[place]})


def _is_number_like(part: str) -> bool:
    return _NUMBER_LIKE.fullmatch(fold(part).upper()) is not None


def _card(found: dict[str, str]) -> CardText:
    return CardText(
        number=fold(found["number"]),
        name=found.get("name", ""),
        sex=_SEXES.get(found.get("sex", ""), ""),
        nationality=found.get("nationality", ""),
        birth_date=_written_day(found.get("birth_date", "")),
        address=found.get("address", ""),
    )


def _written_day(text: str) -> date | None:
    written = _BIRTH.fullmatch(text.translate(_FULL_WIDTH))
    try:
        return date(*map(int, written.groups())) if written else None
    except ValueError:
        return None


def _form_fault(number: str) -> IdentityError:
    if not number:
        return IdentityError("missing", "公民身份号码为空,请填写 18 位公民身份号码。")
    if len(number) == _OLD_LENGTH and number.isdigit():
        return IdentityError(
            "length",
            "这是 15 位的旧号码,公民身份号码应为 18 位。请按居民身份证或户口簿上的 18 位号码"
            "录入;系统不自动升位。",
        )
    if len(number) != LENGTH:
        return _fault(
            "length",
            number,
            f"公民身份号码应为 18 位,现为 {len(number)} 位({mask_identity_number(number)})。",
        )
    return _fault("charset", number, _wrong_character(number))


def _wrong_character(number: str) -> str:
    wrong = _FIRST_WRONG.search(number)
    place = wrong.start() + 1 if wrong else LENGTH
    expected = "应为数字或 X" if place == LENGTH else "应为数字"
    found = number[place - 1]
    shown = f"「{found}」" if found.isprintable() else f"看不见的字符 U+{ord(found):04X}"
    return f"公民身份号码第 {place} 位是{shown},{expected}。"


def _birth_date(number: str, on: date) -> date:
    try:
        born_on = _day(number[6:14])
    except ValueError:
        found = f"出生日期(第 7 至 14 位){number[6:14]} 不存在。"
        raise _fault("birth_date", number, found) from None
    if born_on > on:
        raise _fault("birth_date", number, f"出生日期 {born_on} 晚于 {on}。")
    if born_on.year < _EARLIEST_YEAR:
        raise _fault("birth_date", number, f"出生日期 {born_on} 早于 {_EARLIEST_YEAR} 年。")
    return born_on


@lru_cache(maxsize=65536)
def _day(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _fault(code: str, number: str, found: str) -> IdentityError:
    """Another kind of document is named where its number fails; a number that passes is taken."""
    for prefix, document in _OTHER_DOCUMENTS.items():
        if number.startswith(prefix):
            return IdentityError(
                code,
                f"{found}{prefix} 开头的多为{document}号码:如证件确为{document},则证件类型不符,"
                "本业务凭公民身份号码办理。",
            )
    return IdentityError(code, found + _AT_HAND)
