"""签注 at the counter: type or scan one number after another, each with its result at once."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.masking import mask_name
from residence_permits.access import ENDORSING
from residence_permits.actions.endorsing import (
    Endorsed,
    Looked,
    ToConfirm,
    endorse,
    refuse_endorsement,
    undo,
)
from residence_permits.actions.permits import Act
from residence_permits.finding import find_permit
from residence_permits.forms import DOCUMENTS, document_choices
from residence_permits.models import Endorsement, Permit

MOST = 50


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the list: who (masked), what came of it, and what may be pressed next."""

    colour: str
    title: str
    sentence: str
    permit: Permit | None = None
    endorsement: Endorsement | None = None
    to_confirm: bool = False
    typed: str = ""

    @property
    def name(self) -> str:
        return mask_name(self.permit.person.name) if self.permit else ""


@desk_page(ENDORSING)
def counter(request: HttpRequest) -> HttpResponse:
    """The page; a press answers with one line to its script, else leads back to the page."""
    if request.method != "POST":
        return _page(request)
    document = request.POST.get("document", "")
    result = _endorsed(request, DOCUMENTS.get(document, Looked("", "")))
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        context = {"result": result, "document": document, "csrf_token": get_token(request)}
        return HttpResponse(get_template("residence_permits/_result.html").render(context))
    if result.to_confirm:
        return _page(request, result)
    told = messages.success if result.colour == "green" else messages.error
    told(request, f"{result.title}:{result.sentence}")
    return _back(document)


def _endorsed(request: HttpRequest, looked: Looked) -> Result:
    today = timezone.localdate()
    typed = request.POST.get("number", "")
    permit = None
    try:
        permit = find_permit(typed, request.user, today)
        if permit.station_id == request.user.station_id:
            request.user.station = permit.station  # the record names it: not asked once more
        made = endorse(
            permit, Act(request.user, today), looked, confirmed="confirmed" in request.POST
        )
    except ToConfirm as warning:
        audit.looked("签注前查看居住证", permit)
        return Result("amber", "请确认", str(warning), permit, to_confirm=True, typed=permit.serial)
    except Refused as refused:
        audit.looked("签注未办成", permit)
        return Result("red", "未签注", str(refused), permit)
    return _line(made, permit)


def _line(made: Endorsed, permit: Permit) -> Result:
    title = "补办签注" if made.late else "已签注"
    return Result("green", title, made.sentence, permit, made.endorsement)


def _page(request: HttpRequest, waiting: Result | None = None) -> HttpResponse:
    today = timezone.localdate()
    audit.looked("查看当日签注")
    document = request.POST.get("document") or request.GET.get("document", "")
    return render(
        request,
        "residence_permits/counter.html",
        {
            "section": "permits",
            "tab": "counter",
            "today": today,
            "waiting": waiting,
            "results": _todays(request, today),
            "documents": document_choices(),
            "document": document if document in DOCUMENTS else "",
            "most": MOST,
        },
    )


def _todays(request: HttpRequest, today: datetime.date) -> list[Result]:
    """What this officer has endorsed today, the latest first."""
    rows = (
        Endorsement.objects.filter(
            endorsed_on=today,
            officer=request.user,
            permit__in=Permit.objects.visible_to(request.user),
        )
        .select_related("permit__person")
        .order_by("-recorded_at")[:MOST]
    )
    return [_told(row) for row in rows]


def _told(row: Endorsement) -> Result:
    if row.undone_at:
        return Result("grey", "已撤回", "这次签注已撤回。", row.permit)
    closing = row.permit.ends_on
    sentence = (
        f"下次签注:{row.permit.window_opens_on:%Y-%m-%d} 至"
        f" {closing - datetime.timedelta(days=1):%Y-%m-%d}。"
        if closing
        else ""
    )
    return Result("green", "已签注", sentence, row.permit, row)


@require_POST
@desk_page(ENDORSING)
def refuse(request: HttpRequest) -> HttpResponse:
    """不予签注, with the reason; what was typed stays where it is refused."""
    today, reason = timezone.localdate(), request.POST.get("reason", "")[:200]
    try:
        permit = find_permit(request.POST.get("number", ""), request.user, today)
        refuse_endorsement(permit, Act(request.user, today, reason))
    except Refused as fault:
        messages.error(request, f"没有记录不予签注:{fault}")
        return _page_with_reason(request, reason)
    messages.success(
        request,
        "已记录不予签注及理由。请打印告知书,当面交给持证人;条件恢复后可再来签注。",
    )
    return redirect("permits:permit", pk=permit.pk)


def _page_with_reason(request: HttpRequest, reason: str) -> HttpResponse:
    answer: dict[str, Any] = {
        "section": "permits",
        "tab": "counter",
        "today": timezone.localdate(),
        "results": _todays(request, timezone.localdate()),
        "documents": document_choices(),
        "reason": reason,
        "typed": request.POST.get("number", "")[:400],
        "most": MOST,
    }
    return render(request, "residence_permits/counter.html", answer)


@require_POST
@desk_page(ENDORSING)
def undo_one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Takes back an endorsement of today."""
    rows = Endorsement.objects.filter(permit__in=Permit.objects.visible_to(request.user))
    row = get_object_or_404(rows.select_related("permit__person"), pk=pk)
    try:
        undo(row, Act(request.user, timezone.localdate()))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已撤回这次签注,证的期限恢复原样。")
    if request.POST.get("back") == "permit":
        return redirect("permits:permit", pk=row.permit_id)
    return _back(request.POST.get("document", ""))


def _back(document: str) -> HttpResponse:
    address = reverse("permits:counter")
    if document in DOCUMENTS:
        address += "?" + urlencode({"document": document})
    return redirect(address)
