"""The tables of a report on the page, each figure a link to what is behind it."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from applications.policy.routes import ROUTES
from kaili_hukou import audit
from kaili_hukou.access import desk_page
from kaili_hukou.dates import parse_day
from kaili_hukou.masking import mask_name
from kaili_hukou.roles import Role
from reports import due_days
from reports.access import GATHERERS
from reports.behind import Behind, Line, NoSuchFigure, behind
from reports.build import build
from reports.figure_words import in_words
from reports.figures import Disagreement, Figures, Row, Table
from reports.frozen import FrozenBehind, frozen_rows
from reports.keys import Figure, parse
from reports.models import AnnualReport
from reports.period import PeriodError, Span, span_of
from reports.sources import SOURCES

READERS = frozenset({Role.APPROVER, Role.REFORM_OFFICE, Role.AUDITOR})
PAGE = 20
# Nobody turns more pages: a figure that is larger is looked through by its parts.
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as the page shows it, and the key of its list."""

    number: Any
    key: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page walks over it."""

    table: Table
    rows: list[tuple[Row, list[Cell]]]


@desk_page(READERS)
def figures(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    asked = _Asked.of(request, today)
    told, fault = _figures(asked)
    context = {
        "section": "reports",
        "tab": "figures",
        "asked": asked,
        "years": range(today.year + (today.month == 12), due_days.FIRST_YEAR - 1, -1),
        "versions": AnnualReport.objects.filter(year=asked.year).order_by("-version"),
        "fault": asked.fault or fault,
        "figures": told,
        "shown": _shown(told, asked.table) if told else None,
        "enters": request.user.role in GATHERERS,
    }
    return render(request, "reports/figures.html", context)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for; what it asks wrongly is told and left out."""

    year: int
    first: str
    last: str
    span: Span | None
    report: AnnualReport | None
    table: str
    fault: str

    @classmethod
    def of(cls, request: HttpRequest, today: datetime.date) -> "_Asked":
        told = request.GET
        own = today.year + (today.month == 12)
        year, first, last = _year(told.get("year", ""), own), told.get("first", ""), ""
        first, last = first[:10], told.get("last", "")[:10]
        span, fault = None, ""
        try:
            span = span_of(year, today, _days(first, last))
        except PeriodError as found:
            fault = str(found)
        report = _version(year, told.get("version", "")) if not (first or last) else None
        return cls(year, first, last, span, report, told.get("table", ""), fault)

    @property
    def query(self) -> str:
        """The address of the same report, without the table."""
        parts = [f"year={self.year}"]
        parts += [f"first={self.first}&last={self.last}"] if self.first and self.last else []
        parts += [f"version={self.report.version}"] if self.report else []
        return "&".join(parts)


def _year(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else otherwise


def _days(first: str, last: str) -> tuple[datetime.date, datetime.date] | None:
    if not first and not last:
        return None
    try:
        return parse_day(first), parse_day(last)
    except ValueError:
        raise PeriodError("请把时段的起日和止日都填成存在的日期(如 2026-03-01)。") from None


def _version(year: int, text: str) -> AnnualReport | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return AnnualReport.objects.filter(year=year, version=number).first()


def _figures(asked: _Asked) -> tuple[Figures | None, str]:
    if asked.report:
        return asked.report.figures, ""
    if asked.span is None:
        return None, ""
    try:
        return build(asked.span, timezone.now()), ""
    except Disagreement as fault:
        return None, str(fault)


def _shown(told: Figures, key: str) -> Shown:
    table = next((one for one in told.tables if one.key == key), told.tables[0])
    rows = [
        (
            row,
            [
                Cell(number, table.key_of(row, column) if number else "")
                for column, number in zip(table.columns, row.cells, strict=True)
            ],
        )
        for row in table.rows
    ]
    return Shown(table, rows)


# ------------------------------------------------------------------ behind a figure


@desk_page(READERS)
def behind_figure(request: HttpRequest) -> HttpResponse:
    figure = _figure(request.GET.get("of", ""))
    report = _report(request.GET.get("report", ""))
    rows = _rows(figure, report)
    number = min(_number(request.GET.get("page", "")), MOST_PAGES)
    found = rows.page((number - 1) * PAGE, PAGE + 1)
    audit.looked(f"查看统计名单:{in_words(figure)}", report)
    context = {
        "section": "reports",
        "tab": "figures",
        "title": in_words(figure),
        "figure": figure,
        "source": SOURCES[figure.source],
        "report": report,
        "lines": [_line(one) for one in found[:PAGE]],
        "page": number,
        "following": len(found) > PAGE and number < MOST_PAGES,
        "most": MOST_PAGES * PAGE if number == MOST_PAGES and len(found) > PAGE else 0,
        "count": rows.count() if request.GET.get("count") else _small(found, number),
        "opens_permits": request.user.role != Role.REFORM_OFFICE,
    }
    return render(request, "reports/behind.html", context)


def _figure(text: str) -> Figure:
    try:
        return parse(text)
    except ValueError:
        raise Http404("没有这项统计") from None


def _report(text: str) -> AnnualReport | None:
    if not text:
        return None
    try:
        key = uuid.UUID(text)
    except ValueError:
        raise Http404("没有这份定稿") from None
    return get_object_or_404(AnnualReport, pk=key)


def _rows(figure: Figure, report: AnnualReport | None) -> Behind | FrozenBehind:
    try:
        return FrozenBehind(figure, frozen_rows(report, figure)) if report else behind(figure)
    except NoSuchFigure:
        raise Http404("没有这项统计") from None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 1


def _small(found: list[Line], number: int) -> int | None:
    """Known without counting where the list ends on this page."""
    return (number - 1) * PAGE + len(found) if len(found) <= PAGE else None


def _line(line: Line) -> dict[str, Any]:
    route = ROUTES.get(line.route)
    return {
        "line": line,
        "who": line.enterprise if line.enterprise and not line.name else mask_name(line.name),
        "route": route.title if route else "",
    }
