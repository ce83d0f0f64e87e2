"""The whole demonstration: accounts, people, permits, rosters, and a case of every kind."""

import datetime
import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

from django.db import transaction

from applications.actions.handing_lists import compared, hand_over, take_answers
from applications.handing_sheets import Line, Sheet
from applications.models import Application, FollowUp
from applications.policy.routes import ROUTES
from applications.workflow import State
from kaili_hukou import audit
from kaili_hukou.actions import NewHousehold, PersonEntry, open_household
from kaili_hukou.audit import Actor, acting
from kaili_hukou.dates import add_months, quarter_before, quarter_span
from kaili_hukou.models import Bureau, Officer, Person, PoliceStation, StationPerson, Town
from kaili_hukou.readings import initials, reading
from reports.demonstration.accounts import STATIONS, make_accounts, told
from reports.demonstration.cases import ORIGINS, PATHS, Builder, Desk
from reports.demonstration.oversight import consultation, evaluation, indicators
from reports.demonstration.people import OUTSIDE, Maker
from reports.demonstration.permits import permit_requests, prospects
from reports.demonstration.returns import returns
from residence_permits.actions.permits import next_days
from residence_permits.models import Endorsement, Permit, Residence, Stretch
from residence_permits.terms import stretches
from rosters.actions.confirming import confirm
from rosters.kinds import KINDS
from rosters.models import Roster, RosterEntry

CHUNK = 2000
PEOPLE_A_SCALE = 1000
ROWS_A_ROSTER = 30
PERMIT_EVERY = 4
BEFORE_EVERY = 9


@transaction.atomic
def build(seed: int, scale: int, today: datetime.date) -> dict[str, Any]:
    """Makes everything or nothing, so that an interrupted start can be made again.

    The same seed gives the same data but for the days, which lie around `today`.
    """
    random = Random(seed)  # noqa: S311 - synthetic data wants a seed, not secrecy
    maker = Maker(random, itertools.count(random.randint(1, 900)))
    password = f"Kaili-{random.randint(100000, 999999)}"
    officers = make_accounts(password, today)
    people_and_permits(maker, scale, today, officers["dsz02"])
    public_households(today)
    applicants = rosters(maker, today, officers)
    builder = Builder(maker, today, list(Town.objects.all()), applicants)
    cases(builder, officers)
    handing_lists(builder, officers)
    permit_requests(maker, today, officers)
    prospects(today)
    indicators(today, officers)
    evaluation(today, officers)
    consultation(today, officers)
    returns(today, officers)
    return {"accounts": told(officers, password), "counts": counts()}


def counts() -> dict[str, int]:
    return {
        "people": Person.objects.count(),
        "applications": Application.objects.count(),
        "permits": Permit.objects.count(),
        "roster_entries": RosterEntry.objects.count(),
    }


def public_households(today: datetime.date) -> None:
    for station in PoliceStation.objects.filter(kind="station").select_related("town"):
        open_household(
            NewHousehold(
                kind="public",
                number=f"{station.code}G0001",
                station=station,
                town=station.town,
                opened_on=datetime.date(2019, 6, 1),
                title=f"{station.name}公共户",
            )
        )


def people_and_permits(maker: Maker, scale: int, today: datetime.date, clerk: Officer) -> None:
    """By bulk writes, in chunks; one entry in the record for each."""
    stations = list(PoliceStation.objects.filter(kind="station"))
    left = scale * PEOPLE_A_SCALE
    while left > 0:
        entries = [maker.person(today, years=(1, 75)) for _ in range(min(CHUNK, left))]
        left -= len(entries)
        people = _bulk_people(entries, maker, stations)
        _bulk_permits(people[::PERMIT_EVERY], maker, today, stations, clerk)


