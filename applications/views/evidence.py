"""One document of a case: how it was met, and its scans."""

import uuid
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_READERS, COUNTER, desk_page
from applications.actions.evidence import attach, note_evidence, set_aside
from applications.forms import EvidenceForm
from applications.models import Attachment, EvidenceItem
from applications.scans import CONTENT_TYPES, content_of, read_scan
from applications.workflow import OPEN
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable


class ScanForm(forms.Form):
    file = forms.FileField(
        label="扫描件(PDF、JPEG、PNG)",
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的。"},
    )


@desk_page(CASE_READERS)
def item(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(
        EvidenceItem.objects.visible_to(request.user).select_related(
            "application__station", "member__person"
        ),
        pk=pk,
    )
    if request.method == "POST" and request.user.role in COUNTER:
        return _upload(request, found) if "upload" in request.POST else _note(request, found)
    audit.looked("查看材料", found)
    return _page(request, found, EvidenceForm([found]), ScanForm())


def _page(
    request: HttpRequest, found: EvidenceItem, form: EvidenceForm, scan: ScanForm
) -> HttpResponse:
    changeable = found.application.state in OPEN and request.user.role in COUNTER
    context: dict[str, Any] = {
        "item": found,
        "case": found.application,
        "form": form,
        "scan_form": scan,
        "scans": found.attachments.filter(removed_at__isnull=True).select_related("uploaded_by"),
        "changeable": changeable,
    }
    return render(request, "applications/evidence.html", context)


def _upload(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    if found.application.state not in OPEN:
        messages.error(request, "办件已结束,不能再添加扫描件。")
        return redirect("desk:evidence", pk=found.pk)
    form = ScanForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            attach(found, read_scan(file.read()), file.name, request.user)
        except Refused as fault:
            form.add_error("file", str(fault))
        else:
            messages.success(request, "扫描件已保存。")
            return redirect("desk:evidence", pk=found.pk)
    return _page(request, found, EvidenceForm([found]), form)


def _note(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    form = EvidenceForm([found], request.POST)
    if not form.is_valid():
        return _page(request, found, form, ScanForm())
    if found.application.state not in OPEN:
        messages.error(request, "办件已结束,材料情况不能再改。")
    else:
        note_evidence(found.application, form.answers(), request.user)
        messages.success(request, "材料情况已登记。")
    return redirect("desk:case", pk=found.application_id)


@require_GET
@desk_page(CASE_READERS)
def scan(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The scan itself, recorded before it is sent."""
    found = get_object_or_404(
        Attachment.objects.visible_to(request.user).filter(removed_at__isnull=True), pk=pk
    )
    try:
        content = content_of(found)
    except (FileNotFoundError, Unreadable):
        raise Http404("扫描件不在或已损坏") from None
    audit.looked("查看扫描件", found)
    response = HttpResponse(content, content_type=CONTENT_TYPES[found.kind])
    name = quote(f"scan-{found.pk}.{found.kind}")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@desk_page(COUNTER)
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(
        Attachment.objects.visible_to(request.user).select_related("item__application"), pk=pk
    )
    if found.item.application.state not in OPEN:
        messages.error(request, "办件已结束,扫描件不能作废。")
    else:
        set_aside(found)
        messages.success(request, "扫描件已作废,不再显示;记录仍保留。")
    return redirect("desk:evidence", pk=found.item_id)
