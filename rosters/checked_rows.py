"""The rows of a checked upload as a page shows them: by outcome, masked, old beside new."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from kaili_hukou import identity
from kaili_hukou.masking import mask_address, mask_identity_number, mask_name, mask_phone
from kaili_hukou.models import Officer
from kaili_hukou.models.people import number_digest
from kaili_hukou.registers import towns
from rosters.advice import told
from rosters.columns import COLUMNS, NAME, NUMBER, town_key
from rosters.comparison import named_by
from rosters.models import CheckedRow, RosterEntry, RosterUpload

PAGE = 20
MOST_FOUND = 50
LONGEST_ROW_NUMBER = 7
Kind = CheckedRow.Outcome
VALID = (Kind.ADDED, Kind.CHANGED, Kind.UNCHANGED)
RETURNED = (Kind.REJECTED, Kind.DUPLICATE)
WARNED = "warned"
COLOURS = {
    Kind.ADDED: "green",
    Kind.CHANGED: "blue",
    Kind.UNCHANGED: "grey",
    Kind.REJECTED: "red",
    Kind.DUPLICATE: "amber",
    Kind.SKIPPED: "grey",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of a row beside what was there; both as they may be shown."""

    label: str
    before: str
    now: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Finding:
    column: str
    found: str
    problem: str
    advice: str


@dataclass(slots=True)
class Shown:
    """A row of the list. `elsewhere`: what was there is another bureau's and not shown."""

    row: int
    outcome: str
    label: str
    colour: str
    name: str
    number: str
    errors: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    elsewhere: bool = False

    @property
    def changes(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.differs]

    @property
    def same(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.differs]


def page_of(upload: RosterUpload, chosen: str, after: int) -> tuple[list[CheckedRow], int]:
    """A page of rows of an outcome (or with warnings, or all), and the last row of it if more
    follow."""
    rows = upload.checked.filter(row__gt=after).order_by("row")
    if chosen == WARNED:
        rows = rows.filter(has_warning=True)
    elif chosen:
        rows = rows.filter(outcome=chosen)
    return cut(rows)


def cut(rows: QuerySet[CheckedRow]) -> tuple[list[CheckedRow], int]:
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].row if len(found) > PAGE else 0


def found_by(upload: RosterUpload, text: str) -> tuple[list[CheckedRow], str]:
    """By number of the row, by the whole identity number, else by a part of the name."""
    folded = identity.fold(text)
    if folded.isascii() and folded.isdigit() and len(folded) <= LONGEST_ROW_NUMBER:
        rows, way = upload.checked.filter(row=int(folded)), "行号"
    elif len(folded) == identity.LENGTH and folded[:-1].isdigit():
        rows, way = upload.checked.filter(number_digest=number_digest(folded)), "公民身份号码"
    else:
        rows, way = upload.checked.filter(name__icontains=text.strip()), "姓名"
    return list(rows.order_by("row")[: MOST_FOUND + 1]), way


def shown(rows: Iterable[CheckedRow], officer: Officer) -> list[Shown]:
    """Two queries, however many rows: the towns, and what was there."""
    rows = list(rows)
    names = {town.pk: town.name for town in towns()}
    changed = [row.entry_id for row in rows if row.outcome == Kind.CHANGED]
    # What another bureau told of somebody is not this one's to read.
    entries = RosterEntry.objects.visible_to(officer).in_bulk(changed)
    return [_shown(row, entries, names) for row in rows]


def _shown(
    row: CheckedRow, entries: Mapping[uuid.UUID, RosterEntry], names: Mapping[int, str]
) -> Shown:
    kept = row.told or {}
    values, cells = kept.get("values", {}), kept.get("cells", {})
    number = values.get("number") or identity.fold(cells.get(NUMBER, ""))
    made = Shown(
        row=row.row,
        outcome=row.outcome,
        label=row.get_outcome_display(),
        colour=COLOURS[Kind(row.outcome)],
        name=mask_name(row.name or cells.get(NAME, ""))[:20],
        number=mask_identity_number(number)[:30],
    )
    keys = {town_key(name): name for name in names.values()}
    made.errors = [_finding(one, keys) for one in kept.get("errors", ())]
    made.warnings = [one["message"] for one in kept.get("warnings", ())]
    if row.outcome == Kind.CHANGED:
        before = entries.get(row.entry_id) if row.entry_id else None
        made.elsewhere = before is None
        made.cells = list(_cells(before, values, names)) if before else []
    return made


def _finding(one: Mapping[str, str], towns_by_key: Mapping[str, str]) -> Finding:
    said = told(one["column"], one["code"], one["message"], one["found"], towns_by_key)
    return Finding(one["column"], one["found"], said.problem, said.advice)


# ---------------------------------------------------------------- old and new, field by field


def _cells(
    entry: RosterEntry, values: Mapping[str, Any], names: Mapping[int, str]
) -> Iterable[Cell]:
    for column in COLUMNS:
        if column.name == NUMBER:
            continue
        before = _plain(getattr(entry, _ATTNAMES[column.field]))
        now = values.get(column.field, before)
        if before in (None, "") and now in (None, ""):
            continue
        show = _SHOW.get(column.field, str)
        sides = [_side(value, show, names) for value in (before, now)]
        differs = before != now
        if differs and sides[0] == sides[1]:
            sides[1] += "(遮盖部分不同)"
        yield Cell(column.name, *sides, differs)


def _side(value: Any, show: Callable[[Any], str], names: Mapping[int, str]) -> str:
    if value in (None, ""):
        return ""
    return names.get(value, "") if show is _town else show(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _town(value: Any) -> str:
    raise NotImplementedError("told by the names of the towns")


_ATTNAMES = {column.field: RosterEntry._meta.get_field(column.field).attname for column in COLUMNS}
_SHOW: dict[str, Callable[[Any], str]] = {
    "name": mask_name,
    "head_name": mask_name,
    "phone": mask_phone,
    "origin": mask_address,
    "address": mask_address,
    "town": _town,
    "sex": lambda value: {"1": "男", "2": "女"}.get(value, ""),
    "voluntary": lambda value: "是" if value else "否",
    # Free text may hold anything.
    "remark": lambda value: f"已填 {len(value)} 字",
}


# ---------------------------------------------------------------- the round before


@dataclass(frozen=True, slots=True)
class RoundBefore:
    """What the file before sent back of this batch, and how many of those came right now.

    `right` is None where the rows were destroyed after their thirty days.
    """

    roster: uuid.UUID
    rejected: int
    duplicates: int
    right: int | None


def round_before(upload: RosterUpload) -> RoundBefore | None:
    """By number where it was right already; of the others as many as there are further rows."""
    if upload.continues_id is None:
        return None
    before = RosterUpload.objects.filter(roster=upload.continues_id).first()
    if before is None or not (before.rejected or before.duplicates):
        return None
    back = before.checked.filter(outcome=Kind.REJECTED)
    again = upload.checked.filter(outcome__in=VALID, number_digest=OuterRef("number_digest"))
    known = back.exclude(number_digest="").filter(Exists(again) | named_by([upload.pk])).count()
    unknown = back.filter(number_digest="").count()
    right: int | None = None
    if back.exists():
        further = upload.added + upload.changed + upload.unchanged - known
        right = known + min(unknown, max(further, 0))
    return RoundBefore(upload.continues_id, before.rejected, before.duplicates, right)
