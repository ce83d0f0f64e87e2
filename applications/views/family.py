"""Presence, signatures, guardians and agents of a family; what the statistics ask."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import CASE_READERS, COUNTER, desk_page, visible_case
from applications.actions.changing import Overtaken
from applications.actions.family import (
    add_agent,
    end_agent,
    keep_family,
    mandate_of,
    signing_gaps,
    with_everyone_present,
)
from applications.family_forms import AgentForm, MemberForm, member_forms
from applications.models import Agent, Application, EvidenceItem, Member
from applications.panels import Panel
from applications.policy.routes import ROUTES
from applications.views.moves import items_of, version_of
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer


@desk_page(CASE_READERS)
def family(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    application = visible_case(request, pk)
    if application.applicant_id is None:
        raise Http404("企业的申请没有家庭人员")
    if request.method == "POST":
        if request.user.role not in COUNTER:
            raise PermissionDenied("只有派出所窗口可以登记到场和签名。")
        act = _add_agent if request.POST.get("act") == "agent" else _keep
        return act(request, application)
    audit.looked("查看家庭与签名", application)
    return _page(request, application, _forms(application), AgentForm())


def _forms(application: Application, data: Any = None) -> list[MemberForm]:
    members = list(application.members.select_related("person", "agent"))
    return member_forms(application, members, application.agents.all(), data)


def _keep(request: HttpRequest, application: Application) -> HttpResponse:
    rows, today = _forms(application, request.POST), timezone.localdate()
    if not all(row.is_valid() for row in rows):
        messages.error(request, "有几处需要改正,见下面红字;已填写的内容都还在。")
        return _page(request, application, rows, AgentForm())
    entries = {row.member.pk: row.entry() for row in rows}
    if request.POST.get("act") == "everyone":
        entries = with_everyone_present(application, entries, today)
    try:
        keep_family(
            application, entries, officer=request.user, on=today, version=version_of(request)
        )
    except Refused as fault:
        return _again(request, application, fault, AgentForm())
    messages.success(request, "到场和签名已登记。")
    return redirect("desk:family", pk=application.pk)


def _add_agent(request: HttpRequest, application: Application) -> HttpResponse:
    form = AgentForm(request.POST)
    if not form.is_valid():
        return _page(request, application, _forms(application), form)
    try:
        add_agent(
            application,
            form.entry(),
            officer=request.user,
            on=timezone.localdate(),
            version=version_of(request),
        )
    except Refused as fault:
        return _again(request, application, fault, form)
    messages.success(request, "代办人已登记,可在上面选用。")
    return redirect("desk:family", pk=application.pk)


def _again(
    request: HttpRequest, application: Application, fault: Refused, agent_form: AgentForm
) -> HttpResponse:
    """The page once more with what was typed; 409 where somebody else was first."""
    messages.error(request, str(fault))
    fresh = visible_case(request, application.pk)
    typed = request.POST if request.POST.get("act") != "agent" else None
    status = 409 if isinstance(fault, Overtaken) else 200
    return _page(request, fresh, _forms(fresh, typed), agent_form, status)


def _page(
    request: HttpRequest,
    application: Application,
    rows: list[MemberForm],
    agent_form: AgentForm,
    status: int = 200,
) -> HttpResponse:
    changeable = application.is_alive and request.user.role in COUNTER
    agents, today = list(application.agents.all()), timezone.localdate()
    for agent in agents:
        agent.stands = mandate_of(agent).stands(today)
    context = {
        "case": application,
        "route": ROUTES[application.route],
        "rows": rows,
        "settling": [row for row in rows if row.asks_statistics],
        "agents": agents,
        "agent_form": agent_form,
        "companions": [row.member for row in rows if not row.member.is_applicant],
        "papers": papers_by_member(items_of(application), [row.member for row in rows]),
        "changeable": changeable,
        "today": today,
    }
    return render(request, "applications/family.html", context, status=status)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One material: the items of the case and the applicant, then those of each companion."""

    title: str
    clause: str
    cells: list[list[EvidenceItem]]


def papers_by_member(items: list[EvidenceItem], members: list[Member]) -> list[PaperRow]:
    """The grid material × member; an empty cell: not asked of this member."""
    own = {None, *(one.pk for one in members if one.is_applicant)}
    columns = [own, *({one.pk} for one in members if not one.is_applicant)]
    titles = {item.code: item for item in reversed(items)}
    codes = dict.fromkeys(item.code for item in items)
    return [
        PaperRow(
            titles[code].title,
            titles[code].clause,
            [
                [item for item in items if item.code == code and item.member_id in column]
                for column in columns
            ],
        )
        for code in codes
    ]


@require_POST
@desk_page(COUNTER)
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """An agent acts no more."""
    agent = get_object_or_404(
        Agent.objects.visible_to(request.user).select_related("application"), pk=pk
    )
    try:
        end_agent(agent, officer=request.user, on=timezone.localdate(), version=version_of(request))
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "这位代办人的委托已终止;他此前的签名仍然有效。")
    return redirect("desk:family", pk=agent.application_id)


def panel(application: Application, officer: Officer) -> Panel | None:
    """How many they are, and what is still to come; None for an enterprise."""
    if application.applicant_id is None:
        return None
    today = timezone.localdate()
    members = list(application.members.select_related("person", "agent"))
    away = ("", Member.Presence.ABSENT)
    shown = {
        "count": len(members),
        "absent": [one for one in members if one.presence in away],
        "lacking": [(one, found) for one in members if (found := signing_gaps(one, today))],
        "agents": {one.agent.pk: one.agent for one in members if one.agent}.values(),
    }
    return Panel("applications/family_panel.html", shown, aside=True)
