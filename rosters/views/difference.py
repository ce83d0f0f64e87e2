"""A file beside the last roster of its bureau and kind: who is new, gone, changed."""

import uuid
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.masking import mask_name
from rosters.access import READERS, visible_upload
from rosters.checked_rows import PAGE, cut, shown
from rosters.comparison import Comparison, compared
from rosters.models import RosterEntry
from rosters.views.preview import COMPARED, row_number

LISTS = {"added": "新出现", "gone": "不再出现", "changed": "有变化"}


@desk_page(READERS)
def difference(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """As a piece of another page its counts, else one of the three lists."""
    upload = visible_upload(request, pk)
    found = compared(upload) if upload.state in COMPARED else None
    context: dict[str, Any] = {"upload": upload, "found": found, "section": "rosters"}
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        counts = [
            (what, label, getattr(found, what).count()) for what, label in LISTS.items() if found
        ]
        return render(request, "rosters/_difference.html", context | {"counts": counts})
    if found:
        asked = request.GET.get("what", "")
        what = asked if asked in LISTS else "gone"
        listed = _gone(request, found) if what == "gone" else _of_the_file(request, found, what)
        audit.looked("查看与上次名册的差别", upload, reason=LISTS[what])
        context |= {"what": what, "title": LISTS[what], "lists": LISTS} | listed
    return render(request, "rosters/difference.html", context)


def _of_the_file(request: HttpRequest, found: Comparison, what: str) -> dict[str, Any]:
    rows = getattr(found, what).filter(row__gt=row_number(request)).order_by("row")
    page, following = cut(rows)
    return {"rows": shown(page, request.user), "following": following}


def _gone(request: HttpRequest, found: Comparison) -> dict[str, Any]:
    """Rows of the last batch; several files of it may have a row of the same number."""
    rows = found.gone.select_related("roster").order_by("row", "pk")
    row, _, key = request.GET.get("after", "").partition(".")
    if key and row.isascii() and row.isdigit() and len(row) < 10:
        try:
            rows = rows.filter(Q(row__gt=row) | Q(row=row, pk__gt=uuid.UUID(key)))
        except ValueError:
            rows = rows.all()
    page = list(rows[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    return {
        "people": [_person(entry) for entry in page[:PAGE]],
        "following": f"{last.row}.{last.pk}" if last else "",
    }


def _person(entry: RosterEntry) -> dict[str, Any]:
    return {
        "name": mask_name(entry.name),
        "number": entry.masked_number,
        "row": entry.row,
        "reference": entry.roster.reference,
    }
