"""What 公业58表 asks of whoever settles: why, whence, and six marks; each with its default.

The columns are those of the ministry's form 城镇人口增减情况统计年报表.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from kaili_hukou.dates import term_end
from kaili_hukou.divisions import QIANDONGNAN, is_guizhou, is_kaili

# 农业转移人口落户城镇 by reason, columns 12 to 21.
REASONS: Final[dict[str, str]] = {
    "12": "大中专院校招生",
    "13": "录(聘)用",
    "14": "务工经商",
    "15": "投资(创业)",
    "16": "购(租)房",
    "17": "投靠亲属",
    "18": "移民搬迁",
    "19": "城中村改造",
    "20": "城乡属性调整",
    "21": "其他",
}
# Counted in column 4, not among the ten reasons: the sum of 12 to 21 leaves them out.
DISCHARGED: Final = "4"
SETTLING_REASONS: Final[dict[str, str]] = REASONS | {DISCHARGED: "退出现役(列 4)"}

MARKS: Final[dict[str, str]] = {
    "title": "有专业技术职称",
    "skill": "有技能等级",
    "graduate": "大中专毕业",
    "whole_family": "举家迁徙",
    "five_years": "城镇就业居住五年以上",
    "discharged": "退出现役",
}

# A pupil who goes back leaves the town: nothing is asked. An enterprise has no members.
_REASON_BY_ROUTE: Final[dict[str, str]] = {
    "schooling": "21",
    "education": "13",
    "residence": "14",
    "home_purchase": "16",
    "in_province": "21",
    "talent": "13",
    "public_payroll": "21",
    "relocation": "18",
    "veteran": DISCHARGED,
    "bravery": "21",
    "collective": "14",
    "pupil": "21",
}
# Marks that the route itself speaks of: the applicant's own, and those of everybody in the case.
_APPLICANT_MARKS: Final[dict[str, tuple[str, ...]]] = {
    "education": ("graduate",),
    "veteran": ("discharged",),
}
_EVERYBODYS_MARKS: Final[dict[str, tuple[str, ...]]] = {"relocation": ("whole_family",)}
_FIVE_YEARS: Final = 60


class Level(StrEnum):
    """Whence somebody comes, as the transfer of land and money weighs it."""

    label: str
    column: str

    def __new__(cls, value: str, label: str, column: str) -> Level:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.column = label, column
        return member

    CITY = "city", "本市", "9"
    PREFECTURE = "prefecture", "本州他县市", "9"
    PROVINCE = "province", "省内他市(州)", "10"
    OUTSIDE = "outside", "外省", "11"


def origin_level(division: str) -> Level | None:
    """By the division's code; None where it is not known yet."""
    if not division:
        return None
    if is_kaili(division):
        return Level.CITY
    if division.startswith(QIANDONGNAN):
        return Level.PREFECTURE
    return Level.PROVINCE if is_guizhou(division) else Level.OUTSIDE


def is_asked(route: str, hukou_kind: str) -> bool:
    """Only of members of rural origin who settle in the town."""
    return hukou_kind == "rural" and route in _REASON_BY_ROUTE


def default_reason(route: str) -> str:
    """The same for companions as for the applicant; empty where nobody settles."""
    return _REASON_BY_ROUTE.get(route, "")


def default_marks(
    route: str, *, is_applicant: bool, lived_since: date | None = None, on: date | None = None
) -> list[str]:
    """What the route and the day of residence say by themselves, in the order of the form."""
    found = set(_EVERYBODYS_MARKS.get(route, ()))
    if is_applicant:
        found |= set(_APPLICANT_MARKS.get(route, ()))
        found |= {"five_years"} if _five_years(lived_since, on) else set()
    return in_order(found)


def _five_years(since: date | None, on: date | None) -> bool:
    end = term_end(since, _FIVE_YEARS) if since else None
    return end is not None and on is not None and end <= on


def in_order(marks: Iterable[str]) -> list[str]:
    """Known marks once each, in the order of the form."""
    told = set(marks)
    return [code for code in MARKS if code in told]
