"""Draft → final: figures, files and the rows behind them are kept once, and never changed.

A correction is a new version, with its reason and a list of what changed; the one before stays.
"""

import datetime
import hashlib
from dataclasses import dataclass, replace

from django.db import IntegrityError
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from reports import due_days
from reports.build import build
from reports.collect import one_snapshot
from reports.figures import Figures, changes_between
from reports.frozen import keep_rows
from reports.keys import parse
from reports.models import AnnualReport, FrozenCase, ReportFile
from reports.period import Span
from reports.render import docx, figures_json, xlsx
from reports.returns_told import returns_of
from reports.words import changed_words

LONGEST_REASON = 500
FIGURES_FILE = "figures.json"


@dataclass(frozen=True, slots=True)
class Freezing:
    """Who freezes which report, and when. Without an officer: the command on the server."""

    span: Span
    now: datetime.datetime
    officer: Officer | None = None
    reason: str = ""


def rendered(figures: Figures) -> dict[str, bytes]:
    """The files of a report by name; the same figures give the same bytes."""
    name = f"凯里市{figures.year}年非户籍人口落户情况报告"
    return {
        f"{name}.docx": docx.render(figures),
        f"{name}.xlsx": xlsx.render(figures),
        FIGURES_FILE: figures_json.render(figures),
    }


def freeze(act: Freezing) -> AnnualReport:
    """定稿: version 1. Refused where it is too early, made already, or a unit stands open."""
    return _kept(act, is_correction=False)


def correct(act: Freezing) -> AnnualReport:
    """更正: another version that names its reason and what changed against the last one."""
    if not act.reason.strip():
        raise Refused("更正须写明理由。")
    if len(act.reason.strip()) > LONGEST_REASON:
        raise Refused(f"更正理由最长 {LONGEST_REASON} 个字,请缩短。")
    return _kept(act, is_correction=True)


def _kept(act: Freezing, *, is_correction: bool) -> AnnualReport:
    try:
        with one_snapshot():
            last = AnnualReport.objects.filter(year=act.span.year).order_by("-version").first()
            may_be_frozen(act, last, is_correction=is_correction)
            return _keep(act, last)
    except IntegrityError:
        raise Refused(
            f"{act.span.year} 年的报告刚刚由另一人定稿,您的操作没有执行。请刷新后查看。"
        ) from None


def may_be_frozen(act: Freezing, last: AnnualReport | None, *, is_correction: bool) -> None:
    year = act.span.year
    if not act.span.is_report_year:
        raise Refused("自选时段只能生成草稿;定稿以报告年度(上年12月1日至当年11月30日)为准。")
    if is_correction and last is None:
        raise Refused(f"{year} 年的报告还没有定稿,不需要更正;请先定稿。")
    if not is_correction and last is not None:
        raise Refused(
            f"{year} 年的报告已定稿(第 {last.version} 版),不能再次定稿;数据有变的,请办理更正。"
        )
    opens_on = datetime.date(year, 12, 1)
    if timezone.localtime(act.now).date() < opens_on:
        raise Refused(
            f"{year} 年的报告期到{year}年11月30日为止,{opens_on} 起才能定稿;现在可以生成草稿。"
        )
    open_units = returns_of(year).unsettled
    if open_units and not is_correction:
        shown = "、".join(open_units[:8]) + ("等" if len(open_units) > 8 else "")
        raise Refused(
            f"还有 {len(open_units)} 个单位既未收到年度报告、也未列为未报送:{shown}。"
            f"请收齐,或在 {due_days.due_on(year)} 前后列为未报送,再定稿。"
        )


def _keep(act: Freezing, last: AnnualReport | None) -> AnnualReport:
    figures = replace(build(act.span, act.now), final=True, reason=act.reason.strip())
    if last is not None:
        before = last.figures
        changes = (*changes_between(before, figures), *changed_words(before, figures))
        figures = replace(figures, changes=changes)
    files = rendered(figures)
    report = AnnualReport.objects.create(
        year=act.span.year,
        first=act.span.period.first,
        last=act.span.period.last,
        version=figures.version,
        reason=figures.reason,
        snapshot=files[FIGURES_FILE].decode(),
        sha256=digest(files[FIGURES_FILE]),
        built_at=act.now,
        built_by=act.officer,
    )
    ReportFile.objects.bulk_create(
        ReportFile(report=report, name=name, content=content, sha256=digest(content))
        for name, content in files.items()
    )
    keep_rows(report, act.span)
    _as_counted(report, figures)
    audit.record("年度报告更正" if last else "年度报告定稿", report, reason=figures.reason)
    return report


def _as_counted(report: AnnualReport, figures: Figures) -> None:
    """The rows kept are as many as the figures say; else nothing is frozen."""
    total = next(row for row in figures.table("settled_by_origin").rows if not row.section)
    table = figures.table("settled_by_origin")
    figure = parse(table.key_of(total, table.columns[0]))
    kept = FrozenCase.objects.filter(
        report=report,
        source="settled",
        day__gte=figure.period.first,
        day__lte=figure.period.last,
    ).count()
    if kept != total.cells[0]:
        raise Refused(f"定稿核对不一致:落户 {total.cells[0]} 人,留存 {kept} 人。没有定稿,请重试。")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
