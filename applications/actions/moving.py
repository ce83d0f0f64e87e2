"""Every move of the table, one function each, named like the move.

Each takes the case and an `Act`, checks what the law asks before it, and lets `advance` change
the state. Raises Refused with a Chinese sentence where it cannot be done; then nothing was done.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from applications.actions.changing import Act, advance
from applications.deadlines import Pause, due_on, telling_by
from applications.facts import case_json, decided_case, known_of, told_by, verdict_of
from applications.models import Application, Member, ReceiptCounter, StateChange
from applications.parameters import in_force
from applications.policy.parameters import RULES_VERSION
from applications.policy.routes import ROUTES
from kaili_hukou import receipts
from kaili_hukou.actions import MoveIn, NewHousehold, Refused, move_in, move_out, open_household
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import Household
from kaili_hukou.models.people import HukouKind
from kaili_hukou.registers import calendar

Outcome = Member.Outcome


def receive(application: Application, act: Act) -> StateChange:
    """收件: from this day on, five working days to tell what is missing."""
    missing = _gaps(application)
    if missing:
        raise Refused("收件前请先补全:" + "、".join(missing) + "。")
    return advance(application, "receive", act, received_on=application.received_on or act.on)


def resume(application: Application, act: Act) -> StateChange:
    return advance(application, "resume", act, supplement_by=None)


def ask_supplement(application: Application, act: Act) -> StateChange:
    """一次性告知: everything that is missing at once, with the last day to bring it."""
    until = datetime.date.fromisoformat(act.details["supplement_by"])
    if until <= act.on:
        raise Refused("补正期限应在今天以后,请重新填写。")
    if not act.details.get("missing"):
        raise Refused("请列出需要补正的全部内容;一次告知以后不能再加。")
    return advance(application, "ask_supplement", act, supplement_by=until)


@transaction.atomic
def accept(application: Application, act: Act) -> StateChange:
    """受理: draws the receipt number and promises a day."""
    _ready_to_accept(application, act)
    accepted_on = _accepted_on(application, act)
    days = in_force().days_on(ROUTES[application.route].promised_days, act.on)
    # The move comes first: whoever loses the race draws no number, so none is left out.
    change = advance(
        application,
        "accept",
        act,
        accepted_on=accepted_on,
        promised_days=days,
        due_on=due_on(accepted_on, days, (), calendar()),
        supplement_by=None,
    )
    _draw_receipt_number(application, act.on)
    return change


def _accepted_on(application: Application, act: Act) -> datetime.date:
    """Today; or the day of the papers, where five working days went by and nothing was told."""
    received_on = application.received_on
    told = application.history.filter(move="ask_supplement").exists()
    days = in_force().days_on("supplement_notice_days", act.on)
    if told or received_on is None or act.on <= telling_by(received_on, days, calendar()):
        return act.on
    return received_on


def _ready_to_accept(application: Application, act: Act) -> None:
    missing = _gaps(application) + [
        f"材料「{item.title}」" for item in application.evidence.filter(state="missing")
    ]
    if missing:
        raise Refused(
            "还缺:" + "、".join(missing) + "。请收齐、登记容缺,或用「一次性告知」告诉申请人。"
        )
    if application.opinion == "ineligible" and not act.reason.strip():
        raise Refused("初审意见为「不符合本方案」。申请人坚持申请的应予受理,请写明情况。")


def _gaps(application: Application) -> list[str]:
    """What the papers need besides the route's evidence."""
    gaps = [] if application.town_id else ["落户(居住)镇、街道"]
    for member in application.members.select_related("person"):
        wanted = {"迁出地区划": member.division, "迁出地城乡": member.hukou_kind}
        gaps += [f"「{member.person.name}」的{name}" for name, value in wanted.items() if not value]
    return gaps


def _draw_receipt_number(application: Application, on: datetime.date) -> None:
    """The next serial of station and year, inside the move's transaction: without gaps."""
    station = application.station
    ReceiptCounter.objects.get_or_create(station=station, year=on.year)
    rows = ReceiptCounter.objects.filter(station=station, year=on.year)
    rows.update(last=F("last") + 1)
    serial = rows.values_list("last", flat=True).get()
    number = receipts.compose(station.code, on.year, serial)
    Application.objects.filter(pk=application.pk).update(receipt_number=number)
    application.receipt_number = number


@transaction.atomic
def not_accept(application: Application, act: Act) -> StateChange:
    """不予受理: on a listed ground only; missing papers are none."""
    judged = _judged(application, act)
    change = advance(
        application,
        "not_accept",
        act,
        **judged,
    )
    _draw_receipt_number(application, act.on)
    application.members.update(outcome=Outcome.ENDED)
    return change


def check(application: Application, act: Act) -> StateChange:
    if not act.details.get("findings"):
        raise Refused("请写明核查情况(含人口信息比对结果)。")
    return advance(application, "check", act)


