"""The worker of the embedded default: jobs from our own table, on the schedule of Celery beat.

A job is a row; it is claimed by compare-and-set, so that two workers never run one twice at a
time, and a job whose worker died is seen as such and taken up again.
"""

import datetime
import traceback

from celery.schedules import crontab
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.celery import app
from kaili_hukou.models import Job

State = Job.State
# Longer than any task of ours takes; a row still running after it lost its worker.
LOST_AFTER = datetime.timedelta(hours=1)


def start(task: str, *arguments: int | str) -> None:
    """Has a task run once the present transaction has gone through."""
    if settings.REDIS_URL:
        transaction.on_commit(lambda: app.send_task(task, args=arguments))
    else:
        enqueue(task, *arguments)


def enqueue(task: str, *arguments: int | str) -> Job:
    return Job.objects.create(task=task, arguments=list(arguments))


def enqueue_due(now: datetime.datetime) -> int:
    """Puts each scheduled task in line once for each time it falls due."""
    count = 0
    for entry in app.conf.beat_schedule.values():
        last = Job.objects.filter(task=entry["task"]).order_by("-due_at").first()
        if last is None or _fell_due(entry["schedule"], last.due_at, now):
            Job.objects.create(task=entry["task"], due_at=now)
            count += 1
    return count


def _fell_due(schedule: crontab, last: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether the schedule has a time after `last` up to now; missed nights count once."""
    day = timezone.localtime(now).replace(
        hour=min(schedule.hour), minute=min(schedule.minute), second=0, microsecond=0
    )
    latest = day if day <= now else day - datetime.timedelta(days=1)
    return last < latest


def run_next(now: datetime.datetime) -> Job | None:
    """Runs one job that is due; None where there is none."""
    waiting = Q(state=State.WAITING, due_at__lte=now)
    lost = Q(state=State.RUNNING, started_at__lt=now - LOST_AFTER)
    job = Job.objects.filter(waiting | lost).order_by("due_at").first()
    if job is None:
        return None
    claimed = Job.objects.filter(pk=job.pk, state=job.state, started_at=job.started_at).update(
        state=State.RUNNING, started_at=now
    )
    if claimed:
        _run(job)
    return job


def _run(job: Job) -> None:
    state, fault = State.DONE, ""
    try:
        app.tasks[job.task].apply(args=job.arguments, throw=True)
    except Exception:  # noqa: BLE001 - whatever a task raises becomes the job's own fault text
        state, fault = State.FAILED, traceback.format_exc(limit=-3)
    Job.objects.filter(pk=job.pk).update(state=state, fault=fault, ended_at=timezone.now())
