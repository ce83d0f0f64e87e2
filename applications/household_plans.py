"""Who of a household applies and who comes along: proposed, never decided. Pure.

Whoever a roster names with 是 is an applicant in own right. Proposed is the one who lets most of
the household in, as the route's own list of companions says; who is left and may apply himself
has a case of his own.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from applications.policy.case import Companion
from applications.policy.companions import Companions, decide
from applications.policy.verdict import CompanionDecision
from kaili_hukou.dates import is_under
from rosters.households import Household
from rosters.kinship import relationship

TOGETHER, APART = "together", "apart"
NOT_WILLING: Final = "名册未写「是」,不带入"
NOBODY_APPLIES: Final = "没有可以申请的人"


@dataclass(frozen=True, slots=True)
class Named:
    """A person of a household as the rosters tell him now; `barred`: why not to be opened."""

    row: int
    kin: str = ""
    birth_date: datetime.date | None = None
    voluntary: bool | None = None
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    row: int
    relationship: str
    decision: CompanionDecision


@dataclass(frozen=True, slots=True)
class Plan:
    """One case to be opened: by the number of the row who applies, and of those who come along."""

    applicant: int
    companions: tuple[Coming, ...] = ()

    @property
    def admitted(self) -> int:
        return sum(one.decision.decision == "admitted" for one in self.companions)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the kind of roster and the day say."""

    kind: str
    allowed: Companions
    on: datetime.date
    adult_at: int

    def may_apply(self, one: Named) -> bool:
        """三(一)6(1): of a relocation roster only who is named with 是; never who said 否."""
        if one.barred or one.voluntary is False:
            return False
        return self.kind != "relocation" or one.voluntary is True

    def may_come(self, one: Named) -> bool:
        """A minor of whom nothing is written comes with the family; an adult is asked first."""
        return self.may_apply(one) or (
            not one.barred and one.voluntary is None and not self.is_adult(one)
        )

    def is_adult(self, one: Named) -> bool:
        return one.birth_date is None or not is_under(self.adult_at, one.birth_date, self.on)


def plans(people: Sequence[Named], rule: Rule, choice: str = "", first: int = 0) -> list[Plan]:
    """The cases of one household. `choice`: apart, each alone; `first`: the row chosen to apply."""
    if choice == APART or rule.allowed.naming != "listed":
        return [Plan(one.row) for one in people if rule.may_apply(one)]
    rest, found = [one for one in people if rule.may_come(one)], []
    while (best := _best(rest, rule, first)) is not None:
        found.append(best)
        taken = {best.applicant, *(one.row for one in best.companions)}
        rest, first = [one for one in rest if one.row not in taken], 0
    return found


def left_out(people: Sequence[Named], made: Sequence[Plan], rule: Rule) -> dict[int, str]:
    """By row, why somebody of the household is in none of its cases."""
    taken = {plan.applicant for plan in made}
    taken |= {one.row for plan in made for one in plan.companions}
    return {
        one.row: one.barred or (NOBODY_APPLIES if rule.may_come(one) else NOT_WILLING)
        for one in people
        if one.row not in taken
    }


def _best(rest: Sequence[Named], rule: Rule, first: int) -> Plan | None:
    """Of age before minors, then whoever lets most in, then the first in the sheet."""
    able = [one for one in rest if rule.may_apply(one)]
    chosen = [one for one in able if one.row == first] or able
    if not chosen:
        return None
    by_row = {one.row: one for one in chosen}
    made = [_plan(one, rest, rule) for one in chosen]
    return max(
        made,
        key=lambda plan: (rule.is_adult(by_row[plan.applicant]), plan.admitted, -plan.applicant),
    )


def _plan(applicant: Named, rest: Sequence[Named], rule: Rule) -> Plan:
    """With everybody who comes along; whom the list leaves open and who may apply, does so."""
    others = [one for one in rest if one.row != applicant.row]
    kin = [relationship(applicant.kin, one.kin) for one in others]
    told = [
        Companion(what or None, one.birth_date, lives_together=True)
        for what, one in zip(kin, others, strict=True)
    ]
    decisions = decide(told, rule.allowed, as_of=rule.on, adult_at=rule.adult_at)
    return Plan(
        applicant.row,
        tuple(
            Coming(one.row, what, decision)
            for one, what, decision in zip(others, kin, decisions, strict=True)
            if decision.decision == "admitted" or not what or not rule.may_apply(one)
        ),
    )


def people_of(household: Household, told: Mapping[int, Named]) -> list[Named]:
    return [told[row.row] for row in household.rows]
