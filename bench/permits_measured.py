"""The figures of one engine for `bench.permits`, which starts this with the settings of a bench."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any

import django
from django.conf import settings

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kaili_hukou import identity
from kaili_hukou.models import Officer, Person, PoliceStation, Town
from kaili_hukou.postings import Post, appoint
from residence_permits.actions.permits import next_days
from residence_permits.actions.sweeping import sweep
from residence_permits.models import Endorsement, Permit, Stretch
from residence_permits.terms import endorsed_in_every_window

LIMITS = {"sweep": 4.0, "backlog": 4.0, "counter": 2.0, "lists": 1 / 8}
# The stock changelist's time grows with the rows, ours does not: judged where the limit was set.
A_MILLION = 1_000_000
AT_ONCE = 5_000
MISSED_NIGHTS = 7
PRESSES, LOOKS, STOCK_LOOKS = 200, 30, 5


def measured(permits: int) -> int:
    """The figures of one engine, in a database that is made and removed."""

    on_file = connection.vendor == "sqlite"
    name = f"{os.environ['BENCH_FOLDER']}/bench.sqlite3" if on_file else f"bench_{os.getpid()}"
    connection.settings_dict["TEST"]["NAME"] = name
    settings.ROOT_URLCONF = "bench.permits_urls"
    connection.creation.create_test_db(verbosity=0)
    try:
        with connection.cursor() as cursor:
            if not on_file:
                cursor.execute("SET statement_timeout = 0")
        figures = Bench(permits).figures()
    finally:
        connection.creation.destroy_test_db("bench", verbosity=0)
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()
    return 1 if figures["over_the_limit"] else 0


class Bench:
    def __init__(self, permits: int) -> None:
        call_command("load_registers", stdout=sys.stderr)
        self.today = timezone.localdate()
        self.chance = random.Random(1)
        self.size = permits
        began = time.perf_counter()
        self.people()
        self.build()
        self.tidy()
        self.built_in = time.perf_counter() - began

    # ------------------------------------------------------------ building

    def people(self) -> None:
        self.stations = list(PoliceStation.objects.all())
        self.towns = list(Town.objects.all())
        self.clerk = Officer.objects.create(
            username="clerk", name="试", role="window", station=self.stations[0], is_staff=True
        )
        self.city = Officer.objects.create(
            username="city", name="试", role="approver", is_staff=True
        )
        for officer in (self.clerk, self.city):
            appoint(officer, Post.as_registered(officer, self.today), on=self.today)

    def build(self) -> None:
        numbers = iter(range(self.size))
        while chunk := list(islice(numbers, AT_ONCE)):
            people = [self.person(number) for number in chunk]
            made = [self.permit(person, n) for person, n in zip(people, chunk, strict=True)]
            Person.objects.bulk_create(people)
            Permit.objects.bulk_create(permit for permit, _ in made)
            Endorsement.objects.bulk_create(
                Endorsement(permit=permit, endorsed_on=day) for permit, days in made for day in days
            )
            Stretch.objects.bulk_create(
                Stretch(
                    permit=permit,
                    valid_from=permit.issued_on,
                    valid_to=permit.ends_on - timedelta(days=1),
                )
                for permit, _ in made
            )

    def person(self, number: int) -> Any:
        born_on = date(1960, 1, 1) + timedelta(days=number % 16_000)
        made = Person(name=f"杨{number}", initials="Y", birth_date=born_on, sex="1")
        made.set_number(identity.make("430104", born_on, number // 16_000 * 2 + 1))
        return made

    def permit(self, person: Any, number: int) -> tuple[Any, list[date]]:
        """Of the last three years; most were endorsed in each window, every tenth fell out."""

        issued_on = self.today - timedelta(days=self.chance.randrange(1, 1_080))
        faithful = self.chance.random() < 0.9
        days, opens_on, ends_on = course(issued_on, self.today, faithful)
        row = Permit(
            person=person,
            serial=f"GZ{number:09d}",
            station=self.stations[number % len(self.stations)],
            town=self.towns[number % len(self.towns)],
            basis="employment",
            residence_from=issued_on - timedelta(days=200),
            issued_on=issued_on,
            handed_on=issued_on,
            window_opens_on=opens_on,
            ends_on=ends_on,
        )
        return row, list(days)

    def tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")

    # ------------------------------------------------------------ measuring

    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = {
            "engine": connection.vendor,
            "permits": self.size,
            "built_in_seconds": round(self.built_in),
            "sweep": self.sweep(since=MISSED_NIGHTS),
            "backlog": self.sweep(since=10_000),
            "counter": self.counter(),
            "lists": self.lists(),
        }
        figures["limits"] = LIMITS
        figures["over_the_limit"] = [
            name
            for name, most in LIMITS.items()
            if figures[name]["ratio"] > most and (name != "lists" or self.size >= A_MILLION)
        ]
        return figures

    def sweep(self, since: int) -> dict[str, Any]:
        """After so many missed nights: ours beside the plain UPDATE of each note, same rows."""

        def bare() -> None:
            for rows, noted in (
                (Permit.objects.to_note_suspended(self.today), "suspended"),
                (Permit.objects.to_note_opened(self.today), "window"),
            ):
                rows.update(noted=noted, noted_on=self.today)

        times: dict[str, list[float]] = {"bare": [], "ours": []}
        counts: dict[str, int] = {}
        memory = 0
        for _ in range(3):
            self.note_until(self.today - timedelta(days=since))
            times["bare"].append(seconds(bare))
            self.note_until(self.today - timedelta(days=since))
            before = peak_megabytes()
            began = time.perf_counter()
            counts = sweep(self.today)
            times["ours"].append(time.perf_counter() - began)
            memory = max(memory, peak_megabytes() - before)
        ours, plain = min(times["ours"]), min(times["bare"])
        return {
            "rows": sum(counts.values()),
            "seconds": round(ours, 3),
            "bare_seconds": round(plain, 3),
            "ratio": round(ours / plain, 2),
            "memory_grown_mb": memory,
        }

    def note_until(self, night: date) -> None:
        """As the sweep of that night left it."""

        Permit.objects.exclude(noted="valid").update(noted="valid", noted_on=None)
        Permit.objects.to_note_suspended(night).update(noted="suspended", noted_on=night)
        Permit.objects.to_note_opened(night).update(noted="window", noted_on=night)
        self.tidy()

    def counter(self) -> dict[str, Any]:
        client = self.client(self.clerk)
        numbers = self.to_endorse(2 * PRESSES + 20)
        ours, plain = [], []
        address = reverse("permits:counter")
        told = {"document": "employment:0"}
        headers = {"X-Requested-With": "XMLHttpRequest"}
        for place, number in enumerate(numbers):
            data = {"number": number}
            if place % 2:
                answer, took = timed(lambda data=data: client.post("/bare/", data))
                assert answer.content == b"done"
                plain.append(took)
            else:
                sent = data | told
                answer, took = timed(lambda sent=sent: client.post(address, sent, headers=headers))
                assert "已签注" in answer.content.decode(), answer.content.decode()
                ours.append(took)
        return beside(p95(ours[10:]), p95(plain[10:])) | {
            "median_ratio": round(statistics.median(ours) / statistics.median(plain), 2)
        }

    def to_endorse(self, count: int) -> list[str]:
        """Numbers of the clerk's own holders whose window is open."""

        rows = Permit.objects.visible_to(self.clerk).select_related("person")
        rows = rows.filter(window_opens_on__lte=self.today, ends_on__gt=self.today)
        numbers = [permit.person.number for permit in rows[:count]]
        if len(numbers) < 60:
            raise SystemExit("too few permits in their window: ask for more --permits")
        return numbers

    def lists(self) -> dict[str, Any]:
        """The slowest list beside the stock changelist, the slowest search beside its search."""

        city, clerk = self.client(self.city), self.client(self.clerk)
        listed = "/admin/residence_permits/permit/"
        number = Permit.objects.order_by("pk").first().person.number
        pages = {
            "list": (city, listed),
            "list of a station": (clerk, listed),
            "list by basis": (city, f"{listed}?basis__exact=employment"),
            "search by number": (city, f"{listed}?q={number}"),
            "search by serial": (city, f"{listed}?q=GZ{self.size // 2:09d}"),
            "search by name": (city, f"{listed}?q=%E6%9D%A8{self.size // 2}"),
            "due in 60 days": (city, "/permits/due/?within=60"),
            "due in 7 days of a station": (clerk, "/permits/due/?within=7"),
            "suspended": (city, "/permits/due/?within=suspended"),
        }
        ours = {name: self.page(*page, LOOKS) for name, page in pages.items()}
        stock = {
            "list": self.page(city, "/stock/residence_permits/permit/", STOCK_LOOKS),
            "search": self.page(
                city, f"/stock/residence_permits/permit/?q=%E6%9D%A8{self.size // 2}", STOCK_LOOKS
            ),
        }
        searches = {name for name in ours if name.startswith("search")}
        list_beside = beside(max(ours[name] for name in set(ours) - searches), stock["list"])
        search_beside = beside(max(ours[name] for name in searches), stock["search"])
        return list_beside | {
            "ratio": max(list_beside["ratio"], search_beside["ratio"]),
            "list_ratio": list_beside["ratio"],
            "search_ratio": search_beside["ratio"],
            "pages_p95_ms": {name: round(took * 1000, 1) for name, took in ours.items()},
            "stock_p95_ms": {name: round(took * 1000, 1) for name, took in stock.items()},
        }

    def page(self, client: Any, address: str, looks: int) -> float:
        client.get(address)
        times = []
        for _ in range(looks):
            answer, took = timed(lambda: client.get(address))
            assert answer.status_code == 200, (address, answer.status_code)
            times.append(took)
        return p95(times)

    def client(self, officer: Any) -> Any:
        made = Client()
        made.force_login(officer)
        return made


@cache
def course(issued_on: date, today: date, faithful: bool) -> tuple[tuple[date, ...], date, date]:
    """(endorsed on, window opens on, ends on) by the contract's own arithmetic."""
    last = today - timedelta(days=40)
    days = endorsed_in_every_window(issued_on, [], issued_on, last) if faithful else ()
    opens_on, ends_on = next_days(issued_on, list(days), today)
    return tuple(days), opens_on, ends_on


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = act()
    return answer, time.perf_counter() - began


def seconds(act: Callable[[], None]) -> float:
    return timed(act)[1]


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def beside(ours: float, plain: float) -> dict[str, Any]:
    return {
        "p95_ms": round(ours * 1000, 2),
        "bare_p95_ms": round(plain * 1000, 2),
        "ratio": round(ours / plain, 3),
    }


def peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(measured(int(sys.argv[1])))
