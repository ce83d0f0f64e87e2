"""What follows a settlement, for whom, by which clause and by whose hand. Pure data and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from kaili_hukou.clauses import cite
from kaili_hukou.dates import age_on

# Routes on which the settled person lives by his work here.
WORKING: Final = frozenset({"education", "residence", "talent", "public_payroll", "veteran"})
# A pupil comes alone, is at school already and goes on living in the family.
OF_PUPILS: Final = frozenset({"pupil"})
# Whoever goes back to the place of origin, and an enterprise, has no duty to follow here.
NOTHING_FOLLOWS: Final = frozenset({"pupil_return", "collective"})

COMPULSORY_SCHOOL: Final = range(6, 16)
PENSION_FROM: Final = 16
WORKING_AGE: Final = range(18, 60)


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody registered on a day, as far as the duties depend on him.

    `speaks_for_home`: the first of the case from a household of rural origin. Without a birth
    date no duty that hangs on the age follows.
    """

    route: str
    on: date
    birth_date: date | None = None
    is_applicant: bool = False
    speaks_for_home: bool = False
    holds_permit: bool = False

    @property
    def age(self) -> int:
        return age_on(self.birth_date, self.on) if self.birth_date else -1


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. `bureau`: its code in the register; None: the station itself does it.

    `when_told`: never by itself, only where the person said that it concerns him.
    """

    kind: str
    clause: str
    bureau: str | None
    task: str
    falls_on: Callable[[Settled], bool]
    when_told: bool = False


def _anybody(_: Settled) -> bool:
    return True


def _family(settled: Settled) -> bool:
    return settled.is_applicant and settled.route not in OF_PUPILS


def _earner(settled: Settled) -> bool:
    return settled.route in WORKING and settled.age in WORKING_AGE


def _of_age_for_a_pension(settled: Settled) -> bool:
    return settled.route not in OF_PUPILS and settled.age >= PENSION_FROM


def _of_school_age(settled: Settled) -> bool:
    return settled.route not in OF_PUPILS and settled.age in COMPULSORY_SCHOOL


_DUTIES: Final = (
    Duty(
        "land_rights",
        cite("三(三)4"),
        None,
        "送达权益保留告知书并登记签收;落户不影响农村权益",
        lambda settled: settled.speaks_for_home,
    ),
    Duty("permit", cite("三(二)"), None, "已落户,居住证收回", lambda settled: settled.holds_permit),
    Duty("housing", cite("三(三)5"), "housing", "纳入城镇住房保障", _family),
    Duty("housing_fund", cite("三(三)5"), "housing_fund", "住房公积金缴存、转移", _earner),
    Duty("insurance", cite("三(三)6"), "medical_insurance", "基本医疗保险接续", _anybody),
    Duty(
        "pension",
        cite("三(三)7"),
        "human_resources",
        "基本养老保险接续",
        _of_age_for_a_pension,
    ),
    Duty(
        "allowance",
        cite("三(三)7"),
        "civil_affairs",
        "最低生活保障审核、接续",
        _anybody,
        when_told=True,
    ),
    Duty("school", cite("三(三)8"), "education_science", "就近入学,学籍与户籍核对", _of_school_age),
)

DUTIES: Final = {duty.kind: duty for duty in _DUTIES}


def duties_of(settled: Settled) -> tuple[Duty, ...]:
    """What follows by itself from one person's settlement."""
    if settled.route in NOTHING_FOLLOWS:
        return ()
    return tuple(duty for duty in DUTIES.values() if not duty.when_told and duty.falls_on(settled))
