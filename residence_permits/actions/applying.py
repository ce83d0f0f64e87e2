"""居住登记 and 申领: what the window takes, accepted on the spot or told once what is missing."""

import datetime
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, Person
from residence_permits.actions.permits import Act, change
from residence_permits.actions.requests import Step, advance, begin, draw_number, overtaken
from residence_permits.conditions import (
    LONGEST_DAYS,
    Told,
    agent_misused,
    law_by,
    longest,
    longest_stay,
    missing,
    obstacles,
    promised_on,
)
from residence_permits.flow import State
from residence_permits.models import AcceptingBody, Permit, PermitRequest, Residence


@transaction.atomic
def register_residence(residence: Residence, officer: Officer, on: datetime.date) -> Residence:
    """A new stretch begins; the one that has not ended ends on the day before."""
    if residence.since > on:
        raise Refused("居住起始日在今天以后,请核对。")
    standing = Residence.objects.filter(person=residence.person, until__isnull=True).first()
    if standing and residence.since <= standing.since:
        raise Refused(
            f"此人自 {standing.since} 起已有居住登记。新地址的起始日应晚于这一天;"
            "原登记有误的,请先更正。"
        )
    if standing:
        end_residence(standing, residence.since - datetime.timedelta(days=1))
    residence.officer, residence.registered_on = officer, on
    try:
        with transaction.atomic():
            residence.save(force_insert=True)
    except IntegrityError:
        raise Refused("此人刚刚已由别的窗口登记居住,请刷新后核对。") from None
    audit.record("居住登记", residence)
    return residence


def end_residence(residence: Residence, until: datetime.date) -> None:
    """The stretch is kept with its last day."""
    updated = Residence.objects.filter(pk=residence.pk, until__isnull=True).update(until=until)
    if not updated:
        raise Refused("这处居住登记刚刚已结束,请刷新后核对。")
    residence.until = until
    audit.record("结束居住登记", residence, changes={"until": (None, str(until))})


def residence_from(person: Person) -> datetime.date | None:
    """From which day he has lived here without a break, by all stretches; None: he does not."""
    rows = Residence.objects.filter(person=person).values_list("since", "until")
    return longest_stay(rows)


@dataclass(frozen=True, slots=True)
class Applying:
    """An application as the window hears it."""

    person: Person
    basis: str = ""
    shown: frozenset[str] = frozenset()
    photograph: bool = False
    body: AcceptingBody | None = None
    agent_name: str = ""
    agent_number: str = ""
    agent_relation: str = ""
    agent_reason: str = ""
    note: str = ""
    details: dict[str, str] = field(default_factory=dict)

    def told(self, on: datetime.date) -> Told:
        return Told(
            on=on,
            division=self.person.division,
            born_on=self.person.birth_date,
            residence_from=residence_from(self.person),
            basis=self.basis,
            shown=self.shown,
            photograph=self.photograph,
            by_agent=bool(self.agent_name and self.agent_number),
            agent_reason=self.agent_reason,
        )


@transaction.atomic
def apply(applying: Applying, officer: Officer, on: datetime.date) -> PermitRequest:
    """受理 where everything is there; else told once and in full. Refused where he cannot have one.

    条例 第二条, 第九条.
    """
    told = applying.told(on)
    _possible(applying, told, on)
    wanted = missing(told)
    request = PermitRequest(
        person=applying.person,
        station=officer.station,
        body=applying.body,
        residence=Residence.objects.filter(person=applying.person, until__isnull=True).first(),
        basis=applying.basis,
        shown=sorted(applying.shown),
        missing=wanted,
        received_on=on,
        **_agent(applying),
    )
    if wanted:
        return begin(request, "tell", Step(officer, on, details={"missing": wanted}))
    return _accepted(request, officer, on)


def _accepted(request: PermitRequest, officer: Officer, on: datetime.date) -> PermitRequest:
    request.accepted_on, request.promised_on, request.law_by = on, promised_on(on), law_by(on)
    begin(request, "accept", Step(officer, on))
    draw_number(request, on)
    return request


def _agent(applying: Applying) -> dict[str, str]:
    names = ("agent_name", "agent_number", "agent_relation", "agent_reason", "note")
    return {name: getattr(applying, name) for name in names}


def _possible(applying: Applying, told: Told, on: datetime.date) -> None:
    shut = obstacles(told) + list(filter(None, [agent_misused(told)]))
    if shut:
        raise Refused("".join(shut))
    if applying.person.permits.in_force().exists():
        raise Refused("此人已有未注销的居住证。遗失的办补领,损坏的办换领,不再首次申领。")
    body = applying.body
    if body is not None and not body.valid_from <= on <= body.valid_to:
        raise Refused(
            f"「{body}」的委托有效期为 {body.valid_from} 至 {body.valid_to},今天不能受理居住证。"
        )


