"""The peers of `bench.rosters`: django-import-export with its defaults, and at its best in bulk.

Both end with the same rows: the same checks in `before_import_row`, both digests, the row of the
sheet, the same encrypted fields. Neither is asked for persons, which our import looks up besides.
"""

from __future__ import annotations

import datetime
from typing import Any

from import_export import resources
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import CachedForeignKeyWidget
from tablib import Dataset

from kaili_hukou.models import Town
from kaili_hukou.models.people import number_digest
from rosters.columns import BY_NAME
from rosters.header import find_header
from rosters.importing import known
from rosters.matching import row_digest
from rosters.models import Roster, RosterEntry
from rosters.rows import RowReader, Valid

TODAY = datetime.date(2026, 11, 23)
HEADER = [
    *("姓名", "公民身份号码", "性别", "民族", "出生日期", "户主姓名", "与户主关系", "户编号"),
    *("迁出地", "迁入乡镇", "联系电话", "是否自愿"),
]
FIELDS = [BY_NAME[name].field for name in HEADER]
MADE = ("row", "number_digest", "row_digest", "roster")


class EntryResource(resources.ModelResource):
    """Row by row, with every default: a savepoint, a comparison, and each look-up a query."""

    number_digest = Field("number_digest", "number_digest")
    row_digest = Field("row_digest", "row_digest")

    class Meta:
        model = RosterEntry
        fields = (*FIELDS, *MADE)
        import_id_fields = ("number_digest",)

    roster_pk: Any = None

    def before_import(self, dataset: Dataset, **options: Any) -> None:
        self._reader = RowReader(find_header({1: HEADER}), known(TODAY))
        self._line = 1
        for name in ("row", "row_digest"):
            dataset.append_col([""] * len(dataset), header=name)
        dataset.append_col([self.roster_pk] * len(dataset), header="roster")
        numbers = dataset["number"]
        dataset.append_col([number_digest(number) for number in numbers], header="number_digest")

    def before_import_row(self, row: Any, **options: Any) -> None:
        self._line += 1
        found = self._reader.read(self._line, [row[name] for name in FIELDS])
        if not isinstance(found, Valid):
            raise ValueError(found)
        told = row_digest(found.values)
        row.update(found.values, number=found.number, row=self._line, row_digest=told)


class BulkResource(EntryResource):
    """As its own pages advise: bulk_create, nothing compared for show, look-ups cached."""

    town = Field("town", "town", CachedForeignKeyWidget(Town))
    roster = Field("roster", "roster", CachedForeignKeyWidget(Roster))

    class Meta(EntryResource.Meta):
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        instance_loader_class = CachedInstanceLoader
