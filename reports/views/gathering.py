"""统计报送: who has sent what; for a unit's clerk, the own return of the year."""

from collections import Counter
from typing import Any

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kaili_hukou import registers
from kaili_hukou.access import desk_page
from kaili_hukou.models import Bureau
from kaili_hukou.roles import Role
from reports import due_days
from reports.access import GATHERERS, READERS, of_year, today, unit_return
from reports.actions.changing import may_write
from reports.actions.reminding import internal_days
from reports.closing import is_closed
from reports.models import Reminder, UnitReturn
from reports.return_flow import WITH_UNIT, State
from reports.units import measures, named, unit_of, units_due

COLOURS = {
    State.NOT_BEGUN: "grey",
    State.DRAFT: "blue",
    State.SENT: "amber",
    State.SENT_BACK: "red",
    State.ACCEPTED: "green",
    State.EXEMPT: "grey",
}
LATE, MISSING = "late", "missing"
KINDS = (("bureau", "部门"), ("town", "镇(街道)"))


@require_GET
@desk_page(READERS)
def home(request: HttpRequest) -> HttpResponse:
    year = due_days.asked_year(today())
    if request.user.role == Role.BUREAU_CLERK:
        return _own(request, year)
    return redirect("reports:overview", year=year)


def _own(request: HttpRequest, year: int) -> HttpResponse:
    """A clerk's own page: this year's return with one thing to do, and the years before."""
    unit = unit_of(request.user)
    context: dict[str, Any] = {"unit": unit, "year": year, "section": "reports"} | _days(year)
    if unit is None:
        return render(request, "reports/own.html", context)
    found = unit_return(unit, year)
    earlier = UnitReturn.objects.visible_to(request.user).exclude(year=year, **named(unit))
    context |= {
        "found": found,
        "duties": measures(unit, year),
        "colour": COLOURS[State(found.state)],
        "writes": may_write(found, request.user),
        "closed": is_closed(year),
        "reminder": _last_reminder(found),
        "earlier": earlier.select_related("bureau", "town").order_by("-year")[:20],
        "is_bureau": isinstance(unit, Bureau),
    }
    return render(request, "reports/own.html", context)


def _last_reminder(found: UnitReturn) -> Reminder | None:
    if found.state not in WITH_UNIT or found.state == State.EXEMPT:
        return None
    return Reminder.objects.filter(unit_return=found.pk).last()


def _days(year: int) -> dict[str, Any]:
    due, now = due_days.due_on(year), today()
    last = due_days.last_workday(year, registers.calendar())
    return {
        "due": due,
        "left": (due - now).days,
        "over": (now - due).days,
        "last_workday": last if last != due else None,
        "internal": internal_days(year),
        "today": now,
    }


@require_GET
@desk_page(READERS - {Role.BUREAU_CLERK})
@of_year
def overview(request: HttpRequest, year: int) -> HttpResponse:
    rows = _rows(year)
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    context = {
        "year": year,
        "years": _years(year),
        "rows": _filtered(rows, state, kind),
        "tiles": _tiles(rows, state),
        "state": state,
        "kind": kind,
        "kinds": KINDS,
        "gathers": request.user.role in GATHERERS,
        "closed": is_closed(year),
        "section": "reports",
    }
    return render(request, "reports/overview.html", context | _days(year))


def _years(year: int) -> list[int]:
    last = today().year
    return list(range(last, max(due_days.FIRST_YEAR, last - 6) - 1, -1))


def _rows(year: int) -> list[dict[str, Any]]:
    """One row a unit, whether anybody has begun its return or not."""
    stored = (
        UnitReturn.objects.filter(year=year)
        .annotate(reminded=Max("reminders__on"), called=Count("calls", distinct=True))
        .select_related("entered_by")
    )
    known = {(row.bureau_id, row.town_id): row for row in stored}
    return [_row(unit, known, year) for unit in units_due(year)]


def _row(unit: Any, known: dict[Any, UnitReturn], year: int) -> dict[str, Any]:
    is_bureau = isinstance(unit, Bureau)
    found = known.get((unit.pk, None) if is_bureau else (None, unit.pk))
    state = State(found.state) if found else State.NOT_BEGUN
    return {
        "unit": unit,
        "kind": "bureau" if is_bureau else "town",
        "found": found,
        "state": state,
        "label": state.label,
        "colour": COLOURS[state],
        "late": found is not None and found.is_late,
        "missing": found is not None and found.declared_missing,
        "overdue": state in WITH_UNIT and today() > due_days.due_on(year),
    }


def _tiles(rows: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    counts = Counter(row["state"] for row in rows)
    tiles = [
        {"key": state.value, "label": state.label, "count": counts[state], "colour": COLOURS[state]}
        for state in State
    ]
    tiles += [
        {"key": LATE, "label": "迟报", "count": sum(row["late"] for row in rows), "colour": "red"},
        {
            "key": MISSING,
            "label": "列为未报送",
            "count": sum(row["missing"] for row in rows),
            "colour": "red",
        },
    ]
    return [tile | {"chosen": tile["key"] == chosen} for tile in tiles]


def _filtered(rows: list[dict[str, Any]], state: str, kind: str) -> list[dict[str, Any]]:
    if kind in dict(KINDS):
        rows = [row for row in rows if row["kind"] == kind]
    if state in (LATE, MISSING):
        return [row for row in rows if row[state]]
    return [row for row in rows if row["state"] == state] if state in set(State) else rows


@require_GET
@desk_page(READERS - {Role.BUREAU_CLERK})
@of_year
def paper(request: HttpRequest, year: int) -> HttpResponse:
    """未报、迟报名单 and who has sent: the list for the leader, on paper."""
    rows = _rows(year)
    context = {
        "year": year,
        "rows": rows,
        "silent": [row for row in rows if row["state"] in WITH_UNIT],
        "late": [row for row in rows if row["late"]],
        "received": [row for row in rows if row["found"] and row["found"].is_received],
        "exempt": [row for row in rows if row["state"] == State.EXEMPT],
    }
    return render(request, "reports/overview_paper.html", context | _days(year))
