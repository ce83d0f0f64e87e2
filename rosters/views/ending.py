"""确认, 收回, 撤回: the pages on which a batch of rosters is sealed or comes to its end."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from rosters.access import CASE_READERS, WRITERS, visible_roster, visible_row
from rosters.actions.confirming import as_seen, confirm, why_not
from rosters.actions.withdrawing import (
    Ending,
    cases_resting_on,
    take_back,
    withdraw,
    withdraw_rows,
)
from rosters.batches import batch_of, pending, standing
from rosters.ending_forms import ConfirmForm, EndForm, WithdrawRowForm
from rosters.kinds import KINDS
from rosters.models import Roster, RosterEntry, RosterRepeat
from rosters.provenance import namings_of, run_of

MOST_CASES = 100


@desk_page(WRITERS)
def confirmation(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What will count from now on, and the one press of the second person."""
    here = visible_roster(request, pk)
    files = pending(batch_of(here))
    form = ConfirmForm(
        request.POST if request.method == "POST" else None, initial={"seen": as_seen(files)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            confirm(here, request.user, timezone.localdate(), seen=seen)
        except Refused as fault:
            messages.error(request, str(fault))
            return redirect("rosters:confirm", pk=pk)
        messages.success(request, "已确认,各行从今天起作为依据。")
        return redirect("rosters:roster", pk=pk)
    audit.looked("查看待确认的花名册", here)
    context = {
        "section": "rosters",
        "roster": here,
        "form": form,
        "files": files,
        "kind": KINDS[here.kind],
        "why_not": why_not(files, request.user) if files else "这份花名册不在等待确认。",
        "seen": as_seen(files),
        "told": _told(files),
    }
    return render(request, "rosters/confirm.html", context)


def _told(files: list[Roster]) -> dict[str, Any]:
    """How many rows will count, and what to look at before."""
    own = RosterEntry.objects.filter(roster__in=files, withdrawn_on__isnull=True)
    repeats = RosterRepeat.objects.filter(roster__in=files, withdrawn_on__isnull=True)
    unwilling = 0
    if files and files[0].kind == "relocation":
        unsaid = Q(voluntary=False) | Q(voluntary__isnull=True)
        said = Q(entry__voluntary=False) | Q(entry__voluntary__isnull=True)
        unwilling = own.filter(unsaid).count() + repeats.filter(said).count()
    runs = [run for file in files if (run := run_of(file))]
    rows = {"own": own.count(), "repeats": repeats.count()}
    return {
        **rows,
        "all": sum(rows.values()),
        "unwilling": unwilling,
        "back": sum(run.rejected + run.duplicates for run in runs),
        "no_town": own.filter(town__isnull=True).count(),
    }


@desk_page(WRITERS)
def taking_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """收回 of the batch, or the cases that stand in its way."""
    here = visible_roster(request, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back(here, _ending(request, form))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已收回整批,各行不再作为依据;同一文件可以重新上传。")
            return redirect("rosters:roster", pk=pk)
    return _ending_page(request, here, form, "收回整批")


@desk_page(WRITERS)
def withdrawal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """撤回 of the batch, whatever rests on it; the page says what does."""
    here = visible_roster(request, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count = withdraw(here, _ending(request, form))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _withdrawn(count))
            return redirect("rosters:roster", pk=pk)
    return _ending_page(request, here, form, "撤回整批")


def _ending_page(request: HttpRequest, here: Roster, form: EndForm, title: str) -> HttpResponse:
    files = standing(batch_of(here))
    rows = RosterEntry.objects.resting_on(files)
    audit.looked(f"查看花名册:{title}", here)
    context = {
        "section": "rosters",
        "roster": here,
        "files": files,
        "form": form,
        "title": title,
        "takes_back": title == "收回整批",
        "is_confirmed": any(file.state == Roster.State.CONFIRMED for file in files),
        "cases": cases_resting_on(rows, MOST_CASES),
        "rows": rows.count(),
        "links": request.user.role in CASE_READERS,
    }
    return render(request, "rosters/end.html", context)


@desk_page(WRITERS)
def row_withdrawal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """撤回 of one person's rows, in the rosters that are chosen."""
    row = visible_row(request, pk)
    namings = namings_of(row, request.user)
    form = WithdrawRowForm(request.POST if request.method == "POST" else None, namings)
    if request.method == "POST" and form.is_valid():
        chosen = [naming.thing for naming in form.chosen]
        try:
            count = withdraw_rows(chosen, _ending(request, form))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _withdrawn(count))
            return redirect("rosters:row", pk=pk)
    audit.looked("查看花名册行", row)
    rows = [naming.entry.pk for naming in namings if naming.stands]
    context = {
        "section": "rosters",
        "row": row,
        "form": form,
        "nothing_left": not rows,
        "cases": cases_resting_on(rows, MOST_CASES),
        "links": request.user.role in CASE_READERS,
    }
    return render(request, "rosters/withdraw_row.html", context)


def _ending(request: HttpRequest, form: Any) -> Ending:
    return Ending(request.user, timezone.localdate(), form.cleaned_data["reason"])


def _withdrawn(cases: int) -> str:
    if not cases:
        return "已撤回,不再作为依据。"
    return f"已撤回,不再作为依据。有 {cases} 件办件失去依据,已记入各件的操作记录,请与窗口联系。"
