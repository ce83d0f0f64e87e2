"""落户: who was approved moves in, a pupil goes back, an enterprise gets its 集体户."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from applications.actions.changing import Act, advance
from applications.actions.family import signed_or_refused
from applications.actions.following_up import open_follow_ups
from applications.models import Application, Member, StateChange
from applications.policy.routes import ROUTES
from kaili_hukou.actions import MoveIn, NewHousehold, Refused, move_in, move_out, open_household
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import Household
from kaili_hukou.models.people import HukouKind

Outcome = Member.Outcome


@dataclass(frozen=True, slots=True)
class Registration:
    """What the population system answered, and the household chosen at registration."""

    on: datetime.date
    receipt: str
    kind: str
    household: Household | None = None
    number: str = ""
    reason: str = ""


@transaction.atomic
def register(application: Application, act: Act, registration: Registration) -> StateChange:
    """登记落户: the approved members move in; a pupil moves back; an enterprise gets its 集体户."""
    decided = application.decided_on
    if decided and registration.on < decided:
        raise Refused(f"落户日期不能早于批准日期({decided})。")
    if registration.on > act.on:
        raise Refused("落户日期在今天以后,请核对。")
    if not registration.receipt.strip():
        raise Refused("请填写人口信息系统的回执号;没有回执的,还没有落户。")
    _proposed_or_reasoned(application, registration)
    signed_or_refused(application.members.filter(outcome=Outcome.APPROVED), act.on)
    # The move comes first: whoever loses the race is told so before anybody is moved in.
    change = advance(
        application,
        "register",
        act,
        registered_on=registration.on,
        population_receipt=registration.receipt,
    )
    application.household = _settle(application, registration)
    Application.objects.filter(pk=application.pk).update(household=application.household)
    returned = application.route == "pupil_return"
    application.members.filter(outcome=Outcome.APPROVED).update(
        outcome=Outcome.RETURNED if returned else Outcome.REGISTERED
    )
    registered = application.members.filter(outcome=Outcome.REGISTERED)
    open_follow_ups(application, registered, registration.on)
    return change


def _proposed_or_reasoned(application: Application, registration: Registration) -> None:
    """The verdict's household is a proposal; another one is chosen with a reason."""
    proposed = ROUTES[application.route].household
    chosen = registration.household.kind if registration.household else registration.kind
    if proposed not in ("origin", chosen) and not registration.reason.strip():
        raise Refused("所选户别与方案建议的不同,请写明理由(自有住房、户主同意、单位集体户等)。")


def _settle(application: Application, registration: Registration) -> Household | None:
    basis = application.receipt_number or ""
    if application.route == "pupil_return":
        if application.applicant.memberships.filter(until__isnull=True).exists():
            move_out(application.applicant, registration.on, basis)
        return None
    household = registration.household or _new_household(application, registration)
    settled = application.members.filter(outcome=Outcome.APPROVED).select_related("person")
    move_in(
        [
            MoveIn(
                person=member.person,
                household=household,
                since=registration.on,
                group=application.pk if household.kind == Household.Kind.PUBLIC else None,
                basis=basis,
            )
            for member in settled
        ]
    )
    _now_registered_here(settled)
    return household


def _now_registered_here(members: list[Member]) -> None:
    for member in members:
        person = member.person
        person.division, person.hukou_kind = KAILI, HukouKind.URBAN
        person.save(update_fields=["division", "hukou_kind"])


def _new_household(application: Application, registration: Registration) -> Household:
    enterprise = application.enterprise
    return open_household(
        NewHousehold(
            kind=registration.kind,
            number=registration.number,
            station=application.station,
            town=application.town,
            opened_on=registration.on,
            head=application.applicant if registration.kind == "family" else None,
            title=enterprise.name if enterprise else "",
            enterprise_code=enterprise.code if enterprise else "",
            address=application.address,
        )
    )
