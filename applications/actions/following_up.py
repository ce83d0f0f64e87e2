"""What follows a settlement: begun with the registration, done or answered once, called off."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from applications.actions.changing import keeps_out
from applications.duties_after import DUTIES, Duty, Settled, duties_of
from applications.models import Application, FollowUp, Member
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.models.people import HukouKind
from residence_permits.actions.cancelling import end_as_settled
from residence_permits.actions.permits import Act
from residence_permits.models import Permit

Kind, State = FollowUp.Kind, FollowUp.State


@transaction.atomic
def open_follow_ups(application: Application, members: Any, on: datetime.date) -> int:
    """Begins what follows for the members registered; whoever has his already gets no second.

    `members` is a queryset of the case's members; called in the transaction of registration.
    """
    settled = list(members.select_related("person").order_by("position"))
    begun = set(
        FollowUp.objects.filter(application=application).values_list("member", "kind").iterator()
    )
    told = _households_told(application)
    permits = {
        permit.person_id: permit
        for permit in Permit.objects.in_force().filter(
            person__in=[member.person_id for member in settled]
        )
    }
    rows = []
    for member in settled:
        permit = permits.get(member.person_id)
        for duty in duties_of(_settled(application, member, permit, told, on)):
            if (member.pk, duty.kind) not in begun:
                rows.append(_row(application, member, duty, on, permit))
    _give_to_bureaus(rows)
    FollowUp.objects.bulk_create(rows)
    if rows:
        audit.record("生成后续衔接事项", application, count=len(rows))
    return len(rows)


def _households_told(application: Application) -> set[str]:
    """Places of origin whose household has its notice: it is given once for each."""
    given = FollowUp.objects.filter(application=application, kind=Kind.LAND_RIGHTS)
    return set(given.values_list("member__division", flat=True))


def _settled(
    application: Application,
    member: Member,
    permit: Permit | None,
    told: set[str],
    on: datetime.date,
) -> Settled:
    first = member.hukou_kind == HukouKind.RURAL and member.division not in told
    if first:
        told.add(member.division)
    return Settled(
        route=application.route,
        on=on,
        birth_date=member.person.birth_date,
        is_applicant=member.is_applicant,
        speaks_for_home=first,
        holds_permit=permit is not None,
    )


def _row(
    application: Application,
    member: Member,
    duty: Duty,
    on: datetime.date,
    permit: Permit | None = None,
) -> FollowUp:
    return FollowUp(
        application=application,
        member=member,
        kind=duty.kind,
        permit=permit if duty.kind == Kind.PERMIT else None,
        since=on,
    )


def _give_to_bureaus(rows: Iterable[FollowUp]) -> None:
    """One query for all the bureaus; a bureau that the register lacks is an error of set-up."""
    codes = {row: code for row in rows if (code := DUTIES[row.kind].bureau)}
    bureaus = {bureau.code: bureau for bureau in Bureau.objects.filter(code__in=codes.values())}
    for row, code in codes.items():
        if code not in bureaus:
            raise Refused(f"部门登记簿里没有「{code}」,后续事项无处移交。请系统管理员先登记。")
        row.bureau = bureaus[code]


def settle(
    follow_up: FollowUp,
    state: str,
    officer: Officer,
    on: datetime.date,
    *,
    note: str = "",
) -> None:
    """Answers one task where it still stands as it was seen; else somebody was first."""
    if state not in FollowUp.ANSWERS:
        raise Refused("办理情况应为已接续、本人放弃、联系不上、不适用之一。")
    if on < follow_up.since:
        raise Refused(f"办理日期({on})早于落户日期({follow_up.since}),请核对。")
    _not_ones_own(follow_up, officer)
    with transaction.atomic():
        seen = follow_up.state
        sealed = FollowUp._meta.get_field("note").seal(note.strip(), follow_up.pk)
        updated = FollowUp.objects.filter(pk=follow_up.pk, state=seen).update(
            state=state, answered_on=on, note=sealed
        )
        if not updated or seen == State.CANCELLED:
            raise Refused("这一事项刚刚被别人办理过,或落户已撤销,您的操作没有执行。请刷新后核对。")
        audit.record("办理后续事项", follow_up, changes={"state": (seen, state)})
    follow_up.state, follow_up.answered_on, follow_up.note = state, on, note.strip()


def _not_ones_own(follow_up: FollowUp, officer: Officer) -> None:
    """Recusal holds after the decision too; a bureau's clerk sees no case to be kept out of."""
    if officer.station_id is None:
        return
    reason = keeps_out(follow_up.application, officer)
    if reason:
        raise Refused(reason)


@transaction.atomic
def deliver_notice(
    follow_up: FollowUp, officer: Officer, on: datetime.date, recipient: str
) -> None:
    """三(三)4: the household's notice was handed to somebody on a day."""
    if follow_up.kind != Kind.LAND_RIGHTS:
        raise Refused("这一事项不是权益告知,不能登记送达。")
    if not recipient.strip():
        raise Refused("请填写签收人(本人、配偶等)。")
    if follow_up.state != State.OPEN:
        raise Refused("告知书已登记送达,没有再登记一次。")
    settle(follow_up, State.DONE, officer, on, note=f"签收人:{recipient.strip()}")


@transaction.atomic
def cancel_permit(follow_up: FollowUp, officer: Officer, on: datetime.date) -> None:
    """三(二): whoever settled needs his residence permit no more; one press ends it."""
    if follow_up.kind != Kind.PERMIT or follow_up.permit is None:
        raise Refused("这一事项没有要注销的居住证。")
    if follow_up.state != State.OPEN:
        raise Refused("这张居住证已经办过注销,没有再办一次。")
    permit = Permit.objects.get(pk=follow_up.permit_id)
    if permit.cancelled_on:
        note = f"居住证此前已于 {permit.cancelled_on} 注销。"
        settle(follow_up, State.NOT_APPLICABLE, officer, on, note=note)
        return
    settle(follow_up, State.DONE, officer, on)
    basis = follow_up.application.receipt_number or ""
    end_as_settled(permit, Act(officer, on, "在本市落户", {"case": basis}))


@transaction.atomic
def ask_allowance(member: Member, officer: Officer, on: datetime.date) -> FollowUp:
    """三(三)7: the person told that he draws the minimum living allowance, or needs it."""
    if member.outcome != Member.Outcome.REGISTERED:
        raise Refused("此人还没有落户,落户以后才能转民政部门接续低保。")
    if member.follow_ups.filter(kind=Kind.ALLOWANCE).exists():
        raise Refused("此人的低保接续已经登记过,没有再登记一次。")
    reason = keeps_out(member.application, officer)
    if reason:
        raise Refused(reason)
    row = _row(member.application, member, DUTIES[Kind.ALLOWANCE], on)
    _give_to_bureaus([row])
    row.save(force_insert=True)
    audit.record("登记低保接续", row)
    return row


@transaction.atomic
def call_off(application: Application, members: Any) -> int:
    """The registration was undone: what nobody has answered yet falls away."""
    fallen = (
        FollowUp.objects.filter(application=application, member__in=members)
        .unanswered()
        .update(state=State.CANCELLED)
    )
    if fallen:
        audit.record("停办后续衔接事项", application, count=fallen)
    return fallen
