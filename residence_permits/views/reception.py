"""居住证窗口: who stands here, where he lives, and his application."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from kaili_hukou import audit, identity
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused, know_person, person_with
from kaili_hukou.registers import division_of_address, division_title
from residence_permits.access import COUNTER, READERS, visible_person
from residence_permits.actions.applying import Applying, apply, register_residence, residence_from
from residence_permits.conditions import missing, obstacles
from residence_permits.models import PermitRequest, Residence
from residence_permits.request_forms import ApplyForm, ReceptionForm, RenewForm, ResidenceForm


@desk_page(COUNTER)
def reception(request: HttpRequest) -> HttpResponse:
    """The number comes by POST and never stands in an address; whoever is new is put on file."""
    form = ReceptionForm(_with_card(request.POST) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = person_with(form.cleaned_data["number"])
        if person is None and not form.cleaned_data["name"]:
            form.add_error("name", "此人第一次来,请填写姓名(读卡可自动填写)。")
        else:
            return _received(request, form, person)
    return render(request, "residence_permits/reception.html", {"form": form})


def _with_card(data: Any) -> Any:
    """A reader's whole text fills what it tells; what was typed beside it stays."""
    card = identity.read_card_text(data.get("number", ""))
    if card is None:
        return data
    filled = data.copy()
    place = division_of_address(card.address)
    told = {
        "number": card.number,
        "name": card.name,
        "nationality": card.nationality,
        "address": card.address,
        "division": place.full_name if place else "",
    }
    for name, value in told.items():
        if value and (name == "number" or not filled.get(name)):
            filled[name] = value
    return filled


def _received(request: HttpRequest, form: ReceptionForm, person: Any) -> HttpResponse:
    if request.user.station is None:
        messages.error(request, "您的账号不属于派出所,不能受理居住证。")
        return redirect("permits:reception")
    checked = identity.check(form.cleaned_data["number"], timezone.localdate())
    entry = form.entry(birth_date=checked.birth_date, sex=checked.sex)
    try:
        known = know_person(entry, station=request.user.station, may_rename=person is None)
    except Refused as fault:
        form.add_error(None, str(fault))
        return render(request, "residence_permits/reception.html", {"form": form})
    audit.looked("查询居住人员", known)
    return redirect("permits:resident", pk=known.pk)


@desk_page(READERS)
def resident(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where he has lived, his permit, his application, and what he may do today."""
    person = visible_person(request, pk)
    audit.looked("查看居住人员", person)
    return _page(request, person)


def _page(request: HttpRequest, person: Any, **forms: Any) -> HttpResponse:
    on = timezone.localdate()
    station, counter = request.user.station, request.user.role in COUNTER
    told = Applying(person=person).told(on)
    permit = person.permits.in_force().select_related("town", "station").first()
    context = {
        "person": person,
        "place": division_title(person.division) if person.division else "",
        "residences": Residence.objects.filter(person=person).select_related("town", "village"),
        "since": residence_from(person),
        "permit": permit,
        "requests": PermitRequest.objects.filter(person=person).select_related("station"),
        "waiting": PermitRequest.objects.filter(person=person, is_open=True).first(),
        "obstacles": [] if permit else obstacles(told),
        "to_bring": [] if permit else missing(told),
        "residence_form": forms.get("residence_form") or ResidenceForm(prefix="residence"),
        "apply_form": forms.get("apply_form") or _apply_form(station, on),
        "renew_form": RenewForm(prefix="renew") if permit and counter else None,
        "may_write": counter and station is not None,
        "today": on,
    }
    return render(request, "residence_permits/resident.html", context)


def _apply_form(station: Any, on: Any, data: Any = None) -> ApplyForm | None:
    return ApplyForm(data, station=station, on=on, prefix="apply") if station else None


@require_POST
@desk_page(COUNTER)
def register(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    person = visible_person(request, pk)
    form = ResidenceForm(request.POST, prefix="residence")
    if not form.is_valid():
        return _page(request, person, residence_form=form)
    if request.user.station is None:
        messages.error(request, "您的账号不属于派出所,不能登记居住。")
        return redirect("permits:resident", pk=pk)
    try:
        residence = form.residence(person, request.user.station)
        register_residence(residence, request.user, timezone.localdate())
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, person, residence_form=form)
    messages.success(request, f"已登记居住,自 {residence.since} 起算。")
    return redirect("permits:resident", pk=pk)


@require_POST
@desk_page(COUNTER)
def application(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """受理 on the spot, or told once what is missing."""
    person, on = visible_person(request, pk), timezone.localdate()
    form = _apply_form(request.user.station, on, request.POST)
    if form is None:
        messages.error(request, "您的账号不属于派出所,不能受理居住证。")
        return redirect("permits:resident", pk=pk)
    if not form.is_valid():
        return _page(request, person, apply_form=form)
    try:
        made = apply(form.applying(person), request.user, on)
    except Refused as fault:
        form.add_error(None, str(fault))
        return _page(request, person, apply_form=form)
    paper = "missing" if made.missing else "receipt"
    messages.success(request, "已一次性告知。" if made.missing else "已受理。")
    return redirect("permits:paper", pk=made.pk, paper=paper)
