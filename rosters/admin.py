"""Plain forms for rosters that come on paper: typed in by hand, confirmed on their page."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from kaili_hukou import identity
from kaili_hukou.actions import person_with
from kaili_hukou.desk_admin import DeskAdmin, masked
from kaili_hukou.forms import DayField, NameField, NumberField
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.roles import Role
from kaili_hukou.scope import bureaus_of
from rosters.access import READERS, WRITERS
from rosters.models import Roster, RosterEntry


def _is_by_hand(roster: Roster) -> bool:
    return roster.state == Roster.State.ENTERED and not roster.sha256


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
    """A row by hand; its number is checked like any other, and whoever typed it is named."""

    officer: Officer | None = None

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
        entry.entered_by = self.officer
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
        return (obj is None or _is_by_hand(obj)) and request.user.role in WRITERS

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        options["form"] = type("EntryForm", (EntryForm,), {"officer": request.user})
        return super().get_formset(request, obj, **options)

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
            own = Bureau.objects.filter(pk__in=bureaus_of(request.user.bureau_id))
            form.base_fields["supplier"].queryset = own
            form.base_fields["supplier"].initial = request.user.bureau_id
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A confirmed roster is sealed; what came in a file is as the file says."""
        return (obj is None or _is_by_hand(obj)) and super().has_change_permission(request, obj)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Roster, form: Any, change: bool) -> None:
        if not change:
            obj.entered_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description="行")
    def rows(self, roster: Roster) -> str:
        return format_html('<a href="{}">查看各行</a>', reverse("rosters:roster", args=[roster.pk]))

    @admin.action(description="核对并确认(一次一份,录入人不能确认)", permissions=["change"])
    def confirm_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """To the page on which the document is compared before anything is confirmed."""
        chosen = list(queryset[:2])
        if len(chosen) == 1:
            return redirect("rosters:confirm", pk=chosen[0].pk)
        self.message_user(request, "请一次选一份,对照文件核对后确认。", messages.ERROR)
        return None


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
