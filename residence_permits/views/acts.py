"""变更地址, 迁来本辖区, 注销: a form, one act, and back to the permit."""

import uuid

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from kaili_hukou.models.people import number_digest
from residence_permits.access import ENDORSING, visible_permit
from residence_permits.actions.cancelling import cancel
from residence_permits.actions.permits import Act
from residence_permits.actions.relocating import relocate
from residence_permits.forms import ArrivalForm, CancelForm, PlaceForm
from residence_permits.models import Permit


def _seen(request: HttpRequest, pk: uuid.UUID) -> Permit:
    """The permit as the officer saw it: an act on an older version is refused."""
    found = visible_permit(request, pk)
    seen = request.POST.get("version", "")
    if request.method == "POST":
        found.version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    return found


def _asked(
    request: HttpRequest, form: Form, title: str, found: Permit | None, *, grave: bool = False
) -> HttpResponse:
    """The form, with whatever was typed."""
    context = {"section": "permits", "title": title, "form": form, "permit": found, "grave": grave}
    if found is not None:
        audit.looked(f"查看居住证:{title}", found)
    return render(request, "residence_permits/act.html", context)


@desk_page(ENDORSING)
def move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """变更地址: the permit goes to the station of the new place."""
    found = _seen(request, pk)
    form = PlaceForm(
        request.POST or None, initial={"town": found.town_id, "village": found.village_id}
    )
    if request.method == "POST" and form.is_valid():
        place = form.place(request.user, found.station)
        try:
            relocate(found, Act(request.user, timezone.localdate()), place)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已变更地址,由{place.station}管理;签发日期和签注不变。")
            if Permit.objects.visible_to(request.user).filter(pk=pk).exists():
                return redirect("permits:permit", pk=pk)
            return redirect("permits:counter")
    return _asked(request, form, "变更地址", visible_permit(request, pk))


@desk_page(ENDORSING)
def arrival(request: HttpRequest) -> HttpResponse:
    """迁来本辖区: number and serial are typed from both cards; nothing is shown before they fit."""
    form = ArrivalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = (
            Permit.objects.in_force()
            .filter(
                person__number_digest=number_digest(form.cleaned_data["number"]),
                serial=form.cleaned_data["serial"].upper(),
            )
            .select_related("person", "station")
            .first()
        )
        audit.looked("按两证查找迁来的居住证", found)
        try:
            return _taken_over(request, form, found)
        except Refused as refused:
            form.add_error(None, str(refused))
    return _asked(request, form, "迁来本辖区", None)


def _taken_over(request: HttpRequest, form: ArrivalForm, found: Permit | None) -> HttpResponse:
    if found is None:
        raise Refused("没有查到身份号码与居住证编号都相符的有效居住证,请对照两证核对。")
    if request.user.station is None:
        raise Refused("您的账号没有所属派出所,不能接收。")
    place = form.place(request.user, request.user.station)
    relocate(found, Act(request.user, timezone.localdate()), place, card_shown=True)
    messages.success(request, "已变更地址,这张居住证由本所管理;签发日期和签注不变。")
    return redirect("permits:permit", pk=found.pk)


@desk_page(ENDORSING)
def cancel_one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """注销, on one of six grounds, with what became of the card."""
    found = _seen(request, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        act = Act(request.user, timezone.localdate(), told["reason"])
        try:
            cancel(found, act, told["ground"], told["card"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已注销。注销以前的有效区间仍保留。")
            return redirect("permits:permit", pk=pk)
    return _asked(request, form, "注销", visible_permit(request, pk), grave=True)
