"""The family of a case: who came, who signed for whom, who acts, and what the statistics ask."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from applications import signing
from applications.actions.changing import NotAllowed, Overtaken, compare_and_set, keeps_out
from applications.facts import answers
from applications.models import Agent, Application, Member
from applications.signing import Mandate, Noted
from applications.statistics import default_marks, default_reason, in_order, is_asked
from applications.workflow import OPEN
from kaili_hukou import audit, identity
from kaili_hukou.actions import Refused
from kaili_hukou.dates import is_under
from kaili_hukou.models import Officer
from kaili_hukou.models.people import number_digest


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who stands for a minor. An empty number leaves the one that is kept for the same name."""

    name: str = ""
    relation: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Settling:
    """What the statistics ask of a member of rural origin."""

    reason: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """One row of the family's page. `guardian` and `settling` None: not asked of this member."""

    presence: str = ""
    signed: str = ""
    signed_on: datetime.date | None = None
    agent: Agent | None = None
    guardian: Guardian | None = None
    consent_on: datetime.date | None = None
    settling: Settling | None = None


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent as the form has him; `number` is folded and checked."""

    name: str
    number: str
    relation: str
    mandate: str
    mandate_on: datetime.date
    mandate_until: datetime.date | None = None
    phone: str = ""


@transaction.atomic
def keep_family(
    application: Application,
    entries: Mapping[uuid.UUID, MemberEntry],
    *,
    officer: Officer,
    on: datetime.date,
    version: int,
) -> None:
    """Keeps what was noted of the members; Refused where a signature or an agent cannot stand."""
    may_change(application, officer)
    members = {one.pk: one for one in _with_agents(application.members.all())}
    if set(entries) - set(members):
        raise Overtaken.by_others(application)
    changes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    changed = []
    for pk, entry in entries.items():
        values = _values(application, members[pk], entry, on)
        before = {name: getattr(members[pk], name) for name in values}
        different = [name for name in values if values[name] != before[name]]
        for name in different:
            old, new = changes.setdefault(name, ({}, {}))
            old[str(pk)], new[str(pk)] = before[name], values[name]
            setattr(members[pk], name, values[name])
        changed += [members[pk]] if different else []
    compare_and_set(application, version=version)
    for member in changed:
        _sound_or_refused(member, on)
        member.save(update_fields=list(KEPT))
    if changed:
        audit.record("登记家庭与签名", application, changes=changes)


KEPT = (
    *("presence", "agent", "signed", "signed_on", "guardian_name", "guardian_relation"),
    *("guardian_number", "guardian_consent_on", "settling_reason", "marks"),
)


def may_change(application: Application, officer: Officer) -> None:
    """Raises where the case has ended, or this officer has no business with it."""
    if application.state not in OPEN:
        raise Overtaken.by_others(application)
    reason = keeps_out(application, officer)
    if reason:
        raise NotAllowed(reason)


def _values(
    application: Application, member: Member, entry: MemberEntry, on: datetime.date
) -> dict[str, Any]:
    """What the entry makes of the member's columns; an agent only where somebody acts."""
    acts = entry.presence == signing.REPRESENTED or entry.signed == signing.AGENT
    agent = entry.agent if acts else None
    if agent is not None and agent.pk != member.agent_id:
        _agent_may_act(application, agent, on)
    values: dict[str, Any] = {
        "presence": entry.presence,
        "signed": entry.signed,
        "signed_on": entry.signed_on if entry.signed else None,
        "agent_id": agent.pk if agent else None,
        "guardian_consent_on": entry.consent_on,
    }
    if entry.guardian is not None:
        values |= _guardian_values(member, entry.guardian)
    if entry.settling is not None:
        values["settling_reason"] = entry.settling.reason
        values["marks"] = in_order(entry.settling.marks)
    return values


def _agent_may_act(application: Application, agent: Agent, on: datetime.date) -> None:
    if agent.application_id != application.pk:
        raise Refused("所选代办人不属于这份办件,请重新选择。")
    if not mandate_of(agent).stands(on):
        raise Refused(f"代办人「{agent.name}」的委托已终止或不在委托期内,请另换代办人。")


def _guardian_values(member: Member, guardian: Guardian) -> dict[str, Any]:
    same = guardian.name == member.guardian_name
    number = guardian.number or (member.guardian_number if same else "")
    if number and number == member.person.number:
        raise Refused(f"「{member.person.name}」的监护人不能是本人,请核对号码。")
    return {
        "guardian_name": guardian.name,
        "guardian_relation": guardian.relation,
        "guardian_number": number,
    }


def _sound_or_refused(member: Member, on: datetime.date) -> None:
    found = signing.faults(noted_of(member), on)
    if found:
        raise Refused(f"「{member.person.name}」:{';'.join(found)}。")


