"""Consultations: opened, opinions entered with whose they are, disposed of, answered."""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role
from reports.models import Consultation, Opinion

WRITERS = frozenset({Role.REFORM_OFFICE, Role.APPROVER})
NOT_YOURS = "征求意见由市户改办和户政科登记。"
SEVEN_DAYS = 7


@transaction.atomic
def open_consultation(made: Consultation, officer: Officer, on: datetime.date) -> Consultation:
    if officer.role not in WRITERS:
        raise Refused(NOT_YOURS)
    if made.opened_on > on:
        raise Refused("公告日期不能晚于今天。")
    if not SEVEN_DAYS <= made.days <= 365:
        raise Refused(f"征求意见的期限不少于 {SEVEN_DAYS} 天,不多于 365 天。")
    made.entered_by = officer
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused("同一标题、同一天的公告已经登记过。") from None
    audit.record("登记征求意见", made)
    return made


@transaction.atomic
def enter_opinion(opinion: Opinion, officer: Officer, on: datetime.date) -> Opinion:
    """公告: a person with name, address and contact; an organisation also with seal and contact
    person. What is lacking is refused, but for what nobody can ask of a caller."""
    if officer.role not in WRITERS:
        raise Refused(NOT_YOURS)
    fault = _lacking(opinion, on)
    if fault:
        raise Refused(fault)
    # One at a time: the row of the consultation is locked while the number is drawn.
    Consultation.objects.select_for_update().get(pk=opinion.consultation_id)
    last = opinion.consultation.opinions.aggregate(last=Max("number"))["last"] or 0
    opinion.number, opinion.entered_by = last + 1, officer
    opinion.save(force_insert=True)
    audit.record("登记意见", opinion)
    return opinion


def _lacking(opinion: Opinion, on: datetime.date) -> str:
    if not opinion.text.strip():
        return "请写明意见内容。"
    if not opinion.consultation.opened_on <= opinion.received_on <= on:
        return "收到日期应在公告日期和今天之间,请核对。"
    if not (opinion.name.strip() and opinion.address.strip() and opinion.contact.strip()):
        return "公告要求署真实姓名(单位名称)、地址和联系方式,请填写。"
    if opinion.is_organisation and not opinion.contact_person.strip():
        return "单位的意见须有联系人,请填写。"
    on_paper = opinion.channel == Opinion.Channel.LETTER
    if opinion.is_organisation and on_paper and not opinion.sealed:
        return "单位的来信须加盖公章;没有盖章的,请联系补盖后登记。"
    return ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an opinion, why, and how its writer was told."""

    disposition: str
    reason: str = ""
    answered_on: datetime.date | None = None
    answered_how: str = ""


@transaction.atomic
def dispose(opinion: Opinion, answer: Answer, officer: Officer, on: datetime.date) -> Opinion:
    """采纳, 部分采纳 or 未采纳 (these with the reason); kept once."""
    if officer.role not in WRITERS:
        raise Refused(NOT_YOURS)
    if answer.disposition not in (Opinion.Disposition.ADOPTED, *Opinion.WITH_REASON):
        raise Refused("请选择处理结果。")
    if answer.disposition in Opinion.WITH_REASON and not answer.reason.strip():
        raise Refused("未采纳或部分采纳的,须写明理由。")
    _check_answer(opinion, answer, on)
    row = Opinion.objects.select_for_update().get(pk=opinion.pk)
    if row.disposition != Opinion.Disposition.OPEN:
        raise Refused(f"这条意见已登记为「{row.get_disposition_display()}」,没有重复登记。")
    row.disposition, row.reason = answer.disposition, answer.reason.strip()
    row.disposed_by, row.disposed_on = officer, on
    row.answered_on, row.answered_how = answer.answered_on, answer.answered_how
    row.save()
    audit.record("处理意见", row, changes={"disposition": ("open", answer.disposition)})
    return row


def _check_answer(opinion: Opinion, answer: Answer, on: datetime.date) -> None:
    if bool(answer.answered_on) != bool(answer.answered_how.strip()):
        raise Refused("答复日期和答复方式请一并填写;还没有答复的都留空。")
    if answer.answered_on and not opinion.received_on <= answer.answered_on <= on:
        raise Refused("答复日期应在收到日期和今天之间,请核对。")


@transaction.atomic
def answered(
    opinion: Opinion, day: datetime.date, how: str, officer: Officer, *, on: datetime.date
) -> Opinion:
    """The writer of an opinion disposed of earlier has been told."""
    if officer.role not in WRITERS:
        raise Refused(NOT_YOURS)
    _check_answer(opinion, Answer(opinion.disposition, answered_on=day, answered_how=how), on)
    done = (
        Opinion.objects.filter(pk=opinion.pk, answered_on__isnull=True)
        .exclude(disposition=Opinion.Disposition.OPEN)
        .update(answered_on=day, answered_how=how)
    )
    if not done:
        raise Refused("这条意见还没有处理,或答复已经登记过,没有再登记。")
    audit.record("答复意见", opinion)
    return opinion
