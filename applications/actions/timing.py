"""What moves the promised day: a pause on a listed ground, an extension, another route."""

import datetime
from dataclasses import replace

from django.db import IntegrityError, transaction

from applications.actions.changing import Act, advance
from applications.actions.drafting import refresh
from applications.actions.family import ask_reason_anew
from applications.deadlines import Pause, due_on
from applications.grounds import LONGEST_EXTENSION, PAUSE_GROUNDS
from applications.models import Application, StateChange, Suspension
from applications.parameters import in_force
from applications.policy.routes import ROUTES
from kaili_hukou.actions import Refused
from kaili_hukou.registers import calendar


@transaction.atomic
def pause(application: Application, act: Act) -> StateChange:
    """The clock stops, on a listed ground only (行政许可法 第四十五条)."""
    ground = act.details.get("ground", "")
    if ground not in PAUSE_GROUNDS:
        raise Refused("暂停计时只限于列明的事由,请从中选择。")
    _still_running(application, act, "暂停计时")
    title = PAUSE_GROUNDS[ground]
    change = advance(application, "pause", replace(act, details={"ground": title}))
    try:
        with transaction.atomic():
            Suspension.objects.create(
                application=application, since=act.on, ground=title, officer=act.officer
            )
    except IntegrityError:
        raise Refused("这份办件的计时已经暂停,不用再暂停。") from None
    reckon_deadline(application)
    return change


def _still_running(application: Application, act: Act, title: str) -> None:
    """A term that has run out is neither stopped nor lengthened: the delay stays seen."""
    due = application.due_on
    if due is not None and due < act.on:
        raise Refused(f"承诺办结日 {due} 已过,不能再{title};请尽快办理并向申请人说明。")


@transaction.atomic
def go_on(application: Application, act: Act) -> StateChange:
    """The clock runs again from today."""
    standing = application.suspensions.filter(until__isnull=True)
    if not standing.exists():
        raise Refused("这份办件的计时没有暂停。")
    change = advance(application, "go_on", act)
    standing.update(until=act.on)
    reckon_deadline(application)
    return change


@transaction.atomic
def extend(application: Application, act: Act) -> StateChange:
    """延长: once, ten working days at most, with notice (行政许可法 第四十二条)."""
    days = act.details.get("days", 0)
    if not 1 <= days <= LONGEST_EXTENSION:
        raise Refused(f"延长的期限为 1 至 {LONGEST_EXTENSION} 个工作日,请重新填写。")
    if application.extended_days:
        raise Refused(f"这份办件已延长过 {application.extended_days} 个工作日,不能再次延长。")
    _still_running(application, act, "延长期限")
    change = advance(application, "extend", act, extended_days=days)
    reckon_deadline(application)
    return change


@transaction.atomic
def take_route(application: Application, act: Act) -> StateChange:
    """Another route before the decision: number, day and all that was told are kept.

    `details["facts"]` holds what the new route asks for, as it is stored.
    """
    code = act.details.get("route", "")
    if code not in ROUTES or code == application.route:
        raise Refused("请选择要改用的渠道。")
    old, new = ROUTES[application.route], ROUTES[code]
    if "collective" in (old.code, new.code):
        raise Refused("企业集体户与个人的渠道不能互换,请另建办件。")
    told = {"from": old.code, "change": f"由「{old.title}」改用「{new.title}」"}
    change = advance(
        application,
        "take_route",
        replace(act, details={**act.details, **told}),
        route=new.code,
        facts={**(application.facts or {}), **act.details.get("facts", {})},
        green_lane=new.green_lane,
        priority=new.priority,
        promised_days=in_force().days_on(new.promised_days, act.on),
    )
    ask_reason_anew(application, old.code)
    refresh(application, act.on)
    reckon_deadline(application)
    return change


@transaction.atomic
def reckon_deadline(application: Application) -> None:
    """The promised day anew, after the calendar of a year was entered or a pause has ended."""
    begun = term_begun(application)
    if begun is None or application.promised_days is None:
        return
    pauses = [Pause(row.since, row.until) for row in application.suspensions.all()]
    days = application.promised_days + application.extended_days
    due = due_on(begun, days, pauses, calendar())
    Application.objects.filter(pk=application.pk).update(due_on=due)
    application.due_on = due


def term_begun(application: Application) -> datetime.date | None:
    """The day after which the term counts: acceptance; taken up again, the day of reopening."""
    reopened = application.history.filter(move="reopen").order_by("-at").first()
    return reopened.on if reopened else application.accepted_on
