"""The tables of a report, as data: rows by columns, each cell one figure. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from applications.policy.routes import ROUTES
from reports.counts import Counts
from reports.figures import Column, Number, Row, Table
from reports.keys import NONE, Figure, Where, where
from reports.period import Period

BY_ROUTE, BY_TOWN = "落户渠道", "镇(街道)"
UNTOLD_TOWN = "(未填镇、街道)"


@dataclass(frozen=True, slots=True)
class Places:
    """The towns of the register by code, in its order."""

    towns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.towns]


@dataclass(frozen=True, slots=True)
class Head:
    """A row before it is counted."""

    title: str
    section: str = ""
    where: Where = ()


@dataclass(frozen=True, slots=True)
class Counting:
    """A column before it is counted."""

    title: str
    of: Figure
    adds: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """A table before it is counted."""

    key: str
    title: str
    heading: str
    rows: tuple[Head, ...]
    columns: tuple[Counting, ...]
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    row_title: str = "项目"


TOTAL = Head("合计")


def route_rows() -> list[Head]:
    return [Head(route.title, BY_ROUTE, where(route=code)) for code, route in ROUTES.items()]


def town_rows(places: Places) -> list[Head]:
    """Each town of the register, and a row for what names none, which is left out where empty."""
    rows = [Head(name, BY_TOWN, where(town=code)) for code, name in places.towns]
    return [*rows, Head(UNTOLD_TOWN, BY_TOWN, where(town=NONE))]


def every_row(places: Places) -> tuple[Head, ...]:
    return (TOTAL, *route_rows(), *town_rows(places))


def rows_by_town(places: Places) -> tuple[Head, ...]:
    return (TOTAL, *town_rows(places))


def filled(plan: Plan, counts: Counts) -> Table:
    """The table with its numbers. A row for a missing value stays where it counts something."""
    rows = [_row(head, plan.columns, counts) for head in plan.rows]
    rows = [row for row in rows if row.title != UNTOLD_TOWN or any(row.cells)]
    return Table(
        key=plan.key,
        title=plan.title,
        heading=plan.heading,
        columns=tuple(Column(one.title, one.of.text, one.adds) for one in plan.columns),
        rows=tuple(rows),
        sums=plan.sums,
        notes=plan.notes,
        row_title=plan.row_title,
    )


def _row(head: Head, columns: Iterable[Counting], counts: Counts) -> Row:
    cells = tuple(counts.number(one.of.of(head.where)) for one in columns)
    return Row(head.title, head.section, _text(head.where), cells)


def _text(told: Where) -> str:
    return "/".join(f"{name}:{','.join(values)}" for name, values in told)


def with_column(table: Table, title: str, cells: Iterable[Number], *, adds: bool = False) -> Table:
    """The table with a computed column behind the others."""
    rows = tuple(
        replace(row, cells=(*row.cells, cell)) for row, cell in zip(table.rows, cells, strict=True)
    )
    return replace(table, columns=(*table.columns, Column(title, adds=adds)), rows=rows)


@dataclass(frozen=True, slots=True)
class Columns:
    """Makes the columns of one source and period."""

    source: str
    period: Period

    def of(self, title: str, *, adds: bool = True, **told: str | tuple[str, ...]) -> Counting:
        return Counting(title, Figure(self.source, self.period, where(**told)), adds)

    def each(self, name: str, titles: dict[str, str]) -> list[Counting]:
        """One column for each value of a dimension."""
        figure = Figure(self.source, self.period)
        return [Counting(title, figure.of(((name, (value,)),))) for value, title in titles.items()]


def parts(start: int, number: int) -> tuple[int, ...]:
    return tuple(range(start, start + number))