@transaction.atomic
def bring(request: PermitRequest, applying: Applying, step: Step) -> PermitRequest:
    """What was missing has come: accepted where all is there, else what is left is named."""
    told = applying.told(step.on)
    if shut := obstacles(told) + list(filter(None, [agent_misused(told)])):
        raise Refused("".join(shut))
    wanted = missing(told)
    if wanted:
        raise Refused("还缺:" + ";".join(wanted) + "。补齐后再受理。")
    for name, value in _agent(applying).items():
        setattr(request, name, value)
    request.basis, request.shown, request.missing = applying.basis, sorted(applying.shown), []
    advance(
        request,
        "accept",
        step,
        accepted_on=step.on,
        promised_on=promised_on(step.on),
        law_by=law_by(step.on),
        basis=applying.basis,
        shown=sorted(applying.shown),
        missing=[],
    )
    request.save(update_fields=["agent_name", "agent_number", "agent_relation", "agent_reason"])
    draw_number(request, step.on)
    return request


@transaction.atomic
def not_accept(request: PermitRequest, step: Step) -> None:
    advance(request, "not_accept", step)


@transaction.atomic
def withdraw(request: PermitRequest, step: Step) -> None:
    advance(request, "withdraw", step)
    _not_to_be(request, step)


@transaction.atomic
def not_grant(request: PermitRequest, step: Step) -> None:
    """Accepted, and then found not to fulfil the conditions: by a person, with the reason."""
    advance(request, "not_grant", step)
    _not_to_be(request, step)


def _not_to_be(request: PermitRequest, step: Step) -> None:
    """A first permit whose card was spoiled before it was handed out ends with its application."""
    if request.kind == PermitRequest.Kind.FIRST and request.permit is not None:
        act = Act(step.officer, step.on, step.reason)
        ground = Permit.Cancelled.WISH
        change(request.permit, "cancelled", act, cancelled_on=step.on, cancelled_for=ground)


@dataclass(frozen=True, slots=True)
class Extension:
    ground: str
    reason: str
    until: datetime.date


@transaction.atomic
def propose_extension(
    request: PermitRequest, extension: Extension, officer: Officer, on: datetime.date
) -> None:
    """Beyond fifteen days up to thirty: by one officer with ground and reason, for a second."""
    _extensible(request)
    if not extension.reason.strip():
        raise Refused("延长制发期限须写明理由。")
    if extension.ground not in PermitRequest.Ground.values:
        raise Refused("延长只限于偏远地区、交通不便或特殊情况,请选择依据。")
    last = longest(request.accepted_on)
    if not request.law_by < extension.until <= last:
        raise Refused(f"延长应在法定期限 {request.law_by} 之后、{last}({LONGEST_DAYS} 日)以内。")
    sealed = PermitRequest._meta.get_field("extend_reason").seal(extension.reason, request.pk)
    updated = PermitRequest.objects.filter(
        pk=request.pk, version=request.version, extended_by__isnull=True
    ).update(
        extend_ground=extension.ground,
        extend_reason=sealed,
        extend_until=extension.until,
        extend_by=officer,
        version=request.version + 1,
    )
    if not updated:
        raise overtaken(request)
    audit.record("提出延长制发期限", request, reason=extension.reason)


@transaction.atomic
def confirm_extension(request: PermitRequest, officer: Officer, on: datetime.date) -> None:
    """The second officer: not the one who proposed it."""
    _extensible(request)
    if request.extend_by_id is None or request.extend_until is None:
        raise Refused("还没有人提出延长,请先由经办人提出。")
    if request.extend_by_id == officer.pk:
        raise Refused("提出人不能批准自己提出的延长,请由另一人批准。")
    updated = PermitRequest.objects.filter(
        pk=request.pk, version=request.version, extended_by__isnull=True
    ).update(
        extended_by=officer,
        law_by=request.extend_until,
        promised_on=request.extend_until,
        version=request.version + 1,
    )
    if not updated:
        raise overtaken(request)
    audit.record(
        "批准延长制发期限",
        request,
        changes={"law_by": (str(request.law_by), str(request.extend_until))},
    )


def _extensible(request: PermitRequest) -> None:
    if request.state not in (State.ACCEPTED, State.MAKING):
        raise Refused(f"申领已「{request.get_state_display()}」,不能延长制发期限。")
    if request.extended_by_id is not None:
        raise Refused("制发期限已经延长过一次,不能再延长。")
