"""Bars for an SVG that the page draws, from the figures of a report. Pure.

A bar is full for the report itself and hollow for the year before: they are told apart without
colour. Each has its number beside it, and the table says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from applications.policy.routes import ROUTES
from reports.figures import Figures

WIDTH, LEFT, RIGHT = 760, 170, 60
THICK, GAP, TOP = 14, 10, 8


@dataclass(frozen=True, slots=True)
class Amount:
    """One row: what it is, how much, and how much the year before (None: not known)."""

    title: str
    number: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    title: str
    number: int
    y: float
    length: float
    hollow: bool = False

    @property
    def middle(self) -> float:
        return self.y + THICK / 2

    @property
    def end(self) -> float:
        return LEFT + self.length + 6


@dataclass(frozen=True, slots=True)
class Bars:
    title: str
    unit: str
    amounts: tuple[Amount, ...]
    bars: tuple[Bar, ...]
    height: int
    width: int = WIDTH
    left: int = LEFT
    thick: int = THICK

    @property
    def compares(self) -> bool:
        return any(one.before is not None for one in self.amounts)


def bars(title: str, unit: str, amounts: Sequence[Amount]) -> Bars | None:
    """None where there is nothing to draw."""
    numbers = [n for one in amounts for n in (one.number, one.before) if n is not None]
    most = max(numbers, default=0)
    if not most:
        return None
    drawn: list[Bar] = []
    y = float(TOP)
    for one in amounts:
        drawn.append(Bar(one.title, one.number, y, _length(one.number, most)))
        y += THICK
        if one.before is not None:
            drawn.append(Bar("", one.before, y, _length(one.before, most), hollow=True))
            y += THICK
        y += GAP
    return Bars(title, unit, tuple(amounts), tuple(drawn), round(y))


def _length(number: int, most: int) -> float:
    return round((WIDTH - LEFT - RIGHT) * number / most, 1)


def charts_of(figures: Figures, before: Figures | None = None) -> list[Bars]:
    """By month beside the year before, by route, by town."""
    settled = figures.told["settled"]
    routes = {ROUTES[code].title: number for code, number in settled["by_route"].items()}
    found = (
        bars("分月落户人数", "人", _months(figures, before)),
        bars("各渠道落户人数", "人", _largest_first(routes)),
        bars("各镇(街道)落户人数", "人", _largest_first(settled["by_town"])),
    )
    return [one for one in found if one]


def _months(figures: Figures, before: Figures | None) -> list[Amount]:
    """A month of the year before stands by the month of the same name."""
    earlier = before.told["settled"]["by_month"] if before else {}
    return [
        Amount(name, number, earlier.get(_a_year_before(name)))
        for name, number in figures.told["settled"]["by_month"].items()
    ]


def _a_year_before(month: str) -> str:
    return f"{int(month[:4]) - 1:04d}{month[4:]}"


def _largest_first(numbers: dict[str, int]) -> list[Amount]:
    rows = sorted(numbers.items(), key=lambda item: -item[1])
    return [Amount(title, number) for title, number in rows]
