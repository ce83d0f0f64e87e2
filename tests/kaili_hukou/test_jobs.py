"""Background work: our own table of jobs, and the same task through a real Celery worker."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import redis
from django.core.management import call_command
from django.utils import timezone

from kaili_hukou import jobs
from kaili_hukou.celery import app
from kaili_hukou.models import CalendarDay, Job
from kaili_hukou.registers import forget
from tests import factories

ROOT = Path(__file__).parents[2]
RECKON = "applications.tasks.reckon_deadlines"
LOST_UPLOADS = "rosters.tasks.take_up_lost_uploads"
SHANGHAI = ZoneInfo("Asia/Shanghai")
State = Job.State


def at(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


# Tasks of the tests alone, as any app would register its own.


@app.task(name="tests.note")
def note(*words: str) -> None:
    NOTED.append(words)


@app.task(name="tests.fail")
def fail() -> None:
    raise ValueError("演示:这个任务失败")


@app.task(name="tests.linger")
def linger() -> None:
    """Until somebody else has written a sign of life, or in vain for three seconds."""
    end = time.monotonic() + 3
    begun = Job.objects.get().seen_at
    while time.monotonic() < end and Job.objects.get().seen_at == begun:
        time.sleep(0.02)


NOTED: list[tuple[str, ...]] = []


@pytest.fixture(autouse=True)
def _nothing_noted():
    NOTED.clear()


# ------------------------------------------------------------------ the table


def test_a_job_is_a_row_with_its_task_and_ids(db):
    job = jobs.enqueue("tests.note", 7, "a")
    found = Job.objects.get()
    assert (found, found.task, found.arguments, found.state) == (
        job,
        "tests.note",
        [7, "a"],
        State.WAITING,
    )


def test_a_job_runs_once_with_its_arguments(db):
    jobs.enqueue("tests.note", "one", "two")
    assert jobs.run_next(timezone.now()).task == "tests.note"
    assert jobs.run_next(timezone.now()) is None
    assert NOTED == [("one", "two")]
    job = Job.objects.get()
    assert job.state == State.DONE
    assert job.started_at <= job.ended_at
    assert job.fault == ""


def test_jobs_run_in_the_order_in_which_they_are_due(db):
    now = timezone.now()
    for hours, word in ((1, "second"), (2, "first")):
        Job.objects.create(
            task="tests.note", arguments=[word], due_at=now - datetime.timedelta(hours=hours)
        )
    while jobs.run_next(now):
        pass
    assert NOTED == [("first",), ("second",)]


def test_a_job_waits_until_it_is_due(db):
    now = timezone.now()
    Job.objects.create(task="tests.note", due_at=now + datetime.timedelta(minutes=1))
    assert jobs.run_next(now) is None
    assert jobs.run_next(now + datetime.timedelta(minutes=1)) is not None


def test_a_failure_keeps_its_text_and_lets_the_next_job_run(db):
    jobs.enqueue("tests.fail")
    jobs.enqueue("tests.note", "after")
    while jobs.run_next(timezone.now()):
        pass
    failed = Job.objects.get(task="tests.fail")
    assert failed.state == State.FAILED
    assert "ValueError: 演示:这个任务失败" in failed.fault
    assert failed.ended_at
    assert NOTED == [("after",)]


def test_a_task_that_nobody_knows_fails_in_words(db):
    jobs.enqueue("nobody.knows")
    jobs.run_next(timezone.now())
    assert "nobody.knows" in Job.objects.get().fault


def test_a_job_whose_worker_was_lost_is_taken_up_again_within_two_minutes(db):
    now = timezone.now()
    lost = jobs.enqueue("tests.note", "lost")
    hour_ago = now - datetime.timedelta(hours=1)
    seen_at = now - datetime.timedelta(seconds=70)
    Job.objects.update(state=State.RUNNING, started_at=hour_ago, seen_at=seen_at, tries=1)
    assert jobs.run_next(now) is None
    assert jobs.run_next(now + datetime.timedelta(seconds=40)).pk == lost.pk
    assert NOTED == [("lost",)]
    assert (Job.objects.get().state, Job.objects.get().tries) == (State.DONE, 2)


def test_a_job_that_takes_its_worker_down_each_time_is_given_up_in_words(db):
    now = timezone.now()
    jobs.enqueue("tests.note", "deadly")
    long_ago = now - datetime.timedelta(minutes=5)
    Job.objects.update(state=State.RUNNING, seen_at=long_ago, tries=jobs.MOST_TRIES)
    assert jobs.run_next(now)
    assert jobs.run_next(now) is None
    job = Job.objects.get()
    assert (NOTED, job.state) == ([], State.FAILED)
    assert "不再自动重试" in job.fault


@pytest.mark.django_db(transaction=True)
def test_a_job_that_takes_long_gives_signs_of_life(monkeypatch):
    """Else a second worker would begin it again beside the first."""
    monkeypatch.setattr(jobs, "SIGN_OF_LIFE_SECONDS", 0.01)
    began = timezone.now() - datetime.timedelta(minutes=5)
    Job.objects.create(task="tests.linger", due_at=began)
    jobs.run_next(began)
    assert Job.objects.get().started_at == began
    assert Job.objects.get().seen_at > began + datetime.timedelta(minutes=4)


def test_a_job_that_another_worker_claimed_meanwhile_is_left_to_him(db):
    """Both saw it waiting; the other one was first."""
    jobs.enqueue("tests.note", "once")
    seen = Job.objects.get()
    assert jobs.run_next(timezone.now())
    claimed = Job.objects.filter(pk=seen.pk, state=seen.state, seen_at=seen.seen_at)
    assert claimed.update(state=State.RUNNING) == 0
    assert NOTED == [("once",)]


# --------------------------------------------------------------- the schedule


def test_a_desk_that_never_ran_puts_each_task_in_line_once(db):
    count = len(app.conf.beat_schedule)
    assert jobs.enqueue_due(at(10, 0)) == count
    assert jobs.enqueue_due(at(10, 0) + datetime.timedelta(seconds=59)) == 0


@pytest.mark.parametrize(
    ("last", "now", "falls"),
    [
        (at(10, 1, 10), at(10, 23), False),
        (at(10, 1, 10), at(11, 1, 9), False),
        (at(10, 1, 10), at(11, 1, 10), True),
        (at(10, 0, 30), at(10, 1, 10), True),
        (at(10, 1, 10), at(14, 9), True),
        (at(10, 1, 10), at(14, 0, 30), True),
    ],
)
def test_a_night_falls_due_once(db, last, now, falls):
    up_to_date(last, now)
    assert jobs.enqueue_due(now) == falls
    assert jobs.enqueue_due(now + datetime.timedelta(seconds=30)) == 0


@pytest.mark.parametrize(
    ("seconds", "falls"),
    [(1, 0), (59, 0), (61, 1), (3600, 1)],
)
def test_what_is_to_run_every_minute_falls_due_each_minute(db, seconds, falls):
    now = at(10, 12)
    up_to_date(now, now)
    later = now + datetime.timedelta(seconds=seconds)
    before = Job.objects.filter(task=LOST_UPLOADS).count()
    jobs.enqueue_due(later)
    assert Job.objects.filter(task=LOST_UPLOADS).count() == before + falls
    assert jobs.enqueue_due(later) == 0


def test_what_ran_every_minute_is_forgotten_after_an_hour(db):
    now = at(10, 12)
    up_to_date(now, now)
    for minutes in range(1, 120):
        jobs.enqueue_due(now + datetime.timedelta(minutes=minutes))
        Job.objects.filter(state=State.WAITING).update(state=State.DONE)
    assert Job.objects.filter(task=LOST_UPLOADS).count() <= 61
    assert Job.objects.filter(task=RECKON).count() == 1


def test_several_missed_nights_count_once(db):
    up_to_date(at(1, 1, 10), at(9, 9))
    for minute in range(5):
        jobs.enqueue_due(at(9, 9, minute))
    assert Job.objects.filter(task=RECKON, state=State.WAITING).count() == 1


def up_to_date(last, now):
    """One task ran last on that day; the others of the schedule have just run."""
    for entry in app.conf.beat_schedule.values():
        due_at = last if entry["task"] == RECKON else now
        Job.objects.create(task=entry["task"], due_at=due_at, state=State.DONE)


def test_every_task_of_the_schedule_is_known(db):
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks


# ------------------------------------------------------------------ the worker


def test_work_does_what_waits_and_ends(db):
    jobs.enqueue("tests.note", "waiting")
    call_command("work", once=True)
    assert NOTED == [("waiting",)]
    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}


def test_the_nightly_task_follows_the_calendar(desk):
    case = factories.application("education", state="accepted", desk=desk)
    due = case.due_on
    CalendarDay.objects.update_or_create(
        day=due, defaults={"kind": CalendarDay.Kind.HOLIDAY, "name": "临时放假"}
    )
    forget()
    call_command("work", once=True)
    forget()
    assert factories.fresh(case).due_on > due


def test_without_redis_a_task_is_put_in_our_own_line(db, settings):
    settings.REDIS_URL = ""
    jobs.start("tests.note", "later")
    assert Job.objects.get().arguments == ["later"]
    assert NOTED == []


# ------------------------------------------------ Celery with a real broker


@pytest.fixture
def broker() -> str:
    """The Redis of TEST_REDIS_URL (tests/engines.py gives it where one answers)."""
    url = os.environ.get("TEST_REDIS_URL", "")
    if url:
        return url
    if os.environ.get("ENGINES_REQUIRED"):
        pytest.fail("ENGINES_REQUIRED is set and TEST_REDIS_URL names no Redis")
    pytest.skip("no Redis: TEST_REDIS_URL is not set, so no task went through a Celery worker")


@pytest.fixture
def worker(broker, tmp_path):
    """A Celery worker in a process of its own, on a database of its own, ended with the test."""
    database = f"sqlite:///{tmp_path / 'worker.sqlite3'}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": database,
        "REDIS_URL": broker,
        "QUEUE": f"tests-{uuid.uuid4().hex[:8]}",
    }
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "-v0"], ["load_registers"]):
        done = subprocess.run(
            [*manage, *command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    log = (tmp_path / "worker.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "kaili_hukou.celery", "worker"]
        + ["--concurrency=1", "--loglevel=INFO", "--without-mingle", "--without-gossip"]
        + ["--queues", environment["QUEUE"]],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    yield environment, tmp_path / "worker.log"
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()
    redis.Redis.from_url(broker).delete(environment["QUEUE"])


# One start inside a transaction that is undone, one inside a transaction that goes through.
SEND = """
import django; django.setup()
from django.db import transaction
from kaili_hukou.celery import app
from kaili_hukou.jobs import start
app.conf.task_default_queue = {queue!r}
try:
    with transaction.atomic():
        start({task!r})
        raise ValueError
except ValueError:
    pass
with transaction.atomic():
    start({task!r})
"""


def send(environment: dict[str, str], task: str) -> None:
    code = SEND.format(task=task, queue=environment["QUEUE"])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def wait_for(log: Path, *words: str, seconds: float = 60) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = log.read_text()
        if all(word in text for word in words):
            return text
        time.sleep(0.2)
    pytest.fail(f"the worker never said {words!r}:\n{log.read_text()[-3000:]}")


@pytest.mark.engine
def test_a_task_goes_through_redis_and_a_real_worker_once_its_change_is_kept(worker):
    environment, log = worker
    send(environment, RECKON)
    text = wait_for(log, f"Task {RECKON}[", "succeeded in")
    assert text.count("received") == 1
    assert "Traceback" not in text
