"""Plain forms for permits and endorsements, until their own pages stand."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from kaili_hukou import identity
from kaili_hukou.actions import PersonEntry, know_person, person_with
from kaili_hukou.desk_admin import DeskAdmin, masked
from kaili_hukou.forms import DayField, NameField, NumberField
from kaili_hukou.roles import POLICE, Role
from residence_permits.actions.permits import keep_days, keep_permit
from residence_permits.models import AcceptingBody, Endorsement, Permit

WRITERS = frozenset({Role.WINDOW, Role.STATION_HEAD})


class PermitForm(forms.ModelForm):
    """A permit is entered for a person by his number; whoever is on file is found by it."""

    number = NumberField()
    name = NameField()
    residence_from = DayField(label="居住起始日", required=True)
    issued_on = DayField(label="签发日期", required=True)

    class Meta:
        model = Permit
        fields = [
            "serial",
            "town",
            "address",
            "basis",
            "residence_from",
            "residence_source",
            "issued_on",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.person_id:
            del self.fields["number"], self.fields["name"]

    def clean_issued_on(self) -> Any:
        day = self.cleaned_data["issued_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("签发日期在今天以后,请核对。")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("number") and not self.instance.person_id:
            person = person_with(data["number"])
            if person and person.permits.in_force().exists():
                self.add_error("number", "此人已有未注销的居住证,请先查看原证。")
        return data

    def entry(self) -> PersonEntry:
        known = identity.check(self.cleaned_data["number"], timezone.localdate())
        return PersonEntry(
            number=known.number,
            name=self.cleaned_data["name"],
            birth_date=known.birth_date,
            sex=known.sex,
        )


class EndorsementInline(admin.TabularInline):
    model = Endorsement
    extra = 1
    fields = ["endorsed_on"]
    can_delete = False

    def _may(self, request: HttpRequest) -> bool:
        return request.user.role in WRITERS

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Permit)
class PermitAdmin(DeskAdmin):
    viewers = frozenset(POLICE) | {Role.AUXILIARY, Role.AUDITOR}
    editors = WRITERS
    form = PermitForm
    list_display = ["serial", "person", "number", "town", "residence_from", "issued_on", "status"]
    list_select_related = ["person", "town"]
    list_filter = ["basis"]
    inlines = [EndorsementInline]
    number = masked("公民身份号码", "person.masked_number")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        own = list(PermitForm.Meta.fields)
        return own if obj else ["number", "name", *own]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("endorsements")

    @admin.display(description="状态")
    def status(self, permit: Permit) -> str:
        if permit.cancelled_on:
            return "已注销"
        valid = permit.timeline(max(timezone.localdate(), permit.issued_on)).is_valid
        return "有效" if valid else "使用功能中止"

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Permit, form: PermitForm, change: bool) -> None:
        if not change:
            obj.station = request.user.station
            obj.person = know_person(form.entry(), station=obj.station, may_rename=False)
        keep_permit(obj, timezone.localdate(), new=not change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        keep_days(form.instance, timezone.localdate())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.officer = request.user
            row.save()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """`keep_permit` has recorded it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and request.user.station_id is not None


@admin.register(AcceptingBody)
class AcceptingBodyAdmin(DeskAdmin):
    """Which community service bodies may accept, from when to when: kept by the section."""

    viewers = frozenset(POLICE) | {Role.AUXILIARY, Role.AUDITOR, Role.SYSTEM_ADMIN}
    editors = frozenset({Role.APPROVER})
    list_display = ["name", "station", "document", "valid_from", "valid_to"]
    list_select_related = ["station"]
    search_fields = ["name"]
