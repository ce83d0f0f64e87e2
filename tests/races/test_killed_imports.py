"""An import killed at random moments, each time by SIGKILL, and run again: every row is once."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from rosters.importing import CHUNK
from rosters.models import ImportRun, RosterEntry
from tests.rosters.workbooks import HEADER, number, person, xlsx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

ROOT = Path(__file__).parents[2]
KILLS = 100 if os.environ.get("PROOF") else 5
ROWS = CHUNK * (KILLS + 1)
PATIENCE = 120


def database_url():
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{here['NAME']}"
    return f"postgres://{here['USER']}@{here['HOST']}:{here['PORT']}/{here['NAME']}"


def started(path, media):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(media),
    }
    command = [sys.executable, "manage.py", "import_roster", "talent", str(path)]
    return subprocess.Popen(
        [*command, "--reference", "凯人才〔2026〕1号", "--commit"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
    )


def last_row():
    run = ImportRun.objects.first()
    return run.last_row if run else 0


def killed_on_the_way(process, chance):
    """Once it has gone further than it was found, and a random moment later."""
    before, until = last_row(), time.monotonic() + PATIENCE
    while last_row() <= before and process.poll() is None:
        assert time.monotonic() < until, "the import does not go on"
        time.sleep(0.01)
    time.sleep(chance.random() / 10)
    process.kill()
    process.communicate()


def test_an_import_killed_again_and_again_ends_with_every_row_once(tmp_path):
    rows = [
        person(serial % 998 + 1, 公民身份号码=unique(serial), 性别="") for serial in range(ROWS)
    ]
    path = xlsx(tmp_path / "a.xlsx", [HEADER, *rows])
    chance = random.Random()
    for _ in range(KILLS):
        killed_on_the_way(started(path, tmp_path), chance)
    printed, _ = started(path, tmp_path).communicate(timeout=PATIENCE)
    found = json.loads(printed)
    if found.get("code") != "already_imported":
        assert (found["rows"], found["accepted"], found["committed"]) == (ROWS, ROWS, True)
    run = ImportRun.objects.get()
    assert (run.state, run.rows, run.added) == ("done", ROWS, ROWS)
    stored = RosterEntry.objects.order_by("row")
    assert [row.row for row in stored] == list(range(2, ROWS + 2))
    assert len({row.number_digest for row in stored}) == ROWS
    assert [row.number for row in stored[:50]] == [unique(serial) for serial in range(50)]


def unique(serial):
    return number(serial % 998 + 1, prefix=f"52{2600 + serial // 998:04d}")
