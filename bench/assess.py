"""How fast `assess` is, beside the mere reading and writing of the same lines as JSON.

`python -m bench.assess [--cases 100000] [--seed 1]` prints verdicts a second and the ratio; the
limit is 6.0.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from applications.management.commands.assess import answering
from applications.policy.case import LEVELS, RELATIONSHIPS, ROSTERS
from applications.policy.routes import ROUTES
from kaili_hukou.dates import first_day, month_number
from kaili_hukou.jsonlines import run

LIMIT = 6.0
_LATEST = date(2027, 6, 30)
_DIVISIONS = ("430102", "510104", "500101", "522622", "522601", "520102")


def generated_case(chance: random.Random, number: int) -> dict[str, Any]:
    """A plausible single-route case: most of what the route needs is known, not all of it fits."""
    as_of = _day(chance, 0, 700)
    return {
        "id": f"c{number}",
        "as_of": as_of.isoformat(),
        "route": chance.choice(tuple(ROUTES)),
        "person": {
            "birth_date": _day(chance, 7_000, 25_000).isoformat(),
            "division": chance.choice(_DIVISIONS),
            "hukou_kind": chance.choice(("rural", "urban")),
        },
        "facts": _facts(chance, as_of),
        "companions": [_companion(chance) for _ in range(chance.randrange(3))],
    }


def _day(chance: random.Random, nearest: int, farthest: int) -> date:
    return _LATEST - timedelta(days=chance.randint(nearest, farthest))


def _companion(chance: random.Random) -> dict[str, Any]:
    return {
        "relationship": chance.choice(tuple(RELATIONSHIPS)),
        "birth_date": _day(chance, 300, 20_000).isoformat(),
        "lives_together": chance.random() < 0.8,
    }


def _facts(chance: random.Random, as_of: date) -> dict[str, Any]:
    """The facts of every route, of which a case keeps about half."""
    issued_on = _day(chance, 300, 2_000)
    this_month = month_number(as_of)
    months = [first_day(this_month - back) for back in range(chance.randrange(1, 10))]
    facts: dict[str, Any] = {
        "enrolment": {"from": _day(chance, 300, 2_000).isoformat(), "stage": "compulsory"},
        "permit": {
            "issued_on": issued_on.isoformat(),
            "endorsed_on": [
                (issued_on + timedelta(days=365 * year - 10)).isoformat() for year in (1, 2, 3)
            ],
        },
        "degree": {"level": chance.choice(tuple(LEVELS)), "recognised": chance.random() < 0.8},
        "residence_from": _day(chance, 0, 900).isoformat(),
        "insured_months": [day.isoformat()[:7] for day in reversed(months) if day],
        "relative_to_join": chance.random() < 0.3,
        "rosters": [chance.choice(tuple(ROSTERS))],
        "voluntary": chance.random() < 0.9,
        "enterprise": {"founded_by_outsider": True, "fixed_premises": True, "rules_met": True},
        "graduated_on": _day(chance, 0, 900).isoformat(),
        "home": {
            "bought_on": _day(chance, 0, 3_500).isoformat(),
            "area_m2": chance.randint(300, 1_500) / 10,
            "registered_already": chance.randrange(3),
        },
    }
    return {name: value for name, value in facts.items() if chance.random() < 0.55}


def bare(lines: list[bytes]) -> None:
    """What is compared with: each line read and written as JSON."""
    for line in lines:
        json.dumps(json.loads(line), ensure_ascii=False)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    chance = random.Random(options.seed)
    cases = [generated_case(chance, number) for number in range(options.cases)]
    lines = [json.dumps(case, ensure_ascii=False).encode() for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        path.write_bytes(b"\n".join(lines) + b"\n")
        return _measured(lines, str(path))


def _measured(lines: list[bytes], path: str) -> int:
    def in_process() -> None:
        stream = BytesIO()
        run([path], answering(), stdin=BytesIO(), stdout=stream, stderr=sys.stderr)

    def whole_command() -> None:
        command = [sys.executable, "manage.py", "assess", path]
        with tempfile.TemporaryFile() as out:
            subprocess.run(command, stdout=out, check=True)

    bare_seconds = min(seconds(lambda: bare(lines)) for _ in range(3))
    assess_seconds = min(seconds(in_process) for _ in range(3))
    ratio = assess_seconds / bare_seconds
    figures = {
        "cases": len(lines),
        "bare_json_seconds": round(bare_seconds, 3),
        "assess_seconds": round(assess_seconds, 3),
        "verdicts_per_second": round(len(lines) / assess_seconds),
        "ratio": round(ratio, 2),
        "limit": LIMIT,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()
    sys.stdout.write(f"whole command: {seconds(whole_command):.3f} s\n")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
