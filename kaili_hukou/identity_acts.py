"""A number corrected, two rows made one person: proposed by one officer, confirmed by another."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction

from kaili_hukou import audit, identity
from kaili_hukou.actions import Refused
from kaili_hukou.models import FormerNumber, Officer, Person, PersonAct, StationPerson
from kaili_hukou.models.people import number_digest
from kaili_hukou.roles import Role

PROPOSERS = frozenset({Role.WINDOW, Role.STATION_HEAD, Role.APPROVER})
CONFIRMERS = frozenset({Role.STATION_HEAD, Role.APPROVER})
Kind, State = PersonAct.Kind, PersonAct.State

Column = models.Field

# What stays with the row that was merged: the acts themselves are history.
STAYING = frozenset({"kaili_hukou.PersonAct.person", "kaili_hukou.PersonAct.other"})
# Why two rows cannot become one, by the relation on which they meet.
CONFLICTS = {
    "kaili_hukou.Membership.person": "两份资料都有登记中的户口;请先核实,注销其一",
    "residence_permits.Permit.person": "两份资料都有未注销的居住证;请先注销其一",
    "applications.Member.person": "两份资料在同一件申请中,或都在在办的申请中;请先办结或撤回其一",
    "applications.FoundHome.person": "两份资料都有待办的公共户住房情况;请先办结其一",
}
# What the survivor lacks, he gets from the other row.
FILLED = (
    "birth_date",
    "nationality",
    "nationality_as_written",
    "division",
    "hukou_kind",
    "address",
    "phone",
    "phone_digest",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who proposes, why, and by which proof."""

    officer: Officer
    reason: str
    proof: str


@transaction.atomic
def propose_number(person: Person, number: str, proposal: Proposal) -> PersonAct:
    """更正号码: the corrected number (folded, checked); nothing changes until it is confirmed."""
    _may_propose(proposal, person)
    _number_is_free(person, number)
    return _propose(PersonAct(kind=Kind.NUMBER, person=person, number=number), proposal)


@transaction.atomic
def propose_merge(person: Person, other: Person, proposal: Proposal) -> PersonAct:
    """合并人员: `other` is to go over into `person`."""
    _may_propose(proposal, person, other)
    _two_rows(person, other)
    return _propose(PersonAct(kind=Kind.MERGE, person=person, other=other), proposal)


def _propose(act: PersonAct, proposal: Proposal) -> PersonAct:
    act.reason, act.proof = proposal.reason.strip(), proposal.proof.strip()
    act.proposed_by = proposal.officer
    try:
        with transaction.atomic():
            act.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            f"「{act.person}」已有一项更正或合并等待确认,请先由另一人确认或不予采纳。"
        ) from None
    audit.record(f"提请{act.get_kind_display()}", act.person, reason=act.reason)
    return act


def _may_propose(proposal: Proposal, *people: Person) -> None:
    officer = proposal.officer
    if officer.role not in PROPOSERS:
        raise Refused(f"您的角色({officer.get_role_display()})不能提请更正号码、合并人员。")
    _not_his_own(officer, *people)
    if not proposal.reason.strip() or not proposal.proof.strip():
        raise Refused("更正号码、合并人员须写明理由和证明材料。")


def _not_his_own(officer: Officer, *people: Person) -> None:
    own = officer.own_number_digest
    pks = [person.pk for person in people]
    if own and Person.objects.filter(pk__in=pks).with_digests([own]).exists():
        raise Refused("这份资料是您本人的,请由其他同事办理(回避)。")


def _number_is_free(person: Person, number: str) -> None:
    if person.merged_into_id:
        raise Refused("这份资料已合并到另一份,请在合并后的资料上更正。")
    if person.number_digest == number_digest(number):
        raise Refused("填写的号码与现在登记的号码相同,没有要更正的。")
    held = Person.objects.with_number(number).exclude(pk=person.pk).first()
    if held is not None:
        raise Refused(
            f"这个号码已登记为「{held}」({held.masked_number})。是同一人的,请提请「合并人员」;"
            "不是同一人的,请核对号码。"
        )


def _two_rows(person: Person, other: Person) -> None:
    if person.pk == other.pk:
        raise Refused("这两份资料是同一份,没有要合并的;按曾用号码找到的也是本人。")
    if person.merged_into_id or other.merged_into_id:
        raise Refused("其中一份资料已经合并过,请在合并后的资料上办理。")
    waiting = PersonAct.objects.filter(state=State.PROPOSED).exclude(person=person)
    if waiting.filter(models.Q(person=other) | models.Q(other__in=(person, other))).exists():
        raise Refused(f"「{other}」或「{person}」另有一项更正、合并等待确认,请先办结那一项。")


def why_not_confirmed(act: PersonAct, officer: Officer) -> str:
    """Why this officer may not confirm; empty where he may."""
    if act.proposed_by_id == officer.pk:
        return "提请人不能确认自己的提请,请由另一人确认。"
    if officer.role not in CONFIRMERS:
        return f"您的角色({officer.get_role_display()})不能确认更正号码、合并人员。"
    if not PersonAct.objects.visible_to(officer).filter(pk=act.pk).exists():
        return "这份资料不在您的辖区。"
    return ""


