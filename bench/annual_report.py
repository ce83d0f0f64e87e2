"""The annual report of a million settled people: tables, files and drill-down beside bare work.

`python -m bench.annual_report [--people 1000000] [--engine sqlite|postgresql|both]` builds the
people in a database of its own on each engine, prints one JSON object an engine and removes it.
Limits: all tables 4 times one raw SQL aggregate (town, route, month, origin) over the same rows in
the same run; docx and xlsx as long again as the tables; the first page behind a figure within the
time of the changelist of cases (judged at a million). Times are of one run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    options = arguments.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{folder}/unused.sqlite3", "postgresql": POSTGRES}
        for engine, url in urls.items():
            if options.engine in (engine, "both"):
                failed |= measured(options.people, url, folder)
    return failed


def measured(people: int, url: str, folder: str) -> int:
    """In a process of its own: settings are read once."""
    environment = os.environ | {
        "TEST_DATABASE_URL": url,
        "BENCH_FOLDER": folder,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "bench.annual_report_measured", str(people)]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
