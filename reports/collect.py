"""Querysets to counted groups, by a constant number of grouped queries whatever the rows.

All tables are folded from a few cubes: the main one of the settled is grouped by (stretch, route,
town, origin, column of the police form), so that report year, calendar years and months are sums
of the same groups.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, F, IntegerField, Q, Value, When

from applications.models import Member
from kaili_hukou.models import Town
from reports.counts import Counts, Cube
from reports.dimensions import marks_in
from reports.keys import NONE, Figure
from reports.period import Period, Span
from reports.sources import SOURCES, Part

SETTLED, TOWN, STRETCH, APPLIED = "settled", "town", "in_stretch", "applied"
# The one dimension that is a list in each row; it stands last in its query.
LISTED = "mark"


@dataclass(frozen=True, slots=True)
class Query:
    """One cube to count: `names` are the dimensions that its tables need."""

    source: str
    names: tuple[str, ...]
    stretches: tuple[Period, ...]

    @property
    def whole(self) -> Period:
        return Period(self.stretches[0].first, max(one.last for one in self.stretches))

    @property
    def listed(self) -> str:
        return LISTED if LISTED in self.names else ""


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All queries inside see the same rows, whatever others write meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                if outermost:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                # A few large groupings: to compile each costs more than it saves, and what does
                # not fit into the usual 4 MB is sorted on disk.
                cursor.execute("SET LOCAL jit = off")
                cursor.execute("SET LOCAL work_mem = '64MB'")
        yield


def queries_of(span: Span) -> list[Query]:
    """What a report asks, table by table; the settled are `settled_queries`."""
    own, place = (span.period,), ("route", "town")
    by_place = ("received", "open", "revoked", "returned", "collective")
    return [
        *(Query(source, place, own) for source in by_place),
        Query("made", (*place, "move", "term"), own),
        Query("rights", (*place, "state"), own),
        *(Query(source, ("town",), own) for source in ("issued", "endorsed", "suspended", "valid")),
        *(Query(source, ("roster",), own) for source in ("named", "named_settled")),
    ]


def settled_queries(span: Span) -> list[Query]:
    """The cubes of the settled: all made of one look at their rows."""
    return [
        Query(SETTLED, ("route", "town", "level", "kind", "column"), tuple(span.stretches)),
        Query(SETTLED, ("route", "town", "sex", "age", "nation"), (span.period,)),
        Query(SETTLED, ("town", LISTED), (span.calendar,)),
    ]


def counted(span: Span, more: Sequence[Query] = ()) -> Counts:
    """Everything that a report counts; `more` where it is held against another one."""
    counts = Counts()
    towns = dict(Town.objects.values_list("pk", "code"))
    for query in (*queries_of(span), *more):
        cube = Cube(query.names, list(query.stretches))
        for part in SOURCES[query.source].parts:
            _group(part, query, cube, towns)
        counts.add(query.source, cube)
    with laid_out(SETTLED, span) as table:
        for query in settled_queries(span):
            counts.add(query.source, table.cube(query, towns))
        counts.applications = table.applicants(span.period) + settled_without(span.period)
    counts.given = own_counts(span)
    return counts


def _group(part: Part, query: Query, cube: Cube, towns: dict[int, str]) -> None:
    rows, columns = part.rows(query.whole), Columns(query.names, part)
    rows = rows.annotate(**columns.expressions(query.whole))
    for *values, number in rows.order_by().values_list(*columns.names).annotate(n=Count("*")):
        cube.add(0, columns.read(values, towns), number)


@dataclass(slots=True)
class Columns:
    """The columns by which rows are grouped, and what they say in the words of the dimensions."""

    dimensions: tuple[str, ...]
    part: Part
    names: list[str] = field(default_factory=list)
    readers: list[tuple[int, int, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in self.dimensions:
            dimension = self.part.dimensions[name]
            found = dimension.raw or (f"of_{name}",)
            reader = None if name == TOWN else dimension.reader()
            self.readers.append((len(self.names), len(self.names) + len(found), reader))
            self.names += found

    def expressions(self, period: Period) -> dict[str, Any]:
        return {
            f"of_{name}": self.part.dimensions[name].expression(period)
            for name in self.dimensions
            if not self.part.dimensions[name].raw
        }

    def read(self, values: Sequence[Any], towns: dict[int, str]) -> list[str]:
        return [
            reader(values[start:end]) if reader else str(towns.get(values[start]) or NONE)
            for start, end, reader in self.readers
        ]


# ------------------------------------------------------------------ the settled, laid out once


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A temporary table: a row for each settled person, only what tables are told apart by."""

    name: str
    stretches: list[Period]
    columns: Columns

    def cube(self, query: Query, towns: dict[int, str]) -> Cube:
        cube = Cube(query.names, list(query.stretches), among=query.listed)
        columns = Columns(query.names, self.columns.part)
        places = {
            base: place
            for place, period in enumerate(query.stretches)
            for base, one in enumerate(self.stretches)
            if period.covers(one)
        }
        for base, *values, number in self._groups(columns, query, sorted(places)):
            place = places[base] if base is not None else 0
            _add(cube, place, columns.read(values, towns), number)
        return cube

    def applicants(self, period: Period) -> int:
        """Of those settled in a period and not taken up again, how many applied themselves."""
        bases = [str(n) for n, one in enumerate(self.stretches) if period.covers(one)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT SUM({APPLIED}) FROM {connection.ops.quote_name(self.name)}"  # noqa: S608
                f" WHERE {STRETCH} IN ({', '.join(bases)})"
            )
            return int(cursor.fetchone()[0] or 0)

    def _groups(self, columns: Columns, query: Query, bases: list[int]) -> list[Any]:
        """Of one period as a whole, or of each stretch of days."""
        quote = connection.ops.quote_name
        names = [quote(self.name_of(name)) for name in columns.names]
        by_stretch = len(query.stretches) > 1
        grouped = ", ".join([quote(STRETCH), *names] if by_stretch else names)
        told = grouped if by_stretch else f"NULL, {grouped}"
        only = f"{quote(STRETCH)} IN ({', '.join(map(str, bases))})"
        if query.listed:
            only += f" AND {quote(self.name_of(f'of_{LISTED}'))} <> '[]'"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {told}, COUNT(*) FROM {quote(self.name)}"  # noqa: S608 - names are ours
                f" WHERE {only} GROUP BY {grouped}"
            )
            return cursor.fetchall()

    def name_of(self, column: str) -> str:
        """Its own column for one of the query's, which may lead through a relation."""
        return f"c{self.columns.names.index(column)}"


