"""Figures: the whole of a report as numbers, with the sums that must agree. Pure.

A `Figures` is plain data: the numbers that the contract names (`told`), and `tables`, each with a
row for each route and each town (0 where there was nothing). Whoever renders (xlsx, docx, page)
walks over `tables`; nothing is computed any more. It goes to JSON and back without loss, so that a
frozen report is shown from its snapshot.

Each cell that was counted has a key (`Table.key_of`), by which the list behind it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

Number = int | float | str | None
TOTAL = ""


class Disagreement(Exception):
    """Sums that must agree and don't: which table, and by how much. The build stops."""


@dataclass(frozen=True, slots=True)
class Column:
    """`of`: what its cells count (a key without the row's part); empty where it is computed.

    `adds`: its cells add up to the total row.
    """

    title: str
    of: str = ""
    adds: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """`section`: the rows of one section add up to the total row, whose own section is empty."""

    title: str
    section: str = TOTAL
    where: str = ""
    cells: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table, one sheet. `sums`: in each row, cell i is the sum of the cells listed with it."""

    key: str
    title: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    row_title: str = "项目"

    def key_of(self, row: Row, column: Column) -> str:
        """The key of a cell's figure; empty where nothing was counted."""
        if not column.of:
            return ""
        parts = column.of.split("/")
        named = {part.partition(":")[0]: part for part in parts[3:]}
        for part in filter(None, row.where.split("/")):
            name = part.partition(":")[0]
            if named.get(name, part) != part:
                return ""
            named[name] = part
        return "/".join([*parts[:3], *sorted(named.values())])

    def disagreements(self) -> Iterator[str]:
        """Each sum that does not agree, in words."""
        yield from self._across()
        yield from self._down()

    def _across(self) -> Iterator[str]:
        for row in self.rows:
            for whole, parts in self.sums:
                numbers = [row.cells[part] for part in parts]
                if any(number is None for number in [row.cells[whole], *numbers]):
                    continue
                yield from self._unequal(
                    f"「{row.title}」行的「{self.columns[whole].title}」",
                    row.cells[whole],
                    sum(numbers),  # type: ignore[arg-type]
                )

    def _down(self) -> Iterator[str]:
        total = next((row for row in self.rows if row.section == TOTAL), None)
        sections = {row.section for row in self.rows} - {TOTAL}
        if total is None:
            return
        for section in sorted(sections):
            rows = [row for row in self.rows if row.section == section]
            for place, column in enumerate(self.columns):
                numbers = [row.cells[place] for row in rows]
                if not column.adds or any(number is None for number in numbers):
                    continue
                yield from self._unequal(
                    f"按{section}的「{column.title}」列",
                    total.cells[place],
                    sum(numbers),  # type: ignore[arg-type]
                )

    def _unequal(self, where: str, whole: Number, parts: int | float) -> Iterator[str]:
        if whole != parts:
            gap = parts - whole if isinstance(whole, int | float) else parts
            yield f"表「{self.title}」{where}:合计 {whole},分项之和 {parts},相差 {gap}。"

    def cell(self, row_title: str, column_title: str) -> Number:
        """One cell, by the words that stand before and above it."""
        place = [column.title for column in self.columns].index(column_title)
        return next(row.cells[place] for row in self.rows if row.title == row_title)


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that a correction changed."""

    table: str
    row: str
    column: str
    before: Number
    after: Number


@dataclass(frozen=True, slots=True)
class Figures:
    """A report of `year` about `period`, as known at `built_at`.

    `told`: the numbers named by the contract (settled, returned, …, returns), as JSON has them.
    `as_of`: the day up to which it speaks (截至): its last day, or the day it was built.
    `notes`: sentences for whoever reads it (what is not filled in, what the police form says
    against itself). `changes`: of a correction, against the version before. `words`: what the
    units wrote (`reports.texts.Words`).
    """

    year: int
    period: tuple[str, str]
    as_of: str
    built_at: str
    told: dict[str, Any]
    tables: tuple[Table, ...]
    version: int = 1
    final: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = field(default=())
    words: dict[str, Any] = field(default_factory=dict)

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)

    def checked(self) -> Figures:
        """Itself, where all sums agree; Disagreement else."""
        found = [words for table in self.tables for words in table.disagreements()]
        found += _contract_sums(self.told)
        if found:
            raise Disagreement("统计数据的合计不一致,没有生成报告。" + "".join(found[:5]))
        return self

    def to_json(self) -> dict[str, Any]:
        head = {"year": self.year, "period": list(self.period), "built_at": self.built_at}
        head |= {"final": self.final, "version": self.version, "as_of": self.as_of}
        rest = {
            "reason": self.reason,
            "notes": list(self.notes),
            "changes": [asdict(change) for change in self.changes],
            "tables": [plain(asdict(table)) for table in self.tables],
            "words": plain(self.words),
        }
        return head | self.told | rest


def plain(value: Any) -> Any:
    """Tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


