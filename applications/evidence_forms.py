"""How a document may be met otherwise: a unit is asked, the person promises, a paper is on file."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from applications.actions.inquiring import Question, Told, answer_by
from applications.evidence_rules import CHECK_DAYS, rule_of
from applications.models import EvidenceItem, Inquiry
from kaili_hukou.forms import DayField
from kaili_hukou.models import Bureau
from kaili_hukou.registers import calendar


class VerifyForm(forms.Form):
    """部门核验: whom, by when, what."""

    bureau = forms.ModelChoiceField(
        label="被询部门", queryset=Bureau.objects.none(), required=False, empty_label="请选择"
    )
    whom = forms.CharField(
        label="不在表内的单位",
        max_length=100,
        required=False,
        help_text="如学校、外地派出所;选了部门的不填。",
    )
    sent_on = DayField(label="发出日期", required=True)
    answer_by = DayField(label="请于何日前答复", required=True)
    question = forms.CharField(
        label="需核实的内容",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="原样印在函上。",
    )

    def __init__(
        self, item: EvidenceItem, data: Any = None, *, today: datetime.date, prefix: str = "verify"
    ) -> None:
        super().__init__(data, prefix=prefix)
        self.item, self.today = item, today
        self.fields["bureau"].queryset = Bureau.objects.filter(
            kind=Bureau.Kind.BUREAU, valid_to__isnull=True
        )
        self.initial = {
            "sent_on": today,
            "answer_by": answer_by(today),
            "question": f"请核实该人「{item.title}」所证明的情况是否属实,并函复本窗口。",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if bool(data.get("bureau")) == bool(data.get("whom", "").strip()):
            self.add_error("bureau", "请选择被询部门,或填写不在表内的单位;两者填一项。")
        sent_on, until = data.get("sent_on"), data.get("answer_by")
        if sent_on and sent_on > self.today:
            self.add_error("sent_on", "发出日期在今天以后,请核对。")
        if sent_on and until and until <= sent_on:
            self.add_error("answer_by", "答复期限应在发出日期以后。")
        return data

    @property
    def asked(self) -> Question:
        data = self.cleaned_data
        return Question(
            kind=Inquiry.Kind.VERIFICATION,
            text=data["question"],
            sent_on=data["sent_on"],
            answer_by=data["answer_by"],
            bureau=data["bureau"],
            whom=data["whom"],
            item=self.item,
        )


class PromiseForm(forms.Form):
    """告知承诺: signed on, to be checked by."""

    promised_on = DayField(label="签署承诺书的日期", required=True)
    check_by = DayField(label="于何日前核查", required=True)

    def __init__(self, data: Any = None, *, today: datetime.date) -> None:
        last = calendar().add_working_days(today, CHECK_DAYS)
        super().__init__(data, prefix="promise", initial={"promised_on": today, "check_by": last})
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day, until = data.get("promised_on"), data.get("check_by")
        if day and day > self.today:
            self.add_error("promised_on", "承诺日期在今天以后,请核对。")
        if day and until and until <= day:
            self.add_error("check_by", "核查期限应在承诺日期以后。")
        return data


class OnFileForm(forms.Form):
    """The person's own papers of earlier cases; only what was seen, where and when is told."""

    source = forms.ChoiceField(label="存档材料", widget=forms.RadioSelect)

    def __init__(self, offers: list[EvidenceItem], data: Any = None) -> None:
        super().__init__(data, prefix="file")
        self.offers = {str(offer.pk): offer for offer in offers}
        self.fields["source"].choices = [(pk, told_of(one)) for pk, one in self.offers.items()]
        if offers:
            self.initial = {"source": str(offers[0].pk)}

    @property
    def chosen(self) -> EvidenceItem:
        return self.offers[self.cleaned_data["source"]]


def told_of(offer: EvidenceItem) -> str:
    """An earlier paper in one line, without anything that stands on it."""
    station, day = offer.application.station.short_name, timezone.localdate(offer.noted_at)
    return f"{station} {day} {offer.get_state_display()},{rule_of(offer.code).validity}"


class KeptForm(forms.Form):
    """What the check of a promise found."""

    kept = forms.ChoiceField(
        label="核查结果",
        choices=EvidenceItem.Kept.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核查结果:属实或不属实。"},
    )
    kept_on = DayField(label="核查日期", required=True)

    def __init__(self, data: Any = None, *, today: datetime.date) -> None:
        super().__init__(data, prefix="kept", initial={"kept_on": today})
        self.today = today

    def clean_kept_on(self) -> datetime.date:
        day = self.cleaned_data["kept_on"]
        if day > self.today:
            raise forms.ValidationError("核查日期在今天以后,请核对。")
        return day


class AnswerForm(forms.Form):
    """What a unit answered; once it is kept, another answer needs a reason."""

    answer = forms.ChoiceField(
        label="答复",
        choices=Inquiry.Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择答复:属实、不属实或逾期未复。"},
    )
    answered_on = DayField(label="答复日期", required=True)
    note = forms.CharField(
        label="答复内容(不属实的必填)",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="函复文号、答复人和内容。",
    )

    def __init__(self, inquiry: Inquiry, data: Any = None, *, today: datetime.date) -> None:
        super().__init__(data, initial={"answered_on": today})
        if inquiry.answer:
            self.fields["reason"] = forms.CharField(
                label="更正的理由",
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={"required": "更正已登记的答复,须写明理由。"},
            )

    @property
    def told(self) -> Told:
        data = self.cleaned_data
        return Told(data["answer"], data["answered_on"], data["note"])
