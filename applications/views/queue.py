"""待办: what waits for this officer, the urgent first."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.access import CASE_READERS, CASE_STAFF, COUNTER, desk_page, visible_case
from applications.models import Application, Inquiry
from applications.policy.routes import ROUTES
from applications.querysets import ApplicationQuerySet
from applications.standing import Clock, clock, term_of
from applications.views.amendments import to_confirm
from applications.views.transfers import alarms_of
from applications.workflow import MOVES, OPEN, State
from kaili_hukou.models import PoliceStation

PAGE = 20
LANES = [("", "全部"), ("overdue", "已逾期"), ("today", "今日到期"), ("green", "绿色通道、优先")]
READERS = CASE_READERS - CASE_STAFF
STATES = [state for state in State if state not in (State.DRAFT, State.ARCHIVED)]
# Ended, but the paper is still to be handed over and the file to be closed.
TO_CLOSE = sorted(MOVES["archive"].sources)


@desk_page(CASE_READERS)
def work(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    waiting = _waiting(request)
    cases = _filtered(request, waiting, today).in_queue_order(today).for_lists()
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    at = clock(today)
    page.object_list = _with_counts(list(page.object_list), at)
    return render(
        request,
        "applications/work.html",
        {
            "today": today,
            "page": page,
            "tiles": _tiles(waiting, today),
            "filters": _filters(request),
            "drafts": _drafts(request),
            "reads_only": request.user.role in READERS,
            "awaited": Application.objects.visible_to(request.user).awaited().count(),
            "to_close": _to_close(request),
            "to_confirm": to_confirm(request.user),
            "open_letters": _open_letters(request, today),
            "on_the_way": alarms_of(request.user, today, at.calendar),
            "query": _query(request),
        },
    )


@require_GET
@desk_page(CASE_STAFF)
def following(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """下一件: the first case that waits for the officer, other than the one just handled."""
    handled = visible_case(request, pk)
    waiting = Application.objects.waiting_for(request.user).exclude(pk=handled.pk)
    first = waiting.in_queue_order(timezone.localdate()).first()
    if first is None:
        messages.success(request, "没有其他等您办理的办件了。")
        return redirect("desk:work")
    return redirect("desk:case", pk=first.pk)


def _waiting(request: HttpRequest) -> ApplicationQuerySet:
    """Whoever only reads sees all open cases; `all=1` shows a clerk the whole station's."""
    visible = Application.objects.visible_to(request.user)
    if request.GET.get("state") in STATES:
        return visible.filter(state=request.GET["state"])
    if request.GET.get("all") or request.user.role in READERS:
        return visible.open().exclude(state=State.DRAFT)
    return Application.objects.waiting_for(request.user)


def _filtered(
    request: HttpRequest, cases: ApplicationQuerySet, today: datetime.date
) -> ApplicationQuerySet:
    chosen = request.GET
    if chosen.get("route") in ROUTES:
        cases = cases.filter(route=chosen["route"])
    station = chosen.get("station", "")
    if station.isdecimal() and len(station) < 10:
        cases = cases.filter(station=station)
    lanes = {
        "overdue": Q(due_on__lt=today),
        "today": Q(due_on=today),
        "green": (Q(green_lane=True) | Q(priority=True))
        & (Q(due_on__gt=today) | Q(due_on__isnull=True)),
    }
    return cases.filter(lanes[chosen["lane"]]) if chosen.get("lane") in lanes else cases


def _tiles(waiting: ApplicationQuerySet, today: datetime.date) -> list[dict[str, Any]]:
    """How many wait in each lane, and since when the oldest; each case stands in one lane."""
    late, now = Q(due_on__lt=today), Q(due_on=today)
    timely = Q(due_on__gt=today) | Q(due_on__isnull=True)
    first = Q(green_lane=True) | Q(priority=True)
    lanes = [
        ("overdue", "已逾期", "red", late),
        ("today", "今日到期", "amber", now),
        ("green", "绿色通道、优先", "green", timely & first),
        ("", "其余", "", timely & ~first),
    ]
    counts = waiting.aggregate(
        **{f"count_{name}": Count("pk", filter=which) for name, _, _, which in lanes},
        **{f"oldest_{name}": Min("received_on", filter=which) for name, _, _, which in lanes},
    )
    return [
        {
            "lane": name,
            "label": label,
            "colour": colour,
            "count": counts[f"count_{name}"],
            "days": (today - oldest).days if (oldest := counts[f"oldest_{name}"]) else None,
        }
        for name, label, colour, _ in lanes
    ]


def _to_close(request: HttpRequest) -> list[dict[str, Any]]:
    """How many ended cases still wait for delivery and filing, for whoever files them."""
    if request.user.role not in COUNTER:
        return []
    counts = (
        Application.objects.visible_to(request.user)
        .filter(state__in=TO_CLOSE)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    return [
        {"state": state, "label": State(state).label, "count": count} for state, count in counts
    ]


def _open_letters(request: HttpRequest, today: datetime.date) -> dict[str, int]:
    """How many letters of open cases wait for an answer, and how many beyond their day."""
    letters = Inquiry.objects.visible_to(request.user).filter(
        answer="", application__state__in=OPEN
    )
    return letters.aggregate(waiting=Count("pk"), late=Count("pk", filter=Q(answer_by__lt=today)))


def _with_counts(cases: list[Application], at: Clock) -> list[Application]:
    """Each case with its people, its papers to come and the standing of its term: one query."""
    late = Q(evidence__state="deferred")
    counts = {
        pk: numbers
        for pk, *numbers in Application.objects.filter(pk__in=[case.pk for case in cases])
        .order_by()
        .annotate(
            people=Count("members", distinct=True),
            late=Count("evidence", filter=late, distinct=True),
            lapsed=Count(
                "evidence", filter=late & Q(evidence__deferred_until__lt=at.on), distinct=True
            ),
        )
        .values_list("pk", "people", "late", "lapsed")
    }
    for case in cases:
        case.people, case.late_papers, case.lapsed_papers = counts[case.pk]
        case.colour, case.term = term_of(case, at)
    return cases


def _drafts(request: HttpRequest) -> ApplicationQuerySet:
    """The unfinished drafts that he began or was handed: what was typed is found again."""
    return Application.objects.visible_to(request.user).drafts_of(request.user).for_lists()[:PAGE]


def _filters(request: HttpRequest) -> list[dict[str, Any]]:
    filters = [
        (
            "state",
            "状态",
            [("", "待我办理")] + [(state.value, state.label) for state in STATES],
        ),
        (
            "route",
            "渠道",
            [("", "全部")] + [(route.code, route.title) for route in ROUTES.values()],
        ),
        ("lane", "时限", LANES),
    ]
    if request.user.sees_city:
        stations = PoliceStation.objects.values_list("pk", "name")
        filters.append(
            ("station", "派出所", [("", "全部")] + [(str(pk), name) for pk, name in stations])
        )
    return [
        {"name": name, "label": label, "choices": choices, "chosen": request.GET.get(name, "")}
        for name, label, choices in filters
    ]


def _query(request: HttpRequest) -> str:
    """The filters without the page, for the links of the paging."""
    chosen = request.GET.copy()
    chosen.pop("page", None)
    return chosen.urlencode()
