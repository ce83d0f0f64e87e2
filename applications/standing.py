"""How the terms of a case stand on a day, in the words of the lists."""

import datetime
from dataclasses import dataclass

from applications.deadlines import standing, telling_by
from applications.models import Application
from applications.parameters import in_force
from applications.workflow import State
from kaili_hukou.registers import calendar
from kaili_hukou.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Clock:
    """What a term is told by: the day, the calendar, and the days in which to tell."""

    on: datetime.date
    calendar: Calendar
    telling_days: int


def clock(on: datetime.date) -> Clock:
    return Clock(on, calendar(), in_force().days_on("supplement_notice_days", on))


def term_of(case: Application, at: Clock) -> tuple[str, str]:
    """(colour, words): the promised day, the last day to tell, or the last day to supplement."""
    if not case.is_alive:
        return "", ""
    if case.state == State.SUPPLEMENT and case.supplement_by:
        late = case.supplement_by < at.on
        return ("red", "补正已过期") if late else ("", f"补正至 {case.supplement_by}")
    if case.accepted_on:
        return standing(case.due_on, at.on, at.calendar)
    return _telling(case, at)


def _telling(case: Application, at: Clock) -> tuple[str, str]:
    if case.state != State.RECEIVED or case.received_on is None:
        return "", ""
    last = telling_by(case.received_on, at.telling_days, at.calendar)
    if last < at.on:
        return "red", "未告知,自收件日视为受理"
    return ("amber" if last == at.on else ""), f"须于 {last:%m-%d} 前告知"


def provisional_years(case: Application, at: Clock) -> bool:
    """Whether the promised day touches a year whose calendar is not published yet."""
    if case.accepted_on is None or case.due_on is None:
        return False
    return at.calendar.provisional(case.accepted_on, case.due_on)
