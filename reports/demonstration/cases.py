"""A case of every route in every state that exists, each brought there by the real actions."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from applications.actions.amending import Proposal, confirm, propose
from applications.actions.changing import Act
from applications.actions.drafting import Opening, open_draft, save_draft
from applications.actions.family import Guardian, MemberEntry, keep_family, with_everyone_present
from applications.actions.moving import ACTIONS
from applications.actions.registering import Registration, register
from applications.drafts import CompanionEntry, Draft, EnterpriseEntry
from applications.grounds import HEARINGS, REOPENING_GROUNDS, REVOKING_CLAUSES
from applications.models import Application, Member, StateChange
from applications.policy.routes import ROUTES
from applications.signing import GUARDIAN, OF_AGE, PRESENT
from applications.workflow import MOVES, State
from kaili_hukou import enterprise, identity
from kaili_hukou.actions import PersonEntry
from kaili_hukou.audit import Actor, acting
from kaili_hukou.dates import add_months, is_under
from kaili_hukou.models import Household, Officer, Town
from kaili_hukou.models.people import Sex
from reports.demonstration.coming_over import begin, come_over
from reports.demonstration.people import GUIZHOU, KAILI, OUTSIDE, Maker

# Of a father who is no member of his child's case.
FATHERS_NUMBER = identity.make("522622", datetime.date(1980, 5, 6), 17)
# Moves from draft to each state; the last one's state is what the list is for.
TO_ACCEPTED = ("receive", "accept")
TO_APPROVED = (*TO_ACCEPTED, "check", "review", "approve")
PATHS: dict[State, tuple[str, ...]] = {
    State.DRAFT: (),
    State.RECEIVED: ("receive",),
    State.SUPPLEMENT: ("receive", "ask_supplement"),
    State.ACCEPTED: TO_ACCEPTED,
    State.NOT_ACCEPTED: ("receive", "not_accept"),
    State.CHECKED: (*TO_ACCEPTED, "check"),
    State.REVIEWED: (*TO_ACCEPTED, "check", "review"),
    State.APPROVED: TO_APPROVED,
    State.REFUSED: (*TO_ACCEPTED, "check", "review", "refuse"),
    State.REGISTERED: (*TO_APPROVED, "register"),
    State.WITHDRAWN: (*TO_ACCEPTED, "withdraw"),
    State.TERMINATED: ("receive", "ask_supplement", "terminate"),
    State.ANNULLED: (*TO_APPROVED, "register", "annul"),
    State.REVOKED: (*TO_APPROVED, "register", "revoke"),
    State.ARCHIVED: (*TO_APPROVED, "register", "archive"),
}
ORIGINS = {
    "in_province": GUIZHOU,
    "relocation": GUIZHOU,
    "pupil": GUIZHOU,
    "public_payroll": GUIZHOU,
    "pupil_return": KAILI,
}
AGES = {"pupil": (8, 14), "pupil_return": (15, 17), "schooling": (18, 24)}
WITH_FAMILY = frozenset({"education", "residence", "home_purchase", "in_province", "relocation"})


def facts_of(route: str, today: datetime.date) -> dict[str, Any]:
    """Answers by which the route is open today."""
    months = [add_months(today, -n) for n in range(1, 7)]
    return {
        "schooling": {
            "enrolment_from": datetime.date(today.year - 4, 9, 1),
            "enrolment_stage": "other",
            "permit_issued_on": add_months(today, -40),
            "permit_endorsed_on": [
                add_months(today, -40 + 12 * n - 1).isoformat() for n in (1, 2, 3)
            ],
        },
        "education": {"degree_level": "bachelor", "degree_recognised": True},
        "residence": {
            "residence_from": add_months(today, -9),
            "insured_months": sorted(f"{day:%Y-%m}" for day in months),
        },
        "home_purchase": {
            "home_bought_on": datetime.date(2021, 3, 8),
            "home_area_m2": 118.5,
            "home_registered_already": 0,
        },
        "in_province": {"owns_home": False, "relative_to_join": False},
        "talent": {"talent_certificate": True},
        "public_payroll": {"works_in_town": True},
        "veteran": {"placement_document": True},
        "bravery": {"bravery_certificate": True},
        "collective": {"founded_by_outsider": True, "fixed_premises": True, "rules_met": True},
        "pupil": {
            "enrolment_from": datetime.date(today.year - 1, 9, 1),
            "enrolment_stage": "compulsory",
            "voluntary": True,
        },
        "pupil_return": {
            "settled_as_pupil": True,
            "graduated_on": datetime.date(today.year, 6, 30)
            if today.month > 6
            else datetime.date(today.year - 1, 6, 30),
            "voluntary": True,
        },
    }.get(route, {})


def sign_all(application: Application, officer: Officer, on: datetime.date) -> None:
    """All came and signed; a guardian signs for whoever is under 18, and consents."""
    members = list(application.members.select_related("person"))
    if not members:
        return
    entries = {one.pk: _signature(one, members, on) for one in members}
    entries = with_everyone_present(application, entries, on)
    keep_family(application, entries, officer=officer, on=on, version=application.version)


def _signature(member: Member, members: list[Member], on: datetime.date) -> MemberEntry:
    born_on = member.person.birth_date
    if born_on is None or not is_under(OF_AGE, born_on, on):
        return MemberEntry()
    guardian = next((found for one in members if (found := _guardian(one, on))), None)
    return MemberEntry(
        presence=PRESENT,
        signed=GUARDIAN,
        signed_on=on,
        guardian=guardian or Guardian("杨大川", "父亲", FATHERS_NUMBER),
        consent_on=on,
    )


def _guardian(member: Member, on: datetime.date) -> Guardian | None:
    person = member.person
    if person.birth_date is None or is_under(OF_AGE, person.birth_date, on):
        return None
    return Guardian(person.name, "母亲" if person.sex == Sex.FEMALE else "父亲", person.number)


def amending_details(name: str) -> dict[str, Any]:
    """What a proposal of two officers tells besides its reason and proof."""
    undone = {"hearing": HEARINGS["offered"], "notice": "凯公撤字〔2026〕1号,已直接送达"}
    fraud = {"facts": "所交购房合同经核实系伪造。", "clause": REVOKING_CLAUSES["license"]}
    ground = {"ground": REOPENING_GROUNDS["own"]}
    return {
        "annul": undone,
        "revoke": undone | fraud,
        "reopen": ground,
        "retake": ground,
    }.get(name, {})


@dataclass(frozen=True, slots=True)
class Desk:
    """Who does what at one station; the second approver undoes what the first decided."""

    clerk: Officer
    second: Officer
    head: Officer
    approver: Officer
    second_approver: Officer

    def officer_for(self, move: str) -> Officer:
        return {
            "check": self.second,
            "review": self.head,
            "approve": self.approver,
            "refuse": self.approver,
        }.get(move, self.clerk)


@dataclass(slots=True)
class Builder:
    """Builds cases; `applicants` are those whom the rosters name, by route."""

    maker: Maker
    today: datetime.date
    towns: list[Town]
    applicants: dict[str, list[PersonEntry]]
    serial: int = 0

    def build(self, route: str, state: State, desk: Desk) -> Application:
        steps = PATHS[state]
        began = self.today - datetime.timedelta(days=2 * len(steps) + self.serial % 5)
        draft = self._draft(route)
        opening = Opening(route=route, officer=desk.clerk, station=desk.clerk.station, on=began)
        with acting(Actor(desk.clerk)):
            application = open_draft(opening, draft)
            self._show_evidence(application, draft, began, desk)
            sign_all(application, desk.clerk, began)
        for number, move in enumerate(steps):
            self._make(application, move, desk, began + datetime.timedelta(days=2 * number))
        if state == State.APPROVED:
            begin(application, desk.clerk, self.today, further=self.serial % 2 == 0)
        return application

    def _draft(self, route: str) -> Draft:
        self.serial += 1
        place = {
            "town": self.maker.random.choice(self.towns),
            "address": f"某某路{self.serial}号",
            "facts": facts_of(route, self.today),
        }
        if route == "collective":
            return Draft(enterprise=self._enterprise(), **place)
        applicant = self._applicant(route)
        return Draft(applicant=applicant, companions=self._family(route, applicant), **place)

    def _applicant(self, route: str) -> PersonEntry:
        listed = self.applicants.get(route)
        if listed:
            return listed.pop()
        return self.maker.person(
            self.today,
            years=AGES.get(route, (25, 55)),
            origins=ORIGINS.get(route, OUTSIDE),
            kind="rural" if route == "public_payroll" else "",
        )

    def _family(self, route: str, applicant: PersonEntry) -> tuple[CompanionEntry, ...]:
        if route not in WITH_FAMILY:
            return ()
        origin = ((applicant.division, applicant.division, "同申请人"),)
        spouse = self.maker.person(self.today, origins=origin)
        child = self.maker.person(self.today, years=(1, 7), origins=origin)
        return (
            CompanionEntry(person=spouse, relationship="spouse", living="now"),
            CompanionEntry(person=child, relationship="child", living="promised"),
        )

    def _enterprise(self) -> EnterpriseEntry:
        code = enterprise.make(f"91522601MA6D{self.serial:05d}"[:17])
        return EnterpriseEntry(
            code=code, name=f"凯里虚构{self.serial}号商贸有限公司", premises="开发区"
        )

    def _show_evidence(
        self, application: Application, draft: Draft, on: datetime.date, desk: Desk
    ) -> None:
        answers = {
            item.pk: ("original", None) for item in application.evidence.exclude(state="roster")
        }
        members = list(application.members.filter(is_applicant=False).order_by("position"))
        companions = tuple(
            CompanionEntry(entry.person, entry.relationship, entry.living, member)
            for entry, member in zip(draft.companions, members, strict=True)
        )
        shown = Draft(
            applicant=draft.applicant,
            enterprise=draft.enterprise,
            companions=companions,
            facts=draft.facts,
            town=draft.town,
            address=draft.address,
            evidence=answers,
        )
        save_draft(application, shown, version=application.version, on=on, officer=desk.clerk)

    def _make(self, application: Application, move: str, desk: Desk, on: datetime.date) -> None:
        officer = desk.officer_for(move)
        reason = "演示:按当事人情况办理" if move in NEEDING_REASON else ""
        act = Act(
            officer=officer,
            on=on,
            version=application.version,
            reason=reason,
            details=self._details(application, move, on),
        )
        with acting(Actor(officer)):
            if MOVES[move].proposers:
                change = self._amend(application, move, desk, on)
            elif move == "register":
                come_over(application, officer, on)
                change = register(application, act, self._registration(application, on))
            else:
                change = ACTIONS[move](application, act)
        at = timezone.make_aware(datetime.datetime.combine(on, datetime.time(10, 20)))
        StateChange.objects.filter(pk=change.pk).update(at=at)

    def _amend(
        self, application: Application, move: str, desk: Desk, on: datetime.date
    ) -> StateChange:
        """Proposed at the window, confirmed in the household section."""
        proposal = Proposal(
            officer=desk.clerk,
            on=on,
            reason="演示:经核查,原登记有误",
            proof="演示:核查报告",
            details=amending_details(move),
        )
        amendment = propose(application, move, proposal)
        with acting(Actor(desk.second_approver)):
            change = confirm(amendment, desk.second_approver, on=on, version=application.version)
        application.refresh_from_db()
        return change

    def _details(self, application: Application, move: str, on: datetime.date) -> dict[str, Any]:
        members = application.members.filter(is_applicant=False)
        return {
            "ask_supplement": {
                "missing": ["申请书补签名", "补交证明材料原件"],
                "supplement_by": (on + datetime.timedelta(days=1)).isoformat(),
            },
            "not_accept": {"ground": "同一事项已在办理"},
            "check": {"findings": "演示:人口信息比对无重复,材料相符。"},
            "approve": {"members": {str(member.pk): ("admitted", "") for member in members}},
            "refuse": {
                "clauses": [ROUTES[application.route].clause],
                "facts": "演示:经核查,所述情况与事实不符。",
                "other_ground": True,
            },
        }.get(move, {})

    def _registration(self, application: Application, on: datetime.date) -> Registration:
        kind = ROUTES[application.route].household
        public = Household.objects.filter(station=application.station, kind="public").first()
        self.serial += 1
        return Registration(
            on=on,
            receipt=f"RK{on:%Y%m%d}{self.serial:05d}",
            kind="" if kind == "origin" else kind,
            household=public if kind == "public" else None,
            number=f"{application.station.code}{self.serial:06d}",
        )


NEEDING_REASON = frozenset({"not_accept", "withdraw", "terminate", "refuse", "accept", "approve"})
