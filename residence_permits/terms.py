"""The term of a residence permit: windows, suspension and continuity (居住证暂行条例 第十条).

Everything follows from three kinds of day: that of issue, those of the endorsements, and the day
that is judged. The nightly sweep, the pages and the eligibility rules all use this module.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from kaili_hukou.clauses import cite
from kaili_hukou.dates import add_months, anniversary, in_words

CLAUSE: Final = cite("居住证暂行条例 第十条")

Status = Literal["valid", "suspended"]
RefusalCode = Literal["before_issue", "too_early", "already_endorsed"]

_ONE_DAY: Final = timedelta(days=1)


class TermsError(ValueError):
    """Days from which no term can be computed, as a Chinese sentence."""


class Window(NamedTuple):
    """The month in which to endorse, both days included."""

    opens_on: date
    closes_on: date

    def is_open(self, on: date) -> bool:
        return self.opens_on <= on <= self.closes_on


class Refusal(NamedTuple):
    """An endorsement that changes nothing, and why."""

    on: date
    code: RefusalCode
    message: str

    def to_json(self) -> dict[str, str]:
        return {"on": self.on.isoformat(), "code": self.code, "message": self.message}


class Timeline(NamedTuple):
    """How a permit stands on a day. `window` and `suspended_from` are None beyond the year 9999."""

    status: Status
    continuous_since: date
    window: Window | None
    suspended_from: date | None
    refused: tuple[Refusal, ...]

    @property
    def is_valid(self) -> bool:
        return self.status == "valid"

    def to_json(self) -> dict[str, object]:
        return {
            "status": self.status,
            "continuous_since": self.continuous_since.isoformat(),
            "window": [day.isoformat() for day in self.window] if self.window else None,
            "suspended_from": self.suspended_from.isoformat() if self.suspended_from else None,
            "refused": [refusal.to_json() for refusal in self.refused],
        }


class Stretch(NamedTuple):
    """Days of validity without a break, both included; None: to the end of the calendar."""

    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class _Year(NamedTuple):
    """The year of a permit that runs: counted from the anchor, ending with its anniversary."""

    anchor: date
    number: int = 1

    @property
    def anniversary(self) -> date | None:
        return anniversary(self.anchor, self.number)

    @property
    def window(self) -> Window | None:
        return _window_before(self.anniversary)


def _window_before(day: date | None) -> Window | None:
    """One month before the anniversary, clamped to the month's end, up to the day before it."""
    return None if day is None else Window(add_months(day, -1), day - _ONE_DAY)


def timeline(issued_on: date, endorsed_on: Iterable[date], as_of: date) -> Timeline:
    """How a permit stands at a day, by the endorsements made up to it (第十条)."""
    if as_of < issued_on:
        raise TermsError(
            f"查询日期 {as_of} 早于发放日期 {issued_on},应为发放当日或以后,请核对两个日期。"
        )
    year, refused, _ = _replayed(issued_on, endorsed_on, as_of)
    ends_on = year.anniversary
    if ends_on is not None and as_of >= ends_on:
        return Timeline("suspended", year.anchor, None, ends_on, refused)
    return Timeline("valid", year.anchor, _window_before(ends_on), ends_on, refused)


def stretches(
    issued_on: date, endorsed_on: Iterable[date], as_of: date = date.max
) -> tuple[Stretch, ...]:
    """The stretches in which a permit is valid; a late endorsement begins a new one.

    The permit is valid on a day, by the endorsements made up to that day, if and only if a stretch
    holds it: later endorsements never change what an earlier day was.
    """
    year, _, finished = _replayed(issued_on, endorsed_on, as_of)
    return (*finished, _stretch(year))


def window(issued_on: date, endorsed_on: Iterable[date], as_of: date) -> Window | None:
    """The window that is open and not used, else the next one to open; None while suspended."""
    return timeline(issued_on, endorsed_on, as_of).window


def endorsed_in_every_window(
    issued_on: date, endorsed_on: Iterable[date], as_of: date, until: date
) -> tuple[date, ...]:
    """The endorsements made up to a day, and one in every window from then on until another.

    A permit that is suspended stays so: a late endorsement is not made in its window.
    """
    made = [day for day in endorsed_on if day <= as_of]
    if as_of < issued_on:
        year = _Year(issued_on)
    else:
        year, _, _ = _replayed(issued_on, made, as_of)
        ends_on = year.anniversary
        if ends_on is not None and ends_on <= as_of:
            return tuple(made)
    while (opening := year.window) is not None and opening.opens_on <= until:
        made.append(max(opening.opens_on, as_of))
        year = _Year(year.anchor, year.number + 1)
    return tuple(made)


def _replayed(
    issued_on: date, endorsed_on: Iterable[date], as_of: date
) -> tuple[_Year, tuple[Refusal, ...], list[Stretch]]:
    """The year that runs after every endorsement up to a day, taken in the order of the days."""
    year = _Year(issued_on)
    refused: list[Refusal] = []
    finished: list[Stretch] = []
    made = sorted(endorsed_on)
    for day in made[: bisect_right(made, as_of)]:
        ends_on = year.anniversary
        if day < issued_on:
            refused.append(_before_issue(day, issued_on))
        elif ends_on is not None and day >= ends_on:
            finished.append(_stretch(year))
            year = _Year(day)
        elif (opening := _window_before(ends_on)) is not None and day >= opening.opens_on:
            year = _Year(year.anchor, year.number + 1)
        else:
            refused.append(_before_window(day, year, opening))
    return year, tuple(refused), finished


def _stretch(year: _Year) -> Stretch:
    ends_on = year.anniversary
    return Stretch(year.anchor, None if ends_on is None else ends_on - _ONE_DAY)


def _before_issue(day: date, issued_on: date) -> Refusal:
    return Refusal(
        day,
        "before_issue",
        f"签注日期{in_words(day)}早于居住证发放日期{in_words(issued_on)},不予计入,请核对日期。",
    )


def _before_window(day: date, year: _Year, opening: Window | None) -> Refusal:
    used = _Year(year.anchor, year.number - 1).window if year.number > 1 else None
    again = (
        f",下次可在{in_words(opening.opens_on)}至{in_words(opening.closes_on)}期间签注"
        if opening
        else ""
    )
    if used is not None and used.is_open(day):
        return Refusal(day, "already_endorsed", f"{in_words(day)}所在的签注期内已经签注{again}。")
    return Refusal(day, "too_early", f"{in_words(day)}尚未到签注期{again}。")
