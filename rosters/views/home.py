"""Where a bureau's day begins: what is under way, what awaits a second person, what counts."""

import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kaili_hukou.access import desk_page
from kaili_hukou.models import Officer
from kaili_hukou.paging import FewPages
from kaili_hukou.scope import ScopedQuerySet
from rosters.access import ENTERING, ENTERING_FOR_OTHERS, READERS
from rosters.kinds import KINDS
from rosters.models import ImportRun, Roster, RosterUpload
from rosters.progress import Progress, progress_of
from rosters.suppliers import kinds_of

State = RosterUpload.State
UNDER_WAY = (*RosterUpload.WORKING, State.CHECKED)
SENT_BACK = (State.REFUSED, State.CANCELLED)
LOOKED_BACK = datetime.timedelta(days=7)
MOST_SHOWN, PAGE = 20, 30


@desk_page(READERS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    officer, now = request.user, timezone.now()
    uploads = RosterUpload.objects.visible_to(officer).select_related("supplier", "entered_by")
    kind = request.GET.get("kind", "")
    confirmed = _rosters(officer).filter(state=Roster.State.CONFIRMED)
    if kind in KINDS:
        confirmed = confirmed.filter(kind=kind)
    pages: Paginator = FewPages(confirmed, PAGE)
    context = {
        "under_way": _with_progress(uploads.filter(state__in=UNDER_WAY)[:MOST_SHOWN], now),
        "sent_back": uploads.filter(state__in=SENT_BACK, ended_at__gte=now - LOOKED_BACK)[:5],
        "awaiting": _awaiting(officer)[:MOST_SHOWN],
        "confirmed": pages.get_page(request.GET.get("page")),
        "kind": kind,
        "query": f"kind={kind}&" if kind in KINDS else "",
        "kinds": KINDS.values(),
        "may_upload": _may_upload(officer, timezone.localdate()),
        "for_others": officer.role in ENTERING_FOR_OTHERS,
        "without_kinds": officer.role in ENTERING - ENTERING_FOR_OTHERS,
    }
    return render(request, "rosters/home.html", context)


def _rosters(officer: Officer) -> ScopedQuerySet:
    rows = Roster.objects.visible_to(officer)
    return rows.select_related("supplier", "entered_by", "confirmed_by", "run")


def _awaiting(officer: Officer) -> ScopedQuerySet:
    """Entered and through: one that is still being imported is under way."""
    rows = _rosters(officer).filter(state=Roster.State.ENTERED)
    return rows.exclude(run__state=ImportRun.State.RUNNING).order_by("-entered_at")


def _with_progress(
    uploads: ScopedQuerySet, now: datetime.datetime
) -> list[tuple[RosterUpload, Progress]]:
    return [(upload, progress_of(upload, now)) for upload in uploads]


def _may_upload(officer: Officer, on: datetime.date) -> bool:
    if officer.role in ENTERING_FOR_OTHERS:
        return True
    return officer.role in ENTERING and bool(kinds_of(officer.bureau, on))
