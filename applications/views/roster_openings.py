"""按名册开办: the households of a roster, opened as drafts; who came or was called since."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_READERS, CASE_STAFF, COUNTER, desk_page
from applications.actions.opening_households import (
    AT_ONCE,
    SILENT,
    Order,
    go_on,
    note_came,
    order,
    stop,
    work_on,
)
from applications.household_plans import APART, TOGETHER
from applications.models import Application, BulkOpening, OpenedHousehold
from applications.policy.case import RELATIONSHIPS
from applications.roster_households import Home, Proposal, concerned, homes_of, propose
from applications.workflow import OPEN
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, PoliceStation
from kaili_hukou.roles import STATION_STAFF
from rosters.models import Roster

PAGE = 20
CHOICES = [("", "先不开"), (TOGETHER, "确是一户"), (APART, "各人单独")]
LONGEST_NUMBER = 9


@require_GET
@desk_page(CASE_STAFF)
def rosters(request: HttpRequest) -> HttpResponse:
    """Confirmed rosters that name people of the officer's towns."""
    found = concerned(request.user, timezone.localdate()).select_related("supplier")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    mine = BulkOpening.objects.visible_to(request.user).select_related("roster", "officer")
    context = {"page": page, "openings": mine[:PAGE], "section": "work"}
    return render(request, "applications/roster_openings.html", context)


@desk_page(CASE_STAFF)
def roster_households(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Each household with who would apply and who would come along; the chosen ones are opened."""
    today = timezone.localdate()
    roster = get_object_or_404(concerned(request.user, today).select_related("supplier"), pk=pk)
    if request.method == "POST":
        done = _order(request, roster)
        if done is not None:
            return done
    audit.looked("查看名册各户", roster)
    homes = homes_of(roster, _station_of(request.user))
    shown = [home for home in homes if home.household.doubt] if _doubtful(request) else homes
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    page.object_list = _rows(roster, list(page.object_list), request.POST)
    context = {
        "roster": roster,
        "page": page,
        "doubtful": _doubtful(request),
        "doubts": sum(bool(home.household.doubt) for home in homes),
        "count": len(homes),
        "choices": CHOICES,
        "stations": [] if _station_of(request.user) else list(PoliceStation.objects.all()),
        "else_at": request.POST.get("else_at", ""),
        "openings": _of_roster(request.user, roster),
        "section": "work",
    }
    return render(request, "applications/roster_households.html", context)


def _doubtful(request: HttpRequest) -> bool:
    return request.GET.get("doubt") == "1"


def _station_of(officer: Officer) -> PoliceStation | None:
    return officer.station if officer.role in STATION_STAFF else None


def _of_roster(officer: Officer, roster: Roster) -> Any:
    found = BulkOpening.objects.visible_to(officer).filter(roster=roster)
    return found.select_related("roster", "officer")[:5]


def _order(request: HttpRequest, roster: Roster) -> HttpResponse | None:
    chosen = None if "all" in request.POST else _chosen(request.POST)
    told = Order(
        roster, request.user, timezone.localdate(), chosen, _else_at(request.POST.get("else_at"))
    )
    try:
        made = order(told)
    except Refused as fault:
        messages.error(request, str(fault))
        return None
    if chosen is not None and len(chosen) <= AT_ONCE:
        work_on(made.pk, timezone.localdate())
    return redirect("desk:bulk-opening", pk=made.pk)


def _chosen(data: Any) -> dict[str, dict[str, Any]]:
    """The ticked households, each with what was chosen for it; other words are no household."""
    return {
        key: {
            "choice": data.get(f"choice-{key}", "") if _is_choice(data, key) else "",
            "first": _number(data.get(f"first-{key}", "")),
        }
        for key in data.getlist("open")[: 10 * PAGE]
        if _number(key)
    }


def _is_choice(data: Mapping[str, str], key: str) -> bool:
    return data.get(f"choice-{key}", "") in dict(CHOICES)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0


def _else_at(text: str | None) -> PoliceStation | None:
    return PoliceStation.objects.filter(pk=_number(text or "")).first()


def _rows(roster: Roster, homes: list[Home], typed: Any) -> list[dict[str, Any]]:
    """The page's households as proposed today; what was opened already leads to its case."""
    chosen = _chosen(typed) if typed else {}
    proposals = propose(roster.kind, homes, timezone.localdate(), chosen)
    keys = [line.row for home in homes for line in home.lines]
    opened = {
        one.row: one
        for one in OpenedHousehold.objects.filter(roster=roster, row__in=keys).select_related(
            "application"
        )
    }
    return [_row(one, opened, chosen) for one in proposals]


def _row(
    proposal: Proposal, opened: dict[int, OpenedHousehold], chosen: dict[str, Any]
) -> dict[str, Any]:
    home = proposal.home
    part = {plan.applicant: ("申请人", "") for plan in proposal.plans}
    part |= {
        one.row: (RELATIONSHIPS.get(one.relationship, "关系待问"), one.decision.reason)
        for plan in proposal.plans
        for one in plan.companions
    }
    open_cases = {
        row: one.application for row, one in opened.items() if one.application.state in OPEN
    }
    return {
        "home": home,
        "people": [
            {
                "line": line,
                "part": part.get(line.row, ("", ""))[0],
                "reason": part.get(line.row, ("", ""))[1] or proposal.left_out.get(line.row, ""),
                "case": open_cases.get(line.row),
            }
            for line in home.lines
        ],
        "plans": proposal.plans,
        "able": [line for line in home.lines if line.row in proposal.able],
        "is_chosen": str(home.key) in chosen,
        "chosen": chosen.get(str(home.key), {}),
        "first": proposal.plans[0].applicant if proposal.plans else 0,
    }


@desk_page(CASE_STAFF)
def bulk_opening(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is, and which households were not opened and why; the page may be closed."""
    found = get_object_or_404(
        BulkOpening.objects.visible_to(request.user).select_related(
            "roster", "officer", "station", "else_at"
        ),
        pk=pk,
    )
    if request.method == "POST":
        act = stop if "stop" in request.POST else go_on
        try:
            act(found)
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect("desk:bulk-opening", pk=pk)
    is_working = found.state in BulkOpening.WORKING
    page = Paginator(found.skipped, PAGE).get_page(request.GET.get("page"))
    context = {
        "opening": found,
        "is_working": is_working,
        "has_died": is_working and found.changed_at < timezone.now() - SILENT,
        "page": page,
        "section": "work",
    }
    return render(request, "applications/bulk_opening.html", context)


@require_GET
@desk_page(CASE_READERS)
def awaited(request: HttpRequest) -> HttpResponse:
    """名册已开、待到场: drafts of which nobody came or was called yet."""
    cases = (
        Application.objects.visible_to(request.user)
        .awaited()
        .for_lists()
        .select_related("opening__roster")
        .order_by("opening__opened_on", "opening__row", "pk")
    )
    audit.looked("查看名册已开、待到场的户")
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may": request.user.role in COUNTER, "section": "work"}
    return render(request, "applications/awaited.html", context)


@require_POST
@desk_page(COUNTER)
def came(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    opened = get_object_or_404(
        OpenedHousehold.objects.visible_to(request.user).select_related("application"), pk=pk
    )
    try:
        note_came(opened, request.POST.get("way", ""), request.user, timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已登记,办件已进入本所待办。")
    return redirect("desk:awaited")
