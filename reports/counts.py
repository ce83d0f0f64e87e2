"""Counted groups, and any figure that can be made of them. Pure.

A cube is the answer of one grouped query: for each combination of its dimensions, how many rows.
Figures are sums over it; what a table does not name is summed up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from reports.keys import Figure
from reports.period import Period

Key = tuple[int | str, ...]


class NotCounted(LookupError):
    """No query of this build counted the figure: an error of the program."""


@dataclass(slots=True)
class Cube:
    """`names`: the dimensions of its keys, after the place of the stretch of days.

    `among`: a dimension under whose values a row may count more than once, or not at all.
    """

    names: tuple[str, ...]
    stretches: list[Period]
    among: str = ""
    groups: Counter[Key] = field(default_factory=Counter)
    _projected: dict[tuple[str, ...], Counter[Key]] = field(default_factory=dict)

    def add(self, stretch: int, values: Iterable[str], number: int) -> None:
        self.groups[stretch, *values] += number

    def holds(self, figure: Figure) -> bool:
        named = {name for name, _ in figure.where}
        if self.among and self.among not in named:
            return False
        return named <= set(self.names) and bool(self.places(figure.period))

    def places(self, period: Period) -> list[int]:
        """The stretches that together are the period; none where they are not."""
        inside = [n for n, one in enumerate(self.stretches) if period.covers(one)]
        days = sum((self.stretches[n].last - self.stretches[n].first).days + 1 for n in inside)
        return inside if days == (period.last - period.first).days + 1 else []

    def number(self, figure: Figure) -> int:
        names = tuple(name for name, _ in figure.where)
        groups = self._by(names)
        values = [values for _, values in figure.where]
        keys: Iterable[Key] = product(self.places(figure.period), *values)
        return sum(groups[key] for key in keys)

    def values(self, name: str, period: Period) -> set[str]:
        """The values of a dimension that occur in a period."""
        inside = set(self.places(period))
        return {
            str(value) for (place, value), n in self._by((name,)).items() if n and place in inside
        }

    def _by(self, names: tuple[str, ...]) -> Counter[Key]:
        if names not in self._projected:
            source, known = self._smallest_with(names)
            at = [0, *(known.index(name) + 1 for name in names)]
            folded: Counter[Key] = Counter()
            for key, number in source.items():
                folded[tuple([key[place] for place in at])] += number
            self._projected[names] = folded
        return self._projected[names]

    def _smallest_with(self, names: tuple[str, ...]) -> tuple[Counter[Key], tuple[str, ...]]:
        """What was folded already and still tells these dimensions apart."""
        found, known = self.groups, self.names
        for told, groups in self._projected.items():
            if set(names) <= set(told) and len(groups) < len(found):
                found, known = groups, told
        return found, known


@dataclass(slots=True)
class Counts:
    """All cubes of one build, by source; `given`: figures that were counted one by one.

    `applications`: how many cases settled somebody in the period, each once.
    """

    cubes: dict[str, list[Cube]] = field(default_factory=dict)
    given: dict[Figure, int] = field(default_factory=dict)
    applications: int = 0

    def add(self, source: str, cube: Cube) -> None:
        self.cubes.setdefault(source, []).append(cube)

    def number(self, figure: Figure) -> int:
        return self.cube_of(figure).number(figure)

    def cube_of(self, figure: Figure) -> Cube:
        for cube in self.cubes.get(figure.source, []):
            if cube.holds(figure):
                return cube
        raise NotCounted(figure.text)

    def astray(self) -> Iterator[tuple[Figure, int, int]]:
        """Figures that a query of their own counts otherwise than a cube: (figure, own, cube's).

        A group that a join or a missing value lost shows here.
        """
        for figure, number in self.given.items():
            for cube in self.cubes.get(figure.source, []):
                if cube.holds(figure) and cube.number(figure) != number:
                    yield figure, number, cube.number(figure)
