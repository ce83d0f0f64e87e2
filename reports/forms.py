"""The forms of a return: its head, each measure, the scans that go with it; calls and rules."""

from decimal import Decimal
from typing import Any

from django import forms

from applications.scans import read_scan
from kaili_hukou.actions import Refused
from kaili_hukou.forms import DayField
from reports.actions.filing import Filing
from reports.actions.returning import ItemTold, Told
from reports.actions.ruling import RuleTold
from reports.models import ReturnCall, ReturnFile, ReturnItem, SupportingRule, UnitReturn

LONGEST_TEXT = 10_000
Purpose = ReturnFile.Purpose
ACCEPT = {"accept": ".pdf,.jpg,.jpeg,.png"}


class MoneyField(forms.DecimalField):
    """Yuan; 12,000 and 12000元 are read like 12000."""

    def __init__(self, **options: Any) -> None:
        messages = {
            "invalid": "请填数字(单位:元),如 12000 或 12000.50。",
            "min_value": "金额不能小于 0。",
            "max_digits": "金额太大,请核对(单位:元)。",
            "max_whole_digits": "金额太大,请核对(单位:元)。",
            "max_decimal_places": "金额最多两位小数。",
        }
        super().__init__(
            required=False,
            max_digits=14,
            decimal_places=2,
            min_value=Decimal(0),
            error_messages=messages,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            **options,
        )

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.strip().removesuffix("元").replace(",", "").replace(",", "")
        return super().to_python(value)


class ScanField(forms.FileField):
    """A scan, known by its content; the cleaned value is (Scan, file name)."""

    widget = forms.FileInput

    def __init__(self, **options: Any) -> None:
        empty = {"empty": "文件是空的。请重新扫描后上传。", "max_length": "文件名太长,请改短。"}
        super().__init__(required=False, max_length=200, error_messages=empty, **options)
        self.widget.attrs |= ACCEPT

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return read_scan(file.read()), file.name
        except Refused as fault:
            raise forms.ValidationError(str(fault)) from None


def _text(label: str, rows: int = 3) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=False, widget=area)


class HeadForm(forms.Form):
    """Who signs and whom to ask; for whoever enters it, the letter with which it came."""

    contact = forms.CharField(label="联系人", max_length=50, required=False)
    phone = forms.CharField(label="联系电话", max_length=50, required=False)
    signatory = forms.CharField(label="签发人", max_length=50, required=False)
    sealed = ScanField(label="盖章扫描件", help_text="PDF、JPEG 或 PNG。")
    letter_number = forms.CharField(label="来函文号", max_length=100, required=False)
    letter_on = DayField(label="来函收到日期", help_text="是否按时以这一天为准。")
    letter = ScanField(label="来函扫描件")
    suggestions = _text("意见建议")

    def __init__(self, *args: Any, by_unit: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if by_unit:
            for name in ("letter_number", "letter_on", "letter"):
                del self.fields[name]


class ItemForm(forms.Form):
    progress = _text("工作进展", 5)
    figures = _text("补充数据", 2)
    problems = _text("存在的问题", 2)
    next_steps = _text("下一步打算", 2)
    cost_estimated = MoneyField(label="经费测算(元)")
    cost_spent = MoneyField(label="实际支出(元)")
    evidence = ScanField(label="佐证材料(可以不传)")


class ReturnForm:
    """All of a return on one page: the head and one form a measure. Nothing typed is lost."""

    def __init__(
        self, found: UnitReturn, data: Any = None, files: Any = None, *, by_unit: bool
    ) -> None:
        self.items = list(found.items.all())
        self.head = HeadForm(
            data, files, prefix="head", by_unit=by_unit, initial=_values(found, HeadForm)
        )
        self.measures = [
            ItemForm(data, files, prefix=str(item.pk), initial=_values(item, ItemForm))
            for item in self.items
        ]

    @property
    def rows(self) -> list[tuple[ReturnItem, ItemForm]]:
        return list(zip(self.items, self.measures, strict=True))

    def is_valid(self) -> bool:
        return all([self.head.is_valid(), *(form.is_valid() for form in self.measures)])

    def told(self) -> Told:
        head = {name: value for name, value in self.head.cleaned_data.items() if name in TOLD}
        items = {item.clause: _item_told(form) for item, form in self.rows}
        return Told(**head, items=items)

    def filings(self) -> list[Filing]:
        """The scans that came with the form, each with what it is for."""
        found = [(name, self.head.cleaned_data.get(name), None) for name in ("sealed", "letter")]
        found += [("evidence", form.cleaned_data["evidence"], item) for item, form in self.rows]
        return [
            Filing(scan=came[0], file_name=came[1], purpose=Purpose(name), item=item)
            for name, came, item in found
            if came
        ]

    def show_present(self) -> None:
        """Beside each field that another hand has changed meanwhile: what is stored now."""
        for form in (self.head, *self.measures):
            for name, stored in form.initial.items():
                typed = form.cleaned_data.get(name)
                if stored not in (None, "") and typed != stored:
                    form[name].help_text = f"现在存的是:{stored}"


TOLD = frozenset(Told.__slots__)


def _values(row: Any, form: type[forms.Form]) -> dict[str, Any]:
    names = [name for name in form.base_fields if hasattr(row, name)]
    return {name: getattr(row, name) for name in names}


def _item_told(form: ItemForm) -> ItemTold:
    return ItemTold(**{name: form.cleaned_data[name] for name in ItemTold.__slots__})


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由。"},
    )


class CorrectionReasonForm(forms.Form):
    """Why a report that went out is corrected."""

    reason = forms.CharField(
        label="更正理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "更正须写明理由。",
            "max_length": "更正理由最长 500 个字,请缩短。",
        },
    )


class DaysForm(forms.Form):
    returns_by = DayField(label="内部报送日", required=True)
    summary_by = DayField(label="内部汇总日", required=True)


class CallForm(forms.Form):
    unit = forms.ChoiceField(label="单位")
    way = forms.ChoiceField(label="方式", choices=ReturnCall.Way)
    text = forms.CharField(label="内容", max_length=500)

    def __init__(self, units: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = units


class RuleForm(forms.Form):
    state = forms.ChoiceField(label="情况", choices=SupportingRule.State)
    title = forms.CharField(label="文件名称", max_length=200, required=False)
    document_number = forms.CharField(label="文号", max_length=100, required=False)
    issued_on = DayField(label="印发日期")
    reason = forms.CharField(label="无须制定的理由", max_length=500, required=False)
    file = ScanField(label="文件扫描件")

    def told(self) -> RuleTold:
        return RuleTold(**{name: self.cleaned_data[name] for name in RuleTold.__slots__})
