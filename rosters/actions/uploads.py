"""The one place where the state of an upload changes: received, checked, imported, or ended.

Every step compares and sets. Work that finds the row otherwise than it left it stops by raising
`Stopped`: another process has gone on, or somebody has asked to cancel.
"""

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from kaili_hukou import audit, jobs
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer
from rosters.column_choices import read_as
from rosters.files import LETTERS, UPLOADED, remove
from rosters.models import CheckedRow, Roster, RosterUpload
from rosters.workbook import FileRefused

State = RosterUpload.State
WORK = "rosters.tasks.work_on_upload"
# No chunk takes as long: work that wrote nothing for so many seconds has lost its worker.
SILENT_SECONDS = 60
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
    silent = now - datetime.timedelta(seconds=SILENT_SECONDS)
    here = RosterUpload.objects.filter(pk=upload.pk, changed_at=upload.changed_at)
    if upload.state == State.WAITING:
        began: dict[str, Any] = {"state": State.CHECKING, "began_at": now}
    elif upload.state == State.QUEUED:
        began = {"state": State.IMPORTING, "began_at": now, "last_row": 0}
    elif upload.state in RosterUpload.WORKING and upload.changed_at < silent:
        began = {}
    else:
        raise Stopped
    if not here.update(changed_at=now, **began):
        raise Stopped
    upload.refresh_from_db()


def advance(upload: RosterUpload, last_row: int, **told: Any) -> None:
    """A chunk is through: called in the transaction that writes its rows."""
    now = timezone.now()
    here = RosterUpload.objects.filter(
        pk=upload.pk, state=upload.state, last_row=upload.last_row, cancel_asked=False
    )
    if not here.update(last_row=last_row, changed_at=now, **told):
        raise Stopped
    for name, value in {"last_row": last_row, "changed_at": now, **told}.items():
        setattr(upload, name, value)


def end_check(upload: RosterUpload) -> None:
    """All rows have been looked at: it waits for somebody to decide."""
    _move(upload, State.CHECKED, ended_at=timezone.now())


@transaction.atomic
def order_import(upload: RosterUpload, *, strict: bool) -> None:
    """Good rows in, bad rows back; strict: nothing at all where a row goes back."""
    if strict and (upload.rejected or upload.duplicates):
        raise Refused(
            f"您选了全部正确才导入,但有 {upload.rejected + upload.duplicates} 行退回。"
            "请改好后重新上传,或取消这个选项。"
        )
    if not (upload.added or upload.changed or upload.unchanged):
        raise Refused("没有一行可以导入。请下载错误表,改好后重新上传。")
    if upload.state != State.CHECKED:
        raise Refused("这个文件不在等待决定,请刷新后再看。")
    _move(upload, State.QUEUED, strict=strict, ended_at=None)
    audit.record("导入已核对的花名册", upload)
    jobs.start(WORK, str(upload.pk))


@transaction.atomic
def end_import(upload: RosterUpload, roster: Roster) -> None:
    """The rows are in; what went back is kept for a while, the file is the roster's now."""
    _move(upload, State.IMPORTED, roster=roster, ended_at=timezone.now())
    upload.checked.exclude(outcome__in=KEPT).delete()
    transaction.on_commit(lambda: remove(UPLOADED, upload.pk))


KEPT = (CheckedRow.Outcome.REJECTED, CheckedRow.Outcome.DUPLICATE)


@transaction.atomic
def refuse_file(upload: RosterUpload, refusal: FileRefused | Refused) -> None:
    """The file as a whole cannot be taken; nothing of it is kept."""
    code = getattr(refusal, "code", "refused")
    _move(upload, State.REFUSED, fault=str(refusal), fault_code=code, ended_at=timezone.now())
    _forget(upload)


@transaction.atomic
def cancel(upload: RosterUpload) -> None:
    """At once where nobody works on it, else after the present chunk."""
    if upload.state in (State.IMPORTED, State.REFUSED, State.CANCELLED):
        raise Refused("这个文件已经处理完,不能取消。")
    silent = timezone.now() - datetime.timedelta(seconds=SILENT_SECONDS)
    at_work = upload.state in (State.CHECKING, State.IMPORTING) and upload.changed_at > silent
    if at_work:
        RosterUpload.objects.filter(pk=upload.pk).update(cancel_asked=True)
    else:
        _move(upload, State.CANCELLED, ended_at=timezone.now())
        _forget(upload)
    audit.record("取消花名册上传", upload)


@transaction.atomic
def end_cancelled(upload: RosterUpload) -> None:
    """The worker has seen that somebody asked to cancel."""
    upload.refresh_from_db()
    if upload.cancel_asked and upload.state in (State.CHECKING, State.IMPORTING):
        _move(upload, State.CANCELLED, ended_at=timezone.now())
        _forget(upload)


@transaction.atomic
def check_again(upload: RosterUpload) -> None:
    """The columns are read otherwise: everything is looked at anew."""
    if upload.state != State.CHECKED:
        raise Refused("正在处理的文件不能改列。请等核对结束,或先取消。")
    upload.checked.all().delete()
    nothing = dict.fromkeys(COUNTS, 0)
    told = {"read_as": read_as(upload.supplier, upload.kind), "last_row": 0, "ended_at": None}
    _move(upload, State.WAITING, **told, **nothing)
    jobs.start(WORK, str(upload.pk))


def _move(upload: RosterUpload, state: str, **told: Any) -> None:
    here = RosterUpload.objects.filter(pk=upload.pk, state=upload.state, last_row=upload.last_row)
    told |= {"state": state, "changed_at": timezone.now()}
    if not here.update(**told):
        raise Stopped
    for name, value in told.items():
        setattr(upload, name, value)


def _forget(upload: RosterUpload) -> None:
    upload.checked.all().delete()
    transaction.on_commit(lambda: remove(UPLOADED, upload.pk))
    transaction.on_commit(lambda: remove(LETTERS, upload.pk))
