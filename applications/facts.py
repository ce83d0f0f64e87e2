"""The only bridge from what is stored to what the policy judges; it never decides.

What was typed and what the registers hold become one case of the contract `assess`. Where both
speak, the register wins: nothing known is typed again.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from applications.fact_fields import FACTS
from applications.models import Application, Member
from applications.parameters import in_force
from applications.policy.assess import assess
from applications.policy.case import Case
from applications.policy.parameters import Parameters
from applications.policy.routes import ROUTES
from applications.policy.verdict import Verdict
from kaili_hukou.models import Membership, Person
from kaili_hukou.models.people import number_digest
from residence_permits.models import Permit
from residence_permits.terms import Timeline
from rosters.citations import Citation, cited
from rosters.kinds import KINDS
from rosters.models import Roster, RosterEntry

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the registers tell of a person on a day."""

    on: datetime.date
    person: Person | None = None
    # Found by a number that was corrected since.
    by_former_number: bool = False
    permit: Permit | None = None
    timeline: Timeline | None = None
    membership: Membership | None = None
    open_case: Application | None = None
    settled_as_pupil: bool = False
    rows: Mapping[str, RosterEntry] = field(default_factory=dict)
    # By kind: the latest confirmed roster that names him, and the row there.
    cited: Mapping[str, Citation] = field(default_factory=dict)
    confirmed_kinds: frozenset[str] = frozenset()

    def rosters_for(self, route: str) -> list[str] | None:
        """None: no roster of the route's kind was confirmed up to the day, so it is unknown.

        A relocation row counts only where it says 是 (三(一)6(1)).
        """
        if route not in self.confirmed_kinds:
            return None
        row = self.rows.get(route)
        counts = row is not None and (route != "relocation" or row.voluntary is True)
        return [route] if counts else []


@dataclass(frozen=True, slots=True)
class Told:
    """What was typed: persons as the form has them, and the answers by field name."""

    birth_date: datetime.date | None = None
    division: str = ""
    hukou_kind: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    companions: tuple[Json, ...] = ()


def known_of(number: str, person: Person | None, on: datetime.date) -> Known:
    """Everything on file for a number or a person, in a fixed number of queries."""
    told = cited_of(number, person, on)
    rows = {kind: citation.entry for kind, citation in told.items()}
    kinds = frozenset(Roster.objects.confirmed(on).values_list("kind", flat=True).distinct())
    if person is None:
        return Known(on=on, rows=rows, cited=told, confirmed_kinds=kinds)
    permit = person.permits.in_force().prefetch_related("endorsements").first()
    member = (
        Member.objects.filter(person=person, is_open=True)
        .select_related("application__station", "application__opened_by")
        .first()
    )
    return Known(
        on=on,
        person=person,
        by_former_number=person.is_formerly(number),
        permit=permit,
        timeline=permit.timeline(on) if permit and permit.issued_on <= on else None,
        membership=person.memberships.filter(until__isnull=True)
        .select_related("household")
        .first(),
        open_case=member.application if member else None,
        settled_as_pupil=Member.objects.filter(
            person=person, application__route="pupil", outcome=Member.Outcome.REGISTERED
        ).exists(),
        rows=rows,
        cited=told,
        confirmed_kinds=kinds,
    )


def cited_of(number: str, person: Person | None, on: datetime.date) -> dict[str, Citation]:
    """By kind, under whichever of his numbers; the latest roster stands."""
    digests = set(person.digests if person else [])
    if number:
        digests.add(number_digest(number))
    found = cited(digests, on) if digests else {}
    everything = [citation for told in found.values() for citation in told.values()]
    everything.sort(key=lambda citation: citation.age)
    return {citation.roster.kind: citation for citation in everything}


def case_json(route: str, told: Told, known: Known) -> Json:
    """The case of the contract, ready for `Case.from_json`; what is not known is left out."""
    person = {
        "birth_date": told.birth_date,
        "division": told.division or None,
        "hukou_kind": told.hukou_kind or None,
    }
    facts = {name: FACTS[name](told.answers) for name in ROUTES[route].facts if name in FACTS}
    facts |= _from_registers(route, facts, known)
    return {
        "as_of": known.on.isoformat(),
        "route": route,
        "person": _plain(person),
        "facts": _plain(facts),
        "companions": [_plain(companion) for companion in told.companions],
    }


def _from_registers(route: str, facts: Json, known: Known) -> Json:
    found: Json = {}
    if known.permit:
        found["permit"] = {
            "issued_on": known.permit.issued_on,
            "endorsed_on": known.permit.endorsed_on,
        }
        if facts.get("residence_from") is None:
            found["residence_from"] = known.permit.residence_from
    if route in KINDS:
        found["rosters"] = known.rosters_for(route)
    if route == "relocation":
        row = known.rows.get("relocation")
        found["voluntary"] = row.voluntary if row else None
    if route == "veteran" and known.rows.get("veteran") and known.rows["veteran"].document:
        found["placement_document"] = True
    if known.settled_as_pupil:
        found["settled_as_pupil"] = True
    return {name: value for name, value in found.items() if name in ROUTES[route].facts}


def _plain(value: Any) -> Any:
    """Days as text, unknown parts left out: the shape of the contract."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item not in (None, "")}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def verdict_of(case: Json, parameters: Parameters | None = None) -> Verdict:
    """By the values in force, unless others are given."""
    return assess(Case.from_json(case), parameters or in_force())


def assess_routes(told: Told, known: Known) -> list[Verdict]:
    """All thirteen, each with the facts of its own rosters."""
    parameters = in_force()
    return [verdict_of(case_json(route, told, known), parameters) for route in ROUTES]


def told_by(application: Application, members: Iterable[Member]) -> Told:
    """What a stored case says; members are asked with their persons."""
    everyone = list(members)
    applicant = next((member for member in everyone if member.is_applicant), None)
    return Told(
        birth_date=applicant.person.birth_date if applicant else None,
        division=applicant.division if applicant else "",
        hukou_kind=applicant.hukou_kind if applicant else "",
        answers=answers(application.facts or {}),
        companions=tuple(companion_json(member) for member in everyone if not member.is_applicant),
    )


def companion_json(member: Member) -> Json:
    return {
        "relationship": member.relationship or None,
        "birth_date": member.person.birth_date,
        "lives_together": member.lives_together,
    }


def answers(stored: Mapping[str, Any]) -> Json:
    """The typed answers as they were cleaned: days come back from text."""
    return {name: _day(value) if _is_day(name) else value for name, value in stored.items()}


def _is_day(name: str) -> bool:
    return name.endswith(("_on", "_from", "_to")) and name != "permit_endorsed_on"


def _day(value: Any) -> Any:
    return datetime.date.fromisoformat(value) if isinstance(value, str) and value else None


def decided_case(case: Json, members: Iterable[Member], verdict: Verdict) -> Json:
    """The case with the approver's own decisions on companions, for the area a head.

    Whom the approver admits beyond the list counts as one more head, whom he refuses does not
    count: the policy knows only what the plan's list says, so the heads are told to it.
    """
    companions = [member for member in members if not member.is_applicant]
    kept, more = [], 0
    for member, told, opinion in zip(
        companions, case["companions"], verdict.companions, strict=True
    ):
        if member.admission != "refused":
            kept.append(told)
            more += member.admission == "admitted" and opinion.decision != "admitted"
    facts = dict(case["facts"])
    if more and "home" in facts and "registered_already" in facts["home"]:
        home = facts["home"]
        facts["home"] = home | {"registered_already": home["registered_already"] + more}
    return case | {"companions": kept, "facts": facts}
