"""Making a move: asked for what it needs, made, and told."""

import datetime
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from applications.access import CASE_STAFF, desk_page, visible_case
from applications.actions.changing import Act, Overtaken, allowed
from applications.actions.moving import ACTIONS
from applications.actions.registering import register
from applications.deliveries import Undelivered, undelivered
from applications.documents import papers_of
from applications.facts import Known, Told, case_json, known_of, told_by, verdict_of
from applications.models import Application, EvidenceItem, Member
from applications.move_forms import MoveForm, form_for
from applications.paper_kinds import printed_at_once
from applications.policy.routes import ROUTES
from applications.policy.verdict import Verdict
from applications.workflow import MOVES
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.registers import division_title

# Moves that are made by one officer's press; the others are proposed first.
PRESSED = frozenset({*ACTIONS, "register"})


@desk_page(CASE_STAFF)
def move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Asks what a move needs, and makes it."""
    application = visible_case(request, pk)
    if name not in PRESSED:
        return redirect("desk:case", pk=pk)
    if request.method != "POST":
        return _ask(request, application, name, form_for(name, application, today=_today()))
    form = form_for(name, application, request.POST, today=_today())
    if not form.is_valid():
        return _ask(request, application, name, form)
    return _make(request, application, name, form, version_of(request))


def _today() -> datetime.date:
    return timezone.localdate()


def make_or_ask(request: HttpRequest, application: Application, name: str) -> HttpResponse:
    """A move that needs no more words is made at once; the others ask first."""
    form = form_for(name, application, today=_today())
    if form.fields:
        return redirect("desk:move", pk=application.pk, name=name)
    return _make(request, application, name, form, application.version)


def _ask(
    request: HttpRequest, application: Application, name: str, form: MoveForm, status: int = 200
) -> HttpResponse:
    move = MOVES[name]
    try:
        allowed(application, move, request.user)
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("desk:case", pk=application.pk)
    audit.looked("查看办件", application)
    members, items = members_of(application), items_of(application)
    known = known_of("", application.applicant, _today())
    context = {
        "members": members,
        "items": items,
        "lacking": _lacking(name, items),
        "undelivered": undelivered(application, papers_of(application))
        if name == "archive"
        else (),
        "findings": application.history.filter(move="check").select_related("officer").last(),
        "case": application,
        "move": move,
        "form": form,
        "route": ROUTES[application.route],
        "verdict": judged(application, told_by(application, members), known),
        "version": application.version if not form.is_bound else version_of(request),
        "today": _today(),
    }
    return render(request, "applications/move.html", context, status=status)


def _lacking(name: str, items: list[EvidenceItem]) -> list[str]:
    """Late papers, named where they will stop the decision."""
    late = [item.title for item in items if item.state == EvidenceItem.State.DEFERRED]
    return late if name in ("check", "review", "approve") else []


def _undelivered(name: str, application: Application) -> list[Undelivered]:
    """Decisions that nobody was handed yet, told before the file is closed."""
    return undelivered(application, papers_of(application)) if name == "archive" else []


def _make(
    request: HttpRequest, application: Application, name: str, form: MoveForm, version: int
) -> HttpResponse:
    act = Act(
        officer=request.user,
        on=_today(),
        version=version,
        reason=form.reason,
        details=form.details,
    )
    try:
        if name == "register":
            register(application, act, form.registration)
        else:
            ACTIONS[name](application, act)
    except Overtaken as fault:
        typed = f"您填写的是:{form.reason}" if form.reason else ""
        messages.error(request, f"{fault}{typed}")
        return redirect("desk:case", pk=application.pk)
    except Refused as fault:
        if not form.is_bound:
            messages.error(request, str(fault))
            return redirect("desk:case", pk=application.pk)
        form.add_error(None, str(fault))
        # What the act had begun was rolled back: the row is read again.
        return _ask(request, visible_case(request, application.pk), name, form)
    _tell(request, application, name)
    paper = printed_at_once(name, application.route) if MOVES[name].paper else ""
    if paper:
        return redirect("desk:paper", pk=application.pk, paper=paper)
    return redirect("desk:case", pk=application.pk)


def _tell(request: HttpRequest, application: Application, name: str) -> None:
    done = f"已办理「{MOVES[name].title}」。"
    if name in ("accept", "not_accept"):
        done = f"受理编号 {application.receipt_number}。" + done
    messages.success(request, done)


def members_of(application: Application) -> list[Member]:
    members = list(application.members.select_related("person"))
    for member in members:
        member.place = division_title(member.division) if member.division else ""
    return members


def items_of(application: Application) -> list[EvidenceItem]:
    return list(
        application.evidence.select_related("member__person").prefetch_related("attachments")
    )


def version_of(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def judged(application: Application, told: Told, known: Known) -> Verdict:
    return verdict_of(case_json(application.route, told, known))
