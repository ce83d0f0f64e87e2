"""What the pages of evaluation, audit and consultation ask for."""

import datetime
from typing import Any

from django import forms
from django.db.models import Q

from applications.scans import Scan, read_scan
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from kaili_hukou.models import Bureau
from reports import findings
from reports.actions.consulting import Answer
from reports.actions.evaluating import Publication
from reports.audit_export import TITLES
from reports.models import Consultation, Evaluation, Finding, Opinion

PLEASE = ("", "请选择")


def text_field(label: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class EvaluationForm(forms.ModelForm):
    kind = forms.ChoiceField(label="类别", choices=[PLEASE, *Evaluation.Kind.choices])
    manner = forms.ChoiceField(label="方式", choices=[PLEASE, *Evaluation.Manner.choices])
    year = forms.IntegerField(label="年度", min_value=2019, max_value=2100)
    since = DayField(label="评估期自", required=True)
    until = DayField(label="评估期至", required=True)
    held_on = DayField(label="评估日期", required=True)
    conclusion = text_field("结论", required=False)

    class Meta:
        model = Evaluation
        fields = ["kind", "manner", "year", "body", "since", "until", "held_on", "conclusion"]

    def validate_unique(self) -> None:
        """Said by the act, in one place."""


class PublicationForm(forms.Form):
    on = DayField(label="公布日期", required=True)
    where = forms.CharField(label="公布载体(网站、报刊)", max_length=200)
    document = forms.CharField(label="公布文件", max_length=200, required=False)

    @property
    def told(self) -> Publication:
        return Publication(**self.cleaned_data)


class FindingForm(forms.ModelForm):
    """Of an evaluation; with `of_audit` of an audit, which names its document."""

    found_on = DayField(label="发现日期", required=True)
    text = text_field("发现的问题")

    class Meta:
        model = Finding
        fields = ["document", "found_on", "clause", "text"]

    def __init__(self, *args: Any, of_audit: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clause"].help_text = "按方案的编号,如 三(三)1;不涉及的留空。"
        self.fields["document"].required = of_audit
        if not of_audit:
            del self.fields["document"]


class StepForm(forms.Form):
    """What one move asks for: words, or a unit and a day."""

    text = text_field("内容")
    unit = forms.ModelChoiceField(Bureau.objects.none(), label="整改单位", empty_label="请选择")
    mend_by = DayField(label="整改期限", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)

    def __init__(self, move: findings.Move, on: datetime.date, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if move.asks_unit:
            here = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
            self.fields["unit"].queryset = Bureau.objects.filter(here)
            self.fields["text"].required = False
            self.fields["text"].label = "要求"
        else:
            del self.fields["unit"]
            self.fields["text"].label = move.words
        if move.name == "send_back":
            self.fields["mend_by"].required = False
            self.fields["mend_by"].label = "新的整改期限(不改的留空)"
        elif not move.asks_unit:
            del self.fields["mend_by"]


class FileForm(forms.Form):
    """A scan or a report: PDF, JPEG or PNG, known by its content."""

    file = forms.FileField(
        label="文件(PDF、JPEG、PNG)",
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的。"},
    )

    def clean_file(self) -> tuple[Scan, str]:
        file = self.cleaned_data["file"]
        try:
            return read_scan(file.read()), file.name
        except Refused as fault:
            raise forms.ValidationError(str(fault)) from None


class SpanForm(forms.Form):
    """Which decisions are looked through."""

    since = DayField(label="决定日期自", required=True)
    until = DayField(label="决定日期至", required=True)
    move = forms.ChoiceField(label="决定", required=False, choices=[("", "全部"), *TITLES.items()])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("since") and told.get("until") and told["until"] < told["since"]:
            raise forms.ValidationError("止日早于起日,请核对。")
        return told


class ExportForm(SpanForm):
    reason = forms.CharField(label="导出事由", max_length=200)
    plain = forms.BooleanField(
        label="含完整姓名和身份号码(默认脱敏)", required=False, widget=forms.CheckboxInput
    )


class ConsultationForm(forms.ModelForm):
    opened_on = DayField(label="公告日期", required=True)
    days = forms.IntegerField(label="期限(天,公告当日不计)", min_value=7, max_value=365, initial=7)
    text = text_field("公告内容", required=False)

    class Meta:
        model = Consultation
        fields = ["title", "opened_on", "days", "published_where", "text"]

    def validate_unique(self) -> None:
        """Said by the act, in one place."""


class OpinionForm(forms.ModelForm):
    channel = forms.ChoiceField(label="渠道", choices=[PLEASE, *Opinion.Channel.choices])
    received_on = DayField(label="收到日期", required=True)
    name = forms.CharField(label="真实姓名(单位填名称)", max_length=200)
    address = forms.CharField(label="地址", max_length=300)
    contact = forms.CharField(label="联系方式", max_length=100)
    contact_person = forms.CharField(label="联系人(单位填写)", max_length=100, required=False)
    text = text_field("意见内容")

    class Meta:
        model = Opinion
        fields = [
            "channel",
            "received_on",
            "name",
            "address",
            "contact",
            "is_organisation",
            "sealed",
            "contact_person",
            "clause",
            "text",
        ]


class AnswerForm(forms.Form):
    disposition = forms.ChoiceField(
        label="处理",
        choices=[one for one in Opinion.Disposition.choices if one[0] != "open"],
        widget=forms.RadioSelect,
    )
    reason = text_field("理由(未采纳、部分采纳必填)", required=False)
    answered_on = DayField(label="答复日期")
    answered_how = forms.CharField(label="答复方式", max_length=100, required=False)

    @property
    def told(self) -> Answer:
        return Answer(**self.cleaned_data)


class AnsweredForm(forms.Form):
    day = DayField(label="答复日期", required=True)
    how = forms.CharField(label="答复方式", max_length=100)


class RevealForm(forms.Form):
    reason = forms.CharField(label="查看事由", max_length=200)


class OpinionsExportForm(forms.Form):
    reason = forms.CharField(label="导出事由", max_length=200)
    plain = forms.BooleanField(label="含姓名、地址、联系方式(默认脱敏)", required=False)
