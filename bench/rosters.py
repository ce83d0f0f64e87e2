"""A roster from .xlsx to committed, beside the bare work and beside django-import-export.

`python -m bench.rosters [--rows 100000] [--peers 10000] [--engine …] [--suite aes|sm4|both]`
builds workbooks of 12 columns and, on each engine and suite, prints one JSON object: rows a
second of a first import and of a second one with 1 % changed; the limit (the same cells read,
encrypted and digested, and written without any check); the peers on fewer rows of the same kind;
memory and the cost of a further row up to `--rows` and up to three times as many. Medians of
three, but for the peers, memory and that cost, which are measured once.
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
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--peers", type=int, default=10_000)
    arguments.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    arguments.add_argument("--suite", choices=("aes", "sm4", "both"), default="both")
    options = arguments.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{folder}/unused.sqlite3", "postgresql": POSTGRES}
        for engine, url in urls.items():
            for suite in ("aes", "sm4"):
                if options.engine in (engine, "both") and options.suite in (suite, "both"):
                    failed |= measured(options, url, suite, folder)
    return failed


def measured(options: argparse.Namespace, url: str, suite: str, folder: str) -> int:
    """In a process of its own: settings are read once, and memory begins anew."""
    environment = os.environ | {
        "TEST_DATABASE_URL": url,
        "BENCH_FOLDER": folder,
        "MEDIA_ROOT": f"{folder}/media",
        "FIELD_SUITE": suite,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "bench.rosters_measured"]
    command += [str(options.rows), str(options.peers)]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
