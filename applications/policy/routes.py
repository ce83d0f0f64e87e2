"""The thirteen ways to settle, in the order of the contract: what each asks for and leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from applications.policy import companions as who
from applications.policy import conditions as asks
from applications.policy import home_conditions as homes
from applications.policy.companions import Companions
from applications.policy.condition import Condition
from applications.policy.evidence import FROM_ANOTHER_PROVINCE, FROM_GUIZHOU
from applications.policy.verdict import Household
from kaili_hukou.clauses import cite
from kaili_hukou.divisions import is_guizhou

PLAN_DAY: Final = date(2019, 5, 23)

_ONLY_OUTSIDE_GUIZHOU: Final = (homes.BOUGHT_SINCE_2019, homes.AREA_PER_HEAD)


@dataclass(frozen=True, slots=True)
class Route:
    """One way to settle. `in_force`: from a day to a day; it never alters a verdict."""

    code: str
    title: str
    clause: str
    conditions: tuple[Condition, ...]
    companions: Companions
    household: Household = "public"
    green_lane: bool = False
    serves_first: bool = False
    in_force: tuple[date, date | None] = (PLAN_DAY, None)
    clause_in_guizhou: str | None = None
    conditions_in_guizhou: tuple[Condition, ...] | None = None

    @property
    def priority(self) -> bool:
        """三(一)6 and 三(一)7: served before the others, with no check left out."""
        return self.green_lane or self.serves_first

    @property
    def promised_days(self) -> str:
        """The name of the parameter with the promised working days of its lane."""
        if self.green_lane:
            return "promised_days_green"
        return "promised_days_priority" if self.serves_first else "promised_days_ordinary"

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that its conditions need, each once, in their order."""
        return tuple(dict.fromkeys(name for asked in self.conditions for name in asked.facts))

    @property
    def person_fields(self) -> tuple[str, ...]:
        """What its conditions need to know of the present registration."""
        names = (name for asked in self.conditions for name in asked.person_fields)
        return tuple(dict.fromkeys(names))

    def clause_for(self, division: str | None) -> str:
        if self.clause_in_guizhou is not None and division is not None and is_guizhou(division):
            return self.clause_in_guizhou
        return self.clause

    def conditions_for(self, division: str | None) -> tuple[Condition, ...]:
        """The conditions listed; an unknown division has them all."""
        if self.conditions_in_guizhou is None or division is None or not is_guizhou(division):
            return self.conditions
        return self.conditions_in_guizhou


_ROUTES: Final = (
    Route(
        "schooling",
        "省外·就学",
        cite("三(一)1(1)"),
        (asks.ANOTHER_PROVINCE, asks.ENROLMENT_TERM, asks.PERMIT_TERM),
        who.NOBODY,
    ),
    Route(
        "education",
        "省外·学历",
        cite("三(一)1(2)"),
        (asks.ANOTHER_PROVINCE, asks.DEGREE_LEVEL, asks.DEGREE_RECOGNISED),
        who.CLOSE_FAMILY,
    ),
    Route(
        "residence",
        "省外·居住和社保",
        cite("三(一)1(3)"),
        (asks.ANOTHER_PROVINCE, asks.RESIDENCE_TERM, asks.INSURED_MONTHS),
        who.CLOSE_FAMILY,
    ),
    Route(
        "home_purchase",
        "购房",
        FROM_ANOTHER_PROVINCE,
        (asks.NOT_REGISTERED_HERE, homes.HOME, *_ONLY_OUTSIDE_GUIZHOU),
        who.LINEAL_FAMILY,
        "family",
        green_lane=True,
        clause_in_guizhou=FROM_GUIZHOU,
        conditions_in_guizhou=(asks.NOT_REGISTERED_HERE, homes.HOME),
    ),
    Route(
        "in_province",
        "省内其他县市",
        cite("三(一)2"),
        (asks.ANOTHER_COUNTY, asks.NO_HOME, asks.NO_RELATIVE_TO_JOIN),
        who.CLOSE_FAMILY,
    ),
    Route(
        "talent",
        "人才引进",
        cite("三(一)3"),
        (asks.NOT_REGISTERED_HERE, asks.TALENT_PROOF),
        who.FAMILY,
        green_lane=True,
    ),
    Route(
        "public_payroll",
        "财政供养人员",
        cite("三(一)4"),
        (asks.RURAL_REGISTRATION, asks.PUBLIC_PAYROLL_ROSTER, asks.WORKS_IN_TOWN),
        who.NOT_NAMED,
    ),
    Route(
        "relocation",
        "移民搬迁",
        cite("三(一)6(1)"),
        (asks.RELOCATION_ROSTER, asks.VOLUNTARY),
        who.CLOSE_FAMILY,
        "family",
        green_lane=True,
    ),
    Route(
        "veteran",
        "军转安置",
        cite("三(一)6(2)"),
        (asks.VETERAN_ROSTER, asks.PLACEMENT_DOCUMENT),
        who.NOT_NAMED,
        green_lane=True,
    ),
    Route(
        "bravery",
        "见义勇为",
        cite("三(一)6"),
        (asks.BRAVERY_CERTIFICATE,),
        who.NOT_NAMED,
        green_lane=True,
    ),
    Route(
        "collective",
        "企业集体户",
        cite("三(一)7"),
        (asks.FOUNDED_BY_OUTSIDER, asks.FIXED_PREMISES, asks.RULES_MET),
        who.NOT_APPLICABLE,
        "collective",
        serves_first=True,
    ),
    Route(
        "pupil",
        "义务教育在校生",
        cite("三(一)8"),
        (asks.NOT_REGISTERED_HERE, asks.ENROLLED, asks.COMPULSORY_STAGE, asks.VOLUNTARY),
        who.NOBODY,
    ),
    Route(
        "pupil_return",
        "毕业迁回原籍",
        cite("三(一)8"),
        (asks.SETTLED_AS_PUPIL, asks.GRADUATED, asks.VOLUNTARY),
        who.NOBODY,
        "origin",
    ),
)

ROUTES: Final[Mapping[str, Route]] = MappingProxyType({route.code: route for route in _ROUTES})
