"""Where the values of a row come from: file, sheet and cell, or whoever typed them in.

An empty cell leaves what was there before, so that a value may have come with an earlier row of the
same person. It came with the row in which it first stood: walking back, the last one that has it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kaili_hukou.masking import mask_address, mask_identity_number, mask_name, mask_phone
from kaili_hukou.models import Officer
from rosters.columns import COLUMNS
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat
from rosters.querysets import GONE

VOLUNTARY = {True: "是", False: "否"}
HIDDEN = "(有内容)"
MASKS = {
    "number": mask_identity_number,
    "name": mask_name,
    "head_name": mask_name,
    "phone": mask_phone,
    "origin": mask_address,
    "address": mask_address,
    "remark": lambda text: HIDDEN if text else "",
}
# Each row tells these itself; everything else may have been taken over.
ALWAYS_OWN = frozenset({"number", "name"})
FIELDS = {column.field: column.name for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Source:
    """One value came from here: a cell of a file, or somebody's hand."""

    roster: Roster
    sheet: str = ""
    cell: str = ""
    typed_by: Officer | None = None
    is_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    field: str
    title: str
    shown: str
    is_masked: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Naming:
    """One roster names the person: by a row of its own, or by repeating an earlier one."""

    roster: Roster
    row: int
    cell: str
    entry: RosterEntry
    repeat: RosterRepeat | None = None

    @property
    def key(self) -> str:
        return f"repeat-{self.repeat.pk}" if self.repeat else f"entry-{self.entry.pk}"

    @property
    def thing(self) -> RosterEntry | RosterRepeat:
        return self.repeat or self.entry

    @property
    def stands(self) -> bool:
        return not self.thing.withdrawn_on and self.roster.state not in GONE


def shown(field: str, entry: RosterEntry) -> str:
    """A value as pages show it."""
    value = getattr(entry, field)
    if field in MASKS:
        return MASKS[field](value)
    if field == "sex":
        return entry.get_sex_display()
    if field == "voluntary":
        return VOLUNTARY.get(value, "")
    return "" if value is None else str(value)


def values_of(entry: RosterEntry) -> list[Value]:
    """Each value of the row that is not empty, in the order of the contract."""
    earlier = list(_earlier(entry))
    told = [(field, title, shown(field, entry)) for field, title in FIELDS.items()]
    return [
        Value(field, title, text, field in MASKS, _source(field, entry, earlier))
        for field, title, text in told
        if text
    ]


def namings_of(entry: RosterEntry, officer: Officer) -> list[Naming]:
    """Everywhere that rosters of the kind name this person, the latest first."""
    digest, kind = entry.number_digest, entry.roster.kind
    rows = RosterEntry.objects.visible_to(officer).filter(number_digest=digest, roster__kind=kind)
    repeats = RosterRepeat.objects.visible_to(officer).filter(
        entry__number_digest=digest, entry__roster__kind=kind
    )
    found = [
        Naming(row.roster, row.row, cell_of("number", row.roster, row.row), row)
        for row in rows.select_related("roster__supplier", "roster__run", "withdrawn_by")
    ]
    found += [
        Naming(
            repeat.roster,
            repeat.row,
            cell_of("number", repeat.roster, repeat.row),
            repeat.entry,
            repeat,
        )
        for repeat in repeats.select_related(
            "roster__supplier", "roster__run", "withdrawn_by", "entry__roster"
        )
    ]
    return sorted(found, key=lambda naming: naming.roster.entered_at, reverse=True)


def cell_of(field: str, roster: Roster, row: int) -> str:
    """D17; empty where the file has no such column, or there is no file."""
    run = run_of(roster)
    letter = run.columns.get(FIELDS[field], "") if run else ""
    return f"{letter}{row}" if letter else ""


def run_of(roster: Roster) -> ImportRun | None:
    return getattr(roster, "run", None)


def _earlier(entry: RosterEntry) -> Any:
    """Rows of the same person that were there before it, the last one first."""
    rows = RosterEntry.objects.filter(
        number_digest=entry.number_digest,
        roster__kind=entry.roster.kind,
        roster__entered_at__lt=entry.roster.entered_at,
    )
    return rows.select_related(
        "roster__supplier", "roster__run", "roster__entered_by", "entered_by", "town"
    ).order_by("-roster__entered_at")


def _source(field: str, entry: RosterEntry, earlier: Sequence[RosterEntry]) -> Source:
    found = entry
    if field not in ALWAYS_OWN:
        found = _first_told(field, entry, earlier)
    roster = found.roster
    run = run_of(roster)
    if found.entered_by_id or run is None:
        typed_by = found.entered_by or roster.entered_by
        return Source(roster, typed_by=typed_by, is_earlier=found is not entry)
    cell = cell_of(field, roster, found.row)
    return Source(roster, run.sheet, cell, is_earlier=found is not entry)


def _first_told(field: str, entry: RosterEntry, earlier: Sequence[RosterEntry]) -> RosterEntry:
    found, value = entry, getattr(entry, field)
    for before in earlier:
        told_itself = cell_of(field, found.roster, found.row) or run_of(found.roster) is None
        if told_itself and _was_gone(before, found.roster.entered_at.date()):
            continue
        if getattr(before, field) != value:
            break
        found = before
    return found


def _was_gone(entry: RosterEntry, on: datetime.date) -> bool:
    """Nothing was taken over from a row that had ended by then."""
    ends = (entry.withdrawn_on, entry.roster.ended_on)
    return any(day is not None and day <= on for day in ends)
