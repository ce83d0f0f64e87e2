"""The figures of one engine for `bench.annual_report`, which starts it with its own settings."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django
from django.conf import settings

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from applications.models import Application, Member, StateChange
from applications.statistics import default_reason
from kaili_hukou.models import Officer, Person, PoliceStation, Town
from kaili_hukou.postings import Post, appoint
from reports.build import build
from reports.figures import Figures
from reports.freeze import rendered
from reports.period import Span, report_year

LIMITS = {"tables": 4.0, "files": 1.0, "behind": 1.0}
# A second of ours does not grow with the rows (the tables themselves): judged at the full number.
A_MILLION = 1_000_000
AT_ONCE = 5_000
LOOKS = 20
ROUTES = ("schooling", "education", "residence", "home_purchase", "in_province", "talent")
ROUTES += ("public_payroll", "relocation", "veteran", "bravery", "pupil")
ALONE = frozenset({"schooling", "pupil"})
DIVISIONS = ("430104", "430102", "510104", "500101", "520102", "520302", "522622", "522635")
DIVISIONS += ("522634", "522601", "")
NATIONS = ("苗族", "侗族", "汉族", "布依族", "水族", "彝族", "土家族", "仡佬族")

# What the report is held against: one aggregate as somebody would write it by hand.
RAW = """
SELECT a.town_id, a.route, {month},
       CASE WHEN m.division = '' THEN 'none'
            WHEN m.division = '522601' THEN 'kaili'
            WHEN m.division LIKE '52%%' THEN 'other_county'
            ELSE 'other_province' END, COUNT(*)
