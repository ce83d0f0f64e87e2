"""迁移: each thing noted of a transfer: checked, compared with what stood there, recorded.

What may be noted follows from the step at which the transfer stands (`channels.acts_at`).
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from applications.actions.changing import keeps_out
from applications.channels import (
    ADMISSION_DAYS,
    REMOVAL_DAYS,
    certificate_number,
    comes_by_transfer,
    last_day,
    proposed_channel,
)
from applications.models import Application, Certificate, Member, Transfer
from applications.transfers import Standing, standing_of
from applications.workflow import State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import Officer
from kaili_hukou.registers import calendar

Kind, Validity = Certificate.Kind, Certificate.State
# A pupil is cancelled here by the registration of his case; consent and receipt stand around it.
OPEN_STATES = {False: (State.APPROVED,), True: (State.APPROVED, State.REGISTERED, State.ARCHIVED)}
OVERTAKEN = "这项迁移刚刚被别人办理过,您的操作没有执行。请核对后再办。"
MINE = ("channel", "sent_on", "chased_on", "returned_on", "moved_out_on", "consent_on")
COMPARED = (*MINE, "division", "settled_on", "receipt_on")


@dataclass(frozen=True, slots=True)
class Noted:
    """Who notes something, on which day; `on` is the day on which it happened."""

    officer: Officer
    today: datetime.date
    on: datetime.date


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate as it is entered; its number is the ministry's, never made here."""

    number: str
    issued_on: datetime.date
    valid_until: datetime.date | None = None
    issued_by: str = ""


# ------------------------------------------------------------------ by the case


def open_transfers(application: Application) -> None:
    """One transfer for each place that approved people come from; those that are there stay."""
    for division, outward in _places(application):
        transfer, made = Transfer.objects.get_or_create(
            application=application,
            division=division,
            defaults={
                "outward": outward,
                "channel": proposed_channel(application.route, division),
            },
        )
        if made:
            audit.record("建立迁移", transfer)
        elif transfer.settled_on:
            _set(transfer, "迁移重新办理", settled_on=None)


def _places(application: Application) -> list[tuple[str, bool]]:
    if application.route == "pupil_return":
        if application.transfers.filter(outward=True).exists():
            return []
        return [(_home_of_pupil(application), True)]
    approved = application.members.filter(outcome=Member.Outcome.APPROVED)
    codes = {
        member.division
        for member in approved
        if comes_by_transfer(application.route, is_applicant=member.is_applicant)
    }
    return [(code, False) for code in sorted(codes)]


def _home_of_pupil(application: Application) -> str:
    """Where he came from when he settled as a pupil; else the place that he declares."""
    settled = (
        Member.objects.filter(
            person=application.applicant,
            application__route="pupil",
            outcome=Member.Outcome.REGISTERED,
        )
        .order_by("-registered_on")
        .first()
    )
    return settled.division if settled else application.members.get().division


def settle_transfers(application: Application, on: datetime.date) -> None:
    """Where nobody is awaited any more, the transfer is over and its certificates are kept."""
    awaited = set(
        application.members.filter(outcome=Member.Outcome.APPROVED).values_list(
            "division", flat=True
        )
    )
    for transfer in application.transfers.filter(outward=False, settled_on__isnull=True):
        if transfer.division not in awaited:
            _set(transfer, "迁移办结", settled_on=on)
            transfer.certificates.filter(state=Validity.VALID).update(state=Validity.USED)


def cancel_here(application: Application, on: datetime.date) -> None:
    """The pupil's registration here has ended: until the receipt comes he is on the way."""
    transfer = application.transfers.filter(outward=True).first()
    if transfer is not None:
        _set(transfer, "迁回原籍:本地注销", moved_out_on=on)


# ------------------------------------------------------------------ by an officer


@transaction.atomic
def choose(transfer: Transfer, noted: Noted, channel: str) -> None:
    """Another channel, until something was issued or sent."""
    _open(transfer, "choose", noted)
    if channel not in Transfer.Channel.values:
        raise Refused("请选择办理方式。")
    if channel == transfer.channel:
        raise Refused(f"已经是「{transfer.get_channel_display()}」,不用再选。")
    # A return belongs to the electronic way; another way begins anew.
    _set(
        transfer,
        "选择办理方式",
        channel=channel,
        sent_on=None,
        chased_on=None,
        returned_on=None,
        return_reason="",
    )


@transaction.atomic
def aim(transfer: Transfer, noted: Noted, division: str) -> None:
    """Where a pupil goes back to, until that place has consented."""
    _open(transfer, "aim", noted)
    if not division or division == KAILI:
        raise Refused("请填写接收地(本市以外的县、市、区)。")
    _set(transfer, "填写接收地", division=division)


