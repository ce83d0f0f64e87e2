"""Which permit is meant by what was typed or scanned: an identity number, or a card's serial."""

import datetime
from typing import Any

from django.db.models import F, Q

from kaili_hukou import identity
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.models.people import number_digest
from residence_permits.models import Card, Permit

LONGEST = 400
# What an endorsement and its line need: a press at the counter reads no more.
ASKED = (
    *("serial", "issued_on", "handed_on", "window_opens_on", "ends_on", "refused_on", "version"),
    *("cancelled_on", "cancelled_for", "noted", "noted_on", "person__name", "person__number"),
    *("person__number_digest", "person__without_number", "station__name", "station__code"),
)


def find_permit(text: str, officer: Officer, on: datetime.date) -> Permit:
    """The permit in force, else the latest; one query. Refused where there is none to be seen."""
    text = text.replace("\0", "").strip()[:LONGEST]
    if not text:
        raise Refused("没有输入号码。请输入或扫描公民身份号码、居住证编号。")
    which, fault = _which(text, on)
    rows = (
        Permit.objects.visible_to(officer)
        .filter(which)
        .select_related("person", "station")
        .only(*ASKED)
        .order_by(F("cancelled_on").desc(nulls_first=True))
    )
    for found in rows[:1]:
        return found
    raise _not_found(text, fault, officer)


def _which(text: str, on: datetime.date) -> tuple[Q, identity.IdentityError | None]:
    card = identity.read_card_text(text)
    try:
        number = identity.check(card.number if card else text, on).number
    except identity.IdentityError as fault:
        return Q(serial=text[:30].upper()), fault
    return Q(person__number_digest=number_digest(number)), None


def _not_found(text: str, fault: Any, officer: Officer) -> Refused:
    old = (
        Card.objects.filter(serial=text[:30].upper(), permit__in=Permit.objects.visible_to(officer))
        .select_related("permit")
        .first()
    )
    if old:
        return Refused(
            f"这张卡{old.get_state_display()},已不能使用;现用的居住证编号为 {old.permit.serial}。"
            "请核验新证后再办。"
        )
    if fault is not None and sum(mark.isdigit() for mark in text) >= 15:
        return Refused(str(fault))
    return Refused(
        "本辖区没有查到这个号码的居住证。请核对号码;证由别的派出所管理、人已迁来本辖区的,"
        "先办「迁来本辖区」的地址变更。"
    )


def within_reach(permit: Permit, officer: Officer) -> bool:
    """Whether the officer may see the row at hand; the same answer as `visible_to`, unasked."""
    return officer.sees_city or (
        officer.station_id is not None and officer.station_id == permit.station_id
    )
