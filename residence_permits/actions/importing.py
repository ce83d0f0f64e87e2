"""存量导入: the permits and temporary registrations of before; a file whole or not at all."""

import datetime
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, Person, StationPerson
from kaili_hukou.models.people import phone_digest
from kaili_hukou.readings import initials, reading
from residence_permits.actions.permits import next_days
from residence_permits.models import Endorsement, Permit, PermitEvent, Residence, Stretch
from residence_permits.old_records import OldPermit, OldResidence, Who, chunks
from residence_permits.terms import stretches

FILLED = ("division", "phone")
OVERTAKEN = "预览以后,文件中有的人或证件已由别人登记。"


@transaction.atomic
def import_permits(rows: list[OldPermit], officer: Officer, on: datetime.date) -> int:
    """Each with its endorsements, its stretches, the days that follow, and an event."""
    for chunk in chunks(rows):
        people = _people([row.who for row in chunk])
        made = [_permit(row, people[row.who.digest], on) for row in chunk]
        _write(Permit, made)
        Endorsement.objects.bulk_create(
            Endorsement(permit=permit, endorsed_on=day, basis=row.basis)
            for permit, row in zip(made, chunk, strict=True)
            for day in row.endorsed_on
        )
        Stretch.objects.bulk_create(
            Stretch(permit=permit, valid_from=first, valid_to=last or datetime.date.max)
            for permit, row in zip(made, chunk, strict=True)
            for first, last in stretches(row.issued_on, row.endorsed_on, on)
        )
        PermitEvent.objects.bulk_create(
            PermitEvent(permit=permit, kind=PermitEvent.Kind.IMPORTED, on=on, officer=officer)
            for permit in made
        )
        _at_stations((row.place.station.pk, people[row.who.digest].pk) for row in chunk)
    audit.record("导入存量居住证", count=len(rows))
    return len(rows)


def _permit(row: OldPermit, person: Person, on: datetime.date) -> Permit:
    opens_on, ends_on = next_days(row.issued_on, row.endorsed_on, on)
    return Permit(
        person=person,
        serial=row.serial,
        station=row.place.station,
        town=row.place.town,
        village=row.place.village,
        address=row.place.address,
        basis=row.basis,
        residence_from=row.residence_from,
        residence_source=row.source,
        issued_on=row.issued_on,
        handed_on=row.issued_on,
        window_opens_on=opens_on,
        ends_on=ends_on,
    )


@transaction.atomic
def import_residences(rows: list[OldResidence], officer: Officer, on: datetime.date) -> int:
    """暂住登记 as stretches of residence: they prove since when, and enter no permit's count."""
    for chunk in chunks(rows):
        people = _people([row.who for row in chunk])
        _write(Residence, [_residence(row, people[row.who.digest], officer) for row in chunk])
        _at_stations((row.place.station.pk, people[row.who.digest].pk) for row in chunk)
    audit.record("导入存量暂住登记", count=len(rows))
    return len(rows)


def _residence(row: OldResidence, person: Person, officer: Officer) -> Residence:
    return Residence(
        person=person,
        kind=Residence.Kind.TEMPORARY,
        station=row.place.station,
        town=row.place.town,
        village=row.place.village,
        address=row.place.address,
        since=row.since,
        until=row.until,
        source=row.source,
        proof=row.proof,
        registered_on=row.since,
        officer=officer,
    )


def _people(told: list[Who]) -> dict[str, Person]:
    """The rows of these people by digest: those on file, filled where they were empty, and new."""
    wanted = {who.digest: who for who in told}
    known = {row.number_digest: row for row in Person.objects.filter(number_digest__in=wanted)}
    for digest, row in known.items():
        _fill(row, wanted[digest])
    made = {digest: _person(who) for digest, who in wanted.items() if digest not in known}
    _write(Person, list(made.values()))
    return known | made


def _fill(person: Person, who: Who) -> None:
    """What is known stays; only what was empty is taken over."""
    empty = [name for name in FILLED if getattr(who, name) and not getattr(person, name)]
    for name in empty:
        setattr(person, name, getattr(who, name))
    if empty:
        person.phone_digest = phone_digest(person.phone)
        person.save(update_fields=[*empty, "phone_digest"])


def _person(who: Who) -> Person:
    person = Person(
        name=who.name,
        initials=initials(who.name),
        reading=reading(who.name),
        birth_date=who.birth_date,
        sex=who.sex,
        division=who.division,
        phone=who.phone,
        phone_digest=phone_digest(who.phone),
    )
    person.set_number(who.number)
    return person


def _write(model: type[Person | Permit | Residence], rows: list[object]) -> None:
    try:
        with transaction.atomic():
            model.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused(OVERTAKEN) from None


def _at_stations(pairs: Iterable[tuple[object, object]]) -> None:
    StationPerson.objects.bulk_create(
        (StationPerson(station_id=station, person_id=person) for station, person in set(pairs)),
        ignore_conflicts=True,
    )
