"""A faulty cell as a page may show it: what was found (masked), what is wrong, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from kaili_hukou import identity
from kaili_hukou.masking import mask_address, mask_identity_number, mask_name, mask_phone
from rosters.cells import Cell, text_of
from rosters.columns import BIRTH, HEAD_NAME, NAME, NUMBER, SEX, shown, town_key

_AREA_DIGITS = 6
_AS_ON_THE_CARD = "按身份证填写 18 位号码"


class Told(NamedTuple):
    problem: str
    advice: str


# By code alone, or by code and column.
_TOLD = {
    "precision_lost": Told("表格把号码存成了数字,末几位已丢失", "把该列设为“文本”后重新填写"),
    "length": Told("号码不是 18 位", _AS_ON_THE_CARD),
    "charset": Told("号码里有不该有的字符", _AS_ON_THE_CARD),
    "checksum": Told("校验码不对", "对照身份证核对最后几位"),
    "birth_date": Told("号码里的出生日期不可能", "对照身份证核对第 7 至 14 位"),
    "birth_mismatch": Told("与号码里的出生日期不一致", "核对出生日期或号码"),
    ("missing", NUMBER): Told("没有填写", _AS_ON_THE_CARD),
    ("missing", NAME): Told("没有填写", "填写姓名"),
    ("bad_value", SEX): Told("认不出性别", "填:男,或:女"),
    ("bad_value", BIRTH): Told("认不出,或没有这一天", "写成 1990-03-07 或 1990年3月7日"),
    ("bad_value", "是否自愿"): Told("认不出是还是否", "填:是,或:否"),
}
_OTHER_SEX = {"男": "女", "女": "男"}


def told(column: str, code: str, message: str, found: str, towns: Mapping[str, str]) -> Told:
    """`towns`: names by their key. What no table knows is told by the message itself."""
    if code == "unknown_town":
        return Told("没有这个镇(街道)", _town_meant(found, towns))
    if code == "sex_mismatch":
        by_number = _OTHER_SEX.get(found[:1])
        beside = f"({by_number})" if by_number else ""
        return Told(f"与号码第 17 位不一致{beside}", "核对性别或号码")
    known = _TOLD.get(code) or _TOLD.get((code, column))
    if known:
        return known
    problem, _, advice = message.partition(",请" if "。请" not in message else "。请")
    return Told(problem.rstrip("。"), advice.rstrip("。"))


def _town_meant(found: str, towns: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(town_key(found), towns, n=1)
    return f"填:{towns[near[0]]}" if near else "填 20 个镇(街道)之一,如:三棵树镇"


def found_in(column: str, code: str, cell: Cell) -> str:
    """What the cell holds, never a whole number, name, phone or address."""
    if code == "precision_lost":
        return _lost(cell)
    mask = _MASKS.get(column)
    return mask(text_of(cell))[:40] if mask else shown(cell)


def _lost(cell: Cell) -> str:
    """522601********5.2E+17: where it was given out, and what the sheet made of the rest."""
    number = float(identity.fold(text_of(cell)))
    digits = f"{number:.0f}"[:_AREA_DIGITS]
    return f"{digits}********{number:.1E}"


_MASKS = {
    NUMBER: lambda text: mask_identity_number(identity.fold(text)),
    NAME: mask_name,
    HEAD_NAME: mask_name,
    "联系电话": mask_phone,
    "迁出地": mask_address,
    "住址": mask_address,
}
