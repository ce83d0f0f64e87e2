"""The one place where the state of an upload changes: received, checked, imported, or ended.

Every step compares and sets. Work that finds the row otherwise than it left it stops by raising
`Stopped`: another process has gone on, or somebody has asked to cancel.
"""

import datetime
import hashlib
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kaili_hukou import audit, jobs
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer
from rosters.column_choices import open_questions, read_as
from rosters.files import ERRORS, LETTERS, UPLOADED, remove
from rosters.models import CheckedRow, Roster, RosterUpload
from rosters.workbook import FileRefused
from rosters.writing import take_out

State = RosterUpload.State
WORK = "rosters.tasks.work_on_upload"
# No chunk takes as long: work that wrote nothing for so many seconds has lost its worker.
SILENT_SECONDS = 60
ENDED = frozenset({State.IMPORTED, State.REFUSED, State.CANCELLED})
# A file that takes its worker down each time is not tried for ever.
MOST_TRIES = 3
LOST_AGAIN = (
    "处理这个文件的后台进程几次中途消失,已停止自动重试。可以按「继续」再试,或取消后换个文件。"
)
MEANWHILE = "这个文件刚刚有了新的进展,请刷新后再看。"
COUNTS = ("added", "changed", "unchanged", "rejected", "duplicates", "skipped", "warnings")


class Stopped(Exception):
    """This process has nothing more to do on the upload."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What the upload page asks for, beside the file itself."""

    kind: str
    supplier: Bureau
    reference: str
    document_on: datetime.date
    file_name: str
    received_on: datetime.date | None = None
    letter_name: str = ""
    strict: bool = False
    continues: Roster | None = None


