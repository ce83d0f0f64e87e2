"""How the terms of a case stand on a day, in the words of the lists."""

import datetime

from applications.deadlines import standing, telling_by
from applications.models import Application
from applications.workflow import State
from kaili_hukou.workdays import Calendar


def term_of(case: Application, on: datetime.date, calendar: Calendar) -> tuple[str, str]:
    """(colour, words): the promised day, the last day to tell, or the last day to supplement."""
    if not case.is_alive:
        return "", ""
    if case.state == State.SUPPLEMENT and case.supplement_by:
        late = case.supplement_by < on
        return ("red", "补正已过期") if late else ("", f"补正至 {case.supplement_by}")
    if case.accepted_on:
        return standing(case.due_on, on, calendar)
    return _telling(case, on, calendar)


def _telling(case: Application, on: datetime.date, calendar: Calendar) -> tuple[str, str]:
    if case.state != State.RECEIVED or case.received_on is None:
        return "", ""
    last = telling_by(case.received_on, calendar)
    if last < on:
        return "red", "未告知,自收件日视为受理"
    return ("amber" if last == on else ""), f"告知至 {last}"


def provisional_years(case: Application, calendar: Calendar) -> bool:
    """Whether the promised day touches a year whose calendar is not published yet."""
    if case.accepted_on is None or case.due_on is None:
        return False
    return calendar.provisional(case.accepted_on, case.due_on)
