"""Who may come along with the applicant, tested in the order of the contract.

`discretion` is the approving officer's and never the system's: the plan's lists end in 等.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from applications.policy.case import RELATIONSHIPS, Companion
from applications.policy.verdict import CompanionDecision
from kaili_hukou.dates import is_under

Naming = Literal["listed", "none", "not_named", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Companions:
    """Whom a route names; `minor_children`: children only before the day they come of age."""

    naming: Naming
    relationships: frozenset[str] = frozenset()
    minor_children: bool = False


NOBODY: Final = Companions("none")
NOT_NAMED: Final = Companions("not_named")
NOT_APPLICABLE: Final = Companions("not_applicable")
CLOSE_FAMILY: Final = Companions(
    "listed", frozenset({"spouse", "child", "parent"}), minor_children=True
)
FAMILY: Final = Companions("listed", frozenset({"spouse", "child", "parent"}))
LINEAL_FAMILY: Final = Companions(
    "listed", frozenset({"spouse", "child", "parent", "grandparent", "grandchild"})
)

_ALONE: Final = CompanionDecision("refused", "本渠道限本人落户,不随迁")
_LEFT_OPEN: Final = CompanionDecision("discretion", "本渠道未列明随迁人员,由审批人核定")
_APART: Final = CompanionDecision("refused", "不与申请人共同居住生活")
_WHO: Final = CompanionDecision("discretion", "与申请人的关系待核实,由审批人核定")
_AGE: Final = CompanionDecision("discretion", "子女出生日期待核实,是否成年不明,由审批人核定")
_ADULT: Final = CompanionDecision("discretion", "子女已成年,未列入随迁范围,由审批人核定")
_TOGETHER: Final = CompanionDecision("discretion", "是否共同居住生活待核实,由审批人核定")
_UNLISTED: Final = {
    kind: CompanionDecision("discretion", f"{title}未列入随迁范围,由审批人核定")
    for kind, title in RELATIONSHIPS.items()
}
_ADMITTED: Final = {
    kind: CompanionDecision("admitted", f"共同居住生活的{title}")
    for kind, title in RELATIONSHIPS.items()
}


def decide(
    companions: Iterable[Companion], allowed: Companions, *, as_of: date, adult_at: int
) -> tuple[CompanionDecision, ...]:
    """The decision on each companion, in their order; an enterprise has none."""
    if allowed.naming == "not_applicable":
        return ()
    return tuple([_decision(one, allowed, as_of, adult_at) for one in companions])


def _decision(
    companion: Companion, allowed: Companions, as_of: date, adult_at: int
) -> CompanionDecision:
    if allowed.naming == "none":
        return _ALONE
    if allowed.naming == "not_named":
        return _LEFT_OPEN
    if companion.lives_together is False:
        return _APART
    outside = _outside_the_list(companion, allowed, as_of, adult_at)
    if outside is not None:
        return outside
    if companion.lives_together is None or companion.relationship is None:
        return _TOGETHER
    return _ADMITTED[companion.relationship]


def _outside_the_list(
    companion: Companion, allowed: Companions, as_of: date, adult_at: int
) -> CompanionDecision | None:
    """Why somebody is not, or not surely, in the route's list; None where he or she is."""
    relationship = companion.relationship
    if relationship is None:
        return _WHO
    if relationship not in allowed.relationships:
        return _UNLISTED[relationship]
    if relationship == "child" and allowed.minor_children:
        if companion.birth_date is None:
            return _AGE
        if not is_under(adult_at, companion.birth_date, as_of):
            return _ADULT
    return None
