"""Admin pages of the registers, the people, the officers and the record."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from import_export.admin import ExportMixin

from kaili_hukou import audit
from kaili_hukou.desk_admin import DeskAdmin, ReadOnlyAdmin, masked
from kaili_hukou.importing import SafeImport
from kaili_hukou.jobs import start
from kaili_hukou.login_forms import GivenPasswordForm
from kaili_hukou.models import (
    AuditEntry,
    Bureau,
    BureauName,
    CalendarDay,
    CalendarYear,
    CodeEntry,
    Division,
    Duty,
    Household,
    Job,
    Membership,
    Officer,
    Person,
    PoliceStation,
    Town,
    Village,
)
from kaili_hukou.models.staff import PLACED
from kaili_hukou.officer_forms import ACCOUNT_KEEPERS, OfficerForm, PostingInline, RelativeInline
from kaili_hukou.postings import Post, appoint
from kaili_hukou.registers import division_title, forget
from kaili_hukou.resources import CalendarDayResource, PoliceStationResource, VillageResource
from kaili_hukou.roles import Role
from kaili_hukou.sessions import ask_again

KEEPERS = frozenset({Role.SYSTEM_ADMIN, Role.APPROVER})
OFFICES = frozenset(Role.values)
PEOPLE_READERS = frozenset(
    {Role.AUXILIARY, Role.WINDOW, Role.STATION_HEAD, Role.APPROVER, Role.AUDITOR}
)


class RegisterAdmin(ExportMixin, DeskAdmin):
    """A register: read by all, kept by the household section and the system administrator."""

    viewers = OFFICES
    editors = KEEPERS

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self._role(request) in KEEPERS

    def export_action(self, request: HttpRequest) -> HttpResponse:
        if self.has_export_permission(request):
            asked = ask_again(request)
            if asked:
                return asked
            audit.looked(f"导出{self.opts.verbose_name}")
        return super().export_action(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget()


class ImportedRegisterAdmin(SafeImport, RegisterAdmin):
    """A register that is also kept as a spreadsheet, with a preview before anything is written."""

    import_error_display = ("row", "message")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._role(request) in KEEPERS

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """One entry of ours for the whole file, in place of Django's log."""
        audit.record(f"导入{self.opts.verbose_name}", count=result.total_rows)
        forget()


class CalendarAdmin(ImportedRegisterAdmin):
    """Whatever changes the calendar has the open deadlines reckoned again."""

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        super().generate_log_entries(result, request)
        start("applications.tasks.reckon_deadlines")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        start("applications.tasks.reckon_deadlines")


@admin.register(Town)
class TownAdmin(RegisterAdmin):
    list_display = ["code", "name", "kind", "address", "phone"]
    search_fields = ["code", "name"]


@admin.register(PoliceStation)
class PoliceStationAdmin(ImportedRegisterAdmin):
    resource_classes = [PoliceStationResource]
    list_display = ["code", "name", "kind", "town", "address", "phone", "provisional_word"]
    search_fields = ["code", "name"]
    list_select_related = ["town"]

    @admin.display(description="暂定")
    def provisional_word(self, row: PoliceStation) -> str:
        return "暂定" if row.provisional else ""


@admin.register(Village)
class VillageAdmin(ImportedRegisterAdmin):
    resource_classes = [VillageResource]
    list_display = ["code", "name", "town", "station"]
    list_select_related = ["town", "station"]
    search_fields = ["code", "name"]


class BureauNameInline(admin.TabularInline):
    model = BureauName
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.role in KEEPERS

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.role in KEEPERS

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Bureau)
class BureauAdmin(RegisterAdmin):
    list_display = ["code", "name", "kind", "valid_from", "valid_to", "successor"]
    list_select_related = ["successor"]
    search_fields = ["code", "name"]
    inlines = [BureauNameInline]


@admin.register(Duty)
class DutyAdmin(RegisterAdmin):
    list_display = ["clause", "bureau", "town", "part", "valid_from", "valid_to"]
    list_select_related = ["bureau", "town"]
    list_filter = ["part", "bureau"]
    search_fields = ["clause"]


@admin.register(Division)
class DivisionAdmin(RegisterAdmin):
    list_display = ["code", "full_name", "level", "valid_from", "valid_to", "source"]
    search_fields = ["code", "name"]
    list_filter = ["level"]


@admin.register(CodeEntry)
class CodeEntryAdmin(RegisterAdmin):
    list_display = ["scheme", "code", "title", "source"]
    list_filter = ["scheme"]


@admin.register(CalendarDay)
class CalendarDayAdmin(CalendarAdmin):
    resource_classes = [CalendarDayResource]
    list_display = ["day", "kind", "name", "source"]
    list_filter = ["kind"]


