"""What an assessment comes to, and the form in which it leaves (contract `assess`)."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from applications.policy.evidence import Evidence

Status = Literal["met", "unmet", "unknown"]
Outcome = Literal["eligible", "ineligible", "undetermined"]
Decision = Literal["admitted", "refused", "discretion"]
Household = Literal["public", "family", "collective", "origin"]

OUTCOME_TITLES: Final = {
    "eligible": "符合",
    "ineligible": "不符合本方案",
    "undetermined": "待核实",
}
STATUS_TITLES: Final = {"met": "满足", "unmet": "未满足", "unknown": "待核实"}
DECISION_TITLES: Final = {
    "admitted": "符合随迁条件",
    "refused": "不符合随迁条件(建议)",
    "discretion": "待审批人核定",
}
HOUSEHOLD_TITLES: Final = {
    "public": "辖区派出所公共户",
    "family": "家庭户",
    "collective": "集体户",
    "origin": "迁回原籍",
}


class Finding(NamedTuple):
    """What a condition came to: required and actual are for people, and hold no quotation mark."""

    status: Status
    required: str
    actual: str
    met_on: date | None = None


class ConditionResult(NamedTuple):
    """A condition with what it came to; `title` is for pages and not in the JSON."""

    code: str
    title: str
    clause: str
    status: Status
    required: str
    actual: str
    met_on: date | None

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "clause": self.clause,
            "status": self.status,
            "required": self.required,
            "actual": self.actual,
            "met_on": _iso(self.met_on),
        }

    def to_text(self) -> str:
        return (
            f'{{"code": "{self.code}", "clause": "{self.clause}", "status": "{self.status}", '
            f'"required": "{self.required}", "actual": "{self.actual}", '
            f'"met_on": {_day_text(self.met_on)}}}'
        )


class CompanionDecision(NamedTuple):
    decision: Decision
    reason: str

    def to_json(self) -> dict[str, object]:
        return {"decision": self.decision, "reason": self.reason}

    def to_text(self) -> str:
        return f'{{"decision": "{self.decision}", "reason": "{self.reason}"}}'


class Verdict(NamedTuple):
    """The opinion of the rules on one route."""

    route: str
    verdict: Outcome
    priority: bool
    green_lane: bool
    household: Household
    clause: str
    eligible_on: date | None
    come_back_on: date | None
    conditions: tuple[ConditionResult, ...]
    companions: tuple[CompanionDecision, ...]
    evidence: tuple[Evidence, ...]

    def to_json(self, identifier: object = None) -> dict[str, object]:
        return {
            "id": identifier,
            "route": self.route,
            "verdict": self.verdict,
            "priority": self.priority,
            "green_lane": self.green_lane,
            "household": self.household,
            "clause": self.clause,
            "eligible_on": _iso(self.eligible_on),
            "come_back_on": _iso(self.come_back_on),
            "conditions": [condition.to_json() for condition in self.conditions],
            "companions": [companion.to_json() for companion in self.companions],
            "evidence": [item.to_json() for item in self.evidence],
        }

    def to_members(self) -> str:
        """The members of `to_json` after `id` as JSON text, written without an encoder for speed.

        Sound because every text in a verdict is our own and needs no escape; a test compares.
        """
        conditions = ", ".join([condition.to_text() for condition in self.conditions])
        companions = ", ".join([companion.to_text() for companion in self.companions])
        return (
            f'"route": "{self.route}", "verdict": "{self.verdict}", '
            f'"priority": {_BOOL_TEXT[self.priority]}, '
            f'"green_lane": {_BOOL_TEXT[self.green_lane]}, '
            f'"household": "{self.household}", "clause": "{self.clause}", '
            f'"eligible_on": {_day_text(self.eligible_on)}, '
            f'"come_back_on": {_day_text(self.come_back_on)}, "conditions": [{conditions}], '
            f'"companions": [{companions}], "evidence": {_evidence_text(self.evidence)}'
        )


_BOOL_TEXT: Final = {True: "true", False: "false"}


@lru_cache(maxsize=64)
def _evidence_text(evidence: tuple[Evidence, ...]) -> str:
    """The text of a list of evidence; there are as many lists as routes."""
    return json.dumps([item.to_json() for item in evidence], ensure_ascii=False)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_text(day: date | None) -> str:
    return "null" if day is None else f'"{day.isoformat()}"'
