"""The days of the yearly submission: due on 10 December, in time through that day's end.

四(一): returns reach 市户改办 before 10 December; supporting rules are due three months after the
plan's issue.
"""

import datetime
from typing import Final

from kaili_hukou.dates import add_months
from kaili_hukou.workdays import Calendar

ONE_DAY: Final = datetime.timedelta(days=1)
# Returns are asked for within these years; another number in an address is no year of ours.
FIRST_YEAR: Final = 2019
# 10 November, 1, 7 and 9 December; from the 11th, every day while a unit is silent.
REMINDED_ON: Final = ((11, 10), (12, 1), (12, 7), (12, 9))
# The plan's day of issue: that of the draft for consultation, until the final text has one.
# Checked against the text as published, 2026-11-23.
PLAN_ISSUED_ON: Final = datetime.date(2019, 5, 23)
MONTHS_FOR_RULES: Final = 3


def due_on(year: int) -> datetime.date:
    return datetime.date(year, 12, 10)


def is_late(year: int, received_on: datetime.date) -> bool:
    """Received on the 10th is in time, on a Sunday too: the plan names the day."""
    return received_on > due_on(year)


def last_workday(year: int, calendar: Calendar) -> datetime.date:
    """The last working day up to the due day: the hint for a year whose 10th is none."""
    day = due_on(year)
    while not calendar.is_workday(day):
        day -= ONE_DAY
    return day


def asked_year(on: datetime.date) -> int:
    """The year whose return is asked for on a day: in spring, still the late ones of the last."""
    return on.year if on.month > 1 else on.year - 1


def period(year: int) -> tuple[datetime.date, datetime.date]:
    """The report year: 1 December of the year before to 30 November."""
    return datetime.date(year - 1, 12, 1), datetime.date(year, 11, 30)


def is_reminder_day(year: int, on: datetime.date) -> bool:
    if on > due_on(year):
        return True
    return on.year == year and (on.month, on.day) in REMINDED_ON


def reminder_days(year: int, until: datetime.date) -> list[datetime.date]:
    """All days up to one on which a silent unit is reminded."""
    fixed = [datetime.date(year, month, day) for month, day in REMINDED_ON]
    found = [day for day in fixed if day <= until]
    day = due_on(year) + ONE_DAY
    while day <= until:
        found.append(day)
        day += ONE_DAY
    return found


def returns_by(year: int) -> datetime.date:
    """The internal day for returns, where nobody set another."""
    return datetime.date(year, 11, 30)


def summary_by(year: int) -> datetime.date:
    """The internal day for the summary, where nobody set another."""
    return datetime.date(year, 12, 9)


def rules_due_on() -> datetime.date:
    return add_months(PLAN_ISSUED_ON, MONTHS_FOR_RULES)
