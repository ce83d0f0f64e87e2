"""意见: consultations and their opinions; whose an opinion is shows only after a press."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.sessions import confirmed_again
from reports.actions.consulting import answered, dispose, enter_opinion, open_consultation
from reports.audit_export import hidden
from reports.models import Consultation, Opinion
from reports.oversight_access import CITY, CONSULTERS
from reports.oversight_forms import (
    AnsweredForm,
    AnswerForm,
    ConsultationForm,
    FileForm,
    OpinionForm,
    OpinionsExportForm,
    RevealForm,
)
from reports.sheets import XLSX, Sheet, workbook
from reports.views.attachments import upload

PAGE = 20
COLOURS = {"open": "amber", "adopted": "green", "partly": "blue", "not_adopted": "grey"}
FRAME = {"section": "reports", "tab": "consultations"}
HEADINGS = (
    ("编号", 8),
    ("收到日期", 12),
    ("是否在期限内", 12),
    ("渠道", 10),
    ("个人或单位", 10),
    ("姓名(单位名称)", 20),
    ("地址", 30),
    ("联系方式", 18),
    ("公章", 8),
    ("联系人", 12),
    ("涉及条款", 12),
    ("意见", 60),
    ("处理", 12),
    ("理由", 40),
    ("处理人", 14),
    ("处理日期", 12),
    ("答复日期", 12),
    ("答复方式", 16),
)


@desk_page(CITY)
def consultations(request: HttpRequest) -> HttpResponse:
    form = _writer_form(request, ConsultationForm)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = open_consultation(form.save(commit=False), request.user, timezone.localdate())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已登记。收到的意见登记在这一页。")
            return redirect("reports:consultation", pk=made.pk)
    rows = Consultation.objects.annotate(
        came=Count("opinions"), waiting=Count("opinions", filter=Q(opinions__disposition="open"))
    ).order_by("-opened_on", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/consultations.html", FRAME | {"form": form, "page": page})


def _writer_form(request: HttpRequest, form: Any) -> Any:
    if request.user.role not in CONSULTERS:
        return None
    return form(request.POST) if request.method == "POST" else form()


@desk_page(CITY)
def consultation(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One consultation and its opinions, names masked."""
    found = get_object_or_404(Consultation, pk=pk)
    form = _writer_form(request, OpinionForm)
    if request.method == "POST" and form is not None and form.is_valid():
        opinion = form.save(commit=False)
        opinion.consultation = found
        try:
            enter_opinion(opinion, request.user, timezone.localdate())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"已登记为{opinion}。")
            return redirect("reports:opinion", pk=opinion.pk)
    return _page(request, found, form)


def _page(request: HttpRequest, found: Consultation, form: Any, **forms: Any) -> HttpResponse:
    rows = found.opinions.select_related("consultation").order_by("number")
    state = request.GET.get("disposition", "")
    if state in Opinion.Disposition.values:
        rows = rows.filter(disposition=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = dict(found.opinions.order_by().values_list("disposition").annotate(Count("pk")))
    audit.looked("查看征求意见", found)
    context = FRAME | {
        "found": found,
        "page": page,
        "colours": COLOURS,
        "rows": [(row, COLOURS[row.disposition]) for row in page.object_list],
        "tiles": [
            {"code": code, "label": label, "count": counts.get(code, 0)}
            for code, label in Opinion.Disposition.choices
        ],
        "state": state,
        "form": form,
        "export_form": forms.get("export_form") or OpinionsExportForm(),
        "may_write": request.user.role in CONSULTERS,
        "query": f"disposition={state}&" if state else "",
    }
    return render(request, "reports/consultation.html", context)


@desk_page(CITY)
def opinion(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One opinion. Whose it is stays masked until somebody gives a reason."""
    found = get_object_or_404(
        Opinion.objects.select_related("consultation", "entered_by", "disposed_by"), pk=pk
    )
    forms: dict[str, Any] = {}
    if request.method == "POST" and request.user.role in CONSULTERS:
        forms = _on_opinion(request, found)
        if not forms:
            return redirect("reports:opinion", pk=found.pk)
    audit.looked("查看意见", found)
    is_open = found.disposition == Opinion.Disposition.OPEN
    context = FRAME | {
        "found": found,
        "colour": COLOURS[found.disposition],
        "files": found.files.select_related("uploaded_by"),
        "may_write": request.user.role in CONSULTERS,
        "answer_form": AnswerForm() if is_open else None,
        "answered_form": None if is_open or found.answered_on else AnsweredForm(),
        "file_form": FileForm(),
        "reveal_form": RevealForm(),
        "revealed": False,
    }
    return render(request, "reports/opinion.html", context | forms)


def _on_opinion(request: HttpRequest, found: Opinion) -> dict[str, Any]:
    """What the page shows otherwise after the press; empty where all is done."""
    if "upload" in request.POST:
        form = upload(request, found)
        return {"file_form": form} if form else {}
    if "reveal" in request.POST:
        return _reveal(request, found)
    today = timezone.localdate()
    if "answered" in request.POST:
        form = AnsweredForm(request.POST)
        return _try(
            request,
            "answered_form",
            form,
            lambda: answered(found, **form.cleaned_data, officer=request.user, on=today),
        )
    form = AnswerForm(request.POST)
    return _try(
        request, "answer_form", form, lambda: dispose(found, form.told, request.user, today)
    )


def _reveal(request: HttpRequest, found: Opinion) -> dict[str, Any]:
    form = RevealForm(request.POST)
    if form.is_valid():
        audit.looked("查看明文", found, reason=form.cleaned_data["reason"])
        return {"revealed": True}
    return {"reveal_form": form}


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


@require_POST
@desk_page(CITY)
@confirmed_again
def export(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """All opinions as a workbook; in clear only for whoever answers them."""
    found = get_object_or_404(Consultation, pk=pk)
    form = OpinionsExportForm(request.POST)
    if not form.is_valid():
        empty = OpinionForm() if request.user.role in CONSULTERS else None
        return _page(request, found, empty, export_form=form)
    plain = form.cleaned_data["plain"] and request.user.role in CONSULTERS
    kind = "明文" if plain else "脱敏"
    audit.looked(f"导出意见({kind})", found, reason=form.cleaned_data["reason"])
    above = (
        f"{found.title}:{found.opened_on} 公告,意见截止 {found.deadline}",
        f"导出人 {request.user.place} {request.user.name},{timezone.localdate()}",
    )
    sheet = Sheet("意见", HEADINGS, _lines(found, plain=plain), above)
    response = HttpResponse(workbook([sheet]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="opinions-{found.opened_on}.xlsx"'
    return response


def _lines(found: Consultation, *, plain: bool) -> Iterator[tuple[Any, ...]]:
    rows = found.opinions.select_related("consultation", "disposed_by").order_by("number")
    for row in rows.iterator(chunk_size=500):
        yield (
            row.number,
            row.received_on,
            "期限内" if row.in_time else "逾期",
            row.get_channel_display(),
            "单位" if row.is_organisation else "个人",
            row.name if plain else row.masked_name,
            row.address if plain else row.masked_address,
            row.contact if plain else row.masked_contact,
            "有" if row.sealed else "",
            row.contact_person if plain else row.masked_contact_person,
            row.clause,
            row.text if plain else hidden(row.text),
            row.get_disposition_display(),
            row.reason if plain else hidden(row.reason),
            row.disposed_by.name if row.disposed_by else "",
            row.disposed_on,
            row.answered_on,
            row.answered_how,
        )
