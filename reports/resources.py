"""Counts of the population as a spreadsheet: read and shown first, kept when confirmed."""

import datetime
from collections.abc import Mapping
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.utils import timezone
from import_export import resources

from kaili_hukou.actions import Refused
from kaili_hukou.cells import CellError, day_of, header_of, text_of
from kaili_hukou.importing import ROW, HeadedSheet
from kaili_hukou.models import Officer, Town
from reports.actions.indicators import Entry, current_rows, enter_many, same_as_known, why_not
from reports.models import Observation
from reports.models.indicators import Source

PLACE, AS_OF, SOURCE, WHOLE = "镇(街道)", "时点", "来源", "总人口"
URBAN, SOURCED_ON, DOCUMENT = "城镇人口", "公布日期", "依据"
NEEDED = (PLACE, AS_OF, SOURCE, WHOLE, SOURCED_ON)
COLUMNS = (PLACE, AS_OF, SOURCE, WHOLE, URBAN, SOURCED_ON, DOCUMENT)
CITY = ("全市", "凯里市", "市")
SOURCES = {
    "统计局": Source.STATISTICS,
    "市统计局": Source.STATISTICS,
    "统计": Source.STATISTICS,
    "公安": Source.POLICE,
    "公安局": Source.POLICE,
    "市公安局": Source.POLICE,
}
MOST_SHOWN = 200


class CountsSheet(HeadedSheet):
    # Titles as they are compared: remarks in brackets are dropped.
    named = frozenset(header_of(title) for title in NEEDED)


class _Reader:
    """Rows of the sheet into entries; the towns are read once."""

    def __init__(self, officer: Officer, on: datetime.date) -> None:
        self.officer, self.on = officer, on
        self.towns = {town.name: town for town in Town.objects.all()}
        self.seen: set[tuple[Any, ...]] = set()

    def entry(self, cells: Mapping[str, Any]) -> Entry:
        """Refused or CellError with the first fault of the row."""
        entry = Entry(
            town=self._town(text_of(cells.get(PLACE))),
            as_of=day_of(cells.get(AS_OF)),
            source=SOURCES.get(text_of(cells.get(SOURCE)), ""),
            whole=_people(cells.get(WHOLE), WHOLE),
            urban=_people(cells.get(URBAN), URBAN) if text_of(cells.get(URBAN)) else None,
            sourced_on=day_of(cells.get(SOURCED_ON)),
            document=text_of(cells.get(DOCUMENT))[:200],
        )
        fault = why_not(entry, self.officer, self.on) or self._known(entry)
        if fault:
            raise Refused(fault)
        return entry

    def _town(self, name: str) -> Town | None:
        if name in CITY:
            return None
        if name not in self.towns:
            raise Refused(
                f"没有名为「{name[:20]}」的镇(街道)。全市的行写「全市」,其余按登记簿的名称填写。"
            )
        return self.towns[name]

    def _known(self, entry: Entry) -> str:
        key = (entry.place, entry.as_of, entry.source)
        if key in self.seen:
            return "同一地方、时点、来源在文件中出现了两次,请只留一行。"
        self.seen.add(key)
        if current_rows(entry) and not same_as_known(entry):
            return "这一时点已录入过别的数。要修改的,请在指标页更正并写明理由。"
        return ""


def _people(cell: Any, title: str) -> int:
    text = text_of(cell).replace(",", "").replace(",", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(f"「{title}」应为人数(整数,单位为人,不是万人),请核对。")
    return int(text)


class ObservationResource(resources.ModelResource):
    """Rows are read together and written together; import_export has the two pages between."""

    class Meta:
        model = Observation
        fields = ()
        import_id_fields = ()
        skip_diff = True
        use_transactions = True
        use_bulk = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.read: list[tuple[int, Entry | None, str]] = []

    def before_import(self, dataset: tablib.Dataset, **options: Any) -> None:
        reader = _Reader(options["user"], timezone.localdate())
        titles = {header_of(title): title for title in COLUMNS}
        names = [titles.get(one, one) for one in dataset.headers]
        for cells in dataset:
            row = dict(zip(names, cells, strict=True))
            try:
                self.read.append((row[ROW], reader.entry(row), ""))
            except (Refused, CellError) as fault:
                self.read.append((row[ROW], None, str(fault)))

    def get_or_init_instance(self, *_: Any) -> tuple[Any, bool]:
        return Observation(), True

    def import_instance(self, instance: Any, row: Any, **options: Any) -> None:
        _, entry, fault = self.read[options["row_number"] - 1]
        if entry is None:
            raise ValidationError([fault])

    def save_instance(self, *_: Any, **__: Any) -> None:
        """Rows are written together, at the end."""

    def after_import(self, dataset: tablib.Dataset, result: Any, **options: Any) -> None:
        good = [entry for _, entry, _ in self.read if entry]
        faults = [(number, fault) for number, entry, fault in self.read if entry is None]
        result.summary = {
            "rows": len(self.read),
            "good": len(good),
            "faults": faults[:MOST_SHOWN],
            "bad": len(faults),
            "lines": [
                (number, entry, same_as_known(entry)) for number, entry, _ in self.read if entry
            ][:MOST_SHOWN]
            if options.get("dry_run")
            else [],
        }
        if options.get("dry_run") is False and not faults:
            result.summary["kept"] = enter_many(good, options["user"], timezone.localdate())

    def handle_import_error(
        self, result: Any, error: Exception, raise_errors: bool = False
    ) -> None:
        """A refusal is a sentence on the page; anything else is no fault of the file."""
        if not isinstance(error, Refused):
            raise error
        super().handle_import_error(result, error)
