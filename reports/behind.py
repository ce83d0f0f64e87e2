"""The rows behind a figure: the very rows that were counted, a page at a time."""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kaili_hukou.models import Town
from reports.keys import NONE, Figure
from reports.period import Period
from reports.sources import SOURCES, Part


class NoSuchFigure(LookupError):
    """The key names nothing that the report counts."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows of each part, the later parts after the first; it counts and slices like a list."""

    figure: Figure
    parts: tuple[tuple[Part, QuerySet[Any]], ...]

    def count(self) -> int:
        return sum(rows.count() for _, rows in self.parts)

    def page(self, start: int, size: int) -> list["Line"]:
        """`size` rows from a place on, in the order of their days."""
        found: list[Line] = []
        for part, rows in self.parts:
            if len(found) < size:
                taken = _lines(part, rows, start, size - len(found))
                found += taken
                start = 0 if taken else max(0, start - rows.count())
        return found

    def ids(self) -> Iterator[uuid.UUID]:
        for _, rows in self.parts:
            yield from rows.values_list("pk", flat=True).iterator()


@dataclass(frozen=True, slots=True)
class Line:
    """One row as a list shows it."""

    pk: uuid.UUID
    day: datetime.date | None = None
    name: str = ""
    case: uuid.UUID | None = None
    receipt: str | None = None
    route: str = ""
    town: str | None = None
    enterprise: str | None = None
    permit: uuid.UUID | None = None
    serial: str | None = None


def _lines(part: Part, rows: QuerySet[Any], start: int, size: int) -> list[Line]:
    paths = _paths(part)
    order = part.order or ((part.day, "pk") if part.day else ("pk",))
    found = rows.order_by(*order).values_list(*paths.values())[start : start + size]
    return [Line(**dict(zip(paths, told, strict=True))) for told in found]


def lines_of(part: Part, period: Period, ids: list[uuid.UUID]) -> dict[uuid.UUID, Line]:
    """These rows as lists show them, whether or not they are still counted."""
    paths = _paths(part)
    model = part.rows(period).model
    if part.day not in {field.name for field in model._meta.get_fields()}:
        paths.pop("day", None)
    found = model._default_manager.filter(pk__in=ids).values_list(*paths.values())
    return {told[0]: Line(**dict(zip(paths, told, strict=True))) for told in found}


def _paths(part: Part) -> dict[str, str]:
    """The fields of a line and where they stand; few joins."""
    paths = {"pk": "pk", "name": part.name} | ({"day": part.day} if part.day else {})
    if part.case is not None:
        before = f"{part.case}__" if part.case else ""
        paths |= {"case": f"{before}pk", "receipt": f"{before}receipt_number"}
        paths |= {"enterprise": f"{before}enterprise__name"}
        paths |= {"route": f"{before}route", "town": f"{before}town__name"}
    if part.permit is not None:
        before = f"{part.permit}__" if part.permit else ""
        paths |= {"permit": f"{before}pk", "serial": f"{before}serial"}
        paths |= {"town": f"{before}town__name"}
    return paths


def behind(figure: Figure) -> Behind:
    """The rows that a figure counts; NoSuchFigure where the report has no such one."""
    source = SOURCES.get(figure.source)
    if source is None or not {name for name, _ in figure.where} <= source.dimensions:
        raise NoSuchFigure(figure.text)
    asked = with_ids(figure)
    return Behind(figure, tuple((part, _narrowed(part, asked)) for part in source.parts))


def with_ids(figure: Figure) -> Figure:
    """Towns by their ids instead of their codes; a code that there is not counts nothing."""
    told = dict(figure.where)
    if "town" not in told:
        return figure
    known = dict(Town.objects.filter(code__in=told["town"]).values_list("code", "pk"))
    ids = [NONE if code == NONE else str(known.get(code, 0)) for code in told["town"]]
    return Figure(figure.source, figure.period, tuple((told | {"town": tuple(ids)}).items()))


def _narrowed(part: Part, figure: Figure) -> QuerySet[Any]:
    rows = part.rows(figure.period)
    for name, values in figure.where:
        dimension = part.dimensions[name]
        rows = rows.annotate(**{f"of_{name}": dimension.expression(figure.period)})
        rows = rows.filter(dimension.only(f"of_{name}", values))
    return rows
