"""参数: the numbers of the plan, their changes, and what a change would turn."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.access import desk_page
from applications.actions import parameters as acts
from applications.models import ParameterChange
from applications.models.parameters import PARAMETER_CHOICES
from applications.parameters import in_force
from applications.policy.parameters import RULES_VERSION
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.roles import Role
from kaili_hukou.sessions import ask_again, confirmed_again

KEEPERS = frozenset({Role.APPROVER})
READERS = KEEPERS | {Role.AUDITOR, Role.REFORM_OFFICE}


class ChangeForm(forms.Form):
    name = forms.ChoiceField(label="参数", choices=PARAMETER_CHOICES)
    from_day = DayField(label="自何日起", required=True)
    ends = forms.BooleanField(
        label="停止适用", required=False, help_text="只有人均住房面积可以停止适用。"
    )
    value = forms.CharField(
        label="新值", max_length=20, required=False, help_text="整数;日期写成 2019-01-01。"
    )
    document = forms.CharField(label="依据文件(文号)", max_length=100)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("ends") and not data.get("value", "").strip():
            self.add_error("value", "请填写新值,或勾选「停止适用」。")
        return data

    def change(self) -> ParameterChange:
        data = self.cleaned_data
        text = data["value"].strip()
        number = int(text) if text.isascii() and text.isdigit() else text
        return ParameterChange(
            name=data["name"],
            from_day=data["from_day"],
            value=None if data["ends"] else number,
            document=data["document"],
            reason=data["reason"],
        )


@desk_page(READERS)
def parameters(request: HttpRequest) -> HttpResponse:
    asked = ask_again(request) if request.method == "POST" and _keeps(request) else None
    if asked:
        return asked
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and _keeps(request) and form.is_valid():
        try:
            change = acts.propose(form.change(), request.user)
        except Refused as fault:
            form.add_error("value", str(fault))
        else:
            return redirect("desk:parameter-change", pk=change.pk)
    today = timezone.localdate()
    rows = [(row, row.on(today)) for row in in_force().by_name.values()]
    context = {
        "form": form if _keeps(request) else None,
        "rows": rows,
        "changes": ParameterChange.objects.select_related("proposed_by", "confirmed_by")[:100],
        "version": RULES_VERSION,
        "today": today,
    }
    return render(request, "applications/parameters.html", context)


def _keeps(request: HttpRequest) -> bool:
    return request.user.role in KEEPERS


@desk_page(READERS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change, with the open cases whose first opinion it would turn, and why."""
    found = get_object_or_404(ParameterChange.objects.select_related("proposed_by"), pk=pk)
    if request.method == "POST" and _keeps(request):
        return ask_again(request) or _decide(request, found)
    proposed = found.state == ParameterChange.State.PROPOSED
    audit.looked("预览参数变更", found)
    context = {
        "change": found,
        "proposed": proposed,
        "turns": acts.preview(found) if proposed else [],
        "may": _keeps(request),
        "own": found.proposed_by_id == request.user.pk,
    }
    return render(request, "applications/parameter_change.html", context)


def _decide(request: HttpRequest, found: ParameterChange) -> HttpResponse:
    try:
        if "confirm" in request.POST:
            acts.confirm(found, request.user, timezone.localdate())
            messages.success(request, f"已确认:{found}。已办结的办件不受影响。")
        else:
            acts.drop(found, request.user)
            messages.success(request, "已撤销这项变更。")
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("desk:parameter-change", pk=found.pk)
    return redirect("desk:parameters")


@require_GET
@desk_page(READERS)
@confirmed_again
def export(request: HttpRequest) -> HttpResponse:
    """For `assess --parameters`: the values in force, changes merged in."""
    audit.looked("导出参数")
    text = json.dumps(in_force().to_json(), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="parameters.json"'
    return response
