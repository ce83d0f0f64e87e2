"""What the window types for a residence and for an application."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms

from kaili_hukou.actions import PersonEntry
from kaili_hukou.forms import DayField, DivisionField, NameField, NumberField
from kaili_hukou.models import Person, PoliceStation, Town, Village
from residence_permits.actions.applying import Applying, Extension
from residence_permits.actions.producing import Blanks, Handing, Renewal
from residence_permits.conditions import AGENT_REASONS, DOCUMENTS, TITLES, longest
from residence_permits.models import AcceptingBody, Basis, PermitRequest, Residence, Source

CHOOSE = ("", "请选择")


class ReceptionForm(forms.Form):
    """Who stands at the window: a number, a reader's whole text, and what the card says."""

    number = NumberField(
        label="公民身份号码(可读卡)",
        widget=forms.TextInput(
            attrs={"data-idnumber": "", "autocomplete": "off", "autofocus": True}
        ),
    )
    name = NameField(required=False)
    division = DivisionField()
    address = forms.CharField(label="户籍详细地址", max_length=200, required=False)
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    nationality = forms.CharField(label="民族", max_length=30, required=False)

    def entry(self, **known: Any) -> PersonEntry:
        data = self.cleaned_data
        return PersonEntry(
            number=data["number"],
            name=data["name"],
            division=data["division"],
            address=data["address"],
            phone=data["phone"],
            nationality_as_written=data["nationality"],
            **known,
        )


