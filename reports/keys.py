"""The key of a figure: what is counted, in which days, of which rows. Pure.

Written `settled/2025-12-01/2026-11-30/level:prefecture,province/route:schooling`. The list behind a
figure is asked for by the same key, so that both count the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kaili_hukou.dates import parse_day
from reports.period import Period

# Stands for what is not filled in.
NONE = "none"
LONGEST = 600
_WORD = re.compile(r"[a-z_]{1,24}")
_VALUE = re.compile(r"[a-z0-9_-]{1,24}")

Where = tuple[tuple[str, tuple[str, ...]], ...]


def where(**told: str | tuple[str, ...]) -> Where:
    """Dimensions with the values that count, in one order."""
    rows = ((name, (one,) if isinstance(one, str) else one) for name, one in told.items())
    return tuple(sorted((name, tuple(sorted(values))) for name, values in rows))


def both(one: Where, other: Where) -> Where:
    """Rows that fulfil both; a dimension named twice must be so with common values."""
    merged = dict(one)
    for name, values in other:
        known = merged.get(name)
        kept = values if known is None else tuple(sorted(set(known) & set(values)))
        merged[name] = kept
    return tuple(sorted(merged.items()))


@dataclass(frozen=True, slots=True)
class Figure:
    """`source` names what is counted (`reports.sources`)."""

    source: str
    period: Period
    where: Where = ()

    @property
    def text(self) -> str:
        parts = [self.source, self.period.first.isoformat(), self.period.last.isoformat()]
        parts += [f"{name}:{','.join(values)}" for name, values in self.where]
        return "/".join(parts)

    def of(self, more: Where) -> Figure:
        return Figure(self.source, self.period, both(self.where, more))


def parse(text: str) -> Figure:
    """The figure that a text names; ValueError where it is none."""
    if len(text) > LONGEST:
        raise ValueError("longer than a key")
    words = text.split("/")
    if len(words) < 3:
        raise ValueError("shorter than a key")
    source, first, last, *parts = words
    period = Period(parse_day(first), parse_day(last))
    if not _WORD.fullmatch(source) or period.first > period.last or period.last == date.max:
        raise ValueError("not a figure")
    told = [_dimension(part) for part in parts]
    if len({name for name, _ in told}) < len(told):
        raise ValueError("a dimension is named twice")
    return Figure(source, period, tuple(sorted(told)))


def _dimension(part: str) -> tuple[str, tuple[str, ...]]:
    name, _, listed = part.partition(":")
    values = tuple(sorted(listed.split(",")))
    if not _WORD.fullmatch(name) or not all(_VALUE.fullmatch(value) for value in values):
        raise ValueError("not a dimension")
    return name, values
