"""Form fields that every app needs: an identity number, a name, a division, a day."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from kaili_hukou import identity
from kaili_hukou.names import check_name, normalise_name
from kaili_hukou.registers import division, find_division


class DayField(forms.DateField):
    """A day; far from any life it is a slip of the keyboard."""

    widget = forms.DateInput(
        format="%Y-%m-%d", attrs={"placeholder": "如 2026-05-10", "inputmode": "numeric"}
    )

    def __init__(self, *, label: str, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault(
            "error_messages",
            {"invalid": "没有这一天,或写法认不出。请按 2026-05-10 的样子填写。"},
        )
        super().__init__(label=label, **options)

    def clean(self, value: Any) -> datetime.date | None:
        day = super().clean(value)
        if day is not None and not 1900 <= day.year <= 2100:
            raise forms.ValidationError("年份应在 1900 至 2100 之间,请核对。")
        return day


class NumberField(forms.CharField):
    """A 公民身份号码 (GB 11643), folded and checked; a card reader's whole text is taken too."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "公民身份号码")
        options.setdefault(
            "widget", forms.TextInput(attrs={"data-idnumber": "", "autocomplete": "off"})
        )
        super().__init__(max_length=500, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        card = identity.read_card_text(text)
        try:
            return identity.check(card.number if card else text, timezone.localdate()).number
        except identity.IdentityError as fault:
            raise forms.ValidationError(str(fault), code=fault.code) from None


class NameField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "姓名")
        super().__init__(max_length=200, strip=True, **options)

    def clean(self, value: Any) -> str:
        name = normalise_name(super().clean(value))
        fault = check_name(name) if name else None
        if fault:
            raise forms.ValidationError(fault)
        return name


class DivisionField(forms.CharField):
    """A division by its six digits or by its name; kept as the code (GB/T 2260)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "现户籍地(县、市、区)")
        widget = forms.TextInput(
            attrs={"list": "divisions", "autocomplete": "off", "data-suggest": "divisions"}
        )
        super().__init__(max_length=60, required=False, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        """A stored code is shown by its name; what was typed stays as it was typed."""
        found = division(value) if isinstance(value, str) else None
        return found.full_name if found else value

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        found = find_division(text) if text else []
        if not text or len(found) == 1:
            return found[0].code if found else ""
        if not found:
            raise forms.ValidationError(
                f"没有找到「{text}」。请填县级地名(如 湖南省长沙市芙蓉区)或六位区划代码。"
            )
        names = "、".join(f"{division.full_name}({division.code})" for division in found[:5])
        raise forms.ValidationError(f"「{text}」有多个地方:{names}。请写全,或填六位代码。")
