"""Every move of the table, one function each, named like the move.

Each takes the case and an `Act`, checks what the law asks before it, and lets `advance` change
the state. Raises Refused with a Chinese sentence where it cannot be done; then nothing was done.
"""

import datetime
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import F

from applications.actions.changing import Act, advance
from applications.actions.family import signed_or_refused
from applications.actions.found_homes import homes_told
from applications.actions.timing import extend, go_on, pause, take_route
from applications.actions.transferring import open_transfers
from applications.deadlines import due_on, telling_by
from applications.facts import case_json, cited_of, decided_case, known_of, told_by, verdict_of
from applications.models import Application, Member, ReceiptCounter, StateChange
from applications.parameters import in_force
from applications.policy.parameters import RULES_VERSION
from applications.policy.routes import ROUTES
from applications.roster_basis import FALLEN, has_fallen, kept_basis
from applications.verification import found_false, rechecks, unproved
from applications.workflow import State
from kaili_hukou import receipts
from kaili_hukou.actions import Refused
from kaili_hukou.registers import calendar
from rosters.kinds import KINDS

Outcome = Member.Outcome


@transaction.atomic
def receive(application: Application, act: Act) -> StateChange:
    """收件: from this day on, five working days to tell what is missing."""
    missing = _gaps(application)
    if missing:
        raise Refused("收件前请先补全:" + "、".join(missing) + "。")
    received_on = application.received_on or act.on
    change = advance(application, "receive", act, received_on=received_on)
    homes_told(application, act.officer, act.on)
    return change


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
        raise Refused(
            "初审意见为「不符合本方案」,不等于不能落户,可先引导投靠等其他事由。"
            "申请人坚持申请的应予受理,请写明情况。"
        )


def _gaps(application: Application) -> list[str]:
    """What the papers need besides the route's evidence."""
    gaps = [] if application.town_id else ["落户(居住)镇、街道"]
    for member in application.members.select_related("person"):
        wanted = {"迁出地区划": member.division, "迁出地城乡": member.hukou_kind}
        gaps += [f"「{member.person.name}」的{name}" for name, value in wanted.items() if not value]
    return gaps


def _draw_receipt_number(application: Application, on: datetime.date) -> None:
    """The next serial of station and year, inside the move's transaction: without gaps.

    A case that is taken up again keeps the number that it has.
    """
    if application.receipt_number:
        return
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
    signed_or_refused(application.members.filter(is_applicant=True), act.on)
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
    _roster_stands(application, act.on)
    _no_deferred(application)
    _nothing_unproved(application, act)
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
    open_transfers(application)
    return change


def _roster_stands(application: Application, on: datetime.date) -> None:
    """A roster that was withdrawn since is looked at again before anything is approved on it."""
    if application.route not in KINDS:
        return
    if has_fallen(application, cited_of("", application.applicant, on)):
        raise Refused(f"{FALLEN}请在办件页面点「重新核实」,再按核实的情况决定。")


def _no_deferred(application: Application) -> None:
    open_items = application.evidence.filter(state__in=("deferred", "missing"))
    if open_items.exists():
        titles = "、".join(item.title for item in open_items)
        raise Refused(f"还有材料没有交齐:{titles}。请待派出所登记补交后再批准。")


def _nothing_unproved(application: Application, act: Act) -> None:
    """What a unit was asked must have been confirmed; a promise must not have been broken."""
    found = unproved(application)
    if found:
        raise Refused(f"还有材料没有核实:{'、'.join(found)}。请登记答复,或改收原件以后再批准。")
    if found_false(rechecks(application)) and not act.reason.strip():
        raise Refused("人才资格复核的答复为「不属实」。仍要批准的,请写明核实情况和理由。")


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
    citation = known.cited.get(application.route)
    if application.route in KINDS:
        kept["roster"] = kept_basis(citation)
    return {
        "roster_entry": citation.entry if citation else application.roster_entry,
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
    _not_for_silence(application, act)
    judged = _judged(application, act)
    change = advance(
        application,
        "refuse",
        act,
        **judged,
    )
    application.members.update(outcome=Outcome.REFUSED)
    return change


# As letters of this desk name an answer that did not come.
SILENCE = ("未复", "未答复", "没有答复", "未回复", "没有回复")


def _not_for_silence(application: Application, act: Act) -> None:
    """A talent is refused because of what a unit said, or on another ground; never for silence."""
    if application.route != "talent" or found_false(rechecks(application)):
        return
    if not act.details.get("other_ground"):
        raise Refused(
            "人才资格复核没有「不属实」的答复。请确认不批准的理由不是复核未答复,并写明别的理由。"
        )
    words = act.reason + str(act.details.get("facts", ""))
    if any(silence in words for silence in SILENCE):
        raise Refused("复核未答复不能作为不予批准的理由,请写明别的事实和理由。")


@transaction.atomic
def discard(application: Application, act: Act) -> StateChange:
    """A draft that is not to be: nothing was received, nobody is owed a paper."""
    change = advance(application, "discard", act)
    application.members.update(outcome=Outcome.ENDED)
    return change


@transaction.atomic
def withdraw(application: Application, act: Act) -> StateChange:
    """申请人撤回: while nobody is registered yet, and nobody registered nowhere."""
    if application.members.filter(outcome=Outcome.REGISTERED).exists():
        raise Refused("已有人员落户,不能整件撤回;其余人员不再迁入的,在「登记落户」中注明。")
    if application.transfers.filter(moved_out_on__isnull=False, settled_on__isnull=True).exists():
        raise Refused("迁出地已注销户口,撤回会使当事人没有户口。请先落户,或与迁出地协商恢复。")
    change = advance(application, "withdraw", act)
    application.members.update(outcome=Outcome.ENDED)
    return change


@transaction.atomic
def terminate(application: Application, act: Act) -> StateChange:
    """终止办理: the supplement or a late original never came; signed, after its last day."""
    _last_day_gone(application, act.on)
    change = advance(application, "terminate", act, decided_on=act.on)
    application.members.update(outcome=Outcome.ENDED)
    return change


def _last_day_gone(application: Application, on: datetime.date) -> None:
    until = application.supplement_by
    if application.state == State.SUPPLEMENT:
        if until is not None and on <= until:
            raise Refused(f"补正期限到 {until} 为止,期限过后才能终止办理。")
    elif not application.evidence.filter(state="deferred", deferred_until__lt=on).exists():
        raise Refused("受理后只有容缺材料过了后补期限仍未补交的,才能终止办理。")


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
        take_route,
        pause,
        go_on,
        extend,
        approve,
        refuse,
        discard,
        withdraw,
        terminate,
        archive,
    )
}
