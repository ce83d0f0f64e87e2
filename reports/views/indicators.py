"""指标: the two rates and the registered population, by place and day, beside the goals."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.models import Town
from reports.actions.indicators import correct, enter, set_target, sources_of
from reports.curve import TITLES
from reports.indicator_forms import CorrectionForm, EntryForm, TargetForm
from reports.models import Observation
from reports.models.indicators import Source, goals
from reports.oversight_access import READERS
from reports.resources import COLUMNS
from reports.sheets import XLSX, Sheet, workbook
from reports.standing import (
    Place,
    charts,
    places_on,
    points_of_the_city,
    standings,
    sums_that_disagree,
)

MOST_PERIODS = 60
PAGE = 20


@desk_page(READERS)
def indicators(request: HttpRequest) -> HttpResponse:
    """The page, and whatever is entered on it."""
    if request.method != "POST":
        return _page(request)
    if not sources_of(request.user):
        messages.error(request, "您的角色只查看指标,不录入。")
        return redirect("reports:indicators")
    if "seen" in request.POST:
        return _correct(request)
    if "indicator" in request.POST:
        return _target(request)
    return _enter(request)


def _enter(request: HttpRequest) -> HttpResponse:
    form = EntryForm(request.user, request.POST)
    if form.is_valid():
        try:
            enter(form.entry, request.user, timezone.localdate())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"已录入 {form.entry.place} {form.entry.as_of} 的数据。")
            return _back_to(form.entry.as_of)
    return _page(request, form=form)


def _correct(request: HttpRequest) -> HttpResponse:
    form = CorrectionForm(request.user, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            correct(
                form.entry,
                told["reason"],
                request.user,
                seen=told["seen"],
                on=timezone.localdate(),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已更正;原来的数仍保留在记录里。")
            return _back_to(form.entry.as_of)
    return _page(request, form=form)


def _target(request: HttpRequest) -> HttpResponse:
    form = TargetForm(request.POST)
    if form.is_valid():
        try:
            set_target(form.save(commit=False), request.user, timezone.localdate())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "目标已登记。")
            return redirect("reports:indicators")
    return _page(request, target_form=form)


def _back_to(as_of: datetime.date) -> HttpResponse:
    answer = redirect("reports:indicators")
    answer["Location"] += f"?as_of={as_of}"
    return answer


def _page(request: HttpRequest, **forms: Any) -> HttpResponse:
    periods = _periods()
    chosen = _chosen(request, periods)
    places = places_on(chosen) if chosen else []
    points = points_of_the_city()
    told = standings(points)
    latest = {one.indicator: one for one in reversed(told)}
    context = {
        "periods": periods,
        "chosen": chosen,
        "places": places,
        "disagreeing": sums_that_disagree(places) if places else [],
        "tiles": [latest[name] for name in TITLES if name in latest],
        "trend": Paginator(told, PAGE).get_page(request.GET.get("page")),
        "charts": charts(points),
        "goals": goals(),
        "goal_titles": TITLES,
        "form": forms.get("form") or _form(request, places),
        "target_form": forms.get("target_form") or _target_form(request),
        "may_enter": bool(sources_of(request.user)),
        "section": "reports",
        "tab": "indicators",
        "query": f"as_of={chosen}&" if chosen else "",
    }
    return render(request, "reports/indicators.html", context)


def _periods() -> list[datetime.date]:
    rows = Observation.objects.current().order_by("-as_of").values_list("as_of", flat=True)
    return list(rows.distinct()[:MOST_PERIODS])


def _chosen(request: HttpRequest, periods: list[datetime.date]) -> datetime.date | None:
    by_text = {day.isoformat(): day for day in periods}
    return by_text.get(request.GET.get("as_of", ""), periods[0] if periods else None)


def _form(request: HttpRequest, places: list[Place]) -> EntryForm | None:
    """To enter; or to correct what `correct=source-town` names on the day shown."""
    if not sources_of(request.user):
        return None
    source, _, place = request.GET.get("correct", "").partition("-")
    found = next((one for one in places if one.name == place), None)
    if found is None or source not in sources_of(request.user):
        return EntryForm(request.user)
    side = found.sides[Source(source)]
    if side.whole is None:
        return EntryForm(request.user)
    row = side.whole
    initial = {
        "source": source,
        "town": row.town_id,
        "as_of": row.as_of,
        "whole": row.value,
        "urban": side.part.value if side.part else None,
        "sourced_on": row.sourced_on,
        "document": row.document,
        "seen": side.seen,
    }
    return CorrectionForm(request.user, initial=initial)


def _target_form(request: HttpRequest) -> TargetForm | None:
    return TargetForm() if request.user.role == "reform_office" else None


@require_GET
@desk_page(READERS)
def template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with a row for the city and each town; the numbers are to be filled in."""
    names = ["全市", *Town.objects.values_list("name", flat=True)]
    widths = (16, 14, 12, 14, 14, 14, 30)
    rows = [(name, "", "", "", "", "", "") for name in names]
    sheet = Sheet(
        "人口数据",
        tuple(zip(COLUMNS, widths, strict=True)),
        rows,
        (
            "来源填「统计局」(总人口为常住人口)或「公安」(总人口为户籍人口);单位:人。"
            "日期写成 2026-12-31。没有数的行请删去。",
        ),
    )
    response = HttpResponse(workbook([sheet]), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="population-counts.xlsx"'
    return response
