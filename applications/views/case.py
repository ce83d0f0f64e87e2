"""One case: what is known, the verdict with its reasons, the documents, the moves, the history."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import CASE_READERS, CASE_STAFF, COUNTER, desk_page, visible_case
from applications.actions.amending import ended_as
from applications.actions.changing import Overtaken, moves_for
from applications.actions.drafting import change_route, save_draft
from applications.actions.evidence import use_on_file
from applications.facts import Known, assess_routes, known_of, told_by
from applications.file_contents import answers
from applications.forms import PEOPLELESS, Dossier
from applications.models import Application, EvidenceItem, Member, StateChange, Suspension
from applications.on_file import offers_for, valid_for
from applications.policy.routes import ROUTES
from applications.policy.verdict import CompanionDecision, Verdict
from applications.referrals import other_doors
from applications.standing import clock, provisional_years, term_of
from applications.views import (
    amendments,
    contacts,
    deliveries,
    family,
    followups,
    inquiries,
    roster_basis,
    transfers,
)
from applications.views.moves import items_of, judged, make_or_ask, members_of, version_of
from applications.workflow import MOVES, STEPS, Move, State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role

# The cards of a case in the order in which they stand on its page.
PANELS = (
    roster_basis.panel,
    amendments.panel,
    family.panel,
    inquiries.panel,
    transfers.panel,
    followups.panel,
    deliveries.panel,
    contacts.panel,
)


@desk_page(CASE_READERS)
def case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    application = visible_case(request, pk)
    if request.method == "POST":
        if request.user.role not in COUNTER:
            raise PermissionDenied("只有派出所窗口可以修改填写的内容。")
        return _save(request, application)
    audit.looked("查看办件", application)
    dossier = _dossier(application) if _edits(request, application) else None
    return render(request, "applications/case.html", _context(request, application, dossier))


def _edits(request: HttpRequest, application: Application) -> bool:
    return application.is_editable and request.user.role in COUNTER


def _dossier(application: Application, data: Any = None) -> Dossier:
    return Dossier(application, members_of(application), items_of(application), data)


def _save(request: HttpRequest, application: Application) -> HttpResponse:
    """Keeps what was typed; then, where a move was pressed, goes on to it."""
    dossier = _dossier(application, request.POST)
    if not dossier.is_valid():
        messages.error(request, "有几处需要改正,见下面红字;已填写的内容都还在。")
        return _again(request, application, dossier)
    try:
        save_draft(
            application,
            dossier.draft(),
            version=version_of(request),
            on=timezone.localdate(),
            officer=request.user,
        )
    except Overtaken as fault:
        messages.error(request, str(fault))
        return _again(request, application, dossier, status=409)
    except Refused as fault:
        messages.error(request, str(fault))
        return _again(request, application, dossier)
    then = request.POST.get("then", "")
    if then in MOVES:
        return make_or_ask(request, application, then)
    if then.removeprefix("route:") in ROUTES:
        return _take_route(request, application, then.removeprefix("route:"))
    if then.startswith("filed:"):
        return _use_on_file(request, application, then.removeprefix("filed:"))
    messages.success(request, "已保存。")
    return redirect("desk:case", pk=application.pk)


def _use_on_file(request: HttpRequest, application: Application, pk: str) -> HttpResponse:
    """The newest paper on file for one document, by one press."""
    item = next((one for one in items_of(application) if str(one.pk) == pk), None)
    offers = valid_for(item, timezone.localdate()) if item else []
    try:
        if not offers:
            raise Refused("这项材料没有可用的存档材料,请刷新后核对。")
        use_on_file(item, offers[0], officer=request.user, on=timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, f"「{item.title}」已登记为用存档材料。")
    return redirect("desk:case", pk=application.pk)


def _take_route(request: HttpRequest, application: Application, code: str) -> HttpResponse:
    try:
        change_route(application, code, version=application.version, on=timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, f"已改用「{ROUTES[code].title}」,请补填这一渠道需要的情况。")
    return redirect("desk:case", pk=application.pk)


def _again(
    request: HttpRequest, application: Application, dossier: Dossier, status: int = 200
) -> HttpResponse:
    fresh = visible_case(request, application.pk)
    context = _context(request, fresh, dossier)
    return render(request, "applications/case.html", context, status=status)


def _context(
    request: HttpRequest, application: Application, dossier: Dossier | None
) -> dict[str, Any]:
    members = members_of(application)
    items = dossier.evidence.items if dossier else items_of(application)
    today = timezone.localdate()
    known = known_of("", application.applicant, today)
    verdict = _verdict(application, members, known, dossier)
    history = list(application.history.select_related("officer__station"))
    at = clock(today)
    colour, term = term_of(application, at)
    lapsed = _mark_papers(items, today, offered=dossier is not None)
    pause = _pause_of(application)
    panels = [found for make in PANELS if (found := make(application, request.user))]
    return {
        "case": application,
        "route": ROUTES[application.route],
        "dossier": dossier,
        "members": _with_opinions(members, verdict),
        "items": items,
        "known": known,
        "verdict": verdict,
        "elsewhere": other_doors(told_by(application, members).division, application.route),
        "refers": request.user.role in COUNTER,
        "other_routes": _other_routes(application, members, known, verdict),
        "companion_rows": _companion_rows(members),
        "answers": answers(application),
        "steps": _steps(application),
        "moves": _fitting(_moves(application, members, request.user), application, lapsed, pause),
        "lapsed": lapsed,
        "pause": pause,
        "suggested": "" if any(one.is_next for one in panels) else _suggested(application, items),
        "waiting_for": _waiting_for(application),
        "handled": _handled(history, request),
        "history": history,
        "colour": colour,
        "term": term,
        "provisional": provisional_years(application, at),
        "today": today,
        "decided": application.judged is not None,
        "panels": panels,
    }


def _moves(
    application: Application, members: list[Member], officer: Officer
) -> list[tuple[Move, str]]:
    """Those of the state; a part is registered only of several who are still awaited."""
    awaited = sum(member.outcome == Member.Outcome.APPROVED for member in members)
    found = moves_for(application, officer)
    return [one for one in found if one[0].name != "register_part" or awaited > 1]


def _verdict(
    application: Application, members: list[Member], known: Known, dossier: Dossier | None
) -> Verdict | dict[str, Any]:
    """As decided, once decided; before that by what is known and typed today."""
    if application.judged:
        return application.judged["verdict"]
    if dossier is not None and dossier.facts.is_bound:
        return judged(application, dossier.told(), known)
    return judged(application, told_by(application, members), known)


def _with_opinions(members: list[Member], verdict: Any) -> list[Member]:
    """Each companion with the opinion on him; the order is the case's own."""
    opinions = verdict["companions"] if isinstance(verdict, dict) else verdict.companions
    companions = [member for member in members if not member.is_applicant]
    for member, opinion in zip(companions, opinions, strict=False):
        member.opinion = opinion._asdict() if isinstance(opinion, CompanionDecision) else opinion
    return members


