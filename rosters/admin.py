"""Plain forms for rosters and their rows, until the upload page stands."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from kaili_hukou import identity
from kaili_hukou.actions import Refused, person_with
from kaili_hukou.desk_admin import DeskAdmin, masked
from kaili_hukou.forms import DayField, NameField, NumberField
from kaili_hukou.models import Bureau
from kaili_hukou.roles import Role
from rosters.actions.confirming import confirm
from rosters.models import Roster, RosterEntry

WRITERS = frozenset({Role.BUREAU_CLERK, Role.APPROVER})
READERS = WRITERS | {Role.AUDITOR, Role.REFORM_OFFICE}


class RosterForm(forms.ModelForm):
    document_on = DayField(label="文件日期", required=True)

    class Meta:
        model = Roster
        fields = ["kind", "supplier", "reference", "document_on"]

    def clean_document_on(self) -> Any:
        day = self.cleaned_data["document_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("文件日期在今天以后,请核对。")
        return day


class EntryForm(forms.ModelForm):
    """A row by hand; its number is checked like any other."""

    number = NumberField()
    name = NameField()

    class Meta:
        model = RosterEntry
        fields = [
            "row",
            "number",
            "name",
            "voluntary",
            "town",
            "relation",
            "household_number",
            "document",
            "address",
            "phone",
            "employer",
            "companions",
        ]

    def save(self, commit: bool = True) -> RosterEntry:
        entry = super().save(commit=False)
        entry.set_number(self.cleaned_data["number"])
        known = identity.check(entry.number, timezone.localdate())
        entry.birth_date, entry.sex = known.birth_date, known.sex
        entry.person = person_with(entry.number)
        if commit:
            entry.save()
        return entry


class EntryInline(admin.TabularInline):
    model = RosterEntry
    form = EntryForm
    extra = 1
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        entered = obj is None or obj.state == Roster.State.ENTERED
        return entered and request.user.role in WRITERS

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Roster)
class RosterAdmin(DeskAdmin):
    viewers = READERS
    editors = WRITERS
    form = RosterForm
    list_display = [
        "reference",
        "kind",
        "supplier",
        "document_on",
        "state",
        "entered_by",
        "confirmed_by",
        "confirmed_on",
        "rows",
    ]
    list_filter = ["kind", "state"]
    list_select_related = ["supplier", "entered_by", "confirmed_by"]
    inlines = [EntryInline]
    actions = ["confirm_chosen"]

    def get_form(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        form = super().get_form(request, obj, **options)
        if request.user.role == Role.BUREAU_CLERK and "supplier" in form.base_fields:
            own = Bureau.objects.filter(pk=request.user.bureau_id)
            form.base_fields["supplier"].queryset = own
            form.base_fields["supplier"].initial = own.first()
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A confirmed roster is sealed."""
        open_still = obj is None or obj.state == Roster.State.ENTERED
        return open_still and super().has_change_permission(request, obj)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Roster, form: Any, change: bool) -> None:
        if not change:
            obj.entered_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description="行")
    def rows(self, roster: Roster) -> str:
        address = reverse("admin:rosters_rosterentry_changelist")
        return format_html('<a href="{}?roster__id__exact={}">查看各行</a>', address, roster.pk)

    @admin.action(description="确认所选花名册(录入人不能确认)", permissions=["change"])
    def confirm_chosen(self, request: HttpRequest, queryset: Any) -> None:
        for roster in queryset:
            try:
                confirm(roster, request.user, timezone.localdate())
            except Refused as fault:
                self.message_user(request, f"{roster}:{fault}", messages.ERROR)
            else:
                self.message_user(request, f"{roster}:已确认。")


@admin.register(RosterEntry)
class RosterEntryAdmin(DeskAdmin):
    viewers = READERS
    list_display = ["roster", "row", "shown_name", "number", "town", "voluntary_word"]
    list_select_related = ["roster", "town"]
    list_filter = ["roster__kind"]
    fields = ["roster", "row", "shown_name", "masked_number", "town", "voluntary", "document"]
    readonly_fields = ["shown_name", "masked_number"]
    number = masked_number = masked("公民身份号码", "masked_number")

    @admin.display(description="是否自愿")
    def voluntary_word(self, row: RosterEntry) -> str:
        return {True: "是", False: "否"}.get(row.voluntary, "未写")

    @admin.display(description="人员")
    def shown_name(self, row: RosterEntry) -> str:
        return str(row)
