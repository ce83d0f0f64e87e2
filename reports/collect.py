"""Querysets to counted groups, by a constant number of grouped queries whatever the rows.

All tables are folded from a few cubes: the main one of the settled is grouped by (stretch, route,
town, origin, column of the police form), so that report year, calendar years and months are sums
of the same groups.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, IntegerField, Q, Value, When

from kaili_hukou.models import Town
from reports.counts import Counts, Cube
from reports.dimensions import marks_in
from reports.keys import NONE, Figure
from reports.period import Period, Span
from reports.sources import SOURCES, Part

AT_ONCE = 5_000
STRETCH = "in_stretch"
# The one dimension that is a list in each row; it stands last in its query.
LISTED = "mark"


@dataclass(frozen=True, slots=True)
class Query:
    """One cube to count: `names` are the dimensions that its tables need."""

    source: str
    names: tuple[str, ...]
    stretches: tuple[Period, ...]


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All queries inside see the same rows, whatever others write meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def queries_of(span: Span) -> list[Query]:
    """What a report asks, table by table."""
    own, place = (span.period,), ("route", "town")
    whole = tuple(span.stretches)
    by_place = ("received", "approved", "refused", "not_accepted", "withdrawn", "terminated")
    by_place += ("open", "revoked", "returned", "collective")
    return [
        Query("settled", (*place, "level", "kind", "column"), whole),
        Query("settled", (*place, "sex", "age", "nation"), own),
        Query("settled", ("town", "mark"), (span.calendar,)),
        *(Query(source, place, own) for source in by_place),
        Query("decided", (*place, "term"), own),
        Query("rights", (*place, "state"), own),
        *(Query(source, ("town",), own) for source in ("issued", "endorsed", "suspended", "valid")),
        *(Query(source, ("roster",), own) for source in ("named", "named_settled")),
    ]


def counted(queries: Sequence[Query]) -> Counts:
    counts = Counts()
    towns = dict(Town.objects.values_list("pk", "code"))
    for query in queries:
        counts.add(query.source, _cube(query, towns))
    return counts


def _cube(query: Query, towns: dict[int, str]) -> Cube:
    cube = Cube(query.names, list(query.stretches), among=LISTED if LISTED in query.names else "")
    for part in SOURCES[query.source].parts:
        _count_part(part, query, cube, towns)
    return cube


def _count_part(part: Part, query: Query, cube: Cube, towns: dict[int, str]) -> None:
    whole = Period(query.stretches[0].first, max(one.last for one in query.stretches))
    rows, columns, readers = part.rows(whole), [], []
    if len(query.stretches) > 1:
        rows = rows.annotate(**{STRETCH: _stretch(part.day, list(query.stretches))})
        columns.append(STRETCH)
    for name in query.names:
        dimension = part.dimensions[name]
        names = dimension.raw or (f"of_{name}",)
        if not dimension.raw:
            rows = rows.annotate(**{names[0]: dimension.expression(whole)})
        read = towns.get if name == "town" else dimension.reader()
        readers.append((len(columns), len(columns) + len(names), name, read))
        columns += names
    if LISTED in query.names:
        rows = rows.exclude(**{f"of_{LISTED}": "[]"})
    found = rows.order_by().values_list(*columns).annotate(number=Count("*"))
    for *values, number in found.iterator(chunk_size=AT_ONCE):
        place = values[0] if len(query.stretches) > 1 else 0
        if place is not None:
            _add(cube, place, [_read(values, *reader) for reader in readers], number)


def _read(values: Sequence[Any], start: int, end: int, name: str, read: Any) -> str:
    if name == "town":
        return str(read(values[start]) or NONE)
    return str(read(values[start:end]))


def _add(cube: Cube, place: int, values: list[str], number: int) -> None:
    """A row with a list of marks counts under each of them."""
    if not cube.among:
        cube.add(place, values, number)
        return
    for mark in marks_in(values[-1]):
        cube.add(place, [*values[:-1], mark], number)


def _stretch(day: str, stretches: list[Period], offset: int = 0) -> Case:
    """The place of the stretch in which a day lies, by halves; NULL in a gap between them."""
    if len(stretches) == 1:
        inside = Q(**{f"{day}__gte": stretches[0].first, f"{day}__lte": stretches[0].last})
        return Case(When(inside, then=Value(offset)), output_field=IntegerField())
    middle = len(stretches) // 2
    return Case(
        When(
            Q(**{f"{day}__lt": stretches[middle].first}),
            then=_stretch(day, stretches[:middle], offset),
        ),
        default=_stretch(day, stretches[middle:], offset + middle),
        output_field=IntegerField(),
    )


# ------------------------------------------------------------------ counted one by one


def own_counts(span: Span) -> dict[Figure, int]:
    """The settled of each period by a query without joins or groups, to hold the cubes against."""
    periods = (span.period, span.calendar, span.before)
    found: dict[Figure, int] = {}
    for part in SOURCES["settled"].parts:
        told = part.rows(Period(min(periods).first, max(one.last for one in periods))).aggregate(
            **{
                f"in_{place}": Count("pk", filter=_within(part.day, period))
                for place, period in enumerate(periods)
            }
        )
        for place, period in enumerate(periods):
            figure = Figure("settled", period)
            found[figure] = found.get(figure, 0) + told[f"in_{place}"]
    return found


def _within(day: str, period: Period) -> Q:
    return Q(**{f"{day}__gte": period.first, f"{day}__lte": period.last})