def review(application: Application, act: Act) -> StateChange:
    """所领导审核: what was promised to be brought later is named, not waved through."""
    late = application.evidence.filter(state="deferred", deferred_until__lt=act.on)
    if late.exists():
        titles = "、".join(item.title for item in late)
        raise Refused(f"容缺材料已过后补期限仍未补交:{titles}。请先补交或退回核查。")
    return advance(application, "review", act)


def return_to_station(application: Application, act: Act) -> StateChange:
    return advance(application, "return_to_station", act)


@transaction.atomic
def approve(application: Application, act: Act) -> StateChange:
    """批准: each member decided by the approver; the case as judged is kept with the decision."""
    _no_deferred(application)
    _decide_members(application, act)
    judged = _judged(application, act)
    if judged["opinion"] != "eligible" and not act.reason.strip():
        title = dict(Application._meta.get_field("opinion").choices)[judged["opinion"]]
        raise Refused(f"按今天的事实,审查意见为「{title}」。仍要批准的,请写明核实情况和理由。")
    change = advance(
        application,
        "approve",
        act,
        **judged,
        to_decide=0,
    )
    application.members.filter(admission="refused").update(outcome=Outcome.REFUSED)
    application.members.exclude(admission="refused").update(outcome=Outcome.APPROVED)
    return change


def _no_deferred(application: Application) -> None:
    open_items = application.evidence.filter(state__in=("deferred", "missing"))
    if open_items.exists():
        titles = "、".join(item.title for item in open_items)
        raise Refused(f"还有材料没有交齐:{titles}。请待派出所登记补交后再批准。")


def _decide_members(application: Application, act: Act) -> None:
    """`details["members"]` gives (admission, reason) by member id; all companions must be in it."""
    decisions: Mapping[str, tuple[str, str]] = act.details.get("members", {})
    for member in application.members.filter(is_applicant=False).select_related("person"):
        admission, reason = decisions.get(str(member.pk), ("", ""))
        if admission not in ("admitted", "refused"):
            raise Refused(f"随迁人员「{member.person.name}」还没有核定,请选择准予或不准。")
        if admission == "refused" and not reason.strip():
            raise Refused(f"不准「{member.person.name}」随迁的,请写明理由。")
        member.admission, member.admission_reason = admission, reason.strip()
        member.save(update_fields=["admission", "admission_reason"])


def _judged(application: Application, act: Act) -> dict[str, object]:
    """What is kept with a decision for ever: the case, the values, the verdict of that day."""
    members = list(application.members.select_related("person"))
    known = known_of("", application.applicant, act.on)
    case = case_json(application.route, told_by(application, members), known)
    case = decided_case(case, members, verdict_of(case))
    verdict = verdict_of(case)
    kept = {"case": case, "verdict": verdict.to_json(), "parameters": in_force().to_json()}
    return {
        "decided_on": act.on,
        "judged": kept,
        "rules_version": RULES_VERSION,
        "opinion": verdict.verdict,
    }


@transaction.atomic
def refuse(application: Application, act: Act) -> StateChange:
    """不予批准: signed by a person, with reason and clauses; remedies stand on the paper."""
    if not act.details.get("clauses"):
        raise Refused("请选择不予批准所依据的条款。")
    judged = _judged(application, act)
    change = advance(
        application,
        "refuse",
        act,
        **judged,
    )
    application.members.update(outcome=Outcome.REFUSED)
    return change


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


@transaction.atomic
def discard(application: Application, act: Act) -> StateChange:
    """A draft that is not to be: nothing was received, nobody is owed a paper."""
    change = advance(application, "discard", act)
    application.members.update(outcome=Outcome.ENDED)
    return change


@transaction.atomic
def withdraw(application: Application, act: Act) -> StateChange:
    change = advance(application, "withdraw", act)
    application.members.update(outcome=Outcome.ENDED)
    return change


@transaction.atomic
def terminate(application: Application, act: Act) -> StateChange:
    """终止办理: the supplement never came; signed by a person, after its last day."""
    until = application.supplement_by
    if until is not None and act.on <= until:
        raise Refused(f"补正期限到 {until} 为止,期限过后才能终止办理。")
    change = advance(application, "terminate", act, decided_on=act.on)
    application.members.update(outcome=Outcome.ENDED)
    return change


def archive(application: Application, act: Act) -> StateChange:
    return advance(application, "archive", act)


Simple = Callable[[Application, Act], StateChange]
ACTIONS: dict[str, Simple] = {
    action.__name__: action
    for action in (
        receive,
        ask_supplement,
        resume,
        accept,
        not_accept,
        check,
        review,
        return_to_station,
        approve,
        refuse,
        discard,
        withdraw,
        terminate,
        archive,
    )
}


@transaction.atomic
def reckon_deadline(application: Application) -> None:
    """The promised day anew, after the calendar of a year was entered or a pause has ended."""
    if application.accepted_on is None or application.promised_days is None:
        return
    pauses = [Pause(row.since, row.until) for row in application.suspensions.all()]
    due = due_on(application.accepted_on, application.promised_days, pauses, calendar())
    Application.objects.filter(pk=application.pk).update(due_on=due)