def noted_of(member: Member) -> Noted:
    """A stored member as the rules of signing see him."""
    guardian = (member.guardian_name, member.guardian_relation, member.guardian_number)
    return Noted(
        birth_date=member.person.birth_date,
        presence=member.presence,
        signed=member.signed,
        signed_on=member.signed_on,
        guardian=all(guardian),
        consent_on=member.guardian_consent_on,
        mandate=mandate_of(member.agent) if member.agent else None,
    )


def mandate_of(agent: Agent) -> Mandate:
    return Mandate(agent.mandate_on, agent.mandate_until, agent.ended_on)


def with_everyone_present(
    application: Application, entries: Mapping[uuid.UUID, MemberEntry], on: datetime.date
) -> dict[uuid.UUID, MemberEntry]:
    """The usual case: all came, and whoever is of age signs. Minors wait for a guardian's hand."""
    people = {one.pk: one.person for one in application.members.select_related("person")}
    return {
        pk: _came(entry, people[pk].birth_date, on) if pk in people else entry
        for pk, entry in entries.items()
    }


def _came(entry: MemberEntry, birth_date: datetime.date | None, on: datetime.date) -> MemberEntry:
    if entry.signed:
        return entry
    here = replace(entry, presence=signing.PRESENT, agent=None)
    if signing.needs_guardian(birth_date, on) or birth_date is None:
        return here
    return replace(here, signed=signing.SELF, signed_on=on)


def signing_gaps(member: Member, on: datetime.date) -> list[str]:
    """What this member's signature still lacks; empty where he may be registered."""
    return signing.gaps(noted_of(member), on)


def signed_or_refused(members: QuerySet[Member], on: datetime.date) -> None:
    """Raises where one of these members has not signed as the law wants; the page is named."""
    lacking = [
        f"「{member.person.name}」{'、'.join(found)}"
        for member in _with_agents(members)
        if (found := signing_gaps(member, on))
    ]
    if lacking:
        raise Refused(";".join(lacking) + "。请先在「家庭与签名」页登记,再办理这一步。")


def _with_agents(members: QuerySet[Member]) -> Iterable[Member]:
    return members.select_related("person", "agent")


@transaction.atomic
def add_agent(
    application: Application,
    entry: AgentEntry,
    *,
    officer: Officer,
    on: datetime.date,
    version: int,
) -> Agent:
    """Somebody who acts for people of the case from now on."""
    may_change(application, officer)
    digest = number_digest(entry.number)
    _may_be_agent(entry, on)
    if digest == officer.own_number_digest:
        raise Refused("代办人是您本人,请由其他同事办理(回避)。")
    if application.agents.filter(number_digest=digest, ended_on__isnull=True).exists():
        raise Refused("这位代办人已经登记,不用再添加;委托有变的,先终止原来的委托。")
    compare_and_set(application, version=version)
    told = {name: getattr(entry, name) for name in AgentEntry.__dataclass_fields__}
    agent = Agent(application=application, number_digest=digest, **told)
    agent.save(force_insert=True)
    audit.record("登记代办人", agent)
    return agent


def _may_be_agent(entry: AgentEntry, on: datetime.date) -> None:
    if is_under(signing.OF_AGE, identity.check(entry.number, on).birth_date, on):
        raise Refused("代办人未满 18 周岁,不能代办,请另换代办人。")
    if entry.mandate_on > on:
        raise Refused("委托日期在今天以后,请核对。")
    if entry.mandate_until is not None and entry.mandate_until < on:
        raise Refused("委托已经到期,请核对委托期限或另换代办人。")


@transaction.atomic
def end_agent(agent: Agent, *, officer: Officer, on: datetime.date, version: int) -> None:
    """From now on he acts no more; what he signed before stays signed."""
    application = agent.application
    may_change(application, officer)
    compare_and_set(application, version=version)
    ended = Agent.objects.filter(pk=agent.pk, ended_on__isnull=True).update(ended_on=on)
    if not ended:
        raise Refused("这位代办人的委托已经终止,不用再办。")
    audit.record("终止代办", agent, changes={"ended_on": (None, on.isoformat())})


def fill_statistics(application: Application, members: Iterable[Member], on: datetime.date) -> None:
    """What the route says by itself of members of rural origin, where nobody has told otherwise."""
    since = answers(application.facts or {}).get("residence_from")
    changed = []
    for member in members:
        if not is_asked(application.route, member.hukou_kind):
            reason, marks = "", []
        elif member.settling_reason:
            continue
        else:
            reason = default_reason(application.route)
            own = default_marks(
                application.route, is_applicant=member.is_applicant, lived_since=since, on=on
            )
            marks = in_order({*member.marks, *own})
        if (member.settling_reason, member.marks) != (reason, marks):
            member.settling_reason, member.marks = reason, marks
            changed.append(member)
    Member.objects.bulk_update(changed, ["settling_reason", "marks"])


def ask_reason_anew(application: Application, old_route: str) -> None:
    """Another route has another reason, where the old route's own was not changed by anybody."""
    usual = default_reason(old_route)
    application.members.filter(settling_reason=usual).update(settling_reason="")