class ResidenceForm(forms.Form):
    """居住登记: where, since when, on which document."""

    since = DayField(label="居住起始日", required=True)
    source = forms.ChoiceField(label="以什么为凭", choices=[CHOOSE, *Source.choices])
    proof = forms.CharField(
        label="凭据名称、编号", max_length=200, help_text="如:租赁备案 凯房租备2026-118 号。"
    )
    town = forms.ModelChoiceField(
        label="镇、街道", queryset=Town.objects.none(), empty_label="请选择"
    )
    village = forms.ModelChoiceField(
        label="村、社区", queryset=Village.objects.none(), required=False, empty_label="不清楚"
    )
    address = forms.CharField(label="详细地址", max_length=200)
    told_by = forms.CharField(label="申报人(出租人、单位、学校)", max_length=100, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["town"].queryset = Town.objects.all()
        self.fields["village"].queryset = Village.objects.select_related("town")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        village, town = data.get("village"), data.get("town")
        if village and town and village.town_id != town.pk:
            self.add_error("village", f"「{village}」属于{village.town},与所选镇、街道不符。")
        return data

    def residence(self, person: Person, station: PoliceStation) -> Residence:
        return Residence(person=person, station=station, **self.cleaned_data)


class ApplyForm(forms.Form):
    """申领: one of three bases with any one of its documents."""

    basis = forms.ChoiceField(
        label="申领依据(三者有一即可)", choices=[CHOOSE, *Basis.choices], required=False
    )
    shown = forms.MultipleChoiceField(
        label="已交验的材料",
        choices=[(Basis(kind).label, list(titles.items())) for kind, titles in DOCUMENTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    photograph = forms.BooleanField(label="相片已交(随后上传)", required=False)
    body = forms.ModelChoiceField(
        label="受理机构",
        queryset=AcceptingBody.objects.none(),
        required=False,
        empty_label="本所窗口",
    )
    agent_reason = forms.ChoiceField(
        label="代办原因", choices=[("", "本人申领"), *AGENT_REASONS.items()], required=False
    )
    agent_name = NameField(label="代办人姓名", required=False)
    agent_number = NumberField(label="代办人身份号码", required=False)
    agent_relation = forms.CharField(label="代办人与申领人的关系", max_length=20, required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)

    def __init__(
        self, *args: Any, station: PoliceStation, on: datetime.date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["body"].queryset = AcceptingBody.objects.filter(
            station=station, valid_from__lte=on, valid_to__gte=on
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("agent_reason"):
            for name in ("agent_name", "agent_number", "agent_relation"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "由人代办的,请填写代办人的姓名、号码和关系。")
        if data.get("basis") and data.get("shown"):
            strange = set(data["shown"]) - set(DOCUMENTS[data["basis"]])
            if strange and not set(data["shown"]) & set(DOCUMENTS[data["basis"]]):
                titles = "、".join(TITLES[code] for code in sorted(strange))
                self.add_error("shown", f"「{titles}」不是所选依据的材料,请核对依据。")
        return data

    def applying(self, person: Person) -> Applying:
        data = self.cleaned_data
        names = ("body", "agent_name", "agent_number", "agent_relation", "agent_reason", "note")
        return Applying(
            person=person,
            basis=data["basis"],
            shown=frozenset(data["shown"]),
            photograph=data["photograph"],
            **{name: data[name] for name in names},
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=500, min_length=2, widget=forms.Textarea(attrs={"rows": 3})
    )


class ExtensionForm(forms.Form):
    """Beyond fifteen days: on a ground of 第九条, with a reason, thirty at most."""

    ground = forms.ChoiceField(label="延长依据", choices=[CHOOSE, *PermitRequest.Ground.choices])
    until = DayField(label="延长至", required=True)
    why = forms.CharField(label="延长理由", max_length=300)

    def __init__(self, *args: Any, accepted_on: datetime.date | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if accepted_on:
            last = longest(accepted_on)
            self.fields["until"].help_text = f"最迟 {last}(自受理之日起 30 日)。"

    def extension(self) -> Extension:
        data = self.cleaned_data
        return Extension(ground=data["ground"], reason=data["why"], until=data["until"])


class PhotographForm(forms.Form):
    file = forms.FileField(
        label="相片(JPEG,竖幅证件照)",
        error_messages={"required": "请选择相片文件。", "empty": "文件是空的。"},
    )


class BlanksForm(forms.Form):
    """A run of blank cards, as it was counted."""

    first = forms.CharField(label="起号", max_length=30)
    last = forms.CharField(label="止号", max_length=30)
    received_on = DayField(label="入库日期", required=True)
    document = forms.CharField(label="领用单号", max_length=60, required=False)

    def __init__(self, *args: Any, on: datetime.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.on = on
        self.fields["received_on"].initial = on

    def clean_received_on(self) -> datetime.date:
        day = self.cleaned_data["received_on"]
        if day > self.on:
            raise forms.ValidationError("入库日期在今天以后,请核对。")
        return day

    def blanks(self) -> Blanks:
        return Blanks(**self.cleaned_data)


class SpoilForm(forms.Form):
    serial = forms.CharField(label="废证编号", max_length=30)
    reason = forms.CharField(label="报废原因", max_length=100)


class HandForm(forms.Form):
    """发放: what the officer has checked."""

    identity_checked = forms.BooleanField(label="已核对领取人身份证件", required=False)
    signed = forms.BooleanField(label="领取人已签名", required=False)
    old_card_back = forms.BooleanField(label="已收回原证(换领)", required=False)
    taken_by = forms.CharField(
        label="代领人姓名、与持证人关系",
        max_length=60,
        required=False,
        help_text="本人领取的不填。",
    )

    def handing(self) -> Handing:
        return Handing(**self.cleaned_data)


class RenewForm(forms.Form):
    """换领, 补领: the only acts that carry a fee (条例 第二十一条)."""

    kind = forms.ChoiceField(
        label="事项",
        choices=[CHOOSE, ("exchange", "损坏换领(交回原证)"), ("replacement", "丢失补领")],
    )
    reason = forms.CharField(label="损坏、丢失情况", max_length=200)
    fee = forms.DecimalField(
        label="工本费(元)", min_value=Decimal("0.01"), max_digits=6, decimal_places=2
    )
    fee_receipt = forms.CharField(label="收费票据号", max_length=40)

    def renewal(self) -> Renewal:
        return Renewal(**self.cleaned_data)
