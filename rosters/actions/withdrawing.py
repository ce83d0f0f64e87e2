"""The end of rosters and rows: a batch is taken back as if it had never come, or is withdrawn.

Taking back is for what rests on nothing yet. Withdrawing is the bureau's own word that a row, or
all of them, no longer stand: it goes through whatever rests on them, and every case that loses its
row is told so in the record.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from rosters.actions.confirming import REMOVED, may_confirm_for, remove_original
from rosters.batches import batch_of, standing
from rosters.kinds import KINDS
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat
from rosters.querysets import ENDED_WITHOUT

State = Roster.State
Naming = RosterEntry | RosterRepeat
OVERTAKEN = "这份花名册已由别人收回或撤回,您的操作没有执行。请刷新后再看。"
LOST_ITS_ROW = "所依据的花名册行已撤回"


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ends it, on which day, and why."""

    officer: Officer
    on: datetime.date
    reason: str


@transaction.atomic
def take_back(roster: Roster, ending: Ending) -> None:
    """收回: the batch whole, while nothing rests on any of its rows."""
    files = _standing(roster, ending)
    for file in files:
        _end(file, State.TAKEN_BACK, ending)
    # Asked once the files are ended: a case that was opened meanwhile is seen.
    resting = RosterEntry.objects.resting_on(files).count()
    if resting:
        raise Refused(f"已有办件依据其中 {resting} 行,这一批不能收回。需要时请撤回。")
    roster.refresh_from_db()


@transaction.atomic
def withdraw(roster: Roster, ending: Ending) -> int:
    """撤回 of the whole batch; how many cases lose their row by it."""
    files = _standing(roster, ending)
    if all(file.state == State.ENTERED for file in files):
        raise Refused("这一批还没有确认,不必撤回,请直接收回。")
    cases = cases_resting_on(RosterEntry.objects.resting_on(files))
    for file in files:
        _end(file, State.WITHDRAWN, ending)
    _tell(cases, ending)
    roster.refresh_from_db()
    return len(cases)


@transaction.atomic
def withdraw_rows(namings: Sequence[Naming], ending: Ending) -> int:
    """撤回 of a person's rows in one roster or several; how many cases lose their row by it."""
    if not namings:
        raise Refused("请选择要从哪一份花名册撤回。")
    _give_reason(ending)
    entries = {getattr(naming, "entry_id", naming.pk) for naming in namings}
    rows = RosterEntry.objects.filter(pk__in=entries)
    counted = set(rows.confirmed(ending.on).values_list("pk", flat=True))
    for naming in namings:
        _withdraw_naming(naming, ending)
    lost = counted - set(rows.confirmed(ending.on).values_list("pk", flat=True))
    cases = cases_resting_on(RosterEntry.objects.filter(pk__in=lost))
    _tell(cases, ending)
    return len(cases)


def cases_resting_on(rows: Iterable[Any], most: int | None = None) -> list[Any]:
    """The cases that name these rows and still rest on them; cases stand above, so: by relation."""
    cases = RosterEntry._meta.get_field("applications").related_model._base_manager
    found = cases.filter(roster_entry__in=rows).exclude(state__in=ENDED_WITHOUT)
    return list(found.select_related("roster_entry__roster").order_by("opened_at")[:most])


def _standing(roster: Roster, ending: Ending) -> list[Roster]:
    _give_reason(ending)
    files = standing(batch_of(roster))
    for file in files:
        _may_end(file, ending.officer)
    if not files:
        raise Refused(OVERTAKEN)
    return files


def _give_reason(ending: Ending) -> None:
    if not ending.reason.strip():
        raise Refused("请写明理由。")


def _may_end(roster: Roster, officer: Officer) -> None:
    if not may_confirm_for(roster, officer):
        raise Refused("只有提供部门(或承接它的部门)和户政科可以收回、撤回。")


def _end(file: Roster, state: str, ending: Ending) -> None:
    """Compare and set; an import that is still at it stops at its next chunk."""
    sealed = Roster._meta.get_field("ended_for").seal(ending.reason, file.pk)
    told = {"ended_by": ending.officer, "ended_on": ending.on, "ended_for": sealed}
    if not Roster.objects.filter(pk=file.pk, state=file.state).update(state=state, **told):
        raise Refused(OVERTAKEN)
    ImportRun.objects.filter(roster=file).update(state=ImportRun.State.UNDONE)
    gone = not KINDS[file.kind].keeps_original and remove_original(file, ending.on)
    reason = f"{ending.reason};{REMOVED}" if gone else ending.reason
    title = "收回花名册" if state == State.TAKEN_BACK else "撤回花名册"
    audit.record(title, file, changes={"state": (file.state, state)}, reason=reason)


def _withdraw_naming(naming: Naming, ending: Ending) -> None:
    _may_end(naming.roster, ending.officer)
    model = type(naming)
    sealed = model._meta.get_field("withdrawn_for").seal(ending.reason, naming.pk)
    still = model.objects.filter(
        pk=naming.pk, withdrawn_on__isnull=True, roster__state__in=(State.ENTERED, State.CONFIRMED)
    )
    told = {"withdrawn_by": ending.officer, "withdrawn_on": ending.on, "withdrawn_for": sealed}
    if not still.update(**told):
        raise Refused(OVERTAKEN)
    day = ending.on.isoformat()
    changes = {"withdrawn_on": (None, day)}
    audit.record("撤回花名册行", naming, changes=changes, reason=ending.reason)


def _tell(cases: Iterable[Any], ending: Ending) -> None:
    for case in cases:
        audit.record(LOST_ITS_ROW, case, reason=ending.reason)
