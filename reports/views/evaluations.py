"""评估: evaluations and what they and the audit found; each finding until it is struck off."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.roles import Role
from reports import findings
from reports.actions.evaluating import (
    Step,
    move_on,
    note_finding,
    publish,
    register_evaluation,
    why_not,
)
from reports.models import Evaluation, Finding
from reports.oversight_access import READERS
from reports.oversight_forms import EvaluationForm, FileForm, FindingForm, PublicationForm, StepForm
from reports.views.attachments import upload

PAGE = 20
MOST_PRINTED = 1000
OVERDUE = "overdue"
COLOURS = {"found": "grey", "assigned": "blue", "mended": "amber", "accepted": "green"}
FRAME = {"section": "reports", "tab": "evaluations"}


@desk_page(READERS)
def evaluations(request: HttpRequest) -> HttpResponse:
    """All evaluations, and the findings inside the officer's scope."""
    form = EvaluationForm(request.POST or None) if _keeps(request) else None
    audit_form = None
    if request.user.role == Role.AUDITOR:
        audit_form = FindingForm(request.POST or None, of_audit=True)
    if request.method == "POST":
        made = _registered(request, form) if form else _found_by_audit(request, audit_form)
        if made is not None:
            return made
    today = timezone.localdate()
    rows = Finding.objects.visible_to(request.user)
    page = Paginator(_listed(_chosen(request, rows)), PAGE).get_page(request.GET.get("page"))
    audit.looked("查看评估和审计问题")
    context = FRAME | {
        "evaluations": Paginator(_with_counts(), PAGE).get_page(request.GET.get("of")),
        "page": _shown(page),
        "tiles": _tiles(rows),
        "form": form,
        "audit_form": audit_form,
        "state": request.GET.get("state", ""),
        "kind": request.GET.get("kind", ""),
        "kinds": findings.KINDS,
        "today": today,
        "query": _query(request),
    }
    return render(request, "reports/evaluations.html", context)


def _keeps(request: HttpRequest) -> bool:
    return request.user.role == Role.REFORM_OFFICE


