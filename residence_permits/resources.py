"""The old permits and temporary registrations as spreadsheets, for the upload page of the admin."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.utils import timezone
from import_export import resources
from import_export.fields import Field

from kaili_hukou.actions import Refused
from kaili_hukou.cells import header_of
from kaili_hukou.importing import ROW
from kaili_hukou.masking import mask_identity_number, mask_name
from kaili_hukou.models import Person
from residence_permits.actions.importing import import_permits, import_residences
from residence_permits.models import Basis, Permit, Residence
from residence_permits.old_records import (
    NUMBER,
    OldPermit,
    OldResidence,
    Outcome,
    read_permits,
    read_residences,
)

# How many rows and faults the preview shows; all are counted.
MOST_SHOWN = 200
_TOWN = ("镇街", "镇", "街道", "乡镇", "镇街道", "居住地镇", "居住地街道", "居住地镇街")
# The columns as the reader knows them: title on the page, other titles, whether it must be there.
Columns = dict[str, tuple[str, tuple[str, ...], bool]]
PERMIT_COLUMNS: Columns = {
    NUMBER: (NUMBER, (), True),
    "姓名": ("姓名", (), True),
    "性别": ("性别", (), False),
    "现户籍地": ("现户籍地(区划)", ("户籍地", "户籍所在地", "现户籍地区划"), False),
    "证件编号": ("证件编号", ("居住证编号", "居住证号", "证号"), True),
    "镇街": ("居住地镇(街道)", _TOWN, True),
    "村": ("村(社区)", ("社区", "村居", "居住地村", "居住地社区"), False),
    "住址": ("居住地住址", ("居住地址", "现住址", "居住地详细地址"), True),
    "申领依据": ("申领依据", ("依据",), True),
    "居住起始日": ("居住起始日", ("居住起始日期",), True),
    "起始日凭据": ("起始日凭据", ("凭据",), True),
    "签发日期": ("签发日期", ("发证日期", "签发日"), True),
    "历次签注日期": ("历次签注日期", ("签注日期", "签注"), False),
    "联系电话": ("联系电话", ("电话", "手机"), False),
}
RESIDENCE_COLUMNS: Columns = {
    NUMBER: ("号码", (), True),
    "姓名": ("姓名", (), True),
    "镇街": ("镇街", _TOWN, True),
    "住址": ("住址", ("居住地住址", "暂住地址", "暂住地"), True),
    "自": ("自", ("起始日期", "暂住起始日", "起"), True),
    "至": ("至", ("终止日期", "截止日期", "止"), True),
    "凭据": ("凭据", ("暂住证号", "凭证"), False),
}


class OldRecords(resources.ModelResource):
    """Rows are read together and written together; import_export has the two pages between."""

    columns: Columns = {}
    shown_titles: tuple[str, ...] = ()
    read: Callable[..., list[Outcome]]
    write: Callable[..., int]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.outcomes: list[Outcome] = []

    def before_import(self, dataset: tablib.Dataset, **options: Any) -> None:
        try:
            rows = list(self._by_column(dataset))
        except Refused:
            dataset.wipe()
            raise
        self.outcomes = type(self).read(rows, options["user"], timezone.localdate())

    def _by_column(self, dataset: tablib.Dataset) -> Iterable[Mapping[str, Any]]:
        """Each row by the reader's own names of the columns."""
        places = {title: place for place, title in enumerate(dataset.headers)}
        found = {
            name: next(
                (places[one] for one in (header_of(title), name, *others) if one in places), None
            )
            for name, (title, others, _) in self.columns.items()
        }
        lacking = [
            title
            for name, (title, _, needed) in self.columns.items()
            if needed and found[name] is None
        ]
        if lacking:
            raise Refused(
                f"表头缺少这些列:{'、'.join(lacking)}。请按页面上列出的列名填写后再上传。"
            )
        for cells in dataset:
            told = {name: cells[place] for name, place in found.items() if place is not None}
            yield told | {ROW: cells[places[ROW]]}

    def get_or_init_instance(self, *_: Any) -> tuple[Any, bool]:
        return self._meta.model(), True

    def import_instance(self, instance: Any, row: Any, **options: Any) -> None:
        outcome = self.outcomes[options["row_number"] - 1]
        instance.person = Person(name="")
        if outcome.faults:
            raise ValidationError([sentence for _, sentence in outcome.faults])

    def save_instance(self, *_: Any, **__: Any) -> None:
        """Rows are written together, at the end."""

    def after_import(self, dataset: tablib.Dataset, result: Any, **options: Any) -> None:
        """What the preview shows; and, once confirmed and without a fault, everything written."""
        good = [one for one in self.outcomes if not one.faults]
        faults = [
            (one.row, self.columns.get(column, (column,))[0], told)
            for one in self.outcomes
            for column, told in one.faults
        ]
        result.summary = {
            "rows": len(self.outcomes),
            "good": len(good),
            "bad": len(self.outcomes) - len(good),
            "faults": faults[:MOST_SHOWN],
            "titles": self.shown_titles,
            "lines": [(one.row, *self.line(one.record), one.notes) for one in good[:MOST_SHOWN]],
            "most": MOST_SHOWN,
        }
        if options.get("dry_run") is False and not faults:
            records = [one.record for one in good]
            type(self).write(records, options["user"], timezone.localdate())

    def line(self, record: Any) -> tuple[Any, ...]:
        raise NotImplementedError

    def handle_import_error(
        self, result: Any, error: Exception, raise_errors: bool = False
    ) -> None:
        """A refusal is a sentence on the page; anything else is no fault of the file."""
        if not isinstance(error, Refused):
            raise error
        super().handle_import_error(result, error)