def _bulk_people(
    entries: list[PersonEntry], maker: Maker, stations: list[PoliceStation]
) -> list[Person]:
    drawn = {}
    for entry in entries:
        person = _person(entry)
        drawn[person.number_digest] = person
    known = Person.objects.filter(number_digest__in=list(drawn)).values_list(
        "number_digest", flat=True
    )
    for digest in known:
        del drawn[digest]
    people = Person.objects.bulk_create(drawn.values())
    StationPerson.objects.bulk_create(
        StationPerson(station=maker.random.choice(stations), person=person) for person in people
    )
    audit.record("批量建档(演示)", count=len(people))
    return people


def _person(entry: PersonEntry) -> Person:
    person = Person(
        name=entry.name,
        initials=initials(entry.name),
        reading=reading(entry.name),
        birth_date=entry.birth_date,
        sex=entry.sex,
        division=entry.division,
        hukou_kind=entry.hukou_kind,
        address=entry.address,
        phone=entry.phone,
        nationality_as_written=entry.nationality_as_written,
    )
    person.set_number(entry.number)
    return person


def _bulk_permits(
    people: list[Person],
    maker: Maker,
    today: datetime.date,
    stations: list[PoliceStation],
    clerk: Officer,
) -> None:
    permits = [_permit(person, maker, today, maker.random.choice(stations)) for person in people]
    endorsed = {}
    for permit in permits:
        endorsed[permit.pk] = days = _endorsed(permit.issued_on, today, maker)
        permit.window_opens_on, permit.ends_on = next_days(permit.issued_on, days, today)
    Permit.objects.bulk_create(permits)
    endorsements, spans = [], []
    for permit in permits:
        days = endorsed[permit.pk]
        endorsements += [Endorsement(permit=permit, endorsed_on=day, officer=clerk) for day in days]
        spans += [
            Stretch(permit=permit, valid_from=first, valid_to=last or datetime.date.max)
            for first, last in stretches(permit.issued_on, days, today)
        ]
    Endorsement.objects.bulk_create(endorsements)
    Stretch.objects.bulk_create(spans)
    Residence.objects.bulk_create(_stays(permits, clerk))
    audit.record("批量登记居住证(演示)", count=len(permits))


def _permit(person: Person, maker: Maker, today: datetime.date, station: PoliceStation) -> Permit:
    issued_on = today - datetime.timedelta(days=maker.random.randint(5, 1800))
    return Permit(
        person=person,
        serial=f"JZ{next(maker.serials):010d}",
        station=station,
        town=station.town,
        address=f"凯里市某小区{maker.random.randint(1, 40)}栋",
        basis=maker.random.choice(Permit.Basis.values),
        residence_from=add_months(issued_on, -7),
        issued_on=issued_on,
        handed_on=issued_on,
    )


def _stays(permits: list[Permit], clerk: Officer) -> Iterator[Residence]:
    """Where each holder lives; some were here before, by the old records, with a gap or without."""
    for place, permit in enumerate(permits):
        common = {
            "person": permit.person,
            "station": permit.station,
            "town": permit.town,
            "source": permit.residence_source,
            "officer": clerk,
        }
        since = permit.residence_from
        yield Residence(
            **common, address=permit.address, since=since, registered_on=since, proof="居住登记"
        )
        if place % BEFORE_EVERY == 0:
            until = since - datetime.timedelta(days=1 if place % 2 else 200)
            first = add_months(until, -30)
            yield Residence(
                **common,
                kind=Residence.Kind.TEMPORARY,
                address=f"{permit.town}原暂住地",
                since=first,
                until=until,
                registered_on=first,
                proof="暂住证(存量)",
            )


def _endorsed(issued_on: datetime.date, today: datetime.date, maker: Maker) -> list[datetime.date]:
    """Endorsed in most of the windows gone by."""
    years = (today.year - issued_on.year) + 1
    windows = [add_months(issued_on, 12 * n) - datetime.timedelta(days=9) for n in range(1, years)]
    return [day for day in windows if day <= today and maker.random.random() < 0.9]


