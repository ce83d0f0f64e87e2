"""Papers of a case as A4 pages for the browser's print; each printing is counted and recorded."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.access import CASE_STAFF, desk_page, visible_case
from applications.actions.issuing import issue, print_again
from applications.documents import paper_of, words_of
from applications.models import Application, IssuedPaper
from applications.paper_kinds import PAPERS, Lasting, Paper
from kaili_hukou import audit


@require_GET
@desk_page(CASE_STAFF)
def paper(request: HttpRequest, pk: uuid.UUID, paper: str) -> HttpResponse:
    """A paper of the case; `of` names one that was issued: itself again, or its slip."""
    application = visible_case(request, pk)
    kind = PAPERS.get(paper)
    if kind is None:
        raise Http404("没有这种文书")
    of = _issued(request, application)
    if kind.lasting is Lasting.RECORD:
        return _record(request, application, kind, of)
    if of is not None:
        if of.name != kind.name:
            raise Http404("没有这份文书")
        issued = print_again(of)
        return _page(request, application, kind, issued.sheets, issued)
    built = paper_of(application, paper, officer=request.user, on=timezone.localdate())
    if built is None:
        raise Http404("这份办件还没有这种文书")
    issued = issue(application, kind, built.change, request.user, lambda: words_of(built))
    return _page(request, application, kind, issued.sheets, issued)


def _issued(request: HttpRequest, application: Application) -> IssuedPaper | None:
    asked = request.GET.get("of")
    if not asked:
        return None
    try:
        pk = uuid.UUID(asked)
    except ValueError:
        raise Http404("没有这份文书") from None
    return get_object_or_404(application.papers.select_related("application"), pk=pk)


def _record(
    request: HttpRequest, application: Application, kind: Paper, of: IssuedPaper | None
) -> HttpResponse:
    built = paper_of(application, kind.name, officer=request.user, on=timezone.localdate(), of=of)
    if built is None:
        raise Http404("这份办件还没有这种文书")
    audit.looked(f"打印{kind.title}", application)
    return _page(request, application, kind, words_of(built), None)


def _page(
    request: HttpRequest,
    application: Application,
    kind: Paper,
    sheets: list[str],
    issued: IssuedPaper | None,
) -> HttpResponse:
    context = {
        "case": application,
        "kind": kind,
        "sheets": sheets,
        "version": issued.version if issued else kind.version,
        "again": issued.copies - 1 if issued else 0,
        "printed_by": request.user,
        "printed_on": timezone.localdate(),
    }
    return render(request, "applications/paper.html", context)
