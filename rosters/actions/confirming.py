"""A batch of rosters is confirmed by a second person, and sealed by that."""

import datetime
from collections.abc import Sequence

from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role
from kaili_hukou.scope import bureaus_of
from rosters.batches import batch_of, pending
from rosters.files import ORIGINALS, remove
from rosters.kinds import KINDS
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat

REMOVED = "原文件已销毁,只保留用途所需的各列"


@transaction.atomic
def confirm(roster: Roster, officer: Officer, on: datetime.date, *, seen: str = "") -> None:
    """Another officer of the bureau confirms, else the household section; the batch as one.

    `seen` is what the officer was shown (`as_seen`): files or rows that came since are refused.
    """
    files = pending(batch_of(roster))
    if not files:
        raise Refused("这份花名册已被确认或撤回,请刷新后再看。")
    fault = why_not(files, officer)
    if fault:
        raise Refused(fault)
    if seen and seen != as_seen(files):
        raise Refused("您核对期间这一批又有了变化,没有确认。请按现在的内容重新核对。")
    for file in files:
        _seal(file, officer, on)
    roster.refresh_from_db()


def why_not(files: Sequence[Roster], officer: Officer) -> str:
    """Why this officer cannot confirm these files; empty where he can."""
    if not all(may_confirm_for(file, officer) for file in files):
        return "只有提供部门(或承接它的部门)的另一名经办人或户政科可以确认。"
    if officer.pk in _entered_by(files):
        return "录入人不能确认自己录入的花名册,请由另一人确认。"
    if ImportRun.objects.filter(roster__in=files, state=ImportRun.State.RUNNING).exists():
        return "这份花名册还没有导入完,不能确认。请等导入结束,或把原文件再导入一次。"
    if not _live_rows(files):
        return "这份花名册还没有一行人员,不能确认。请先录入各行。"
    return ""


def may_confirm_for(roster: Roster, officer: Officer) -> bool:
    """The household section, and the clerks of the bureau that supplied it or took it over."""
    if officer.role == Role.BUREAU_CLERK:
        return roster.supplier_id in bureaus_of(officer.bureau_id)
    return officer.role == Role.APPROVER


def as_seen(files: Sequence[Roster]) -> str:
    """What is about to be confirmed, in a word that changes with it."""
    return f"{len(files)}-{_live_rows(files)}"


def _live_rows(files: Sequence[Roster]) -> int:
    return sum(
        model.objects.filter(roster__in=files, withdrawn_on__isnull=True).count()
        for model in (RosterEntry, RosterRepeat)
    )


def _entered_by(files: Sequence[Roster]) -> set[int | None]:
    """Whoever sent one of the files, or typed in a row."""
    typed = RosterEntry.objects.filter(roster__in=files, entered_by__isnull=False)
    return {file.entered_by_id for file in files} | set(typed.values_list("entered_by", flat=True))


def _seal(file: Roster, officer: Officer, on: datetime.date) -> None:
    told = {"confirmed_by": officer, "confirmed_on": on}
    updated = Roster.objects.filter(pk=file.pk, state=Roster.State.ENTERED).update(
        state=Roster.State.CONFIRMED, **told
    )
    if not updated:
        raise Refused("这份花名册已被确认或撤回,请刷新后再看。")
    gone = not KINDS[file.kind].keeps_original and remove_original(file, on)
    reason = REMOVED if gone else ""
    audit.record("确认花名册", file, changes={"state": ("entered", "confirmed")}, reason=reason)


def remove_original(file: Roster, on: datetime.date) -> bool:
    """The file goes once this transaction has gone through; False where there is none."""
    left = Roster.objects.filter(pk=file.pk, original_removed_on__isnull=True).exclude(sha256="")
    if not left.update(original_removed_on=on):
        return False
    # What is confirmed stays confirmed even where the disk refuses: the fault is logged.
    transaction.on_commit(lambda: remove(ORIGINALS, file.pk), robust=True)
    return True
