"""What each move asks before it is made, besides the press of a button."""

import datetime
from typing import Any

from django import forms

from applications.actions.drafting import judge
from applications.facts import known_of
from applications.grounds import NOT_ACCEPTED_GROUNDS
from applications.models import Application, Member
from applications.move_form import MoveForm
from applications.policy.routes import ROUTES
from applications.policy.verdict import DECISION_TITLES
from applications.timing_forms import ExtendForm, PauseForm, TakeRouteForm
from applications.verification import found_false, rechecks, standing_of
from kaili_hukou.clauses import CLAUSES
from kaili_hukou.forms import DayField
from kaili_hukou.registers import calendar

SUPPLEMENT_DAYS = 15
SHORTEST_REASON = 6


class AcceptForm(MoveForm):
    """受理 is one press, but where the first opinion says no: then with a word why."""

    def asks_reason(self) -> bool:
        return self.application.opinion == "ineligible"


class SupplementForm(MoveForm):
    """一次性告知: all of it at once, proposed from what the list and the verdict lack."""

    def add_fields(self) -> None:
        missing = [item.title for item in self.application.evidence.filter(state="missing")]
        self.fields["missing"] = forms.CharField(
            label="需要补正的全部内容(一行一项)",
            max_length=3000,
            widget=forms.Textarea(attrs={"rows": 6}),
            initial="\n".join(missing),
            error_messages={"required": "请列出需要补正的内容,一行一项。"},
        )
        self.fields["supplement_by"] = DayField(
            label="补正期限",
            required=True,
            initial=calendar().add_working_days(self.today, SUPPLEMENT_DAYS),
        )

    def clean_supplement_by(self) -> datetime.date:
        day = self.cleaned_data["supplement_by"]
        if day <= self.today:
            raise forms.ValidationError("补正期限应在今天以后。")
        return day

    @property
    def details(self) -> dict[str, Any]:
        if not self.is_bound:
            return {}
        lines = [line.strip() for line in self.cleaned_data["missing"].splitlines()]
        return {
            "missing": [line for line in lines if line],
            "supplement_by": self.cleaned_data["supplement_by"].isoformat(),
        }


class NotAcceptForm(MoveForm):
    def add_fields(self) -> None:
        self.fields["ground"] = forms.ChoiceField(
            label="法定情形",
            choices=list(NOT_ACCEPTED_GROUNDS.items()),
            widget=forms.RadioSelect,
            help_text="缺材料不是不予受理的理由,请用「一次性告知」。",
        )

    @property
    def details(self) -> dict[str, Any]:
        if not self.is_bound:
            return {}
        return {"ground": NOT_ACCEPTED_GROUNDS[self.cleaned_data["ground"]]}


class CheckForm(MoveForm):
    """核查: what was compared and what was found is told, never filled in beforehand."""

    def add_fields(self) -> None:
        self.fields["compared"] = forms.ChoiceField(
            label="人口信息比对结果",
            choices=[
                ("", "请选择"),
                ("无重复户口,无疑点", "无重复户口,无疑点"),
                ("有疑点,已核实排除", "有疑点,已核实排除(在下面写明)"),
                ("有疑点,提请审核", "有疑点,提请审核(在下面写明)"),
            ],
        )
        self.fields["compared_on"] = DayField(label="比对日期", required=True, initial=self.today)
        self.fields["findings"] = forms.CharField(
            label="核查情况",
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="材料与原件、本人是否相符,向谁核实了什么。",
        )

    def clean_compared_on(self) -> datetime.date:
        day = self.cleaned_data["compared_on"]
        if day > self.today:
            raise forms.ValidationError("比对日期在今天以后,请核对。")
        return day

    @property
    def details(self) -> dict[str, Any]:
        if not self.is_bound:
            return {}
        data = self.cleaned_data
        compared = f"{data['compared_on']} 人口信息比对:{data['compared']}。"
        return {"findings": compared + data["findings"]}


class ResumeForm(MoveForm):
    """What was told to be missing and has come; at least one of it."""

    def add_fields(self) -> None:
        told = self.application.history.filter(move="ask_supplement").order_by("-at").first()
        lines = (told.details or {}).get("missing", []) if told else []
        self.fields["came"] = forms.MultipleChoiceField(
            label="已收到的补正内容",
            choices=[(line, line) for line in lines],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "请勾选这次收到的补正内容,至少一项。"},
        )

    @property
    def details(self) -> dict[str, Any]:
        return {"came": self.cleaned_data["came"]} if self.is_bound else {}


