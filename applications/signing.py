"""Who may sign for whom, by age on the day of the signature, and what a signature still lacks.

Of age: oneself, or an agent with a mandate. Under 18 a guardian is named and signs (民法典
第二十三条); from 16 on one may sign oneself beside the guardian named. Under 14 the guardian's
consent to the handling of the data is wanted besides (个人信息保护法 第三十一条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from kaili_hukou.dates import is_under

OF_AGE: Final = 18
MAY_SIGN_BESIDE: Final = 16
CONSENT_UNDER: Final = 14

SELF, GUARDIAN, AGENT = "self", "guardian", "agent"
PRESENT, REPRESENTED, VIDEO, ABSENT = "present", "represented", "video", "absent"
SEEN: Final = frozenset({PRESENT, VIDEO})


@dataclass(frozen=True, slots=True)
class Mandate:
    """From which day an agent acts, to which, and on which day it was ended before that."""

    since: date
    until: date | None = None
    ended_on: date | None = None

    def covers(self, day: date) -> bool:
        last = min((end for end in (self.until, self.ended_on) if end), default=date.max)
        return self.since <= day <= last

    def stands(self, on: date) -> bool:
        """Whether the agent may act from now on; what he signed before stays signed."""
        return self.ended_on is None and self.covers(on)


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted of one person at the window."""

    birth_date: date | None
    presence: str = ""
    signed: str = ""
    signed_on: date | None = None
    guardian: bool = False
    consent_on: date | None = None
    mandate: Mandate | None = None


def signers(birth_date: date | None, on: date) -> frozenset[str]:
    """Who may sign for a person of this birth date on a day; nobody while it is unknown."""
    if birth_date is None:
        return frozenset()
    if not is_under(OF_AGE, birth_date, on):
        return frozenset({SELF, AGENT})
    if not is_under(MAY_SIGN_BESIDE, birth_date, on):
        return frozenset({GUARDIAN, SELF})
    return frozenset({GUARDIAN})


def needs_guardian(birth_date: date | None, on: date) -> bool:
    return birth_date is not None and is_under(OF_AGE, birth_date, on)


def needs_consent(birth_date: date | None, on: date) -> bool:
    return birth_date is not None and is_under(CONSENT_UNDER, birth_date, on)


def gaps(noted: Noted, on: date) -> list[str]:
    """What is missing before this person's part may go on; empty where nothing is."""
    if noted.birth_date is None:
        return ["出生日期不明,无法判断由谁签名,请先补登出生日期"]
    found = faults(noted, on) if noted.signed else [_unsigned(noted.birth_date, on)]
    day = noted.signed_on or on
    if needs_guardian(noted.birth_date, day) and not noted.guardian:
        found.append("未满 18 周岁,缺监护人的姓名、关系和号码")
    if needs_consent(noted.birth_date, day) and noted.consent_on is None:
        found.append("未满 14 周岁,缺监护人同意处理个人信息的日期")
    return found


def _unsigned(birth_date: date, on: date) -> str:
    return "监护人尚未签名" if needs_guardian(birth_date, on) else "尚未签名"


def faults(noted: Noted, on: date) -> list[str]:
    """Why what was noted cannot stand, whatever else is still to come; empty where it can."""
    found = []
    if noted.consent_on is not None and noted.consent_on > on:
        found.append("监护人同意日期在今天以后,请核对")
    if noted.presence == REPRESENTED and noted.mandate is None:
        found.append("由人代办的,请选择代办人")
    if noted.signed:
        found += _signature_faults(noted, on)
    return found


def _signature_faults(noted: Noted, on: date) -> list[str]:
    day = noted.signed_on
    if day is None:
        return ["有签名而没有签名日期,请补填"]
    if day > on:
        return ["签名日期在今天以后,请核对"]
    if noted.signed not in signers(noted.birth_date, day):
        return [_wrong_signer(noted.birth_date, day)]
    if noted.signed == SELF and noted.presence not in SEEN:
        return ["本人签名的,到场一栏应为「本人到场」或「视频见面」"]
    if noted.signed == AGENT:
        return _agent_faults(noted, day)
    return []


def _wrong_signer(birth_date: date | None, day: date) -> str:
    if birth_date is None:
        return "出生日期不明,无法判断由谁签名,请先补登出生日期"
    if not needs_guardian(birth_date, day):
        return "已满 18 周岁,应由本人或代办人签名,不由监护人签名"
    if GUARDIAN in signers(birth_date, day) and SELF in signers(birth_date, day):
        return "未满 18 周岁,应由监护人签名(已满 16 周岁的也可本人签名),不由代办人签名"
    return "未满 16 周岁,应由监护人签名"


def _agent_faults(noted: Noted, day: date) -> list[str]:
    if noted.mandate is None:
        return ["代办人签名的,请选择代办人"]
    if not noted.mandate.covers(day):
        return ["签名之日不在代办人的委托期内,请核对日期或另换代办人"]
    return []
