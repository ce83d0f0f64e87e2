"""Small registers as spreadsheets: the columns that go out and come in, found by their codes."""

import re
from typing import Any

from django.db import models
from django.utils.safestring import mark_safe
from import_export import resources, widgets
from import_export.fields import Field
from import_export.resources import Diff

from kaili_hukou.models import CalendarDay, PoliceStation, Town, Village


class PlainDiff(Diff):
    """What changed, marked by <ins> and <del> alone: our policy refuses inline styles."""

    def as_html(self) -> list[str]:
        marked = (re.sub(r'<(ins|del) style="[^"]*">', r"<\1>", text) for text in super().as_html())
        return [mark_safe(text) for text in marked]  # noqa: S308 - escaped by the library


class RegisterResource(resources.ModelResource):
    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return PlainDiff


def _columns(model: type[models.Model], *names: str) -> dict[str, Field]:
    """Columns under the Chinese titles of the model's fields."""
    fields = {name: model._meta.get_field(name) for name in names}
    return {
        name: Field(
            attribute=name,
            column_name=str(field.verbose_name),
            widget=resources.ModelResource.widget_from_django_field(field)(),
        )
        for name, field in fields.items()
    }


def _by_code(model: type[models.Model], title: str, name: str) -> Field:
    widget = widgets.ForeignKeyWidget(model, "code")
    return Field(attribute=name, column_name=title, widget=widget)


def _resource(
    model: type[models.Model], key: str, columns: dict[str, Field]
) -> type[resources.ModelResource]:
    meta: dict[str, Any] = {
        "model": model,
        "import_id_fields": (key,),
        "fields": tuple(columns),
        "skip_unchanged": True,
        "clean_model_instances": True,
    }
    return resources.modelresource_factory(
        model, resource_class=RegisterResource, custom_fields=columns, meta_options=meta
    )


CalendarDayResource = _resource(
    CalendarDay, "day", _columns(CalendarDay, "day", "kind", "name", "source")
)
PoliceStationResource = _resource(
    PoliceStation,
    "code",
    _columns(PoliceStation, "code", "name", "kind", "address", "phone", "hours", "source")
    | {"town": _by_code(Town, "所在镇(街道)代码", "town")},
)
VillageResource = _resource(
    Village,
    "code",
    _columns(Village, "code", "name", "source")
    | {
        "town": _by_code(Town, "所在镇(街道)代码", "town"),
        "station": _by_code(PoliceStation, "派出所代码", "station"),
    },
)
