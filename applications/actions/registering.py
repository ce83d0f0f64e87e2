"""落户: who was approved moves in, a pupil goes back, an enterprise gets its 集体户.

Part of a family may be registered before the rest: the case stays approved until nobody is
awaited any more. The case keeps the day and receipt of the last; each member has his own day.
"""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from applications.actions.changing import Act, Overtaken, advance
from applications.actions.family import signed_or_refused
from applications.actions.following_up import open_follow_ups
from applications.actions.found_homes import homes_told
from applications.actions.transferring import cancel_here, settle_transfers
from applications.models import Application, Member, StateChange
from applications.policy.routes import ROUTES
from applications.transfers import Coming, people_to_come
from kaili_hukou import audit, identity
from kaili_hukou.actions import (
    MoveIn,
    NewHousehold,
    Refused,
    move_in,
    move_out,
    open_household,
    person_with,
)
from kaili_hukou.dates import is_under
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import FormerNumber, Household, Person
from kaili_hukou.models.people import HukouKind, number_digest

Outcome = Member.Outcome


@dataclass(frozen=True, slots=True)
class Registration:
    """What the population system answered, who is registered, and the household chosen.

    Without `people` everybody who is awaited. `staying`: those who will not come any more.
    `numbers`: the identity number that the population system gave to whoever had none.
    """

    on: datetime.date
    receipt: str
    kind: str
    household: Household | None = None
    number: str = ""
    reason: str = ""
    people: frozenset[uuid.UUID] | None = None
    staying: frozenset[uuid.UUID] = frozenset()
    staying_reason: str = ""
    numbers: Mapping[uuid.UUID, str] = field(default_factory=dict)
    host_consent: str = ""


@transaction.atomic
def register(application: Application, act: Act, registration: Registration) -> StateChange:
    """登记落户: of all who are awaited it ends the case, of a part the case stays approved."""
    _as_seen(application, act.version)
    waiting = people_to_come(application, registration.on)
    people = _who_comes(application, waiting, registration)
    staying = [one.member for one in waiting if one.member.pk in registration.staying]
    _on_a_possible_day(application, registration, act.on)
    signed_or_refused(application.members.filter(pk__in=[one.pk for one in people]), act.on)
    if people or application.enterprise:
        _answered(application, registration)
        _household_may_be_chosen(application, registration)
    given = _numbers_given(people, registration)
    ends = len(people) + len(staying) == len(waiting)
    # The move comes first: whoever loses the race is told so before anybody is moved in.
    change = advance(
        application,
        "register" if ends else "register_part",
        replace(act, details=act.details | _told(registration, people, staying)),
        **(_last_day_and_receipt(application, registration, people) if ends else {}),
    )
    _give_numbers(given)
    if people or application.enterprise:
        _settle(application, registration, people)
        settled = application.members.filter(
            pk__in=[one.pk for one in people], outcome=Outcome.REGISTERED
        )
        open_follow_ups(application, settled, registration.on)
        homes_told(application, act.officer, registration.on)
    application.members.filter(pk__in=[one.pk for one in staying]).update(outcome=Outcome.ENDED)
    settle_transfers(application, registration.on)
    return change


def _as_seen(application: Application, version: int) -> None:
    rows = Application.objects.select_for_update().filter(pk=application.pk)
    if not rows.filter(state=application.state, version=version).exists():
        raise Overtaken.by_others(application)


def _who_comes(
    application: Application, waiting: list[Coming], registration: Registration
) -> list[Member]:
    """Those to be registered now: approved, awaited, and let go by their place of origin."""
    if application.enterprise:
        return []
    if registration.staying and not registration.staying_reason.strip():
        raise Refused("有人不再迁入的,请写明情况(如本人书面放弃)。")
    chosen = [
        one
        for one in waiting
        if one.member.pk not in registration.staying
        and (registration.people is None or one.member.pk in registration.people)
    ]
    registered = application.members.filter(outcome=Outcome.REGISTERED).exists()
    if not chosen and not (registration.staying and registered):
        raise Refused("请勾选这次登记的人员;都不再迁入的,请办理「申请人撤回」。")
    held_up = [f"「{one.member.person.name}」{one.words}" for one in chosen if not one.is_ready]
    if held_up:
        raise Refused(f"还不能登记:{';'.join(held_up)}。请先办理迁移,或先登记其他人员。")
    return [one.member for one in chosen]


def _on_a_possible_day(
    application: Application, registration: Registration, today: datetime.date
) -> None:
    decided = application.decided_on
    if decided and registration.on < decided:
        raise Refused(f"落户日期不能早于批准日期({decided})。")
    if registration.on > today:
        raise Refused("落户日期在今天以后,请核对。")


def _answered(application: Application, registration: Registration) -> None:
    if not registration.receipt.strip():
        raise Refused("请填写人口信息系统的回执号;没有回执的,还没有落户。")


def _household_may_be_chosen(application: Application, registration: Registration) -> None:
    """The verdict's household is a proposal; another one is chosen with a reason."""
    proposed = ROUTES[application.route].household
    household = registration.household
    chosen = household.kind if household else registration.kind
    if proposed not in ("origin", chosen) and not registration.reason.strip():
        raise Refused("所选户别与方案建议的不同,请写明理由(自有住房、户主同意、单位集体户等)。")
    if household is None or household == application.household:
        return
    if household.closed_on:
        raise Refused(f"户号 {household.number} 已销户,请核对。")
    ours = application.members.filter(person=household.head).exists() if household.head else False
    if household.kind == Household.Kind.FAMILY and not ours and not registration.host_consent:
        raise Refused("落入他人的家庭户,须经户主同意;请写明户主同意的情况。")


