"""What a proposal asks: the values to correct, or facts, hearing and notice of what is undone."""

import datetime
from typing import Any

from django import forms

from applications.actions.amending import Proposal
from applications.actions.correcting import KINDS, SEXES, Slot, slots_of
from applications.grounds import HEARINGS, REOPENING_GROUNDS, REVOKING_CLAUSES
from applications.models import Application
from applications.workflow import MOVES
from kaili_hukou.forms import DayField, DivisionField, NameField
from kaili_hukou.models import Officer
from kaili_hukou.registers import codes

Fields = dict[str, forms.Field]


def _words(label: str, *, rows: int = 3, required: bool = True, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=2000, widget=widget, required=required, **more)


def _line(label: str, *, length: int = 100, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, **more)


def _one_of(label: str, listed: dict[str, str], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(listed.items()), widget=forms.RadioSelect, **more
    )


class AmendForm(forms.Form):
    """Reason and proof for every proposal; more in the forms below."""

    reason_label = "理由"
    proof_required = True
    receipt_label = ""

    def __init__(
        self, name: str, application: Application, *args: Any, today: datetime.date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.move, self.application, self.today = MOVES[name], application, today
        self.add_fields()
        self.fields["reason"] = _words(self.reason_label)
        self.fields["proof"] = _words(
            "证明材料",
            rows=2,
            required=self.proof_required,
            help_text="写明材料名称、文号或出具单位;原件另行归入本件材料。",
        )
        if self.receipt_label:
            self.fields["receipt"] = _line(self.receipt_label, length=60, required=False)

    def add_fields(self) -> None:
        """Fields above the reason."""

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them, under headings."""
        return [("", list(self))]

    def told(self) -> dict[str, Any]:
        return {}

    def proposal(self, officer: Officer) -> Proposal:
        data = self.cleaned_data
        return Proposal(
            officer=officer,
            on=self.today,
            reason=data["reason"],
            proof=data["proof"],
            receipt=data.get("receipt", ""),
            details=self.told(),
        )


def _correct_field(slot: Slot) -> forms.Field:
    label, make = slot.item.title, FIELD_OF.get(slot.item.name)
    field = make(label) if make else _line(label, required=False)
    field.required = False
    field.initial = slot.value
    return field


def _choice(listed: dict[str, str], label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "未填"), *listed.items()])


FIELD_OF: dict[str, Any] = {
    "name": lambda label: NameField(label=label),
    "sex": lambda label: _choice(SEXES, label),
    "birth_date": lambda label: DayField(label=label),
    "nationality_as_written": lambda label: _line(label, length=30),
    "division": lambda label: DivisionField(label=label),
    "hukou_kind": lambda label: _choice(KINDS, label),
    "relation": lambda label: _choice(codes("relation"), label),
    "registered_on": lambda label: DayField(label=label),
    "household": lambda label: _line(label, length=20),
    "population_receipt": lambda label: _line(label, length=60),
}


class CorrectForm(AmendForm):
    """Every value that may be corrected, filled with what is registered: only changes count."""

    reason_label = "更正的理由"
    receipt_label = "人口信息系统更正回执号"

    def add_fields(self) -> None:
        self.slots = slots_of(self.application)
        for key, slot in self.slots.items():
            self.fields[key] = _correct_field(slot)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        found: dict[str, list[forms.BoundField]] = {}
        for key, slot in self.slots.items():
            title = f"{slot.who} {slot.member.person.masked_number}" if slot.member else "落户登记"
            found.setdefault(title, []).append(self[key])
        rest = [self[name] for name in self.fields if name not in self.slots]
        return [*found.items(), ("更正依据", rest)]

    def told(self) -> dict[str, Any]:
        return {"told": {key: _text(self.cleaned_data.get(key)) for key in self.slots}}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(
            _text(data.get(key)) != slot.value for key, slot in self.slots.items()
        ):
            raise forms.ValidationError("各项都与现在登记的相同。请改正有误的那一项,再提请。")
        return data


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value or "")


class UndoForm(AmendForm):
    """Hearing and written notice, before anything is taken from somebody."""

    receipt_label = "人口信息系统注销回执号"

    def add_fields(self) -> None:
        self.fields["hearing"] = _one_of("陈述、申辩和听证", HEARINGS)
        self.fields["hearing_on"] = DayField(label="告知(听证)日期", required=True)
        self.fields["notice"] = _line("书面通知(决定书)文号和送达情况", length=200)
        self.fields["notice_on"] = DayField(label="书面通知日期", required=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("hearing_on", "notice_on"):
            if data.get(name) and data[name] > self.today:
                self.add_error(name, "这一天还没有到,请核对。")
        heard, noticed = data.get("hearing_on"), data.get("notice_on")
        if heard and noticed and noticed < heard:
            self.add_error("notice_on", "书面通知不能早于告知(听证)的日期,请核对。")
        return data

    def told(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "hearing": HEARINGS[data["hearing"]],
            "hearing_on": _text(data["hearing_on"]),
            "notice": data["notice"],
            "notice_on": _text(data["notice_on"]),
        }


class AnnulForm(UndoForm):
    reason_label = "本机关的错误和撤销的理由"


class RevokeForm(UndoForm):
    reason_label = "撤销的理由"

    def add_fields(self) -> None:
        self.fields["facts"] = _words("查明的骗取事实")
        self.fields["clause"] = _one_of("依据的条款", REVOKING_CLAUSES)
        super().add_fields()
        self.fields["origin_asked"] = _line(
            "协调原籍恢复的情况",
            length=200,
            required=False,
            help_text="何时函告迁出地派出所,文号。",
        )

    def told(self) -> dict[str, Any]:
        data = self.cleaned_data
        return super().told() | {
            "facts": data["facts"],
            "clause": REVOKING_CLAUSES[data["clause"]],
            "origin_asked": data["origin_asked"],
        }


class TakeUpForm(AmendForm):
    """On what decision of whom the case is taken up again."""

    reason_label = "恢复办理的理由"

    def add_fields(self) -> None:
        self.fields["ground"] = _one_of("依据", REOPENING_GROUNDS)
        self.fields["document"] = _line("决定(裁判)文书号", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("ground") in ("review", "court") and not data.get("document", "").strip():
            self.add_error("document", "按复议决定、法院裁判恢复的,请填写文书号。")
        return data

    def told(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"ground": REOPENING_GROUNDS[data["ground"]], "document": data["document"]}


FORMS: dict[str, type[AmendForm]] = {
    "correct": CorrectForm,
    "annul": AnnulForm,
    "revoke": RevokeForm,
    "reopen": TakeUpForm,
    "retake": TakeUpForm,
}


def amend_form(
    name: str, application: Application, data: Any = None, *, today: datetime.date
) -> AmendForm:
    return FORMS[name](name, application, data, today=today)


class SettleForm(forms.Form):
    """The words of whoever confirms or drops; dropping wants them."""

    opinion = _words("确认意见(不予采纳、撤回提请的必须写明理由)", rows=2, required=False)
