"""What became of the rows of an upload: counts, rows that go back, changes; and the decision."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from kaili_hukou import audit, crypto
from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from rosters.access import READERS, WRITERS, visible_upload
from rosters.actions.uploads import order_import
from rosters.checked_rows import (
    MOST_FOUND,
    RETURNED,
    WARNED,
    Kind,
    Shown,
    found_by,
    page_of,
    round_before,
    shown,
)
from rosters.files import ERRORS
from rosters.models import RosterUpload

State = RosterUpload.State
ONE = "rosters:one-upload"
SHOWN = frozenset({State.CHECKING, State.CHECKED, State.QUEUED, State.IMPORTING, State.IMPORTED})
# On its own page the rows stand once they are all there.
WITH_ROWS = frozenset({State.CHECKED, State.IMPORTED})
COMPARED = SHOWN - {State.CHECKING, State.IMPORTED}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Outcome, count of the upload, colour of a tile that is not empty.
TILES = (
    (Kind.ADDED, "added", ""),
    (Kind.CHANGED, "changed", ""),
    (Kind.UNCHANGED, "unchanged", ""),
    (Kind.REJECTED, "rejected", "red"),
    (Kind.DUPLICATE, "duplicates", "amber"),
)
LABELS = dict(Kind.choices) | {WARNED: "有提醒", "": "全部行"}
CHOICES = (*Kind.values, WARNED, "all")
LONGEST_ROW = 9


class SearchForm(forms.Form):
    q = forms.CharField(label="查找", max_length=100)


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows: those of an outcome, or what was looked for."""

    chosen: str
    title: str
    rows: list[Shown]
    after: int = 0
    following: int = 0
    fault: str = ""

    @property
    def goes_back(self) -> bool:
        return self.chosen in RETURNED


def preview_of(upload: RosterUpload, request: HttpRequest) -> dict[str, Any]:
    """The context of `rosters/_preview.html`; looking at the rows is recorded."""
    if upload.state not in WITH_ROWS:
        return {"preview": None}
    first = Kind.REJECTED if upload.rejected else Kind.DUPLICATE if upload.duplicates else ""
    if upload.state == State.IMPORTED and not first:
        first = Kind.REJECTED
    context = _frame(upload, request)
    context["listed"] = _listed(upload, request, first or "all")
    context["round"] = round_before(upload)
    return context


def _frame(upload: RosterUpload, request: HttpRequest) -> dict[str, Any]:
    """What is known without looking at a row."""
    kept = RETURNED if upload.state == State.IMPORTED else tuple(Kind)
    tiles = [
        {
            "outcome": kind.value,
            "label": kind.label,
            "count": f"{getattr(upload, name):,}",
            "colour": colour if getattr(upload, name) else "",
            "is_link": kind in kept,
        }
        for kind, name, colour in TILES
    ]
    writes = request.user.role in WRITERS
    return {
        "preview": upload,
        "tiles": tiles,
        "back": upload.rejected + upload.duplicates,
        "good": upload.added + upload.changed + upload.unchanged,
        "has_all": upload.state != State.IMPORTED,
        "writes": writes,
        "to_decide": writes and upload.state == State.CHECKED,
        "to_mend": writes and upload.state == State.IMPORTED,
        "has_errors": writes and ERRORS.path(upload.pk).exists(),
        "is_compared": upload.state in COMPARED,
    }


def _listed(upload: RosterUpload, request: HttpRequest, otherwise: str) -> Rows:
    asked = request.GET.get("outcome", "")
    chosen = asked if asked in CHOICES else str(otherwise)
    place = row_number(request)
    chosen = "" if chosen == "all" else chosen
    rows, following = page_of(upload, chosen, place)
    audit.looked("查看花名册核对结果", upload, reason=f"{LABELS[chosen]},第 {place} 行之后")
    return Rows(chosen, LABELS[chosen], shown(rows, request.user), place, following)


def row_number(request: HttpRequest) -> int:
    """The row after which a page begins; 0 where the address tells none."""
    text = request.GET.get("after", "")
    told = text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW
    return int(text) if told else 0


@desk_page(READERS)
def checked(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The rows by page and outcome; by POST those that were looked for."""
    upload = visible_upload(request, pk)
    if upload.state not in SHOWN:
        return redirect(ONE, pk)
    if request.method == "POST":
        listed = _looked_for(upload, request)
    else:
        listed = _listed(upload, request, "all")
    context = _frame(upload, request) | {"section": "rosters", "listed": listed}
    return render(request, "rosters/checked.html", context)


def _looked_for(upload: RosterUpload, request: HttpRequest) -> Rows:
    form = SearchForm(request.POST)
    if not form.is_valid():
        fault = "请填写行号、完整的公民身份号码,或姓名中的一部分(最多 100 个字)。"
        return Rows("found", "没有查找", [], fault=fault)
    rows, way = found_by(upload, form.cleaned_data["q"])
    audit.looked("查找花名册的行", upload, reason=f"按{way},{len(rows)} 行")
    fault = ""
    if not rows:
        fault = f"按{way}没有找到。号码有错而退回的行,请按行号或姓名查找。"
    elif len(rows) > MOST_FOUND:
        fault = f"找到的行太多,先列出前 {MOST_FOUND} 行。请填写更完整的姓名。"
    return Rows("found", f"按{way}查找", shown(rows[:MOST_FOUND], request.user), fault=fault)


@desk_page(WRITERS)
def errors(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The bureau's own rows that went back, to be mended; recorded before they go out."""
    upload = visible_upload(request, pk)
    try:
        content = ERRORS.content_of(upload.pk)
    except (FileNotFoundError, crypto.Unreadable):
        messages.error(request, "没有可以下载的错误表:没有退回的行,或已满 30 天按规定销毁。")
        return redirect(ONE, pk)
    audit.looked("下载错误表", upload, reason=f"{upload.rejected + upload.duplicates} 行")
    answer = HttpResponse(content, content_type=XLSX)
    stem = re.sub(r"[^\w()〔〕-]+", "", upload.file_name.rpartition(".")[0])[:60]
    answer["Content-Disposition"] = content_disposition_header(True, f"错误表-{stem}.xlsx")
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@desk_page(WRITERS)
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Good rows in and bad rows back; or all or nothing."""
    upload = visible_upload(request, pk)
    try:
        order_import(upload, strict="strict" in request.POST)
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect(ONE, pk)