@transaction.atomic
def receive(
    sending: Sending, content: bytes, officer: Officer, letter: bytes = b""
) -> RosterUpload:
    """Keeps the file encrypted and puts it in line to be checked."""
    told = {name: getattr(sending, name) for name in Sending.__slots__}
    upload = RosterUpload.objects.create(
        **told,
        read_as=read_as(sending.supplier, sending.kind),
        id=uuid.uuid4(),
        entered_by=officer,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    UPLOADED.keep(upload.pk, content)
    if letter:
        LETTERS.keep(upload.pk, letter)
    audit.record("上传花名册文件", upload)
    jobs.start(WORK, str(upload.pk))
    return upload


def take_up(upload: RosterUpload) -> None:
    """A worker begins, or goes on where another died; Stopped where one is at it."""
    now = timezone.now()
    begun: dict[str, Any] = {"began_at": now, "changed_at": now, "fault": ""}
    if upload.state == State.WAITING:
        begun |= {"state": State.CHECKING}
    elif upload.state == State.QUEUED:
        begun |= {"state": State.IMPORTING, "last_row": 0}
    elif upload.state not in RosterUpload.WORKING or _is_at_work(upload, now):
        raise Stopped
    here = RosterUpload.objects.filter(
        pk=upload.pk, state=upload.state, changed_at=upload.changed_at, cancel_asked=False
    )
    begun["began_after"] = begun.get("last_row", upload.last_row)
    if not here.update(tries=F("tries") + 1, **begun):
        raise Stopped
    upload.refresh_from_db()


def _is_at_work(upload: RosterUpload, now: datetime.datetime) -> bool:
    """A worker has it and is not known to be lost, nor has it told that it cannot go on."""
    at_work = upload.state in (State.CHECKING, State.IMPORTING) and not upload.fault
    return at_work and upload.began_at is not None and not is_silent(upload, now)


def is_silent(upload: RosterUpload, now: datetime.datetime) -> bool:
    """So long has nothing been written that whoever worked on it is lost."""
    return upload.changed_at < now - datetime.timedelta(seconds=SILENT_SECONDS)


def advance(upload: RosterUpload, last_row: int, **told: Any) -> None:
    """A chunk is through: called in the transaction that writes its rows."""
    here = RosterUpload.objects.filter(
        pk=upload.pk,
        state=upload.state,
        last_row=upload.last_row,
        began_at=upload.began_at,
        cancel_asked=False,
    )
    told |= {"last_row": last_row, "changed_at": timezone.now()}
    if last_row > upload.last_row:
        told["tries"] = 0
    if not here.update(**told):
        raise Stopped
    for name, value in told.items():
        setattr(upload, name, value)


def break_off(upload: RosterUpload, sentence: str) -> None:
    """The worker cannot go on; the upload stays where it is and says so."""
    here = RosterUpload.objects.filter(pk=upload.pk, state__in=RosterUpload.WORKING)
    here.filter(began_at=upload.began_at).update(fault=sentence, changed_at=timezone.now())


@transaction.atomic
def resume(upload: RosterUpload) -> None:
    """Somebody wants it to go on: it is put in line again, with what was done so far."""
    now = timezone.now()
    if upload.state not in RosterUpload.WORKING:
        raise Refused("这个文件不在处理中,不必继续。")
    if _is_at_work(upload, now):
        raise Refused("这个文件正在处理,不必再按继续。")
    here = RosterUpload.objects.filter(
        pk=upload.pk, state=upload.state, changed_at=upload.changed_at
    )
    if not here.update(fault="", tries=0, began_at=None, changed_at=now):
        raise Refused(MEANWHILE)
    audit.record("继续处理花名册上传", upload)
    jobs.start(WORK, str(upload.pk))


def take_up_lost(now: datetime.datetime) -> int:
    """Puts in line again what a lost worker or a lost message left lying; how many they were."""
    silent = now - datetime.timedelta(seconds=SILENT_SECONDS)
    lost = RosterUpload.objects.filter(
        state__in=RosterUpload.WORKING, changed_at__lt=silent, fault=""
    )
    for upload in lost:
        if upload.cancel_asked:
            end_cancelled(upload)
        elif upload.tries >= MOST_TRIES:
            break_off(upload, LOST_AGAIN)
        else:
            jobs.start(WORK, str(upload.pk))
    return len(lost)


def end_check(upload: RosterUpload) -> None:
    """All rows have been looked at: it waits for somebody to decide."""
    _move(upload, State.CHECKED, ended_at=timezone.now())


@transaction.atomic
def order_import(upload: RosterUpload, *, strict: bool) -> None:
    """Good rows in, bad rows back; strict: nothing at all where a row goes back."""
    if upload.state != State.CHECKED:
        raise Refused("这个文件不在等待决定,请刷新后再看。")
    if open_questions(upload):
        raise Refused("有的列还不清楚是什么。请先在本页回答,再导入。")
    if strict and (upload.rejected or upload.duplicates):
        raise Refused(
            f"您选了全部正确才导入,但有 {upload.rejected + upload.duplicates} 行退回。"
            "请改好后重新上传,或取消这个选项。"
        )
    if not (upload.added or upload.changed or upload.unchanged):
        raise Refused("没有一行可以导入。请下载错误表,改好后重新上传。")
    _decide(upload, State.QUEUED, strict=strict, ended_at=None, began_at=None)
    audit.record("导入已核对的花名册", upload)
    jobs.start(WORK, str(upload.pk))


@transaction.atomic
def end_import(upload: RosterUpload, roster: Roster, **counts: int) -> None:
    """The rows are in; what went back is kept for a while, the file is the roster's now."""
    _move(upload, State.IMPORTED, roster=roster, ended_at=timezone.now(), **counts)
    upload.checked.exclude(outcome__in=KEPT).delete()
    transaction.on_commit(lambda: remove(UPLOADED, upload.pk))


KEPT = (CheckedRow.Outcome.REJECTED, CheckedRow.Outcome.DUPLICATE)


@transaction.atomic
def refuse_file(upload: RosterUpload, refusal: FileRefused | Refused) -> None:
    """The file as a whole cannot be taken; nothing of it is kept."""
    code = getattr(refusal, "code", "refused")
    was_importing = upload.state == State.IMPORTING
    _move(upload, State.REFUSED, fault=str(refusal), fault_code=code, ended_at=timezone.now())
    if was_importing:
        take_out(upload.pk)
    _forget(upload)


@transaction.atomic
def cancel(upload: RosterUpload) -> None:
    """At once where nobody works on it, else after the present chunk."""
    if upload.state in ENDED:
        raise Refused("这个文件已经处理完,不能取消。")
    audit.record("取消花名册上传", upload)
    if _is_at_work(upload, timezone.now()):
        here = RosterUpload.objects.filter(pk=upload.pk, state=upload.state)
        if not here.update(cancel_asked=True):
            raise Refused(MEANWHILE)
        return
    _undo(upload)


@transaction.atomic
def end_cancelled(upload: RosterUpload) -> None:
    """The worker has seen that somebody asked to cancel, or is lost."""
    upload.refresh_from_db()
    if upload.cancel_asked and upload.state not in ENDED:
        # Another worker may have seen it first.
        with suppress(Refused):
            _undo(upload)


def _undo(upload: RosterUpload) -> None:
    """What was written of its roster goes with it, so that the same file may come again."""
    was_importing = upload.state == State.IMPORTING
    _decide(upload, State.CANCELLED, ended_at=timezone.now())
    if was_importing:
        take_out(upload.pk)
    _forget(upload)


@transaction.atomic
def check_again(upload: RosterUpload) -> None:
    """The columns are read otherwise: everything is looked at anew."""
    if upload.state != State.CHECKED:
        raise Refused("正在处理的文件不能改列。请等核对结束,或先取消。")
    upload.checked.all().delete()
    told = dict.fromkeys((*COUNTS, "last_row"), 0) | {"ended_at": None, "began_at": None}
    reading = read_as(upload.supplier, upload.kind)
    _decide(upload, State.WAITING, read_as=reading, understood={}, **told)
    jobs.start(WORK, str(upload.pk))


def note_reading(upload: RosterUpload) -> None:
    """What its bureau has settled is how the file was read already: only that is noted."""
    reading = read_as(upload.supplier, upload.kind)
    RosterUpload.objects.filter(pk=upload.pk, state=State.CHECKED).update(read_as=reading)


def _decide(upload: RosterUpload, state: str, **told: Any) -> None:
    """A step that somebody's press makes: whoever was faster is told in words."""
    try:
        _move(upload, state, **told)
    except Stopped:
        raise Refused(MEANWHILE) from None


def _move(upload: RosterUpload, state: str, **told: Any) -> None:
    here = RosterUpload.objects.filter(
        pk=upload.pk,
        state=upload.state,
        last_row=upload.last_row,
        began_at=upload.began_at,
    )
    told |= {"state": state, "changed_at": timezone.now()}
    if not here.update(**told):
        raise Stopped
    for name, value in told.items():
        setattr(upload, name, value)


def _forget(upload: RosterUpload) -> None:
    upload.checked.all().delete()
    for shelf in (UPLOADED, LETTERS, ERRORS):
        transaction.on_commit(partial(remove, shelf, upload.pk))
