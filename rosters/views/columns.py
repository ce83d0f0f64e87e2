"""What each column of a sheet is, said by hand."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kaili_hukou.access import desk_page
from kaili_hukou.actions import Refused
from rosters.access import ENTERING, visible_upload
from rosters.actions.columns import settle_columns
from rosters.column_choices import columns_of, open_questions, words_of
from rosters.forms import MOST_COLUMNS, ColumnsForm
from rosters.models import RosterUpload

NOT_NOW = "正在处理的文件不能改列。请等核对结束,或先取消。"


@desk_page(ENTERING)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """All columns; or, sent from the page of the upload, only those that are in doubt."""
    upload = visible_upload(request, pk)
    if upload.state != RosterUpload.State.CHECKED:
        messages.error(request, NOT_NOW)
        return redirect("rosters:one-upload", pk=pk)
    asked = open_questions(upload) if "answers" in request.POST else ()
    told = (words_of(upload), columns_of(upload))
    if request.method == "GET":
        return _page(request, upload, ColumnsForm(*told))
    form = ColumnsForm(*told, request.POST, asked=asked)
    if not form.is_valid():
        return _page(request, upload, form)
    same = form.changes_nothing
    try:
        settle_columns(upload, form.reading, request.user, changes_nothing=same)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        done = "已记住,以后本部门上传同样的表不再问。"
        messages.success(request, done if same else f"{done}正在按新的读法重新核对。")
    return redirect("rosters:one-upload", pk=pk)


def _page(request: HttpRequest, upload: RosterUpload, form: ColumnsForm) -> HttpResponse:
    context = {
        "upload": upload,
        "form": form,
        "asked": "answers" in request.POST,
        "left_out": max(len(words_of(upload)) - MOST_COLUMNS, 0),
        "section": "rosters",
    }
    return render(request, "rosters/columns.html", context)