def _registered(request: HttpRequest, form: EvaluationForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        made = register_evaluation(form.save(commit=False), request.user, timezone.localdate())
    except Refused as fault:
        form.add_error(None, str(fault))
        return None
    messages.success(request, "评估已登记。请在这一页登记发现的问题。")
    return redirect("reports:evaluation", pk=made.pk)


def _found_by_audit(request: HttpRequest, form: FindingForm | None) -> HttpResponse | None:
    if form is None or not form.is_valid():
        return None
    finding = form.save(commit=False)
    finding.kind = findings.AUDIT
    try:
        note_finding(finding, request.user, timezone.localdate())
    except Refused as fault:
        form.add_error(None, str(fault))
        return None
    messages.success(request, "审计问题已登记,请交办。")
    return redirect("reports:finding", pk=finding.pk)


def _with_counts() -> QuerySet[Evaluation]:
    not_accepted = Q(findings__state__in=findings.OPEN)
    return Evaluation.objects.annotate(
        found=Count("findings"), left=Count("findings", filter=not_accepted)
    ).order_by("-year", "-held_on", "pk")


def _chosen(request: HttpRequest, rows: QuerySet[Finding]) -> QuerySet[Finding]:
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    if state == OVERDUE:
        rows = rows.overdue(timezone.localdate())
    elif state in dict(findings.STATES):
        rows = rows.filter(state=state)
    return rows.filter(kind=kind) if kind in dict(findings.KINDS) else rows


def _listed(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    return rows.select_related("unit", "evaluation").order_by("-found_on", "-entered_at", "pk")


def _tiles(rows: QuerySet[Finding]) -> list[dict[str, Any]]:
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    tiles = [
        {"state": state, "label": label, "count": counts.get(state, 0)}
        for state, label in findings.STATES
    ]
    late = rows.overdue(timezone.localdate()).count()
    return [{"state": OVERDUE, "label": "逾期未改", "count": late, "late": True}, *tiles]


def _shown(page: Any) -> Any:
    today = timezone.localdate()
    page.object_list = list(page.object_list)
    for row in page.object_list:
        _colour(row, today)
    return page


def _colour(row: Finding, today: Any) -> None:
    row.is_overdue = findings.is_overdue(row.state, row.mend_by, today)
    row.colour = "red" if row.is_overdue else COLOURS[row.state]


def _query(request: HttpRequest) -> str:
    chosen = request.GET.copy()
    chosen.pop("page", None)
    return f"{chosen.urlencode()}&" if chosen else ""


@desk_page(READERS)
def evaluation(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One evaluation: its report, its findings, its publication."""
    found = get_object_or_404(Evaluation.objects.select_related("entered_by"), pk=pk)
    forms: dict[str, Any] = {}
    if request.method == "POST" and _keeps(request):
        forms = _on_evaluation(request, found)
        if not forms:
            return redirect("reports:evaluation", pk=found.pk)
    rows = Finding.objects.visible_to(request.user).filter(evaluation=found)
    page = Paginator(_listed(rows), PAGE).get_page(request.GET.get("page"))
    audit.looked("查看督查评估", found)
    context = FRAME | {
        "found": found,
        "page": _shown(page),
        "files": found.files.select_related("uploaded_by"),
        "may_write": _keeps(request),
        "finding_form": FindingForm(),
        "publication_form": PublicationForm(),
        "file_form": FileForm(),
    }
    return render(request, "reports/evaluation.html", context | forms)


def _on_evaluation(request: HttpRequest, found: Evaluation) -> dict[str, Any]:
    """Does what was pressed; the form with its faults where it could not, else nothing."""
    today = timezone.localdate()
    if "upload" in request.POST:
        form = upload(request, found)
        return {"file_form": form} if form else {}
    if "publish" in request.POST:
        form = PublicationForm(request.POST)
        return _try(
            request,
            "publication_form",
            form,
            lambda: publish(found, form.told, request.user, today),
        )
    form = FindingForm(request.POST)
    return _try(request, "finding_form", form, lambda: _note(request, found, form))


def _note(request: HttpRequest, found: Evaluation, form: FindingForm) -> None:
    finding = form.save(commit=False)
    finding.kind, finding.evaluation = findings.EVALUATION, found
    note_finding(finding, request.user, timezone.localdate())


def _try(request: HttpRequest, name: str, form: Any, act: Any) -> dict[str, Any]:
    if form.is_valid():
        try:
            act()
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已登记。")
            return {}
    return {name: form}


@desk_page(READERS)
def finding(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One finding: what was found, what was done, and the moves open to this officer."""
    found = get_object_or_404(
        Finding.objects.visible_to(request.user).select_related("unit", "evaluation", "entered_by"),
        pk=pk,
    )
    bound: dict[str, Any] = {}
    if request.method == "POST":
        bound = _on_finding(request, found)
        if not bound:
            return redirect("reports:finding", pk=found.pk)
    audit.looked("查看评估或审计问题", found)
    today = timezone.localdate()
    _colour(found, today)
    moves = [
        (move, why_not(found, move, request.user), bound.get(move.name) or _step_form(found, move))
        for move in findings.open_to(found.state, found.kind, request.user.role)
    ]
    context = FRAME | {
        "found": found,
        "moves": moves,
        "steps": found.steps.select_related("officer__bureau", "officer__station", "unit"),
        "files": found.files.select_related("uploaded_by"),
        "file_form": bound.get("file") or (FileForm() if moves else None),
    }
    return render(request, "reports/finding.html", context)


def _step_form(found: Finding, move: findings.Move, data: Any = None) -> StepForm:
    initial = {"version": found.version, "unit": found.unit_id, "mend_by": found.mend_by}
    if move.name == "send_back":
        del initial["mend_by"]
    return StepForm(move, timezone.localdate(), data, initial=initial, prefix=move.name)


def _on_finding(request: HttpRequest, found: Finding) -> dict[str, Any]:
    """Makes the move whose button was pressed; its form with the faults where it could not."""
    open_moves = findings.open_to(found.state, found.kind, request.user.role)
    if "upload" in request.POST and open_moves:
        form = upload(request, found)
        return {"file": form} if form else {}
    move = next((move for move in findings.MOVES.values() if move.name in request.POST), None)
    if move is None:
        messages.error(request, "没有认出要办理的事项。请刷新后再办。")
        return {}
    if move not in open_moves:
        messages.error(request, f"这个问题现在不能办理「{move.title}」。请刷新后核对。")
        return {}
    form = _step_form(found, move, request.POST)
    if form.is_valid():
        step = Step(officer=request.user, on=timezone.localdate(), **form.cleaned_data)
        try:
            move_on(found, move.name, step)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"已办理「{move.title}」。")
            return {}
    return {move.name: form}


@require_GET
@desk_page(READERS)
def findings_print(request: HttpRequest) -> HttpResponse:
    """The findings chosen on the page as a list on paper, by unit."""
    rows = _chosen(request, Finding.objects.visible_to(request.user)).select_related(
        "unit", "evaluation"
    )
    today = timezone.localdate()
    listed = list(rows.order_by("unit", "mend_by", "found_on", "pk")[: MOST_PRINTED + 1])
    if len(listed) > MOST_PRINTED:
        raise Http404(f"超过 {MOST_PRINTED} 条,请先按状态筛选")
    for row in listed:
        _colour(row, today)
    audit.looked("打印评估和审计问题清单")
    context = FRAME | {"rows": listed, "today": today, "state": request.GET.get("state", "")}
    return render(request, "reports/findings_print.html", context)
