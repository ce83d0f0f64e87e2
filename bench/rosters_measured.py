"""The figures of one engine and one suite for `bench.rosters`, which starts this."""

from __future__ import annotations

import datetime
import io
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.conf import settings

django.setup()

import python_calamine
import xlsxwriter
from django.core.management import call_command
from django.db import connection, transaction
from tablib import Dataset

from bench.rosters_peers import FIELDS, HEADER, TODAY, BulkResource, EntryResource
from kaili_hukou import crypto, identity
from kaili_hukou.models import Bureau
from kaili_hukou.models.people import number_digest
from rosters.importing import Order, import_roster
from rosters.matching import ROW
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat
from rosters.workbook import MEMORY, PROCESSOR_SECONDS, READER
from rosters.writing import Document

FOLDER = Path(os.environ["BENCH_FOLDER"])
LIMIT = {"aes": 2.5, "sm4": 3.5}
PEERS = {"import_export_default": EntryResource, "import_export_bulk": BulkResource}
AT_LEAST = {"import_export_default": 50, "import_export_bulk": 8}
MOST_MB, MOST_FURTHER_MB = 250, 40
# Of the cost of a further row, how much more it may be beyond the rows than up to them.
FLAT = 1.25
SMALL = 1000
SMALL_PARENT = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], input=b"1\\n", stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
SEALED = (1, 8, 10)
RUNS = 3


def people(rows: int, changed: float = 0) -> Any:
    chance = random.Random(1)
    for at in range(rows):
        born = datetime.date(1950, 1, 1) + datetime.timedelta(days=at % 25_000)
        serial = 1 + at // 25_000
        name = chance.choice("王李张刘陈杨") + chance.choice("明芳伟秀") + chance.choice("英娜敏静")
        phone = f"{139 if chance.random() < changed else 138}{at:08d}"
        yield (
            *(name, identity.make("522601", born, serial), "男" if serial % 2 else "女", "苗族"),
            *(born, name, "本人", f"HH{at // 4:06d}", f"黄平县谷陇镇{at % 90}村{at % 9}组"),
            *("三棵树镇", phone, "是"),
        )


def workbook(rows: int, changed: float = 0) -> Path:
    path = FOLDER / f"{rows}-{changed}.xlsx"
    if not path.exists():
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER)
        for at, person in enumerate(people(rows, changed), start=1):
            sheet.write_row(at, 0, person[:4])
            sheet.write_datetime(at, 4, person[4], day)
            sheet.write_row(at, 5, person[5:])
        book.close()
    return path


def emptied() -> None:
    """By the engine alone: nothing is collected in this process, whose memory is measured."""
    with connection.cursor() as cursor:
        for model in (RosterRepeat, ImportRun, RosterEntry, Roster):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608 - names of our own


def imported(path: Path) -> Any:
    document = Document("relocation", "凯移〔2026〕1号", TODAY)
    return import_roster(Order(document, path, TODAY, commit=True))


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare(path: Path) -> None:
    """The limit: the same cells read, encrypted and digested, and written; nothing is checked."""
    rows = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).iter_rows()
    next(rows)
    sealed = (sealed_row(row) for row in rows)
    names = ", ".join(f"c{at}" for at in range(len(HEADER) + 3))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(f"CREATE TABLE bench_bare ({columns()})")
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY bench_bare ({names}) FROM STDIN") as copy:
                for row in sealed:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * (len(HEADER) + 3))
            cursor.executemany(f"INSERT INTO bench_bare VALUES ({places})", sealed)  # noqa: S608


def columns() -> str:
    binary = "bytea" if connection.vendor == "postgresql" else "blob"
    kinds = dict.fromkeys(SEALED, binary)
    return ", ".join(f"c{at} {kinds.get(at, 'text')}" for at in range(len(HEADER) + 3))


def sealed_row(row: list[Any]) -> list[Any]:
    pk = str(uuid.uuid4())
    number, whole = number_digest(row[1]), crypto.digest(f"{row}", purpose=ROW)
    told = [str(cell) for cell in row]
    for at in SEALED:
        told[at] = crypto.encrypt(told[at].encode(), purpose="bench", bound_to=pk)
    return [*told, pk, number, whole]


