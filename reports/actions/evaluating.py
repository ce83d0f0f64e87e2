"""Evaluations and findings: entered, handed out, mended, accepted, published."""

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.clauses import CLAUSES
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.roles import Role
from reports import findings
from reports.models import Evaluation, Finding, FindingStep

YEARS = {Evaluation.Kind.MIDTERM: 2020, Evaluation.Kind.FINAL: 2022}
POLICE = "police"
OVERTAKEN = "这个问题刚被别人办理过,您的操作没有执行。请核对后再办。"


@transaction.atomic
def register_evaluation(made: Evaluation, officer: Officer, on: datetime.date) -> Evaluation:
    """四(三): once a year, mid-term in 2020, final in 2022; by one's own or a third party."""
    if officer.role != Role.REFORM_OFFICE:
        raise Refused("督查评估由市户改办登记。")
    year = YEARS.get(made.kind)
    if year is not None and made.year != year:
        raise Refused(f"{made.get_kind_display()}的年度应为 {year},请核对。")
    if not made.since <= made.until <= made.held_on <= on:
        raise Refused("日期应依次为:评估期起、止、评估日期,且不晚于今天。请核对。")
    made.entered_by = officer
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused("这一年度、这一方式、这个单位的评估已经登记过。") from None
    audit.record("登记督查评估", made)
    return made


@dataclass(frozen=True, slots=True)
class Publication:
    on: datetime.date
    where: str
    document: str = ""


@transaction.atomic
def publish(found: Evaluation, told: Publication, officer: Officer, today: datetime.date) -> None:
    """及时公布有关情况: noted once."""
    if officer.role != Role.REFORM_OFFICE:
        raise Refused("公布情况由市户改办登记。")
    if not found.held_on <= told.on <= today:
        raise Refused(f"公布日期应在评估日期({found.held_on})和今天之间,请核对。")
    done = Evaluation.objects.filter(pk=found.pk, published_on__isnull=True).update(
        published_on=told.on, published_where=told.where, published_document=told.document
    )
    if not done:
        raise Refused("公布情况已经登记过,没有重复登记。")
    audit.record("登记评估公布", found, changes={"published_on": (None, told.on)})


@transaction.atomic
def note_finding(finding: Finding, officer: Officer, on: datetime.date) -> Finding:
    """A finding of an evaluation by 市户改办, of an audit by the auditor."""
    keeper = Role.AUDITOR if finding.kind == findings.AUDIT else Role.REFORM_OFFICE
    if officer.role != keeper:
        raise Refused(f"「{finding.get_kind_display()}」的问题由{Role(keeper).label}登记。")
    if (finding.kind == findings.EVALUATION) != (finding.evaluation is not None):
        raise Refused("评估的问题登记在它的评估下,审计的问题写明审计文件。")
    if finding.kind == findings.AUDIT and not finding.document.strip():
        raise Refused("请写明审计文件(名称、文号)。")
    if finding.found_on > on:
        raise Refused("发现日期不能晚于今天。")
    if finding.clause and finding.clause not in CLAUSES:
        raise Refused(f"没有编号为「{finding.clause}」的条款,请按方案的编号填写,如 三(三)1。")
    finding.entered_by = officer
    finding.save(force_insert=True)
    audit.record("登记问题", finding)
    return finding


@dataclass(frozen=True, slots=True)
class Step:
    """Who moves a finding on which day, as he saw it; with words, or with a unit and a day."""

    officer: Officer
    on: datetime.date
    version: int
    text: str = ""
    unit: Bureau | None = None
    mend_by: datetime.date | None = None


def why_not(finding: Finding, move: findings.Move, officer: Officer) -> str:
    """Why this officer may not make the move; empty where he may."""
    if officer.role not in findings.roles_of(move.name, finding.kind):
        return f"您的角色({officer.get_role_display()})不能办理「{move.title}」。"
    if move.name == "mend" and officer.role == Role.APPROVER and not _is_police(finding):
        return "户政科只报告市公安局的整改情况。"
    if move.name == "accept" and _mended_by(finding) == officer.pk:
        return "整改情况由您录入,验收须由另一人办理。"
    return ""


def _is_police(finding: Finding) -> bool:
    return finding.unit is not None and finding.unit.code == POLICE


def _mended_by(finding: Finding) -> int | None:
    last = finding.steps.filter(move="mend").order_by("-at").first()
    return last.officer_id if last else None


@transaction.atomic
def move_on(finding: Finding, name: str, step: Step) -> FindingStep:
    """One move of the table: compared with what the page saw, set, kept and recorded."""
    move = findings.MOVES[name]
    if finding.state not in move.sources or finding.version != step.version:
        raise Refused(OVERTAKEN)
    fault = why_not(finding, move, step.officer) or _lacking(move, step)
    if fault:
        raise Refused(fault)
    values = {"unit": step.unit, "mend_by": step.mend_by} if move.asks_unit else {}
    if name == "send_back" and step.mend_by:
        values["mend_by"] = step.mend_by
    before = finding.state
    done = Finding.objects.filter(pk=finding.pk, state=before, version=step.version).update(
        state=move.target, version=F("version") + 1, **values
    )
    if not done:
        raise Refused(OVERTAKEN)
    finding.refresh_from_db()
    audit.record(move.title, finding, changes={"state": (before, move.target)})
    return FindingStep.objects.create(
        finding=finding,
        move=name,
        unit=step.unit,
        mend_by=step.mend_by,
        text=step.text.strip(),
        officer=step.officer,
        on=step.on,
    )


def _lacking(move: findings.Move, step: Step) -> str:
    if move.words and not step.text.strip():
        return f"请写明{move.words}。"
    if move.asks_unit and (step.unit is None or step.mend_by is None):
        return "请选择整改单位,填写整改期限。"
    if step.mend_by is not None and step.mend_by < step.on:
        return "整改期限不能早于今天。"
    return ""
