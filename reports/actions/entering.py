"""公业58表: the cells that the system cannot count, each entered with its source and day."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from reports.models import PoliceEntry
from reports.yearly_tables import ENTERED


@dataclass(frozen=True, slots=True)
class Entered:
    """What the police told of a calendar year: numbers by column, from which paper of which day."""

    year: int
    cells: Mapping[int, int]
    source: str
    as_of: datetime.date


def entered_of(year: int) -> dict[int, PoliceEntry]:
    """The cells of a year as last entered."""
    rows = PoliceEntry.objects.filter(year=year).order_by("entered_at", "pk")
    return {row.column: row for row in rows}


@transaction.atomic
def enter(told: Entered, officer: Officer, on: datetime.date) -> int:
    """Adds a row for each cell that is not as it was entered last; gives how many."""
    if not set(told.cells) <= set(ENTERED):
        raise Refused("只有系统不能统计的各栏可以录入,请从录入页填写。")
    if told.as_of > on:
        raise Refused(f"数据日期({told.as_of})在今天以后,请核对。")
    if not told.source.strip():
        raise Refused("请写明数据来源(如:公安年报、人口信息系统)。")
    known = entered_of(told.year)
    rows = [
        PoliceEntry(
            year=told.year,
            column=column,
            value=value,
            source=told.source.strip(),
            as_of=told.as_of,
            entered_by=officer,
        )
        for column, value in told.cells.items()
        if column not in known or known[column].value != value
    ]
    PoliceEntry.objects.bulk_create(rows)
    if rows:
        cells = {f"{told.year}-{row.column}": (_before(known, row), row.value) for row in rows}
        audit.record("录入公业58表", changes=cells, count=len(rows))
    return len(rows)


def _before(known: Mapping[int, PoliceEntry], row: PoliceEntry) -> int | None:
    return known[row.column].value if row.column in known else None
