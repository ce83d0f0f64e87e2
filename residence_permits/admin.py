"""Permits in the admin: the list and the search; a permit itself has its own page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from kaili_hukou import identity
from kaili_hukou.desk_admin import ReadOnlyAdmin, masked
from kaili_hukou.models.people import number_digest
from kaili_hukou.names import normalise_name
from kaili_hukou.paging import FewPages
from residence_permits.access import READERS
from residence_permits.models import Permit
from residence_permits.querysets import PermitQuerySet


class StandingFilter(admin.SimpleListFilter):
    """By the days on the row, as they stand today."""

    title = "状态"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("valid", "有效"),
            ("window", "60 天内签注截止"),
            ("suspended", "使用功能中止"),
            ("cancelled", "已注销"),
        ]

    def queryset(self, request: HttpRequest, queryset: PermitQuerySet) -> PermitQuerySet:
        today = timezone.localdate()
        if self.value() == "valid":
            return queryset.in_force().filter(ends_on__gt=today)
        if self.value() == "window":
            return queryset.closing_within(60, today)
        if self.value() == "suspended":
            return queryset.suspended_on(today)
        if self.value() == "cancelled":
            return queryset.filter(cancelled_on__isnull=False)
        return queryset


@admin.register(Permit)
class PermitAdmin(ReadOnlyAdmin):
    """Read only: whatever a permit says changes by a recorded act on its page (条例 第二十条)."""

    viewers = READERS
    list_display = ["serial", "person", "number", "town", "residence_from", "issued_on", "status"]
    list_select_related = ["person", "town"]
    list_filter = [StandingFilter, "basis"]
    list_per_page = 20
    paginator = FewPages
    ordering = ["-issued_on", "serial"]
    sortable_by: list[str] = []
    search_fields = ["serial"]
    search_help_text = "公民身份号码、居住证编号(可只输开头)、姓名"
    number = masked("公民身份号码", "person.masked_number")

    @admin.display(description="状态")
    def status(self, permit: Permit) -> str:
        if permit.cancelled_on:
            return "已注销"
        over = permit.ends_on is not None and permit.ends_on <= timezone.localdate()
        return "使用功能中止" if over else "有效"

    def get_search_results(
        self, request: HttpRequest, queryset: PermitQuerySet, search_term: str
    ) -> tuple[PermitQuerySet, bool]:
        """A number by its digest, a serial or a name by its beginning: each by an index."""
        text = search_term.strip()[:200]
        return (queryset.filter(_meant(text)) if text else queryset), False

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise self._no_such_row()
        return redirect("permits:permit", pk=found.pk)


def _meant(text: str) -> Q:
    try:
        number = identity.check(text, timezone.localdate()).number
    except identity.IdentityError:
        if text.isascii():
            return Q(serial__startswith=text.upper())
        return Q(person__name__startswith=normalise_name(text))
    return Q(person__number_digest=number_digest(number))
