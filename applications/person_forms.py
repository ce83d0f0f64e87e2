"""The people of a case as forms: applicant, companions, or the enterprise that applies."""

import datetime
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils import timezone

from applications.drafts import EnterpriseEntry
from applications.models import Member
from applications.models.member import LIVING
from kaili_hukou import enterprise, identity
from kaili_hukou.actions import PersonEntry
from kaili_hukou.forms import DayField, DivisionField, NameField, NumberField
from kaili_hukou.models.people import HukouKind, Sex
from kaili_hukou.registers import division_of_address

UNKNOWN_KIND = [("", "尚未核实"), *HukouKind.choices]
MOST_COMPANIONS = 20


class PhoneField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(label="联系电话", required=False, max_length=30)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        digits = "".join(character for character in text if character.isdigit())
        if text and not 7 <= len(digits) <= 13:
            raise forms.ValidationError("电话应为 11 位手机号,或带区号的固定电话,请核对。")
        return text


class PersonForm(forms.Form):
    """A person of the case. Whoever is on file already is shown masked and keeps his number."""

    number = NumberField()
    name = NameField()
    division = DivisionField()
    hukou_kind = forms.ChoiceField(label="户籍地城乡", choices=UNKNOWN_KIND, required=False)
    origin = forms.CharField(label="户籍详细地址", max_length=200, required=False)

    def __init__(
        self, data: Any = None, *args: Any, member: Member | None = None, **options: Any
    ) -> None:
        super().__init__(_with_card(data, options.get("prefix", "")), *args, **options)
        self.member = member
        if member is not None:
            del self.fields["number"]

    @property
    def number_now(self) -> str:
        if self.member is not None:
            return self.member.person.number
        return self.cleaned_data.get("number", "")

    @property
    def birth_date(self) -> datetime.date | None:
        if self.number_now:
            return identity.check(self.number_now, timezone.localdate()).birth_date
        return self.cleaned_data.get("birth_date") or (
            self.member.person.birth_date if self.member else None
        )

    def entry(self) -> PersonEntry:
        data = self.cleaned_data
        known = identity.check(self.number_now, timezone.localdate()) if self.number_now else None
        return PersonEntry(
            number=self.number_now,
            without_number=data.get("without_number", ""),
            name=data.get("name", ""),
            birth_date=known.birth_date if known else data.get("birth_date"),
            sex=known.sex if known else data.get("sex", ""),
            division=data.get("division", ""),
            hukou_kind=data.get("hukou_kind", ""),
            address=data.get("origin", ""),
            phone=data.get("phone", ""),
            nationality_as_written=data.get("nationality", ""),
        )


def _with_card(data: Any, prefix: str) -> Any:
    """A reader's whole text in the number field fills what else it tells; typed words stay."""
    card = identity.read_card_text(data.get(f"{prefix}-number", "")) if data else None
    if card is None:
        return data
    filled = data.copy()
    division = division_of_address(card.address)
    told = {
        "number": card.number,
        "name": card.name,
        "nationality": card.nationality,
        "origin": card.address,
        "division": division.full_name if division else "",
    }
    for name, value in told.items():
        key = f"{prefix}-{name}"
        if value and (name == "number" or not filled.get(key)):
            filled[key] = value
    return filled


class ApplicantForm(PersonForm):
    phone = PhoneField()
    nationality = forms.CharField(label="民族", max_length=30, required=False)


class CompanionForm(PersonForm):
    """A companion; one without a number needs the reason, the birth date and the sex."""

    member_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    number = NumberField(required=False)
    relationship = forms.ChoiceField(
        label="与申请人关系",
        choices=[("", "请选择"), *Member._meta.get_field("relationship").choices],
        required=False,
    )
    living = forms.ChoiceField(
        label="共同居住", choices=[("", "尚未核实"), *LIVING], required=False
    )
    without_number = forms.CharField(label="没有号码的原因", max_length=100, required=False)
    birth_date = DayField(label="出生日期(无号码时)")
    sex = forms.ChoiceField(
        label="性别(无号码时)",
        choices=[("", ""), (Sex.MALE.value, "男"), (Sex.FEMALE.value, "女")],
        required=False,
    )
    same_origin = forms.BooleanField(label="迁出地与申请人相同", required=False)
    remove = forms.BooleanField(label="移出", required=False)

    def full_clean(self) -> None:
        """Whoever is marked to leave is not asked to be right."""
        super().full_clean()
        if self.is_bound and self.cleaned_data.get("remove"):
            self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("remove"):
            return data
        if not data.get("relationship"):
            self.add_error("relationship", "请选择这位随迁人员与申请人的关系。")
        if self.member is None and "number" not in self.errors and not data.get("number"):
            self._check_without_number(data)
        return data

    def _check_without_number(self, data: dict[str, Any]) -> None:
        if not data.get("without_number"):
            self.add_error("number", "请填写公民身份号码;确实没有号码的,填写没有号码的原因。")
            return
        day = data.get("birth_date")
        if "birth_date" not in self.errors and day is None:
            self.add_error("birth_date", "没有号码的,请填写出生日期。")
        if day is not None and day > timezone.localdate():
            self.add_error("birth_date", "出生日期在今天以后,请核对。")


class EnterpriseForm(forms.Form):
    code = forms.CharField(label="统一社会信用代码", max_length=40)
    name = forms.CharField(label="企业名称", max_length=200)
    premises = forms.CharField(label="经营场所", max_length=300, required=False)
    contact = forms.CharField(label="联系人", max_length=100, required=False)
    phone = PhoneField()

    def clean_code(self) -> str:
        try:
            return enterprise.check(self.cleaned_data["code"])
        except enterprise.EnterpriseCodeError as fault:
            raise forms.ValidationError(str(fault)) from None

    def entry(self) -> EnterpriseEntry:
        return EnterpriseEntry(**self.cleaned_data)


class CompanionSet(forms.BaseFormSet):
    """Companion rows; those on file are bound to their member by its id."""

    def __init__(self, *args: Any, members: list[Member], **options: Any) -> None:
        self.members = {str(member.pk): member for member in members}
        super().__init__(*args, **options)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        options = super().get_form_kwargs(index)
        if index is None:
            return options
        name = f"{self.add_prefix(index)}-member_id"
        given = self.data.get(name) if self.is_bound else self._initial_id(index)
        return options | {"member": self.members.get(str(given))}

    def _initial_id(self, index: int) -> Any:
        return (
            (self.initial or [])[index]["member_id"] if index < self.initial_form_count() else None
        )


CompanionFormSet = forms.formset_factory(
    CompanionForm,
    formset=CompanionSet,
    extra=0,
    max_num=MOST_COMPANIONS,
    validate_max=True,
    absolute_max=2 * MOST_COMPANIONS,
)
