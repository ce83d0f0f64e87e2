"""Counts of the population in the admin, with what they replaced; files come in here."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from kaili_hukou.desk_admin import ReadOnlyAdmin
from kaili_hukou.importing import SafeImport
from reports.actions.indicators import sources_of
from reports.indicator_forms import CountsForm
from reports.models import Observation
from reports.oversight_access import READERS
from reports.resources import COLUMNS, CountsSheet, ObservationResource


@admin.register(Observation)
class ObservationAdmin(SafeImport, ReadOnlyAdmin):
    resource_classes = [ObservationResource]
    import_template_name = "reports/import.html"
    import_form_class = CountsForm

    viewers = READERS
    list_display = [
        "as_of",
        "place",
        "measure",
        "value",
        "source",
        "sourced_on",
        "version",
        "is_current",
        "reason",
        "entered_by",
    ]
    list_filter = ["source", "measure", "is_current"]
    list_select_related = ["town", "entered_by"]
    ordering = ["-as_of", "town", "measure", "-version"]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter some; whose counts a file may hold is checked row by row."""
        return request.user.is_active and bool(sources_of(request.user))

    def get_import_formats(self) -> list[type[CountsSheet]]:
        return [CountsSheet]

    def get_import_context_data(self, **_: Any) -> dict[str, Any]:
        return {"columns": COLUMNS}

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """Nothing here: the import has recorded the file as one entry."""

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        messages.success(request, f"已导入 {result.summary['kept']} 行。")
