"""The one place where a return changes its state: compare, set, write the history and the record.

A second press, a stale page or two officers at once: one wins, the other is told what happened.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role
from reports.models import ReturnChange, UnitReturn
from reports.return_flow import MOVES, Move, may_fill, open_to
from reports.units import Unit, named, unit_of


class Overtaken(Refused):
    """Somebody else was first; nothing of this act was done."""

    @classmethod
    def by_others(cls, found: UnitReturn) -> "Overtaken":
        now = UnitReturn.objects.select_related("entered_by").get(pk=found.pk)
        at = timezone.localtime(now.changed_at)
        return cls(
            f"这份报告已在别处改动({at:%m-%d %H:%M}),现状态为「{now.get_state_display()}」。"
            "您的操作没有执行,刚才填写的内容仍在本页,请核对后再保存。"
        )


class NotAllowed(Refused):
    """The table of moves does not let this officer make this move."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, on which day, on which version of the return, with which words."""

    officer: Officer
    on: datetime.date
    version: int
    reason: str = ""


def opened(unit: Unit, year: int) -> UnitReturn:
    """The row of a unit's year; made where there is none, once however many come."""
    return UnitReturn.objects.get_or_create(year=year, **named(unit))[0]


def compare_and_set(found: UnitReturn, version: int, **values: Any) -> None:
    """Sets values where state and version are still as this page saw them, else Overtaken."""
    rows = UnitReturn.objects.filter(pk=found.pk, state=found.state, version=version)
    now = timezone.now()
    if not rows.update(version=F("version") + 1, changed_at=now, **values):
        raise Overtaken.by_others(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.version = version + 1


@transaction.atomic
def advance(found: UnitReturn, name: str, act: Act, **values: Any) -> None:
    """Makes the move `name`: table, compare-and-set, history and record in one transaction."""
    move = MOVES[name]
    allowed(found, move, act.officer)
    reason = act.reason.strip()
    if move.reason and not reason:
        raise Refused(f"「{move.title}」须写明理由。")
    before = found.state
    after = move.target or found.state
    if move.reason:
        values["reason"] = reason
    compare_and_set(found, act.version, state=after, **values)
    ReturnChange.objects.create(
        unit_return=found,
        move=name,
        before=before,
        after=after,
        officer=act.officer,
        on=act.on,
        reason=reason,
    )
    audit.record(f"年度报告{move.title}", found, changes={"state": (before, after)}, reason=reason)


def allowed(found: UnitReturn, move: Move, officer: Officer) -> None:
    if found.state not in move.sources:
        raise Overtaken.by_others(found)
    shut = why_not(found, move, officer)
    if shut:
        raise NotAllowed(shut)


def why_not(found: UnitReturn, move: Move, officer: Officer) -> str:
    """Why this officer may not make the move; empty where he may."""
    if officer.role not in move.roles:
        return f"您的角色({officer.get_role_display()})不能办理「{move.title}」。"
    if not is_in_hand(found, officer):
        return "这不是您单位的年度报告。"
    mine = _moves_since_sent(found).filter(officer=officer, move__in=move.not_by).first()
    if mine:
        return f"您办过「{mine.get_move_display()}」,「{move.title}」须由另一人办理。"
    return ""


def _moves_since_sent(found: UnitReturn) -> Any:
    """The moves from the last sending on: who sent an earlier, returned text is free again."""
    last = found.history.filter(move="send").order_by("-pk").values("pk")[:1]
    return found.history.filter(pk__gte=last)


def is_in_hand(found: UnitReturn, officer: Officer) -> bool:
    """A clerk acts for the own unit alone; those of a predecessor may be read."""
    return officer.role != Role.BUREAU_CLERK or unit_of(officer) == found.unit


def may_write(found: UnitReturn, officer: Officer) -> bool:
    return may_fill(found.state, officer.role) and is_in_hand(found, officer)


def moves_for(found: UnitReturn, officer: Officer) -> list[tuple[Move, str]]:
    """The moves of the state that fit the role, each with why it is shut to this officer."""
    if not is_in_hand(found, officer):
        return []
    return [(move, why_not(found, move, officer)) for move in open_to(found.state, officer.role)]
