"""What the moves ask that touch the promised day: a pause, an extension, another route."""

from dataclasses import replace
from typing import Any

from django import forms

from applications.actions.drafting import stored
from applications.facts import Known, Told, assess_routes, case_json, known_of, told_by, verdict_of
from applications.forms import PEOPLELESS, FactsForm
from applications.grounds import LONGEST_EXTENSION, PAUSE_GROUNDS
from applications.move_form import MoveForm
from applications.policy.routes import ROUTES


class PauseForm(MoveForm):
    """The clock stops on a listed ground alone."""

    def add_fields(self) -> None:
        self.fields["ground"] = forms.ChoiceField(
            label="暂停计时的事由",
            choices=list(PAUSE_GROUNDS.items()),
            widget=forms.RadioSelect,
            help_text="只限列明的事由;等待补交材料、等待部门答复不暂停计时。",
            error_messages={"required": "请选择暂停计时的事由。"},
        )

    @property
    def details(self) -> dict[str, Any]:
        return {"ground": self.cleaned_data["ground"]} if self.is_bound else {}


class ExtendForm(MoveForm):
    reason_label = "延长的理由(会告知申请人)"

    def add_fields(self) -> None:
        self.fields["days"] = forms.IntegerField(
            label=f"延长几个工作日(1 至 {LONGEST_EXTENSION},只能延长一次)",
            min_value=1,
            max_value=LONGEST_EXTENSION,
            error_messages={
                "min_value": f"延长的期限为 1 至 {LONGEST_EXTENSION} 个工作日。",
                "max_value": f"延长的期限为 1 至 {LONGEST_EXTENSION} 个工作日。",
                "invalid": "请填写整数。",
            },
        )

    @property
    def details(self) -> dict[str, Any]:
        return {"days": self.cleaned_data["days"]} if self.is_bound else {}


class TakeRouteForm(MoveForm):
    """Two steps on one page: the route, then its facts; judged before the route is changed."""

    reason_label = "改用渠道的理由"

    def add_fields(self) -> None:
        application = self.application
        self.told = told_by(application, application.members.select_related("person"))
        self.known = known_of("", application.applicant, self.today)
        self.fields["route"] = forms.ChoiceField(
            label="改用的渠道",
            choices=_not_shut(application.route, self.told, self.known),
            widget=forms.RadioSelect,
            help_text="受理编号和受理日期不变;原渠道已填写的内容保留。",
            error_messages={"required": "请选择要改用的渠道。"},
        )
        self.chosen = self.data.get("route", "")
        self.facts = self._facts_of(self.chosen) if self._is_offered() else None

    def _is_offered(self) -> bool:
        return self.chosen in dict(self.fields["route"].choices)

    def _facts_of(self, route: str) -> FactsForm:
        """Filled in for this very route, or shown with what was told before."""
        filled = self.data.get("facts_of") == route
        form = FactsForm(
            route,
            self.data if filled else None,
            prefix="facts",
            initial=self.application.facts or {},
        )
        # A route that asks nothing has nothing to fill in.
        return form if form.fields else FactsForm(route, {}, prefix="facts")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.facts is None:
            return data
        title = ROUTES[self.chosen].title
        if not self.facts.is_bound:
            raise forms.ValidationError(f"请核对并补填「{title}」需要的情况,再办理一次。")
        if not self.facts.is_valid():
            raise forms.ValidationError("有几处需要改正,见下面红字;已填写的内容都还在。")
        self._judge(title)
        return data

    def _judge(self, title: str) -> None:
        answers = {**self.told.answers, **self.facts.cleaned_data}
        case = case_json(self.chosen, replace(self.told, answers=answers), self.known)
        verdict = verdict_of(case)
        if verdict.verdict == "ineligible":
            unmet = "、".join(
                condition.title for condition in verdict.conditions if condition.status == "unmet"
            )
            raise forms.ValidationError(
                f"按所填的情况不符合「{title}」:{unmet}。请核对,或选择别的渠道。"
            )

    @property
    def details(self) -> dict[str, Any]:
        if not self.is_bound or self.facts is None:
            return {}
        return {"route": self.chosen, "facts": stored(self.facts.cleaned_data)}


def _not_shut(route: str, told: Told, known: Known) -> list[tuple[str, str]]:
    """The routes that are not shut by what is known today, the open ones marked."""
    titles = {"eligible": " · 符合", "undetermined": " · 待核实"}
    return [
        (one.route, ROUTES[one.route].title + titles[one.verdict])
        for one in assess_routes(told, known)
        if one.verdict in titles and one.route != route and one.route not in PEOPLELESS
    ]
