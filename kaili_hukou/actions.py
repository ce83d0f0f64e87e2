"""Writes on persons and households. Each is one transaction with its entry in the record."""

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction

from kaili_hukou import audit
from kaili_hukou.dates import is_under
from kaili_hukou.models import Household, Membership, Person, PoliceStation, StationPerson, Town
from kaili_hukou.models.people import phone_digest
from kaili_hukou.readings import initials, reading


class Refused(Exception):
    """The act is not possible; the message is a Chinese sentence for the officer."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as a form gives him. `number` is folded and checked, or empty with a reason.

    Empty values mean "not told" and change nothing that is known.
    """

    number: str = ""
    without_number: str = ""
    name: str = ""
    birth_date: datetime.date | None = None
    sex: str = ""
    nationality: str = ""
    nationality_as_written: str = ""
    division: str = ""
    hukou_kind: str = ""
    address: str = ""
    phone: str = ""


# What the counter may bring up to date; name, birth date and sex only while `may_rename`.
TOLD = ("nationality", "nationality_as_written", "division", "hukou_kind", "address", "phone")
IDENTITY = ("name", "birth_date", "sex")


@transaction.atomic
def know_person(
    entry: PersonEntry,
    *,
    station: PoliceStation | None,
    may_rename: bool = True,
    known: Person | None = None,
) -> Person:
    """The one row of this person, made or brought up to date with what was told.

    Raises Refused where the number is known under another name and that name is settled.
    """
    person = known or _find_or_create(entry)
    if person.is_formerly(entry.number):
        # Birth date and sex come from the number; a former one tells them wrong.
        entry = replace(entry, number="", birth_date=None, sex="")
    _bring_up_to_date(person, entry, may_rename)
    if station is not None:
        StationPerson.objects.get_or_create(station=station, person=person)
    return person


def _find_or_create(entry: PersonEntry) -> Person:
    if entry.number:
        found = Person.objects.with_number(entry.number).first()
        if found:
            return found
    try:
        with transaction.atomic():
            return _create(entry)
    except IntegrityError:
        # Two windows met the same new person in the same moment: the other one's row is his.
        return Person.objects.with_number(entry.number).get()


def _create(entry: PersonEntry) -> Person:
    person = Person(
        name=entry.name,
        initials=initials(entry.name),
        reading=reading(entry.name),
        without_number=entry.without_number,
        birth_date=entry.birth_date,
        sex=entry.sex or "0",
        phone_digest=phone_digest(entry.phone),
        **{field: getattr(entry, field) for field in TOLD},
    )
    if entry.number:
        person.set_number(entry.number)
        person.without_number = ""
    person.save(force_insert=True)
    audit.record("建档", person)
    return person


def _bring_up_to_date(person: Person, entry: PersonEntry, may_rename: bool) -> None:
    changes = _differences(person, entry)
    settled = [name for name in IDENTITY if name in changes and getattr(person, name)]
    if settled and not may_rename:
        raise Refused(
            f"这个号码已登记为「{person}」,与填写的姓名、出生日期或性别不一致。"
            "请核对号码和姓名;确需更正登记的,按更正程序办理。"
        )
    if entry.number and not person.number_digest:
        person.set_number(entry.number)
        person.without_number = ""
        changes["number"] = ("", entry.number)
    if not changes:
        return
    for name, (_, new) in changes.items():
        setattr(person, name, new)
    if "name" in changes:
        person.initials, person.reading = initials(person.name), reading(person.name)
    if "phone" in changes:
        person.phone_digest = phone_digest(person.phone)
    person.save()
    audit.record("更新人口信息", person, changes=changes)


def _differences(person: Person, entry: PersonEntry) -> dict[str, tuple[Any, Any]]:
    pairs = {name: (getattr(person, name), getattr(entry, name)) for name in IDENTITY + TOLD}
    return {name: (old, new) for name, (old, new) in pairs.items() if new and new != old}


@dataclass(frozen=True, slots=True)
class NewHousehold:
    kind: str
    number: str
    station: PoliceStation
    town: Town
    opened_on: datetime.date
    head: Person | None = None
    title: str = ""
    enterprise_code: str = ""
    address: str = ""


@transaction.atomic
def open_household(new: NewHousehold) -> Household:
    """A household of one's own needs a head of age (under 18: nobody opens one)."""
    if not new.number.strip():
        raise Refused("新立户须有人口系统给的户号,请填写户号。")
    if new.kind == Household.Kind.FAMILY:
        if new.head is None:
            raise Refused("家庭户必须有户主,请选择户主。")
        if new.head.birth_date is None or is_under(18, new.head.birth_date, new.opened_on):
            raise Refused("未满 18 周岁的人不单独立户,请选择成年的户主,或落入公共户、集体户。")
    if Household.objects.filter(number=new.number).exists():
        raise Refused(f"户号 {new.number} 已被使用,请核对户号。")
    household = Household.objects.create(
        **{field: getattr(new, field) for field in NewHousehold.__dataclass_fields__}
    )
    audit.record("立户", household)
    return household


@dataclass(frozen=True, slots=True)
class MoveIn:
    person: Person
    household: Household
    since: datetime.date
    group: uuid.UUID | None = None
    relation: str = ""
    basis: str = ""


@transaction.atomic
def move_in(moves: list[MoveIn]) -> None:
    """Registers people in households; whoever is registered here already is moved over."""
    for move in moves:
        _end_registration(move.person, move.since, move.basis)
        try:
            with transaction.atomic():
                row = Membership.objects.create(
                    **{field: getattr(move, field) for field in MoveIn.__dataclass_fields__}
                )
        except IntegrityError:
            raise Refused(f"「{move.person}」已在别处登记,一人只能在一处登记常住户口。") from None
        audit.record("迁入登记", row)


@transaction.atomic
def move_out(person: Person, on: datetime.date, basis: str) -> None:
    """Ends the registration that a person has here. Refused where there is none."""
    if not _end_registration(person, on, basis):
        raise Refused(f"「{person}」目前没有在本市登记的户口,无法办理迁出。")


def _end_registration(person: Person, on: datetime.date, basis: str) -> int:
    rows = person.memberships.filter(until__isnull=True)
    if rows.filter(since__gt=on).exists():
        raise Refused(f"「{person}」的现户口登记日期晚于 {on},请核对日期。")
    ended = list(rows)
    rows.update(until=on)
    for row in ended:
        audit.record("迁出登记", row, changes={"until": (None, str(on))}, reason=basis)
    return len(ended)


def person_with(number: str) -> Person | None:
    """Whoever is or was known by this number, anywhere in the city."""
    return Person.objects.with_number(number).first()
