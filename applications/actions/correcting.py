"""更正登记: what may be put right after registration, from which value to which."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, models, transaction

from applications.actions.changing import Act, advance
from applications.models import Application, Member, StateChange
from kaili_hukou import audit, identity
from kaili_hukou.actions import Refused
from kaili_hukou.models import Household, Membership
from kaili_hukou.models.people import HukouKind, Sex
from kaili_hukou.names import check_name
from kaili_hukou.readings import initials, reading
from kaili_hukou.registers import code_title, codes, division, division_title

SEXES = {Sex.MALE.value: Sex.MALE.label, Sex.FEMALE.value: Sex.FEMALE.label}
KINDS = {kind.value: str(kind.label) for kind in HukouKind}


def _as_it_is(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Correctable:
    """A value that may be corrected: whose it is, and how it is read out."""

    name: str
    title: str
    of: str
    shown: Callable[[str], str] = _as_it_is


CORRECTABLE = {
    item.name: item
    for item in (
        Correctable("name", "姓名", "person"),
        Correctable("sex", "性别", "person", lambda value: SEXES.get(value, value)),
        Correctable("birth_date", "出生日期", "person"),
        Correctable("nationality_as_written", "民族", "person"),
        Correctable("division", "迁出地", "member", division_title),
        Correctable("hukou_kind", "迁出地城乡", "member", lambda value: KINDS.get(value, value)),
        Correctable(
            "relation", "与户主关系", "membership", lambda value: code_title("relation", value)
        ),
        Correctable("registered_on", "落户日期", "case"),
        Correctable("household", "户号", "case"),
        Correctable("population_receipt", "人口信息系统回执号", "case"),
    )
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of a case as it stands; `key` names it on the form and in the proposal."""

    key: str
    item: Correctable
    who: str
    value: str
    row: models.Model
    member: Member | None = None

    @property
    def number(self) -> str:
        return self.member.person.number if self.member else ""


def slots_of(application: Application) -> dict[str, Slot]:
    """Everything that may be corrected in a case, in the order of its people."""
    rows = {row.person_id: row for row in memberships_by(application)}
    slots: list[Slot] = []
    for member in application.members.select_related("person"):
        owners: dict[str, models.Model | None] = {
            "person": member.person,
            "member": member,
            "membership": rows.get(member.person_id),
        }
        slots += [
            Slot(
                f"{member.pk}_{item.name}", item, member.person.name, _text(row, item), row, member
            )
            for item in CORRECTABLE.values()
            if (row := owners.get(item.of)) is not None
        ]
    slots += [
        _slot(item, application)
        for item in CORRECTABLE.values()
        if item.of == "case" and (item.name != "household" or application.household_id)
    ]
    return {slot.key: slot for slot in slots}


def _slot(item: Correctable, row: models.Model, member: Member | None = None) -> Slot:
    value = _text(row, item)
    if member is None:
        return Slot(item.name, item, "", value, row)
    return Slot(f"{member.pk}_{item.name}", item, member.person.name, value, row, member)


def memberships_by(application: Application) -> models.QuerySet[Membership]:
    """The registrations that this case brought about."""
    if not application.receipt_number:
        return Membership.objects.none()
    people = application.members.values("person")
    return Membership.objects.filter(basis=application.receipt_number, person__in=people)


def _text(row: models.Model, item: Correctable) -> str:
    value = getattr(row, item.name)
    if item.name == "sex":
        return value if value in SEXES else ""
    if isinstance(value, Household):
        return value.number
    return value.isoformat() if isinstance(value, datetime.date) else str(value or "")


Change = dict[str, str]


def changes_of(
    application: Application, told: Mapping[str, str], on: datetime.date
) -> list[Change]:
    """What a proposal would change, each with the old value; Refused where a value cannot be."""
    slots = slots_of(application)
    changes = [
        {"key": key, "who": slot.who, "title": slot.item.title, "old": slot.value, "new": new}
        for key, slot in slots.items()
        if (new := told.get(key, slot.value).strip()) != slot.value
    ]
    if not changes:
        raise Refused("没有要更正的内容:各项都与现在登记的相同。请改正有误的那一项。")
    for change in changes:
        slot = slots[change["key"]]
        CHECKS.get(slot.item.name, _given)(application, slot, change["new"], on)
    return changes


def _given(application: Application, slot: Slot, new: str, on: datetime.date) -> None:
    if not new:
        raise Refused(f"「{slot.item.title}」不能更正为空,请填写正确的内容。")


def _name(application: Application, slot: Slot, new: str, on: datetime.date) -> None:
    fault = check_name(new) if new else "姓名不能更正为空,请填写正确的姓名。"
    if fault:
        raise Refused(fault)


def _told_by_number(application: Application, slot: Slot, new: str, on: datetime.date) -> None:
    """Sex and birth date go with the number; where that is wrong it is corrected first."""
    _given(application, slot, new, on)
    if slot.item.name == "birth_date" and new > on.isoformat():
        raise Refused("更正后的出生日期在今天以后,请核对。")
    if not slot.number:
        return
    known = identity.check(slot.number, on)
    right = {"sex": known.sex, "birth_date": known.birth_date.isoformat()}[slot.item.name]
    if new != right:
        raise Refused(
            f"「{slot.who}」的{slot.item.title}与公民身份号码不一致(号码表示为"
            f" {slot.item.shown(right)})。号码本身有误的,请先在人口资料页提请更正号码。"
        )


