"""Background work: an id or nothing in, one call of an action."""

import uuid

from django.utils import timezone

from applications.actions.opening_households import work_on
from applications.actions.prospecting import look_at_all
from applications.actions.timing import reckon_deadline
from applications.models import Application
from kaili_hukou.celery import app


@app.task(name="applications.tasks.reckon_deadlines")
def reckon_deadlines() -> int:
    """Deadlines of open cases follow the calendar as it stands now."""
    cases = Application.objects.open().filter(accepted_on__isnull=False)
    for application in cases.iterator(chunk_size=500):
        reckon_deadline(application)
    return cases.count()


@app.task(name="applications.tasks.look_for_prospects")
def look_for_prospects() -> int:
    """Permit holders who have come to meet a route, or will within sixty days (三(二))."""
    return look_at_all(timezone.localdate())


@app.task(name="applications.tasks.open_households")
def open_households(opening: str) -> None:
    """Drafts in bulk from a roster; safe to run again at any moment."""
    work_on(uuid.UUID(opening), timezone.localdate())
