"""Rows of a chunk beside what is there: new, changed or unchanged, by one query for all of them.

What is there is the present row of the same number among all rosters of the kind that have not
been withdrawn: the last one. An empty cell changes nothing: the new row takes over what it does
not tell.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet

from kaili_hukou import crypto
from kaili_hukou.crypto import EncryptedField, Sealed
from kaili_hukou.models import FormerNumber, Person
from kaili_hukou.models.people import NUMBER
from rosters.columns import COLUMNS
from rosters.models import RosterEntry
from rosters.rows import Valid
from rosters.tables import among

ROW = "roster-row"
_SEPARATOR = "\x1f"

# What a row tells, by column of the table: everything but the number.
TOLD = tuple(column.field for column in COLUMNS if column.field != "number")
_STORED = {name: RosterEntry._meta.get_field(name) for name in TOLD}
ENCRYPTED = tuple(name for name in TOLD if isinstance(_STORED[name], EncryptedField))
_ATTNAMES = {name: _STORED[name].attname for name in TOLD}

Values = dict[str, Any]


@dataclass(slots=True)
class Match:
    """A valid row, complete with what was there before; `entry` is the present row, if any."""

    row: int
    number: str
    number_digest: str
    values: Values
    row_digest: str
    entry: uuid.UUID | None
    is_unchanged: bool
    person: uuid.UUID | None = None


def match(kind: str, rows: Sequence[Valid]) -> list[Match]:
    """What did not change is known by its digest alone; only the rest is opened and compared."""
    number_digest, own_digest = crypto.digester(NUMBER), crypto.digester(ROW)
    digests = [number_digest(row.number) for row in rows]
    marks = _marks(kind, digests)
    found = []
    for row, digest in zip(rows, digests, strict=True):
        own = own_digest(canonical(row.values))
        entry, before = marks.get(digest, (None, ""))
        found.append(Match(row.row, row.number, digest, row.values, own, entry, own == before))
    _complete(kind, [match for match in found if match.entry and not match.is_unchanged])
    return found


def _complete(kind: str, differing: Sequence[Match]) -> None:
    """What a row does not tell is taken over from the one before it; perhaps nothing is new."""
    present = present_rows(kind, [match.number_digest for match in differing]) if differing else {}
    for match in differing:
        row = present.get(match.number_digest)
        match.entry = row["pk"] if row else None
        if row:
            before = opened(row)
            match.values = before | match.values
            match.row_digest = row_digest(match.values)
            match.is_unchanged = canonical(match.values) == canonical(before)


def _marks(kind: str, digests: Sequence[str]) -> dict[str, tuple[uuid.UUID, str]]:
    """Of the last row of each number: which it is, and its digest."""
    found = _last(kind, digests).values_list("number_digest", "pk", "row_digest")
    return {number: (entry, told) for number, entry, told in found}


def present_rows(kind: str, digests: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The last row of each number, with its encrypted values still sealed."""
    found = _last(kind, digests).values("pk", "number_digest", "row_digest", *_ATTNAMES.values())
    return {row["number_digest"]: row for row in found}


def _last(kind: str, digests: Iterable[str]) -> QuerySet[RosterEntry]:
    """What is there of these numbers; the last row of each comes last."""
    named = among("number_digest", digests)
    rows = RosterEntry.objects.present().filter(named, roster__kind=kind)
    return rows.order_by("roster__entered_at")


def find_people(matches: Sequence[Match]) -> None:
    """Ties each row to the person of that number, present or former, where he is known."""
    named = among("number_digest", [match.number_digest for match in matches])
    known: dict[str | None, uuid.UUID] = {}
    for model, person in ((FormerNumber, "person_id"), (Person, "pk")):
        there = model.objects.filter(named)
        known.update(there.values_list("number_digest", person))
    if known:
        for match in matches:
            match.person = known.get(match.number_digest)


def opened(present: Mapping[str, Any]) -> Values:
    """What a stored row tells, decrypted; empty values left out."""
    owner = SimpleNamespace(pk=present["pk"])
    values: Values = {}
    for name, attname in _ATTNAMES.items():
        value = present[attname]
        if isinstance(value, Sealed):
            value = _STORED[name].unseal(value, owner)
        if value not in (None, ""):
            values[name] = value
    return values


def canonical(values: Mapping[str, Any]) -> str:
    told = values.get
    return _SEPARATOR.join(
        [f"{name}={value}" for name in TOLD if (value := told(name)) is not None and value != ""]
    )


def row_digest(values: Mapping[str, Any]) -> str:
    """By this a row that has not changed is known again without decrypting anything."""
    return crypto.digest(canonical(values), purpose=ROW)
