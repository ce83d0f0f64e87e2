"""The figures of one engine and one suite for `bench.rosters`, which starts this."""

from __future__ import annotations

import datetime
import io
import json
import os
import random
import resource
import statistics
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
from import_export import resources
from import_export.fields import Field
from tablib import Dataset

from kaili_hukou import crypto, identity
from kaili_hukou.models import Bureau
from kaili_hukou.models.people import number_digest
from rosters.columns import BY_NAME
from rosters.header import find_header
from rosters.importing import Order, import_roster, known
from rosters.matching import ROW
from rosters.models import ImportRun, Roster, RosterEntry, RosterRepeat
from rosters.rows import RowReader, Valid
from rosters.writing import Document

FOLDER = Path(os.environ["BENCH_FOLDER"])
TODAY = datetime.date(2026, 11, 23)
LIMIT = {"aes": 2.5, "sm4": 3.5}
PEERS = {"import_export_default": 50, "import_export_bulk": 8}
HEADER = [
    *("姓名", "公民身份号码", "性别", "民族", "出生日期", "户主姓名", "与户主关系", "户编号"),
    *("迁出地", "迁入乡镇", "联系电话", "是否自愿"),
]
SEALED = (1, 8, 10)
FIELDS = [BY_NAME[name].field for name in HEADER]
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
    for model in (RosterRepeat, ImportRun, RosterEntry, Roster):
        model.objects.all().delete()


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


class EntryResource(resources.ModelResource):
    """The peer: the same columns and checks, row by row, through the same encrypted fields."""

    number_digest = Field("number_digest", "number_digest")

    class Meta:
        model = RosterEntry
        fields = (*FIELDS, "row", "roster", "number_digest")
        import_id_fields = ("number_digest",)
        skip_unchanged = False

    def before_import(self, dataset: Dataset, **options: Any) -> None:
        self._reader = RowReader(find_header({1: HEADER}), known(TODAY))
        self._line = 1

    def before_import_row(self, row: Any, **options: Any) -> None:
        self._line += 1
        found = self._reader.read(self._line, [row[name] for name in FIELDS])
        if not isinstance(found, Valid):
            raise ValueError(found)
        row.update(found.values, number=found.number, number_digest=number_digest(found.number))
        row.update(row=self._line, roster=self.roster)

    def get_or_init_instance(self, loader: Any, row: Any) -> Any:
        found, new = super().get_or_init_instance(loader, row)
        found.roster_id = row["roster"]
        return found, new


class BulkResource(EntryResource):
    class Meta(EntryResource.Meta):
        use_bulk = True
        batch_size = 1000
        skip_diff = True


def peer(resource: type[EntryResource], path: Path, rows: int) -> float:
    """Rows a second; the workbook is read by import-export's own way of reading."""
    emptied()
    made = resource()
    made.roster = Roster.objects.create(
        kind="relocation", supplier=Bureau.objects.first(), reference="x", document_on=TODAY
    ).pk

    def work() -> None:
        data = Dataset().load(path.read_bytes(), format="xlsx")
        data.headers = FIELDS
        for name in ("row", "roster", "number_digest"):
            data.append_col([""] * len(data), header=name)
        made.import_data(data, raise_errors=True)

    took = timed(work)
    assert RosterEntry.objects.count() == rows, "the peer has not written every row"
    return rows / took


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def figures(rows: int, peers: int) -> dict[str, Any]:
    start = megabytes()
    imported(workbook(rows))
    grown = megabytes() - start
    first, second, limit = [], [], []
    for _ in range(RUNS):
        emptied()
        first.append(timed(lambda: imported(workbook(rows))))
        second.append(timed(lambda: imported(workbook(rows, 0.01))))
        limit.append(timed(lambda: bare(workbook(rows))))
    took, again, bound = (statistics.median(times) for times in (first, second, limit))
    told: dict[str, Any] = {
        "engine": connection.vendor,
        "suite": settings.FIELD_SUITE,
        "rows": rows,
        "rows_a_second": round(rows / took),
        "second_import_rows_a_second": round(rows / again),
        "limit_rows_a_second": round(rows / bound),
        "times_the_limit": round(took / bound, 2),
        "importing_process_grew_mb": round(grown),
        "reader_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }
    for name, peer_class in (
        ("import_export_default", EntryResource),
        ("import_export_bulk", BulkResource),
    ):
        speed = peer(peer_class, workbook(peers), peers)
        told[f"{name}_rows_a_second"] = round(speed)
        told[f"times_{name}"] = round(rows / took / speed, 1)
    told["over_the_limit"] = missed(told)
    return told


def missed(told: dict[str, Any]) -> list[str]:
    over = [name for name, least in PEERS.items() if told[f"times_{name}"] < least]
    over += ["limit"] if told["times_the_limit"] > LIMIT[told["suite"]] else []
    over += ["memory"] if told["importing_process_grew_mb"] > 250 else []
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
    return 1 if told["over_the_limit"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
