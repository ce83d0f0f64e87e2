"""A file comes in, with the document under which it comes."""

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kaili_hukou.access import desk_page
from kaili_hukou.models import Officer
from rosters.access import ENTERING, ENTERING_FOR_OTHERS, READERS
from rosters.actions.uploads import receive
from rosters.blank_workbook import blank_workbook
from rosters.forms import UploadForm
from rosters.kinds import KINDS
from rosters.models import ImportRun, Roster, RosterUpload
from rosters.suppliers import kinds_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAME_FILE = "这个文件已经导入过,不必再次导入。如有更正,请上传更正后的文件。"
PREFILLED = ("kind", "supplier", "reference", "document_on", "received_on", "strict")


@desk_page(ENTERING)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    officer, today = request.user, timezone.localdate()
    if officer.role not in ENTERING_FOR_OTHERS and not kinds_of(officer.bureau, today):
        raise PermissionDenied("按方案,您的部门不提供花名册。如有疑问,请联系市户改办。")
    if request.method == "GET":
        return _page(request, UploadForm(officer, today, initial=_as_before(request)))
    form = UploadForm(officer, today, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    sending, content = form.sending, form.content
    sha256 = hashlib.sha256(content).hexdigest()
    under_way = _under_way(officer, sending.kind, sha256)
    if under_way:
        messages.info(request, "这个文件已经上传,正在这里处理,不必再传一次。")
        return redirect("rosters:one-upload", pk=under_way.pk)
    run = ImportRun.objects.filter(kind=sending.kind, sha256=sha256, state="done").first()
    if run:
        form.add_error("file", SAME_FILE)
        known = Roster.objects.visible_to(officer).filter(pk=run.roster_id).first()
        return _page(request, form, known=known)
    received = receive(sending, content, officer, form.scan)
    return redirect("rosters:one-upload", pk=received.pk)


def _page(request: HttpRequest, form: UploadForm, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "kinds": [KINDS[code] for code, _ in form.fields["kind"].choices if code],
        "most_megabytes": settings.ROSTER_MAX_BYTES // (1024 * 1024),
        "file_lost": form.is_bound and not form.is_valid(),
        "section": "rosters",
    }
    return render(request, "rosters/upload.html", context | more)


def _as_before(request: HttpRequest) -> dict[str, Any]:
    """In place of a file that went back, or after one: what was told of the document stays."""
    rows = {"instead": RosterUpload.objects, "continues": Roster.objects}
    for name in rows:
        try:
            before = uuid.UUID(request.GET.get(name, ""))
        except ValueError:
            continue
        found = rows[name].visible_to(request.user).filter(pk=before).first()
        return {name: getattr(found, name, None) for name in PREFILLED} if found else {}
    return {}


def _under_way(officer: Officer, kind: str, sha256: str) -> RosterUpload | None:
    rows = RosterUpload.objects.visible_to(officer).filter(kind=kind, sha256=sha256)
    return rows.filter(state__in=[*RosterUpload.WORKING, RosterUpload.State.CHECKED]).first()


@desk_page(READERS)
@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    response = HttpResponse(blank_workbook(KINDS[kind]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="roster-{kind}.xlsx"'
    return response
