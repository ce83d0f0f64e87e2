"""Who works on the yearly returns, and the unit and the year that an address names."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kaili_hukou.roles import Role
from reports import due_days
from reports.models import UnitReturn
from reports.return_flow import FILLERS, GATHERERS
from reports.units import Unit, may_see, named, unit_with

__all__ = ["FILLERS", "GATHERERS", "READERS", "of_year", "today", "unit_return", "visible_unit"]

READERS = FILLERS | {Role.AUDITOR}


def today() -> datetime.date:
    return timezone.localdate()


def of_year(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A year ahead, or before the plan, is answered with a sentence."""

    @wraps(view)
    def checked(request: HttpRequest, year: int, *args: Any, **options: Any) -> HttpResponse:
        last = today().year
        if due_days.FIRST_YEAR <= year <= last:
            return view(request, year, *args, **options)
        text = (
            f"年度报告从 {due_days.FIRST_YEAR} 年到 {last} 年可以查看和填报。"
            + (f"{year} 年还没有到,到当年再开始填报。" if last < year < 10000 else "")
            + "请从上方「统计报送」进入。"
        )
        told = {"title": "没有这个报送年度", "text": text}
        return render(request, "error.html", told, status=404)

    return checked


def visible_unit(request: HttpRequest, code: str) -> Unit:
    """The unit inside the officer's scope; 404 where it is another's, or is not."""
    unit = unit_with(code)
    if unit is None or not may_see(request.user, unit):
        raise Http404("没有这个单位,或不归您办理")
    return unit


def unit_return(unit: Unit, year: int) -> UnitReturn:
    """The stored row, or one of the same shape that nobody has begun."""
    rows = UnitReturn.objects.select_related("bureau", "town", "entered_by", "accepted_by")
    return rows.filter(year=year, **named(unit)).first() or UnitReturn(year=year, **named(unit))
