"""The worker of the embedded default: jobs from our own table, on the schedule of Celery beat.

A job is a row; it is claimed by compare-and-set, so that two workers never run one twice at a
time. A worker at work leaves a sign of life every few seconds: a job that shows none any more has
lost its worker and is taken up again.
"""

import datetime
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from celery.schedules import crontab
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.celery import app
from kaili_hukou.models import Job

State = Job.State
SIGN_OF_LIFE_SECONDS = 10
# Several signs of life missed: long enough that what the task itself noted is as old.
LOST_AFTER = datetime.timedelta(seconds=75)
# A job that takes its worker down each time is not tried for ever.
MOST_TRIES = 5
WORKER_LOST = f"{MOST_TRIES} 次接手的工作进程都中途消失,不再自动重试。"
# What is done is looked at by nobody after some days; what failed stays.
KEPT = datetime.timedelta(days=30)
KEPT_OF_EVERY_MINUTE = datetime.timedelta(hours=1)


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
            _forget_done(entry["task"], entry["schedule"], now)
            Job.objects.create(task=entry["task"], due_at=now)
            count += 1
    return count


def _forget_done(task: str, schedule: crontab, now: datetime.datetime) -> None:
    often = len(schedule.hour) > 1
    before = now - (KEPT_OF_EVERY_MINUTE if often else KEPT)
    Job.objects.filter(task=task, state=State.DONE, due_at__lt=before).delete()


def _fell_due(schedule: crontab, last: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether the schedule has a time after `last` up to now; missed times count once."""
    since, to_next, _ = schedule.remaining_delta(timezone.localtime(last))
    return since + to_next <= now


def run_next(now: datetime.datetime) -> Job | None:
    """Runs one job that is due; None where there is none."""
    waiting = Q(state=State.WAITING, due_at__lte=now)
    lost = Q(state=State.RUNNING, seen_at__lt=now - LOST_AFTER)
    job = Job.objects.filter(waiting | lost).order_by("due_at").first()
    if job is None:
        return None
    here = Job.objects.filter(pk=job.pk, state=job.state, seen_at=job.seen_at)
    if job.tries >= MOST_TRIES:
        here.update(state=State.FAILED, fault=WORKER_LOST, ended_at=now)
    elif here.update(state=State.RUNNING, started_at=now, seen_at=now, tries=job.tries + 1):
        with _sign_of_life(job):
            _run(job)
    return job


@contextmanager
def _sign_of_life(job: Job) -> Iterator[None]:
    """While the job runs a thread beside it writes every few seconds that it does."""
    over = threading.Event()
    thread = threading.Thread(target=_give_signs, args=(job.pk, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _give_signs(pk: int, over: threading.Event) -> None:
    while not over.wait(SIGN_OF_LIFE_SECONDS):
        try:
            Job.objects.filter(pk=pk, state=State.RUNNING).update(seen_at=timezone.now())
        except DatabaseError:
            # The task itself holds the lock, or the line is down: the next sign tells.
            continue
        finally:
            connection.close()


def _run(job: Job) -> None:
    state, fault = State.DONE, ""
    try:
        app.tasks[job.task].apply(args=job.arguments, throw=True)
    except Exception:  # noqa: BLE001 - whatever a task raises becomes the job's own fault text
        state, fault = State.FAILED, traceback.format_exc(limit=-3)
    Job.objects.filter(pk=job.pk).update(state=state, fault=fault, ended_at=timezone.now())
