"""What follows a settlement, on its case: whose task it is, and the station's own presses."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.access import COUNTER, desk_page
from applications.actions.following_up import ask_allowance, cancel_permit, deliver_notice
from applications.duties_after import DUTIES
from applications.models import Application, FollowUp, Member
from applications.panels import Panel
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role

# Permits are ended by police officers, as they are issued.
PERMIT_KEEPERS = frozenset({Role.WINDOW, Role.STATION_HEAD})
COLOURS = {"open": "amber", "handed": "blue", "done": "green", "unreachable": "red"}


class NoticeForm(forms.Form):
    """Who took the notice, and when."""

    recipient = forms.CharField(
        label="签收人", max_length=50, error_messages={"required": "请填写签收人。"}
    )
    on = DayField(label="送达日期", required=True)

    def clean_on(self) -> object:
        day = self.cleaned_data["on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("送达日期在今天以后,请核对。")
        return day


def panel(application: Application, officer: Officer) -> Panel | None:
    """Its card on the page of a case; None where there is nothing to say."""
    if application.registered_on is None:
        return None
    rows = list(application.follow_ups.for_lists().order_by("member__position", "kind"))
    if not rows:
        return None
    # What the station has to do itself stands first.
    rows.sort(key=lambda row: row.bureau_id is not None)
    here = officer.role in COUNTER
    for row in rows:
        row.duty, row.colour = DUTIES[row.kind], COLOURS.get(row.state, "grey")
        undone = here and row.state == FollowUp.State.OPEN
        row.takes_notice = undone and row.kind == FollowUp.Kind.LAND_RIGHTS
        row.ends_permit = (
            undone and row.kind == FollowUp.Kind.PERMIT and officer.role in PERMIT_KEEPERS
        )
    told = {row.member_id for row in rows if row.kind == FollowUp.Kind.ALLOWANCE}
    people = {row.member_id: row.member for row in rows}
    may_ask = here and application.state != State.ARCHIVED
    return Panel(
        "applications/_follow_ups.html",
        {
            "rows": rows,
            "unanswered": sum(row.state in ("open", "handed") for row in rows),
            "allowance_for": [one for pk, one in people.items() if pk not in told]
            if may_ask
            else [],
        },
    )


@require_POST
@desk_page(COUNTER)
def follow_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A press of the station: the notice was delivered, or the permit ends."""
    found = get_object_or_404(
        FollowUp.objects.visible_to(request.user).select_related("application"), pk=pk
    )
    try:
        if found.kind == FollowUp.Kind.PERMIT:
            messages.success(request, _end_permit(request, found))
        else:
            messages.success(request, _deliver(request, found))
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("desk:case", pk=found.application_id)


def _end_permit(request: HttpRequest, found: FollowUp) -> str:
    if request.user.role not in PERMIT_KEEPERS:
        raise Refused("居住证由民警注销,请交窗口民警办理。")
    cancel_permit(found, request.user, timezone.localdate())
    if found.state == FollowUp.State.NOT_APPLICABLE:
        return "这张居住证此前已经注销,事项已了结。"
    return "居住证已注销(在本市落户),请收回证件。"


def _deliver(request: HttpRequest, found: FollowUp) -> str:
    form = NoticeForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(fault for faults in form.errors.values() for fault in faults))
    told = form.cleaned_data
    deliver_notice(found, request.user, told["on"], told["recipient"])
    return "权益告知书的送达已登记。"


@require_POST
@desk_page(COUNTER)
def allowance(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The person told that the minimum living allowance concerns him."""
    found = get_object_or_404(
        Member.objects.visible_to(request.user).select_related("application"), pk=pk
    )
    try:
        ask_allowance(found, request.user, timezone.localdate())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "低保接续已登记,将随季度清单移交民政部门。")
    return redirect("desk:case", pk=found.application_id)
