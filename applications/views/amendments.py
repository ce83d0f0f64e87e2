"""What is proposed and confirmed on a case after its decision."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from applications.access import CASE_READERS, desk_page, visible_case
from applications.actions.amending import (
    confirm,
    drop,
    may_be_proposed,
    proposals_for,
    propose,
    why_not_confirmed,
    why_not_dropped,
)
from applications.actions.changing import Overtaken
from applications.actions.correcting import shown
from applications.amend_forms import AmendForm, SettleForm, amend_form
from applications.models import Amendment, Application
from applications.panels import Panel
from applications.policy.routes import ROUTES
from applications.views.moves import to_its_paper, version_of
from applications.workflow import DECIDERS, MOVES, SWORN, State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, PersonAct
from kaili_hukou.roles import Role

AMENDERS = frozenset({*SWORN, Role.APPROVER})
BY_TWO = frozenset(name for name, move in MOVES.items() if move.proposers)
MOST = 100


def panel(application: Application, officer: Officer) -> Panel | None:
    """Its card on the page of a case; None where there is nothing to say."""
    if application.state == State.DRAFT:
        return None
    rows = list(application.amendments.select_related("proposed_by", "settled_by"))
    offered = proposals_for(application, officer)
    if not rows and not offered:
        return None
    shut = next((why for _, why in offered), "")
    waiting = {row.move for row in rows if row.state == Amendment.State.PROPOSED}
    moves = [move for move, why in offered if not why and move.name not in waiting]
    return Panel(
        "applications/panels/amendments.html",
        {"amendments": rows, "offered": moves, "shut": shut},
        aside=True,
    )


@desk_page(AMENDERS)
def propose_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """提请: asks what the move needs, and lays it before a second officer."""
    application = visible_case(request, pk)
    if name not in BY_TWO:
        return redirect("desk:case", pk=pk)
    try:
        may_be_proposed(application, MOVES[name], request.user)
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("desk:case", pk=pk)
    today = timezone.localdate()
    form = amend_form(name, application, request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            amendment = propose(application, name, form.proposal(request.user))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"已提请「{MOVES[name].title}」,等待另一人确认。")
            return redirect("desk:amendment", pk=amendment.pk)
    return _ask(request, application, form)


def _ask(request: HttpRequest, application: Application, form: AmendForm) -> HttpResponse:
    audit.looked("查看办件", application)
    roles = "、".join(role.label for role in Role if role in form.move.roles)
    return render(
        request,
        "applications/propose.html",
        {
            "case": application,
            "route": ROUTES[application.route],
            "move": form.move,
            "form": form,
            "confirmers": roles,
        },
    )


@desk_page(CASE_READERS)
def amendment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal: what would change, from what to what; confirmed or dropped here."""
    if request.method == "POST" and request.user.role not in AMENDERS:
        raise PermissionDenied("您的角色不确认更正与撤销。")
    found = _visible(request, pk)
    if request.method == "POST":
        return _settle(request, found)
    return _show(request, found, SettleForm())


def _visible(request: HttpRequest, pk: uuid.UUID) -> Amendment:
    rows = Amendment.objects.visible_to(request.user).select_related(
        "application__applicant",
        "application__enterprise",
        "application__station",
        "proposed_by__station",
        "settled_by__station",
    )
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest, found: Amendment, form: SettleForm, status: int = 200
) -> HttpResponse:
    audit.looked("查看更正与撤销的提请", found.application)
    waits = found.state == Amendment.State.PROPOSED
    may = waits and request.user.role in AMENDERS
    context = {
        "amendment": found,
        "case": found.application,
        "route": ROUTES[found.application.route],
        "move": MOVES[found.move],
        "changes": [(row, *shown(row)) for row in (found.details or {}).get("changes", ())],
        "told": _told(found),
        "effects": EFFECTS_TOLD[found.move],
        "form": form,
        "waits": waits,
        "shut": why_not_confirmed(found, request.user) if may else "",
        "may_confirm": may and not why_not_confirmed(found, request.user),
        "may_drop": may and not why_not_dropped(found, request.user),
        "is_own": found.proposed_by_id == request.user.pk,
    }
    return render(request, "applications/amendment.html", context, status=status)


