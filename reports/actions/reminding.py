"""Silent units are reminded on the days of the plan, by letter at a press, and called."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from reports import due_days
from reports.actions.changing import NotAllowed, opened
from reports.closing import is_closed
from reports.models import Reminder, ReturnCall, ReturnYear, UnitReturn
from reports.return_flow import GATHERERS, WITH_UNIT
from reports.units import Unit, named, units_due


def silent_units(year: int) -> list[Unit]:
    """The units whose return is still with them and was not declared missing."""
    rows = UnitReturn.objects.filter(year=year).values_list(
        "bureau", "town", "state", "declared_missing"
    )
    settled = {
        (bureau, town) for bureau, town, state, missing in rows if missing or state not in WITH_UNIT
    }
    return [unit for unit in units_due(year) if _key(unit) not in settled]


def _key(unit: Unit) -> tuple[int | None, int | None]:
    told = named(unit)
    bureau, town = told.get("bureau"), told.get("town")
    return bureau.pk if bureau else None, town.pk if town else None


@transaction.atomic
def remind(year: int, on: datetime.date) -> int:
    """The day's reminders, once however often it is asked for; how many rows were written.

    A night that was missed is made good for the last of the days that were due by then.
    """
    days = due_days.reminder_days(year, on)
    if not days or is_closed(year):
        return 0
    day, written = days[-1], 0
    for unit in silent_units(year):
        written += Reminder.objects.get_or_create(unit_return=opened(unit, year), on=day)[1]
    if written:
        audit.record("催报提醒", count=written)
    return written


@transaction.atomic
def note_letters(year: int, officer: Officer, on: datetime.date) -> list[UnitReturn]:
    """One press: a reminder letter for each silent unit, noted with its day."""
    _gathers(officer)
    found = [opened(unit, year) for unit in silent_units(year)]
    for row in found:
        Reminder.objects.update_or_create(
            unit_return=row,
            on=on,
            defaults={"printed_at": timezone.now(), "printed_by": officer},
        )
    if not found:
        raise Refused("各单位都已报送,没有要打印的催报函。")
    audit.record("打印催报函", count=len(found))
    return found


@dataclass(frozen=True, slots=True)
class Call:
    way: str
    text: str
    on: datetime.date


@transaction.atomic
def note_call(unit: Unit, year: int, call: Call, officer: Officer) -> ReturnCall:
    _gathers(officer)
    made = ReturnCall.objects.create(
        unit_return=opened(unit, year), way=call.way, text=call.text, on=call.on, officer=officer
    )
    audit.record("催报联系", made)
    return made


@transaction.atomic
def set_days(
    year: int, returns_by: datetime.date, summary_by: datetime.date, officer: Officer
) -> None:
    """The internal days of a year: returns, then the summary, then the day of the plan."""
    _gathers(officer)
    if not returns_by <= summary_by <= due_days.due_on(year) or returns_by.year != year:
        raise Refused(
            f"内部报送日应在 {year} 年内,不晚于内部汇总日;汇总日不晚于 {due_days.due_on(year)}。"
        )
    days = {"returns_by": returns_by, "summary_by": summary_by}
    row, _ = ReturnYear.objects.update_or_create(year=year, defaults=days | {"set_by": officer})
    audit.record(
        "设定内部日期", row, changes={name: (None, str(day)) for name, day in days.items()}
    )


def internal_days(year: int) -> ReturnYear:
    """As set, else 30 November for returns and 9 December for the summary; then not stored."""
    usual = ReturnYear(
        year=year, returns_by=due_days.returns_by(year), summary_by=due_days.summary_by(year)
    )
    return ReturnYear.objects.filter(year=year).first() or usual


def _gathers(officer: Officer) -> None:
    if officer.role not in GATHERERS:
        raise NotAllowed(
            f"催报由户改办、户政科办理,您的角色({officer.get_role_display()})不能办理。"
        )
