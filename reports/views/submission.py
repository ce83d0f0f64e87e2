"""汇总报送: the draft, the final and its corrections of a year, with their files."""

import io
import json
import uuid
import zipfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable
from kaili_hukou.roles import Role
from reports import due_days
from reports.access import GATHERERS, of_year, today
from reports.actions.building import DRAFTS, Asked, ask, why_not
from reports.actions.reminding import internal_days
from reports.ahead import endorsements_due
from reports.charts import bars, charts_of
from reports.figures import Figures, from_json
from reports.forms import CorrectionReasonForm
from reports.freeze import FIGURES_FILE
from reports.models import AnnualReport, ReportBuild, UnitReturn
from reports.rehearsal import open_points
from reports.render import package
from reports.returns_told import returns_of
from reports.standing import charts, points_of_the_city

READERS = GATHERERS | {Role.AUDITOR}
Kind, State = ReportBuild.Kind, ReportBuild.State
ZIP = "zip"
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    ZIP: "application/zip",
}
MOST_CHANGES = 200


@require_GET
@desk_page(READERS)
@of_year
def submission(request: HttpRequest, year: int) -> HttpResponse:
    """Where the year stands, what can be done now, and what went out."""
    now = timezone.now()
    versions = list(_versions(year))
    working = ReportBuild.objects.filter(year=year, state__in=ReportBuild.WORKING).first()
    draft = _drafts(year).first()
    figures = versions[0].figures if versions else None
    if figures is None and draft:
        figures = _draft_figures(draft)
    context = {
        "year": year,
        "years": range(now.year, max(due_days.FIRST_YEAR, now.year - 6) - 1, -1),
        "working": working,
        "lost": working is not None and working.is_lost(now),
        "progress": _progress(working) if working else None,
        "failed": _failed(year),
        "draft": draft,
        "versions": versions,
        "changes": figures.changes[:MOST_CHANGES] if figures and versions else (),
        "hindrance": "" if versions else why_not(_asked(request, year, Kind.FINAL)),
        "returns": returns_of(year),
        "supplement": _supplement(year, versions),
        "due": due_days.due_on(year),
        "internal": internal_days(year),
        "charts": charts_of(figures, _last_year(year)) if figures else [],
        "ahead": bars("签注到期(按月)", "证", endorsements_due(now)),
        "rates": charts(points_of_the_city()),
        "gathers": request.user.role in GATHERERS,
        "section": "reports",
        "tab": "submission",
    }
    return render(request, "reports/submission.html", context)


@require_GET
@desk_page(READERS)
def this_year(request: HttpRequest) -> HttpResponse:
    return redirect("reports:submission", year=due_days.asked_year(today()))


def _versions(year: int) -> Any:
    rows = AnnualReport.objects.filter(year=year).order_by("-version").select_related("built_by")
    return rows.prefetch_related("files")


def _drafts(year: int) -> Any:
    rows = ReportBuild.objects.filter(year=year, kind=Kind.DRAFT, state=State.DONE)
    return rows.select_related("asked_by")


def _failed(year: int) -> ReportBuild | None:
    """The last thing asked for, where it came to nothing."""
    last = ReportBuild.objects.filter(year=year).first()
    return last if last and last.state == State.FAILED else None


def _last_year(year: int) -> Figures | None:
    """The frozen figures of the year before: without them nothing is compared."""
    last = _versions(year - 1).first()
    return last.figures if last else None


def _supplement(year: int, versions: list[AnnualReport]) -> list[UnitReturn]:
    """补充材料: returns that came after the last version was frozen."""
    if not versions:
        return []
    rows = UnitReturn.objects.received().filter(year=year, sent_at__gt=versions[0].built_at)
    return list(rows.select_related("bureau", "town").order_by("sent_at"))


def _asked(request: HttpRequest, year: int, kind: str, reason: str = "") -> Asked:
    return Asked(year, kind, request.user, timezone.now(), reason)  # type: ignore[arg-type]


# ------------------------------------------------------------------ what is asked for


@require_POST
@desk_page(GATHERERS)
@of_year
def draft(request: HttpRequest, year: int) -> HttpResponse:
    return _ask(request, _asked(request, year, Kind.DRAFT))


