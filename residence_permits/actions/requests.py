"""The one place where an application for a permit changes: compare, set, history and record."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from kaili_hukou import audit, receipts
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from residence_permits.actions.permits import Overtaken
from residence_permits.flow import MOVES, OPEN, Move
from residence_permits.models import PermitRequest, RequestCounter, RequestEvent


@dataclass(frozen=True, slots=True)
class Step:
    """Who makes a step, on which day, seeing which version. `details` is kept encrypted."""

    officer: Officer
    on: datetime.date
    version: int = 0
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def begin(request: PermitRequest, name: str, step: Step) -> PermitRequest:
    """A new request stands: accepted on the spot, or told what is missing."""
    request.state = MOVES[name].target
    request.opened_by = step.officer
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        raise Refused("此人已有一件在办的居住证申领,请先办结或撤回那一件。") from None
    _keep_step(request, MOVES[name], "", step)
    return request


@transaction.atomic
def advance(request: PermitRequest, name: str, step: Step, **values: Any) -> RequestEvent:
    """Makes the move `name`: table, compare-and-set, history and record in one transaction."""
    move = MOVES[name]
    allowed(request, move, step.officer)
    if move.reason and not step.reason.strip():
        raise Refused(f"「{move.title}」须写明理由。")
    before = request.state
    if move.target not in OPEN:
        values["is_open"] = False
    updated = PermitRequest.objects.filter(
        pk=request.pk, state=before, version=step.version
    ).update(state=move.target, version=F("version") + 1, **values)
    if not updated:
        raise overtaken(request)
    for key, value in (values | {"state": move.target}).items():
        setattr(request, key, value)
    request.version = step.version + 1
    return _keep_step(request, move, before, step)


def _keep_step(request: PermitRequest, move: Move, before: str, step: Step) -> RequestEvent:
    audit.record(
        f"居住证申领:{move.title}",
        request,
        changes={"state": (before, move.target)},
        reason=step.reason,
    )
    return RequestEvent.objects.create(
        request=request,
        move=move.name,
        before=before,
        after=move.target,
        officer=step.officer,
        on=step.on,
        reason=step.reason.strip(),
        details=step.details or None,
    )


def allowed(request: PermitRequest, move: Move, officer: Officer) -> None:
    """Raises where the state has moved on, or this officer may not make the move."""
    if request.state not in move.sources:
        raise overtaken(request)
    reason = why_not(request, move, officer)
    if reason:
        raise Refused(reason)


def why_not(request: PermitRequest, move: Move, officer: Officer) -> str:
    """Why this officer may not make the move; empty where he may."""
    if officer.role not in move.roles:
        return f"您的角色({officer.get_role_display()})不能办理「{move.title}」。"
    if not PermitRequest.objects.visible_to(officer).filter(pk=request.pk).exists():
        return "这件申领不在您的辖区。"
    own = officer.own_number_digest
    if own and request.person.number_digest == own:
        return "这件申领涉及您本人,请由其他同事办理(回避)。"
    return ""


def overtaken(request: PermitRequest) -> Overtaken:
    last = request.history.select_related("officer").last()
    if last is None:
        return Overtaken("这件申领刚刚被别人修改过,您的操作没有执行。请刷新后核对再办。")
    at = timezone.localtime(last.at)
    return Overtaken(
        f"这件申领已由{last.officer.name}于 {at:%m-%d %H:%M} 办理「{last.get_move_display()}」,"
        f"现状态为「{last.get_after_display()}」。您的操作没有执行,请核对后再办。"
    )


def draw_number(request: PermitRequest, on: datetime.date) -> str:
    """The next 领取凭证号 of station and year, inside the move's transaction: without gaps."""
    if request.number:
        return request.number
    station = request.station
    RequestCounter.objects.get_or_create(station=station, year=on.year)
    rows = RequestCounter.objects.filter(station=station, year=on.year)
    rows.update(last=F("last") + 1)
    serial = rows.values_list("last", flat=True).get()
    body = f"JZ{station.code}{on.year}{serial:06d}"
    check = receipts.check_character(body)
    number = f"JZ-{station.code}-{on.year}-{serial:06d}-{check}"
    PermitRequest.objects.filter(pk=request.pk).update(number=number)
    request.number = number
    return number