LABELS = {
    "facts": "查明的事实",
    "clause": "依据的条款",
    "ground": "恢复的依据",
    "document": "文书号",
    "hearing": "陈述、申辩和听证",
    "hearing_on": "告知(听证)日期",
    "notice": "书面通知",
    "notice_on": "书面通知日期",
    "origin_asked": "协调原籍恢复",
}
# What whoever confirms is told that the press will do.
EFFECTS_TOLD = {
    "correct": "确认后按上表更正登记,原值与新值留在办理记录中。",
    "annul": "确认后原决定撤销:已落户的人员注销本次迁入登记、恢复迁入前的户籍地,"
    "后续衔接事项取消,本件开设且无人的户销户。历史记录保留。",
    "revoke": "确认后注销本次落户:人员恢复迁入前的户籍地,后续衔接事项取消,"
    "本件开设且无人的户销户。请同时协调原籍恢复户口。历史记录保留。",
    "reopen": "确认后回到「已受理」:受理编号、受理日期不变,承诺时限自恢复之日起重新计算,"
    "原决定留在办理记录中,另行核查、审核、决定。",
    "retake": "确认后回到「已收件」:按今天收件,五个工作日内受理或一次性告知补正。",
}


def _told(found: Amendment) -> list[tuple[str, Any]]:
    details = found.details or {}
    return [(title, details[name]) for name, title in LABELS.items() if details.get(name)]


def _settle(request: HttpRequest, found: Amendment) -> HttpResponse:
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    words, today = form.cleaned_data["opinion"], timezone.localdate()
    title = MOVES[found.move].title
    try:
        if "drop" in request.POST:
            drop(found, request.user, on=today, reason=words)
            messages.success(request, f"「{title}」的提请不予采纳,办件没有改动。")
            return redirect("desk:case", pk=found.application_id)
        version = version_of(request)
        confirm(found, request.user, on=today, version=version, opinion=words)
        messages.success(request, f"已确认「{title}」,并已按提请办理。")
    except Overtaken as fault:
        messages.error(request, str(fault))
        return _show(request, _visible(request, found.pk), form, status=409)
    except Refused as fault:
        form.add_error(None, str(fault))
        return _show(request, _visible(request, found.pk), form)
    return to_its_paper(found.application, found.move)


@desk_page(CASE_READERS)
def amendments(request: HttpRequest) -> HttpResponse:
    """What waits for a second officer, the oldest first: of cases and of people."""
    audit.looked("查看待确认的更正与撤销")
    rows = (
        Amendment.objects.visible_to(request.user)
        .filter(state=Amendment.State.PROPOSED)
        .select_related(
            "application__applicant",
            "application__enterprise",
            "application__station",
            "proposed_by",
        )
        .order_by("proposed_at")[:MOST]
    )
    acts = (
        PersonAct.objects.visible_to(request.user)
        .filter(state=PersonAct.State.PROPOSED)
        .select_related("person", "proposed_by")
        .order_by("proposed_at")[:MOST]
    )
    return render(request, "applications/amendments.html", {"amendments": rows, "acts": acts})


def to_confirm(officer: Officer) -> int:
    """How many proposals an officer may have to confirm: none of his own."""
    if officer.role not in DECIDERS:
        return 0
    moves = [name for name in BY_TWO if officer.role in MOVES[name].roles]
    mine = {"state": "proposed"}
    cases = Amendment.objects.visible_to(officer).filter(**mine, move__in=moves)
    acts = PersonAct.objects.visible_to(officer).filter(**mine)
    return sum(rows.exclude(proposed_by=officer).count() for rows in (cases, acts))