def _ask(request: HttpRequest, asked: Asked) -> HttpResponse:
    try:
        ask(asked)
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("reports:submission", year=asked.year)


@desk_page(GATHERERS)
@of_year
def freezing(request: HttpRequest, year: int) -> HttpResponse:
    """定稿 or 更正: what will be frozen is named before the press."""
    last = AnnualReport.objects.filter(year=year).order_by("-version").first()
    kind = Kind.CORRECTION if last else Kind.FINAL
    form = CorrectionReasonForm(request.POST or None) if last else None
    if request.method == "POST" and (form is None or form.is_valid()):
        if request.POST.get("kind") != kind:
            messages.error(request, "这一年的报告刚刚有了变化,您的操作没有执行,请重新查看。")
            return redirect("reports:submission", year=year)
        reason = form.cleaned_data["reason"] if form else ""
        return _ask(request, _asked(request, year, kind, reason))
    hindrance = why_not(_asked(request, year, kind))
    if hindrance:
        messages.error(request, hindrance)
        return redirect("reports:submission", year=year)
    now = timezone.now()
    context = {
        "year": year,
        "last": last,
        "kind": kind,
        "form": form,
        "draft": _drafts(year).first(),
        "returns": returns_of(year),
        "first": due_days.period(year)[0],
        "until": due_days.period(year)[1],
        "points": open_points(year, now),
        "section": "reports",
        "tab": "submission",
    }
    return render(request, "reports/freezing.html", context)


@require_GET
@desk_page(READERS)
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """For the script of the page: how far a build has come."""
    response = JsonResponse(_progress(get_object_or_404(ReportBuild, pk=pk)))
    response["Cache-Control"] = "no-store"
    return response


def _progress(made: ReportBuild) -> dict[str, Any]:
    steps = [State.WAITING, State.COUNTING, State.WRITING, State.DONE]
    done = steps.index(State(made.state)) if made.state in steps else len(steps) - 1
    return {
        "state": made.state,
        "understood": False,
        "sentence": f"{made.get_kind_display()}:{made.get_state_display()}",
        "expected": len(steps) - 1,
        "done": done,
        "counts": {},
        "fault": "",
    }


# ------------------------------------------------------------------ files


@require_GET
@desk_page(READERS)
@of_year
def version_file(request: HttpRequest, year: int, version: int, kind: str) -> HttpResponse:
    """A file of a frozen version as it was frozen; the package is made of these very bytes."""
    report = get_object_or_404(_versions(year), version=version)
    files = {file.name: bytes(file.content) for file in report.files.all()}
    if kind == ZIP:
        name, content = _package_name(year, version), package.packed(files, report.figures)
    else:
        name, content = _of_kind(files, kind)
    return _given(f"下载年度报告第 {version} 版({kind})", report, name, content)


@require_GET
@desk_page(READERS)
def draft_file(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    made = get_object_or_404(ReportBuild, pk=pk, kind=Kind.DRAFT, state=State.DONE)
    whole = _shelved(made)
    if whole is None:
        raise Http404("这份草稿的文件不在了")
    if kind == ZIP:
        name, content = _package_name(made.year, 0), whole
    else:
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            files = {one: archive.read(one) for one in archive.namelist() if "/" not in one}
        name, content = _of_kind(files, kind)
    return _given(f"下载年度报告草稿({kind})", made, name, content)


def _package_name(year: int, version: int) -> str:
    return f"凯里市{year}年度汇总报送_{f'第{version}版' if version else '草稿'}.zip"


def _of_kind(files: dict[str, bytes], kind: str) -> tuple[str, bytes]:
    for name, content in files.items():
        if name.endswith(f".{kind}") and kind in KINDS:
            return name, content
    raise Http404("没有这种文件")


def _given(action: str, target: Any, name: str, content: bytes) -> HttpResponse:
    audit.looked(action, target)
    kind = KINDS[name.rpartition(".")[2]]
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=kind)


def _shelved(made: ReportBuild) -> bytes | None:
    try:
        return DRAFTS.content_of(made.pk)
    except (FileNotFoundError, Unreadable):
        return None


def _draft_figures(made: ReportBuild) -> Figures | None:
    whole = _shelved(made)
    if whole is None:
        return None
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return from_json(json.loads(archive.read(FIGURES_FILE)))
