"""How people come over from a place of origin: channels, terms, steps and alarms. Pure.

Terms of certificates run in natural days; the day of issue does not count (民法典 第二百零一条).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kaili_hukou.divisions import is_guizhou
from kaili_hukou.workdays import Calendar

ONE_STOP, ELECTRONIC, PAPER = "one_stop", "electronic", "paper"
ADMISSION, REMOVAL = "admission", "removal"

# 准予迁入证明: 40 days; 户口迁移证: at most 30.
ADMISSION_DAYS: Final = 40
REMOVAL_DAYS: Final = 30
# Placeholder: no source names the days in which a place of origin answers; to be confirmed.
ANSWER_WORKING_DAYS: Final = 5
# A certificate is named on the lists from this many days before its last day.
EXPIRING_DAYS: Final = 7

# 跨省通办: 录用调动 and 人才, graduates. Joining kin is no route of the plan; the officer may
# choose the channel for whoever comes to a spouse or to parents.
ELECTRONIC_ROUTES: Final = frozenset({"talent", "education", "public_payroll"})


def proposed_channel(route: str, division: str) -> str:
    """Within Guizhou one stop; from another province electronic where 跨省通办 covers it."""
    if is_guizhou(division):
        return ONE_STOP
    return ELECTRONIC if route in ELECTRONIC_ROUTES else PAPER


def comes_by_transfer(route: str, *, is_applicant: bool) -> bool:
    """户口登记条例 第十三条: a soldier who leaves the forces has no 迁移证; his papers do."""
    return not (route == "veteran" and is_applicant)


def last_day(issued_on: date, days: int) -> date:
    return issued_on + timedelta(days=days)


class Step(StrEnum):
    """Where a transfer stands, in the words of the pages."""

    label: str
    colour: str

    def __new__(cls, value: str, label: str, colour: str = "blue") -> Step:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.colour = label, colour
        return member

    TO_SEND = "to_send", "待发出电子信息", "amber"
    WAITING = "waiting", "已发出,等迁出地确认"
    LATE = "late", "迁出地逾期未答复,请催办", "red"
    RETURNED = "returned", "迁出地退回,待处理", "red"
    TO_ISSUE = "to_issue", "待签发准予迁入证明", "amber"
    ISSUED = "issued", "已签发准予迁入证明,等交户口迁移证"
    ADMISSION_EXPIRED = "admission_expired", "准予迁入证明已过期,须换补", "red"
    REMOVAL_EXPIRED = "removal_expired", "户口迁移证已过期,须由迁出地换发", "red"
    READY = "ready", "可以登记落户", "green"
    SETTLED = "settled", "已全部落户", "green"
    TO_CONSENT = "to_consent", "待接收地同意", "amber"
    TO_CANCEL = "to_cancel", "接收地已同意,可以注销本地户口", "green"
    TO_HAND_OUT = "to_hand_out", "已注销,待签发迁移证或发出电子信息", "amber"
    TO_ARRIVE = "to_arrive", "已注销,等接收地落户回执"
    ARRIVED = "arrived", "接收地已落户", "green"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a transfer; of its certificates the last day of the one that is valid."""

    channel: str
    outward: bool = False
    sent_on: date | None = None
    chased_on: date | None = None
    returned_on: date | None = None
    moved_out_on: date | None = None
    consent_on: date | None = None
    settled_on: date | None = None
    admission_until: date | None = None
    removal_until: date | None = None


def step_at(days: Days, on: date, calendar: Calendar) -> Step:
    """The step at which a transfer stands on a day, from its days alone."""
    if days.outward:
        return _outward_step(days)
    if days.settled_on:
        return Step.SETTLED
    if days.channel == ELECTRONIC:
        return _electronic_step(days, on, calendar)
    return Step.READY if days.channel == ONE_STOP else _paper_step(days, on)


def _electronic_step(days: Days, on: date, calendar: Calendar) -> Step:
    if days.moved_out_on:
        return Step.READY
    if days.returned_on:
        return Step.RETURNED
    if days.sent_on is None:
        return Step.TO_SEND
    asked_on = max(days.sent_on, days.chased_on or days.sent_on)
    return Step.LATE if on > answer_by(asked_on, calendar) else Step.WAITING


