"""待办: what waits for this officer, the urgent first."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from applications.access import CASE_READERS, COUNTER, desk_page
from applications.models import Application
from applications.policy.routes import ROUTES
from applications.querysets import ApplicationQuerySet
from applications.standing import term_of
from applications.workflow import OPEN, State
from kaili_hukou.models import PoliceStation
from kaili_hukou.registers import calendar

PAGE = 20
LANES = [("", "全部"), ("overdue", "已逾期"), ("today", "今日到期"), ("green", "绿色通道、优先")]
OPEN_STATES = [state for state in State if state in OPEN]


@desk_page(CASE_READERS)
def work(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    waiting = _waiting(request)
    cases = _filtered(request, waiting, today).in_queue_order(today).for_lists()
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    page.object_list = _with_counts(list(page.object_list), today)
    return render(
        request,
        "applications/work.html",
        {
            "today": today,
            "page": page,
            "tiles": _tiles(waiting, today),
            "filters": _filters(request),
            "drafts": _drafts(request),
            "query": _query(request),
        },
    )


def _waiting(request: HttpRequest) -> ApplicationQuerySet:
    """Whoever only reads sees all open cases; `all=1` shows a clerk the whole station's."""
    visible = Application.objects.visible_to(request.user)
    if request.GET.get("state") or request.GET.get("all") or request.user.role in READERS:
        return visible.open().exclude(state=State.DRAFT)
    return Application.objects.waiting_for(request.user)


READERS = CASE_READERS - COUNTER - {"approver"}


def _filtered(
    request: HttpRequest, cases: ApplicationQuerySet, today: datetime.date
) -> ApplicationQuerySet:
    chosen = request.GET
    if chosen.get("state") in OPEN:
        cases = cases.filter(state=chosen["state"])
    if chosen.get("route") in ROUTES:
        cases = cases.filter(route=chosen["route"])
    if chosen.get("station", "").isdigit():
        cases = cases.filter(station=chosen["station"])
    lanes = {
        "overdue": Q(due_on__lt=today),
        "today": Q(due_on=today),
        "green": Q(green_lane=True) | Q(priority=True),
    }
    return cases.filter(lanes[chosen["lane"]]) if chosen.get("lane") in lanes else cases


def _tiles(waiting: ApplicationQuerySet, today: datetime.date) -> list[dict[str, Any]]:
    late, now = Q(due_on__lt=today), Q(due_on=today)
    first = Q(green_lane=True) | Q(priority=True)
    counts = waiting.aggregate(
        overdue=Count("pk", filter=late),
        today=Count("pk", filter=now),
        green=Count("pk", filter=first & ~late & ~now | first & Q(due_on__isnull=True)),
        all=Count("pk"),
    )
    rest = counts["all"] - counts["overdue"] - counts["today"] - counts["green"]
    return [
        {"label": "已逾期", "count": counts["overdue"], "lane": "overdue", "colour": "red"},
        {"label": "今日到期", "count": counts["today"], "lane": "today", "colour": "amber"},
        {"label": "绿色通道、优先", "count": counts["green"], "lane": "green", "colour": "green"},
        {"label": "其余", "count": rest, "lane": "", "colour": ""},
    ]


def _with_counts(cases: list[Application], today: datetime.date) -> list[Application]:
    """Each case with its number of people and the standing of its term, in one more query."""
    people = dict(
        Application.objects.filter(pk__in=[case.pk for case in cases])
        .order_by()
        .annotate(people=Count("members"))
        .values_list("pk", "people")
    )
    days = calendar()
    for case in cases:
        case.people = people.get(case.pk, 0)
        case.colour, case.term = term_of(case, today, days)
    return cases


def _drafts(request: HttpRequest) -> ApplicationQuerySet:
    """The officer's own unfinished drafts: what was typed is found again."""
    return (
        Application.objects.visible_to(request.user)
        .filter(state=State.DRAFT, opened_by=request.user)
        .for_lists()[:PAGE]
    )


def _filters(request: HttpRequest) -> list[dict[str, Any]]:
    filters = [
        (
            "state",
            "状态",
            [("", "待我办理")] + [(state.value, state.label) for state in OPEN_STATES[1:]],
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
