"""Who called or came: notes on a case, and slips without a name."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_STAFF, COUNTER, desk_page, visible_case
from applications.actions.contacting import give_slip, note_contact
from applications.models import Application, ContactNote, Slip
from applications.panels import Panel
from applications.policy.evidence import required
from applications.views.intake import IntakeForm, assessed, with_card
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, PoliceStation

NOTES_SHOWN = 5
LONGEST_NOTE = 500


class ContactForm(forms.Form):
    way = forms.ChoiceField(label="方式", choices=ContactNote.Way.choices)
    text = forms.CharField(label="内容", max_length=LONGEST_NOTE)


def panel(application: Application, officer: Officer) -> Panel | None:
    """The latest notes, and a line to write another."""
    notes = list(application.contacts.select_related("officer")[: NOTES_SHOWN + 1])
    may = officer.role in CASE_STAFF
    if not notes and not may:
        return None
    shown = {
        "notes": notes[:NOTES_SHOWN],
        "more": len(notes) > NOTES_SHOWN,
        "ways": ContactNote.Way.choices if may else [],
        "longest": LONGEST_NOTE,
    }
    return Panel("applications/panels/contacts.html", shown)


@desk_page(CASE_STAFF)
def contact(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Notes a contact; a faulty note stands on a page of its own with what was typed."""
    application = visible_case(request, pk)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            note_contact(
                application, **form.cleaned_data, officer=request.user, on=timezone.localdate()
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已登记联系记录。")
            return redirect("desk:case", pk=application.pk)
    audit.looked("查看联系记录", application)
    notes = application.contacts.select_related("officer")
    context = {"case": application, "form": form, "notes": notes}
    return render(request, "applications/contacts.html", context)


@require_POST
@desk_page(COUNTER)
def slip(request: HttpRequest) -> HttpResponse:
    """One press at the intake: the route's slip is kept without a name, and printed."""
    route = request.POST.get("route", "")
    form = IntakeForm(with_card(request.POST))
    try:
        come_on, bring = _told(form, route)
        made = give_slip(
            route, bring=bring, come_on=come_on, officer=request.user, on=timezone.localdate()
        )
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("desk:intake")
    return redirect("desk:slip-paper", pk=made.pk)


def _told(form: IntakeForm, route: str) -> tuple[object, str]:
    """From which day and what to bring, judged anew: no value of the page is trusted."""
    if not form.is_valid():
        raise Refused("号码没有读到,请重新输入后再打印便条。")
    verdicts = {one.route: one for one in assessed(form)[1]}
    if route not in verdicts:
        raise Refused("请选择落户渠道。")
    found = verdicts[route]
    papers = found.evidence or required(route)
    return found.come_back_on, "\n".join(item.title for item in papers)


@require_GET
@desk_page(COUNTER)
def slip_paper(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(
        Slip.objects.visible_to(request.user).select_related("station", "officer"), pk=pk
    )
    audit.looked("打印告知便条", found)
    hall = PoliceStation.objects.filter(kind=PoliceStation.Kind.HALL).first()
    return render(request, "applications/papers/slip.html", {"slip": found, "hall": hall})
