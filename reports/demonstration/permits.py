"""Applications for a permit in every state, blanks, batches, and the holders led to settle."""

import datetime
import io
from decimal import Decimal
from typing import Any

from PIL import Image

from applications.actions.prospecting import look
from kaili_hukou.actions import PersonEntry, know_person
from kaili_hukou.audit import Actor, acting
from kaili_hukou.dates import add_months
from kaili_hukou.models import Officer
from kaili_hukou.registers import division_of_address
from reports.demonstration.people import Maker
from residence_permits.actions.applying import (
    Applying,
    apply,
    not_accept,
    not_grant,
    register_residence,
    withdraw,
)
from residence_permits.actions.producing import (
    Blanks,
    Handing,
    Renewal,
    hand,
    make_batch,
    receive_blanks,
    renew,
    spoil,
    take_back,
)
from residence_permits.actions.requests import Step
from residence_permits.conditions import DOCUMENTS
from residence_permits.flow import State
from residence_permits.models import Card, Permit, PermitRequest, Residence
from residence_permits.photographs import HEIGHT, WIDTH, keep
from rosters.models import RosterEntry

OF_EACH = 2
# The first twenty rows of a roster become applicants; rows are numbered from 4.
NAMED_IN, FREE_FROM = ("talent", "veteran"), 24
ENDINGS = {
    State.NOT_ACCEPTED: (not_accept, "经核对,户籍地材料与本人陈述不一致,本人不再补正。"),
    State.NOT_GRANTED: (not_grant, "核查发现租赁合同不实,不符合条例第二条的条件。"),
    State.WITHDRAWN: (withdraw, "本人近期离开凯里,申请撤回。"),
}
SKIN, COAT, WALL = (232, 205, 184), (52, 73, 94), (245, 247, 250)
# The nightly job looks at all permits; of a large demonstration this is a part.
MOST_LOOKED_AT = 1000


def permit_requests(maker: Maker, today: datetime.date, officers: dict[str, Officer]) -> None:
    """Each brought there by the real actions, by the officers of 大十字派出所."""
    clerk, section = officers["dsz02"], officers["hz01"]
    with acting(Actor(section)):
        blanks = Blanks("KL26000001", "KL26000060", add_months(today, -1), "凯公户领〔演示〕1号")
        receive_blanks(blanks, section)
        card = Card.objects.filter(state=Card.State.BLANK).order_by("serial")[0]
        spoil(card, "运输途中折损", section, add_months(today, -1))
    made: dict[State, list[PermitRequest]] = {}
    for state in State:
        drawn = [maker.person(today, years=(20, 55)) for _ in range(OF_EACH)]
        entries = on_rosters() if state == State.HANDED else drawn
        made[state] = [_request(maker, entry, clerk, today, state) for entry in entries]
    with acting(Actor(clerk)):
        for state, (ending, reason) in ENDINGS.items():
            for row in made[state]:
                ending(row, _step(row, clerk, today, reason))
        _renewals(clerk, today)
    _produce(made, clerk, section, today)


def on_rosters() -> list[PersonEntry]:
    """People whom a roster names and who have not applied to settle: their permits show the way."""
    rows = RosterEntry.objects.filter(roster__kind__in=NAMED_IN, row__gte=FREE_FROM)
    return [
        PersonEntry(
            number=row.number,
            name=row.name,
            birth_date=row.birth_date,
            sex=row.sex,
            division=place.code if (place := division_of_address(row.origin)) else "",
            hukou_kind="rural",
            address=row.origin,
            phone=row.phone,
            nationality_as_written=row.nationality,
        )
        for row in rows.order_by("roster__kind", "row")
        if row.row < FREE_FROM + OF_EACH
    ]


def _request(
    maker: Maker, entry: PersonEntry, clerk: Officer, today: datetime.date, state: State
) -> PermitRequest:
    """Told what is missing, or accepted with a photograph, some days ago."""
    on = today - datetime.timedelta(days=maker.random.randint(2, 6))
    basis = maker.random.choice(list(DOCUMENTS))
    whole = state not in (State.SUPPLEMENT, State.NOT_ACCEPTED)
    with acting(Actor(clerk)):
        person = know_person(entry, station=clerk.station)
        register_residence(_residence(person, clerk, on), clerk, on)
        shown = frozenset(list(DOCUMENTS[basis])[:1] if whole else [])
        applying = Applying(person=person, basis=basis, shown=shown, photograph=whole)
        made = apply(applying, clerk, on)
        if whole:
            keep(made, portrait(), clerk)
    return PermitRequest.objects.select_related("person", "station", "residence").get(pk=made.pk)


def _residence(person: Any, clerk: Officer, on: datetime.date) -> Residence:
    return Residence(
        person=person,
        station=clerk.station,
        town=clerk.station.town,
        address="凯里市北京西路某小区3栋",
        since=add_months(on, -8),
        source="labour_contract",
        proof="劳动合同(演示)",
    )


def portrait() -> bytes:
    """A picture of nobody, of the size that the card wants."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    picture.paste(SKIN, (109, 90, 249, 270))
    picture.paste(COAT, (60, 290, 298, HEIGHT))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()


def _renewals(clerk: Officer, today: datetime.date) -> None:
    """One damaged card and one lost one."""
    rows = Permit.objects.in_force().filter(station=clerk.station, handed_on__lt=today)
    found = list(rows.filter(requests__isnull=True).order_by("serial")[:2])
    kinds = (("exchange", "证面磨损,难以辨认"), ("replacement", "在车站遗失"))
    for place, (permit, (kind, reason)) in enumerate(zip(found, kinds, strict=False), start=1):
        renew(permit, Renewal(kind, Decimal("20.00"), f"演示{place:06d}", reason), clerk, today)


def _produce(
    made: dict[State, list[PermitRequest]], clerk: Officer, section: Officer, today: datetime.date
) -> None:
    """One batch that came back, some of its cards handed out; one that is still out."""
    yesterday = today - datetime.timedelta(days=1)
    back = made[State.READY] + made[State.HANDED]
    with acting(Actor(section)):
        take_back(make_batch(back, section, yesterday), section, today)
        make_batch(made[State.MAKING], section, today)
    with acting(Actor(clerk)):
        for row in PermitRequest.objects.filter(pk__in=[one.pk for one in made[State.HANDED]]):
            hand(row, Handing(identity_checked=True, signed=True), _step(row, clerk, today))


def _step(row: PermitRequest, clerk: Officer, today: datetime.date, reason: str = "") -> Step:
    return Step(clerk, today, row.version, reason)


def prospects(today: datetime.date) -> None:
    """The list by town stands from the first day; the rest follows in the night."""
    rows = Permit.objects.in_force().select_related("person").prefetch_related("endorsements")
    look(list(rows.order_by("serial")[:MOST_LOOKED_AT]), today)
