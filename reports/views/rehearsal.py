"""预检: what would make the report wrong or incomplete, weeks before it is due."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kaili_hukou.access import desk_page
from reports import due_days
from reports.access import of_year, today
from reports.rehearsal import points
from reports.views.submission import READERS


@require_GET
@desk_page(READERS)
@of_year
def rehearsal(request: HttpRequest, year: int) -> HttpResponse:
    found = points(year, timezone.now())
    context = {
        "year": year,
        "open": [one for one in found if one.found.count],
        "clear": [one for one in found if not one.found.count],
        "due": due_days.due_on(year),
        "section": "reports",
        "tab": "rehearsal",
    }
    return render(request, "reports/rehearsal.html", context)


@require_GET
@desk_page(READERS)
def this_year(request: HttpRequest) -> HttpResponse:
    return redirect("reports:rehearsal", year=due_days.asked_year(today()))
