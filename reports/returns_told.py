"""Who has sent the return of a year, as the report tells it."""

from dataclasses import dataclass
from typing import Any

from kaili_hukou.models import Town
from reports.models import UnitReturn
from reports.return_flow import RECEIVED, State
from reports.units import units_due


@dataclass(frozen=True, slots=True)
class Told:
    """One unit: how its return stands."""

    name: str
    state: str
    received_on: str | None
    received: bool
    late: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class Returns:
    """`units`: those that owe a return; who is exempt owes none."""

    units: tuple[Told, ...]

    @property
    def unsettled(self) -> list[str]:
        """Neither received nor declared missing: with these no report becomes final."""
        return [one.name for one in self.units if not one.settled]

    def to_json(self) -> dict[str, Any]:
        return {
            "due": len(self.units),
            "received": sum(one.received for one in self.units),
            "late": sum(one.late for one in self.units),
            "missing": [one.name for one in self.units if not one.received],
        }


def returns_of(year: int) -> Returns:
    rows = UnitReturn.objects.filter(year=year)
    kept = {(row.bureau_id, row.town_id): row for row in rows}
    told = []
    for unit in units_due(year):
        place = (None, unit.pk) if isinstance(unit, Town) else (unit.pk, None)
        row = kept.get(place)
        if row is None or row.state != State.EXEMPT:
            told.append(_told(unit.name, row))
    return Returns(tuple(told))


def _told(name: str, row: UnitReturn | None) -> Told:
    if row is None:
        return Told(name, State.NOT_BEGUN.label, None, False, False, False)
    received = row.state in RECEIVED
    return Told(
        name=name,
        state="列为未报送" if row.declared_missing and not received else row.get_state_display(),
        received_on=row.received_on.isoformat() if row.received_on else None,
        received=received,
        late=received and row.is_late,
        settled=received or row.declared_missing,
    )