def _listed(scheme: Callable[[str], bool], where: str) -> Callable[..., None]:
    def check(application: Application, slot: Slot, new: str, on: datetime.date) -> None:
        if not scheme(new):
            raise Refused(f"「{slot.item.title}」的新值不在{where}内,请重新选择。")

    return check


def _day(application: Application, slot: Slot, new: str, on: datetime.date) -> None:
    _given(application, slot, new, on)
    day, decided = datetime.date.fromisoformat(new), application.decided_on
    if day > on:
        raise Refused("更正后的落户日期在今天以后,请核对。")
    if decided and day < decided:
        raise Refused(f"更正后的落户日期不能早于批准日期({decided})。")


def _household(application: Application, slot: Slot, new: str, on: datetime.date) -> None:
    found = Household.objects.filter(number=new).first()
    if found is None:
        raise Refused(f"没有户号 {new} 的户,请核对;要新立户的,先办理立户。")
    if found.station_id != application.station_id or found.closed_on:
        raise Refused(f"户号 {new} 不在本所或已销户,请核对。")


CHECKS: dict[str, Callable[[Application, Slot, str, datetime.date], None]] = {
    "name": _name,
    "sex": _told_by_number,
    "birth_date": _told_by_number,
    "division": _listed(lambda code: division(code) is not None, "行政区划"),
    "hukou_kind": _listed(KINDS.__contains__, "城乡分类"),
    "relation": _listed(lambda code: code in codes("relation"), "家庭关系代码表"),
    "registered_on": _day,
    "household": _household,
}


def shown(change: Change) -> tuple[str, str]:
    """(old, new) of one change in words."""
    item = _item_of(change["key"])
    return item.shown(change["old"]) or "(空)", item.shown(change["new"])


def _item_of(key: str) -> Correctable:
    return CORRECTABLE.get(key) or CORRECTABLE[key.split("_", 1)[1]]


@transaction.atomic
def correct(application: Application, act: Act) -> StateChange:
    """The values as the proposal names them; Refused where one is not any more what it was."""
    changes: list[Change] = act.details["changes"]
    slots = slots_of(application)
    moved = [
        one for one in changes if one["key"] not in slots or slots[one["key"]].value != one["old"]
    ]
    if moved:
        titles = "、".join(f"{one['who']}{one['title']}" for one in moved)
        raise Refused(f"{titles}在提请以后已经变动,与提请的原值不同。请不予采纳,核对后重新提请。")
    told = {one["key"]: one["new"] for one in changes}
    changes_of(application, told, act.on)
    of_case = {
        slots[key].item.name: new for key, new in told.items() if slots[key].item.of == "case"
    }
    change = advance(application, "correct", _with_day(application, act), **_values(of_case))
    try:
        with transaction.atomic():
            _registrations(application, of_case, change)
    except IntegrityError:
        raise Refused("更正后的落户日期与户内成员的迁入、迁出日期冲突,请核对。") from None
    for key, new in told.items():
        if slots[key].item.of != "case":
            _set(slots[key], new)
    return change


def _with_day(application: Application, act: Act) -> Act:
    """A later report asks in which year the corrected registration lay."""
    day = application.registered_on
    return replace(act, details=act.details | {"registered_on": day.isoformat() if day else ""})


def _values(of_case: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict(of_case)
    if "registered_on" in values:
        values["registered_on"] = datetime.date.fromisoformat(values["registered_on"])
    if "household" in values:
        values["household"] = Household.objects.get(number=values["household"])
    return values


def _set(slot: Slot, new: str) -> None:
    row, name = slot.row, slot.item.name
    value = datetime.date.fromisoformat(new) if name == "birth_date" else new
    setattr(row, name, value)
    touched = [name]
    if name == "name":
        row.initials, row.reading = initials(new), reading(new)
        touched += ["initials", "reading"]
    if name == "nationality_as_written":
        row.nationality = _nationality(new)
        touched.append("nationality")
    row.save(update_fields=touched)
    audit.record("更正登记", row, changes={name: (slot.value, new)})


def _nationality(text: str) -> str:
    """The code of a nationality as it is written; empty where the list has no such name."""
    short = text.removesuffix("族")
    listed = codes("nationality").items()
    return next((code for code, title in listed if title.removesuffix("族") == short), "")


def _registrations(
    application: Application, of_case: Mapping[str, str], change: StateChange
) -> None:
    """The registrations of the case follow its day and its household."""
    rows = memberships_by(application)
    if "household" in of_case:
        household = application.household
        group = application.pk if household.kind == Household.Kind.PUBLIC else None
        rows.update(household=household, group=group)
    if "registered_on" in of_case:
        old = datetime.date.fromisoformat(change.details["registered_on"])
        new = application.registered_on
        people = application.members.values("person")
        left = Membership.objects.filter(person__in=people, until=old)
        left.exclude(basis=application.receipt_number or "").update(until=new)
        rows.filter(since=old).update(since=new)
        application.members.filter(registered_on=old).update(registered_on=new)
