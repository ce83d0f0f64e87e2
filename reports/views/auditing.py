"""审计: every decision with who, when, why, on which evidence, by which rules; its export."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.dates import add_months
from kaili_hukou.paging import FewPages
from kaili_hukou.sessions import confirmed_again
from reports.audit_export import HEADINGS, MOST, Span, decisions, export, line, told
from reports.oversight_access import AUDITORS
from reports.oversight_forms import ExportForm, SpanForm
from reports.sheets import XLSX

PAGE = 20
FRAME = {"section": "reports", "tab": "audit"}
SHOWN = [title for title, _ in HEADINGS]


@desk_page(AUDITORS)
def decisions_page(request: HttpRequest) -> HttpResponse:
    """The decisions of a span of days, newest first; days and kind alone stand in the address."""
    return _page(request, SpanForm(request.GET) if request.GET.get("since") else None, None)


def _first_span(today: datetime.date) -> dict[str, Any]:
    return {"since": add_months(today, -1), "until": today, "move": ""}


def _page(
    request: HttpRequest, form: SpanForm | None, export_form: ExportForm | None
) -> HttpResponse:
    first = _first_span(timezone.localdate())
    chosen = form.cleaned_data if form is not None and form.is_valid() else first
    span = Span(chosen["since"], chosen["until"], chosen["move"])
    rows = decisions(span, request.user).reverse()
    page = FewPages(rows, PAGE).get_page(request.GET.get("page"))
    ids = list(page.object_list.values_list("pk", flat=True))
    changes = told(decisions(span, request.user).filter(pk__in=ids).reverse())
    audit.looked("查看落户决定")
    context = FRAME | {
        "form": form or SpanForm(initial=first),
        "export_form": export_form or ExportForm(initial=chosen),
        "page": page,
        "lines": [(change, dict(zip(SHOWN, line(change), strict=True))) for change in changes],
        "most": MOST,
        "query": f"since={span.since}&until={span.until}&move={span.move}&",
    }
    return render(request, "reports/audit.html", context)


@require_POST
@desk_page(AUDITORS)
@confirmed_again
def audit_export(request: HttpRequest) -> HttpResponse:
    """The workbook; who asks and why is recorded for good before it goes out."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, None, form)
    asked = form.cleaned_data
    span = Span(asked["since"], asked["until"], asked["move"])
    kind = "明文" if asked["plain"] else "脱敏"
    audit.looked(f"导出落户决定({kind})", reason=f"{span.since} 至 {span.until}:{asked['reason']}")
    try:
        content = export(
            span,
            request.user,
            reason=asked["reason"],
            plain=asked["plain"],
            on=timezone.localdate(),
        )
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, None, form)
    response = HttpResponse(content, content_type=XLSX)
    name = f"decisions-{span.since}-{span.until}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
