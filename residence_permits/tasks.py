"""Background work: the day in, one call of an action."""

from django.utils import timezone

from kaili_hukou.celery import app
from residence_permits.actions.sweeping import sweep


@app.task(name="residence_permits.tasks.sweep_permits")
def sweep_permits() -> dict[str, int]:
    """Windows that have opened and suspensions that have begun are recorded."""
    return sweep(timezone.localdate())