def _who(record: OldPermit | OldResidence) -> tuple[str, str]:
    return mask_identity_number(record.who.number), mask_name(record.who.name)


class _OldPermits(OldRecords):
    columns = PERMIT_COLUMNS
    shown_titles = (NUMBER, "姓名", "证件编号", "派出所", "依据", "居住起始日", "签发日期", "签注")
    read = staticmethod(read_permits)
    write = staticmethod(import_permits)

    def line(self, record: OldPermit) -> tuple[Any, ...]:
        return (
            *_who(record),
            record.serial,
            record.place.station.short_name,
            Basis(record.basis).label,
            record.residence_from,
            record.issued_on,
            f"{len(record.endorsed_on)} 次",
        )


class _OldResidences(OldRecords):
    columns = RESIDENCE_COLUMNS
    shown_titles = (NUMBER, "姓名", "派出所", "自", "至", "凭据")
    read = staticmethod(read_residences)
    write = staticmethod(import_residences)

    def line(self, record: OldResidence) -> tuple[Any, ...]:
        return (
            *_who(record),
            record.place.station.short_name,
            record.since,
            record.until or "今",
            "有" if record.proof else "无",
        )


def _resource(base: type[OldRecords], model: type[Any], name: str) -> type[resources.ModelResource]:
    fields = {
        f"column{place}": Field(column_name=title)
        for place, (title, _, _) in enumerate(base.columns.values())
    }
    meta: dict[str, Any] = {
        "model": model,
        "name": name,
        "fields": tuple(fields),
        "import_id_fields": (),
        "skip_diff": True,
        "use_transactions": True,
        # No savepoint a row: all of them are written by one act at the end.
        "use_bulk": True,
    }
    return resources.modelresource_factory(
        model, resource_class=base, custom_fields=fields, meta_options=meta
    )


PERMITS, RESIDENCES = "居住证(已发放的)", "暂住登记(存量)"
PermitResource = _resource(_OldPermits, Permit, PERMITS)
ResidenceResource = _resource(_OldResidences, Residence, RESIDENCES)
# For the upload page: which columns are needed, which may be left out.
TABLES = tuple(
    (
        name,
        [title for title, _, needed in columns.values() if needed],
        [title for title, _, needed in columns.values() if not needed],
    )
    for name, columns in ((PERMITS, PERMIT_COLUMNS), (RESIDENCES, RESIDENCE_COLUMNS))
)
