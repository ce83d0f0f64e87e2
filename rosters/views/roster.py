"""One roster: who supplied, entered and confirmed it, what came of its files, and its rows."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from rosters.access import OPENERS, READERS, WRITERS, visible_roster
from rosters.actions.confirming import why_not
from rosters.batches import batch_of, pending, standing
from rosters.ending_forms import OpenOriginalForm
from rosters.kinds import KINDS
from rosters.listing import SHOW, found, page_of
from rosters.models import Roster, RosterEntry
from rosters.originals import letter_of, original_of, why_no_original
from rosters.provenance import run_of

COLOURS = {"entered": "amber", "confirmed": "green", "withdrawn": "grey", "taken_back": "grey"}
COUNTS = ("added", "changed", "unchanged", "rejected", "duplicates", "skipped")


@desk_page(READERS)
def roster(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The rows by page; what is looked for comes by POST and never stands in an address."""
    here = visible_roster(request, pk)
    context = _rows(request, here)
    audit.looked("查看花名册", here)
    files = _counted(batch_of(here))
    waiting = pending(files)
    context |= {
        "section": "rosters",
        "roster": here,
        "run": run_of(here),
        "colour": COLOURS[here.state],
        "clause": KINDS[here.kind].clause,
        "files": files,
        "totals": {name: sum(file.counts[name] for file in files) for name in COUNTS},
        "cases": RosterEntry.objects.resting_on(files).count(),
        "may_confirm": bool(waiting) and request.user.role in WRITERS,
        "why_not": why_not(waiting, request.user) if waiting else "",
        "may_end": bool(standing(files)) and request.user.role in WRITERS,
        "is_confirmed": any(file.state == Roster.State.CONFIRMED for file in files),
        "opens": request.user.role in OPENERS,
        "no_original": why_no_original(here),
    }
    return render(request, "rosters/roster.html", context)


def _rows(request: HttpRequest, here: Roster) -> dict[str, Any]:
    """What the words of a search mean, or a page of all rows."""
    # PostgreSQL knows no NUL, and nobody's name has one.
    text = request.POST.get("q", "").replace("\0", "").strip()[:200]
    if text:
        try:
            return {"lines": found(here, text), "asked": True}
        except Refused as fault:
            return {"lines": [], "asked": True, "hint": str(fault)}
    show = request.GET.get("show", "")
    show = show if show in SHOW else ""
    page = page_of(here, show, request.GET.get("page"))
    kinds = {name: title for name, title in SHOW.items() if _fits(name, here)}
    return {"page": page, "lines": page.object_list, "show": show, "shows": kinds}


def _fits(show: str, here: Roster) -> bool:
    return show != "no-basis" or here.kind == "relocation"


def _counted(files: list[Roster]) -> list[Roster]:
    """Each file with what came of its rows; of rows by hand, how many there are."""
    by_hand = [file.pk for file in files if run_of(file) is None]
    typed = dict(
        RosterEntry.objects.filter(roster__in=by_hand)
        .order_by()
        .values_list("roster")
        .annotate(rows=Count("pk"))
    )
    for file in files:
        run = run_of(file)
        file.counts = {name: getattr(run, name) if run else 0 for name in COUNTS}
        if run is None:
            file.counts["added"] = typed.get(file.pk, 0)
        file.colour = COLOURS[file.state]
    return files


@desk_page(OPENERS)
def original(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The file as it came: for its bureau and the auditor, with a reason that is recorded."""
    here = visible_roster(request, pk)
    form = OpenOriginalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            content = original_of(here)
        except Refused as fault:
            audit.looked("花名册原文件没有打开", here, reason=f"{reason};{fault}")
            form.add_error(None, str(fault))
        else:
            audit.looked("打开花名册原文件", here, reason=reason)
            return _download(content, here.file_name or "原文件")
    context = {
        "section": "rosters",
        "roster": here,
        "form": form,
        "no_original": why_no_original(here),
    }
    return render(request, "rosters/original.html", context)


@require_POST
@desk_page(READERS)
def letter(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The scan of the letter with which the roster came, recorded before it is sent."""
    here = visible_roster(request, pk)
    try:
        content = letter_of(here)
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("rosters:roster", pk=pk)
    audit.looked("下载花名册来函扫描件", here)
    return _download(content, here.letter_name)


def _download(content: bytes, name: str) -> HttpResponse:
    """Never opened in the browser: what a bureau sent may hold anything."""
    response = HttpResponse(content, content_type="application/octet-stream")
    plain = "".join(mark for mark in name if mark.isprintable()) or "file"
    response["Content-Disposition"] = content_disposition_header(True, plain)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
