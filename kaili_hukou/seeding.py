"""Loading `data/` into the registers: what is new goes in, what officers changed stays.

Each loaded row remembers its seed. A row that still equals its seed follows a newer file; one
that differs was changed by an officer, is left alone, and its differences are told.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from kaili_hukou import audit, registers
from kaili_hukou.models import (
    Bureau,
    BureauName,
    CalendarDay,
    CalendarYear,
    CodeEntry,
    Division,
    Duty,
    PoliceStation,
    Town,
    Village,
)

DATA = Path(__file__).parent / "data"
BATCH = 1000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Register:
    """One file of `data/`: its columns are fields of the model, known again by the key."""

    file: str
    model: type[models.Model]
    key: tuple[str, ...] = ("code",)
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        for name, value in self.fixed:
            return str(dict(self.model._meta.get_field(name).flatchoices)[value])
        return str(self.model._meta.verbose_name)


# In the order in which they refer to one another.
REGISTERS = (
    Register("towns.csv", Town),
    Register("stations.csv", PoliceStation),
    Register("villages.csv", Village),
    Register("bureaus.csv", Bureau),
    Register("bureau_names.csv", BureauName, ("bureau", "name")),
    Register("duties.csv", Duty, ("clause", "bureau", "town")),
    Register("divisions.csv", Division),
    Register("nationalities.csv", CodeEntry, ("scheme", "code"), (("scheme", "nationality"),)),
    Register("relations.csv", CodeEntry, ("scheme", "code"), (("scheme", "relation"),)),
    Register("educations.csv", CodeEntry, ("scheme", "code"), (("scheme", "education"),)),
    Register("calendar.csv", CalendarDay, ("day",)),
    Register("calendar_years.csv", CalendarYear, ("year",)),
)


@dataclass(slots=True)
class Outcome:
    """What became of one file; `kept` names each value of an officer that differs from it."""

    title: str
    rows: int = 0
    added: int = 0
    updated: int = 0
    kept: list[str] = field(default_factory=list)


@transaction.atomic
def load(folder: Path = DATA) -> list[Outcome]:
    """Brings every register up to its file."""
    outcomes = [_load_one(register, folder) for register in REGISTERS]
    changed = sum(outcome.added + outcome.updated for outcome in outcomes)
    if changed:
        audit.record("装载登记簿", count=changed)
    registers.forget()
    return outcomes


def _load_one(register: Register, folder: Path) -> Outcome:
    rows = list(_read(register, folder))
    outcome = Outcome(register.title, rows=len(rows))
    if not rows:
        return outcome
    shelf = _Shelf(register, tuple(rows[0]))
    fresh = []
    for row in rows:
        known = shelf.find(row)
        if known is None:
            fresh += _addable(shelf, row, outcome)
        else:
            _bring_up(shelf, known, row, outcome)
    shelf.write(fresh)
    outcome.added, outcome.updated = len(fresh), len(shelf.updated)
    return outcome


def _read(register: Register, folder: Path) -> Iterator[Row]:
    with (folder / register.file).open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            row = dict(register.fixed) | line
            yield {name: _plain_text(register.model, name, text) for name, text in row.items()}


def _plain_text(model: type[models.Model], name: str, text: str) -> Any:
    """A cell as the seed keeps it: text, whole number, truth or None."""
    column = model._meta.get_field(name)
    if isinstance(column, models.BooleanField):
        return text == "yes"
    if isinstance(column, models.CharField) and not column.null:
        return text
    if isinstance(column, models.IntegerField):
        return int(text) if text else None
    return text or None


def _addable(shelf: "_Shelf", row: Row, outcome: Outcome) -> list[models.Model]:
    """The new row, unless an officer's own row stands in its place."""
    clash = shelf.clash(row)
    if clash:
        outcome.kept.append(f"{outcome.title} {_named(shelf.register, row)}:{clash},未装入。")
        return []
    return [shelf.build(row)]


