"""公共户人员住房: whoever has come to have a home is listed, told, and moves out of the 公共户."""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from applications.models import Application, FoundHome
from kaili_hukou import audit
from kaili_hukou.actions import MoveIn, NewHousehold, Refused, move_in, open_household
from kaili_hukou.models import Household, Membership, Officer, Person

# What the facts of a case tell of a home in town.
HOME_FACTS = ("home_bought_on", "owns_home")


@dataclass(frozen=True, slots=True)
class Home:
    """A home that somebody came to have, and how the desk knows of it."""

    ground: str
    found_on: datetime.date
    source: str
    address: str = ""


@transaction.atomic
def note_home(person: Person, home: Home, officer: Officer, *, today: datetime.date) -> FoundHome:
    """Somebody in a 公共户 has come to have a home; once, until he has moved out."""
    if in_public_household(person) is None:
        raise Refused(f"「{person}」现在不在公共户,不用登记住房情况。")
    if home.found_on > today:
        raise Refused("得知日期在今天以后,请核对。")
    if not home.source.strip():
        raise Refused("请写明从哪里得知(如:本人告知、不动产登记核验)。")
    found = FoundHome(
        person=person,
        ground=home.ground,
        found_on=home.found_on,
        source=home.source.strip(),
        address=home.address.strip(),
        officer=officer,
    )
    try:
        with transaction.atomic():
            found.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"「{person}」的住房情况已经登记,在「公共户住房」中办理。") from None
    audit.record("登记公共户人员住房", found)
    return found


def in_public_household(person: Person) -> Membership | None:
    """The registration in a 公共户 that has not ended."""
    return (
        person.memberships.filter(until__isnull=True, household__kind=Household.Kind.PUBLIC)
        .select_related("household__town", "household__station")
        .first()
    )


@transaction.atomic
def homes_told(application: Application, officer: Officer, on: datetime.date) -> None:
    """Where a case tells of a home in town, its people who live in a 公共户 are listed."""
    facts = application.facts or {}
    if not any(facts.get(name) for name in HOME_FACTS):
        return
    members = application.members.filter(
        person__memberships__until__isnull=True,
        person__memberships__household__kind=Household.Kind.PUBLIC,
    ).select_related("person")
    for member in members.distinct():
        if member.person.found_homes.filter(settled_on__isnull=True).exists():
            continue
        ground = FoundHome.Ground.BOUGHT if member.is_applicant else FoundHome.Ground.FAMILY
        source = f"办件 {application}"
        address = str(facts.get("home_address") or "")
        note_home(member.person, Home(ground, on, source, address), officer, today=on)


@transaction.atomic
def tell(found: FoundHome, on: datetime.date, *, today: datetime.date) -> None:
    """He was told to move out of the 公共户."""
    _between(found.found_on, on, today, "得知日期")
    _once(found, "告知迁出公共户", told_on=on)


@transaction.atomic
def settle(found: FoundHome, on: datetime.date, number: str, *, today: datetime.date) -> None:
    """He moved out: into the family household with this number, which is opened where it is new."""
    _between(found.told_on or found.found_on, on, today, "告知或得知日期")
    _once(found, "已迁出公共户", settled_on=on)
    living = in_public_household(found.person)
    if living is None:
        return
    number = number.strip()
    household = Household.objects.filter(number=number).first() if number else None
    if household is None:
        household = open_household(
            NewHousehold(
                kind=Household.Kind.FAMILY,
                number=number,
                station=living.household.station,
                town=living.household.town,
                opened_on=on,
                head=found.person,
                address=found.address,
            )
        )
    if household.kind != Household.Kind.FAMILY or household.closed_on:
        raise Refused(f"户号 {number} 不是在用的家庭户,请核对。")
    move_in([MoveIn(person=found.person, household=household, since=on, basis="公共户迁出")])


def _between(earlier: datetime.date, on: datetime.date, today: datetime.date, title: str) -> None:
    if on > today:
        raise Refused(f"日期 {on} 在今天以后,请核对。")
    if on < earlier:
        raise Refused(f"日期 {on} 早于{title}({earlier}),请核对。")


def _once(found: FoundHome, title: str, **values: datetime.date) -> None:
    empty = dict.fromkeys(("settled_on", *values))
    still = FoundHome.objects.filter(pk=found.pk, **empty)
    if not still.update(**values):
        raise Refused("这一条刚刚被别人办理过,请刷新后核对。")
    for name, value in values.items():
        setattr(found, name, value)
    audit.record(title, found, changes={name: ("", str(day)) for name, day in values.items()})
