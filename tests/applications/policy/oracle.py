"""The contract once more, day by day and without any shortcut, to compare `assess` with.

Shares no code with the rules but the reading of a case: it walks the calendar where the rules
compute, and is therefore slow.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache

from applications.policy.case import Case, Facts

DAY = timedelta(days=1)


def months_on(day: date, months: int) -> date:
    year, month = day.year, day.month
    step = 1 if months > 0 else -1
    for _ in range(abs(months)):
        month += step
        if month in (0, 13):
            year, month = year + step, 12 if month == 0 else 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@lru_cache(maxsize=8)
def permit_days(
    issued_on: date, endorsed_on: tuple[date, ...], until: date
) -> dict[date, tuple[bool, date]]:
    """For each day, whether the permit is valid, and its anchor; walked through day by day."""
    anchor, number, valid = issued_on, 1, True
    ends_on = months_on(anchor, 12)
    states, day = {}, issued_on
    while day <= until:
        valid = valid and day != ends_on
        for _ in range(endorsed_on.count(day)):
            if not valid:
                anchor, number, valid = day, 1, True
            elif day >= months_on(ends_on, -1):
                number += 1
            ends_on = months_on(anchor, 12 * number)
        states[day] = (valid, anchor)
        day += DAY
    return states


def permit_state(issued_on: date, endorsed_on: list[date], on: date) -> tuple[bool, date]:
    return permit_days(issued_on, tuple(endorsed_on), date(2030, 1, 1))[on]


def insured(months: set[int], on: date) -> bool:
    this_month = on.year * 12 + on.month - 1
    return any(
        all(last - back in months for back in range(6)) for last in (this_month, this_month - 1)
    )


def permit_holds(facts: Facts, as_of: date, on: date, *, goes_on: bool) -> bool:
    permit = facts.permit
    assert permit is not None
    assert permit.issued_on is not None
    assert permit.endorsed_on is not None
    if permit.issued_on > on:
        return False
    made = [day for day in permit.endorsed_on if day <= as_of]
    if goes_on:
        start = max(as_of, permit.issued_on)
        valid, anchor = permit_state(permit.issued_on, made, start)
        return valid and months_on(anchor, 36) <= on
    valid, anchor = permit_state(permit.issued_on, made, on)
    return valid and months_on(anchor, 36) <= on


def schooling_holds(case: Case, on: date, *, goes_on: bool) -> bool:
    enrolment = case.facts.enrolment
    assert enrolment is not None
    assert enrolment.from_day is not None
    reached_on = months_on(enrolment.from_day, 36)
    enrolled = reached_on <= on and (enrolment.to is None or reached_on <= enrolment.to)
    return enrolled and permit_holds(case.facts, case.as_of, on, goes_on=goes_on)


def residence_holds(case: Case, on: date, *, goes_on: bool) -> bool:
    facts, this_month = case.facts, case.as_of.year * 12 + case.as_of.month - 1
    assert facts.residence_from is not None
    assert facts.insured_months is not None
    months = {month for month in facts.insured_months if month <= this_month}
    if goes_on:
        months |= set(range(this_month, on.year * 12 + on.month))
    return months_on(facts.residence_from, 6) <= on and insured(months, on)


def first_day(case: Case, holds, *, goes_on: bool, days: int) -> date | None:
    for ahead in range(1, days):
        day = case.as_of + ahead * DAY
        if holds(case, day, goes_on=goes_on):
            return day
    return None
