"""Until when a case must be decided: computed from facts, never counted by a nightly job."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from kaili_hukou.workdays import Calendar

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from `since` until the day before `until` (None: still standing)."""

    since: datetime.date
    until: datetime.date | None = None


def due_on(
    accepted_on: datetime.date,
    working_days: int,
    pauses: Iterable[Pause],
    calendar: Calendar,
) -> datetime.date | None:
    """The last day of the term; None where a pause that has not ended began before it.

    The day of acceptance does not count (民法典 第二百零一条); each working day inside a pause
    is added at the end. A pause that began after the term had run out takes nothing back.
    """
    stopped: set[datetime.date] = set()
    standing_since = datetime.date.max
    for pause in pauses:
        if pause.until is None:
            standing_since = min(standing_since, pause.since)
        else:
            stopped.update(_days(pause.since, pause.until))
    day, left = accepted_on, working_days
    while left > 0:
        day += ONE_DAY
        if day >= standing_since:
            return None
        if day not in stopped and calendar.is_workday(day):
            left -= 1
    return day


def telling_by(received_on: datetime.date, days: int, calendar: Calendar) -> datetime.date:
    """The last day to tell what is missing (行政许可法 第三十二条: five working days).

    Told by nobody until then, the application counts as accepted from the day of the papers.
    """
    return calendar.add_working_days(received_on, days)


def _days(since: datetime.date, until: datetime.date) -> Iterable[datetime.date]:
    return (since + ONE_DAY * n for n in range((until - since).days))


def standing(due: datetime.date | None, on: datetime.date, calendar: Calendar) -> tuple[str, str]:
    """(colour, words) of a due day as seen on a day: 逾期, 今日, or the day itself."""
    if due is None:
        return "grey", "已暂停"
    if due < on:
        return "red", f"逾期 {max(calendar.working_days_between(due, on), 1)} 个工作日"
    if due == on:
        return "amber", "今日到期"
    return "", f"{due:%Y-%m-%d}"
