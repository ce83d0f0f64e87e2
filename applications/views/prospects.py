"""可引导落户: holders who meet a route now or within sixty days, by town, with what to bring."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_READERS, COUNTER, desk_page
from applications.actions.prospecting import look, note_told
from applications.models import Prospect
from applications.policy.evidence import required
from applications.policy.routes import ROUTES
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from residence_permits.models import Permit

PAGE = 30


@desk_page(CASE_READERS)
def prospects(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = Prospect.objects.visible_to(request.user).filter(state=Prospect.State.WAITING)
    towns = rows.order_by().values_list("permit__town", "permit__town__name").annotate(Count("pk"))
    town = request.GET.get("town", "")
    chosen = rows.filter(permit__town=town) if town.isdecimal() and len(town) < 10 else rows
    ordered = chosen.select_related(
        "permit__person", "permit__town", "permit__village", "permit__station"
    ).order_by("permit__town__code", "eligible_on", "pk")
    audit.looked("查看可引导落户名单")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.bring = _bring(row)
    context = {"page": page, "towns": sorted(towns), "town": town, "today": today}
    return render(request, "applications/prospects.html", context)


def _bring(row: Prospect) -> str:
    return "、".join(item.title for item in required(row.route, row.permit.person.division or None))


@require_POST
@desk_page(COUNTER)
def told(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Prospect.objects.visible_to(request.user), pk=pk)
    try:
        note_told(found, request.POST.get("state", ""), request.user, timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已登记。")
    return redirect("desk:prospects")


@require_GET
@desk_page(CASE_READERS)
def permit_routes(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A piece of the permit's page: the routes open to its holder, as of today."""
    permit = get_object_or_404(
        Permit.objects.visible_to(request.user)
        .select_related("person")
        .prefetch_related("endorsements"),
        pk=pk,
    )
    today = timezone.localdate()
    if permit.cancelled_on is None:
        look([permit], today)
    rows = list(permit.prospects.order_by("eligible_on"))
    for row in rows:
        row.permit, row.bring = permit, ""
        row.bring, row.clause = _bring(row), ROUTES[row.route].clause
    context = {"rows": rows, "permit": permit, "today": today}
    return render(request, "applications/_permit_routes.html", context)
