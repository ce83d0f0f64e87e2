"""Enrolments as the counter hears them, made into the one stretch that the law counts.

Three complete school years are 36 months: a school year runs from 1 September to 1 September,
whatever day of September the pupil was enrolled and of summer he left. Pure.
"""

import datetime
from collections.abc import Iterable

Stretch = tuple[datetime.date, datetime.date | None]

SUMMER = (6, 7, 8)
# Enrolled within these days of a school year's beginning is enrolled at its beginning.
BEGINNING = ((8, 15), (9, 30))


def school_begin(day: datetime.date) -> datetime.date:
    """1 September for whoever was enrolled around it, else the day itself."""
    first, last = BEGINNING
    if first <= (day.month, day.day) <= last:
        return datetime.date(day.year, 9, 1)
    return day


def school_end(day: datetime.date) -> datetime.date:
    """1 September after the last whole school year for whoever left in summer, else the day."""
    return datetime.date(day.year, 9, 1) if day.month in SUMMER else day


def merged(stretches: Iterable[Stretch]) -> Stretch | None:
    """The last unbroken stretch: enrolments in Kaili that follow each other are one."""
    ordered = sorted(
        ((school_begin(since), school_end(until) if until else None) for since, until in stretches),
        key=lambda stretch: stretch[0],
    )
    current: Stretch | None = None
    for since, until in ordered:
        if current is None or (current[1] is not None and since > current[1]):
            current = (since, until)
        elif current[1] is not None and (until is None or until > current[1]):
            current = (current[0], until)
    return current
