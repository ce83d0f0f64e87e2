"""One permit: what the card bears, how it stands, its stretches, and every act on it."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.dates import in_words
from kaili_hukou.registers import division_title
from residence_permits.access import ENDORSING, READERS, visible_permit
from residence_permits.actions.endorsing import (
    Looked,
    ToConfirm,
    endorse,
    may_undo,
    refuse_endorsement,
)
from residence_permits.actions.permits import Act
from residence_permits.conditions import longest_stay
from residence_permits.forms import DOCUMENTS, document_choices
from residence_permits.models import Endorsement, Permit, PermitEvent
from residence_permits.papers import NOT_ENDORSED
from residence_permits.terms import Timeline


@dataclass(frozen=True, slots=True)
class Standing:
    """How a permit stands on a day, in a word, a colour and a sentence."""

    colour: str
    word: str
    sentence: str
    timeline: Timeline | None = None
    may_endorse: bool = False


def standing_of(permit: Permit, on: datetime.date) -> Standing:
    if permit.cancelled_on:
        ground = permit.get_cancelled_for_display()
        return Standing("grey", "已注销", f"{in_words(permit.cancelled_on)}注销:{ground}。")
    if permit.handed_on is None or on < permit.issued_on:
        return Standing("amber", "待发放", "证件还没有发放给本人,发放以后才能签注。")
    line = permit.timeline(on)
    if line.suspended_from and not line.is_valid:
        return Standing(
            "red",
            "使用功能中止",
            f"自{in_words(line.suspended_from)}起中止。补办签注可以恢复,居住年限自补办之日起连续计算。",
            line,
            may_endorse=True,
        )
    if line.window and line.window.is_open(on):
        return Standing(
            "amber",
            "签注期内",
            f"请在{in_words(line.window.closes_on)}(含)以前签注。",
            line,
            may_endorse=True,
        )
    opens = in_words(line.window.opens_on) if line.window else ""
    return Standing("green", "有效", f"下次签注自{opens}起。" if opens else "", line)


@desk_page(READERS)
def permit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = visible_permit(request, pk)
    audit.looked("查看居住证", found)
    return _page(request, found)


def _page(request: HttpRequest, found: Permit, **more: Any) -> HttpResponse:
    today = timezone.localdate()
    writes = request.user.role in ENDORSING and not found.cancelled_on
    person = found.person
    residences = list(person.residences.select_related("town", "village"))
    context = {
        "section": "permits",
        "permit": found,
        "person": person,
        "place": division_title(person.division) if person.division else "",
        "standing": standing_of(found, today),
        "stretches": found.stretches.all(),
        "residences": residences,
        "lives_since": longest_stay((row.since, row.until) for row in residences),
        "events": found.events.select_related("officer").order_by("-at"),
        "endorsements": _with_undo(found, request, today),
        "documents": document_choices(),
        "writes": writes,
        "today": today,
    }
    return render(request, "residence_permits/permit.html", context | more)


def _with_undo(found: Permit, request: HttpRequest, today: datetime.date) -> list[Endorsement]:
    rows = list(found.endorsements.select_related("officer"))
    for row in rows:
        row.may_undo = request.user.role in ENDORSING and may_undo(row, request.user, today)
    return rows


@require_GET
@desk_page(READERS)
def not_endorsed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """不予签注告知书: one for each refusal, with its reason and the remedies."""
    refusals = PermitEvent.objects.visible_to(request.user).filter(kind=NOT_ENDORSED.move)
    change = get_object_or_404(refusals.select_related("officer"), pk=pk)
    found = visible_permit(request, change.permit_id)
    audit.looked(f"打印{NOT_ENDORSED.title}", found)
    today = timezone.localdate()
    told = {"paper": NOT_ENDORSED, "found": found, "number": "", "change": change, "today": today}
    return render(request, NOT_ENDORSED.template, told)


@require_POST
@desk_page(ENDORSING)
def endorse_one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """签注 or 不予签注 of the permit on the page; the version that was seen must still stand."""
    found = visible_permit(request, pk)
    seen = request.POST.get("version", "")
    found.version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    today, reason = timezone.localdate(), request.POST.get("reason", "")[:200]
    document = request.POST.get("document", "")
    try:
        if request.POST.get("press") == "refuse":
            refuse_endorsement(found, Act(request.user, today, reason))
            told = "已记录不予签注及理由。请打印告知书,当面交给持证人;条件恢复后可再来签注。"
        else:
            looked = DOCUMENTS.get(document, Looked("", ""))
            confirmed = "confirmed" in request.POST
            told = endorse(found, Act(request.user, today), looked, confirmed=confirmed).sentence
    except ToConfirm as warning:
        return _page(request, found, warning=str(warning), document=document)
    except Refused as refused:
        messages.error(request, str(refused))
        return _page(request, visible_permit(request, pk), document=document, reason=reason)
    messages.success(request, told)
    return redirect("permits:permit", pk=pk)
