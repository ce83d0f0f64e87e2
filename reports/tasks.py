"""Background work of the reports: a day in, one call of an action."""

from django.utils import timezone

from kaili_hukou.celery import app
from reports import due_days
from reports.actions.reminding import remind


@app.task(name="reports.tasks.remind_units")
def remind_units() -> int:
    """Silent units are reminded on 10 November, 1, 7 and 9 December, then daily."""
    today = timezone.localdate()
    return remind(due_days.asked_year(today), today)
