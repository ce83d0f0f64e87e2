"""A worker killed by SIGKILL in the middle of a check and of an import: another goes on, and every
row is there once."""

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import timezone

from kaili_hukou.models import Job
from rosters.actions.uploads import order_import
from rosters.models import CheckedRow, ImportRun, RosterEntry, RosterUpload
from tests.races.test_killed_imports import database_url, unique
from tests.rosters.uploading import again, clerk, sent
from tests.rosters.workbooks import HEADER, person, xlsx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

ROOT = Path(__file__).parents[2]
ROWS = 4000
PATIENCE = 90


def started(media, *options):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(media),
        "REDIS_URL": "",
    }
    command = [sys.executable, "manage.py", "work", *options]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def killed_after_the_first_chunk(upload, state, media):
    process, until = started(media), time.monotonic() + PATIENCE
    try:
        while not (again(upload).state == state and again(upload).last_row > 1):
            assert process.poll() is None, "the worker ended by itself"
            assert time.monotonic() < until, "nothing goes on"
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    stopped = again(upload)
    assert (stopped.state, 1 < stopped.last_row <= ROWS) == (state, True)


def ended_by_another(upload, media):
    """A minute and more later."""
    long_ago = timezone.now() - datetime.timedelta(minutes=2)
    RosterUpload.objects.update(changed_at=long_ago)
    Job.objects.filter(state="running").update(seen_at=long_ago)
    assert started(media, "--once").wait(PATIENCE) == 0
    return again(upload)


def test_a_worker_killed_in_a_check_and_in_an_import_leaves_every_row_once(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    rows = [person(at % 998 + 1, 公民身份号码=unique(at), 性别="") for at in range(ROWS)]
    upload = sent(xlsx(tmp_path / "a.xlsx", [HEADER, *rows]), clerk())

    killed_after_the_first_chunk(upload, "checking", tmp_path)
    upload = ended_by_another(upload, tmp_path)
    assert (upload.state, upload.added, upload.rows) == ("checked", ROWS, ROWS)
    seen = CheckedRow.objects.order_by("row").values_list("row", flat=True)
    assert list(seen) == list(range(2, ROWS + 2))

    order_import(upload, strict=False)
    # The message is lost with it: only the upload itself tells that there is work.
    killed_after_the_first_chunk(upload, "importing", tmp_path)
    Job.objects.filter(task="rosters.tasks.work_on_upload").delete()
    Job.objects.update(due_at=timezone.now() - datetime.timedelta(minutes=2))
    upload = ended_by_another(upload, tmp_path)
    assert (upload.state, upload.added) == ("imported", ROWS)
    assert ImportRun.objects.get().state == "done"
    stored = RosterEntry.objects.order_by("row").values_list("row", "number_digest")
    assert [row for row, _ in stored] == list(range(2, ROWS + 2))
    assert len({digest for _, digest in stored}) == ROWS