def _told(
    registration: Registration, people: list[Member], staying: list[Member]
) -> dict[str, Any]:
    """What the history keeps, encrypted, of this part."""
    told = {
        "registered": [member.person.name for member in people],
        "registered_on": registration.on.isoformat(),
        "receipt": registration.receipt,
        "household_reason": registration.reason,
        "host_consent": registration.host_consent,
        "staying": [member.person.name for member in staying],
        "staying_reason": registration.staying_reason,
    }
    return {name: value for name, value in told.items() if value}


def _last_day_and_receipt(
    application: Application, registration: Registration, people: list[Member]
) -> dict[str, Any]:
    """Of the last registration; where the rest will not come, of the last that there was."""
    if people or application.enterprise:
        return {"registered_on": registration.on, "population_receipt": registration.receipt}
    parts = application.history.filter(move="register_part").order_by("-at").first()
    told = (parts.details or {}) if parts else {}
    days = application.members.filter(outcome=Outcome.REGISTERED)
    last = days.order_by("-registered_on").values_list("registered_on", flat=True).first()
    return {"registered_on": last, "population_receipt": told.get("receipt", "")}


def _numbers_given(people: list[Member], registration: Registration) -> list[tuple[Person, str]]:
    """A person may lack a number until registration; then the population system has given one."""
    given = []
    for member in people:
        person = member.person
        if person.number_digest:
            continue
        number = registration.numbers.get(member.pk, "")
        if not number:
            raise Refused(f"「{person.name}」还没有公民身份号码,请填写人口信息系统给的号码。")
        _may_have(person, number, registration.on)
        given.append((person, number))
    if len({number for _, number in given}) < len(given):
        raise Refused("给几个人填了同一个公民身份号码,请核对。")
    return given


def _give_numbers(given: list[tuple[Person, str]]) -> None:
    for person, number in given:
        person.set_number(number)
        person.without_number = ""
        person.save()
        audit.record("登记公民身份号码", person, changes={"number": ("", number)})


def _may_have(person: Person, number: str, on: datetime.date) -> None:
    try:
        told = identity.check(number, on)
    except identity.IdentityError as fault:
        raise Refused(f"「{person.name}」的号码:{fault}") from None
    if person.birth_date and told.birth_date != person.birth_date:
        raise Refused(
            f"「{person.name}」的号码中的出生日期与登记的({person.birth_date})不一致,请核对。"
        )
    former = FormerNumber.objects.filter(number_digest=number_digest(number))
    if person_with(number) or former.exists():
        raise Refused(f"给「{person.name}」的号码已登记在另一人名下,请核对;同一人的先办理合并。")


def _settle(application: Application, registration: Registration, people: list[Member]) -> None:
    ids = [member.pk for member in people]
    if application.route == "pupil_return":
        if application.applicant.memberships.filter(until__isnull=True).exists():
            move_out(application.applicant, registration.on, application.receipt_number or "")
        cancel_here(application, registration.on)
        application.members.filter(pk__in=ids).update(outcome=Outcome.RETURNED)
        return
    household = registration.household or _new_household(application, registration, people)
    _move_in(application, household, registration.on, people)
    if application.household is None or any(member.is_applicant for member in people):
        application.household = household
        Application.objects.filter(pk=application.pk).update(household=household)
    application.members.filter(pk__in=ids).update(
        outcome=Outcome.REGISTERED,
        registered_on=registration.on,
        graduates_on=_graduation(application),
    )


def _graduation(application: Application) -> str | None:
    """Until when a pupil goes to school, for the reminder that he may go back."""
    return (application.facts or {}).get("graduation_expected") or None


def _move_in(
    application: Application, household: Household, on: datetime.date, people: list[Member]
) -> None:
    group = application.pk if household.kind == Household.Kind.PUBLIC else None
    basis = application.receipt_number or ""
    move_in(
        [
            MoveIn(person=member.person, household=household, since=on, group=group, basis=basis)
            for member in people
        ]
    )
    for member in people:
        person = member.person
        person.division, person.hukou_kind = KAILI, HukouKind.URBAN
        person.save(update_fields=["division", "hukou_kind"])


def _new_household(
    application: Application, registration: Registration, people: list[Member]
) -> Household:
    enterprise = application.enterprise
    return open_household(
        NewHousehold(
            kind=registration.kind,
            number=registration.number,
            station=application.station,
            town=application.town,
            opened_on=registration.on,
            head=_head(people, registration.on) if registration.kind == "family" else None,
            title=enterprise.name if enterprise else "",
            enterprise_code=enterprise.code if enterprise else "",
            address=application.address,
        )
    )


def _head(people: list[Member], on: datetime.date) -> Person | None:
    """The applicant where he is among them; else the first of age; the applicant is told why not
    by the rule on households."""
    ordered = sorted(people, key=lambda member: (not member.is_applicant, member.position))
    persons = [member.person for member in ordered]
    if ordered and ordered[0].is_applicant:
        return persons[0]
    of_age = [one for one in persons if one.birth_date and not is_under(18, one.birth_date, on)]
    return of_age[0] if of_age else next(iter(persons), None)