def _other_routes(
    application: Application, members: list[Member], known: Known, verdict: Any
) -> list[dict[str, Any]]:
    """Where this route is shut and may still be changed: the routes that are not."""
    if application.judged or not application.is_editable or not application.applicant:
        return []
    if verdict.verdict != "ineligible":
        return []
    found = assess_routes(told_by(application, members), known)
    return [
        {"route": ROUTES[one.route], "verdict": one}
        for one in found
        if one.verdict != "ineligible" and one.route not in PEOPLELESS
    ]


def _mark_papers(items: list[EvidenceItem], on: datetime.date, *, offered: bool) -> list[str]:
    """Each document with what is on file for it; gives those that were to come and did not."""
    offers = offers_for(items, on) if offered else {}
    for item in items:
        item.offers = offers.get(item.pk, [])
        item.has_lapsed = (
            item.state == EvidenceItem.State.DEFERRED
            and item.deferred_until is not None
            and item.deferred_until < on
        )
    return [item.title for item in items if item.has_lapsed]


def _pause_of(application: Application) -> Suspension | None:
    """The pause that stands; a case whose term is known has none."""
    if application.accepted_on is None or application.due_on is not None:
        return None
    return application.suspensions.filter(until__isnull=True).first()


def _fitting(
    moves: list[tuple[Move, str]],
    application: Application,
    lapsed: list[str],
    pause: Suspension | None,
) -> list[tuple[Move, str]]:
    """Without the moves that could only be refused as the case stands."""
    hidden = {"pause" if pause else "go_on"}
    if application.extended_days:
        hidden.add("extend")
    if application.state != State.SUPPLEMENT and not lapsed:
        hidden.add("terminate")
    return [(move, shut) for move, shut in moves if move.name not in hidden]


