"""Who may apply for a permit, with what, and by when it is made. Pure.

条例 第二条 (who), 第九条 (documents, guardians, terms); 公通字〔2015〕38号 (what half a year is).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kaili_hukou.clauses import cite
from kaili_hukou.dates import add_months, is_under
from kaili_hukou.divisions import KAILI

WHO: Final = cite("居住证暂行条例 第二条")
HOW: Final = cite("居住证暂行条例 第九条")

HALF_A_YEAR: Final = 6
# Natural days from acceptance, the day itself not counted (民法典 第二百零一条).
LAW_DAYS: Final = 15
PROMISED_DAYS: Final = 7
LONGEST_DAYS: Final = 30
GUARDED_UNDER: Final = 16

# 条例 第九条: one of them is enough for its basis.
DOCUMENTS: Final[dict[str, dict[str, str]]] = {
    "employment": {
        "labour_contract": "劳动合同",
        "licence": "营业执照",
        "employer_letter": "用人单位出具的劳动关系证明",
    },
    "dwelling": {
        "lease": "房屋租赁合同(已备案)",
        "title_deed": "房屋产权证明",
        "purchase_contract": "购房合同",
        "host_letter": "出租人、用人单位或学校出具的住宿证明",
    },
    "study": {
        "student_card": "学生证",
        "school_letter": "就读学校出具的就读证明",
    },
}
AGENT_REASONS: Final = {
    "under_16": "未满 16 周岁",
    "infirm": "行动不便的老年人",
    "disabled": "残疾人",
}
TITLES: Final = {code: title for kind in DOCUMENTS.values() for code, title in kind.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """What an application says. `residence_from`: the day that the registration proves."""

    on: datetime.date
    division: str = ""
    born_on: datetime.date | None = None
    residence_from: datetime.date | None = None
    basis: str = ""
    shown: frozenset[str] = frozenset()
    photograph: bool = False
    by_agent: bool = False
    agent_reason: str = ""


def obstacles(told: Told) -> list[str]:
    """Why this person cannot have a permit now, whatever he brings; empty where he can."""
    found = []
    if told.division == KAILI:
        found.append("户籍就在凯里市,不申领居住证;市内搬迁办理市内迁移。")
    if told.residence_from is None:
        found.append("还没有居住登记。请先登记居住,满半年再申领。")
    elif (opens_on := may_apply_from(told.residence_from)) > told.on:
        found.append(f"居住自 {told.residence_from} 起算,满半年为 {opens_on},那天起可以申领。")
    return found


def may_apply_from(residence_from: datetime.date) -> datetime.date:
    """The day on which half a year is full; that day itself counts."""
    return add_months(residence_from, HALF_A_YEAR)


def missing(told: Told) -> list[str]:
    """Everything that is still to be brought, told once and in full."""
    wanted = []
    if not told.division:
        wanted.append("现户籍地(县、市、区),以身份证、户口登记为准")
    if not told.basis:
        wanted.append("申领依据:就业、住所、就读三者之一")
    elif not told.shown & set(DOCUMENTS[told.basis]):
        wanted.append("以下任一项:" + "、".join(DOCUMENTS[told.basis].values()))
    if not told.photograph:
        wanted.append("本人近期相片")
    if needs_agent(told) and not told.by_agent:
        wanted.append("监护人或近亲属到场代办,并出示双方身份证件")
    return wanted


def needs_agent(told: Told) -> bool:
    """Under 16 on the day: a guardian or near relative applies."""
    return told.born_on is not None and is_under(GUARDED_UNDER, told.born_on, told.on)


def agent_misused(told: Told) -> str:
    """Why an agent may not apply here; empty where he may."""
    if not told.by_agent or needs_agent(told) or told.agent_reason in ("infirm", "disabled"):
        return ""
    return "代办限于未满 16 周岁、行动不便的老年人和残疾人;其他人请本人申领。"


def law_by(accepted_on: datetime.date) -> datetime.date:
    return accepted_on + datetime.timedelta(days=LAW_DAYS)


def promised_on(accepted_on: datetime.date) -> datetime.date:
    return accepted_on + datetime.timedelta(days=PROMISED_DAYS)


def longest(accepted_on: datetime.date) -> datetime.date:
    """The last day to which the term may be extended, on a ground of 第九条."""
    return accepted_on + datetime.timedelta(days=LONGEST_DAYS)


def standing(promised: datetime.date, law: datetime.date, on: datetime.date) -> tuple[str, str]:
    """(colour, words) as a list shows the term: past the law, past the promise, today, or the day.

    The promise is the yellow line, the law the red one.
    """
    if law < on:
        return "red", f"超法定期限 {(on - law).days} 天"
    if promised < on:
        return "amber", f"超承诺 {(on - promised).days} 天,法定至 {law:%m-%d}"
    if promised == on:
        return "amber", "今日应制发"
    return "", f"{promised:%Y-%m-%d}"


def longest_stay(
    stretches: Iterable[tuple[datetime.date, datetime.date | None]],
) -> datetime.date | None:
    """From which day the person has lived here without a break up to now; None: he does not.

    A stretch that begins on the day after another ends, or before, goes on from it.
    """
    since: datetime.date | None = None
    reached: datetime.date | None = None
    open_ended = False
    for first, last in sorted(stretches, key=lambda one: (one[0], one[1] or datetime.date.max)):
        if since is None or (
            not open_ended and reached is not None and first > reached + datetime.timedelta(days=1)
        ):
            since, reached, open_ended = first, last, last is None
        elif not open_ended:
            open_ended = last is None
            if last is not None and (reached is None or last > reached):
                reached = last
    return since if open_ended else None
