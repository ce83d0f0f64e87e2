"""注销: on one of six grounds, with what became of the card; never done by a program alone."""

import datetime
from enum import StrEnum

from django.db import transaction

from kaili_hukou.actions import Refused
from kaili_hukou.dates import in_words
from kaili_hukou.roles import Role
from residence_permits.actions.permits import Act, change
from residence_permits.finding import within_reach
from residence_permits.models import Card, Permit, PermitEvent, Residence

Ground = Permit.Cancelled
WRITERS = frozenset({Role.WINDOW, Role.STATION_HEAD})
# Whoever died, left or is registered here no longer lives here as somebody from elsewhere.
ENDS_RESIDENCE = frozenset({Ground.SETTLED, Ground.DEAD, Ground.LEFT, Ground.ABROAD})


class CardIs(StrEnum):
    """What became of the card."""

    label: str

    def __new__(cls, value: str, label: str) -> "CardIs":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    RETURNED = "returned", "已交回"
    CONFISCATED = "void", "已收缴"
    LOST = "lost", "已丢失"
    OUT = "out", "未交回(持证人不在场)"


@transaction.atomic
def cancel(permit: Permit, act: Act, ground: str, card: str) -> PermitEvent:
    """Ends the permit on the day of the act; its days up to then stay counted."""
    _check(permit, act, ground, card)
    event = change(
        permit,
        PermitEvent.Kind.CANCELLED,
        Act(act.officer, act.on, act.reason, {**act.details, "card": CardIs(card).label}),
        cancelled_on=act.on,
        cancelled_for=ground,
    )
    _end(permit, act.on, ground, card)
    return event


def _end(permit: Permit, on: datetime.date, ground: str, card: str) -> None:
    """The card is no more in force; whoever no longer lives here as a stranger has moved on."""
    _end_card(permit, on, ground, card)
    if ground in ENDS_RESIDENCE:
        running = Residence.objects.filter(person=permit.person, until__isnull=True)
        running.filter(since__lte=on).update(until=on)


def _check(permit: Permit, act: Act, ground: str, card: str) -> None:
    officer = act.officer
    if ground not in Ground.values or card not in set(CardIs):
        raise Refused("请选择注销原因和证件的去向。")
    if officer is None or officer.role not in WRITERS or not within_reach(permit, officer):
        raise Refused("注销由管理这张证的派出所民警办理。")
    if permit.cancelled_on:
        raise Refused(f"这张居住证已于{in_words(permit.cancelled_on)}注销,不用再办。")
    if act.on < permit.issued_on:
        raise Refused(f"注销日期早于签发日期{in_words(permit.issued_on)},请核对日期。")
    if ground == Ground.FRAUD and officer.role != Role.STATION_HEAD:
        raise Refused("因骗领收缴注销的,由所领导办理。")
    if ground == Ground.FRAUD and len(act.reason.strip()) < 2:
        raise Refused("因骗领收缴注销的,须写明查证的事实。")
    if permit.requests.filter(is_open=True).exists():
        raise Refused("这张证有一件在办的换领、补领,请先办结或撤回那一件。")


def _end_card(permit: Permit, on: datetime.date, ground: str, card: str) -> None:
    reason = f"注销:{Ground(ground).label}"
    state = {CardIs.RETURNED: Card.State.RETURNED, CardIs.LOST: Card.State.LOST}.get(
        CardIs(card), Card.State.VOID
    )
    out = (Card.State.PRINTED, Card.State.HANDED)
    permit.cards.filter(state__in=out).update(state=state, since=on, reason=reason)


@transaction.atomic
def end_as_settled(permit: Permit, act: Act) -> PermitEvent:
    """三(二): its holder is registered here now, whichever station the permit belongs to.

    Whoever registered him ends it; what became of the card is told there when it comes back.
    """
    if permit.cancelled_on:
        raise Refused(f"这张居住证已于{in_words(permit.cancelled_on)}注销,不用再办。")
    values = {"cancelled_on": act.on, "cancelled_for": Ground.SETTLED}
    event = change(permit, PermitEvent.Kind.CANCELLED, act, **values)
    _end(permit, act.on, Ground.SETTLED, CardIs.OUT)
    return event
