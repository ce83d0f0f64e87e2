"""Making a move: asked for what it needs, made, and told."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from applications.access import CASE_STAFF, desk_page, visible_case
from applications.actions.changing import Act, Overtaken, allowed
from applications.actions.family import signing_gaps
from applications.actions.moving import ACTIONS
from applications.actions.registering import register
from applications.deliveries import Undelivered, undelivered
from applications.documents import papers_of
from applications.facts import Known, Told, case_json, decided_case, known_of, told_by, verdict_of
from applications.models import Application, EvidenceItem, Member
from applications.move_forms import ApproveForm, MoveForm, form_for
from applications.paper_kinds import printed_at_once
from applications.policy.routes import ROUTES
from applications.policy.verdict import Verdict
from applications.referrals import other_doors
from applications.register_form import RegisterForm
from applications.workflow import MOVES
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.registers import division_title

# Moves that are made by one officer's press; the others are proposed first.
REGISTERING = frozenset({"register", "register_part"})
PRESSED = REGISTERING | set(ACTIONS)


@desk_page(CASE_STAFF)
def move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Asks what a move needs, and makes it."""
    application = visible_case(request, pk)
    if name not in PRESSED:
        return redirect("desk:case", pk=pk)
    if request.method != "POST":
        return _ask(request, application, name, _form(name, application))
    form = _form(name, application, request.POST)
    if not form.is_valid() or "reckon" in request.POST:
        return _ask(request, application, name, form)
    return _make(request, application, name, form, version_of(request))


def _today() -> datetime.date:
    return timezone.localdate()


def _form(name: str, application: Application, data: Any = None) -> MoveForm:
    if name in REGISTERING:
        return RegisterForm(name, application, data, today=_today())
    return form_for(name, application, data, today=_today())


def make_or_ask(request: HttpRequest, application: Application, name: str) -> HttpResponse:
    """A move that needs no more words is made at once; the others ask first."""
    form = _form(name, application)
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
    told = told_by(application, members)
    context = {
        "elsewhere": other_doors(told.division, application.route),
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
        "verdict": _verdict(application, members, known, form),
        "unsigned": _unsigned(name, members),
        "version": application.version if not form.is_bound else version_of(request),
        "today": _today(),
    }
    return render(request, "applications/move.html", context, status=status)


def _verdict(
    application: Application, members: list[Member], known: Known, form: MoveForm
) -> Verdict:
    """By what is known today and, on the approver's form, by the companions chosen there."""
    case = case_json(application.route, told_by(application, members), known)
    verdict = verdict_of(case)
    if not (isinstance(form, ApproveForm) and form.is_bound):
        return verdict
    for member in members:
        member.admission = form.chosen(member)
    return verdict_of(decided_case(case, members, verdict))


def _unsigned(name: str, members: list[Member]) -> bool:
    """Whether the applicant's signature will stop the check."""
    today = _today()
    return name == "check" and any(
        signing_gaps(member, today) for member in members if member.is_applicant
    )


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
        if name in REGISTERING:
            # All who are awaited or a part of them: which move it is follows from who is chosen.
            name = register(application, act, form.registration).move
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
    return to_its_paper(application, name)


def to_its_paper(application: Application, name: str) -> HttpResponse:
    """The notice that a move brings forth, ready to print; else the case."""
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
    members = list(application.members.select_related("person", "agent"))
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