_HEAD = frozenset(
    {"year", "period", "built_at", "final", "version", "as_of", "reason", "notes", "changes"}
    | {"tables", "words"}
)


def from_json(told: dict[str, Any]) -> Figures:
    """The figures of a snapshot, as they were."""
    return Figures(
        year=told["year"],
        period=(told["period"][0], told["period"][1]),
        as_of=told["as_of"],
        built_at=told["built_at"],
        told={name: value for name, value in told.items() if name not in _HEAD},
        tables=tuple(_table(one) for one in told["tables"]),
        version=told["version"],
        final=told["final"],
        reason=told["reason"],
        notes=tuple(told["notes"]),
        changes=tuple(Change(**one) for one in told["changes"]),
        words=told["words"],
    )


def _table(told: dict[str, Any]) -> Table:
    return Table(
        **told
        | {
            "columns": tuple(Column(**one) for one in told["columns"]),
            "rows": tuple(Row(**one | {"cells": tuple(one["cells"])}) for one in told["rows"]),
            "sums": tuple((whole, tuple(parts)) for whole, parts in told["sums"]),
            "notes": tuple(told["notes"]),
        }
    )


def _contract_sums(told: dict[str, Any]) -> list[str]:
    settled, cases = told["settled"], told["applications"]
    whole = settled["total"]
    sums = {
        "按渠道": sum(settled["by_route"].values()),
        "按镇(街道)": sum(settled["by_town"].values()),
        "按月": sum(settled["by_month"].values()),
        "按迁出地": sum(settled["by_origin"].values()),
        "按渠道和镇(街道)": sum(
            number for row in settled["by_route_and_town"].values() for number in row.values()
        ),
    }
    found = [
        f"落户人数{name}之和 {number},合计 {whole},相差 {number - whole}。"
        for name, number in sums.items()
        if number != whole
    ]
    decided = cases["approved"] + cases["refused"]
    kept = cases["within_term"] + cases["beyond_term"]
    if decided != kept:
        found.append(
            f"批准与不予批准共 {decided} 件,按期与超期共 {kept} 件,相差 {kept - decided}。"
        )
    return found


def changes_between(before: Figures, after: Figures) -> tuple[Change, ...]:
    """Every cell that is not what it was, in the order of the tables; rows go by their titles."""
    earlier = {table.key: table for table in before.tables}
    return tuple(
        change
        for table in after.tables
        if table.key in earlier
        for change in _changed(earlier[table.key], table)
    )


def _changed(before: Table, after: Table) -> Iterator[Change]:
    old = dict(_cells(before))
    for place, number in _cells(after):
        known = old.pop(place, None)
        if known != number and (known or number):
            yield Change(after.title, place[1], place[2], known, number)
    for place, number in old.items():
        if number:
            yield Change(after.title, place[1], place[2], number, None)


def _cells(table: Table) -> Iterator[tuple[tuple[str, str, str], Number]]:
    for row in table.rows:
        for column, number in zip(table.columns, row.cells, strict=True):
            yield (row.section, row.title, column.title), number


def with_version(figures: Figures, version: int, *, final: bool, reason: str = "") -> Figures:
    return replace(figures, version=version, final=final, reason=reason)
