"""The one function behind every door: what the plan says to a case on a day.

`eligible_on` and `come_back_on` are found by looking only at the days on which a condition can
turn to met (the ends of terms, the first days of months, changes of parameters): the first day on
which all are met is always one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

from applications.policy.case import Case, Facts
from applications.policy.companions import decide
from applications.policy.condition import Condition, Outlook, Situation
from applications.policy.evidence import required
from applications.policy.parameters import SHIPPED, Parameters
from applications.policy.routes import ROUTES, Route
from applications.policy.verdict import ConditionResult, Outcome, Verdict
from kaili_hukou.dates import month_number
from residence_permits.terms import endorsed_in_every_window

_ONE_DAY: Final = timedelta(days=1)


def assess(case: Case, parameters: Parameters = SHIPPED) -> Verdict:
    """The verdict on the route that the case names."""
    if case.route is None:
        raise ValueError("assess 需要一个落户渠道;未指定渠道的请用 assess_all。")
    return _assessed(case, ROUTES[case.route], parameters)


def assess_all(case: Case, parameters: Parameters = SHIPPED) -> list[Verdict]:
    """The verdicts on all thirteen routes, in their order, whatever route the case names."""
    return [_assessed(case, route, parameters) for route in ROUTES.values()]


def _assessed(case: Case, route: Route, parameters: Parameters) -> Verdict:
    division = case.person.division
    values = parameters.on(case.as_of)
    decisions = decide(
        case.companions, route.companions, as_of=case.as_of, adult_at=values.adult_at
    )
    persons = 1 + sum([decision.decision == "admitted" for decision in decisions])
    now = Situation(case.as_of, case.person, case.facts, persons, values)
    clause = route.clause_for(division)
    conditions = route.conditions_for(division)
    results = tuple([_result(condition, now, clause) for condition in conditions])
    outcome = _outcome(results)
    eligible_on = come_back_on = None
    if outcome == "ineligible" and _can_turn(conditions, results):
        eligible_on, come_back_on = _days_to_come(conditions, now, parameters)
    return Verdict(
        route.code,
        outcome,
        route.priority,
        route.green_lane,
        route.household,
        clause,
        eligible_on,
        come_back_on,
        results,
        decisions,
        required(route.code, division),
    )


def _result(condition: Condition, now: Situation, clause: str) -> ConditionResult:
    status, required_text, actual, met_on = condition.check(now)
    return ConditionResult(
        condition.code, condition.title, clause, status, required_text, actual, met_on
    )


def _outcome(results: Sequence[ConditionResult]) -> Outcome:
    """Unmet outweighs unknown, and unknown outweighs met."""
    statuses = [result.status for result in results]
    if "unmet" in statuses:
        return "ineligible"
    return "undetermined" if "unknown" in statuses else "eligible"


def _can_turn(conditions: Sequence[Condition], results: Sequence[ConditionResult]) -> bool:
    """No day makes an unknown known, nor changes a condition that is no matter of days."""
    return all(
        result.status == "met" or (result.status == "unmet" and condition.turning_days is not None)
        for condition, result in zip(conditions, results, strict=True)
    )


def _days_to_come(
    conditions: Sequence[Condition], now: Situation, parameters: Parameters
) -> tuple[date | None, date | None]:
    """The first day if nothing happens, and the first if what can go on does go on."""
    dated = [condition for condition in conditions if condition.turning_days is not None]
    outlook = Outlook(now.day, _as_it_stands(now.facts, now.day), parameters.eras)
    days = _turning_days(dated, outlook, parameters)
    eligible_on = _first(days, dated, now, parameters, lambda _day: outlook.facts)
    come_back_on = _first(
        days, dated, now, parameters, lambda day: _if_it_goes_on(outlook.facts, now.day, day)
    )
    return eligible_on, come_back_on


def _turning_days(
    dated: Sequence[Condition], outlook: Outlook, parameters: Parameters
) -> list[date]:
    """The days after `as_of` on which a condition can turn to met, in their order."""
    days = set(parameters.changes_after(outlook.as_of))
    if outlook.as_of < date.max:
        days.add(outlook.as_of + _ONE_DAY)
    for condition in dated:
        if condition.turning_days is not None:
            turning = condition.turning_days(outlook)
            days.update([day for day in turning if day is not None and day > outlook.as_of])
    return sorted(days)


def _first(
    days: Sequence[date],
    dated: Sequence[Condition],
    now: Situation,
    parameters: Parameters,
    facts_on: Callable[[date], Facts],
) -> date | None:
    """The first of the days on which every condition is met; companions stay as decided."""
    for day in days:
        then = Situation(day, now.person, facts_on(day), now.persons, parameters.on(day))
        if all(condition.check(then).status == "met" for condition in dated):
            return day
    return None


def _as_it_stands(facts: Facts, as_of: date) -> Facts:
    """The facts without the endorsements after a day and the insured months after its month."""
    if facts.permit is not None and facts.permit.endorsed_on is not None:
        made = tuple([day for day in facts.permit.endorsed_on if day <= as_of])
        facts = facts._replace(permit=facts.permit._replace(endorsed_on=made))
    if facts.insured_months is not None:
        this_month = month_number(as_of)
        paid = frozenset([month for month in facts.insured_months if month <= this_month])
        facts = facts._replace(insured_months=paid)
    return facts


def _if_it_goes_on(facts: Facts, as_of: date, day: date) -> Facts:
    """The facts on a later day if every month is insured and every window is used from now on."""
    permit = facts.permit
    if permit is not None and permit.issued_on is not None and permit.endorsed_on is not None:
        made = endorsed_in_every_window(permit.issued_on, permit.endorsed_on, as_of, day)
        facts = facts._replace(permit=permit._replace(endorsed_on=made))
    if facts.insured_months is not None:
        to_come = range(month_number(as_of), month_number(day) + 1)
        facts = facts._replace(insured_months=facts.insured_months.union(to_come))
    return facts
