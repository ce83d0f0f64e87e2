"""The command answers a file without a database, keys or settings from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

from applications.management.commands.assess import answering
from applications.policy.routes import ROUTES
from kaili_hukou.jsonlines import run

ROOT = Path(__file__).parents[2]


def answered(*lines: str):
    out = BytesIO()
    data = BytesIO("\n".join(lines).encode())
    status = run((), answering(), stdin=data, stdout=out, stderr=StringIO())
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def test_without_a_route_all_thirteen_are_answered_in_their_order():
    status, (found,) = answered('{"id": "a", "as_of": "2026-11-23"}')
    assert status == 0
    assert [verdict["route"] for verdict in found["routes"]] == list(ROUTES)
    assert list(found) == ["id", "routes"]


def test_an_area_is_compared_digit_by_digit():
    line = (
        '{"id": 1, "as_of": "2026-11-23", "route": "home_purchase", "person": {"division": '
        '"430102"}, "facts": {"home": {"bought_on": "2020-01-01", "area_m2": %s, '
        '"registered_already": %s}}}'
    )
    areas = (("20", 0), ("19.99999999999999999999999", 0), ("20.0", 0), ("60", 2), ("1e400", 0))
    _, found = answered(*(line % area for area in areas), line % ("20", "9" * 5000))
    statuses = [verdict["conditions"][-1]["status"] for verdict in found]
    assert statuses == ["met", "unmet", "met", "met", "met", "unmet"]


def test_the_command_needs_nothing_from_outside(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": 1, "as_of": "2026-11-23", "route": "bravery"}\n[]\n')
    done = subprocess.run(
        [sys.executable, "manage.py", "assess", str(cases)],
        cwd=ROOT,
        env={},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["verdict"] == "undetermined"
    assert second["error"]


def test_a_parameters_file_that_cannot_be_read_is_status_2():
    done = subprocess.run(
        [sys.executable, "manage.py", "assess", "--parameters", "missing.json"],
        cwd=ROOT,
        env={},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr.decode()
