"""The family of a case as forms: one row for each member, one form for an agent who is added."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from applications import signing
from applications.actions.family import (
    AgentEntry,
    Guardian,
    MemberEntry,
    Settling,
    mandate_of,
    noted_of,
    signing_gaps,
)
from applications.models import Agent, Application, Member
from applications.person_forms import PhoneField
from applications.statistics import MARKS, SETTLING_REASONS, in_order, is_asked, origin_level
from kaili_hukou import identity
from kaili_hukou.dates import is_under
from kaili_hukou.forms import DayField, NameField, NumberField
from kaili_hukou.masking import mask_identity_number
from kaili_hukou.models.people import Sex

RELATIONS = ("父亲", "母亲", "祖父母", "外祖父母", "兄姐", "其他监护人")
# How a guardian chosen among the members is related, by the two relationships to the applicant.
_PARENT = {("child", ""), ("child", "spouse"), ("", "parent"), ("sibling", "parent")}
_GRANDPARENT = {("grandchild", ""), ("grandchild", "spouse"), ("", "grandparent")}
_GRANDPARENT |= {("child", "parent")}
# Whoever signs himself was seen; whoever signs by an agent is represented.
_SIGNED_HOW = {signing.SELF: signing.PRESENT, signing.AGENT: signing.REPRESENTED}
_ELDER = {("sibling", ""), ("", "sibling")}


class MemberForm(forms.Form):
    """Presence, signature, guardian and statistics of one member; only what concerns him."""

    presence = forms.ChoiceField(
        label="到场", required=False, choices=[("", "未登记"), *Member.Presence.choices]
    )

    def __init__(
        self, member: Member, members: list[Member], agents: list[Agent], data: Any = None
    ) -> None:
        self.member, self.today = member, timezone.localdate()
        super().__init__(data, prefix=str(member.pk))
        self.grown = [one for one in members if one.pk != member.pk and self._is_grown(one)]
        self.agents = {str(agent.pk): agent for agent in agents if self._may_act(agent)}
        self.fields["presence"].initial = member.presence
        self._add_signature()
        self._add_guardian()
        self._add_statistics()

    def _is_grown(self, one: Member) -> bool:
        born_on = one.person.birth_date
        return born_on is not None and not is_under(signing.OF_AGE, born_on, self.today)

    def _may_act(self, agent: Agent) -> bool:
        return agent.pk == self.member.agent_id or mandate_of(agent).stands(self.today)

    def _add_signature(self) -> None:
        may = signing.signers(self.member.person.birth_date, self.today) | {self.member.signed}
        choices = [(value, label) for value, label in Member.Signed.choices if value in may]
        self.fields["signed"] = forms.ChoiceField(
            label="签名",
            required=False,
            choices=[("", "未签名"), *choices],
            initial=self.member.signed,
        )
        self.fields["signed_on"] = DayField(label="签名日期", initial=self.member.signed_on)
        if self.agents:
            names = [(pk, f"{one.name}({one.relation})") for pk, one in self.agents.items()]
            self.fields["agent"] = forms.ChoiceField(
                label="代办人",
                required=False,
                choices=[("", "无"), *names],
                initial=str(self.member.agent_id or ""),
            )

    @property
    def is_minor(self) -> bool:
        return signing.needs_guardian(self.member.person.birth_date, self.today)

    def _add_guardian(self) -> None:
        member = self.member
        if not (self.is_minor or member.guardian_name):
            return
        if self.grown:
            people = [(str(one.pk), one.person.name) for one in self.grown]
            self.fields["guardian_from"] = forms.ChoiceField(
                label="监护人是本件人员", required=False, choices=[("", "否,在右边填写"), *people]
            )
        kept = mask_identity_number(member.guardian_number)
        self.fields["guardian_name"] = NameField(
            label="监护人姓名", required=False, initial=member.guardian_name
        )
        self.fields["guardian_number"] = NumberField(
            label="监护人身份号码",
            required=False,
            help_text=f"已登记 {kept},不改可留空。" if kept else "",
        )
        self.fields["guardian_relation"] = forms.ChoiceField(
            label="监护关系",
            required=False,
            choices=[("", "请选择"), *((one, one) for one in RELATIONS)],
            initial=member.guardian_relation,
        )
        if signing.needs_consent(member.person.birth_date, self.today) or (
            member.guardian_consent_on
        ):
            self.fields["consent_on"] = DayField(
                label="监护人同意处理个人信息(未满 14 周岁)", initial=member.guardian_consent_on
            )

    @property
    def asks_statistics(self) -> bool:
        return is_asked(self.member.application.route, self.member.hukou_kind)

    def _add_statistics(self) -> None:
        if not self.asks_statistics:
            return
        self.fields["settling_reason"] = forms.ChoiceField(
            label="落户城镇原因",
            choices=list(SETTLING_REASONS.items()),
            initial=self.member.settling_reason,
            error_messages={"required": "请选择落户城镇原因。"},
        )
        self.fields["marks"] = forms.MultipleChoiceField(
            label="统计标志",
            required=False,
            choices=list(MARKS.items()),
            initial=self.member.marks,
            widget=forms.CheckboxSelectMultiple,
        )

    @property
    def level(self) -> str:
        found = origin_level(self.member.division)
        return found.label if found else "未填迁出地"

    @property
    def reason_shown(self) -> str:
        return SETTLING_REASONS.get(self.member.settling_reason, "未登记")

    @property
    def marks_shown(self) -> str:
        return "、".join(MARKS[code] for code in in_order(self.member.marks))

    @property
    def gaps(self) -> list[str]:
        return signing_gaps(self.member, self.today)

    @property
    def guardian_fields(self) -> list[Any]:
        names = ("guardian_from", "guardian_name", "guardian_relation", "guardian_number")
        return [self[name] for name in (*names, "consent_on") if name in self.fields]

    def clean_guardian_number(self) -> str:
        number = str(self.cleaned_data["guardian_number"])
        if number and is_under(
            signing.OF_AGE, identity.check(number, self.today).birth_date, self.today
        ):
            raise forms.ValidationError("监护人未满 18 周岁,请核对号码。")
        if number and number == self.member.person.number:
            raise forms.ValidationError("监护人不能是本人,请核对号码。")
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("signed") and not data.get("signed_on") and "signed_on" not in self.errors:
            data["signed_on"] = self.today
        if not data.get("presence") and "presence" not in self.errors:
            data["presence"] = _SIGNED_HOW.get(data.get("signed", ""), "")
        if "presence" in data and "signed" in data and "signed_on" in data:
            for fault in signing.faults(self._noted(), self.today):
                self.add_error(None, f"{fault}。")
        return data

    def _noted(self) -> signing.Noted:
        data, agent = self.cleaned_data, self._agent()
        return signing.Noted(
            birth_date=self.member.person.birth_date,
            presence=data["presence"],
            signed=data["signed"],
            signed_on=data["signed_on"],
            guardian=noted_of(self.member).guardian,
            consent_on=data.get("consent_on"),
            mandate=mandate_of(agent) if agent else None,
        )

    def _agent(self) -> Agent | None:
        return self.agents.get(self.cleaned_data.get("agent", ""))

    def entry(self) -> MemberEntry:
        data = self.cleaned_data
        settling = None
        if self.asks_statistics:
            settling = Settling(data["settling_reason"], tuple(data["marks"]))
        return MemberEntry(
            presence=data["presence"],
            signed=data["signed"],
            signed_on=data["signed_on"],
            agent=self._agent(),
            guardian=self._guardian() if "guardian_name" in self.fields else None,
            consent_on=data.get("consent_on"),
            settling=settling,
        )

    def _guardian(self) -> Guardian:
        data = self.cleaned_data
        chosen = data.get("guardian_from", "")
        one = next((found for found in self.grown if str(found.pk) == chosen), None)
        if one is None:
            return Guardian(
                data["guardian_name"], data["guardian_relation"], data["guardian_number"]
            )
        relation = relation_of(self.member, one) or data["guardian_relation"]
        return Guardian(one.person.name, relation or RELATIONS[-1], one.person.number)


def relation_of(minor: Member, guardian: Member) -> str:
    """How a guardian of the same case is related to the minor; empty where it does not follow."""
    pair = (minor.relationship, guardian.relationship)
    if pair in _PARENT:
        return "母亲" if guardian.person.sex == Sex.FEMALE else "父亲"
    if pair in _GRANDPARENT:
        return "祖父母"
    return "兄姐" if pair in _ELDER else ""


class AgentForm(forms.Form):
    """Somebody who acts for people of the case; a card reader's text gives the name too."""

    number = NumberField(
        label="代办人身份号码", error_messages={"required": "请填写代办人的身份号码。"}
    )
    name = NameField(label="代办人姓名", required=False)
    phone = PhoneField()
    relation = forms.CharField(
        label="与申请人关系",
        max_length=30,
        error_messages={"required": "请填写与申请人的关系,如 兄弟、同事。"},
    )
    mandate = forms.ChoiceField(label="代办依据", choices=Agent.Mandate.choices)
    mandate_on = DayField(label="委托日期", required=True)
    mandate_until = DayField(label="委托至", help_text="没有期限的留空。")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="agent")
        self.fields["mandate_on"].initial = timezone.localdate()
        self.fields["mandate_on"].error_messages["required"] = "请填写委托日期。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        card = identity.read_card_text(str(self.data.get("agent-number", "")))
        if not data.get("name") and "name" not in self.errors:
            data["name"] = card.name if card else ""
            if not data["name"]:
                self.add_error("name", "请填写代办人的姓名。")
        since, until = data.get("mandate_on"), data.get("mandate_until")
        if since and until and until < since:
            self.add_error("mandate_until", "委托至早于委托日期,请核对这两个日期。")
        return data

    def entry(self) -> AgentEntry:
        return AgentEntry(**self.cleaned_data)


def member_forms(
    application: Application, members: list[Member], agents: Iterable[Agent], data: Any = None
) -> list[MemberForm]:
    """One form a member, the applicant first. The members know their case without a query."""
    everyone = list(agents)
    for member in members:
        member.application = application
    return [MemberForm(member, members, everyone, data) for member in members]
