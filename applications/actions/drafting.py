"""Opening a case and keeping what is typed, while its papers are still being taken."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from applications.actions.changing import NotAllowed, Overtaken, compare_and_set, keeps_out
from applications.actions.evidence import note_evidence, sync_evidence
from applications.actions.family import ask_reason_anew, fill_statistics
from applications.drafts import CompanionEntry, Draft, EnterpriseEntry
from applications.facts import Known, case_json, known_of, told_by, verdict_of
from applications.models import Application, Enterprise, Member
from applications.models.application import address_digest
from applications.policy.routes import ROUTES
from applications.policy.verdict import Verdict
from applications.workflow import EDITABLE
from kaili_hukou import audit
from kaili_hukou.actions import PersonEntry, Refused, know_person
from kaili_hukou.models import Officer, Person, PoliceStation
from rosters.models import RosterEntry


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opens a case on which route, where, on which day; and whether the applicant stands there.

    A draft that is opened in bulk from a roster has nobody at the window yet.
    """

    route: str
    officer: Officer
    station: PoliceStation
    on: datetime.date
    at_the_window: bool = True


@transaction.atomic
def open_draft(opening: Opening, draft: Draft) -> Application:
    """A new case with its people held; Refused where one of them is in an open case already."""
    route = ROUTES[opening.route]
    people = _know_people(draft, opening.station)
    application = Application(
        route=opening.route,
        applicant=people[0] if people else None,
        enterprise=_know_enterprise(draft.enterprise),
        station=opening.station,
        town=draft.town,
        address=draft.address,
        address_digest=address_digest(draft.address),
        note=draft.note,
        green_lane=route.green_lane,
        priority=route.priority,
        opened_by=opening.officer,
        facts=stored(draft.facts),
    )
    _save_new(application)
    audit.record("新建办件", application)
    _keep_people(application, draft, people)
    if opening.at_the_window:
        application.members.filter(is_applicant=True).update(presence=Member.Presence.PRESENT)
    refresh(application, opening.on)
    return application


def _save_new(application: Application) -> None:
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            f"「{application.enterprise}」已有一件在办的申请,请先办结或撤回那一件。"
        ) from None


@transaction.atomic
def save_draft(
    application: Application,
    draft: Draft,
    *,
    version: int,
    on: datetime.date,
    officer: Officer | None = None,
) -> Application:
    """Keeps what was typed. Overtaken where somebody changed the case since `version`."""
    if application.state not in EDITABLE:
        raise Overtaken.by_others(application)
    shut = keeps_out(application, officer) if officer is not None else ""
    if shut:
        raise NotAllowed(shut)
    people = _know_people(draft, application.station, application.applicant)
    values = {
        "applicant": people[0] if people else None,
        "enterprise": _know_enterprise(draft.enterprise),
        "town": draft.town,
        "address": draft.address,
        "note": draft.note,
        "facts": stored(draft.facts),
    }
    changes = {
        name: (_shown(getattr(application, name)), _shown(value))
        for name, value in values.items()
        if getattr(application, name) != value
    }
    try:
        with transaction.atomic():
            digest = address_digest(draft.address)
            compare_and_set(application, version=version, address_digest=digest, **values)
    except IntegrityError:
        raise Refused(f"「{values['enterprise']}」已有一件在办的申请。") from None
    audit.record("修改办件", application, changes=changes)
    _keep_people(application, draft, people)
    note_evidence(application, draft.evidence, officer)
    refresh(application, on)
    return application


@transaction.atomic
def change_route(
    application: Application, code: str, *, version: int, on: datetime.date
) -> Application:
    """Another route for the same people while papers are taken; what was typed stays."""
    old, new = ROUTES[application.route], ROUTES[code]
    if application.state not in EDITABLE:
        raise Overtaken.by_others(application)
    if "collective" in (old.code, new.code):
        raise Refused("企业集体户与个人的渠道不能互换,请另建办件。")
    compare_and_set(
        application,
        version=version,
        route=new.code,
        green_lane=new.green_lane,
        priority=new.priority,
    )
    audit.record("改用渠道", application, changes={"route": (old.code, new.code)})
    ask_reason_anew(application, old.code)
    refresh(application, on)
    return application


def stored(facts: Any) -> dict[str, Any]:
    """Typed answers as JSON keeps them: days as text, numbers as numbers."""
    return {name: _shown(value) for name, value in facts.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (bool, int, float, list, dict)) or value is None:
        return value
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _know_people(
    draft: Draft, station: PoliceStation, applicant: Person | None = None
) -> list[Person]:
    """The applicant and the companions, in the order of the draft; none for an enterprise."""
    if draft.applicant is None:
        return []
    told = [(draft.applicant, applicant)]
    told += [(one.person, one.member.person if one.member else None) for one in draft.companions]
    known = {place: _know(*told[place], station) for place in _by_number(draft)}
    return [known[place] for place in range(len(told))]


