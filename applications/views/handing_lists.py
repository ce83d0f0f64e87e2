"""后续衔接: all follow-ups by bureau and standing; the quarterly lists, out and back."""

import datetime
import uuid
from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from applications.access import CASE_READERS, desk_page
from applications.actions.handing_lists import (
    Preview,
    answers_of,
    compared,
    hand_over,
    take_answers,
)
from applications.duties_after import DUTIES
from applications.handing_sheets import MOST_BYTES, XLSX, read, written
from applications.models import FollowUp, FollowUpList
from applications.views.followups import COLOURS
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.dates import quarter_before, quarter_of, quarter_span
from kaili_hukou.models import Bureau
from kaili_hukou.roles import Role
from kaili_hukou.sessions import confirmed_again

# The household section and 市户改办 hand over, and enter for bureaus that cannot reach the net.
HANDERS = frozenset({Role.APPROVER, Role.REFORM_OFFICE})
ANSWERERS = HANDERS | {Role.BUREAU_CLERK}
LIST_READERS = ANSWERERS | {Role.AUDITOR}
READERS = CASE_READERS | {Role.BUREAU_CLERK}

PAGE = 20
MOST_FAULTS = 200
# What a preview told is believed for a working day.
KEPT_SECONDS = 12 * 3600
MOST_KEPT = 4 * 1024 * 1024
STATION = "station"
QUARTERS_BACK = 8
GROUND = "实施方案三(三)5至8;个人信息保护法第十三条第三项"


def _bureaus() -> Any:
    codes = {duty.bureau for duty in DUTIES.values() if duty.bureau}
    return Bureau.objects.filter(code__in=codes).order_by("pk")


