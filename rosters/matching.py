"""Rows of a chunk beside what is there: new, changed or unchanged, by one query for all of them.

What is there is the present row of the same number among all rosters of the kind that have not
been withdrawn: the last one. An empty cell changes nothing: the new row takes over what it does
not tell.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from kaili_hukou import crypto
from kaili_hukou.crypto import EncryptedField, Sealed
from kaili_hukou.models import FormerNumber, Person
from kaili_hukou.models.people import number_digest
from rosters.columns import COLUMNS
from rosters.models import RosterEntry
from rosters.rows import Valid

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
    digests = [number_digest(row.number) for row in rows]
    present = present_rows(kind, digests)
    return [
        _beside(row, digest, present.get(digest)) for row, digest in zip(rows, digests, strict=True)
    ]


def present_rows(kind: str, digests: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The last row of each number, with its encrypted values still sealed."""
    found = (
        RosterEntry.objects.present()
        .filter(number_digest__in=list(digests), roster__kind=kind)
        .order_by("roster__entered_at")
        .values("pk", "number_digest", "row_digest", *_ATTNAMES.values())
    )
    return {row["number_digest"]: row for row in found}


def find_people(matches: Sequence[Match]) -> None:
    """Ties each row to the person of that number, present or former, where he is known."""
    digests = [match.number_digest for match in matches]
    known = dict(
        FormerNumber.objects.filter(number_digest__in=digests).values_list(
            "number_digest", "person_id"
        )
    )
    known |= dict(
        Person.objects.filter(number_digest__in=digests).values_list("number_digest", "pk")
    )
    for match in matches:
        match.person = known.get(match.number_digest)


def _beside(row: Valid, digest: str, present: Mapping[str, Any] | None) -> Match:
    told = row.values
    own = row_digest(told)
    if present is None:
        return Match(row.row, row.number, digest, told, own, None, is_unchanged=False)
    entry = present["pk"]
    if present["row_digest"] == own:
        return Match(row.row, row.number, digest, told, own, entry, is_unchanged=True)
    before = opened(present)
    values = before | told
    is_unchanged = canonical(values) == canonical(before)
    return Match(row.row, row.number, digest, values, row_digest(values), entry, is_unchanged)


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
    return _SEPARATOR.join(
        [f"{name}={_text(values[name])}" for name in TOLD if values.get(name) not in (None, "")]
    )


def row_digest(values: Mapping[str, Any]) -> str:
    """By this a row that has not changed is known again without decrypting anything."""
    return crypto.digest(canonical(values), purpose=ROW)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
