"""One application: its terms, what is missing, the steps open to the officer; and the queue."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from residence_permits.access import COUNTER, READERS, STAFF, visible_request
from residence_permits.actions import applying
from residence_permits.actions.permits import Overtaken
from residence_permits.actions.requests import Step, why_not
from residence_permits.conditions import TITLES, standing
from residence_permits.flow import MOVES, OPEN, State, open_to
from residence_permits.models import PermitRequest
from residence_permits.papers import PAPERS, may_print
from residence_permits.photographs import earlier
from residence_permits.request_forms import ApplyForm, ExtensionForm, ReasonForm

PAGE = 20
ACTIONS = {
    "not_accept": applying.not_accept,
    "withdraw": applying.withdraw,
    "not_grant": applying.not_grant,
}


@desk_page(READERS)
def work(request: HttpRequest) -> HttpResponse:
    """Applications that wait, the most urgent first."""
    today = timezone.localdate()
    rows = PermitRequest.objects.visible_to(request.user).filter(state__in=OPEN)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    late = rows.aggregate(
        law=Count("pk", filter=Q(law_by__lt=today) & ~Q(state=State.READY)),
        promise=Count("pk", filter=Q(promised_on__lt=today) & ~Q(state=State.READY)),
    )
    state = request.GET.get("state", "")
    chosen = rows.filter(state=state) if state in OPEN else rows
    ordered = chosen.select_related("person", "station", "body").order_by(
        "promised_on", "received_on", "opened_at"
    )
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.colour, row.term = _term(row, today)
    context = {
        "page": page,
        "tiles": [
            {"state": one.value, "label": one.label, "count": counts.get(one.value, 0)}
            for one in State
            if one in OPEN
        ],
        "late": late,
        "state": state,
        "today": today,
    }
    return render(request, "residence_permits/work.html", context)


def _term(row: PermitRequest, today: Any) -> tuple[str, str]:
    if row.state == State.SUPPLEMENT:
        return "", "待补正"
    if row.state == State.READY:
        waited = (today - row.ready_on).days if row.ready_on else 0
        return "", f"已制成 {waited} 天,待领取"
    if not row.promised_on or not row.law_by or row.state not in OPEN:
        return "", ""
    return standing(row.promised_on, row.law_by, today)


@desk_page(READERS)
def one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = visible_request(request, pk)
    audit.looked("查看居住证申领", found)
    return _page(request, found)


def _page(request: HttpRequest, found: PermitRequest, **forms: Any) -> HttpResponse:
    today = timezone.localdate()
    colour, term = _term(found, today)
    context = {
        "found": found,
        "person": found.person,
        "colour": colour,
        "term": term,
        "shown": [TITLES.get(code, code) for code in found.shown],
        "moves": [
            (move, why_not(found, move, request.user))
            for move in open_to(found.state, request.user.role)
            if move.name in ACTIONS
        ],
        "apply_form": _bring_form(request, found, forms),
        "extension_form": forms.get("extension_form") or _extension_form(request, found),
        "has_photograph": hasattr(found, "photograph"),
        "may_photograph": found.state in (State.SUPPLEMENT, State.ACCEPTED)
        and request.user.role in COUNTER,
        "earlier": earlier(found),
        "papers": [paper for paper in PAPERS.values() if may_print(found, paper)],
        "history": found.history.select_related("officer__station"),
        "today": today,
    }
    return render(request, "residence_permits/request.html", context)


def _bring_form(
    request: HttpRequest, found: PermitRequest, forms: dict[str, Any]
) -> ApplyForm | None:
    if "apply_form" in forms:
        return forms["apply_form"]
    if found.state != State.SUPPLEMENT or request.user.role not in MOVES["accept"].roles:
        return None
    names = ("agent_name", "agent_number", "agent_relation", "agent_reason", "note")
    initial = {name: getattr(found, name) for name in names} | {
        "basis": found.basis,
        "shown": found.shown,
        "body": found.body_id,
        "photograph": "本人近期相片" not in found.missing,
    }
    return ApplyForm(
        station=found.station, on=timezone.localdate(), prefix="apply", initial=initial
    )


def _extension_form(request: HttpRequest, found: PermitRequest) -> ExtensionForm | None:
    waiting = found.state in (State.ACCEPTED, State.MAKING) and found.extended_by_id is None
    if not waiting or found.extend_by_id or request.user.role not in STAFF:
        return None
    return ExtensionForm(accepted_on=found.accepted_on, prefix="extend")


def _step(request: HttpRequest, reason: str = "") -> Step:
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return Step(request.user, timezone.localdate(), version, reason)


@require_POST
@desk_page(COUNTER)
def bring(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was missing has come."""
    found = visible_request(request, pk)
    form = ApplyForm(request.POST, station=found.station, on=timezone.localdate(), prefix="apply")
    if not form.is_valid():
        return _page(request, found, apply_form=form)
    try:
        applying.bring(found, form.applying(found.person), _step(request))
    except Overtaken as fault:
        messages.error(request, str(fault))
        return redirect("permits:request", pk=pk)
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, visible_request(request, pk), apply_form=form)
    messages.success(request, f"已受理,领取凭证号 {found.number}。")
    return redirect("permits:paper", pk=pk, paper="receipt")


@desk_page(STAFF)
def move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """A step that ends the application: asked for its reason, and made."""
    found = visible_request(request, pk)
    if name not in ACTIONS:
        raise Http404("没有这一步")
    shut = why_not(found, MOVES[name], request.user)
    if found.state not in MOVES[name].sources or shut:
        messages.error(request, shut or "申领的状态已经变化,请核对后再办。")
        return redirect("permits:request", pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ACTIONS[name](found, _step(request, form.cleaned_data["reason"]))
        except Refused as fault:
            messages.error(request, str(fault))
            return redirect("permits:request", pk=pk)
        messages.success(request, f"已办理「{MOVES[name].title}」。")
        return redirect("permits:request", pk=pk)
    version = request.POST.get("version") or found.version
    context = {"found": found, "move": MOVES[name], "form": form, "version": version}
    return render(request, "residence_permits/move.html", context)


@require_POST
@desk_page(STAFF)
def extend(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Proposed by one officer, confirmed by another."""
    found, today = visible_request(request, pk), timezone.localdate()
    form = ExtensionForm(request.POST, accepted_on=found.accepted_on, prefix="extend")
    try:
        if "confirm" in request.POST:
            applying.confirm_extension(found, request.user, today)
            messages.success(request, f"已批准延长至 {found.extend_until}。")
        elif form.is_valid():
            applying.propose_extension(found, form.extension(), request.user, today)
            messages.success(request, "已提出延长,待另一人批准。")
        else:
            return _page(request, found, extension_form=form)
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("permits:request", pk=pk)


@require_GET
@desk_page(STAFF)
def paper(request: HttpRequest, pk: uuid.UUID, paper: str) -> HttpResponse:
    """A paper of the application as an A4 page; each printing is recorded."""
    found = visible_request(request, pk)
    kind = PAPERS.get(paper)
    if kind is None or not may_print(found, kind):
        raise Http404("这件申领还没有这种文书")
    audit.looked(f"打印{kind.title}", found)
    context = {
        "paper": kind,
        "found": found,
        "number": found.number or "",
        "shown": [TITLES.get(code, code) for code in found.shown],
        "change": found.history.filter(move=kind.move).select_related("officer").last(),
        "today": timezone.localdate(),
    }
    return render(request, kind.template, context)
