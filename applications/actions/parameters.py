"""Changing a number of the plan from a day on: proposed by one officer, confirmed by another."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from applications.facts import case_json, known_of, told_by, verdict_of
from applications.models import Application, ParameterChange
from applications.parameters import in_force, value_of, with_change
from applications.policy.parameters import SHIPPED, ParametersError
from applications.policy.verdict import Verdict
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer

State = ParameterChange.State
# Routes that a parameter has no say in are not judged again in a preview.
MOST_SHOWN = 500


@transaction.atomic
def propose(change: ParameterChange, officer: Officer) -> ParameterChange:
    """Keeps the proposal; Refused where the value is not of the parameter's kind."""
    _usable(change)
    change.proposed_by = officer
    change.save(force_insert=True)
    audit.record("提出参数变更", change, changes={change.name: (_now(change), change.value)})
    return change


def _usable(change: ParameterChange) -> None:
    try:
        SHIPPED.merged({change.name: [value_of(change)]})
    except (ParametersError, ValueError, TypeError) as fault:
        if isinstance(fault, ParametersError):
            raise Refused(str(fault)) from None
        raise Refused("新值应为整数,日期参数应写成 2026-01-01 的样子。") from None


def _now(change: ParameterChange) -> Any:
    value = in_force().by_name[change.name].on(change.from_day).value
    return value.isoformat() if isinstance(value, datetime.date) else value


@transaction.atomic
def confirm(change: ParameterChange, officer: Officer, on: datetime.date) -> None:
    """A second officer puts it in force; decided cases keep the values that they were judged by."""
    if officer.pk == change.proposed_by_id:
        raise Refused("提出人不能确认自己提出的变更,请由另一人确认。")
    try:
        with transaction.atomic():
            updated = ParameterChange.objects.filter(pk=change.pk, state=State.PROPOSED).update(
                state=State.CONFIRMED, confirmed_by=officer, confirmed_on=on
            )
    except IntegrityError:
        raise Refused("这个参数自同一天起已有确认的变更,请先撤销或改日期。") from None
    if not updated:
        raise Refused("这项变更已被确认或撤销,请刷新后再看。")
    audit.record("确认参数变更", change, reason=change.reason)


@transaction.atomic
def drop(change: ParameterChange, officer: Officer) -> None:
    """A proposal that is not to be; a confirmed change is ended by another change."""
    if not ParameterChange.objects.filter(pk=change.pk, state=State.PROPOSED).update(
        state=State.DROPPED
    ):
        raise Refused("只有待确认的变更可以撤销;已生效的请另提一项变更。")
    audit.record("撤销参数变更", change)


@dataclass(frozen=True, slots=True)
class Turn:
    """An open case whose first opinion a change would turn, with the conditions that do it."""

    case: Application
    before: Verdict
    after: Verdict
    reasons: tuple[str, ...]


def preview(change: ParameterChange) -> list[Turn]:
    """The open cases, judged on the day from which the change counts, whose opinion it turns."""
    now, then = in_force(), with_change(change)
    turns = []
    for case in _open_cases():
        case_as_of = case_json(
            case.route,
            told_by(case, case.members.all()),
            known_of("", case.applicant, change.from_day),
        )
        before, after = verdict_of(case_as_of, now), verdict_of(case_as_of, then)
        if before.verdict != after.verdict:
            turns.append(Turn(case, before, after, _reasons(before, after)))
    return turns[:MOST_SHOWN]


def _open_cases() -> Iterator[Application]:
    return (
        Application.objects.open()
        .select_related("applicant", "enterprise", "station")
        .prefetch_related("members__person")
        .iterator(chunk_size=200)
    )


def _reasons(before: Verdict, after: Verdict) -> tuple[str, ...]:
    pairs = zip(before.conditions, after.conditions, strict=True)
    return tuple(
        f"{new.title}:由「{old.required}」改为「{new.required}」,{new.actual}"
        for old, new in pairs
        if old.status != new.status
    )