def peer(resource: type[EntryResource], path: Path, rows: int) -> float:
    """Rows a second; the workbook is read by import-export's own way of reading."""
    emptied()
    made = resource()
    made.roster_pk = Roster.objects.create(
        kind="relocation", supplier=Bureau.objects.first(), reference="x", document_on=TODAY
    ).pk

    def work() -> None:
        data = Dataset().load(path.read_bytes(), format="xlsx")
        data.headers = FIELDS
        made.import_data(data, raise_errors=True)

    took = timed(work)
    written = RosterEntry.objects.filter(row__gt=0).exclude(row_digest="").exclude(town=None)
    assert written.count() == rows, "the peer has not written every row"
    return rows / took


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def grown(rows: int, start: float) -> int:
    """Megabytes above the start, at the most so far, after an import of so many rows."""
    emptied()
    imported(workbook(rows))
    return round(megabytes() - start)


def of_the_process(rows: int) -> dict[str, Any]:
    """Memory first, as the process is young: its peak never falls."""
    imported(workbook(SMALL))
    start = megabytes()
    return {
        "importing_process_grew_mb": grown(rows, start),
        "importing_process_grew_mb_at_three_times_the_rows": grown(3 * rows, start),
        "reader_mb": reader_megabytes(workbook(rows)),
        "reader_mb_at_three_times_the_rows": reader_megabytes(workbook(3 * rows)),
    }


def reader_megabytes(path: Path) -> int:
    """The peak of the reading process, started by a small one: at first it counts its parent's."""
    limits = {"unpacked": 10**9, "rows": 10**6, "cells": 10**8, "memory": MEMORY}
    settings_of_reader = json.dumps(limits | {"seconds": PROCESSOR_SECONDS, "sparse": False})
    command = [sys.executable, "-I", str(READER), str(path), settings_of_reader]
    told = subprocess.run(
        [sys.executable, "-c", SMALL_PARENT, *command], capture_output=True, check=True
    )
    return round(int(told.stdout) / 1024)


def cost_per_row(rows: int) -> dict[str, float]:
    """Microseconds that each further row takes, from few to many and from many to three times."""
    took = {}
    for size in (SMALL, rows, 3 * rows):
        emptied()
        took[size] = timed(lambda size=size: imported(workbook(size)))
    further = (took[rows] - took[SMALL]) / (rows - SMALL)
    beyond = (took[3 * rows] - took[rows]) / (2 * rows)
    return {"up_to_the_rows": round(further * 1e6, 1), "beyond": round(beyond * 1e6, 1)}


def figures(rows: int, peers: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "engine": connection.vendor,
        "suite": settings.FIELD_SUITE,
        "rows": rows,
    }
    told |= of_the_process(rows)
    told["microseconds_per_row"] = cost_per_row(rows)
    first, second, limit = [], [], []
    for _ in range(RUNS):
        emptied()
        first.append(timed(lambda: imported(workbook(rows))))
        second.append(timed(lambda: imported(workbook(rows, 0.01))))
        limit.append(timed(lambda: bare(workbook(rows))))
    took, again, bound = (statistics.median(times) for times in (first, second, limit))
    told |= {
        "rows_a_second": round(rows / took),
        "second_import_rows_a_second": round(rows / again),
        "limit_rows_a_second": round(rows / bound),
        "times_the_limit": round(took / bound, 2),
    }
    for name, resource_class in PEERS.items():
        speed = peer(resource_class, workbook(peers), peers)
        told[f"{name}_rows_a_second"] = round(speed)
        told[f"times_{name}"] = round(rows / took / speed, 1)
    told["missed"] = missed(told)
    return told


def missed(told: dict[str, Any]) -> list[str]:
    over = [name for name, least in AT_LEAST.items() if told[f"times_{name}"] < least]
    over += ["limit"] if told["times_the_limit"] > LIMIT[told["suite"]] else []
    grew = told["importing_process_grew_mb"]
    more = told["importing_process_grew_mb_at_three_times_the_rows"] - grew
    over += ["memory"] if grew > MOST_MB or more > MOST_FURTHER_MB else []
    cost = told["microseconds_per_row"]
    over += ["flat cost"] if cost["beyond"] > FLAT * cost["up_to_the_rows"] else []
    slower = told["second_import_rows_a_second"] < told["rows_a_second"]
    return over + (["second import"] if slower else [])


def main(rows: int, peers: int) -> int:
    on_file = connection.vendor == "sqlite"
    name = str(FOLDER / "bench.sqlite3") if on_file else f"bench_{os.getpid()}"
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0)
    try:
        call_command("load_registers", stdout=io.StringIO())
        if not on_file:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
        told = figures(rows, peers)
    finally:
        connection.creation.destroy_test_db("bench", verbosity=0)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 1 if told["missed"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