@contextmanager
def laid_out(source: str, span: Span) -> Iterator[LaidOut]:
    """The joins are made once, however many tables are grouped from them."""
    queries = settled_queries(span)
    names = tuple(dict.fromkeys(name for query in queries for name in query.names))
    parts, stretches = SOURCES[source].parts, span.stretches
    table = LaidOut(f"report_{source}", stretches, Columns(names, parts[0]))
    quoted = connection.ops.quote_name(table.name)
    with connection.cursor() as cursor:
        for place, part in enumerate(parts):
            chosen, values = _chosen(part, names, stretches, span.period)
            begin = f"INSERT INTO {quoted}" if place else f"CREATE TEMPORARY TABLE {quoted} AS"
            cursor.execute(f"{begin} {chosen}", values)
        try:
            yield table
        finally:
            # After a fault the transaction, and the table with it, is gone already.
            if not connection.needs_rollback:
                cursor.execute(f"DROP TABLE {quoted}")


def _chosen(
    part: Part, names: tuple[str, ...], stretches: list[Period], own: Period
) -> tuple[str, Sequence[Any]]:
    columns = Columns(names, part)
    whole = Period(stretches[0].first, stretches[-1].last)
    told = {STRETCH: _stretch(part.day, stretches), APPLIED: _applied(part)}
    told |= columns.expressions(own)
    rows = part.rows(whole).order_by().annotate(**told)
    kept = {f"c{n}": F(name) for n, name in enumerate(columns.names)}
    return rows.annotate(**kept).values_list(STRETCH, APPLIED, *kept).query.sql_with_params()


def _applied(part: Part) -> Any:
    """1 for an applicant of the cases as they stand; those taken up again are counted apart."""
    if part.rows is not SOURCES[SETTLED].parts[0].rows:
        return Value(0)
    return Case(When(is_applicant=True, then=Value(1)), default=Value(0))


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
    whole = Period(min(periods).first, max(one.last for one in periods))
    found = {Figure(SETTLED, period): 0 for period in periods}
    for part in SOURCES[SETTLED].parts:
        told = part.rows(whole).aggregate(
            **{
                f"in_{place}": Count("pk", filter=_within(part.day, period))
                for place, period in enumerate(periods)
            }
        )
        for place, figure in enumerate(found):
            found[figure] += told[f"in_{place}"]
    return found


def settled_without(period: Period) -> int:
    """Cases that settled somebody in the period, but not their applicant: few, told by name."""
    now, earlier = (part.rows(period).order_by() for part in SOURCES[SETTLED].parts)
    elsewhere = Member.objects.filter(is_applicant=True).exclude(
        registered_on__isnull=False,
        registered_on__gte=period.first,
        registered_on__lte=period.last,
    )
    others = now.filter(is_applicant=False, application__in=elsewhere.values("application"))
    cases = set(others.values_list("application", flat=True).distinct())
    again = set(earlier.values_list("application", flat=True).distinct())
    known = set(now.filter(application__in=again).values_list("application", flat=True))
    return len(cases | (again - known))


def _within(day: str, period: Period) -> Q:
    return Q(**{f"{day}__gte": period.first, f"{day}__lte": period.last})