def _by_number(draft: Draft) -> list[int]:
    """The places of a draft's people by number: everybody takes them in this one order.

    Two windows with the same people then wait for each other, and never both for ever.
    """
    numbers = [draft.applicant.number if draft.applicant else ""]
    numbers += [companion.person.number for companion in draft.companions]
    return sorted(range(len(numbers)), key=numbers.__getitem__)


def _know_enterprise(entry: EnterpriseEntry | None) -> Enterprise | None:
    if entry is None:
        return None
    told = {name: getattr(entry, name) for name in ("name", "premises", "contact", "phone")}
    found, created = Enterprise.objects.get_or_create(code=entry.code, defaults=told)
    changes = {
        name: (getattr(found, name), value)
        for name, value in told.items()
        if value and getattr(found, name) != value
    }
    if changes:
        for name, (_, value) in changes.items():
            setattr(found, name, value)
        found.save()
    if created or changes:
        audit.record("登记企业", found, changes=changes)
    return found


def _know(entry: PersonEntry, known: Person | None, station: PoliceStation) -> Person:
    return know_person(entry, station=station, known=known, may_rename=_may_rename(known, entry))


def _may_rename(known: Person | None, entry: PersonEntry) -> bool:
    """A name may be mended while nothing but papers in hand stands on it."""
    person = known or (Person.objects.with_number(entry.number).first() if entry.number else None)
    if person is None:
        return True
    settled = person.permits.exists() or person.memberships.exists()
    return not settled and not (
        person.case_memberships.exclude(application__state__in=EDITABLE).exists()
    )


def _keep_people(application: Application, draft: Draft, people: list[Person]) -> None:
    """Brings the members in line with the draft: who left is let go, who came is held."""
    if draft.applicant is None:
        return
    kept = []
    for place in _by_number(draft):
        companion = draft.companions[place - 1] if place else None
        entry = companion.person if companion else draft.applicant
        kept.append(_keep_member(application, people[place], entry, companion, place))
    gone = application.members.exclude(pk__in=[member.pk for member in kept])
    for member in gone:
        audit.record("移出随迁人员", member, changes={"person": (str(member.person_id), None)})
    try:
        with transaction.atomic():
            gone.delete()
    except ProtectedError:
        names = "、".join(member.person.name for member in gone)
        raise Refused(
            f"「{names}」的材料已有扫描件、函询或被存档使用,不能移出;"
            "不再随迁的,请保留并由审批人核定不准。"
        ) from None


def _keep_member(
    application: Application,
    person: Person,
    entry: PersonEntry,
    companion: CompanionEntry | None,
    position: int,
) -> Member:
    told = {
        "is_applicant": companion is None,
        "relationship": companion.relationship if companion else "",
        "living": companion.living if companion else "",
        "division": entry.division,
        "hukou_kind": entry.hukou_kind,
        "origin": entry.address,
        "position": position,
    }
    member = application.members.filter(person=person).first()
    if member is None:
        return _hold(Member(application=application, person=person, **told))
    if any(getattr(member, name) != value for name, value in told.items()):
        for name, value in told.items():
            setattr(member, name, value)
        member.save()
        audit.record("修改办件人员", member)
    return member


def _hold(member: Member) -> Member:
    """One open case per person is held by the database; the other case is named."""
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        raise Refused(already_open(member.person)) from None
    audit.record("加入办件人员", member)
    return member


def already_open(person: Person) -> str:
    other = (
        Member.objects.filter(person=person, is_open=True)
        .select_related("application__station")
        .first()
    )
    if other is None:
        return f"「{person}」在另一件申请中,请刷新后再试。"
    case = other.application
    return (
        f"「{person}」({person.masked_number})已在另一件在办的申请中:{case},{case.station.name},"
        f"状态「{case.get_state_display()}」。请先办结或撤回那一件。"
    )


def refresh(application: Application, on: datetime.date) -> Verdict:
    """Brings first opinion, roster row and evidence list in line with what is known."""
    members = list(application.members.select_related("person"))
    known = known_of("", application.applicant, on)
    verdict = judge(application, members, known)
    values = {
        "opinion": verdict.verdict,
        "to_decide": sum(opinion.decision == "discretion" for opinion in verdict.companions),
        "roster_entry": known.rows.get(application.route) or _fallen(application),
    }
    Application.objects.filter(pk=application.pk).update(**values)
    for name, value in values.items():
        setattr(application, name, value)
    sync_evidence(application, members, verdict, known.rows.get(application.route))
    fill_statistics(application, members, on)
    return verdict


def _fallen(application: Application) -> RosterEntry | None:
    """A row that counts no more stays on the case until somebody has looked at it."""
    row = application.roster_entry
    return row if row is not None and row.roster.kind == application.route else None


def judge(application: Application, members: list[Member], known: Known) -> Verdict:
    """The opinion on a stored case, by what is known on a day."""
    return verdict_of(case_json(application.route, told_by(application, members), known))
