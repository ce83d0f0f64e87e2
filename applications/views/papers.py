"""Papers of a case as A4 pages for the browser's print; each printing is recorded."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.access import CASE_STAFF, desk_page, visible_case
from applications.documents import PAPERS, Printed, paper_of
from applications.referrals import other_doors
from kaili_hukou import audit


@require_GET
@desk_page(CASE_STAFF)
def paper(request: HttpRequest, pk: uuid.UUID, paper: str) -> HttpResponse:
    application = visible_case(request, pk)
    if paper not in PAPERS:
        raise Http404("没有这种文书")
    built = paper_of(application, paper, officer=request.user, on=timezone.localdate())
    if built is None:
        raise Http404("这份办件还没有这种文书")
    audit.looked(f"打印{PAPERS[paper].title}", application)
    context = {
        "paper": built,
        "case": application,
        "elsewhere": other_doors(_origin(built), application.route),
    }
    return render(request, PAPERS[paper].template, context)


def _origin(built: Printed) -> str:
    """Where the applicant is registered; an enterprise nowhere."""
    return next((member.division for member in built.members if member.is_applicant), "")