@transaction.atomic
def confirm(act: PersonAct, officer: Officer, *, on: datetime.date, opinion: str = "") -> None:
    """确认: by another officer; then the number changes, or the two rows are one."""
    shut = why_not_confirmed(act, officer)
    if shut:
        raise Refused(shut)
    _not_his_own(officer, *filter(None, (act.person, act.other)))
    _settle(act, State.CONFIRMED, officer, on, opinion)
    people = _locked(act)
    if act.kind == Kind.NUMBER:
        _change_number(people[act.person_id], act.number, on)
    else:
        _merge(people[act.person_id], people[act.other_id], on)
    audit.record(f"确认{act.get_kind_display()}", act.person, reason=act.reason)


@transaction.atomic
def drop(act: PersonAct, officer: Officer, *, on: datetime.date, reason: str) -> None:
    """不予采纳, or the proposer takes it back; with a reason."""
    shut = "" if act.proposed_by_id == officer.pk else why_not_confirmed(act, officer)
    if shut:
        raise Refused(shut)
    if not reason.strip():
        raise Refused("不予采纳(撤回提请)须写明理由。")
    _settle(act, State.DROPPED, officer, on, reason)
    audit.record(f"不予采纳{act.get_kind_display()}的提请", act.person, reason=reason)


def _settle(act: PersonAct, state: str, officer: Officer, on: datetime.date, words: str) -> None:
    """Of two officers at once one settles it, the other is told by whom."""
    sealed = PersonAct._meta.get_field("settled_reason").seal(words.strip(), act.pk)
    updated = PersonAct.objects.filter(pk=act.pk, state=State.PROPOSED).update(
        state=state, settled_by=officer, settled_on=on, settled_reason=sealed
    )
    if not updated:
        now = PersonAct.objects.select_related("settled_by").get(pk=act.pk)
        raise Refused(
            f"这项提请已由{now.settled_by.name}于 {now.settled_on} 办理"
            f"「{now.get_state_display()}」,您的操作没有执行。"
        )
    act.refresh_from_db()


def _locked(act: PersonAct) -> dict[Any, Person]:
    """The rows of the act, held in one order until the end of the transaction."""
    pks = [pk for pk in (act.person_id, act.other_id) if pk]
    rows = Person.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    return {row.pk: row for row in rows}


def _change_number(person: Person, number: str, on: datetime.date) -> None:
    _number_is_free(person, number)
    changes: dict[str, tuple[Any, Any]] = {"number": (person.number, number)}
    # A number taken back was a former one: now it is the present one again.
    person.former_numbers.filter(number_digest=number_digest(number)).delete()
    if person.number:
        _keep_former(person, person.number, on)
    known = identity.check(number, on)
    for name, value in (("birth_date", known.birth_date), ("sex", known.sex)):
        if getattr(person, name) != value:
            changes[name] = (str(getattr(person, name)), str(value))
            setattr(person, name, value)
    person.set_number(number)
    person.without_number = ""
    person.save()
    audit.record("更正号码", person, changes=changes)


def _keep_former(person: Person, number: str, until: datetime.date) -> None:
    FormerNumber.objects.create(
        person=person, number=number, number_digest=number_digest(number), until=until
    )


def _merge(person: Person, other: Person, on: datetime.date) -> None:
    _two_rows(person, other)
    for relation in relations():
        _move_over(relation, other, person)
    number = other.number
    other.number, other.number_digest, other.number_tail = "", None, ""
    other.without_number, other.merged_into = "已合并", person
    other.save()
    _take_number(person, number, on)
    filled = [name for name in FILLED if not getattr(person, name) and getattr(other, name)]
    for name in filled:
        setattr(person, name, getattr(other, name))
    person.save()
    audit.record("合并人员", person, changes={"merged_from": (None, str(other.pk))})
    audit.record("合并到另一份资料", other, changes={"merged_into": (None, str(person.pk))})


def _take_number(person: Person, number: str, on: datetime.date) -> None:
    if not number:
        return
    if person.number_digest:
        _keep_former(person, number, on)
    else:
        person.set_number(number)
        person.without_number = ""


def relations() -> Iterator[Column]:
    """Every column of every table that names a person, but for those that stay."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if (
            relation.auto_created
            and not relation.concrete
            and label_of(relation.field) not in STAYING
        ):
            yield relation.field


def label_of(column: Column) -> str:
    return f"{column.model._meta.label}.{column.name}"


def _move_over(column: Column, other: Person, person: Person) -> None:
    rows = column.model._base_manager.filter(**{column.name: other})
    if column.model is StationPerson:
        known = StationPerson.objects.filter(person=person).values("station")
        rows.filter(station__in=known).delete()
    try:
        with transaction.atomic():
            rows.update(**{column.name: person})
    except IntegrityError:
        title = column.model._meta.verbose_name
        why = CONFLICTS.get(label_of(column), f"两份资料的「{title}」互相冲突;请先办结其一")
        raise Refused(f"不能合并:{why}。没有做任何改动。") from None
