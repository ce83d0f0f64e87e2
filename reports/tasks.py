"""Background work of the reports: a day in, one call of an action."""

import uuid

from django.utils import timezone

from kaili_hukou.celery import app
from reports import due_days
from reports.actions import building
from reports.actions.noting import note_figures
from reports.actions.reminding import remind


@app.task(name="reports.tasks.remind_units")
def remind_units() -> int:
    """Silent units are reminded on 10 November, 1, 7 and 9 December, then daily."""
    today = timezone.localdate()
    return remind(due_days.asked_year(today), today)


@app.task(name=building.WORK)
def build_report(build: str) -> None:
    """A draft, a final or a correction; safe to run again at any moment."""
    building.work_on(uuid.UUID(build))


@app.task(name="reports.tasks.note_figures")
def note_todays_figures() -> None:
    """The main figures of the running year, so that tomorrow shows what has moved."""
    note_figures(timezone.now())
