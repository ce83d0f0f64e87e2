"""One document of a case: how it was met, and its scans."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_READERS, CASE_STAFF, COUNTER, desk_page
from applications.actions.evidence import (
    attach,
    check_promise,
    note_evidence,
    promise,
    set_aside,
    use_on_file,
)
from applications.actions.inquiring import verify
from applications.evidence_forms import KeptForm, OnFileForm, PromiseForm, VerifyForm
from applications.evidence_rules import CONSEQUENCE, rule_of
from applications.forms import EvidenceForm
from applications.letters import Letter
from applications.models import Attachment, EvidenceItem, Inquiry
from applications.on_file import valid_for
from applications.roster_basis import basis_of
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
            "application__station", "application__applicant", "member__person", "on_file"
        ),
        pk=pk,
    )
    if request.method == "POST" and request.user.role in COUNTER:
        pressed = next((name for name in ACTS if name in request.POST), "note")
        return ACTS[pressed](request, found)
    audit.looked("查看材料", found)
    return _page(request, found)


def _page(request: HttpRequest, found: EvidenceItem, **bound: forms.Form) -> HttpResponse:
    """The page with its forms: those given, as they were typed; the others fresh."""
    at_counter = request.user.role in COUNTER
    changeable = found.application.state in OPEN and at_counter
    context: dict[str, Any] = {
        "item": found,
        "case": found.application,
        "rule": rule_of(found.code),
        "consequence": CONSEQUENCE,
        "scans": found.attachments.filter(removed_at__isnull=True).select_related("uploaded_by"),
        "letters": _letters(found),
        "file_is_ours": EvidenceItem.objects.visible_to(request.user)
        .filter(pk=found.on_file_id)
        .exists(),
        "changeable": changeable,
        "basis": basis_of(found.application, _today())
        if found.state == EvidenceItem.State.ROSTER
        else None,
        "kept_form": KeptForm(today=_today()) if _is_to_check(found) and at_counter else None,
    }
    if changeable:
        context |= _forms(found)
    return render(request, "applications/evidence.html", context | bound)


def _today() -> datetime.date:
    return timezone.localdate()


def _is_to_check(found: EvidenceItem) -> bool:
    return found.state == EvidenceItem.State.PROMISED and not found.kept


def _forms(found: EvidenceItem) -> dict[str, Any]:
    """One form for each way that the rules let this document be met."""
    rule, offers = rule_of(found.code), valid_for(found, _today())
    waits = found.state == EvidenceItem.State.VERIFIED and any(
        not letter.answer for letter in found.inquiries.all()
    )
    return {
        "form": EvidenceForm([found], on_its_page=True),
        "scan_form": ScanForm(),
        "verify_form": VerifyForm(found, today=_today())
        if rule.asked_of_others and not waits
        else None,
        "promise_form": PromiseForm(today=_today())
        if rule.promise and found.state != EvidenceItem.State.PROMISED
        else None,
        "file_form": OnFileForm(offers) if offers else None,
    }


def _letters(found: EvidenceItem) -> list[tuple[Inquiry, str, str]]:
    letters = found.inquiries.select_related("bureau")
    return [(letter, *letter.standing(_today())) for letter in letters]


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
    return _page(request, found, scan_form=form)


def _note(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    form = EvidenceForm([found], request.POST, on_its_page=True)
    if found.application.state not in OPEN:
        messages.error(request, "办件已结束,材料情况不能再改。")
        return redirect("desk:case", pk=found.application_id)
    return _done(
        request,
        found,
        "form",
        form,
        lambda: note_evidence(found.application, form.answers(), request.user),
    )


def _verify(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    """Sends the letter and goes on to it: it is printed at once."""
    form = VerifyForm(found, request.POST, today=_today())
    if not form.is_valid():
        return _page(request, found, verify_form=form)
    try:
        letter = verify(found, form.asked, request.user)
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, found, verify_form=form)
    return redirect("desk:inquiry-letter", pk=letter.pk)


def _promise(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    form = PromiseForm(request.POST, today=_today())
    return _done(
        request,
        found,
        "promise_form",
        form,
        lambda: promise(found, **form.cleaned_data, officer=request.user),
    )


def _on_file(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    form = OnFileForm(valid_for(found, _today()), request.POST)
    return _done(
        request,
        found,
        "file_form",
        form,
        lambda: use_on_file(found, form.chosen, officer=request.user, on=_today()),
    )


def _kept(request: HttpRequest, found: EvidenceItem) -> HttpResponse:
    """The check of a promise is kept also after the decision."""
    form = KeptForm(request.POST, today=_today())
    return _done(
        request,
        found,
        "kept_form",
        form,
        lambda: check_promise(
            found, form.cleaned_data["kept"], officer=request.user, on=form.cleaned_data["kept_on"]
        ),
    )


def _done(
    request: HttpRequest, found: EvidenceItem, name: str, form: forms.Form, act: Callable[[], None]
) -> HttpResponse:
    """Does it and goes back to the case; or shows the page again with all that was typed."""
    if form.is_valid():
        try:
            act()
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "材料情况已登记。")
            return redirect("desk:case", pk=found.application_id)
    return _page(request, found, **{name: form})


# By the name of the button that was pressed.
ACTS: dict[str, Callable[[HttpRequest, EvidenceItem], HttpResponse]] = {
    "upload": _upload,
    "verify": _verify,
    "promise": _promise,
    "on_file": _on_file,
    "kept": _kept,
    "note": _note,
}


@require_GET
@desk_page(CASE_STAFF)
def promise_paper(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """告知承诺书, to be signed: what is promised, and what follows from a false promise."""
    found = get_object_or_404(
        EvidenceItem.objects.visible_to(request.user).select_related(
            "application__station",
            "application__applicant",
            "application__enterprise",
            "member__person",
        ),
        pk=pk,
    )
    rule = rule_of(found.code)
    if not rule.promise:
        raise Http404("这种材料不适用告知承诺")
    audit.looked("打印告知承诺书", found)
    letter = Letter("告知承诺书", found.application, request.user, _today())
    context = {
        "paper": letter,
        "case": found.application,
        "item": found,
        "rule": rule,
        "consequence": CONSEQUENCE,
    }
    return render(request, "applications/letters/promise.html", context)


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