FROM applications_member m JOIN applications_application a ON a.id = m.application_id
WHERE m.registered_on BETWEEN %s AND %s
GROUP BY 1, 2, 3, 4
"""
MONTH = {
    "sqlite": "substr(m.registered_on, 1, 7)",
    "postgresql": "date_trunc('month', m.registered_on)",
}


def measured(people: int) -> int:
    """The figures of one engine, in a database that is made and removed."""
    on_file = connection.vendor == "sqlite"
    name = f"{os.environ['BENCH_FOLDER']}/report.sqlite3" if on_file else f"report_{os.getpid()}"
    connection.settings_dict["TEST"]["NAME"] = name
    settings.ROOT_URLCONF = "bench.annual_report_urls"
    connection.creation.create_test_db(verbosity=0)
    try:
        with connection.cursor() as cursor:
            if not on_file:
                cursor.execute("SET statement_timeout = 0")
        figures = Bench(people).figures()
    finally:
        connection.creation.destroy_test_db("bench", verbosity=0)
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()
    return 1 if figures["over_the_limit"] else 0


class Bench:
    def __init__(self, people: int) -> None:
        call_command("load_registers", stdout=sys.stderr)
        self.chance, self.size = random.Random(1), people
        self.now = timezone.localtime()
        self.year = self.now.year + (self.now.month == 12)
        self.period = report_year(self.year)
        self.towns = list(Town.objects.all())
        self.stations = list(PoliceStation.objects.all())
        self.city = Officer.objects.create(
            username="city", name="试", role="approver", is_staff=True
        )
        appoint(self.city, Post.as_registered(self.city, self.period.first), on=self.period.first)
        began = time.perf_counter()
        self.build()
        self.tidy()
        self.built_in = time.perf_counter() - began

    # ------------------------------------------------------------ building

    def build(self) -> None:
        """Cases of one to four people, each approved and registered, with both moves."""
        left = self.size
        while left > 0:
            rows: dict[Any, list[Any]] = {Person: [], Application: [], Member: [], StateChange: []}
            while left > 0 and len(rows[Member]) < AT_ONCE:
                left -= self.case(rows, left)
            for model, made in rows.items():
                model.objects.bulk_create(made)

    def case(self, rows: dict[Any, list[Any]], left: int) -> int:
        pick = self.chance.choice
        route = pick(ROUTES)
        size = 1 if route in ALONE else min(left, pick((1, 1, 2, 3, 4)))
        last = self.period.first + timedelta(days=self.chance.randrange(355))
        on = [last - timedelta(days=days) for days in (40, 38, 12, 0)]
        case = Application(
            route=route,
            station=pick(self.stations),
            town=pick(self.towns),
            opened_by=self.city,
            state="registered",
            is_open=False,
            received_on=on[0],
            accepted_on=on[1],
            due_on=on[2] + timedelta(days=self.chance.randrange(-2, 9)),
            decided_on=on[2],
            registered_on=last,
            receipt_number=uuid.uuid4().hex,
        )
        rows[Application].append(case)
        moves = (
            ("approve", "reviewed", "approved", on[2]),
            ("register", "approved", "registered", last),
        )
        rows[StateChange] += [
            StateChange(
                application=case,
                move=move,
                before=before,
                after=after,
                officer=self.city,
                on=day,
                at=self.now,
                due_on=case.due_on,
            )
            for move, before, after, day in moves
        ]
        for place in range(size):
            rows[Person].append(self.person())
            rows[Member].append(self.member(case, rows[Person][-1], place))
        case.applicant = rows[Member][-size].person
        return size

    def person(self) -> Person:
        return Person(
            name=f"杨{self.chance.randrange(10**6)}",
            without_number="试",
            sex=self.chance.choice("12"),
            birth_date=date(1950, 1, 1) + timedelta(days=self.chance.randrange(26_000)),
            nationality_as_written=self.chance.choice(NATIONS),
        )

    def member(self, case: Application, person: Person, place: int) -> Member:
        kind = self.chance.choice(("rural", "rural", "urban"))
        rural = kind == "rural"
        return Member(
            application=case,
            person=person,
            is_applicant=place == 0,
            position=place,
            division=self.chance.choice(DIVISIONS),
            hukou_kind=kind,
            settling_reason=default_reason(case.route) if rural else "",
            marks=["whole_family"] if rural and case.route == "relocation" else [],
            outcome="registered",
            registered_on=case.registered_on,
            is_open=False,
        )

    def tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")

    # ------------------------------------------------------------ measuring

    def figures(self) -> dict[str, Any]:
        raw = min(seconds(self.raw)[1] for _ in range(3))
        before = peak_megabytes()
        told, tables = min((self.tables() for _ in range(3)), key=lambda pair: pair[1])
        grown = peak_megabytes() - before
        files = min(seconds(lambda: rendered(told))[1] for _ in range(2))
        assert told.told["settled"]["total"] == self.size
        figures: dict[str, Any] = {
            "engine": connection.vendor,
            "people": self.size,
            "built_in_seconds": round(self.built_in),
            "raw_aggregate_seconds": round(raw, 2),
            "tables": {"seconds": round(tables, 2), "ratio": round(tables / raw, 2)},
            "memory_grown_mb": grown,
            "files": {"seconds": round(files, 2), "ratio": round(files / tables, 2)},
            "behind": self.behind(told),
            "limits": LIMITS,
        }
        judged = LIMITS if self.size >= A_MILLION else {}
        figures["over_the_limit"] = [
            name for name in judged if figures[name]["ratio"] > LIMITS[name]
        ]
        return figures

    def raw(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                RAW.format(month=MONTH[connection.vendor]), [self.period.first, self.period.last]
            )
            return len(cursor.fetchall())

    def tables(self) -> tuple[Figures, float]:
        return seconds(lambda: build(Span(self.year, self.period), self.now))

    def behind(self, told: Figures) -> dict[str, Any]:
        """The slowest first page behind a figure beside the changelist's."""
        client = Client()
        client.force_login(self.city)
        ours = {key: page(client, f"/reports/figures/behind/?of={key}") for key in self.keys(told)}
        lists = {
            "changelist": page(client, "/admin/applications/application/"),
            "stock changelist": page(client, "/stock/applications/application/"),
        }
        slowest = max(ours.values())
        return {
            "p95_ms": round(slowest * 1000, 1),
            "ratio": round(slowest / max(lists.values()), 2),
            "pages_p95_ms": {key: round(took * 1000, 1) for key, took in ours.items()},
            "lists_p95_ms": {name: round(took * 1000, 1) for name, took in lists.items()},
        }

    def keys(self, told: Figures) -> list[str]:
        """One of each kind: whole, small, by person, by form, by move, none at all."""
        found = []
        for key, row, column in (
            ("settled_by_origin", 0, 0),
            ("settled_by_town_and_route", 5, 3),
            ("settled_by_town_route_month", 9, 4),
            ("settled_by_sex_and_age", 4, 8),
            ("settled_by_nationality", 4, 2),
            ("police_58", 3, 5),
            ("land_before", 0, 1),
            ("applications", 2, 0),
            ("deadlines", 3, 4),
        ):
            table = told.table(key)
            found.append(table.key_of(table.rows[row], table.columns[column]))
        return [key for key in found if key]


def page(client: Client, address: str) -> float:
    client.get(address)
    times = []
    for _ in range(LOOKS):
        answer, took = seconds(lambda: client.get(address))
        assert answer.status_code == 200, (address, answer.status_code)
        times.append(took)
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def seconds(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = act()
    return answer, time.perf_counter() - began


def peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(measured(int(sys.argv[1])))
