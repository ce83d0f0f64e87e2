"""What the window types of a case: answers, place, documents, and the people beside them.

`Dossier` holds the forms of one case together, checks them against each other, and gives the
draft that `applications.actions` keeps. The forms ask only what the route's policy names.
"""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone

from applications.drafts import CompanionEntry, Draft
from applications.evidence_rules import states_by_hand
from applications.fact_fields import FIELDS, NOT_ASKED, NOTED
from applications.facts import Told
from applications.models import Application, Enterprise, EvidenceItem, Member
from applications.person_forms import ApplicantForm, CompanionForm, CompanionFormSet, EnterpriseForm
from applications.policy.routes import ROUTES
from kaili_hukou.forms import DayField
from kaili_hukou.models import Person, Town

# Routes whose applicant is no person, or who comes alone.
PEOPLELESS = frozenset({"collective"})
# A relocation's own wish stands on the roster; told at the counter it does not count.
TOLD_BY_ROSTER = {"relocation": frozenset({"voluntary"})}


# Set on the page of the document alone.
MET_OTHERWISE = frozenset({"verified", "promised", "on_file"})

# Days that lie ahead by their nature.
AHEAD = frozenset({"graduation_expected"})


def _today() -> datetime.date:
    return timezone.localdate()


class FactsForm(forms.Form):
    """The answers that the route's conditions need, one field set for each fact."""

    def __init__(self, route: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for fact in ROUTES[route].facts:
            if fact in NOT_ASKED or fact in TOLD_BY_ROSTER.get(route, ()):
                continue
            for name, make in FIELDS[fact].items():
                self.fields[name] = make()
        for name, make in NOTED.get(route, {}).items():
            self.fields[name] = make()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for begin, end in (("enrolment_from", "enrolment_to"), ("earlier_from", "earlier_to")):
            if data.get(begin) and data.get(end) and data[end] < data[begin]:
                self.add_error(end, "离校之日早于取得学籍之日,请核对这两个日期。")
        if data.get("earlier_to") and not data.get("earlier_from"):
            self.add_error("earlier_from", "填了离校之日,请把取得学籍之日也填上。")
        if data.get("earlier_from") and not data.get("earlier_to"):
            self.add_error("earlier_to", "转学前的一段请填写离校之日。")
        home = any(data.get(name) not in (None, "") for name in FIELDS["home"])
        if home and data.get("owns_home") is False:
            self.add_error("owns_home", "填写了购房情况,又选了没有房产。请改其中一处。")
        for name, value in list(data.items()):
            if name not in AHEAD and isinstance(value, datetime.date) and value > _today():
                self.add_error(name, "这一天还没有到,请核对;预计的日子不填在这里。")
        if data.get("home_area_m2") == 0:
            self.add_error("home_area_m2", "建筑面积应大于 0。")
        return data


class PlaceForm(forms.Form):
    """Where the people will live, whichever station takes the papers."""

    town = forms.ModelChoiceField(
        label="落户(居住)镇、街道",
        queryset=Town.objects.none(),
        required=False,
        empty_label="请选择",
    )
    address = forms.CharField(label="落户(居住)地址", max_length=200, required=False)
    note = forms.CharField(
        label="备注", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["town"].queryset = Town.objects.all()


class EvidenceForm(forms.Form):
    """How each document was met by hand; 容缺 needs its last day.

    A document that is met otherwise (asked of a unit, promised, on file, by a roster) is shown
    as it stands, and changed on its own page.
    """

    def __init__(
        self,
        items: Iterable[EvidenceItem],
        *args: Any,
        on_its_page: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.items = list(items)
        for item in self.items:
            if item.state == EvidenceItem.State.ROSTER:
                continue
            if item.state in MET_OTHERWISE and not on_its_page:
                continue
            states = dict.fromkeys((*states_by_hand(item.code), item.state))
            self.fields[f"state_{item.pk}"] = forms.ChoiceField(
                label=item.title,
                choices=[(state, EvidenceItem.State(state).label) for state in states],
                initial=item.state,
                required=False,
            )
            self.fields[f"until_{item.pk}"] = DayField(
                label="后补期限", initial=item.deferred_until
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for item in self.items:
            name = f"until_{item.pk}"
            if data.get(f"state_{item.pk}") != "deferred" or name in self.errors:
                continue
            if data.get(name) is None:
                self.add_error(name, f"「{item.title}」容缺后补,请填写后补期限。")
            elif data[name] < timezone.localdate():
                self.add_error(name, "后补期限已经过去,请填今天或以后的日子。")
        return data

    def rows(self) -> list[tuple[EvidenceItem, Any, Any]]:
        """(item, state field, until field) for the page; no fields where it is met otherwise."""
        return [
            (
                item,
                self[f"state_{item.pk}"] if f"state_{item.pk}" in self.fields else None,
                self[f"until_{item.pk}"] if f"until_{item.pk}" in self.fields else None,
            )
            for item in self.items
        ]

    def answers(self) -> dict[Any, tuple[str, datetime.date | None]]:
        return {
            item.pk: (
                self.cleaned_data.get(f"state_{item.pk}") or item.state,
                self.cleaned_data.get(f"until_{item.pk}"),
            )
            for item in self.items
            if f"state_{item.pk}" in self.fields
        }


class Dossier:
    """The forms of one editable case, checked together."""

    def __init__(
        self,
        application: Application,
        members: list[Member],
        items: list[EvidenceItem],
        data: Any = None,
    ) -> None:
        self.application, self.route = application, ROUTES[application.route]
        self.members = members
        self.applicant_member = next((m for m in members if m.is_applicant), None)
        companions = [member for member in members if not member.is_applicant]
        self.facts = FactsForm(
            application.route, data, prefix="facts", initial=application.facts or {}
        )
        self.place = PlaceForm(data, prefix="place", initial=_place(application))
        self.evidence = EvidenceForm(items, data, prefix="evidence")
        self.enterprise = self.applicant = self.companions = None
        if application.route in PEOPLELESS:
            self.enterprise = EnterpriseForm(
                data, prefix="enterprise", initial=_enterprise(application.enterprise)
            )
        else:
            self.applicant = ApplicantForm(
                data,
                prefix="applicant",
                member=self.applicant_member,
                initial=_person(self.applicant_member),
            )
            self.companions = CompanionFormSet(
                data,
                prefix="companions",
                members=companions,
                initial=[_companion(member) for member in companions],
            )

    @property
    def forms(self) -> list[Any]:
        parts = (
            self.applicant,
            self.enterprise,
            self.companions,
            self.facts,
            self.place,
            self.evidence,
        )
        return [part for part in parts if part is not None]

    def is_valid(self) -> bool:
        # Every form is asked, so that all errors show at once.
        answers = [part.is_valid() for part in self.forms]
        valid = all(answers)
        if self.companions is not None:
            self._check_family()
            self._check_days()
            valid = valid and not any(form.errors for form in self.kept_companions())
        return valid and not any(
            part.errors for part in (self.applicant, self.facts) if part is not None
        )

    def _check_days(self) -> None:
        """No fact begins before the applicant was born."""
        born_on = self.applicant.birth_date if hasattr(self.applicant, "cleaned_data") else None
        if born_on is None:
            return
        for name, value in list(self.facts.cleaned_data.items()):
            if isinstance(value, datetime.date) and value < born_on:
                self.facts.add_error(name, f"早于申请人的出生日期({born_on}),请核对。")

    def kept_companions(self) -> list[CompanionForm]:
        """Neither those marked to leave, nor rows that were added and left empty."""
        return [
            form
            for form in (self.companions or [])
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("remove")
        ]

    def _check_family(self) -> None:
        """Nobody twice, nobody his own companion, no child older than its parent."""
        if not hasattr(self.applicant, "cleaned_data"):
            return
        seen = {self.applicant.number_now: "申请人"} if self.applicant.number_now else {}
        for place, form in enumerate(self.kept_companions(), start=1):
            number = form.number_now
            if number and number in seen:
                form.add_error(
                    None if form.member else "number",
                    f"这个号码与{seen[number]}相同,一个人只能填一次。",
                )
            elif number:
                seen[number] = f"第 {place} 位随迁人员"
            self._check_ages(form)

    def _check_ages(self, form: CompanionForm) -> None:
        mine, theirs = self.applicant.birth_date, form.birth_date
        relation = form.cleaned_data.get("relationship")
        if mine is None or theirs is None:
            return
        if relation in ("child", "grandchild") and theirs <= mine:
            form.add_error("relationship", "子女(孙子女)的出生日期不晚于申请人,请核对关系和号码。")
        if relation in ("parent", "grandparent") and theirs >= mine:
            form.add_error("relationship", "父母(祖父母)的出生日期不早于申请人,请核对关系和号码。")

    def told(self) -> Told:
        """What may be judged already; an answer in error counts as unknown."""
        person = getattr(self.applicant, "cleaned_data", {})
        return Told(
            birth_date=self.applicant.birth_date if self.applicant and person else None,
            division=person.get("division", ""),
            hukou_kind=person.get("hukou_kind", ""),
            answers=getattr(self.facts, "cleaned_data", {}),
            companions=tuple(_told_companion(form) for form in self.kept_companions()),
        )

    def draft(self) -> Draft:
        place = self.place.cleaned_data
        return Draft(
            applicant=self.applicant.entry() if self.applicant else None,
            enterprise=self.enterprise.entry() if self.enterprise else None,
            companions=tuple(self._companion(form) for form in self.kept_companions()),
            facts={
                name: value
                for name, value in self.facts.cleaned_data.items()
                if value not in (None, "")
            },
            town=place.get("town"),
            address=place.get("address", ""),
            note=place.get("note", ""),
            evidence=self.evidence.answers(),
        )

    def _companion(self, form: CompanionForm) -> CompanionEntry:
        entry = _companion_entry(form)
        if not form.cleaned_data.get("same_origin"):
            return entry
        mine = self.applicant.entry()
        origin = {name: getattr(mine, name) for name in ("division", "hukou_kind", "address")}
        return replace(entry, person=replace(entry.person, **origin))


def _told_companion(form: CompanionForm) -> dict[str, Any]:
    data = form.cleaned_data
    living = {"now": True, "promised": True, "apart": False}.get(data.get("living", ""))
    return {
        "relationship": data.get("relationship") or None,
        "birth_date": form.birth_date,
        "lives_together": living,
    }


def _companion_entry(form: CompanionForm) -> CompanionEntry:
    return CompanionEntry(
        person=form.entry(),
        relationship=form.cleaned_data["relationship"],
        living=form.cleaned_data.get("living", ""),
        member=form.member,
    )


def _person(member: Member | None) -> dict[str, Any]:
    if member is None:
        return {}
    person: Person = member.person
    return {
        "name": person.name,
        "division": member.division,
        "hukou_kind": member.hukou_kind,
        "origin": member.origin,
        "phone": person.phone,
        "nationality": person.nationality_as_written,
        "without_number": person.without_number,
        "birth_date": person.birth_date,
        "sex": person.sex,
    }


def _companion(member: Member) -> dict[str, Any]:
    return _person(member) | {
        "member_id": member.pk,
        "relationship": member.relationship,
        "living": member.living,
    }


def _place(application: Application) -> dict[str, Any]:
    return {
        "town": application.town_id,
        "address": application.address,
        "note": application.note,
    }


def _enterprise(found: Enterprise | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {name: getattr(found, name) for name in ("code", "name", "premises", "contact", "phone")}