def _paper_step(days: Days, on: date) -> Step:
    if days.removal_until:
        return Step.READY if on <= days.removal_until else Step.REMOVAL_EXPIRED
    if days.admission_until is None:
        return Step.TO_ISSUE
    return Step.ISSUED if on <= days.admission_until else Step.ADMISSION_EXPIRED


def _outward_step(days: Days) -> Step:
    if days.settled_on:
        return Step.ARRIVED
    if days.consent_on is None:
        return Step.TO_CONSENT
    if days.moved_out_on is None:
        return Step.TO_CANCEL
    handed_out = days.channel == ONE_STOP or days.sent_on or days.removal_until
    return Step.TO_ARRIVE if handed_out else Step.TO_HAND_OUT


def answer_by(asked_on: date, calendar: Calendar) -> date:
    """The last day on which an answer is still in time."""
    return calendar.add_working_days(asked_on, ANSWER_WORKING_DAYS)


def unanswered_since(on: date, calendar: Calendar) -> date:
    """Whatever was asked on this day or before is overdue on the day."""
    day = on - timedelta(days=1)
    while answer_by(day, calendar) >= on:
        day -= timedelta(days=1)
    return day


# What an officer may note at each step; the first is the next step, the rest stand below it.
ACTS_AT: Final[dict[Step, tuple[str, ...]]] = {
    Step.TO_SEND: ("send", "choose"),
    Step.WAITING: ("move_out", "chase", "return"),
    Step.LATE: ("chase", "move_out", "return"),
    Step.RETURNED: ("send", "choose"),
    Step.TO_ISSUE: ("issue", "choose"),
    Step.ISSUED: ("take", "exchange"),
    Step.ADMISSION_EXPIRED: ("exchange", "take"),
    Step.REMOVAL_EXPIRED: ("exchange",),
    Step.TO_CONSENT: ("consent", "aim", "choose"),
    Step.TO_HAND_OUT: (),
    Step.TO_ARRIVE: ("receipt",),
    Step.SETTLED: (),
    Step.ARRIVED: (),
}


def acts_at(days: Days, step: Step) -> tuple[str, ...]:
    """The acts of a step; where the channel decides among them, by the channel."""
    match step:
        case Step.READY if days.channel == PAPER:
            return ("exchange",)
        case Step.READY if days.channel == ONE_STOP:
            return ("choose",)
        case Step.TO_CANCEL if days.sent_on or days.removal_until:
            return ()
        case Step.TO_CANCEL:
            return ("choose",)
        case Step.TO_HAND_OUT:
            return ("send", "choose") if days.channel == ELECTRONIC else ("give", "choose")
        case Step.TO_ARRIVE if days.channel == PAPER:
            return ("receipt", "exchange")
    return ACTS_AT.get(step, ())


@dataclass(frozen=True, slots=True)
class Alarm:
    """Moved out and not yet in: registered nowhere, the longer the worse."""

    level: int
    colour: str
    words: str
    # For a pupil who goes back it is the other place that is to act.
    outward_words: str


ALARMS: Final = (
    Alarm(25, "red", "立即联系本人到场落户", "立即联系接收地和本人"),
    Alarm(15, "red", "报所领导督办", "报所领导督办"),
    Alarm(7, "amber", "提醒本人来落户", "催接收地回执"),
    Alarm(0, "blue", "刚迁出", "刚注销"),
)


def alarm(moved_out_on: date, on: date) -> Alarm:
    """The highest level that the days since moving out have reached."""
    gone = (on - moved_out_on).days
    return next((one for one in ALARMS if gone >= one.level), ALARMS[-1])


_NUMBER: Final = re.compile(r"[0-9A-Z\u4e00-\u9fff-]{4,20}")


def certificate_number(text: str) -> str:
    """The number as the ministry's form has it, folded; ValueError with a Chinese sentence."""
    number = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if not _NUMBER.fullmatch(number) or not any(mark.isdigit() for mark in number):
        raise ValueError("编号应为 4 至 20 位的数字、字母或省简称,请照证件填写。")
    return number