def _recheck_of(form: MoveForm) -> str:
    """How the re-check of a talent stands, above the form of whoever decides."""
    if form.application.route != "talent":
        return ""
    return standing_of(rechecks(form.application), form.today)


class ApproveForm(MoveForm):
    """Each companion is decided by the approver; what the list says is proposed."""

    def add_fields(self) -> None:
        self.notice = _recheck_of(self)
        members = list(self.application.members.select_related("person"))
        known = known_of("", self.application.applicant, self.today)
        opinions = judge(self.application, members, known).companions
        self.companions: list[Member] = [m for m in members if not m.is_applicant]
        for member, opinion in zip(self.companions, opinions, strict=True):
            self.fields[f"admission_{member.pk}"] = forms.ChoiceField(
                label=f"{member.person.name}({member.get_relationship_display()})",
                choices=[("", "请核定"), ("admitted", "准予随迁"), ("refused", "不准随迁")],
                initial="admitted" if opinion.decision == "admitted" else "",
                help_text=f"{DECISION_TITLES[opinion.decision]}:{opinion.reason}",
            )
            self.fields[f"why_{member.pk}"] = forms.CharField(
                label="核定理由(不准的必填)", max_length=500, required=False
            )

    def chosen(self, member: Member) -> str:
        """What is chosen for a companion so far; the applicant himself is not chosen."""
        return str(self.cleaned_data.get(f"admission_{member.pk}", ""))

    def asks_reason(self) -> bool:
        return True

    reason_label = "理由(意见不是「符合」而批准的,必填)"

    @property
    def details(self) -> dict[str, Any]:
        if not self.is_bound:
            return {}
        return {
            "members": {
                str(member.pk): (
                    self.cleaned_data[f"admission_{member.pk}"],
                    self.cleaned_data[f"why_{member.pk}"],
                )
                for member in self.companions
            }
        }


class RefuseForm(MoveForm):
    """The decision goes to the person as it is written here: facts, reason, clauses."""

    reason_label = "不予批准的理由"

    def add_fields(self) -> None:
        self.notice = _recheck_of(self)
        self.fields["facts"] = forms.CharField(
            label="认定的事实",
            min_length=6,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="原样印在决定书上。",
        )
        route = ROUTES[self.application.route]
        codes = dict.fromkeys((route.clause, route.clause_for("520000"), "三(一)"))
        self.fields["clauses"] = forms.MultipleChoiceField(
            label="依据的条款",
            choices=[(code, f"{code} {CLAUSES[code].title}") for code in codes],
            initial=[route.clause],
            widget=forms.CheckboxSelectMultiple,
        )
        if self.notice and not found_false(rechecks(self.application)):
            self.fields["other_ground"] = forms.BooleanField(
                label="不批准的理由不是复核未答复",
                help_text="没有答复不等于不属实,不能因此不予批准。",
                error_messages={"required": "请确认:不批准的理由不是复核未答复。"},
            )

    @property
    def details(self) -> dict[str, Any]:
        if not self.is_bound:
            return {}
        names = [name for name in ("clauses", "facts", "other_ground") if name in self.fields]
        return {name: self.cleaned_data[name] for name in names}

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"]).strip()
        if len(reason) < SHORTEST_REASON:
            raise forms.ValidationError("理由会印在决定书上,请写完整(不少于 6 个字)。")
        return reason


FORMS: dict[str, type[MoveForm]] = {
    "accept": AcceptForm,
    "ask_supplement": SupplementForm,
    "resume": ResumeForm,
    "not_accept": NotAcceptForm,
    "check": CheckForm,
    "approve": ApproveForm,
    "refuse": RefuseForm,
    "pause": PauseForm,
    "extend": ExtendForm,
    "take_route": TakeRouteForm,
}


def form_for(
    name: str, application: Application, data: Any = None, *, today: datetime.date
) -> MoveForm:
    return FORMS.get(name, MoveForm)(name, application, data, today=today)
