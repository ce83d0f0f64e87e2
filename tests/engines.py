"""`make test`: the whole suite on SQLite, then on PostgreSQL where it can be reached.

With ENGINES_REQUIRED=1 (as in .ci/run) a missing PostgreSQL, Redis or Chromium is a failure. The
last line printed is pytest's own closing line; the line before tells which engines ran. What
touches no database runs once, with SQLite.
"""

import os
import shutil
import subprocess
import sys

import psycopg
import redis

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def reachable_postgres() -> str:
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3) as connection:
            return f"PostgreSQL {connection.info.server_version // 10000}"
    except psycopg.Error:
        return ""


def reachable_redis() -> str:
    try:
        return f"Redis {redis.Redis.from_url(REDIS, socket_timeout=3).info()['redis_version']}"
    except redis.RedisError:
        return ""


def browser() -> str:
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def run_pytest(engine: str, url: str, told: str, arguments: list[str], again: str = "") -> int:
    sys.stdout.write(f"== {engine}\n")
    sys.stdout.flush()
    environment = os.environ | {
        "TEST_DATABASE_URL": url,
        "ENGINES_RAN": told,
        "ENGINE_AGAIN": again,
        "CHROMIUM": browser(),
        "TEST_REDIS_URL": REDIS if reachable_redis() else "",
    }
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    postgres, broker = reachable_postgres(), reachable_redis()
    missing = [
        name
        for name, found in (("PostgreSQL", postgres), ("Redis", broker), ("Chromium", browser()))
        if not found
    ]
    if missing and os.environ.get("ENGINES_REQUIRED"):
        sys.stdout.write(f"missing: {', '.join(missing)}\n")
        return 1
    beside = ", ".join(filter(None, (broker, "Chromium" if browser() else "no browser")))
    failed = run_pytest("SQLite", "sqlite:///:memory:", f"SQLite ({beside})", arguments)
    if postgres:
        told = f"SQLite ({'failed' if failed else 'passed'}), {postgres} ({beside})"
        failed = run_pytest(postgres, POSTGRES, told, arguments, again="yes") or failed
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
