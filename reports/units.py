"""The units that report: 18 bureaus and 20 towns as the registers have them in a year."""

import datetime
from typing import Any

from django.db.models import Q, QuerySet

from kaili_hukou.models import Bureau, Duty, Officer, Town
from kaili_hukou.roles import Role
from kaili_hukou.scope import bureaus_of
from reports import due_days

Unit = Bureau | Town


def units_due(year: int) -> list[Unit]:
    """Bureaus first, then towns, as they exist on the day on which the return is due."""
    on = due_days.due_on(year)
    bureaus = _existing(Bureau.objects.filter(kind=Bureau.Kind.BUREAU), on).order_by("pk")
    return [*bureaus, *_existing(Town.objects.all(), on).order_by("code")]


def _existing(rows: QuerySet[Any], on: datetime.date) -> QuerySet[Any]:
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return rows.filter(begun & (Q(valid_to__isnull=True) | Q(valid_to__gte=on)))


def unit_with(code: str) -> Unit | None:
    """A unit by the code of its register; those of towns are nine digits."""
    if code.isascii() and code.isdigit():
        return Town.objects.filter(code=code).first()
    return Bureau.objects.filter(code=code, kind=Bureau.Kind.BUREAU).first()


def unit_of(officer: Officer) -> Unit | None:
    """The unit for which a clerk reports; None for whoever reports for nobody."""
    if officer.role != Role.BUREAU_CLERK:
        return None
    return officer.bureau or officer.town


def named(unit: Unit) -> dict[str, Unit]:
    """The columns by which a row names its unit."""
    return {"bureau": unit} if isinstance(unit, Bureau) else {"town": unit}


def may_see(officer: Officer, unit: Unit) -> bool:
    """A clerk: the own unit and the bureaus it took over from. Whoever else comes here: all."""
    if officer.role != Role.BUREAU_CLERK:
        return True
    if isinstance(unit, Town):
        return officer.bureau_id is None and officer.town_id == unit.pk
    return officer.bureau_id is not None and unit.pk in bureaus_of(officer.bureau_id)


def measures(unit: Unit, year: int) -> list[Duty]:
    """What the unit reports on in a year: each clause once, in the order of the plan."""
    found: dict[str, Duty] = {}
    for duty in Duty.objects.of(unit, due_days.due_on(year)):
        held = found.get(duty.clause)
        if held is None or duty.part == Duty.Part.LEAD:
            found[duty.clause] = duty
    return sorted(found.values(), key=lambda duty: clause_order(duty.clause))


def clause_order(clause: str) -> tuple[int, str]:
    """Three before four, then as written: 三(一) before 三(一)6(1) before 三(二)."""
    parts = "一二三四五六七八九"
    return parts.find(clause[:1]), "".join(
        str(parts.index(sign) + 1) if sign in parts else sign for sign in clause[1:]
    )
