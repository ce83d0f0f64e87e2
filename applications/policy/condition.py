"""What a condition is, and the two plain kinds: one statement, or the present registration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from applications.policy.case import Applicant, Facts
from applications.policy.parameters import Values
from applications.policy.verdict import Finding, Status


class Situation(NamedTuple):
    """What a condition looks at; `persons` are the applicant and the companions admitted."""

    day: date
    person: Applicant
    facts: Facts
    persons: int
    values: Values


class Outlook(NamedTuple):
    """From where the days after `as_of` are looked at on which a condition may turn to met."""

    as_of: date
    facts: Facts
    eras: tuple[Values, ...]


Check = Callable[[Situation], Finding]
TurningDays = Callable[[Outlook], Iterable[date | None]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, the facts it needs, and, where days alone can change it, on which they may."""

    code: str
    title: str
    check: Check
    facts: tuple[str, ...] = ()
    person_fields: tuple[str, ...] = ()
    turning_days: TurningDays | None = None


def either(met: bool) -> Status:
    return "met" if met else "unmet"


def stated(
    code: str,
    title: str,
    read: Callable[[Facts], bool | None],
    texts: tuple[str, str, str],
    *,
    facts: tuple[str, ...] | None = None,
    met_when: bool = True,
) -> Condition:
    """A condition that one statement settles; texts: required, where it is so, where it is not."""
    required, yes, no = texts
    findings = {
        True: Finding(either(met_when), required, yes),
        False: Finding(either(not met_when), required, no),
        None: Finding("unknown", required, f"待核实:{title}"),
    }

    def check(situation: Situation) -> Finding:
        return findings[read(situation.facts)]

    return Condition(code, title, check, facts or (code,))


def by_division(
    code: str, title: str, holds: Callable[[str], bool], texts: tuple[str, str, str]
) -> Condition:
    """A condition that the present household registration settles."""
    required, yes, no = texts
    unknown = Finding("unknown", required, "待核实:现户籍所在地")

    def check(situation: Situation) -> Finding:
        division = situation.person.division
        if division is None:
            return unknown
        met = holds(division)
        told = f"{yes if met else no}(区划代码{division})"
        return Finding("met" if met else "unmet", required, told)

    return Condition(code, title, check, person_fields=("division",))
