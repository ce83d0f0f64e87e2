"""Writing an import: the run, its chunks with their checkpoint, and its end.

Rows are only ever added: a changed row is a new one, of the later roster, under a UUID of its own
under which it is encrypted; so no stored ciphertext is ever written over.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from kaili_hukou import audit, crypto
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer
from rosters.files import ORIGINALS, remove
from rosters.kinds import KINDS
from rosters.matching import ENCRYPTED, TOLD, Match, find_people
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat
from rosters.tables import insert, new_ids
from rosters.workbook import Workbook

State = ImportRun.State
ELSEWHERE = "这个文件正由另一处导入,本处已停止。请稍候,到花名册页面查看结果。"


@dataclass(frozen=True, slots=True)
class Document:
    """The paper under which a roster comes, and who enters it."""

    kind: str
    reference: str
    on: datetime.date
    file_name: str = ""
    supplier: Bureau | None = None
    officer: Officer | None = None
    received_on: datetime.date | None = None
    letter_name: str = ""
    continues: Roster | None = None
    # The id that the roster shall have: an import of another one is not taken up in its place.
    roster: uuid.UUID | None = None


@transaction.atomic
def begin(document: Document, path: Path, sha256: str, book: Workbook) -> ImportRun:
    """The run of this file: taken up again where one was left unfinished, else a new one."""
    left = ImportRun.objects.filter(kind=document.kind, sha256=sha256, state=State.RUNNING).first()
    if left:
        if document.roster not in (None, left.roster_id):
            raise Refused(ELSEWHERE)
        Roster.objects.filter(pk=left.roster_id).update(reference=document.reference)
        return left
    try:
        with transaction.atomic():
            run = _new_run(document, sha256, book)
    except IntegrityError:
        raise Refused(ELSEWHERE) from None
    ORIGINALS.keep_file(run.roster_id, path)
    audit.record("导入花名册", run.roster)
    return run


def _new_run(document: Document, sha256: str, book: Workbook) -> ImportRun:
    roster = Roster.objects.create(
        id=document.roster or uuid.uuid4(),
        kind=document.kind,
        supplier=document.supplier or _supplier(document.kind),
        reference=document.reference,
        document_on=document.on,
        entered_by=document.officer,
        file_name=document.file_name[:200],
        sha256=sha256,
        received_on=document.received_on,
        letter_name=document.letter_name,
        continues=document.continues,
    )
    return ImportRun.objects.create(
        roster=roster,
        kind=document.kind,
        sha256=sha256,
        sheet=book.head.sheet.replace("\x00", ""),
        header_row=book.header.row,
        columns=book.header.letters,
        ignored_columns=[word.replace("\x00", "") for word in book.header.ignored],
    )


def _supplier(kind: str) -> Bureau:
    name = KINDS[kind].supplier
    found = Bureau.objects.filter(name=name).first()
    if found is None:
        raise Refused(f"部门登记中没有「{name}」。请先装载登记表(load_registers),再导入花名册。")
    return found


def write_chunk(run: ImportRun, matches: Sequence[Match], last_row: int) -> None:
    """The rows of a chunk and the checkpoint behind them, together or not at all."""
    fresh = [match for match in matches if not match.is_unchanged]
    find_people(fresh)
    sealers = _sealers()
    entries = [
        _entry_values(pk, run.roster_id, match, sealers)
        for pk, match in zip(new_ids(len(fresh)), fresh, strict=True)
    ]
    same = [match for match in matches if match.is_unchanged]
    repeats = [
        [pk, run.roster_id, match.row, match.entry]
        for pk, match in zip(new_ids(len(same)), same, strict=True)
    ]
    changed = sum(match.entry is not None for match in fresh)
    with transaction.atomic():
        told = {
            "last_row": last_row,
            "added": run.added + len(fresh) - changed,
            "changed": run.changed + changed,
            "unchanged": run.unchanged + len(repeats),
        }
        _advance(run, told | {"changed_at": timezone.now()})
        insert(RosterEntry, ENTRY_COLUMNS, entries)
        insert(RosterRepeat, ("id", "roster_id", "row", "entry_id"), repeats)
    for name, value in told.items():
        setattr(run, name, value)


def finish(run: ImportRun, *, rejected: int, duplicates: int, skipped: int) -> None:
    """The file is through: the same bytes are not taken again."""
    rows = run.added + run.changed + run.unchanged + rejected + duplicates
    with transaction.atomic():
        counts = {"rejected": rejected, "duplicates": duplicates, "skipped": skipped}
        ended = {"state": State.DONE, "rows": rows, "ended_at": timezone.now()}
        _advance(run, counts | ended)
        audit.record("花名册导入完成", run.roster, count=max(rows, 1))
    run.refresh_from_db()


@transaction.atomic
def take_out(roster_id: uuid.UUID) -> None:
    """An import that was cancelled or refused leaves nothing of its unconfirmed roster.

    The run goes first: a process that still writes finds its checkpoint gone. A row that a later
    roster repeats meanwhile stays for that one, and its roster counts as taken back.
    """
    roster = Roster.objects.filter(pk=roster_id, state=Roster.State.ENTERED).first()
    if roster is None:
        return
    ImportRun.objects.filter(roster=roster).delete()
    roster.repeats.all().delete()
    _delete_entries(roster)
    if roster.entries.exists() or roster.continuations.exists():
        ended = {"state": Roster.State.TAKEN_BACK, "ended_on": timezone.localdate(), "sha256": ""}
        Roster.objects.filter(pk=roster.pk, state=Roster.State.ENTERED).update(**ended)
    else:
        Roster.objects.filter(pk=roster.pk).delete()
    audit.record("取消导入,删除未确认的花名册", roster)
    transaction.on_commit(lambda: remove(ORIGINALS, roster.pk))


def _delete_entries(roster: Roster) -> None:
    """By thousands: Django gathers what it deletes."""
    repeated = RosterRepeat.objects.filter(entry__roster=roster).values("entry")
    free = roster.entries.exclude(pk__in=repeated).order_by()
    while keys := list(free.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        RosterEntry.objects.filter(pk__in=keys).delete()


DELETED_AT_ONCE = 500


def _advance(run: ImportRun, told: dict[str, Any]) -> None:
    """Compare and set: of two processes on one file only one goes on."""
    here = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING, last_row=run.last_row)
    if not here.update(**told):
        raise Refused(ELSEWHERE)


# ---------------------------------------------------------------- one row, and many

ENTRY_COLUMNS = (
    *("id", "roster_id", "row", "number", "number_digest", "person_id"),
    *(RosterEntry._meta.get_field(name).attname for name in TOLD),
    "row_digest",
)
_FIELDS = {name: RosterEntry._meta.get_field(name) for name in TOLD}
_NUMBER = RosterEntry._meta.get_field("number")
_EMPTY = {
    name: "" if isinstance(field, models.CharField) else None for name, field in _FIELDS.items()
}


Sealers = tuple[tuple[int, Callable[[bytes, str], bytes]], ...]
_NUMBER_AT = len(("id", "roster_id", "row"))
_TOLD_AT = ENTRY_COLUMNS.index(_FIELDS[TOLD[0]].attname)


def _sealers() -> Sealers:
    """For each encrypted column of a row its place and how it is sealed, with the present key."""
    places = [(_NUMBER_AT, _NUMBER)]
    places += [(_TOLD_AT + TOLD.index(name), _FIELDS[name]) for name in ENCRYPTED]
    return tuple((at, crypto.sealer(field.purpose)) for at, field in places)


def _entry_values(pk: uuid.UUID, roster: uuid.UUID, match: Match, sealers: Sealers) -> list[Any]:
    """The columns of a new row, encrypted under the UUID that it will have."""
    row = [pk, roster, match.row, match.number, match.number_digest, match.person]
    row += (_EMPTY | match.values).values()
    row.append(match.row_digest)
    bound_to = str(pk)
    for at, seal in sealers:
        if row[at]:
            row[at] = seal(row[at].encode(), bound_to)
    return row
