"""Asking another unit about a case, and keeping what it answered; once each.

An answer informs whoever decides. No answer never decides anything by itself.
"""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from applications.actions.changing import NotAllowed, keeps_out
from applications.actions.evidence import meet
from applications.evidence_rules import ANSWER_DAYS, rule_of
from applications.models import Application, EvidenceItem, Inquiry
from applications.roster_basis import basis_of
from applications.workflow import OPEN, State
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.registers import calendar
from rosters.kinds import KINDS

Kind, Answer = Inquiry.Kind, Inquiry.Answer


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom: a bureau of the list, or another unit by its name."""

    kind: str
    text: str
    sent_on: datetime.date
    answer_by: datetime.date
    bureau: Bureau | None = None
    whom: str = ""
    item: EvidenceItem | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the unit answered, on which day."""

    answer: str
    on: datetime.date
    note: str = ""


def answer_by(sent_on: datetime.date) -> datetime.date:
    return calendar().add_working_days(sent_on, ANSWER_DAYS)


@transaction.atomic
def ask(application: Application, question: Question, officer: Officer) -> Inquiry:
    """Sends a letter; while one of its kind waits, no second one is sent."""
    _may(application, officer)
    if application.state not in OPEN:
        raise Refused(f"办件已「{application.get_state_display()}」,不用再函询。")
    if bool(question.bureau) == bool(question.whom.strip()):
        raise Refused("请选择被询的部门,或填写不在表内的单位;两者填一项。")
    if question.answer_by <= question.sent_on:
        raise Refused("答复期限应在发出日期以后,请重新填写。")
    inquiry = Inquiry(
        application=application,
        kind=question.kind,
        item=question.item,
        bureau=question.bureau,
        whom=question.whom.strip(),
        question=question.text,
        sent_on=question.sent_on,
        answer_by=question.answer_by,
        officer=officer,
    )
    try:
        with transaction.atomic():
            inquiry.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            f"「{inquiry.get_kind_display()}」已发函,正在等待答复,不用再发;请先登记那一封的结果。"
        ) from None
    audit.record("发函询", inquiry)
    return inquiry


@transaction.atomic
def verify(item: EvidenceItem, question: Question, officer: Officer) -> Inquiry:
    """部门核验: the unit that keeps the record is asked instead of the applicant."""
    if not rule_of(item.code).asked_of_others:
        raise Refused(f"「{item.title}」只能由申请人提交,不能改由部门核验。")
    inquiry = ask(item.application, question, officer)
    meet(item, EvidenceItem.State.VERIFIED, officer)
    return inquiry


def ask_recheck(
    application: Application, bureau: Bureau, officer: Officer, on: datetime.date
) -> Inquiry:
    """人才资格复核: one press once the papers were received; acceptance does not wait for it."""
    if application.route != "talent" or application.state == State.DRAFT:
        raise Refused("只有已收件的人才引进办件需要资格复核。")
    text = "请复核该人是否属于你单位引进(认定)的人才、所持人才引进证明是否真实有效,并函复本窗口。"
    question = Question(Kind.RECHECK, text, on, answer_by(on), bureau)
    return ask(application, question, officer)


def ask_roster(application: Application, officer: Officer, on: datetime.date) -> Inquiry:
    """花名册核实: to the bureau that supplies the route's roster, with the wish as it was told."""
    if application.route not in KINDS:
        raise Refused("这一渠道不以花名册为依据,不用函询。")
    kind = KINDS[application.route]
    bureau = Bureau.objects.filter(name=kind.supplier).first()
    question = Question(
        Kind.ROSTER,
        _roster_text(application, on),
        on,
        answer_by(on),
        bureau,
        whom="" if bureau else kind.supplier,
    )
    return ask(application, question, officer)


