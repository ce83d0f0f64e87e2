"""Where the points of a line chart lie: numbers for an SVG that the page draws. Pure.

Lines are told apart by dash and mark, not by colour; each chart stands above its table.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.curve import Point

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 74, 150, 16, 34
STEPS: Final = (1, 2, 2.5, 5, 10)
MOST_TICKS = 6
# Between the titles at the ends of two lines.
APART = 15


@dataclass(frozen=True, slots=True)
class Series:
    """A line; `mark` is the name of its shape: circle, square, diamond or none."""

    title: str
    mark: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    x: float
    y: float
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    mark: str
    spots: tuple[Spot, ...]
    title_x: float
    title_y: float

    @property
    def path(self) -> str:
        return " ".join(f"{spot.x},{spot.y}" for spot in self.spots)


@dataclass(frozen=True, slots=True)
class Chart:
    lines: tuple[Line, ...]
    heights: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - BOTTOM


def chart(series: Sequence[Series], unit: str) -> Chart | None:
    """None where there is not a single point."""
    known = [one for one in series if one.points]
    points = [point for one in known for point in one.points]
    if not points:
        return None
    first, last = min(point.on for point in points), max(point.on for point in points)
    ticks = _ticks([float(point.value) for point in points])
    ends = _ends(known, last, ticks)
    lines = tuple(
        Line(
            one.title,
            one.mark,
            tuple(
                Spot(
                    _x(point.on, first, last),
                    _y(float(point.value), ticks),
                    f"{one.title} {point.on}:{point.value}{unit}",
                )
                for point in one.points
            ),
            *end,
        )
        for one, end in zip(known, ends, strict=True)
    )
    heights = tuple((_y(tick, ticks), f"{tick:g}{unit}") for tick in ticks)
    return Chart(lines, heights, _years(first, last))


def _x(on: datetime.date, first: datetime.date, last: datetime.date) -> float:
    whole = (last - first).days or 1
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (on - first).days / whole, 1)


def _y(value: float, ticks: Sequence[float]) -> float:
    low, high = ticks[0], ticks[-1]
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)


def _ticks(values: Sequence[float]) -> list[float]:
    """Round numbers below, between and above the values; at least two."""
    low, high = min(values), max(values)
    span = (high - low) or max(abs(high) / 10, 1)
    size = 1.0
    while size * 10 <= span / MOST_TICKS:
        size *= 10
    while size > span / MOST_TICKS * 10:
        size /= 10
    step = next((size * one for one in STEPS if size * one >= span / MOST_TICKS), size * 10)
    first, last = low // step, -(-high // step)
    if first == last:
        last += 1
    return [round(number * step, 6) for number in range(int(first), int(last) + 1)]


def _ends(
    known: Sequence[Series], last: datetime.date, ticks: Sequence[float]
) -> list[tuple[float, float]]:
    """Where the title of each line stands: beside its end, or above where it ends early."""
    first = min(point.on for one in known for point in one.points)
    heights = [_y(float(one.points[-1].value), ticks) for one in known]
    whole = [place for place, one in enumerate(known) if one.points[-1].on == last]
    beside = dict(zip(whole, _apart([heights[place] for place in whole]), strict=True))
    return [
        (WIDTH - RIGHT + 12, beside[place])
        if place in beside
        else (_x(one.points[-1].on, first, last), max(heights[place] - APART, 8))
        for place, one in enumerate(known)
    ]


def _apart(heights: Sequence[float]) -> list[float]:
    """The titles at the ends of the lines, moved down where they would cover each other."""
    placed: dict[int, float] = {}
    lowest = 0.0
    for place in sorted(range(len(heights)), key=lambda one: heights[one]):
        lowest = max(heights[place], lowest + APART)
        placed[place] = round(lowest, 1)
    return [placed[place] for place in range(len(heights))]


def _years(first: datetime.date, last: datetime.date) -> tuple[tuple[float, str], ...]:
    """The ends of the years between, or the first day where there is none."""
    ends = [datetime.date(year, 12, 31) for year in range(first.year, last.year + 1)]
    within = [day for day in ends if first <= day <= last] or [first]
    every = -(-len(within) // 8)
    return tuple((_x(day, first, last), str(day.year)) for day in within[::every])