def _bring_up(shelf: "_Shelf", known: models.Model, row: Row, outcome: Outcome) -> None:
    now = shelf.plain(known)
    if now == row:
        shelf.reseed(known, row)
    elif known.seed is not None and now == _common(known.seed, now):
        shelf.replace(known, row)
    else:
        outcome.kept += [
            f"{outcome.title} {_named(shelf.register, row)}:{shelf.label(name)}现为"
            f"「{_shown(now[name])}」,文件为「{_shown(row[name])}」,保留现值。"
            for name in row
            if now[name] != row[name]
        ]


def _common(seed: Row, now: Row) -> Row:
    """The seed in the columns of today; a column newer than the seed counts as unchanged."""
    return {name: seed.get(name, value) for name, value in now.items()}


def _named(register: Register, row: Row) -> str:
    shown = dict(register.fixed)
    return " ".join(str(row[name]) for name in register.key if name not in shown)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value in (None, "") else str(value)


class _Shelf:
    """The rows of one register as they stand, found again by the key of their seed."""

    def __init__(self, register: Register, columns: tuple[str, ...]) -> None:
        self.register = register
        self.columns = columns
        self.updated: list[models.Model] = []
        self.reseeded: list[models.Model] = []
        fields = {name: register.model._meta.get_field(name) for name in columns}
        self.relations = {
            name: dict(column.related_model.objects.values_list("pk", "code"))
            for name, column in fields.items()
            if column.is_relation
        }
        self.unique = [name for name, column in fields.items() if column.unique]
        rows = list(register.model.objects.filter(**dict(register.fixed)).order_by("pk"))
        self.by_key = {self._key(self.plain(row)): row for row in rows}
        self.by_key |= {self._key(row.seed): row for row in rows if row.seed is not None}
        self.taken = {(name, getattr(row, name)) for row in rows for name in self.unique}

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.register.key)

    def find(self, row: Row) -> models.Model | None:
        return self.by_key.get(self._key(row))

    def plain(self, known: models.Model) -> Row:
        """A stored row in the form of a seed."""
        return {name: self._plain(name, known) for name in self.columns}

    def _plain(self, name: str, known: models.Model) -> Any:
        if name in self.relations:
            return self.relations[name].get(getattr(known, f"{name}_id"))
        value = getattr(known, name)
        return value.isoformat() if isinstance(value, date) else value

    def label(self, name: str) -> str:
        return str(self.register.model._meta.get_field(name).verbose_name)

    def clash(self, row: Row) -> str:
        """What an officer changed so that the row has no place; empty where it has one."""
        for name, stored in self.relations.items():
            if row[name] and row[name] not in stored.values():
                return f"{self.label(name)}「{row[name]}」不在登记簿"
        for name in self.unique:
            if (name, row[name]) in self.taken:
                return f"{self.label(name)}「{row[name]}」已被另一行使用"
        return ""

    def build(self, row: Row) -> models.Model:
        made = self.register.model(seed=row)
        self._set(made, row)
        return made

    def replace(self, known: models.Model, row: Row) -> None:
        self._set(known, row)
        known.seed = row
        self.updated.append(known)

    def reseed(self, known: models.Model, row: Row) -> None:
        """The values agree; the seed catches up where it was another."""
        if known.seed != row:
            known.seed = row
            self.reseeded.append(known)

    def _set(self, known: models.Model, row: Row) -> None:
        for name, value in row.items():
            if name in self.relations:
                setattr(known, f"{name}_id", self._id_of(name, value))
            else:
                column = self.register.model._meta.get_field(name)
                setattr(known, name, column.to_python(value))

    def _id_of(self, name: str, code: str | None) -> Any:
        ids = {stored: pk for pk, stored in self.relations[name].items()}
        return ids[code] if code else None

    def write(self, fresh: list[models.Model]) -> None:
        objects = self.register.model.objects
        objects.bulk_create(fresh, batch_size=BATCH)
        now = timezone.now()
        for known in self.updated:
            known.changed_at = now
        columns = [*self.columns, "seed", "changed_at"]
        objects.bulk_update(self.updated, columns, batch_size=BATCH)
        objects.bulk_update(self.reseeded, ["seed"], batch_size=BATCH)
