"""The main figures of the running report year, noted once a day."""

import datetime
from typing import Any

from django.utils import timezone

from reports.build import build
from reports.figures import Disagreement, Figures
from reports.models import FigureSnapshot
from reports.period import span_of


def note_figures(now: datetime.datetime) -> None:
    """The first of a day stands; sums that disagree are noted by the rehearsal, not here."""
    today = timezone.localtime(now).date()
    span = span_of(today.year + (today.month == 12), today)
    try:
        numbers = flattened(build(span, now))
    except Disagreement:
        return
    FigureSnapshot.objects.get_or_create(year=span.year, on=today, defaults={"numbers": numbers})


def flattened(figures: Figures) -> dict[str, Any]:
    """Each table's total row by its words: a figure has a name that a reader knows."""
    return {
        f"{table.title} · {column.title}": cell
        for table in figures.tables
        for row in table.rows
        if not row.section and row.title == "合计"
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell is not None
    }
