"""Forms for what happens to a roster once it is there: reasons, ticks, and whom it names."""

from typing import Any

from django import forms

from rosters.provenance import Naming

LEAST_REASON, MOST_REASON = 4, 200


class ReasonField(forms.CharField):
    def __init__(self, label: str = "理由", **options: Any) -> None:
        super().__init__(
            label=label,
            min_length=LEAST_REASON,
            max_length=MOST_REASON,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={
                "required": f"请写明{label}。",
                "min_length": f"{label}太短,请写清楚(至少 {LEAST_REASON} 个字)。",
            },
            **options,
        )


class OpenOriginalForm(forms.Form):
    reason = ReasonField(
        "打开理由", help_text="如:第 17 行与来函核对。理由和打开人都记入操作记录。"
    )


class ConfirmForm(forms.Form):
    compared = forms.BooleanField(
        label="已对照文件(来函)核对,内容相符",
        error_messages={"required": "请先对照文件核对,再勾选确认。"},
    )
    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)


class EndForm(forms.Form):
    reason = ReasonField(help_text="如:人员名单有误,已重新发文。部门来函要求的,写明来函文号。")


class WithdrawRowForm(forms.Form):
    """Which rosters' rows of this person are withdrawn; all that still stand, unless unticked."""

    namings = forms.MultipleChoiceField(
        label="从哪些花名册撤回此人",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选择一份花名册。",
            "invalid_choice": "这一行已由别人撤回,请刷新后再看。",
        },
    )
    reason = ReasonField()

    def __init__(self, data: Any, namings: list[Naming]) -> None:
        self._standing = {naming.key: naming for naming in namings if naming.stands}
        super().__init__(data, initial={"namings": list(self._standing)})
        self.fields["namings"].choices = [
            (key, f"{naming.roster} 第 {naming.row} 行({naming.roster.get_state_display()})")
            for key, naming in self._standing.items()
        ]

    @property
    def chosen(self) -> list[Naming]:
        return [self._standing[key] for key in self.cleaned_data["namings"]]
