"""The rows behind the figures of a frozen report: kept by one INSERT a source, listed by key."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Cast

from reports.behind import Line, NoSuchFigure, lines_of, with_ids
from reports.keys import Figure
from reports.models import AnnualReport, FrozenCase
from reports.period import Period, Span
from reports.sources import SOURCES, Part

# The columns of a frozen row that are dimensions of its source.
DIMENSIONS = ("route", "town", "level", "kind", "column", "mark", "sex", "age", "nation")
DIMENSIONS += ("move", "term", "roster", "state", "settled_year")
_NULL = {"town": models.IntegerField(), "settled_year": models.IntegerField()}


def keep_rows(report: AnnualReport, span: Span) -> None:
    """Copies what was counted, table by table, inside the database: no row passes through here.

    The settled are kept for the calendar years too, by which land, money and police tables go.
    """
    whole = span.stretches
    settled = Period(whole[0].first, whole[-1].last)
    for name, source in SOURCES.items():
        period = settled if name == "settled" else span.period
        for place, part in enumerate(source.parts):
            _copy(report, (name, place, part), period, span.period)


def _copy(report: AnnualReport, what: tuple[str, int, Part], period: Period, own: Period) -> None:
    name, place, part = what
    columns: dict[str, Any] = {
        "report": Value(report.pk, output_field=models.UUIDField()),
        "source": Value(name),
        "part": Value(place),
        "row": F("pk"),
        "day": F(part.day) if part.day else Cast(Value(None), models.DateField()),
    }
    for dimension in DIMENSIONS:
        columns[dimension] = _value(part, dimension, own)
    rows = part.rows(period).order_by()
    found = rows.annotate(**{f"kept_{key}": value for key, value in columns.items()})
    found = found.values_list(*(f"kept_{key}" for key in columns))
    chosen, values = found.query.sql_with_params()
    table = connection.ops.quote_name(FrozenCase._meta.db_table)
    names = ", ".join(connection.ops.quote_name(_column(key)) for key in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) {chosen}", values)  # noqa: S608


def _value(part: Part, dimension: str, own: Period) -> Any:
    """By the report's own period: an age is that of its last day, whichever table asks."""
    if dimension in part.dimensions:
        return part.dimensions[dimension].expression(own)
    return Cast(Value(None), _NULL[dimension]) if dimension in _NULL else Value("")


def _column(key: str) -> str:
    return FrozenCase._meta.get_field(key).column


def frozen_rows(report: AnnualReport, figure: Figure) -> QuerySet[FrozenCase]:
    """The rows that a figure of a frozen report counted."""
    source = SOURCES.get(figure.source)
    if source is None or not {name for name, _ in figure.where} <= source.dimensions:
        raise NoSuchFigure(figure.text)
    rows = FrozenCase.objects.filter(report=report, source=figure.source)
    if source.parts[0].day:
        rows = rows.filter(day__gte=figure.period.first, day__lte=figure.period.last)
    for name, values in with_ids(figure).where:
        rows = rows.filter(source.parts[0].dimensions[name].only(name, values))
    return rows


@dataclass(frozen=True, slots=True)
class FrozenBehind:
    """The list behind a frozen figure; names and receipt numbers are those of today."""

    figure: Figure
    rows: QuerySet[FrozenCase]

    def count(self) -> int:
        return self.rows.count()

    def page(self, start: int, size: int) -> list[Line]:
        kept = list(self.rows.order_by("day", "id")[start : start + size])
        parts = SOURCES[self.figure.source].parts
        found: dict[Any, Line] = {}
        for place, part in enumerate(parts):
            ids = [one.row for one in kept if one.part == place]
            found |= lines_of(part, self.figure.period, ids) if ids else {}
        return [found.get(one.row) or Line(pk=one.row, day=one.day) for one in kept]
