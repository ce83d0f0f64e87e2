"""What is asked for counts of the population and for goals."""

from typing import Any

from django import forms
from import_export.forms import ImportForm

from kaili_hukou.forms import DayField
from kaili_hukou.models import Officer, Town
from reports.actions.indicators import MOST_PEOPLE, Entry, sources_of
from reports.curve import TITLES
from reports.models import Target

_TOO_MANY = {"max_value": f"人数不超过 {MOST_PEOPLE},请核对。", "min_value": "人数不能是负数。"}


class EntryForm(forms.Form):
    """One source, one place, one day: all people and the urban ones among them, together."""

    source = forms.ChoiceField(label="来源")
    town = forms.ModelChoiceField(
        Town.objects.all(), label="地方", required=False, empty_label="全市"
    )
    as_of = DayField(label="时点(年末填 12 月 31 日)", required=True)
    whole = forms.IntegerField(
        label="总人口",
        min_value=1,
        max_value=MOST_PEOPLE,
        error_messages=_TOO_MANY,
        help_text="统计局:常住人口;公安:户籍人口。",
    )
    urban = forms.IntegerField(
        label="其中城镇人口",
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
        error_messages=_TOO_MANY,
        help_text="没有公布的留空,不计算城镇化率。",
    )
    sourced_on = DayField(label="公布日期", required=True)
    document = forms.CharField(label="依据(公报、报表)", required=False, max_length=200)

    def __init__(self, officer: Officer, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        words = {"statistics": "统计局(常住人口)", "police": "公安(户籍人口)"}
        self.fields["source"].choices = [(one, words[one]) for one in sources_of(officer)]

    @property
    def entry(self) -> Entry:
        names = ("town", "as_of", "source", "whole", "urban", "sourced_on", "document")
        return Entry(**{name: self.cleaned_data[name] for name in names})


class CorrectionForm(EntryForm):
    """What a count is of stays; its numbers, its day of publication and the reason are asked."""

    reason = forms.CharField(label="更正理由", max_length=200)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def clean_seen(self) -> frozenset[int]:
        parts = self.cleaned_data["seen"].split("-")
        if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            raise forms.ValidationError("页面已过期,请刷新后再更正。")
        return frozenset(map(int, parts))


class TargetForm(forms.ModelForm):
    issued_on = DayField(label="文件日期", required=True)
    due_on = DayField(label="目标日期", required=True)
    indicator = forms.ChoiceField(label="指标", choices=list(TITLES.items()))

    class Meta:
        model = Target
        fields = ["indicator", "value", "due_on", "document", "issued_on", "clause"]

    def validate_unique(self) -> None:
        """Said by the act, in one place."""


class CountsForm(ImportForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["import_file"].label = "文件"