@transaction.atomic
def issue(transfer: Transfer, noted: Noted, paper: Paper) -> Certificate:
    """准予迁入证明 in the applicant's hand: it is valid for forty days."""
    _open(transfer, "issue", noted)
    _not_before_decision(transfer, paper.issued_on)
    _not_ahead(paper.issued_on, noted.today)
    until = last_day(paper.issued_on, ADMISSION_DAYS)
    return _keep(transfer, Kind.ADMISSION, paper, until, noted)


@transaction.atomic
def send(transfer: Transfer, noted: Noted) -> None:
    """The electronic letter goes out, for the first time or after it was returned."""
    _open(transfer, "send", noted)
    _not_before_decision(transfer, noted.on)
    _not_ahead(noted.on, noted.today)
    _not_before(noted.on, transfer.returned_on, "退回日期")
    _set(
        transfer,
        "发出电子迁移信息",
        sent_on=noted.on,
        chased_on=None,
        returned_on=None,
        return_reason="",
    )


@transaction.atomic
def chase(transfer: Transfer, noted: Noted) -> None:
    """催办: the days in which to answer begin anew."""
    _open(transfer, "chase", noted)
    _not_ahead(noted.on, noted.today)
    _not_before(noted.on, transfer.chased_on or transfer.sent_on, "上次发出或催办日期")
    _set(transfer, "催办", chased_on=noted.on)


@transaction.atomic
def move_out(transfer: Transfer, noted: Noted) -> None:
    """The place of origin has struck them off: from this day they are registered nowhere."""
    _open(transfer, "move_out", noted)
    _not_ahead(noted.on, noted.today)
    _not_before(noted.on, transfer.sent_on, "发出日期")
    _set(transfer, "迁出地确认迁出", moved_out_on=noted.on)


@transaction.atomic
def send_back(transfer: Transfer, noted: Noted, reason: str) -> None:
    """The place of origin returned it; with another channel or once more it goes on."""
    _open(transfer, "return", noted)
    _not_ahead(noted.on, noted.today)
    _not_before(noted.on, transfer.sent_on, "发出日期")
    if not reason.strip():
        raise Refused("请写明迁出地退回的原因。")
    _set(transfer, "迁出地退回", returned_on=noted.on, return_reason=reason.strip())


@transaction.atomic
def take(transfer: Transfer, noted: Noted, paper: Paper) -> Certificate:
    """户口迁移证 brought in: the day of issue is the day on which they were struck off there."""
    _open(transfer, "take", noted)
    _not_ahead(paper.issued_on, noted.today)
    admissions = transfer.certificates.filter(kind=Kind.ADMISSION).order_by("issued_on")
    first, last = admissions.first(), admissions.last()
    if first and paper.issued_on < first.issued_on:
        raise Refused(f"户口迁移证的签发日期早于准予迁入证明({first.issued_on}),请核对。")
    if last and paper.issued_on > last.valid_until:
        raise Refused(
            f"户口迁移证签发于准予迁入证明过期({last.valid_until})之后,请核对日期,"
            "或先换补准予迁入证明。"
        )
    if not paper.issued_by.strip():
        raise Refused("请填写户口迁移证的签发机关。")
    made = _keep(transfer, Kind.REMOVAL, paper, _removal_until(paper), noted)
    _set(transfer, "收到户口迁移证", moved_out_on=paper.issued_on)
    return made


@transaction.atomic
def exchange(transfer: Transfer, noted: Noted, paper: Paper, *, state: str, note: str) -> None:
    """A lost or expired certificate is exchanged by its issuer, who has checked for himself
    that nobody was registered on it; the person is asked for no proof of that."""
    standing = _open(transfer, "exchange", noted)
    kind = Kind.REMOVAL if standing.days.removal_until else Kind.ADMISSION
    old = transfer.certificates.get(kind=kind, state=Validity.VALID)
    if state not in (Validity.LOST, Validity.EXPIRED):
        raise Refused("请选择换补的原因:遗失或过期。")
    if state == Validity.EXPIRED and old.valid_until >= noted.today:
        raise Refused(f"原证有效期至 {old.valid_until},还没有过期。遗失的请选「遗失换补」。")
    if not note.strip():
        raise Refused("请写明签发机关核实的情况(由签发机关核实未落户,不要求群众开证明)。")
    _not_ahead(paper.issued_on, noted.today)
    _not_before(paper.issued_on, old.issued_on, "原证签发日期")
    outdated = transfer.certificates.filter(pk=old.pk, state=Validity.VALID).update(state=state)
    if not outdated:
        raise Refused(OVERTAKEN)
    admission_until = last_day(paper.issued_on, ADMISSION_DAYS)
    until = admission_until if kind == Kind.ADMISSION else _removal_until(paper)
    _keep(transfer, kind, paper, until, noted, replaces=old, note=note.strip())


@transaction.atomic
def consent(transfer: Transfer, noted: Noted, number: str) -> None:
    """The place of origin takes the pupil back: number and day of its paper."""
    _open(transfer, "consent", noted)
    if transfer.division == KAILI:
        raise Refused("还没有填写接收地,请先填写迁回的县、市、区。")
    _not_ahead(noted.on, noted.today)
    _set(transfer, "接收地同意", consent_number=_number(number), consent_on=noted.on)


