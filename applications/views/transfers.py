"""How the people of a case come over from each place of origin, and all who are on the way."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import CASE_READERS, CASE_STAFF, COUNTER, desk_page, visible_case
from applications.actions.graduates import remind
from applications.actions.transferring import open_transfers
from applications.channels import EXPIRING_DAYS, alarm, unanswered_since
from applications.models import Application, Member, Transfer
from applications.panels import Panel
from applications.querysets import TransferQuerySet
from applications.transfer_forms import ACTS, ActForm
from applications.transfers import Standing, people_to_come, standings
from applications.workflow import State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.registers import calendar
from kaili_hukou.workdays import Calendar

PAGE = 30
NOT_YET = (State.DRAFT, State.RECEIVED, State.SUPPLEMENT, State.ACCEPTED, State.CHECKED)


def panel(application: Application, officer: Officer) -> Panel | None:
    """Its card on the page of a case; None where there is nothing to say."""
    if application.state in NOT_YET or application.enterprise_id:
        return None
    found = _standings(application, timezone.localdate())
    if not found:
        return None
    return Panel(
        "applications/_transfers.html",
        {"standings": found, "writes": officer.role in CASE_STAFF},
        aside=True,
        is_next=any(not one.is_done for one in found),
    )


def _standings(application: Application, today: datetime.date) -> list[Standing]:
    return standings(application.transfers.prefetch_related("certificates"), today)


# ------------------------------------------------------------------ one case


@dataclass(frozen=True, slots=True)
class Card:
    """A transfer on its page: who comes by it, and what may be noted."""

    standing: Standing
    people: list[Member]
    forms: list[ActForm]


@desk_page(CASE_READERS)
def transfers(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    application = visible_case(request, pk)
    if request.method == "POST":
        if request.user.role not in CASE_STAFF:
            raise PermissionDenied("您的角色不办理迁移。")
        return _note(request, application)
    audit.looked("查看迁移", application)
    return _page(request, application)


def _note(request: HttpRequest, application: Application) -> HttpResponse:
    name, _, pk = request.POST.get("act", "").partition(":")
    if name == "open" and application.state == State.APPROVED:
        open_transfers(application)
        return redirect("desk:transfers", pk=application.pk)
    transfer = next((row for row in application.transfers.all() if str(row.pk) == pk), None)
    if name not in ACTS or transfer is None:
        messages.error(request, "没有这一项迁移或办理,请刷新后再办。")
        return redirect("desk:transfers", pk=application.pk)
    transfer.application = application
    form = ActForm(name, transfer, request.POST, today=timezone.localdate())
    if not form.make(request.user):
        return _page(request, application, form)
    messages.success(request, f"已记录「{form.act.title}」。")
    return redirect("desk:transfers", pk=application.pk)


def _page(
    request: HttpRequest, application: Application, failed: ActForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    members = list(application.members.select_related("person"))
    found = _standings(application, today)
    coming = people_to_come(application, today, members)
    context = {
        "case": application,
        "today": today,
        "cards": [_card(one, members, request.user, failed) for one in found],
        "missing": any(one.standing is None and not one.is_ready for one in coming),
        "all_ready": all(one.is_ready for one in coming),
        "may_register": application.state == State.APPROVED and request.user.role in COUNTER,
    }
    if failed and not any(failed in card.forms for card in context["cards"]):
        # The transfer has moved on meanwhile: the act is not offered any more.
        for words in failed.non_field_errors():
            messages.error(request, words)
    return render(request, "applications/transfers.html", context)


def _card(
    standing: Standing, members: list[Member], officer: Officer, failed: ActForm | None
) -> Card:
    transfer = standing.transfer
    here = [one for one in members if transfer.outward or one.division == transfer.division]
    acts = standing.acts if officer.role in CASE_STAFF else ()
    forms = [
        failed
        if failed and failed.name == name and failed.transfer.pk == transfer.pk
        else ActForm(name, transfer, today=standing.on)
        for name in acts
    ]
    return Card(standing, here, forms)


# ------------------------------------------------------------------ all of a station

LANES = {
    "moved_out": "已迁出未迁入",
    "expiring": "证件将到期或已过期",
    "late": "电子答复逾期",
}


@desk_page(CASE_READERS)
def on_the_way(request: HttpRequest) -> HttpResponse:
    """Moved out and not yet in first, the longest first; then the rest by certificate."""
    today = timezone.localdate()
    audit.looked("查看迁移在途")
    working = calendar()
    rows = Transfer.objects.visible_to(request.user).on_the_way()
    lane = request.GET.get("lane", "")
    if lane in LANES:
        rows = in_lane(rows, lane, today, working)
    page = Paginator(rows.for_lists().in_urgency(), PAGE).get_page(request.GET.get("page"))
    page.object_list = standings(page.object_list, today)
    context = {
        "page": page,
        "today": today,
        "lane": lane,
        "title": LANES.get(lane, "全部在途"),
        "counts": alarms_of(request.user, today, working),
        "graduates": Member.objects.visible_to(request.user)
        .graduated(today)
        .select_related("person", "application__station")[:PAGE],
        "reminds": request.user.role in COUNTER,
    }
    return render(request, "applications/on_the_way.html", context)


def in_lane(
    rows: TransferQuerySet, lane: str, today: datetime.date, working: Calendar
) -> TransferQuerySet:
    if lane == "moved_out":
        return rows.moved_out()
    if lane == "late":
        return rows.unanswered(unanswered_since(today, working))
    return rows.expiring(today + datetime.timedelta(days=EXPIRING_DAYS))


def alarms_of(officer: Officer, today: datetime.date, working: Calendar) -> list[dict[str, Any]]:
    """How many stand in each lane of alarm, for the worklist and the page itself."""
    numbers = (
        Transfer.objects.visible_to(officer)
        .on_the_way()
        .alarms(
            unanswered=unanswered_since(today, working),
            expiring=today + datetime.timedelta(days=EXPIRING_DAYS),
        )
    )
    first = numbers["first"]
    found = [
        ("moved_out", alarm(first, today).colour if first else "blue"),
        ("expiring", "amber"),
        ("late", "red"),
    ]
    return [
        {
            "lane": lane,
            "label": LANES[lane],
            "count": numbers[lane],
            "colour": colour,
            "days": (today - first).days if lane == "moved_out" and first else None,
        }
        for lane, colour in found
    ]


@require_POST
@desk_page(COUNTER)
def reminded(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The graduate was told that he may go back; whatever he decides is his."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    try:
        remind(member, timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已记录提醒;是否迁回由本人决定。")
    return redirect("desk:on-the-way")
