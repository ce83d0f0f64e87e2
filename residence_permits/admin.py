"""Permits in the admin: the list and the search; a permit itself has its own page."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kaili_hukou import identity
from kaili_hukou.desk_admin import DeskAdmin, ReadOnlyAdmin, masked
from kaili_hukou.importing import MOST_ROWS, PeopleSheet, SafeImport
from kaili_hukou.models import Person
from kaili_hukou.models.people import number_digest
from kaili_hukou.names import normalise_name
from kaili_hukou.paging import FewPages
from kaili_hukou.roles import Role
from residence_permits.access import IMPORTERS, READERS
from residence_permits.forms import OldRecordsForm
from residence_permits.models import AcceptingBody, Permit
from residence_permits.querysets import PermitQuerySet
from residence_permits.resources import TABLES, PermitResource, ResidenceResource

MOST_PEOPLE = 200


@admin.register(Permit)
class PermitAdmin(SafeImport, ReadOnlyAdmin):
    """Read only: whatever a permit says changes by a recorded act on its page (条例 第二十条).

    Permits of before come in as spreadsheets: by the household section, by a head for his station.
    """

    resource_classes = [PermitResource, ResidenceResource]
    import_template_name = "residence_permits/import.html"
    import_form_class = OldRecordsForm

    viewers = READERS
    list_display = ["serial", "person", "number", "town", "residence_from", "issued_on", "status"]
    list_filter = ["basis"]
    list_per_page = 20
    paginator = FewPages
    ordering = ["-issued_on", "serial"]
    sortable_by: list[str] = []
    search_fields = ["serial"]
    search_help_text = "公民身份号码、居住证编号或姓名(写全);中止和待签注的,见「签注名单」"
    list_select_related = ()  # none: `False` would join whatever the columns name
    number = masked("公民身份号码", "person.masked_number")

    def get_queryset(self, request: HttpRequest) -> PermitQuerySet:
        """Not joined: an engine might begin with the towns and sort every permit of them."""
        return super().get_queryset(request).prefetch_related("person", "town")

    @admin.display(description="状态")
    def status(self, permit: Permit) -> str:
        if permit.cancelled_on:
            return "已注销"
        over = permit.ends_on is not None and permit.ends_on <= timezone.localdate()
        return "使用功能中止" if over else "有效"

    def get_search_results(
        self, request: HttpRequest, queryset: PermitQuerySet, search_term: str
    ) -> tuple[PermitQuerySet, bool]:
        """A number by its digest, a serial or a name in full: each by an index."""
        text = search_term.strip()[:200]
        return (queryset.filter(_meant(text)) if text else queryset), False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._role(request) in IMPORTERS

    def get_import_formats(self) -> list[type[PeopleSheet]]:
        return [PeopleSheet]

    def get_import_context_data(self, **_: Any) -> dict[str, Any]:
        return {"most_rows": MOST_ROWS, "tables": TABLES}

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """Nothing here: the import has recorded the file as one entry."""

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        messages.success(request, f"已导入 {result.summary['good']} 行。")

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise self._no_such_row()
        return redirect("permits:permit", pk=found.pk)


def _meant(text: str) -> Q:
    """Whose permits: the people first, so that no engine walks through all permits for a name."""
    try:
        number = identity.check(text, timezone.localdate()).number
    except identity.IdentityError:
        if text.isascii():
            return Q(serial=text.upper())
        people = Person.objects.filter(name=normalise_name(text))
    else:
        people = Person.objects.filter(number_digest=number_digest(number))
    return Q(person__in=list(people.values_list("pk", flat=True)[:MOST_PEOPLE]))


@admin.register(AcceptingBody)
class AcceptingBodyAdmin(DeskAdmin):
    """Which community service bodies may accept, from when to when: kept by the section."""

    viewers = READERS | {Role.SYSTEM_ADMIN}
    editors = frozenset({Role.APPROVER})
    list_display = ["name", "station", "document", "valid_from", "valid_to"]
    list_select_related = ["station"]
    search_fields = ["name"]
