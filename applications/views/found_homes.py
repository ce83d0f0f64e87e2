"""公共户住房: people of the 公共户 who have come to have a home: told, and moved out."""

import datetime
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from applications.access import CASE_READERS, COUNTER, desk_page
from applications.actions.found_homes import Home, note_home, settle, tell
from applications.models import FoundHome
from applications.views.people import visible_person
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField

PAGE = 30


class HomeForm(forms.Form):
    """What the desk came to know of somebody's home."""

    ground = forms.ChoiceField(label="情形", choices=FoundHome.Ground.choices)
    found_on = DayField(label="得知日期", required=True)
    source = forms.CharField(
        label="来源", max_length=100, help_text="如:本人告知、不动产登记核验、社区走访。"
    )
    address = forms.CharField(label="住房地址", max_length=200, required=False)

    def home(self) -> Home:
        return Home(**self.cleaned_data)


class ToldForm(forms.Form):
    on = DayField(label="告知日期", required=True)


class OutForm(forms.Form):
    """Where he went: a family household that is there, or a new one with its number."""

    on = DayField(label="迁出日期", required=True)
    number = forms.CharField(
        label="迁入的家庭户户号", max_length=20, help_text="新立户填人口系统给的新户号。"
    )


@desk_page(CASE_READERS)
def found_homes(request: HttpRequest) -> HttpResponse:
    audit.looked("查看公共户住房")
    return render(request, "applications/found_homes.html", _list(request))


def _list(request: HttpRequest) -> dict[str, Any]:
    rows = FoundHome.objects.visible_to(request.user).filter(settled_on__isnull=True)
    rows = rows.select_related("person").order_by("found_on", "recorded_at")
    return {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "writes": request.user.role in COUNTER,
        "today": timezone.localdate(),
    }


@desk_page(CASE_READERS)
def act(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One of them: told, then moved out."""
    found = get_object_or_404(
        FoundHome.objects.visible_to(request.user).select_related("person"), pk=pk
    )
    today = timezone.localdate()
    told, out = ToldForm(initial={"on": today}), OutForm(initial={"on": today})
    if request.method == "POST":
        if request.user.role not in COUNTER:
            raise PermissionDenied("公共户住房由派出所窗口办理。")
        is_told = "told" in request.POST
        form = ToldForm(request.POST) if is_told else OutForm(request.POST)
        if form.is_valid() and _done(form, found, is_told, today):
            messages.success(request, "已记录告知。" if is_told else "已迁出公共户。")
            return redirect("desk:found-homes")
        told, out = (form, out) if is_told else (told, form)
    else:
        audit.looked("查看公共户住房", found)
    found = FoundHome.objects.select_related("person", "officer").get(pk=found.pk)
    context = {"found": found, "told": told, "out": out, "writes": request.user.role in COUNTER}
    return render(request, "applications/found_home.html", context)


def _done(form: forms.Form, found: FoundHome, is_told: bool, today: datetime.date) -> bool:
    try:
        if is_told:
            tell(found, form.cleaned_data["on"], today=today)
        else:
            settle(found, form.cleaned_data["on"], form.cleaned_data["number"], today=today)
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    return True


@desk_page(COUNTER)
def note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Noted from the page of the person."""
    person = visible_person(request, pk)
    today = timezone.localdate()
    form = HomeForm(request.POST or None, initial={"found_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            note_home(person, form.home(), request.user, today=today)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已列入公共户住房清单,请告知本人迁出公共户。")
            return redirect("desk:found-homes")
    return render(request, "applications/note_home.html", {"person": person, "form": form})
