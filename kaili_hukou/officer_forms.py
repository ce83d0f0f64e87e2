"""The forms of an officer's page: his own number and his relatives by digest, his postings."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import UserChangeForm
from django.http import HttpRequest
from django.utils import timezone

from kaili_hukou.forms import NumberField
from kaili_hukou.models import Officer, Posting, Relative
from kaili_hukou.models.people import number_digest
from kaili_hukou.roles import Role

ACCOUNT_KEEPERS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})


class OfficerForm(UserChangeForm):
    """An officer's own number is kept as a digest alone, to refuse him his own case."""

    own_number = NumberField(
        label="本人身份号码",
        required=False,
        help_text="只保存摘要,用于回避;不显示,留空则不改。",
    )

    def save(self, commit: bool = True) -> Officer:
        if self.cleaned_data.get("own_number"):
            self.instance.own_number_digest = number_digest(self.cleaned_data["own_number"])
        return super().save(commit)


class PostingInline(admin.TabularInline):
    """His postings, day by day; made by appointing him, never typed over here."""

    model = Posting
    fk_name = "officer"
    extra = 0
    fields = readonly_fields = [
        "kind",
        "role",
        "station",
        "bureau",
        "since",
        "until",
        "authority",
        "appointed_by",
    ]
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RelativeForm(forms.ModelForm):
    """A relative is entered by number; the number itself is not kept."""

    number = NumberField(label="亲属身份号码", help_text="只保存摘要,不显示。")

    class Meta:
        model = Relative
        fields = ["relation"]
        # The head of the table, where nobody may change a row.
        labels = {"number": "亲属身份号码"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("number"):
            self.instance.number_digest = number_digest(data["number"])
            self.instance.declared_on = timezone.localdate()
            known = Relative.objects.filter(
                officer=self.instance.officer_id, number_digest=self.instance.number_digest
            )
            if known.exists():
                self.add_error("number", "这位亲属已经申报过。")
        return data


class RelativeInline(admin.TabularInline):
    """Declared relatives: added and shown by relation, never changed or taken off."""

    model = Relative
    form = RelativeForm
    extra = 0
    fields = ["relation", "number", "declared_on"]
    readonly_fields = ["declared_on"]
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.role in ACCOUNT_KEEPERS

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
