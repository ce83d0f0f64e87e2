"""Residence permits by the million: sweep, counter and lists, each beside its bare counterpart.

`python -m bench.permits [--permits 1000000] [--engine sqlite|postgresql|both]` builds the permits
in a database of its own on each engine, prints one JSON object an engine and removes it. Limits:
sweep 4 times the bare UPDATEs of the same rows; a press at the counter 2 times a bare lookup and
insert; the first page of lists and searches 1/8 of the stock changelist's. Times are of one run.
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
    arguments.add_argument("--permits", type=int, default=1_000_000)
    arguments.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    options = arguments.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{folder}/unused.sqlite3", "postgresql": POSTGRES}
        for engine, url in urls.items():
            if options.engine in (engine, "both"):
                failed |= measured(options.permits, url, folder)
    return failed


def measured(permits: int, url: str, folder: str) -> int:
    """In a process of its own: settings are read once."""
    environment = os.environ | {
        "TEST_DATABASE_URL": url,
        "BENCH_FOLDER": folder,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "bench.permits_measured", str(permits)]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
