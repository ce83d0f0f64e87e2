"""花名册进展: per roster how many have settled, are under way, were informed, are unknown."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.access import desk_page
from applications.roster_progress import (
    STANDS,
    Figures,
    people_behind,
    progress_by_kind,
    progress_of,
)
from applications.roster_progress import people_of_kind as of_kind
from kaili_hukou import audit
from kaili_hukou.roles import Role
from rosters.kinds import KINDS
from rosters.models import Roster, RosterEntry

READERS = frozenset({Role.BUREAU_CLERK, Role.APPROVER, Role.REFORM_OFFICE, Role.AUDITOR})
PAGE = 30


@require_GET
@desk_page(READERS)
def progress(request: HttpRequest) -> HttpResponse:
    """The rosters that the officer may see, each with its four figures; the kinds in sum."""
    today = timezone.localdate()
    mine = Roster.objects.visible_to(request.user).confirmed(today).select_related("supplier")
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    figures = progress_of(page.object_list)
    for roster in page.object_list:
        roster.figures = figures[roster.pk]
    kinds = progress_by_kind(RosterEntry.objects.visible_to(request.user), today)
    context = {
        "page": page,
        "kinds": [(KINDS[kind], figures) for kind, figures in sorted(kinds.items())],
        "total": _sum(kinds.values()),
        "stands": STANDS.items(),
        "today": today,
        "section": "roster_progress",
    }
    return render(request, "applications/roster_progress.html", context)


def _sum(figures: Any) -> Figures:
    total = Figures()
    for one in figures:
        for stand, number in one.cells:
            setattr(total, stand, getattr(total, stand) + number)
    return total


@require_GET
@desk_page(READERS)
def people(request: HttpRequest, pk: uuid.UUID, stand: str) -> HttpResponse:
    """Whom one figure of a roster counts."""
    visible = Roster.objects.visible_to(request.user).confirmed(timezone.localdate())
    roster = get_object_or_404(visible.select_related("supplier"), pk=pk)
    audit.looked(f"查看名册进展人员({_title(stand)})", roster)
    rows = people_behind(roster, stand)
    return _page(request, rows, {"roster": roster, "stand": _title(stand)})


@require_GET
@desk_page(READERS)
def people_of_kind(request: HttpRequest, kind: str, stand: str) -> HttpResponse:
    """Whom one figure of a kind counts, each once."""
    if kind not in KINDS:
        raise Http404("没有这种花名册")
    audit.looked(f"查看{KINDS[kind].title}进展人员({_title(stand)})")
    mine = RosterEntry.objects.visible_to(request.user)
    rows = of_kind(mine, kind, stand, timezone.localdate())
    return _page(request, rows, {"kind": KINDS[kind], "stand": _title(stand)})


def _title(stand: str) -> str:
    if stand not in STANDS:
        raise Http404("没有这一项")
    return STANDS[stand]


def _page(request: HttpRequest, rows: Any, told: dict[str, Any]) -> HttpResponse:
    page = Paginator(rows.select_related("roster", "town"), PAGE).get_page(request.GET.get("page"))
    context = told | {"page": page, "section": "roster_progress"}
    return render(request, "applications/roster_people.html", context)
