"""What each act on a transfer asks, one small form each, by the name of the act."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from applications.actions import transferring
from applications.actions.transferring import Noted, Paper
from applications.channels import ADMISSION_DAYS, REMOVAL_DAYS
from applications.models import Certificate, Transfer
from kaili_hukou.actions import Refused
from kaili_hukou.divisions import KAILI
from kaili_hukou.forms import DayField, DivisionField

Fields = dict[str, Callable[[Transfer, datetime.date], forms.Field]]


def _day(label: str, **options: Any) -> Callable[[Transfer, datetime.date], forms.Field]:
    return lambda _, today: DayField(label=label, required=True, initial=today, **options)


def _text(label: str, most: int, **options: Any) -> Callable[..., forms.Field]:
    return lambda *_: forms.CharField(label=label, max_length=most, **options)


def _until(*_: Any) -> forms.Field:
    return DayField(label="有效期至", help_text=f"照证件填写;不填按最长 {REMOVAL_DAYS} 天。")


def _channels(transfer: Transfer, _: datetime.date) -> forms.Field:
    return forms.ChoiceField(
        label="办理方式", choices=Transfer.Channel.choices, initial=transfer.channel
    )


def _destination(transfer: Transfer, _: datetime.date) -> forms.Field:
    known = "" if transfer.division == KAILI else transfer.division
    return DivisionField(label="接收地(县、市、区)", initial=known)


def _lost_or_expired(*_: Any) -> forms.Field:
    states = (Certificate.State.EXPIRED, Certificate.State.LOST)
    return forms.ChoiceField(
        label="换补原因", choices=[(state.value, state.label) for state in states]
    )


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its button, its fields, and what it does with the answers."""

    title: str
    fields: Fields
    do: Callable[[Transfer, Noted, dict[str, Any]], Any]
    help: str = ""


def _paper(data: dict[str, Any]) -> Paper:
    return Paper(
        number=data["number"],
        issued_on=data["issued_on"],
        valid_until=data.get("valid_until"),
        issued_by=data.get("issued_by", ""),
    )


NUMBER = _text("编号", 40, help_text="照证件填写。")

ACTS: dict[str, Act] = {
    "choose": Act(
        "改用其他办理方式",
        {"channel": _channels},
        lambda transfer, noted, data: transferring.choose(transfer, noted, data["channel"]),
    ),
    "aim": Act(
        "填写接收地",
        {"division": _destination},
        lambda transfer, noted, data: transferring.aim(transfer, noted, data["division"]),
    ),
    "issue": Act(
        "登记准予迁入证明",
        {"number": NUMBER, "issued_on": _day("签发日期")},
        lambda transfer, noted, data: transferring.issue(transfer, noted, _paper(data)),
        f"有效期 {ADMISSION_DAYS} 天,自签发次日起算。",
    ),
    "send": Act(
        "已发出电子迁移信息",
        {"on": _day("发出日期")},
        lambda transfer, noted, data: transferring.send(transfer, noted),
    ),
    "chase": Act(
        "已催办",
        {"on": _day("催办日期")},
        lambda transfer, noted, data: transferring.chase(transfer, noted),
    ),
    "move_out": Act(
        "迁出地已确认迁出",
        {"on": _day("迁出地注销日期")},
        lambda transfer, noted, data: transferring.move_out(transfer, noted),
        "从这一天起当事人没有户口,请尽快登记落户。",
    ),
    "return": Act(
        "迁出地退回",
        {"on": _day("退回日期"), "reason": _text("退回原因", 500)},
        lambda transfer, noted, data: transferring.send_back(transfer, noted, data["reason"]),
    ),
    "take": Act(
        "收到户口迁移证",
        {
            "number": NUMBER,
            "issued_on": _day("签发日期"),
            "valid_until": _until,
            "issued_by": _text("签发机关", 60),
        },
        lambda transfer, noted, data: transferring.take(transfer, noted, _paper(data)),
    ),
    "exchange": Act(
        "登记换补",
        {
            "state": _lost_or_expired,
            "number": _text("新证编号", 40),
            "issued_on": _day("新证签发日期"),
            "valid_until": _until,
            "note": _text("签发机关核实情况", 500),
        },
        lambda transfer, noted, data: transferring.exchange(
            transfer, noted, _paper(data), state=data["state"], note=data["note"]
        ),
        "由原签发机关换补并自行核实未落户,不要求群众开具未落户证明。",
    ),
    "consent": Act(
        "接收地已同意",
        {"number": _text("同意文号(准予迁入证明编号)", 40), "on": _day("同意日期")},
        lambda transfer, noted, data: transferring.consent(transfer, noted, data["number"]),
    ),
    "give": Act(
        "已签发户口迁移证",
        {"number": NUMBER, "issued_on": _day("签发日期"), "valid_until": _until},
        lambda transfer, noted, data: transferring.give(transfer, noted, _paper(data)),
    ),
    "receipt": Act(
        "接收地已落户",
        {"on": _day("回执日期")},
        lambda transfer, noted, data: transferring.receipt(transfer, noted),
    ),
}


class ActForm(forms.Form):
    """The fields of one act on one transfer; each form of a page has ids of its own."""

    def __init__(
        self, name: str, transfer: Transfer, data: Any = None, *, today: datetime.date
    ) -> None:
        super().__init__(data, auto_id=f"id_{name}_{transfer.pk.hex[:8]}_%s")
        self.name, self.act, self.transfer, self.today = name, ACTS[name], transfer, today
        for field, make in self.act.fields.items():
            self.fields[field] = make(transfer, today)

    @property
    def value(self) -> str:
        """What the button of this form sends."""
        return f"{self.name}:{self.transfer.pk}"

    def make(self, officer: Any) -> bool:
        """Whether the act was done; else the form says why not, with all that was typed."""
        if not self.is_valid():
            return False
        on = self.cleaned_data.get("on") or self.today
        try:
            self.act.do(self.transfer, Noted(officer, self.today, on), self.cleaned_data)
        except Refused as fault:
            self.add_error(None, str(fault))
            return False
        return True
