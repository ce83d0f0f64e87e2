"""登记落户 as a form: who is registered, with which number, in which household."""

import uuid
from typing import Any

from django import forms
from django.utils.functional import cached_property

from applications.actions.registering import Registration
from applications.models import Member
from applications.move_forms import MoveForm
from applications.policy.routes import ROUTES
from applications.policy.verdict import HOUSEHOLD_TITLES
from applications.transfers import Coming, people_to_come
from kaili_hukou.forms import DayField, NumberField
from kaili_hukou.models import Household

# Why the household is another than the verdict's; the last one is told in words.
GROUNDS = [
    ("", "按建议"),
    ("自有住房", "自有住房"),
    ("户主同意投靠", "户主同意投靠"),
    ("用人单位集体户", "用人单位集体户"),
    ("没有住房", "没有住房,落公共户"),
    ("other", "其他(在下面写明)"),
]


class RegisterForm(MoveForm):
    """Each of those awaited with a tick of his own; whose transfer is not done stays for later."""

    def add_fields(self) -> None:
        self.fields["on"] = DayField(label="落户日期", required=True, initial=self.today)
        self.fields["receipt"] = forms.CharField(
            label="人口信息系统回执号",
            max_length=60,
            strip=True,
            required=False,
            help_text="有人落户(或立户、注销)的必填。",
        )
        self._add_people()
        if self.application.route != "pupil_return":
            self._add_household()

    @cached_property
    def waiting(self) -> list[Coming]:
        return people_to_come(self.application, self.today)

    @property
    def held_up(self) -> list[str]:
        """Whom his transfer does not let in yet, for the head of the page."""
        return [
            f"「{coming.member.person.name}」还不能登记 - {coming.words}"
            for coming in self.waiting
            if not coming.is_ready
        ]

    def _add_people(self) -> None:
        several = len(self.waiting) > 1
        registered = self.application.members.filter(outcome=Member.Outcome.REGISTERED)
        self.may_stay = several or (bool(self.waiting) and registered.exists())
        for coming in self.waiting:
            member = coming.member
            if self.may_stay:
                self.fields[f"come_{member.pk}"] = _person_field(coming)
            if not member.person.number_digest:
                self.fields[f"number_{member.pk}"] = NumberField(
                    label=f"「{member.person.name}」的公民身份号码",
                    required=False,
                    help_text="由人口信息系统赋予;登记时必填。",
                )
        if self.may_stay:
            self.fields["staying_reason"] = forms.CharField(
                label="不再迁入的情况",
                max_length=500,
                required=False,
                help_text="有人选「不再迁入」的必填(如本人书面放弃)。",
            )

    def _add_household(self) -> None:
        proposed, settled = ROUTES[self.application.route].household, self.application.household
        self.fields["kind"] = forms.ChoiceField(
            label="落户的户别",
            choices=Household.Kind.choices,
            initial=settled.kind if settled else proposed,
            help_text=f"建议:{HOUSEHOLD_TITLES[proposed]}。可以改选,写明理由。",
        )
        public = self._public_household() if proposed == "public" else ""
        self.fields["number"] = forms.CharField(
            label="户号",
            max_length=20,
            required=False,
            initial=settled.number if settled else public,
            help_text="已有的户填户号;新立户填人口系统给的新户号。",
        )
        if self.application.enterprise:
            return
        collective = Household.objects.filter(
            station=self.application.station, kind="collective", closed_on__isnull=True
        )
        self.fields["employer"] = forms.ModelChoiceField(
            label="用人单位的集体户",
            queryset=collective.order_by("title"),
            required=False,
            empty_label="不落集体户",
            help_text="选了单位,就落该单位的集体户,不用再填户号。",
        )
        self.fields["employer"].label_from_instance = _employer
        self.fields["ground"] = forms.ChoiceField(
            label="户别与建议不同的理由", choices=GROUNDS, required=False
        )
        self.fields["why"] = forms.CharField(label="理由说明", max_length=500, required=False)
        self.fields["host_consent"] = forms.CharField(
            label="户主同意的情况",
            max_length=300,
            required=False,
            help_text="落入他人家庭户的必填:户主姓名、怎样同意、哪一天。",
        )

    def _public_household(self) -> str:
        found = Household.objects.filter(
            station=self.application.station, kind="public", closed_on__isnull=True
        ).first()
        return found.number if found else ""

    # -------------------------------------------------------------- checks

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.application.enterprise or self._chosen(data, "now"):
            self._check_receipt(data)
            if "kind" in self.fields:
                self._check_household(data)
        if self._chosen(data, "never") and not data.get("staying_reason", "").strip():
            self.add_error("staying_reason", "有人不再迁入,请写明情况。")
        self._check_numbers(data)
        return data

    def _check_receipt(self, data: dict[str, Any]) -> None:
        if not data.get("receipt"):
            self.add_error("receipt", "请填写人口信息系统的回执号;没有回执的,还没有落户。")

    def _check_numbers(self, data: dict[str, Any]) -> None:
        for pk in self._chosen(data, "now"):
            name = f"number_{pk}"
            if name in self.fields and name not in self.errors and not data.get(name):
                self.add_error(name, "登记落户须有公民身份号码,请填人口信息系统给的号码。")

    def _check_household(self, data: dict[str, Any]) -> None:
        employer = data.get("employer")
        if employer is not None:
            data |= {"kind": "collective", "number": employer.number}
            data["ground"] = data.get("ground") or "用人单位集体户"
        number = data.get("number", "").strip()
        household = Household.objects.filter(number=number).first() if number else None
        if not number:
            self.add_error("number", "请填写户号:已有的户填户号,新立户填新户号。")
        elif household and household.station_id != self.application.station_id:
            self.add_error("number", f"户号 {number} 属于{household.station.name},请核对。")
        elif household and household.kind != data.get("kind"):
            self.add_error("kind", f"户号 {number} 是{household.get_kind_display()},请核对户别。")
        elif household and household.closed_on:
            self.add_error("number", f"户号 {number} 已销户,请核对。")
        proposed = ROUTES[self.application.route].household
        if data.get("kind") and data["kind"] != proposed and not _reason(data):
            self.add_error(
                "why" if "why" in self.fields else "kind",
                "所选户别与方案建议的不同,请选择理由或写明。",
            )
        data["household"] = household

    def _chosen(self, data: dict[str, Any], answer: str) -> frozenset[uuid.UUID]:
        people = [coming.member.pk for coming in self.waiting]
        if not self.may_stay:
            return frozenset(people if answer == "now" else ())
        return frozenset(pk for pk in people if data.get(f"come_{pk}") == answer)

    # ------------------------------------------------------------- answers

    @property
    def registration(self) -> Registration:
        data = self.cleaned_data
        return Registration(
            on=data["on"],
            receipt=data["receipt"],
            kind=data.get("kind", ""),
            household=data.get("household"),
            number=data.get("number", ""),
            reason=_reason(data),
            people=self._chosen(data, "now"),
            staying=self._chosen(data, "never"),
            staying_reason=data.get("staying_reason", ""),
            numbers={
                coming.member.pk: data.get(f"number_{coming.member.pk}", "")
                for coming in self.waiting
            },
            host_consent=data.get("host_consent", "").strip(),
        )


def _person_field(coming: Coming) -> forms.ChoiceField:
    """现在登记 where the transfer lets him in, else 以后登记; 不再迁入 is never proposed."""
    member = coming.member
    relation = "申请人" if member.is_applicant else member.get_relationship_display()
    now = [("now", "现在登记")] if coming.is_ready else []
    return forms.ChoiceField(
        label=f"{member.person.name}({relation})",
        choices=[*now, ("later", "以后登记"), ("never", "不再迁入")],
        initial="now" if coming.is_ready else "later",
        help_text=coming.words,
    )


def _employer(household: Household) -> str:
    code = f"({household.enterprise_code})" if household.enterprise_code else ""
    return f"{household.title}{code} · 户号 {household.number}"


def _reason(data: dict[str, Any]) -> str:
    """The ground chosen and the words, together."""
    ground = data.get("ground") or ""
    words = data.get("why", "").strip()
    parts = [ground if ground != "other" else "", words]
    return ";".join(part for part in parts if part)
