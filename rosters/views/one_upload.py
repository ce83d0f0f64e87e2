"""One upload: how far it is, what was understood, and what is to be decided."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from rosters.access import ENTERING, READERS, visible_upload
from rosters.actions import uploads
from rosters.column_choices import columns_of, open_questions, words_of
from rosters.columns import BY_NAME
from rosters.forms import ColumnsForm
from rosters.models import RosterUpload
from rosters.progress import progress_of
from rosters.views.preview import preview_of

State = RosterUpload.State
SHOWN_WITH_ROWS = frozenset({State.CHECKED, State.QUEUED, State.IMPORTING, State.IMPORTED})
BADGES = {
    State.CHECKED: ("预览,尚未入库", "amber"),
    State.IMPORTED: ("已导入", "green"),
    State.REFUSED: ("文件被退回", "red"),
    State.CANCELLED: ("已取消", "grey"),
}
# What is counted, its title, its colour.
TILES = (
    ("added", "新增", ""),
    ("changed", "有变化", ""),
    ("unchanged", "无变化", ""),
    ("rejected", "有错误(退回)", "is-red"),
    ("duplicates", "表内重复", "is-amber"),
)


@desk_page(READERS)
@require_GET
def one_upload(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload = visible_upload(request, pk)
    state = State(upload.state)
    writes = request.user.role in ENTERING
    asked = open_questions(upload) if state == State.CHECKED else []
    words, columns = words_of(upload), columns_of(upload)
    context = {
        "upload": upload,
        "badge": BADGES.get(state, (state.label, "blue")),
        "working": state in RosterUpload.WORKING,
        "progress": progress_of(upload, timezone.now()),
        "understood": [
            (name, upload.understood["columns"][name], words.get(columns[name], ""))
            for name in BY_NAME
            if name in columns
        ],
        "tiles": [(*tile, f"{getattr(upload, tile[0]):,}") for tile in TILES],
        "writes": writes,
        "asked": asked,
        "questions": ColumnsForm(words, columns, asked=asked) if asked and writes else None,
        "section": "rosters",
    }
    if state in SHOWN_WITH_ROWS:
        context |= preview_of(upload, request)
    return render(request, "rosters/one_upload.html", context)


@desk_page(READERS)
@require_GET
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Counts and words alone: nothing of anybody's data."""
    upload = visible_upload(request, pk)
    response = JsonResponse(progress_of(upload, timezone.now()).as_json())
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk_page(ENTERING)
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload = visible_upload(request, pk)
    try:
        uploads.cancel(upload)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        done = upload.state == State.CANCELLED
        messages.success(request, "已取消,没有留下任何内容。" if done else "正在取消,请稍候。")
    return redirect("rosters:one-upload", pk=pk)


@require_POST
@desk_page(ENTERING)
def resume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    try:
        uploads.resume(visible_upload(request, pk))
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "已重新排队,从中断的地方接着做。")
    return redirect("rosters:one-upload", pk=pk)
