"""Background work of the foundation: the day in, one call of an action."""

from django.utils import timezone

from kaili_hukou import logins, sealed_uploads, sealing
from kaili_hukou.celery import app


@app.task(name="kaili_hukou.tasks.clear_uploads")
def clear_uploads() -> int:
    """Uploads that nobody confirmed within a day are removed."""
    return sealed_uploads.clear_old(timezone.now())


@app.task(name="kaili_hukou.tasks.seal_record")
def seal_record() -> int:
    """What was recorded since the last seal is sealed."""
    return sealing.seal(timezone.now())


@app.task(name="kaili_hukou.tasks.drop_kept_forms")
def drop_kept_forms() -> int:
    """What was typed into an ended login and not fetched within half an hour is removed."""
    return logins.drop_kept(timezone.now())
