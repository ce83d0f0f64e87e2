"""The plan's goals and the straight line that leads to each of them. Pure.

What the line says of a day is no order of the plan: it names two goals and a year, and shows
here how far one would have to be to reach them evenly.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from kaili_hukou.clauses import PLAN, cite

POPULATION: Final = "registered_population"
REGISTERED_RATE: Final = "urban_registered_rate"
RESIDENT_RATE: Final = "urban_resident_rate"
TITLES: Final = {
    POPULATION: "户籍人口",
    REGISTERED_RATE: "户籍人口城镇化率",
    RESIDENT_RATE: "常住人口城镇化率",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """An indicator is to reach `value` by `due_on`, says a clause of a document."""

    indicator: str
    value: Decimal
    due_on: datetime.date
    clause: str
    document: str
    issued_on: datetime.date


@dataclass(frozen=True, slots=True)
class Point:
    on: datetime.date
    value: Decimal


_ISSUED = datetime.date(2019, 5, 23)
_BY = datetime.date(2022, 12, 31)
PLAN_GOALS: Final = (
    Goal(POPULATION, Decimal(1_000_000), _BY, cite("二"), PLAN, _ISSUED),
    Goal(REGISTERED_RATE, Decimal(50), _BY, cite("二"), PLAN, _ISSUED),
)


def baseline_of(goal: Goal, seen: list[Point]) -> Point | None:
    """The last point known on the day of the document; else the first one before it is due."""
    before = [point for point in seen if point.on <= goal.issued_on]
    if before:
        return max(before, key=lambda point: point.on)
    later = [point for point in seen if point.on < goal.due_on]
    return min(later, key=lambda point: point.on, default=None)


def expected(goal: Goal, baseline: Point | None, on: datetime.date) -> Decimal | None:
    """Where the straight line from the baseline to the goal stands; the goal itself afterwards.

    None before the baseline, or where there is none.
    """
    if on >= goal.due_on:
        return goal.value
    if baseline is None or on < baseline.on:
        return None
    gone, whole = (on - baseline.on).days, (goal.due_on - baseline.on).days
    value = baseline.value + (goal.value - baseline.value) * gone / whole
    unit = Decimal(1) if goal.indicator == POPULATION else Decimal("0.01")
    return value.quantize(unit, ROUND_HALF_UP)


def goal_in_force(goals: tuple[Goal, ...], indicator: str, on: datetime.date) -> Goal | None:
    """The goal of the latest document issued by this day; of several, the one due next."""
    known = [goal for goal in goals if goal.indicator == indicator and goal.issued_on <= on]
    if not known:
        return None
    latest = max(goal.issued_on for goal in known)
    rows = sorted((goal for goal in known if goal.issued_on == latest), key=lambda one: one.due_on)
    return next((goal for goal in rows if goal.due_on >= on), rows[-1])
