"""A roster from file to committed: read, header, rows, match, write in chunks with a checkpoint.

The command and the upload page call `import_roster`. Without `commit` nothing is written. Stopped
at any moment and called again with the same file, it goes on after the last chunk that was
committed: rows up to there are read again (their errors are told once more) and not written.
"""

import datetime
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from kaili_hukou import registers
from kaili_hukou.models import CodeEntry
from kaili_hukou.registers import towns
from rosters.columns import Known, town_key
from rosters.header import Header
from rosters.matching import Match, match
from rosters.models import ImportRun
from rosters.rows import Duplicate, Outcome, Rejected, RowReader, Skipped, Valid
from rosters.workbook import FileRefused, Find, Head, SourceRow, Workbook, found_in, sha256_of
from rosters.writing import Document, begin, finish, write_chunk

CHUNK = 2000

Read = tuple[SourceRow, Outcome]
OPEN = {"97", "98"}  # codes of the register that are no nationality


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for, today. `strict`: nothing is written where any row is rejected."""

    document: Document
    path: Path
    on: datetime.date
    commit: bool = False
    strict: bool = False
    chunk: int = CHUNK
    find: Find = found_in


@dataclass
class Result:
    """What was understood, and what became of the rows."""

    order: Order
    sha256: str
    head: Head
    header: Header
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0
    skipped: int = 0
    committed: bool = False
    run: ImportRun | None = None

    @property
    def accepted(self) -> int:
        return self.added + self.changed

    @property
    def rows(self) -> int:
        return self.accepted + self.unchanged + self.rejected + self.duplicates

    def as_json(self) -> dict[str, Any]:
        """The contract's object, but for its lists of errors and warnings."""
        return {
            "kind": self.order.document.kind,
            "reference": self.order.document.reference,
            "sha256": self.sha256,
            "sheet": self.head.sheet,
            "header_row": self.header.row,
            "columns": self.header.letters,
            "ignored_columns": self.header.ignored,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "committed": self.committed,
        }


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as they were read; and the valid ones beside what is there, where they were compared.

    While an import goes on after a stop, rows that are in already are not compared again.
    """

    read: list[Read]
    matches: list[Match]

    @property
    def last_row(self) -> int:
        return self.read[-1][0].row


@dataclass
class Listener:
    """Is told what was understood and, chunk by chunk, what became of the rows.

    `glanced` is called for each chunk of the look that goes before a strict import.
    """

    begun: Callable[[Head, Header], None] = field(default=lambda head, header: None)
    chunk: Callable[[Chunk, Result], None] = field(default=lambda chunk, result: None)
    glanced: Callable[[], None] = field(default=lambda: None)


def import_roster(order: Order, listener: Listener | None = None) -> Result:
    """Raises FileRefused where the file as a whole cannot be taken, Refused where it must wait."""
    listener = listener or Listener()
    if order.path.stat().st_size > settings.ROSTER_MAX_BYTES:
        raise FileRefused("too_large")
    sha256 = sha256_of(order.path)
    if ImportRun.objects.filter(
        kind=order.document.kind, sha256=sha256, state=ImportRun.State.DONE
    ).exists():
        raise FileRefused("already_imported")
    if order.commit and order.strict:
        glance = Listener(chunk=lambda _chunk, _result: listener.glanced())
        seen = _through(order, sha256, glance, commit=False)
        if seen.rejected or seen.duplicates:
            return _through(order, sha256, listener, commit=False)
    return _through(order, sha256, listener, commit=order.commit)


def _through(order: Order, sha256: str, listener: Listener, *, commit: bool) -> Result:
    with uncollected(), Workbook(order.path, order.find) as book:
        result = Result(order, sha256, book.head, book.header)
        listener.begun(book.head, book.header)
        for read in _chunks(book, known(order.on), order.chunk):
            _count(result, read)
            matches = _write(result, read, book) if commit else _compare(result, read)
            listener.chunk(Chunk(read, matches), result)
    if not result.rows:
        raise FileRefused("no_rows")
    if result.run:
        counts = ("rejected", "duplicates", "skipped")
        finish(result.run, **{name: getattr(result, name) for name in counts})
        result.committed = True
    return result


def _chunks(book: Workbook, known: Known, size: int) -> Iterator[list[Read]]:
    reader = RowReader(book.header, known)
    read = (
        (source, outcome)
        for source in book.rows()
        if (outcome := reader.read(source.row, source.cells, source.merged)) is not None
    )
    while chunk := list(islice(read, size)):
        yield chunk


@contextmanager
def uncollected() -> Iterator[None]:
    """Rows hold no cycles; looking for some in all that is alive takes a tenth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _count(result: Result, read: list[Read]) -> None:
    for _, outcome in read:
        result.rejected += isinstance(outcome, Rejected)
        result.duplicates += isinstance(outcome, Duplicate)
        result.skipped += isinstance(outcome, Skipped)


def _compare(result: Result, read: list[Read]) -> list[Match]:
    valid = [outcome for _, outcome in read if isinstance(outcome, Valid)]
    matches = match(result.order.document.kind, valid)
    for found in matches:
        result.unchanged += found.is_unchanged
        result.changed += found.entry is not None and not found.is_unchanged
        result.added += found.entry is None
    return matches


def _write(result: Result, read: list[Read], book: Workbook) -> list[Match]:
    """The first chunk that holds a person begins the run: a file without one leaves nothing."""
    run = result.run
    if run is None:
        if all(isinstance(outcome, Skipped) for _, outcome in read):
            return []
        order = result.order
        run = result.run = begin(order.document, order.path, result.sha256, book)
    valid = [
        outcome
        for source, outcome in read
        if isinstance(outcome, Valid) and source.row > run.last_row
    ]
    last_row, matches = read[-1][0].row, []
    if last_row > run.last_row:
        matches = match(run.kind, valid)
        write_chunk(run, matches, last_row)
    result.added, result.changed, result.unchanged = run.added, run.changed, run.unchanged
    return matches


def known(on: datetime.date) -> Known:
    """What the registers know now."""
    nationalities = registers.codes(CodeEntry.Scheme.NATIONALITY)
    return Known(
        on=on,
        towns={town_key(town.name): town.pk for town in towns()},
        nationalities=frozenset(title for code, title in nationalities.items() if code not in OPEN),
    )
