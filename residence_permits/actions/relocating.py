"""变更地址: the holder lives elsewhere in Kaili; the card's day and endorsements stay."""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.dates import in_words
from kaili_hukou.models import PoliceStation, StationPerson, Town, Village
from kaili_hukou.roles import Role
from residence_permits.actions.permits import Act, change
from residence_permits.finding import within_reach
from residence_permits.models import Permit, PermitEvent, Residence

WRITERS = frozenset({Role.WINDOW, Role.STATION_HEAD})


@dataclass(frozen=True, slots=True)
class NewPlace:
    """Where the holder lives now, from which day, on which document."""

    station: PoliceStation
    town: Town
    village: Village | None
    address: str
    since: datetime.date
    source: str
    proof: str


@transaction.atomic
def relocate(permit: Permit, act: Act, place: NewPlace, *, card_shown: bool = False) -> PermitEvent:
    """The permit bears the new address, and a new stretch of residence begins.

    Another station's officer may take a holder over who has moved to his own area, with the card
    and the identity card before him (`card_shown`).
    """
    officer = act.officer
    arrives = card_shown and officer is not None and place.station.pk == officer.station_id
    if (
        officer is None
        or officer.role not in WRITERS
        or not (within_reach(permit, officer) or arrives)
    ):
        raise Refused("地址变更由现居住地或迁入地派出所的民警办理。")
    _check(permit, act, place)
    if permit.cancelled_on:
        raise Refused(f"这张居住证已于{in_words(permit.cancelled_on)}注销,不能变更地址。")
    event = change(
        permit,
        PermitEvent.Kind.MOVED,
        act,
        station=place.station,
        town=place.town,
        village=place.village,
        address=place.address.strip(),
    )
    _new_stretch(permit, act, place)
    StationPerson.objects.get_or_create(station=place.station, person=permit.person)
    return event


def _check(permit: Permit, act: Act, place: NewPlace) -> None:
    if place.since > act.on:
        raise Refused(f"入住日期{in_words(place.since)}在今天以后,请在搬入以后办理变更。")
    if place.since < permit.residence_from:
        raise Refused(
            f"入住日期{in_words(place.since)}早于居住起始日{in_words(permit.residence_from)},"
            "请核对日期。"
        )
    if place.village and place.village.town_id != place.town.pk:
        raise Refused(f"「{place.village}」不属于「{place.town}」,请重新选择。")
    same = (permit.town_id, permit.address) == (place.town.pk, place.address.strip())
    if same:
        raise Refused("新地址与证上的地址相同,不用变更。")


def _new_stretch(permit: Permit, act: Act, place: NewPlace) -> None:
    """Ends the stretch of residence that runs, and begins the next: every one is kept."""
    running = Residence.objects.filter(person=permit.person, until__isnull=True).first()
    if running and running.since > place.since:
        raise Refused(
            f"现有居住登记自{in_words(running.since)}起,晚于填写的入住日期"
            f"{in_words(place.since)},请核对日期。"
        )
    Residence.objects.filter(person=permit.person, until__isnull=True).update(until=place.since)
    try:
        with transaction.atomic():
            residence = Residence.objects.create(
                person=permit.person,
                station=place.station,
                town=place.town,
                village=place.village,
                address=place.address.strip(),
                since=place.since,
                source=place.source,
                proof=place.proof,
                registered_on=act.on,
                officer=act.officer,
            )
    except IntegrityError:
        raise Refused("此人刚刚由别人登记了新的居住地址,请刷新后核对再办。") from None
    audit.record("居住登记:变更地址", residence)
