"""制作 and 发放: blanks in, batches out, spoiled cards, and the card in the holder's hand."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, PoliceStation
from residence_permits.actions.applying import residence_from
from residence_permits.actions.permits import Act, change, keep_days, keep_event
from residence_permits.actions.requests import Step, advance, begin, draw_number
from residence_permits.conditions import law_by, promised_on
from residence_permits.flow import State
from residence_permits.models import Batch, Card, Delivery, Permit, PermitEvent, PermitRequest
from residence_permits.serials import SerialError, run

Kind = PermitRequest.Kind
MOST_IN_A_BATCH = 500


@dataclass(frozen=True, slots=True)
class Blanks:
    """A run of blank cards as it was counted."""

    first: str
    last: str
    received_on: datetime.date
    document: str = ""
    station: PoliceStation | None = None


@transaction.atomic
def receive_blanks(blanks: Blanks, officer: Officer) -> Delivery:
    """Blanks are in stock; a serial number that is there already refuses the whole run."""
    try:
        serials = run(blanks.first, blanks.last)
    except SerialError as fault:
        raise Refused(str(fault)) from None
    delivery = Delivery.objects.create(
        first=serials[0],
        last=serials[-1],
        count=len(serials),
        received_on=blanks.received_on,
        document=blanks.document,
        station=blanks.station,
        officer=officer,
    )
    try:
        with transaction.atomic():
            Card.objects.bulk_create(
                Card(serial=serial, delivery=delivery, since=blanks.received_on)
                for serial in serials
            )
    except IntegrityError:
        raise Refused("这一段编号中有的已经登记过,整批没有入库。请核对起止号。") from None
    audit.record("空白证入库", delivery, count=len(serials))
    return delivery


@transaction.atomic
def make_batch(requests: Iterable[PermitRequest], officer: Officer, on: datetime.date) -> Batch:
    """Accepted applications with a photograph get a card each; a first one becomes a permit."""
    rows = list(requests)
    if not rows:
        raise Refused("没有可以列入批次的申领:须已受理并上传相片。")
    if len(rows) > MOST_IN_A_BATCH:
        raise Refused(f"一个批次最多 {MOST_IN_A_BATCH} 件,请分批。")
    lacking = [row for row in rows if not hasattr(row, "photograph")]
    if lacking:
        names = "、".join(str(row.person) for row in lacking[:5])
        raise Refused(f"还没有上传相片:{names}。请先上传,或不列入本批。")
    cards = _take_blanks(rows, on)
    batch = Batch.objects.create(
        number=_batch_number(on), issued_on=on, made_on=on, officer=officer
    )
    for row, card in zip(rows, cards, strict=True):
        permit = _permit_for(row, card, officer, on)
        Card.objects.filter(pk=card.pk).update(permit=permit)
        advance(row, "make", Step(officer, on, row.version), batch=batch, permit=permit)
    audit.record("建制作批次", batch, count=len(rows))
    return batch


def _take_blanks(rows: list[PermitRequest], on: datetime.date) -> list[Card]:
    """The next blanks by their numbers; compare-and-set, so that no card is taken twice."""
    blanks = list(
        Card.objects.select_for_update()
        .filter(state=Card.State.BLANK)
        .order_by("serial")[: len(rows)]
    )
    if len(blanks) < len(rows):
        raise Refused(
            f"空白证不足:需要 {len(rows)} 张,库存 {len(blanks)} 张。请先登记入库或减少件数。"
        )
    taken = Card.objects.filter(pk__in=[card.pk for card in blanks], state=Card.State.BLANK).update(
        state=Card.State.PRINTED, since=on
    )
    if taken < len(rows):
        raise Refused("空白证刚刚被别人领用,请重试。")
    return blanks


def _batch_number(on: datetime.date) -> str:
    made = Batch.objects.filter(made_on=on).count()
    return f"P{on:%Y%m%d}-{made + 1:02d}"


def _permit_for(request: PermitRequest, card: Card, officer: Officer, on: datetime.date) -> Permit:
    """First issue: a new permit; otherwise the same permit under the new card's number."""
    if request.permit is not None:
        act = Act(officer, on, details={"card": card.serial})
        values = {"serial": card.serial}
        if request.kind == Kind.FIRST:
            values["issued_on"] = on
        change(request.permit, PermitEvent.Kind.MADE, act, **values)
        return request.permit
    residence = request.residence
    if residence is None:
        raise Refused(f"「{request.person}」没有居住登记,不能制证。")
    permit = Permit(
        person=request.person,
        serial=card.serial,
        station=request.station,
        town=residence.town,
        village=residence.village,
        address=residence.address,
        basis=request.basis,
        residence_from=residence_from(request.person) or residence.since,
        residence_source=residence.source,
        issued_on=on,
    )
    try:
        with transaction.atomic():
            permit.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"「{request.person}」已有未注销的居住证,请先核对。") from None
    keep_days(permit, on)
    keep_event(permit, PermitEvent.Kind.MADE, Act(officer, on, details={"card": card.serial}))
    return permit


@transaction.atomic
def spoil(card: Card, reason: str, officer: Officer, on: datetime.date) -> None:
    """废证: the card is struck off with its reason; its application waits for another card."""
    if not reason.strip():
        raise Refused("废证须写明原因(如打印错位、卡体损坏)。")
    updated = Card.objects.filter(
        pk=card.pk, state__in=(Card.State.BLANK, Card.State.PRINTED)
    ).update(state=Card.State.SPOILED, reason=reason.strip()[:100], since=on)
    if not updated:
        raise Refused(f"证卡 {card.serial} 已不是空白证或已制成未发放的证,不能登记为废证。")
    waiting = (
        PermitRequest.objects.filter(permit=card.permit, state__in=(State.MAKING, State.READY))
        .select_related("person", "station")
        .first()
        if card.permit_id
        else None
    )
    if waiting:
        advance(waiting, "remake", Step(officer, on, waiting.version, reason), batch=None)
    audit.record("登记废证", card, reason=reason)


