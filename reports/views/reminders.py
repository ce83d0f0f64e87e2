"""催报: whom to remind, the letters of one press, each call that was made."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kaili_hukou import audit, registers
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.roles import Role
from reports import due_days
from reports.access import GATHERERS, READERS, of_year, today
from reports.actions.reminding import (
    Call,
    internal_days,
    note_call,
    note_letters,
    set_days,
    silent_units,
)
from reports.forms import CallForm, DaysForm
from reports.models import Reminder, ReturnCall
from reports.units import Unit, measures, unit_with

MOST = 200


@desk_page(READERS - {Role.BUREAU_CLERK})
@of_year
def reminders(request: HttpRequest, year: int) -> HttpResponse:
    """The silent units, what reminded them so far, and the internal days of the year."""
    days = internal_days(year)
    form = None
    if request.user.role in GATHERERS:
        form = DaysForm(request.POST or None, initial=vars(days))
        if request.method == "POST" and form.is_valid() and _set(request, year, form):
            return redirect("reports:reminders", year=year)
    return _show(request, year, form, None)


def _set(request: HttpRequest, year: int, form: DaysForm) -> bool:
    told = form.cleaned_data
    try:
        set_days(year, told["returns_by"], told["summary_by"], request.user)
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, "内部日期已保存。")
    return True


def _show(
    request: HttpRequest, year: int, days_form: DaysForm | None, call_form: CallForm | None
) -> HttpResponse:
    units = silent_units(year)
    if call_form is None and request.user.role in GATHERERS:
        call_form = CallForm(_choices(units))
    audit.looked("查看催报记录")
    calls = ReturnCall.objects.filter(unit_return__year=year)
    context = {
        "year": year,
        "units": units,
        "reminders": _reminded(year),
        "calls": calls.select_related("unit_return__bureau", "unit_return__town", "officer")[:MOST],
        "internal": internal_days(year),
        "due": due_days.due_on(year),
        "last_workday": due_days.last_workday(year, registers.calendar()),
        "days_form": days_form,
        "call_form": call_form,
        "section": "reports",
    }
    return render(request, "reports/reminders.html", context)


def _choices(units: list[Unit]) -> list[tuple[str, str]]:
    return [(unit.code, unit.name) for unit in units]


def _reminded(year: int) -> list[dict[str, Any]]:
    """A line a day: how many were reminded, how many letters were printed."""
    lines: dict[Any, dict[str, Any]] = {}
    for on, printed in Reminder.objects.filter(unit_return__year=year).values_list(
        "on", "printed_at"
    ):
        line = lines.setdefault(on, {"on": on, "units": 0, "letters": 0})
        line["units"] += 1
        line["letters"] += printed is not None
    return sorted(lines.values(), key=lambda line: line["on"], reverse=True)[:MOST]


@require_POST
@desk_page(GATHERERS)
@of_year
def call(request: HttpRequest, year: int) -> HttpResponse:
    form = CallForm(_choices(silent_units(year)), request.POST)
    if not form.is_valid():
        return _show(request, year, DaysForm(initial=vars(internal_days(year))), form)
    told = form.cleaned_data
    unit = unit_with(told["unit"])
    assert unit is not None, "the form offers units of the register"
    note_call(unit, year, Call(told["way"], told["text"], today()), request.user)
    messages.success(request, f"已记下与{unit}的联系。")
    return redirect("reports:reminders", year=year)


@require_POST
@desk_page(GATHERERS)
@of_year
def letters(request: HttpRequest, year: int) -> HttpResponse:
    """One press: a letter for each silent unit and the list for the leader, ready to print."""
    try:
        found = note_letters(year, request.user, today())
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("reports:reminders", year=year)
    due = due_days.due_on(year)
    context = {
        "year": year,
        "rows": [(row, measures(row.unit, year)) for row in found],
        "due": due,
        "internal": internal_days(year),
        "today": today(),
        "is_over": today() > due,
    }
    return render(request, "reports/letters.html", context)