class HandOverForm(forms.Form):
    """Which bureau, which quarter, by which authority."""

    bureau = forms.ModelChoiceField(label="移交部门", queryset=Bureau.objects.none())
    quarter = forms.ChoiceField(label="季度")
    ground = forms.CharField(label="移交依据", max_length=200, initial=GROUND)

    def __init__(self, today: datetime.date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bureau"].queryset = _bureaus()
        self.fields["quarter"].choices = _quarters_over(today)

    @property
    def chosen(self) -> tuple[int, int]:
        year, _, quarter = self.cleaned_data["quarter"].partition("-")
        return int(year), int(quarter)


class SheetForm(forms.Form):
    file = forms.FileField(
        label="填好的清单(xlsx)",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "请选择填好的清单文件。",
            "empty": "文件是空的。请选择填好的清单文件。",
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"文件有 {file.size / 1048576:.1f} MB,上限是 {MOST_BYTES // 1048576} MB。"
            )
        return file


def _quarters_over(today: datetime.date) -> list[tuple[str, str]]:
    day, found = today, []
    for _ in range(QUARTERS_BACK):
        year, quarter = quarter_before(day)
        found.append((f"{year}-{quarter}", f"{year} 年第 {quarter} 季度"))
        day = quarter_span(year, quarter)[0]
    return found


@desk_page(READERS)
def follow_ups(request: HttpRequest) -> HttpResponse:
    """The list with its counts. A hand-over that could not be made is told beside its form."""
    today = timezone.localdate()
    form = None
    if request.user.role in HANDERS:
        form = HandOverForm(today, request.POST or None)
        if request.method == "POST" and form.is_valid() and (made := _hand_over(request, form)):
            return redirect("desk:follow-up-list", pk=made.pk)
    rows = _filtered(request, FollowUp.objects.visible_to(request.user))
    page = Paginator(rows.for_lists(), PAGE).get_page(request.GET.get("page"))
    audit.looked("查看后续衔接事项")
    context = {
        "page": _shown(page),
        "counts": _counts(request),
        "filters": _filters(request, today),
        "query": _query(request),
        "lists": _lists(request)[: 2 * PAGE] if request.user.role in LIST_READERS else [],
        "form": form,
        "opens_cases": request.user.role in CASE_READERS,
        "section": "follow_ups",
    }
    return render(request, "applications/follow_ups.html", context)


def _hand_over(request: HttpRequest, form: HandOverForm) -> FollowUpList | None:
    told = form.cleaned_data
    try:
        made = hand_over(
            told["bureau"],
            form.chosen,
            request.user,
            on=timezone.localdate(),
            ground=told["ground"],
        )
    except Refused as fault:
        form.add_error(None, str(fault))
        return None
    messages.success(request, f"已生成 {made} 的移交清单。下载后按公文系统或光盘送交。")
    return made


def _filtered(request: HttpRequest, rows: Any) -> Any:
    chosen = request.GET
    bureau, quarter = chosen.get("bureau", ""), chosen.get("quarter", "")
    if bureau == STATION:
        rows = rows.filter(bureau=None)
    elif bureau.isascii() and bureau.isdigit() and len(bureau) < 10:
        rows = rows.filter(bureau=int(bureau))
    if chosen.get("state") in FollowUp.State.values:
        rows = rows.filter(state=chosen["state"])
    if quarter in dict(_quarters_since(timezone.localdate())):
        year, _, number = quarter.partition("-")
        rows = rows.filter(since__range=quarter_span(int(year), int(number)))
    return rows.order_by("-since", "kind", "pk")


def _quarters_since(today: datetime.date) -> list[tuple[str, str]]:
    year, quarter = quarter_of(today)
    return [(f"{year}-{quarter}", f"{year} 年第 {quarter} 季度(本季)"), *_quarters_over(today)]


def _counts(request: HttpRequest) -> list[dict[str, Any]]:
    """A row for each bureau: how many in each standing, and how many are unanswered."""
    counted = FollowUp.objects.visible_to(request.user).counted_by_bureau_and_state(
        datetime.date(2019, 1, 1), timezone.localdate()
    )
    by_bureau: dict[Any, dict[str, int]] = defaultdict(dict)
    names: dict[Any, str] = {}
    for bureau, name, state, number in counted:
        names[bureau] = name or "派出所(告知、居住证)"
        by_bureau[bureau][state] = number
    return [
        {
            "key": bureau or STATION,
            "name": names[bureau],
            "cells": [states.get(state, 0) for state in FollowUp.State.values],
            "unanswered": states.get("open", 0) + states.get("handed", 0),
        }
        for bureau, states in by_bureau.items()
    ]


def _filters(request: HttpRequest, today: datetime.date) -> list[dict[str, Any]]:
    filters = [
        ("state", "情况", [("", "全部"), *FollowUp.State.choices]),
        ("quarter", "落户季度", [("", "全部"), *_quarters_since(today)]),
    ]
    if request.user.role != Role.BUREAU_CLERK:
        bureaus = [(str(pk), name) for pk, name in _bureaus().values_list("pk", "name")]
        filters.insert(0, ("bureau", "部门", [("", "全部"), (STATION, "派出所"), *bureaus]))
    return [
        {"name": name, "label": label, "choices": choices, "chosen": request.GET.get(name, "")}
        for name, label, choices in filters
    ]


def _query(request: HttpRequest) -> str:
    chosen = request.GET.copy()
    chosen.pop("page", None)
    return chosen.urlencode()


def _shown(page: Any) -> Any:
    page.object_list = list(page.object_list)
    for row in page.object_list:
        row.duty, row.colour = DUTIES[row.kind], COLOURS.get(row.state, "grey")
    return page


def _lists(request: HttpRequest) -> Any:
    return (
        FollowUpList.objects.visible_to(request.user)
        .select_related("bureau", "made_by")
        .annotate(
            number=Count("rows"),
            answered=Count("rows", filter=Q(rows__state__in=FollowUp.ANSWERS)),
        )
        .order_by("-year", "-quarter", "bureau")
    )


def _visible_list(request: HttpRequest, pk: uuid.UUID) -> FollowUpList:
    return get_object_or_404(_lists(request), pk=pk)


@require_GET
@desk_page(LIST_READERS)
def handing_list(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _visible_list(request, pk)
    audit.looked("查看移交清单", found)
    return _list_page(request, found, SheetForm())


def _list_page(
    request: HttpRequest, found: FollowUpList, form: SheetForm, preview: Preview | None = None
) -> HttpResponse:
    rows = found.rows.for_lists().order_by("state", "since", "pk")
    context = {
        "list": found,
        "page": _shown(Paginator(rows, PAGE).get_page(request.GET.get("page"))),
        "waiting": found.number - found.answered,
        "form": form if request.user.role in ANSWERERS else None,
        "may_download": request.user.role in ANSWERERS,
        "preview": preview,
        "section": "follow_ups",
    }
    if preview is not None:
        context |= _previewed(found, preview)
    return render(request, "applications/follow_up_list.html", context)


def _previewed(found: FollowUpList, preview: Preview) -> dict[str, Any]:
    """The changes by name, and the same changes sealed for the confirming press."""
    by_code = {row.code: row for row in found.rows.select_related("member__person")}
    changes = [
        {
            "row": by_code[answer.code],
            "before": FollowUp.State(answer.seen).label,
            "after": FollowUp.State(answer.state).label,
            "corrects": answer.seen in FollowUp.ANSWERS,
            "answer": answer,
        }
        for answer in preview.answers[:MOST_FAULTS]
    ]
    sealed = signing.dumps(
        [answer.plain() for answer in preview.answers], salt=_salt(found), compress=True
    )
    return {
        "changes": changes,
        "more": len(preview.answers) - len(changes),
        "faults": preview.faults[:MOST_FAULTS],
        "more_faults": max(0, len(preview.faults) - MOST_FAULTS),
        "sealed": sealed if len(sealed) <= MOST_KEPT else "",
    }


def _salt(found: FollowUpList) -> str:
    return f"follow-up-answers:{found.pk}"


@require_GET
@desk_page(ANSWERERS)
@confirmed_again
def download(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The list as a file: full numbers, therefore recorded with its ground and count."""
    found = _visible_list(request, pk)
    rows = list(found.rows.for_lists().order_by("since", "kind", "pk"))
    content = written(found, rows)
    audit.record("导出移交清单", found, reason=found.ground, count=len(rows))
    response = HttpResponse(content, content_type=XLSX)
    name = f"follow-ups-{found.year}-{found.quarter}-{found.bureau.code}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@desk_page(ANSWERERS)
def upload(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Reads the file and shows what it would change; nothing is written."""
    found = _visible_list(request, pk)
    form, preview = SheetForm(request.POST, request.FILES), None
    if form.is_valid():
        try:
            sheet = read(form.cleaned_data["file"].read())
            preview = compared(found, sheet, timezone.localdate())
        except Refused as fault:
            form.add_error("file", str(fault))
    audit.looked("预览移交清单反馈", found)
    return _list_page(request, found, form, preview)


@require_POST
@desk_page(ANSWERERS)
def confirm(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Writes what the preview showed."""
    found = _visible_list(request, pk)
    try:
        plain = signing.loads(
            request.POST.get("answers", ""), salt=_salt(found), max_age=KEPT_SECONDS
        )
    except signing.BadSignature:
        messages.error(request, "预览已过期,或不是这份清单的。请重新上传文件,没有写入任何内容。")
        return redirect("desk:follow-up-list", pk=found.pk)
    done, left = take_answers(found, answers_of(plain), request.user, timezone.localdate())
    if done:
        messages.success(request, f"已写入 {done} 行。")
    if left:
        messages.warning(
            request, f"有 {left} 行在预览以后已被办理或写入过,没有再写。请核对后再上传。"
        )
    return redirect("desk:follow-up-list", pk=found.pk)
