"""An upload looked at row by row: what would become of each row, kept to be shown; nothing is
imported.

The pipeline is that of the import, so a preview promises what the import does. Each chunk is
written with its checkpoint; taken up again after a stop, rows up to there are read once more (the
workbook of errors is made anew) and not written.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from kaili_hukou import crypto, identity
from kaili_hukou.models.people import number_digest
from kaili_hukou.names import check_name, normalise_name
from rosters.actions import uploads
from rosters.advice import found_in
from rosters.cells import Cell, letter, text_of
from rosters.column_choices import find_for
from rosters.columns import NAME, NUMBER
from rosters.errors_workbook import ErrorsWorkbook
from rosters.files import ERRORS, UPLOADED, empty_in_memory, in_memory, remove
from rosters.header import Header
from rosters.importing import Chunk, Listener, Order, Result, import_roster
from rosters.matching import Match
from rosters.models import CheckedRow, RosterUpload
from rosters.rows import Duplicate, Finding, Outcome, Rejected, Skipped, Valid
from rosters.tables import insert
from rosters.uploaded import document_of
from rosters.workbook import FileRefused, Head, SourceRow

Kind = CheckedRow.Outcome
COLUMNS = (
    *("id", "upload_id", "row", "outcome", "number_digest", "name", "told"),
    *("has_warning", "entry_id"),
)
LONGEST_CELL = 500
# Of an upload the count that tells of each outcome.
COUNTED = {
    Kind.ADDED: "added",
    Kind.CHANGED: "changed",
    Kind.UNCHANGED: "unchanged",
    Kind.REJECTED: "rejected",
    Kind.DUPLICATE: "duplicates",
    Kind.SKIPPED: "skipped",
}


def check(upload: RosterUpload) -> None:
    """Ends with the upload checked, or refused; Stopped where another has gone on."""
    try:
        with in_memory(UPLOADED, upload.pk) as path, empty_in_memory() as errors:
            today = timezone.localdate()
            looking = _Looking(upload, errors, today)
            order = Order(document_of(upload), path, today, find=find_for(upload))
            import_roster(order, Listener(looking.begun, looking.chunk))
            looking.errors.close()
            if errors.stat().st_size:
                ERRORS.keep(upload.pk, errors.read_bytes())
            else:
                remove(ERRORS, upload.pk)
    except FileRefused as refusal:
        uploads.refuse_file(upload, refusal)
    except (FileNotFoundError, crypto.Unreadable):
        uploads.refuse_file(upload, FileRefused("unreadable"))
    else:
        uploads.end_check(upload)


@dataclass
class _Looking:
    upload: RosterUpload
    errors_path: Path
    on: datetime.date
    header: Header = field(init=False)
    errors: ErrorsWorkbook = field(init=False)

    def begun(self, head: Head, header: Header) -> None:
        self.header = header
        self.errors = ErrorsWorkbook(self.errors_path, head, header)
        told = {
            "understood": _understood(head, header),
            "rows_expected": max(head.height - header.row, 0),
        }
        uploads.advance(self.upload, self.upload.last_row, **told)

    def chunk(self, chunk: Chunk, _result: Result) -> None:
        for source, outcome in chunk.read:
            self.errors.add(source.cells, outcome)
        if chunk.last_row > self.upload.last_row:
            self._write(chunk)
        else:
            # Still at work, should somebody ask; and has somebody asked to cancel?
            uploads.advance(self.upload, self.upload.last_row)

    def _write(self, chunk: Chunk) -> None:
        matches = {match.row: match for match in chunk.matches}
        seal = crypto.sealer(_TOLD.purpose)
        fresh = [
            self._row(source, outcome, matches.get(source.row), seal)
            for source, outcome in chunk.read
            if source.row > self.upload.last_row
        ]
        outcomes = Counter(row[_OUTCOME_AT] for row in fresh)
        told = {name: getattr(self.upload, name) + outcomes[kind] for kind, name in COUNTED.items()}
        told["warnings"] = self.upload.warnings + sum(row[_WARNING_AT] for row in fresh)
        with transaction.atomic():
            uploads.advance(self.upload, chunk.last_row, **told)
            insert(CheckedRow, COLUMNS, fresh)

    def _row(self, source: SourceRow, outcome: Outcome, match: Match | None, seal: Any) -> list:
        pk = uuid.uuid4()
        cells = source.cells
        if isinstance(outcome, Valid):
            assert match
            warnings = self._findings(outcome.warnings, cells)
            told: dict[str, Any] = {"values": match.values | {"number": match.number}}
            told |= {"warnings": warnings} if warnings else {}
            name, digest = match.values["name"], match.number_digest
        else:
            told = self._returned(outcome, cells)
            name, digest = self._known_by(cells)
        sealed = seal(_TOLD.dump(told).encode(), str(pk))
        warned = "warnings" in told
        entry = match.entry if match else None
        kind = _kind(outcome, match)
        return [pk, self.upload.pk, source.row, kind, digest, name, sealed, warned, entry]

    def _returned(self, outcome: Rejected | Duplicate | Skipped, cells: list[Cell]) -> dict:
        """The cells of the columns that may be kept, and what is wrong with them."""
        told: dict[str, Any] = {
            "cells": {
                name: text[:LONGEST_CELL]
                for name, at in self.header.columns.items()
                if at < len(cells) and (text := text_of(cells[at]))
            }
        }
        if isinstance(outcome, Rejected):
            told["errors"] = self._findings(outcome.errors, cells)
        elif isinstance(outcome, Duplicate):
            told["errors"] = self._findings([outcome.error], cells)
        return told

    def _findings(self, findings: Iterable[Finding], cells: list[Cell]) -> list[dict[str, str]]:
        return [
            {
                "column": finding.column,
                "code": finding.code,
                "message": finding.message,
                "found": found_in(finding.column, finding.code, self._cell(finding.column, cells)),
            }
            for finding in findings
        ]

    def _known_by(self, cells: list[Cell]) -> tuple[str, str]:
        """Name and digest of a row that goes back, where they are what they should be."""
        name = normalise_name(text_of(self._cell(NAME, cells)))
        try:
            number = identity.check(text_of(self._cell(NUMBER, cells)), self.on).number
        except identity.IdentityError:
            number = ""
        return "" if check_name(name) else name, number_digest(number) if number else ""

    def _cell(self, column: str, cells: list[Cell]) -> Cell:
        at = self.header.columns[column]
        return cells[at] if at < len(cells) else None


_TOLD: Any = CheckedRow._meta.get_field("told")
_OUTCOME_AT, _WARNING_AT = COLUMNS.index("outcome"), COLUMNS.index("has_warning")


def _kind(outcome: Outcome, match: Match | None) -> str:
    if match:
        changed = Kind.CHANGED if match.entry else Kind.ADDED
        return str(Kind.UNCHANGED if match.is_unchanged else changed)
    if isinstance(outcome, Rejected):
        return str(Kind.REJECTED)
    return str(Kind.DUPLICATE if isinstance(outcome, Duplicate) else Kind.SKIPPED)


def _understood(head: Head, header: Header) -> dict[str, Any]:
    return {
        "sheet": text_of(head.sheet),
        "header_row": header.row,
        "columns": header.letters,
        "words": {letter(at): text_of(word.shown) for at, word in sorted(header.words.items())},
        "ignored": [text_of(word) for word in header.ignored],
    }
