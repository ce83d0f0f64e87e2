"""Drafts, finals and corrections built in the background, by the functions of the command."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from kaili_hukou import audit, jobs
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.sealed_files import Shelf
from reports.build import build
from reports.figures import Disagreement
from reports.freeze import FIGURES_FILE, Freezing, correct, digest, freeze, may_be_frozen, rendered
from reports.models import AnnualReport, ReportBuild
from reports.period import PeriodError, span_of
from reports.render import package

Kind, State = ReportBuild.Kind, ReportBuild.State
WORK = "reports.tasks.build_report"
DRAFTS = Shelf("report-drafts", "report draft")
# Drafts are built at will: older ones of a year go.
DRAFTS_KEPT = 5
INTERRUPTED = "生成中断,没有完成,请重新提出。"
BUSY = "这一年的报告正在生成,请等它完成。"


class Overtaken(Exception):
    """Another worker has taken this build, or somebody has given it up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and when."""

    year: int
    kind: str
    officer: Officer
    at: datetime.datetime
    reason: str = ""

    @property
    def freezing(self) -> Freezing:
        span = span_of(self.year, timezone.localtime(self.at).date())
        return Freezing(span, self.at, self.officer, self.reason)


def why_not(asked: Asked) -> str:
    """The sentence that stands in the way of it; empty where nothing does."""
    try:
        act = asked.freezing
        if asked.kind != Kind.DRAFT:
            last = AnnualReport.objects.filter(year=asked.year).order_by("-version").first()
            may_be_frozen(act, last, is_correction=asked.kind == Kind.CORRECTION)
    except (Refused, PeriodError) as fault:
        return str(fault)
    return ""


def ask(asked: Asked) -> ReportBuild:
    """Puts it in line; Refused where it may not be, or another of the year is under way."""
    fault = why_not(asked)
    if fault:
        raise Refused(fault)
    if asked.kind == Kind.CORRECTION and not asked.reason.strip():
        raise Refused("更正须写明理由。")
    _give_up_lost(asked)
    try:
        with transaction.atomic():
            made = ReportBuild.objects.create(
                year=asked.year,
                kind=asked.kind,
                reason=asked.reason.strip(),
                asked_at=asked.at,
                asked_by=asked.officer,
                changed_at=asked.at,
            )
            audit.record(f"年度报告:{made.get_kind_display()}", made, reason=made.reason)
            jobs.start(WORK, str(made.pk))
    except IntegrityError:
        raise Refused(BUSY) from None
    return made


def _give_up_lost(asked: Asked) -> None:
    for found in ReportBuild.objects.filter(year=asked.year, state__in=ReportBuild.WORKING):
        if found.is_lost(asked.at):
            same = ReportBuild.objects.filter(pk=found.pk, changed_at=found.changed_at)
            same.update(state=State.FAILED, fault=INTERRUPTED)


def work_on(pk: uuid.UUID) -> None:
    """Builds what was asked for; from the start, wherever a worker before stopped."""
    made = ReportBuild.objects.select_related("asked_by").filter(pk=pk).first()
    if made is None or not made.is_working:
        return
    asked = Asked(made.year, made.kind, made.asked_by, made.asked_at, made.reason)
    try:
        with audit.acting(audit.Actor(made.asked_by)):
            _move(made, state=State.COUNTING)
            if made.kind == Kind.DRAFT:
                _draft(made, asked)
            else:
                _move(made, state=State.DONE, report=_frozen(asked))
    except (Refused, Disagreement, PeriodError) as fault:
        _move(made, state=State.FAILED, fault=str(fault))
    except Overtaken:
        return


def _draft(made: ReportBuild, asked: Asked) -> None:
    figures = build(asked.freezing.span, asked.at)
    _move(made, state=State.WRITING)
    files = rendered(figures)
    DRAFTS.keep(made.pk, package.packed(files, figures))
    _move(made, state=State.DONE, sha256=digest(files[FIGURES_FILE]))
    _forget_older(made)


def _frozen(asked: Asked) -> AnnualReport:
    """The version of this very press where a worker before had got so far."""
    mine = AnnualReport.objects.filter(
        year=asked.year, built_at=asked.at, built_by=asked.officer
    ).first()
    if mine is not None:
        return mine
    return correct(asked.freezing) if asked.kind == Kind.CORRECTION else freeze(asked.freezing)


def _move(made: ReportBuild, **values: object) -> None:
    """Only as long as nobody else has moved it."""
    same = ReportBuild.objects.filter(pk=made.pk, state=made.state, changed_at=made.changed_at)
    values["changed_at"] = timezone.now()
    if not same.update(**values):
        raise Overtaken
    for name, value in values.items():
        setattr(made, name, value)


def _forget_older(made: ReportBuild) -> None:
    drafts = ReportBuild.objects.filter(year=made.year, kind=Kind.DRAFT, state=State.DONE)
    for old in drafts.order_by("-asked_at")[DRAFTS_KEPT:]:
        DRAFTS.path(old.pk).unlink(missing_ok=True)
        old.delete()
