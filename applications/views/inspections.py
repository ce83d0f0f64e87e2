"""抽查: samples, the form of each case, and the list of odd ones. Stations see none of it."""

import secrets
import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from applications.access import desk_page
from applications.actions.inspecting import Drawing, Finding, draw, note_finding, put_right
from applications.inspecting import MOST_CASES, POINTS
from applications.models import InspectedCase, Inspection
from applications.odd_cases import KINDS, lines, since
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.roles import Role

INSPECTORS = frozenset({Role.APPROVER, Role.AUDITOR})
PAGE = 20
MOST_SEED = 999_999


class DrawingForm(forms.Form):
    since = DayField(label="决定日期自", required=True)
    until = DayField(label="决定日期至", required=True)
    size = forms.IntegerField(label="抽查件数", min_value=1, max_value=MOST_CASES, initial=10)
    seed = forms.IntegerField(
        label="随机种子",
        min_value=0,
        max_value=MOST_SEED,
        help_text="同一种子、同一范围,抽到的是同一批办件,可由他人复核。",
    )


class FindingForm(forms.Form):
    flaws = forms.MultipleChoiceField(
        label="不符合的项目(都符合的不勾)",
        choices=POINTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    result = forms.ChoiceField(
        label="结论", choices=InspectedCase.Result.choices, widget=forms.RadioSelect
    )
    finding = forms.CharField(
        label="情况", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def told(self) -> Finding:
        data = self.cleaned_data
        return Finding(data["result"], tuple(data["flaws"]), data["finding"])


class PutRightForm(forms.Form):
    text = forms.CharField(
        label="整改情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    day = DayField(label="整改日期", required=True)


@desk_page(INSPECTORS)
def inspections(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    first = {"since": today.replace(month=1, day=1), "until": today}
    form = DrawingForm(data, initial=first | {"seed": secrets.randbelow(MOST_SEED)})
    if data is not None and form.is_valid():
        try:
            made = draw(Drawing(**form.cleaned_data), request.user, today)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("desk:inspection", pk=made.pk)
    rows = (
        Inspection.objects.select_related("officer")
        .order_by("-drawn_at")
        .annotate(
            drawn=Count("cases"),
            seen=Count("cases", filter=Q(cases__inspected_on__isnull=False)),
            open=Count("cases", filter=_to_put_right("cases__")),
        )
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "applications/inspections.html", {"form": form, "page": page})


def _to_put_right(path: str) -> Q:
    flawed = [InspectedCase.Result.FLAWED, InspectedCase.Result.WRONG]
    return Q(**{f"{path}result__in": flawed, f"{path}put_right_on__isnull": True})


@desk_page(INSPECTORS)
def inspection(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    audit.looked("查看抽查", found)
    rows = found.cases.select_related(
        "application__applicant", "application__enterprise", "application__station", "inspected_by"
    )
    titles = dict(POINTS)
    cases = list(rows)
    for row in cases:
        row.flaw_titles = [titles.get(code, code) for code in row.flaws]
    return render(request, "applications/inspection.html", {"inspection": found, "cases": cases})


@desk_page(INSPECTORS)
def inspected(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The form of one case; once its finding is kept, what was put right."""
    row = get_object_or_404(
        InspectedCase.objects.visible_to(request.user).select_related(
            "application__applicant",
            "application__enterprise",
            "application__station",
            "inspection",
            "inspected_by",
        ),
        pk=pk,
    )
    form = _form_of(request, row)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _keep(request, row, form)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "已登记。")
            return redirect("desk:inspection", pk=row.inspection_id)
    audit.looked("查看抽查办件", row)
    titles = dict(POINTS)
    context = {
        "row": row,
        "case": row.application,
        "form": form,
        "flaws": [titles.get(code, code) for code in row.flaws],
        "history": row.application.history.select_related("officer"),
    }
    return render(request, "applications/inspected.html", context)


def _form_of(request: HttpRequest, row: InspectedCase) -> forms.Form | None:
    data = request.POST if request.method == "POST" else None
    if row.inspected_on is None or (data is not None and "result" in data):
        return FindingForm(data)
    if row.result != InspectedCase.Result.GOOD and row.put_right_on is None:
        return PutRightForm(data, initial={"day": timezone.localdate()})
    return None


def _keep(request: HttpRequest, row: InspectedCase, form: forms.Form) -> None:
    today = timezone.localdate()
    if isinstance(form, FindingForm):
        note_finding(row, form.told(), request.user, today)
    else:
        put_right(row, form.cleaned_data["text"], form.cleaned_data["day"], on=today)


@desk_page(INSPECTORS)
def odd(request: HttpRequest) -> HttpResponse:
    """Cases worth a look, one kind at a time; being on the list proves nothing."""
    code = request.GET.get("kind", next(iter(KINDS)))
    if code not in KINDS:
        raise Http404("没有这一类")
    today = timezone.localdate()
    audit.looked("查看异常办件")
    kind = KINDS[code]
    page = Paginator(kind.rows(today), PAGE).get_page(request.GET.get("page"))
    context = {
        "kinds": [(one, one.rows(today).count()) for one in KINDS.values()],
        "kind": kind,
        "page": page,
        "lines": lines(kind, list(page.object_list), today),
        "since": since(today),
        "section": "inspections",
    }
    return render(request, "applications/odd.html", context)
