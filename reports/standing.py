"""Where the city and its towns stand: counts, rates, goals and the way to them, for the page."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kaili_hukou.models import Town
from reports.curve import (
    POPULATION,
    REGISTERED_RATE,
    RESIDENT_RATE,
    TITLES,
    Goal,
    Point,
    baseline_of,
    expected,
    goal_in_force,
)
from reports.models import Observation
from reports.models.indicators import MEASURED_BY, Source, goals
from reports.rates import NotComparable, rate
from reports.trend import Chart, Series, chart

RATE_OF = {Source.STATISTICS: RESIDENT_RATE, Source.POLICE: REGISTERED_RATE}


@dataclass(slots=True)
class Side:
    """What one source says of one place on one day."""

    whole: Observation | None = None
    part: Observation | None = None
    rate: Decimal | None = None
    fault: str = ""

    @property
    def seen(self) -> str:
        """The rows that a correction would replace, as the page carries them."""
        return "-".join(str(row.pk) for row in (self.whole, self.part) if row)


@dataclass(slots=True)
class Place:
    name: str
    sides: dict[Source, Side] = field(default_factory=lambda: {one: Side() for one in Source})

    @property
    def resident(self) -> Side:
        return self.sides[Source.STATISTICS]

    @property
    def registered(self) -> Side:
        return self.sides[Source.POLICE]


def side_of(rows: Iterable[Observation], source: Source) -> Side:
    """The rate where both counts are of one source, day and publication; else why there is none."""
    part_of, whole_of = MEASURED_BY[source]
    by_measure = {row.measure: row for row in rows if row.source == source}
    side = Side(by_measure.get(whole_of), by_measure.get(part_of))
    if side.whole and side.part:
        try:
            side.rate = rate(side.part.count, side.whole.count)
        except NotComparable as fault:
            side.fault = str(fault)
    return side


def places_on(as_of: datetime.date) -> list[Place]:
    """The city and every town, in this order, as counted on one day."""
    by_town: dict[Any, list[Observation]] = defaultdict(list)
    for row in Observation.objects.current().filter(as_of=as_of).select_related("town"):
        by_town[row.town_id].append(row)
    named = [(None, "全市"), *Town.objects.values_list("pk", "name")]
    return [
        Place(name, {source: side_of(by_town[pk], source) for source in Source})
        for pk, name in named
    ]


def sums_that_disagree(places: list[Place]) -> list[str]:
    """A sentence for each count whose towns, all of them told, do not add up to the city."""
    city, towns = places[0], places[1:]
    found = []
    for source in Source:
        for name in ("whole", "part"):
            row = getattr(city.sides[source], name)
            told = [getattr(town.sides[source], name) for town in towns]
            if row is None or not all(told):
                continue
            gap = sum(one.value for one in told) - row.value
            if gap:
                found.append(
                    f"{row.get_measure_display()}:各镇街合计与全市相差 {gap:+d} 人,请与来源核对。"
                )
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """An indicator of the city on a day, beside its goal and the way there."""

    indicator: str
    on: datetime.date
    value: Decimal
    goal: Goal | None
    expected: Decimal | None

    @property
    def title(self) -> str:
        return TITLES[self.indicator]

    @property
    def unit(self) -> str:
        return "人" if self.indicator == POPULATION else "%"

    @property
    def ahead(self) -> Decimal | None:
        """Above the line (or the goal) by so much; below it where negative."""
        return None if self.expected is None else self.value - self.expected

    @property
    def to_go(self) -> Decimal | None:
        return None if self.goal is None else max(self.goal.value - self.value, Decimal(0))


def points_of_the_city() -> dict[str, list[Point]]:
    """Each indicator as counted, day by day."""
    by_day: dict[datetime.date, list[Observation]] = defaultdict(list)
    for row in Observation.objects.current().of_the_city().order_by("as_of"):
        by_day[row.as_of].append(row)
    points: dict[str, list[Point]] = {name: [] for name in TITLES}
    for day, rows in by_day.items():
        for source, name in RATE_OF.items():
            side = side_of(rows, source)
            if side.rate is not None:
                points[name].append(Point(day, side.rate))
            if source is Source.POLICE and side.whole:
                points[POPULATION].append(Point(day, Decimal(side.whole.value)))
    return points


def standings(points: dict[str, list[Point]]) -> list[Standing]:
    """Every point of the city beside its goal, the newest first."""
    known = goals()
    found = []
    for name, told in points.items():
        for point in told:
            goal = goal_in_force(known, name, point.on)
            way = expected(goal, baseline_of(goal, told), point.on) if goal else None
            found.append(Standing(name, point.on, point.value, goal, way))
    return sorted(found, key=lambda one: (-one.on.toordinal(), list(TITLES).index(one.indicator)))


def charts(points: dict[str, list[Point]]) -> list[tuple[str, Chart | None]]:
    """The two rates with the way to the goal, and the registered population with its own."""
    rates = [
        Series(TITLES[RESIDENT_RATE], "circle", tuple(points[RESIDENT_RATE])),
        Series(TITLES[REGISTERED_RATE], "square", tuple(points[REGISTERED_RATE])),
        *_ways(REGISTERED_RATE, points),
    ]
    people = [
        Series(TITLES[POPULATION], "square", tuple(points[POPULATION])),
        *_ways(POPULATION, points),
    ]
    return [
        ("两个城镇化率", chart(rates, "%") if points[REGISTERED_RATE] else chart(rates[:2], "%")),
        ("户籍人口", chart(_in_tens_of_thousands(people), "万") if points[POPULATION] else None),
    ]


def _ways(name: str, points: dict[str, list[Point]]) -> list[Series]:
    """From the baseline to the goal in force, as two points."""
    goal = goal_in_force(goals(), name, max((one.on for one in points[name]), default=_NEVER))
    start = baseline_of(goal, points[name]) if goal else None
    if goal is None or start is None:
        return []
    return [Series("到目标的进度线", "none", (start, Point(goal.due_on, goal.value)))]


_NEVER = datetime.date.min


def _in_tens_of_thousands(series: list[Series]) -> list[Series]:
    return [
        Series(
            one.title,
            one.mark,
            tuple(Point(point.on, round(point.value / 10_000, 2)) for point in one.points),
        )
        for one in series
    ]
