"""What the units and the offices themselves wrote, for the report of a year. Pure.

It is taken into the snapshot beside the figures, so that a frozen report
says for ever what it said.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from reports.figures import Change, Figures, plain


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What a unit wrote of one measure; amounts in yuan as text, empty where none was given."""

    clause: str
    title: str
    part: str
    progress: str = ""
    figures: str = ""
    problems: str = ""
    next_steps: str = ""
    cost_estimated: str = ""
    cost_spent: str = ""


@dataclass(frozen=True, slots=True)
class FileWords:
    """A paper that a unit handed in: what for, and by which digest it is known."""

    purpose: str
    clause: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class UnitWords:
    name: str
    state: str
    items: tuple[ItemWords, ...] = ()
    suggestions: str = ""
    files: tuple[FileWords, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleWords:
    bureau: str
    clause: str
    title: str
    state: str
    number: str = ""
    issued_on: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class RateWords:
    """An indicator with its source and day; `goal`: what the plan wants by `goal_on`."""

    title: str
    unit: str
    value: str = ""
    as_of: str = ""
    source: str = ""
    sourced_on: str = ""
    goal: str = ""
    goal_on: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    units: tuple[UnitWords, ...] = ()
    rules: tuple[RuleWords, ...] = ()
    rates: tuple[RateWords, ...] = ()

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = plain(asdict(self))
        return told


def words_of(figures: Figures) -> Words:
    """The words of a snapshot."""
    told = figures.words
    return Words(
        tuple(_unit(one) for one in told.get("units", ())),
        tuple(RuleWords(**one) for one in told.get("rules", ())),
        tuple(RateWords(**one) for one in told.get("rates", ())),
    )


def _unit(told: dict[str, Any]) -> UnitWords:
    items = tuple(ItemWords(**one) for one in told["items"])
    files = tuple(FileWords(**one) for one in told["files"])
    return UnitWords(**told | {"items": items, "files": files})


# ------------------------------------------------------------------ a correction


def changed_words(before: Figures, after: Figures) -> tuple[Change, ...]:
    """The units whose words are not those of the version before."""
    earlier = {unit.name: unit for unit in words_of(before).units}
    later = {unit.name: unit for unit in words_of(after).units}
    names = dict.fromkeys([*later, *earlier])
    return tuple(
        Change("各单位报送内容", name, "情况", _stood(earlier, name), _stood(later, name, "已变动"))
        for name in names
        if earlier.get(name) != later.get(name)
    )


def _stood(units: dict[str, UnitWords], name: str, otherwise: str = "") -> str | None:
    return (otherwise or units[name].state) if name in units else None
