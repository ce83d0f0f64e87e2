"""Who is to endorse within 60, 30 and 7 days, and whose permit is suspended: lists to call by."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from import_export import resources
from import_export.fields import Field
from import_export.formats.base_formats import XLSX

from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.dates import parse_day
from kaili_hukou.masking import mask_name
from kaili_hukou.sessions import confirmed_again
from residence_permits.access import READERS
from residence_permits.forms import DueForm
from residence_permits.models import Permit
from residence_permits.querysets import PermitQuerySet

PAGE = 20
# Paper and workbooks are for one town or community; nobody reads more.
MOST_ON_PAPER = 1_000
MOST_IN_A_WORKBOOK = 20_000


@dataclass(frozen=True, slots=True)
class List:
    """What the address asks for, and the rows of it in their order."""

    form: DueForm
    within: str
    rows: PermitQuerySet
    query: str

    @property
    def suspended(self) -> bool:
        return self.within == "suspended"

    @property
    def title(self) -> str:
        return "已中止的居住证" if self.suspended else f"{self.within} 天内签注期截止的居住证"


def _asked(request: HttpRequest, on: datetime.date) -> List:
    form = DueForm(request.GET)
    chosen = form.chosen()
    rows = Permit.objects.visible_to(request.user)
    within = chosen["within"]
    rows = rows.suspended_on(on) if within == "suspended" else rows.closing_within(int(within), on)
    rows = rows.filter(handed_on__isnull=False)
    kept = {"within": within}
    for name in ("town", "village"):
        if chosen[name]:
            rows = rows.filter(**{name: chosen[name]})
            kept[name] = chosen[name].pk
    return List(form, within, rows, urlencode(kept))


def _ordered(asked: List) -> PermitQuerySet:
    """The nearest end first; of the suspended, whoever fell out last."""
    return asked.rows.order_by(*(("-ends_on", "-pk") if asked.suspended else ("ends_on", "pk")))


def _by_place(asked: List) -> PermitQuerySet:
    rows = asked.rows.select_related("person", "town", "village")
    return rows.order_by("town", "village", "ends_on", "pk")


@desk_page(READERS)
def due(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    asked = _asked(request, today)
    # Not joined: an engine might begin with the towns and sort every permit of them.
    rows = _ordered(asked).prefetch_related("person", "town", "village")
    place = _place(request.GET.get("after", ""))
    if place:
        rows = rows.after(*place, backwards=asked.suspended)
    found = list(rows[: PAGE + 1])
    audit.looked(f"查看名单:{asked.title}")
    context = {
        "section": "permits",
        "tab": "due",
        "today": today,
        "asked": asked,
        "permits": _shown(found[:PAGE]),
        "following": _following(found),
        "begun": place is not None,
    }
    return render(request, "residence_permits/due.html", context)


def _following(found: list[Permit]) -> str:
    """Where the next page begins: behind the last row of this one."""
    last = found[PAGE - 1] if len(found) > PAGE else None
    return f"{last.ends_on}.{last.pk}" if last else ""


def _place(text: str) -> tuple[datetime.date, uuid.UUID] | None:
    day, _, key = text.partition(".")
    try:
        return parse_day(day), uuid.UUID(key)
    except ValueError:
        return None


def _shown(permits: list[Permit]) -> list[Permit]:
    for permit in permits:
        permit.name = mask_name(permit.person.name)
        permit.closes_on = permit.ends_on - datetime.timedelta(days=1)
    return permits


@desk_page(READERS)
def printed(request: HttpRequest) -> HttpResponse:
    """The list on A4, by town and community, with whose it is and when it was printed."""
    now = timezone.localtime()
    asked = _asked(request, now.date())
    rows = list(_by_place(asked)[: MOST_ON_PAPER + 1])
    audit.looked(f"打印名单:{asked.title}", reason=f"{min(len(rows), MOST_ON_PAPER)} 人")
    context = {
        "asked": asked,
        "permits": _shown(rows[:MOST_ON_PAPER]),
        "cut": len(rows) > MOST_ON_PAPER,
        "most": MOST_ON_PAPER,
        "now": now,
    }
    return render(request, "residence_permits/due_paper.html", context)


class DueResource(resources.ModelResource):
    """The fewest columns by which a community finds whom to remind; numbers are masked."""

    town = Field(column_name="镇(街道)", attribute="town__name")
    village = Field(column_name="村(社区)", attribute="village__name")
    name = Field(column_name="姓名", dehydrate_method=lambda row: mask_name(row.person.name))
    number = Field(column_name="公民身份号码", attribute="person__masked_number")
    serial = Field(column_name="居住证编号", attribute="serial")
    opens = Field(column_name="签注期开始", dehydrate_method=lambda row: _iso(row.window_opens_on))
    closes = Field(
        column_name="签注期截止",
        dehydrate_method=lambda row: _iso(row.ends_on - datetime.timedelta(days=1)),
    )

    class Meta:
        model = Permit
        fields = ("town", "village", "name", "number", "serial", "opens", "closes")


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""


@desk_page(READERS)
@confirmed_again
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook. Cells that begin like a formula are escaped by the settings."""
    today = timezone.localdate()
    asked = _asked(request, today)
    rows = list(_by_place(asked)[:MOST_IN_A_WORKBOOK])
    audit.looked(f"导出名单:{asked.title}", reason=f"{len(rows)} 人")
    kind = XLSX()
    answer = HttpResponse(
        kind.export_data(DueResource().export(queryset=rows)), content_type=kind.get_content_type()
    )
    name = f"{asked.title.replace(' ', '')}{today:%Y%m%d}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
