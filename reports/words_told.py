"""The words of a report as they stand: what the units returned, their rules, the indicators."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch

from kaili_hukou.clauses import CLAUSES
from reports.curve import (
    POPULATION,
    REGISTERED_RATE,
    RESIDENT_RATE,
    TITLES,
    Goal,
    goal_in_force,
)
from reports.models import Observation, ReturnFile, SupportingRule, UnitReturn
from reports.models.indicators import MEASURED_BY, Source, goals
from reports.standing import side_of
from reports.units import clause_order
from reports.words import FileWords, ItemWords, RateWords, RuleWords, UnitWords, Words

# The offices as a sentence names them.
OFFICES = {Source.STATISTICS: "市统计局", Source.POLICE: "市公安局"}
RATES = ((RESIDENT_RATE, Source.STATISTICS), (REGISTERED_RATE, Source.POLICE))


def words_at(year: int, on: datetime.date) -> Words:
    """What was received for a year, and the indicators as last published by a day."""
    return Words(_units(year), _rules(), tuple(_rates(on)))


def _units(year: int) -> tuple[UnitWords, ...]:
    rows = UnitReturn.objects.received().filter(year=year).select_related("bureau", "town")
    kept = ReturnFile.objects.kept().select_related("item").order_by("uploaded_at", "pk")
    rows = rows.prefetch_related("items", Prefetch("files", queryset=kept))
    ordered = sorted(rows, key=lambda row: (row.bureau_id is None, row.bureau_id or row.town.code))
    return tuple(_unit(row) for row in ordered)


def _unit(row: UnitReturn) -> UnitWords:
    return UnitWords(
        name=row.unit.name,
        state=row.get_state_display(),
        items=tuple(_item(one) for one in sorted(row.items.all(), key=_place)),
        suggestions=row.suggestions,
        files=tuple(_file(one) for one in row.files.all()),
    )


def _place(item: Any) -> tuple[str | int, ...]:
    return clause_order(item.clause)


def _item(item: Any) -> ItemWords:
    return ItemWords(
        clause=item.clause,
        title=CLAUSES[item.clause].title,
        part=item.get_part_display(),
        progress=item.progress,
        figures=item.figures,
        problems=item.problems,
        next_steps=item.next_steps,
        cost_estimated=_amount(item.cost_estimated),
        cost_spent=_amount(item.cost_spent),
    )


def _amount(value: Any) -> str:
    return "" if value is None else str(value)


def _file(file: ReturnFile) -> FileWords:
    clause = file.item.clause if file.item else ""
    return FileWords(file.get_purpose_display(), clause, file.kind, file.size, file.sha256)


def _rules() -> tuple[RuleWords, ...]:
    rows = SupportingRule.objects.select_related("bureau")
    ordered = sorted(rows, key=lambda row: (clause_order(row.clause), row.bureau_id))
    return tuple(
        RuleWords(
            bureau=row.bureau.name,
            clause=row.clause,
            title=row.title,
            state=row.get_state_display(),
            number=row.document_number,
            issued_on=row.issued_on.isoformat() if row.issued_on else "",
            late=row.was_late,
        )
        for row in ordered
    )


def _rates(on: datetime.date) -> Iterable[RateWords]:
    """Each source by its own latest day; what cannot be compared has no rate."""
    known = goals()
    rows = Observation.objects.current().of_the_city().known_on(on)
    latest: dict[str, list[Observation]] = {source: [] for source in Source}
    for row in rows.order_by("-as_of"):
        found = latest[row.source]
        if not found or found[0].as_of == row.as_of:
            found.append(row)
    for name, source in RATES:
        side = side_of(latest[source], source)
        value = "" if side.rate is None else str(side.rate)
        yield _rate(name, value, side.whole, goal_in_force(known, name, on))
    counted = MEASURED_BY[Source.POLICE][1]
    whole = next((row for row in latest[Source.POLICE] if row.measure == counted), None)
    people = str(whole.value) if whole else ""
    yield _rate(POPULATION, people, whole, goal_in_force(known, POPULATION, on))


def _rate(name: str, value: str, row: Observation | None, goal: Goal | None) -> RateWords:
    unit = "人" if name == POPULATION else "%"
    if not value or row is None:
        return RateWords(TITLES[name], unit)
    return RateWords(
        title=TITLES[name],
        unit=unit,
        value=value,
        as_of=row.as_of.isoformat(),
        source=OFFICES[Source(row.source)],
        sourced_on=row.sourced_on.isoformat(),
        goal=f"{goal.value.normalize():f}" if goal else "",
        goal_on=goal.due_on.isoformat() if goal else "",
    )