def _companion_rows(members: list[Member]) -> list[dict[str, Any]]:
    return [
        {"name": member.person.name, "opinion": member.opinion}
        for member in members
        if hasattr(member, "opinion")
    ]


def _suggested(application: Application, items: list[EvidenceItem]) -> str:
    """The move that the state of the papers points to: the one filled button."""
    if application.state != State.RECEIVED:
        return NEXT.get(application.state, "")
    missing = any(item.state == EvidenceItem.State.MISSING for item in items)
    return "ask_supplement" if missing else "accept"


NEXT = {
    State.DRAFT: "receive",
    State.SUPPLEMENT: "resume",
    State.ACCEPTED: "check",
    State.CHECKED: "review",
    State.REVIEWED: "approve",
    State.APPROVED: "register",
}


def _handled(history: list[StateChange], request: HttpRequest) -> bool:
    """Whether the last move here was his own: then the next case is one press away."""
    mine = bool(history) and history[-1].officer_id == request.user.pk
    return mine and request.user.role in CASE_STAFF


def _waiting_for(application: Application) -> str:
    """Whose turn it is, for whoever looks and cannot act."""
    move = MOVES.get(NEXT.get(application.state, ""))
    if move is None:
        return "这份办件已办结。"
    roles = "、".join(role.label for role in Role if role in move.roles)
    return f"等待{roles}办理「{move.title}」。"


def _steps(application: Application) -> list[dict[str, Any]]:
    now = application.state if application.state in STEPS else None
    reached = STEPS.index(State(now)) if now else -1
    if application.state == State.SUPPLEMENT:
        reached = STEPS.index(State.RECEIVED)
    if application.state == State.ARCHIVED and ended_as(application) in STEPS:
        reached = len(STEPS)
    return [
        {"label": step.label, "is_done": place < reached, "is_now": place == reached}
        for place, step in enumerate(STEPS)
    ]


@require_POST
@desk_page(COUNTER)
def verdict(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The verdict on what is being typed, without keeping anything."""
    application = visible_case(request, pk)
    dossier = _dossier(application, request.POST)
    dossier.is_valid()
    known = known_of(
        dossier.applicant.number_now if dossier.applicant else "",
        application.applicant,
        timezone.localdate(),
    )
    told = dossier.told()
    found = judged(application, told, known)
    rows = [
        {"name": form.cleaned_data.get("name") or f"第 {place} 位随迁人员", "opinion": opinion}
        for place, (form, opinion) in enumerate(
            zip(dossier.kept_companions(), found.companions, strict=False), start=1
        )
    ]
    context = {
        "case": application,
        "verdict": found,
        "elsewhere": other_doors(told.division, application.route),
        "refers": True,
        "companion_rows": rows,
        "unread": _unread(dossier),
    }
    return render(request, "applications/_verdict.html", context)


def _unread(dossier: Dossier) -> list[str]:
    """What was typed among the facts and cannot be read; it is judged as unknown meanwhile."""
    return [
        f"{dossier.facts.fields[name].label}:{errors[0]}"
        for name, errors in dossier.facts.errors.items()
        if name in dossier.facts.fields
    ]
