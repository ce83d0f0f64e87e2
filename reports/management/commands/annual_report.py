"""`annual_report YEAR --out DIR [--final] [--correct …] [--period …]`: the contract's door."""

import json
import sys
import tempfile
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from kaili_hukou.actions import Refused
from kaili_hukou.dates import parse_day
from kaili_hukou.wording import described
from reports.build import build
from reports.figures import Disagreement, Figures
from reports.freeze import Freezing, correct, digest, freeze, rendered
from reports.models import AnnualReport
from reports.period import PeriodError, Span, span_of

_YEAR_LENGTH = 4


class Command(BaseCommand):
    help = "生成年度汇总报告(docx、xlsx、figures.json),输出一个 JSON 对象:文件路径和 SHA-256。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", metavar="YEAR")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="写入的文件夹")
        parser.add_argument("--final", action="store_true", help="定稿;不写则为草稿")
        parser.add_argument("--correct", metavar="REASON", help="已定稿的,生成更正版并写明理由")
        parser.add_argument("--period", nargs=2, metavar=("FROM", "TO"), help="自选时段,只作草稿")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            folder = _folder(options["out"])
            files, told = _made(options)
            for name, content in files.items():
                (folder / name).write_bytes(content)
        except (Refused, PeriodError, Disagreement) as fault:
            self._refuse(str(fault))
        except OSError:
            self._refuse(f"文件夹 {options['out']} 写不进,请检查路径和权限,或换一个文件夹。")
        told["files"] = [
            {"path": str(folder / name), "sha256": digest(content)}
            for name, content in files.items()
        ]
        self.stdout.write(json.dumps(told, ensure_ascii=False))

    def _refuse(self, words: str) -> NoReturn:
        self.stderr.write(words)
        sys.exit(1)


def _folder(folder: Path) -> Path:
    """The folder, made where it is missing; OSError before anything is frozen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder


def _made(options: dict[str, Any]) -> tuple[dict[str, bytes], dict[str, Any]]:
    now = timezone.localtime()
    span = _span(options, now.date())
    act = Freezing(span, now, reason=options["correct"] or "")
    if options["correct"] is not None:
        return _frozen(correct(act))
    if options["final"]:
        return _frozen(freeze(act))
    figures = build(span, now)
    return rendered(figures), _told(figures)


def _frozen(report: AnnualReport) -> tuple[dict[str, bytes], dict[str, Any]]:
    files = {file.name: bytes(file.content) for file in report.files.order_by("pk")}
    return files, _told(report.figures)


def _told(figures: Figures) -> dict[str, Any]:
    return {
        "year": figures.year,
        "period": list(figures.period),
        "final": figures.final,
        "version": figures.version,
    }


def _span(options: dict[str, Any], today: date) -> Span:
    year = options["year"]
    if not (year.isascii() and year.isdigit() and len(year) == _YEAR_LENGTH):
        raise PeriodError(f"年度应为四位数字,如 {today.year};收到的是{described(year)}。")
    chosen = options["period"]
    return span_of(int(year), today, _days(*chosen) if chosen else None)


def _days(first: str, last: str) -> tuple[date, date]:
    try:
        return parse_day(first), parse_day(last)
    except ValueError:
        raise PeriodError(
            "时段的两个日期应写成 YYYY-MM-DD,且是历法上有的日期;"
            f"收到的是{described(first)}和{described(last)}。"
        ) from None
