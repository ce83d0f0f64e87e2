"""What is asked to correct a number, or to make two rows one person."""

from typing import Any

from django import forms

from kaili_hukou.forms import NumberField
from kaili_hukou.identity_acts import Proposal
from kaili_hukou.models import Officer, Person, PersonAct

MOST_NAMESAKES = 10


class PersonActForm(forms.Form):
    """Reason and proof; the number or the other row in the forms below."""

    def __init__(self, person: Person, officer: Officer, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person, self.officer = person, officer
        self.add_fields()
        self.fields["reason"] = forms.CharField(
            label="理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
        )
        self.fields["proof"] = forms.CharField(
            label="证明材料",
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="如:公安人口信息系统查询结果、公民身份号码更正证明。",
        )

    def add_fields(self) -> None:
        """The fields above the reason."""

    def proposal(self) -> Proposal:
        data = self.cleaned_data
        return Proposal(self.officer, data["reason"], data["proof"])


class NumberForm(PersonActForm):
    def add_fields(self) -> None:
        self.fields["number"] = NumberField(
            label="更正后的公民身份号码",
            help_text="原号码保留为曾用号码,仍能查到此人;出生日期、性别随号码更正。",
        )


class MergeForm(PersonActForm):
    """The other row by its number, or one of the same name and birth date."""

    def add_fields(self) -> None:
        self.fields["other_number"] = NumberField(
            label="另一份资料的公民身份号码",
            required=False,
            help_text="合并后保留本页这一份;另一份的居住证、户内登记、办件都转到这一份。",
        )
        found = namesakes(self.person, self.officer)
        self.fields["other"] = forms.ChoiceField(
            label="或从同名同出生日期的资料中选择",
            choices=[("", "不选"), *((str(row.pk), _told(row)) for row in found)],
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, chosen = data.get("other_number"), data.get("other")
        if "other_number" in self.errors:
            return data
        if bool(number) == bool(chosen):
            raise forms.ValidationError("请填写另一份资料的号码,或从下面选择一份,二者选一。")
        if number:
            self.other = Person.objects.with_number(number).first()
            if self.other is None:
                self.add_error("other_number", "没有这个号码的人口资料,请核对号码。")
        else:
            self.other = Person.objects.filter(pk=chosen).first()
        return data


def namesakes(person: Person, officer: Officer) -> list[Person]:
    rows = Person.objects.visible_to(officer).exclude(pk=person.pk)
    return list(rows.filter(name=person.name, birth_date=person.birth_date)[:MOST_NAMESAKES])


def _told(person: Person) -> str:
    return f"{person.name} {person.masked_number} 建档 {person.created_at:%Y-%m-%d}"


FORMS: dict[str, type[PersonActForm]] = {
    PersonAct.Kind.NUMBER: NumberForm,
    PersonAct.Kind.MERGE: MergeForm,
}
