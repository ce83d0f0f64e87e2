"""How personal data is shown where it need not be read: names, numbers, phones, addresses.

Every function takes whatever is stored, empty or None too, and never shows more than it says.
"""

from __future__ import annotations

import re

STAR = "*"
_MIDDLE_DOT = "·"

_IDENTITY_LENGTH, _OLD_IDENTITY_LENGTH = 18, 15
_MOBILE = re.compile(r"(?:\+?86)?(1[0-9]{10})")
_NOT_DIGITS = re.compile(r"[^0-9+]")
_LANDLINE_SHOWN = 4
_LANDLINE_DIGITS = 7

# From the province down to the village, each level optional. A level's name holds no digit and no
# word of a street or house, so that nothing behind a house number is ever taken for a village.
_NAME = r"[^0-9\uff10-\uff19\s,\uff0c;\uff1b路巷弄号栋幢楼室组]"
_PLACE = re.compile(
    rf"(?:{_NAME}{{2,8}}?(?:省|自治区|特别行政区))?"
    rf"(?:{_NAME}{{2,12}}?(?:自治州|地区|盟|市|州))?"
    rf"(?:{_NAME}{{1,14}}?(?:自治县|市|区|县|旗))?"
    rf"(?:{_NAME}{{1,12}}?(?:街道办事处|街道|镇|乡|苏木))?"
    rf"(?:{_NAME}{{1,10}}?(?:村|社区|居委会|嘎查))?"
)


def mask_name(name: str | None) -> str:
    """张三 → 张*, 欧阳修 → 欧**, 买买提·艾力 → 买**·**; a single character is hidden."""
    text = (name or "").strip()
    if len(text) < 2:
        return STAR * len(text)
    hidden = (_MIDDLE_DOT if mark == _MIDDLE_DOT else STAR for mark in text[1:])
    return text[0] + "".join(hidden)


def mask_identity_number(number: str | None) -> str:
    """522601********1234; an old number of 15 digits keeps 6 and 3; other text keeps 2 at most."""
    text = (number or "").strip()
    if len(text) == _IDENTITY_LENGTH:
        return text[:6] + STAR * 8 + text[-4:]
    if len(text) == _OLD_IDENTITY_LENGTH:
        return text[:6] + STAR * 6 + text[-3:]
    shown = 2 if len(text) > _LANDLINE_DIGITS else 0
    return text[:shown] + STAR * (len(text) - shown)


def mask_phone(phone: str | None) -> str:
    """138****1234; a fixed number keeps its last four digits; anything else is hidden."""
    text = (phone or "").strip()
    digits = _NOT_DIGITS.sub("", text)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1][:3] + STAR * 4 + mobile[1][-4:]
    if _LANDLINE_DIGITS <= len(digits) <= _IDENTITY_LENGTH:
        return STAR * 4 + digits[-_LANDLINE_SHOWN:]
    return STAR * 4 if text else ""


def mask_address(address: str | None) -> str:
    """Shown as far as the town, street or village; the house is hidden."""
    text = (address or "").strip()
    if not text:
        return ""
    place = _PLACE.match(text)
    shown = place[0] if place else ""
    return shown if shown == text else shown + STAR * 4
