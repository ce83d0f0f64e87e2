"""The base of every admin page: scope, roles, masks, and the record in place of Django's log."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from kaili_hukou import audit
from kaili_hukou.models import AuditEntry

Everyone = frozenset[str]
NOBODY: Everyone = frozenset()


class DeskAdmin(admin.ModelAdmin):
    """`viewers` and `editors` are roles. Nothing is ever deleted here."""

    viewers: Everyone = NOBODY
    editors: Everyone = NOBODY
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def _role(self, request: HttpRequest) -> str:
        return getattr(request.user, "role", "") if request.user.is_active else ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._role(request) in self.viewers | self.editors

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._role(request) in self.viewers | self.editors

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._role(request) in self.editors

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._role(request) in self.editors

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # PostgreSQL knows no NUL; Django's own filters would let one through.
        if any("\0" in value for value in request.GET.values()):
            raise BadRequest("查询条件中有空字符")
        if self.holds_people and self.has_view_permission(request):
            audit.looked(f"查看列表:{self.opts.verbose_name}")
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id) if object_id else None
        seen = found is not None and self.has_view_permission(request, found)
        if seen and self.holds_people and request.method == "GET":
            audit.looked(f"查看{self.opts.verbose_name}", found)
        return super().changeform_view(request, object_id, form_url, extra_context)

    @property
    def holds_people(self) -> bool:
        return hasattr(self.model, "scope_paths")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """A plain list: registers are changed on their own pages, not from a corner of a form."""
        return db_field.formfield(**options)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """404, as on the desk's own pages, where Django would go to the index and say so there."""
        raise self._no_such_row()

    def _no_such_row(self) -> Http404:
        return Http404(f"没有这条{self.opts.verbose_name},或不在您的辖区")

    # Django's LogEntry is not written: our record is the only one.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        audit.record(f"新增{self.opts.verbose_name}", obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        names = [name for part in message for name in part.get("changed", {}).get("fields", [])]
        audit.record(f"修改{self.opts.verbose_name}", obj, changes=dict.fromkeys(names, ("", "")))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        raise PermissionDenied("登记内容不在这里删除。")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise self._no_such_row()
        entries = AuditEntry.objects.filter(
            object_type=self.opts.label, object_id=str(found.pk)
        ).order_by("-at")[:200]
        context = {
            **self.admin_site.each_context(request),
            "title": f"操作记录:{found}",
            "object": found,
            "opts": self.opts,
            "entries": entries,
        }
        return TemplateResponse(request, "admin/record.html", context)


class ReadOnlyAdmin(DeskAdmin):
    """Looked at here, written elsewhere (by actions)."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def masked(description: str, attribute: str) -> Any:
    """A list column that shows a row's masked value."""

    @admin.display(description=description)
    def column(_: Any, row: Any) -> str:
        value = row
        for name in attribute.split("."):
            value = getattr(value, name, "") if value is not None else ""
        return value or ""

    return column