@transaction.atomic
def give(transfer: Transfer, noted: Noted, paper: Paper) -> Certificate:
    """Our 户口迁移证 for the pupil, when his registration here has ended."""
    _open(transfer, "give", noted)
    _not_ahead(paper.issued_on, noted.today)
    _not_before(paper.issued_on, transfer.moved_out_on, "本地注销日期")
    return _keep(transfer, Kind.REMOVAL, paper, _removal_until(paper), noted)


@transaction.atomic
def receipt(transfer: Transfer, noted: Noted) -> None:
    """The place of origin has registered the pupil: he is on the way no more."""
    _open(transfer, "receipt", noted)
    _not_ahead(noted.on, noted.today)
    _not_before(noted.on, transfer.moved_out_on, "本地注销日期")
    _set(transfer, "接收地落户回执", receipt_on=noted.on, settled_on=noted.on)
    transfer.certificates.filter(state=Validity.VALID).update(state=Validity.USED)
    person = transfer.application.applicant
    audit.record("迁回原籍", person, changes={"division": (person.division, transfer.division)})
    type(person).objects.filter(pk=person.pk).update(division=transfer.division)


# ------------------------------------------------------------------ what they share


def _open(transfer: Transfer, act: str, noted: Noted) -> Standing:
    """How the transfer stands today; Refused where this act is not open to this officer."""
    application = transfer.application
    shut = keeps_out(application, noted.officer)
    if shut:
        raise Refused(shut)
    if application.state not in OPEN_STATES[transfer.outward]:
        raise Refused(f"办件现为「{application.get_state_display()}」,迁移不能再办理。")
    standing = standing_of(transfer, noted.today, calendar())
    if act not in standing.acts:
        raise Refused(f"这项迁移现为「{standing.step.label}」,不能这样办理。请刷新后核对。")
    return standing


def _set(transfer: Transfer, title: str, **values: Any) -> None:
    """Sets values where all days still stand as they were read, else Refused; records it."""
    before = {name: getattr(transfer, name) for name in COMPARED}
    rows = Transfer.objects.filter(pk=transfer.pk, **before)
    sealed = {name: _sealed(transfer, name, value) for name, value in values.items()}
    try:
        with transaction.atomic():
            updated = rows.update(**sealed)
    except IntegrityError:
        raise Refused("这个地方已有一项迁移,请核对。") from None
    if not updated:
        raise Refused(OVERTAKEN)
    changes = {name: (str(getattr(transfer, name) or ""), str(values[name])) for name in values}
    for name, value in values.items():
        setattr(transfer, name, value)
    audit.record(title, transfer, changes=changes)


def _sealed(transfer: Transfer, name: str, value: Any) -> Any:
    field = Transfer._meta.get_field(name)
    return field.seal(value, transfer.pk) if isinstance(field, EncryptedField) else value


def _keep(
    transfer: Transfer,
    kind: str,
    paper: Paper,
    until: datetime.date,
    noted: Noted,
    *,
    replaces: Certificate | None = None,
    note: str = "",
) -> Certificate:
    made = Certificate(
        transfer=transfer,
        kind=kind,
        number=_number(paper.number),
        issued_on=paper.issued_on,
        valid_until=until,
        issued_by=paper.issued_by.strip(),
        replaces=replaces,
        checked_note=note,
        officer=noted.officer,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(_why_taken(transfer, made)) from None
    audit.record(f"{made.get_kind_display()}{'换补' if replaces else '登记'}", made, reason=note)
    return made


def _why_taken(transfer: Transfer, made: Certificate) -> str:
    if Certificate.objects.filter(kind=made.kind, number=made.number).exists():
        return f"{made.get_kind_display()}编号 {made.number} 已经登记过,请对照证件核对。"
    return OVERTAKEN


def _number(text: str) -> str:
    try:
        return certificate_number(text)
    except ValueError as fault:
        raise Refused(str(fault)) from None


def _removal_until(paper: Paper) -> datetime.date:
    longest = last_day(paper.issued_on, REMOVAL_DAYS)
    until = paper.valid_until or longest
    if not paper.issued_on <= until <= longest:
        raise Refused(
            f"户口迁移证的有效期最长 {REMOVAL_DAYS} 天,应在 {paper.issued_on} 至 {longest} 之间,"
            f"现为 {until},请照证件核对。"
        )
    return until


def _not_before_decision(transfer: Transfer, on: datetime.date) -> None:
    _not_before(on, transfer.application.decided_on, "批准日期")


def _not_before(on: datetime.date, earlier: datetime.date | None, title: str) -> None:
    if earlier and on < earlier:
        raise Refused(f"日期 {on} 早于{title}({earlier}),请核对。")


def _not_ahead(on: datetime.date, today: datetime.date) -> None:
    if on > today:
        raise Refused(f"日期 {on} 在今天以后,请核对。")