def _roster_text(application: Application, on: datetime.date) -> str:
    basis, row, parts = basis_of(application, on), application.roster_entry, []
    if basis is None:
        parts.append("本窗口尚未查到列有该人的已确认花名册。")
    elif not basis.stands:
        parts.append(f"原列该人的{basis}已撤回。")
    else:
        parts.append(f"该人列入{basis}。")
        if application.route == "relocation" and row is not None and row.voluntary is not True:
            parts.append("该行未注明「自愿」。")
    wish = (application.facts or {}).get("told_wish")
    if application.route == "relocation" and wish is not None:
        parts.append(f"该人当场表示{'自愿' if wish else '不愿'}落户,已记录在案。")
    title = KINDS[application.route].title
    parts.append(f"请核实该人是否应列入{title}及有关内容,提供或补充花名册,并函复本窗口。")
    return "".join(parts)


@transaction.atomic
def answer(inquiry: Inquiry, told: Told, officer: Officer, today: datetime.date) -> None:
    """Keeps the answer, once; whoever is second is told who was first."""
    _usable(inquiry, told, officer, today)
    _set(inquiry, told, officer, before=("", None))
    audit.record("登记函询答复", inquiry, changes={"answer": ("", told.answer)})


@transaction.atomic
def correct(
    inquiry: Inquiry, told: Told, officer: Officer, today: datetime.date, reason: str
) -> None:
    """A late or a mistaken answer is put right with a reason; the record keeps the old one."""
    if not inquiry.answer:
        raise Refused("这封函还没有登记答复,请直接登记。")
    if not reason.strip():
        raise Refused("更正已登记的答复,须写明理由。")
    _usable(inquiry, told, officer, today)
    old = {
        "answer": inquiry.answer,
        "answered_on": inquiry.answered_on,
        "note": inquiry.answer_note,
    }
    _set(inquiry, told, officer, before=(inquiry.answer, inquiry.answered_on))
    new = {"answer": told.answer, "answered_on": told.on, "note": told.note.strip()}
    changes = {name: (str(old[name] or ""), str(new[name])) for name in new}
    audit.record("更正函询答复", inquiry, changes=changes, reason=reason.strip())


def _usable(inquiry: Inquiry, told: Told, officer: Officer, today: datetime.date) -> None:
    _may(inquiry.application, officer)
    if told.answer not in Answer.values:
        raise Refused("请选择答复:属实、不属实或逾期未复。")
    if not inquiry.sent_on <= told.on <= today:
        raise Refused(f"答复日期应在发函日({inquiry.sent_on})至今天之间,请核对。")
    if told.answer == Answer.NONE and told.on <= inquiry.answer_by:
        raise Refused(f"答复期限到 {inquiry.answer_by} 为止,期限过后才能登记「逾期未复」。")
    if told.answer == Answer.FALSE and not told.note.strip():
        raise Refused("答复为「不属实」的,请写明被询单位答复的内容。")


def _set(
    inquiry: Inquiry, told: Told, officer: Officer, *, before: tuple[str, datetime.date | None]
) -> None:
    """Compare and set: only where the letter stands as this page saw it."""
    note = inquiry._meta.get_field("answer_note").seal(told.note.strip(), inquiry.pk)
    updated = Inquiry.objects.filter(pk=inquiry.pk, answer=before[0], answered_on=before[1]).update(
        answer=told.answer, answered_on=told.on, answer_note=note, answered_by=officer
    )
    if not updated:
        now = Inquiry.objects.select_related("answered_by").get(pk=inquiry.pk)
        raise Refused(
            f"这封函的答复已由{now.answered_by.name if now.answered_by else '别人'}登记为"
            f"「{now.get_answer_display()}」,您的操作没有执行;确有错误的,请用更正。"
        )
    inquiry.answer, inquiry.answered_on, inquiry.answered_by = told.answer, told.on, officer
    inquiry.answer_note = told.note.strip()


def _may(application: Application, officer: Officer) -> None:
    shut = keeps_out(application, officer)
    if shut:
        raise NotAllowed(shut)