@transaction.atomic
def take_back(batch: Batch, officer: Officer, on: datetime.date) -> int:
    """制成交回: all cards of the batch that were not spoiled wait for their holders."""
    updated = Batch.objects.filter(pk=batch.pk, returned_on__isnull=True).update(returned_on=on)
    if not updated:
        raise Refused("这个批次已经登记过交回。")
    rows = list(batch.requests.filter(state=State.MAKING).select_related("person", "station"))
    for row in rows:
        advance(row, "made", Step(officer, on, row.version), ready_on=on)
    audit.record("批次制成交回", batch, count=len(rows))
    return len(rows)


@dataclass(frozen=True, slots=True)
class Handing:
    """Who took the card; that his identity was checked and that he signed for it."""

    identity_checked: bool
    signed: bool
    taken_by: str = ""
    old_card_back: bool = False


@transaction.atomic
def hand(request: PermitRequest, handing: Handing, step: Step) -> None:
    """发放: identity checked, signed for; an exchange takes the old card back (第十一条)."""
    if not handing.identity_checked:
        raise Refused("发放前请核对领取人的身份证件。")
    if not handing.signed:
        raise Refused("请领取人签名后再登记发放。")
    if request.kind == Kind.EXCHANGE and not handing.old_card_back:
        raise Refused("换领新证应当交回原证(条例第十一条)。请收回原证后再发放。")
    # The move comes first: whoever loses the race is told so before a card is looked for.
    advance(request, "hand", step, handed_on=step.on)
    permit = request.permit
    card = Card.objects.filter(permit=permit, state=Card.State.PRINTED).first() if permit else None
    if permit is None or card is None:
        raise Refused("没有找到这件申领制成的证卡,请核对制作批次。")
    request.taken_by = handing.taken_by
    request.save(update_fields=["taken_by"])
    Card.objects.filter(pk=card.pk).update(state=Card.State.HANDED, since=step.on)
    _old_cards(request, step.on)
    kind = {
        Kind.FIRST: PermitEvent.Kind.HANDED,
        Kind.EXCHANGE: PermitEvent.Kind.EXCHANGED,
        Kind.REPLACEMENT: PermitEvent.Kind.REPLACED,
    }[Kind(request.kind)]
    act = Act(step.officer, step.on, details={"card": card.serial, "request": request.number})
    change(permit, kind, act, handed_on=permit.handed_on or step.on)


def _old_cards(request: PermitRequest, on: datetime.date) -> None:
    if request.kind == Kind.EXCHANGE:
        request.permit.cards.filter(state=Card.State.HANDED).exclude(
            serial=request.permit.serial
        ).update(state=Card.State.RETURNED, since=on, reason="换领交回")


@dataclass(frozen=True, slots=True)
class Renewal:
    """An exchange (damaged) or a replacement (lost), with its fee and receipt (第二十一条)."""

    kind: str
    fee: object
    fee_receipt: str
    reason: str


@transaction.atomic
def renew(permit: Permit, renewal: Renewal, officer: Officer, on: datetime.date) -> PermitRequest:
    """换领, 补领: accepted on the spot; the permit keeps its day of issue and endorsements."""
    if permit.cancelled_on:
        raise Refused(f"这张居住证已于 {permit.cancelled_on} 注销,不能换领、补领。")
    if permit.handed_on is None:
        raise Refused("这张居住证还没有发放,不用换领、补领。")
    if renewal.kind not in (Kind.EXCHANGE, Kind.REPLACEMENT):
        raise Refused("请选择损坏换领或丢失补领。")
    if not renewal.fee_receipt.strip():
        raise Refused("换领、补领须缴纳工本费,请填写票据号。")
    made = PermitRequest(
        kind=renewal.kind,
        person=permit.person,
        station=permit.station,
        permit=permit,
        basis=permit.basis,
        received_on=on,
        note=renewal.reason,
        fee=renewal.fee,
        fee_receipt=renewal.fee_receipt.strip(),
    )
    made.accepted_on, made.promised_on, made.law_by = on, promised_on(on), law_by(on)
    begin(made, "accept", Step(officer, on, reason=renewal.reason))
    draw_number(made, on)
    card = _card_of(permit, on)
    if renewal.kind == Kind.REPLACEMENT:
        Card.objects.filter(pk=card.pk).update(state=Card.State.LOST, since=on, reason="丢失补领")
    return made


def _card_of(permit: Permit, on: datetime.date) -> Card:
    """The card in the holder's hand; one that came before the stock was kept gets its row."""
    found, _ = Card.objects.get_or_create(
        serial=permit.serial,
        defaults={"permit": permit, "state": Card.State.HANDED, "since": permit.handed_on or on},
    )
    return found


def reconciled() -> dict[str, object]:
    """Stock: how many cards came, what became of them, and whether both agree."""
    counts = dict(Card.objects.order_by().values_list("state").annotate(Count("pk")))
    stocked = Card.objects.filter(delivery__isnull=False).count()
    older = Card.objects.filter(delivery__isnull=True).count()
    delivered = sum(Delivery.objects.values_list("count", flat=True))
    printed = Card.objects.filter(state=Card.State.PRINTED).count()
    waiting = PermitRequest.objects.filter(state__in=(State.MAKING, State.READY)).count()
    return {
        "rows": [(label, counts.get(state, 0)) for state, label in Card.State.choices],
        "delivered": delivered,
        "stocked": stocked,
        "older": older,
        "printed": printed,
        "waiting": waiting,
        "agrees": delivered == stocked and printed == waiting,
    }
