"""How far it has come with a person of a kind of roster: noted by hand, or told by his case.

Nobody is forced: whoever stays says why, and may think again. That somebody applied or moved is
never typed: it follows from his case.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role
from rosters.models import Course, RosterEntry

State = Course.State
# From which state each one may be noted by hand; no row yet counts as 待核实.
BY_HAND: dict[str, frozenset[str]] = {
    State.TO_CHECK: frozenset({State.INFORMED, State.STAYS}),
    State.INFORMED: frozenset({State.TO_CHECK, State.STAYS, State.INFORMED}),
    State.STAYS: frozenset({State.TO_CHECK, State.INFORMED}),
}

BY_CASE = frozenset({State.APPLIED, State.MOVED})


@dataclass(frozen=True, slots=True)
class Noting:
    """What is noted of some people, by whom, on which day, with which words."""

    state: str
    officer: Officer
    on: datetime.date
    reason: str = ""


@transaction.atomic
def note_courses(entries: Iterable[RosterEntry], told: Noting) -> int:
    """All of them or none; how many were changed."""
    if told.state not in BY_HAND:
        raise Refused("请选择「待核实」「已告知」或「不迁」;已申请、已迁入由办件自动登记。")
    if told.state == State.STAYS and not told.reason.strip():
        raise Refused("登记「不迁」须写明本人的说明;迁不迁由本人决定。")
    rows = sorted(entries, key=lambda entry: entry.number_digest)
    if not rows:
        raise Refused("请勾选人员。")
    for entry in rows:
        _may(entry, told.officer)
        _note(entry, told)
    return len(rows)


def _may(entry: RosterEntry, officer: Officer) -> None:
    own = officer.role == Role.BUREAU_CLERK and officer.bureau_id == entry.roster.supplier_id
    if not (own or officer.role == Role.APPROVER):
        raise Refused("只有提供名册的部门和户政科可以登记。")


def _note(entry: RosterEntry, told: Noting) -> None:
    before = _present(entry, told)
    if before.state == State.TO_CHECK == told.state:
        return
    if before.state not in BY_HAND[told.state]:
        raise Refused(
            f"第 {entry.row} 行现为「{before.get_state_display()}」,"
            f"不能登记为「{State(told.state).label}」,请刷新后核对。"
        )
    _set(before, told)


def _present(entry: RosterEntry, told: Noting) -> Course:
    """The row of the person, made where nothing was known of him."""
    found = _of(entry)
    if found:
        return found
    try:
        with transaction.atomic():
            return Course.objects.create(
                supplier=entry.roster.supplier,
                kind=entry.roster.kind,
                number_digest=entry.number_digest,
                state=State.TO_CHECK,
                told_on=told.on,
                changed_by=told.officer,
            )
    except IntegrityError:
        raise Refused("这些人员正由别人登记,请刷新后再办。") from None


def _of(entry: RosterEntry) -> Course | None:
    of_kind = Course.objects.filter(kind=entry.roster.kind)
    return of_kind.filter(number_digest=entry.number_digest).first()


def _set(course: Course, told: Noting) -> None:
    before = course.state
    reason = course._meta.get_field("reason").seal(told.reason.strip(), course.pk)
    same = Course.objects.filter(pk=course.pk, state=before)
    changed = same.update(
        state=told.state,
        reason=reason,
        told_on=told.on,
        changed_by=told.officer,
        changed_at=timezone.now(),
    )
    if not changed:
        raise Refused("这些人员正由别人登记,请刷新后再办。")
    audit.record("登记名册人员进展", course, changes={"state": (before, told.state)})


@transaction.atomic
def follow(entry: RosterEntry, told: Noting) -> None:
    """What his case brought about: applied, moved, or back to informed where it came to nothing."""
    course = _of(entry) if told.state == State.INFORMED else _present(entry, told)
    if course is None or course.state == told.state:
        return
    if told.state != State.INFORMED or course.state in BY_CASE:
        _set(course, told)
