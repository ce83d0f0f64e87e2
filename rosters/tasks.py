"""Background work on rosters: an id in, one call."""

from django.utils import timezone

from kaili_hukou.celery import app
from rosters.actions import purging, uploads
from rosters.models import RosterUpload
from rosters.working import work_on


@app.task(name=uploads.WORK)
def work_on_upload(upload_id: str) -> None:
    for upload in RosterUpload.objects.filter(pk=upload_id):
        work_on(upload)


@app.task(name="rosters.tasks.take_up_lost_uploads")
def take_up_lost_uploads() -> int:
    return uploads.take_up_lost(timezone.now())


@app.task(name="rosters.tasks.purge_rejected")
def purge_rejected() -> int:
    """Rejected rows, and what nobody decided upon, go after thirty days."""
    return purging.purge(timezone.now())