@admin.register(CalendarYear)
class CalendarYearAdmin(CalendarAdmin):
    list_display = ["year", "official_word", "source", "note"]

    @admin.display(description="已公布")
    def official_word(self, row: CalendarYear) -> str:
        return "已公布" if row.official else "暂按周一至周五"


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """Only looked at: what is known of a person is changed by the case that brings it."""

    viewers = PEOPLE_READERS
    list_display = ["__str__", "masked_number", "birth_date", "sex", "place"]
    fields = [
        "__str__",
        "masked_number",
        "birth_date",
        "sex",
        "division",
        "hukou_kind",
        "masked_phone",
        "masked_address",
        "created_at",
    ]
    readonly_fields = ["__str__", "masked_number", "masked_phone", "masked_address", "created_at"]
    ordering = ["-created_at"]
    masked_number = masked("公民身份号码", "masked_number")

    @admin.display(description="现户籍地")
    def place(self, row: Person) -> str:
        return division_title(row.division)

    masked_phone = masked("联系电话", "masked_phone")
    masked_address = masked("户籍地址", "masked_address")


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    fields = readonly_fields = ["person", "relation", "since", "until", "basis"]
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Household)
class HouseholdAdmin(ReadOnlyAdmin):
    viewers = PEOPLE_READERS
    list_display = ["number", "kind", "title", "head", "station", "town", "opened_on"]
    list_filter = ["kind"]
    list_select_related = ["head", "station", "town"]
    fields = ["number", "kind", "title", "head", "station", "town", "opened_on", "closed_on"]
    inlines = [MembershipInline]


@admin.register(Officer)
class OfficerAdmin(DeskAdmin, UserAdmin):
    """Accounts: kept by the system administrator; roles and closing by the security one too."""

    viewers = frozenset({Role.AUDITOR})
    editors = ACCOUNT_KEEPERS
    list_display = ["username", "name", "role", "station", "bureau", "is_active_word"]
    list_filter = ["role"]
    list_select_related = ["station", "bureau"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    filter_horizontal = ()
    form = OfficerForm
    change_password_form = GivenPasswordForm
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("人员", {"fields": ["name", "police_number", "window"]}),
        ("岗位", {"fields": ["role", "station", "town", "bureau"]}),
        ("状态", {"fields": ["is_active", "last_login"]}),
        ("回避", {"fields": ["own_number"]}),
    ]
    readonly_fields = ["last_login"]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "name",
                    "role",
                    "station",
                    "town",
                    "bureau",
                    "password1",
                    "password2",
                ],
            },
        ),
    ]

    @admin.display(description="状态")
    def is_active_word(self, row: Officer) -> str:
        return "启用" if row.is_active else "停用"

    def get_inlines(self, request: HttpRequest, obj: Officer | None) -> list[Any]:
        return [PostingInline, RelativeInline] if obj else []

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may = self.has_change_permission(request)
        asked = ask_again(request) if may and request.method == "POST" else None
        return asked or super().changeform_view(request, object_id, form_url, extra_context)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Asked before anything is typed: a password is never kept."""
        asked = ask_again(request) if self.has_change_permission(request) else None
        return asked or super().user_change_password(request, id, form_url)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Officer, form: Any, change: bool) -> None:
        """A new account, and a changed role or place, is a regular posting from today on."""
        obj.is_staff = True
        obj.is_superuser = False
        obj.password_given = obj.password_given or not change
        super().save_model(request, obj, form, change)
        if not change or PLACED & set(form.changed_data):
            today = timezone.localdate()
            appoint(obj, Post.as_registered(obj, today), on=today, by=request.user)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for _ in getattr(formset, "new_objects", ()):
            audit.record("申报近亲属", form.instance)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The record, for the auditor; reading it is recorded too."""

    viewers = frozenset({Role.AUDITOR})
    list_display = ["at", "actor_title", "scope", "action", "object_title", "count", "address"]
    list_filter = [("at", admin.DateFieldListFilter)]
    search_fields = ["actor_title", "action", "object_id"]
    fields = [
        "at",
        "actor_title",
        "scope",
        "address",
        "request",
        "action",
        "object_title",
        "object_id",
        "count",
        "changed",
        "reason_text",
    ]
    readonly_fields = ["reason_text", "object_title"]
    reason_text = masked("理由", "reason")

    @admin.display(description="对象")
    def object_title(self, row: AuditEntry) -> str:
        """The kind of thing in the words of the pages."""
        return str(apps.get_model(row.object_type)._meta.verbose_name) if row.object_type else ""


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    viewers = frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR})
    list_display = ["task", "state", "due_at", "started_at", "ended_at"]
    list_filter = ["state"]


# Roles are ours; Django's groups decide nothing here.
admin.site.unregister(Group)