def rosters(
    maker: Maker, today: datetime.date, officers: dict[str, Officer]
) -> dict[str, list[PersonEntry]]:
    """One confirmed roster of each kind; the people it names become applicants of its route."""
    applicants: dict[str, list[PersonEntry]] = {}
    for kind in KINDS.values():
        entries = [
            maker.person(
                today, years=(25, 55), origins=ORIGINS.get(kind.code, OUTSIDE), kind="rural"
            )
            for _ in range(ROWS_A_ROSTER)
        ]
        supplier = Bureau.objects.filter(name__startswith=kind.supplier.split("(")[0]).first()
        roster = Roster.objects.create(
            kind=kind.code,
            supplier=supplier,
            reference=f"凯演示〔{today.year}〕{len(applicants) + 1}号",
            document_on=add_months(today, -4),
            entered_by=officers["hz01"],
        )
        RosterEntry.objects.bulk_create(
            _row(roster, number, entry, kind.code) for number, entry in enumerate(entries, start=4)
        )
        confirm(roster, officers["hz02"], add_months(today, -3))
        applicants[kind.code] = entries[:20]
    return applicants


def _row(roster: Roster, number: int, entry: PersonEntry, kind: str) -> RosterEntry:
    row = RosterEntry(
        roster=roster,
        row=number,
        name=entry.name,
        sex=entry.sex,
        birth_date=entry.birth_date,
        nationality=entry.nationality_as_written,
        origin=entry.address,
        phone=entry.phone,
        voluntary=(number < 28 or None) if kind == "relocation" else None,
        document=f"安置〔{roster.document_on.year}〕{number}号" if kind == "veteran" else "",
        head_name=entry.name,
        relation="户主",
        household_number=f"H{number:04d}",
    )
    row.set_number(entry.number)
    return row


def cases(builder: Builder, officers: dict[str, Officer]) -> None:
    """Every route in every state, shared among the stations."""
    desks = [
        Desk(
            officers[f"{name}02"],
            officers[f"{name}03"],
            officers[f"{name}09"],
            officers["hz01"],
            officers["hz02"],
        )
        for _, name, _ in STATIONS
    ]
    turn = itertools.cycle(desks)
    for route in ROUTES:
        for state in PATHS:
            builder.build(route, state, next(turn))


# Families that settled in the last quarter, so that there is something to hand over.
SETTLED_LAST_QUARTER = ("residence", "home_purchase", "in_province", "talent", "education")
HANDED_TO = ("human_resources", "medical_insurance")
ANSWERS = ("已接续", "联系不上", "已接续", "不适用", "已接续", "本人放弃")


def handing_lists(builder: Builder, officers: dict[str, Officer]) -> None:
    """The last quarter's lists: one half answered, one without an answer yet."""
    today = builder.today
    quarter = quarter_before(today)
    builder.today = quarter_span(*quarter)[1]
    desk = Desk(*(officers[name] for name in ("dsz02", "dsz03", "dsz09", "hz01", "hz02")))
    for route in SETTLED_LAST_QUARTER:
        builder.build(route, State.REGISTERED, desk)
    builder.today = today
    for code in HANDED_TO:
        bureau = Bureau.objects.get(code=code)
        with acting(Actor(officers["hgb01"])):
            made = hand_over(bureau, quarter, officers["hgb01"], on=today, ground="实施方案三(三)")
        if bureau == officers["rsj01"].bureau:
            rows = list(made.rows.order_by("pk"))
            with acting(Actor(officers["rsj01"])):
                preview = compared(made, _half_answered(made.code, rows), today)
                take_answers(made, preview.answers, officers["rsj01"], today)


def _half_answered(code: str, rows: list[FollowUp]) -> Sheet:
    answers = itertools.cycle(ANSWERS)
    told = rows[: len(rows) // 2 or 1]
    lines = [
        Line(number, row.code, next(answers), None, "") for number, row in enumerate(told, start=7)
    ]
    return Sheet(code, tuple(lines))
