"""One row: where each value comes from, what else names the person, and what rests on it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from rosters.access import CASE_READERS, READERS, REVEALERS, WRITERS, visible_row
from rosters.provenance import FIELDS, MASKS, namings_of, values_of

LEAST_REASON = 2


@desk_page(READERS)
def row(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    here = visible_row(request, pk)
    namings = namings_of(here, request.user)
    values = values_of(here)
    cases = list(here.applications.order_by("opened_at"))
    why = here.why_no_basis(timezone.localdate())
    audit.looked("查看花名册行", here)
    context = {
        "section": "rosters",
        "row": here,
        "values": values,
        "namings": namings,
        "cases": cases,
        "links": request.user.role in CASE_READERS,
        "why_no_basis": why,
        "revealable": [value for value in values if value.is_masked],
        "reveals": request.user.role in REVEALERS,
        "may_withdraw": request.user.role in WRITERS and any(one.stands for one in namings),
    }
    return render(request, "rosters/row.html", context)


@require_POST
@desk_page(REVEALERS)
def reveal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One value in clear, with a reason, recorded before it is sent."""
    here = visible_row(request, pk)
    name = request.POST.get("field", "")
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:200]
    if name not in MASKS or len(reason) < LEAST_REASON:
        messages.error(request, "查看明文须选择项目并写明理由(如:与证件核对)。")
        return redirect("rosters:row", pk=pk)
    title = FIELDS[name]
    audit.looked(f"查看花名册明文:{title}", here, reason=reason)
    context = {"section": "rosters", "row": here, "title": title, "value": getattr(here, name)}
    return render(request, "rosters/revealed.html", context)
