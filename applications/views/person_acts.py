"""A number to be corrected, two rows to be merged: proposed on the person, confirmed by another."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from applications.access import CASE_READERS, desk_page
from applications.amend_forms import SettleForm
from applications.person_act_forms import FORMS, PersonActForm
from applications.views.people import visible_person
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.identity_acts import (
    PROPOSERS,
    confirm,
    drop,
    propose_merge,
    propose_number,
    why_not_confirmed,
)
from kaili_hukou.models import Person, PersonAct

TOLD = {
    "number": "确认后改用新号码;原号码保留为曾用号码,用它仍能查到此人。"
    "出生日期、性别随新号码更正。",
    "merge": "确认后两份资料成为一份:居住证、户内登记、办件和名册都转到保留的一份,"
    "另一份不再出现在查找和列表中,它的号码作为曾用号码仍能查到此人。",
}


@desk_page(PROPOSERS)
def propose(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    person = visible_person(request, pk)
    if kind not in FORMS:
        return redirect("desk:person", pk=pk)
    form = FORMS[kind](person, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act = _propose(person, kind, form)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"已提请「{act.get_kind_display()}」,等待另一人确认。")
            return redirect("desk:person-act", pk=act.pk)
    audit.looked("查看人口", person)
    context = {"person": person, "form": form, "title": PersonAct.Kind(kind).label}
    return render(request, "applications/propose_person_act.html", context)


def _propose(person: Person, kind: str, form: PersonActForm) -> PersonAct:
    if kind == PersonAct.Kind.NUMBER:
        return propose_number(person, form.cleaned_data["number"], form.proposal())
    return propose_merge(person, form.other, form.proposal())


@desk_page(CASE_READERS)
def person_act(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One act: what would change, masked; confirmed or dropped here."""
    if request.method == "POST" and request.user.role not in PROPOSERS:
        raise PermissionDenied("您的角色不确认更正号码、合并人员。")
    found = _visible(request, pk)
    if request.method == "POST":
        return _settle(request, found)
    return _show(request, found, SettleForm())


def _visible(request: HttpRequest, pk: uuid.UUID) -> PersonAct:
    rows = PersonAct.objects.visible_to(request.user).select_related(
        "person", "other", "proposed_by__station", "settled_by__station"
    )
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest, found: PersonAct, form: SettleForm, status: int = 200
) -> HttpResponse:
    audit.looked("查看人员更正的提请", found.person)
    waits = found.state == PersonAct.State.PROPOSED
    may = waits and request.user.role in PROPOSERS
    shut = why_not_confirmed(found, request.user) if may else ""
    context: dict[str, Any] = {
        "act": found,
        "person": found.person,
        "form": form,
        "waits": waits,
        "told": TOLD[found.kind],
        "shut": shut,
        "may_confirm": may and not shut,
        "is_own": found.proposed_by_id == request.user.pk,
    }
    return render(request, "applications/person_act.html", context, status=status)


def _settle(request: HttpRequest, found: PersonAct) -> HttpResponse:
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    words, today = form.cleaned_data["opinion"], timezone.localdate()
    title = found.get_kind_display()
    try:
        if "drop" in request.POST:
            drop(found, request.user, on=today, reason=words)
            messages.success(request, f"「{title}」的提请不予采纳,资料没有改动。")
        else:
            confirm(found, request.user, on=today, opinion=words)
            messages.success(request, f"已确认「{title}」。")
    except Refused as fault:
        form.add_error(None, str(fault))
        return _show(request, _visible(request, found.pk), form)
    return redirect("desk:person", pk=found.person_id)
