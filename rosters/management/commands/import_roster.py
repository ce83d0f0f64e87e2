"""`import_roster KIND FILE --reference 文号 [--commit] [--errors OUT]`: the contract's door."""

import json
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kaili_hukou.actions import Refused
from rosters.errors_workbook import ErrorsWorkbook
from rosters.header import Header
from rosters.importing import Chunk, Listener, Order, Result, import_roster
from rosters.kinds import KINDS
from rosters.rows import Duplicate, Finding, Rejected, Valid
from rosters.workbook import FileRefused, Head
from rosters.writing import Document

REFUSED = 2
LONGEST_REFERENCE = 100


class Command(BaseCommand):
    help = "读入花名册并逐行核对;加 --commit 才保存(待第二人确认)。输出一个 JSON 对象。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(KINDS), metavar="KIND", help=" / ".join(KINDS))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--reference", required=True, metavar="文号")
        parser.add_argument("--commit", action="store_true", help="保存;不写则只预览")
        parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="退回的行写入此文件")

    def handle(self, *_args: object, **options: Any) -> None:
        with Lists(options["errors"]) as lists:
            try:
                result = import_roster(_order(options), Listener(lists.begin, lists.chunk))
            except (FileRefused, Refused, OSError) as refusal:
                _refuse(refusal)
            lists.print(result, self.stdout)


def _order(options: dict[str, Any]) -> Order:
    path, reference = options["file"], options["reference"].strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise Refused(f"文号应为 1 至 {LONGEST_REFERENCE} 个字,请用 --reference 写明。")
    on = timezone.localdate()
    document = Document(options["kind"], reference, on, file_name=path.name)
    return Order(document, path, on, commit=options["commit"])


def _refuse(refusal: Exception) -> None:
    told = {"error": str(refusal), "code": getattr(refusal, "code", "refused")}
    if isinstance(refusal, OSError):
        told = {"error": "文件打不开或写不进,请检查路径和权限。", "code": "unreadable"}
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    sys.exit(REFUSED)


class Lists:
    """Errors and warnings as they come, in files: half a million of them take no memory."""

    def __init__(self, errors_path: Path | None) -> None:
        self._errors_path = errors_path
        self._errors_workbook: ErrorsWorkbook | None = None
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._warnings = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def __enter__(self) -> "Lists":
        return self

    def __exit__(self, broken_off: object, *_: object) -> None:
        if broken_off and self._errors_workbook:
            self._errors_workbook.discard()
        self._errors.close()
        self._warnings.close()

    def begin(self, head: Head, header: Header) -> None:
        if self._errors_path:
            self._errors_workbook = ErrorsWorkbook(self._errors_path, head, header)

    def chunk(self, chunk: Chunk, _result: Result) -> None:
        for source, outcome in chunk.read:
            if isinstance(outcome, Valid):
                _append(self._warnings, outcome.warnings)
                continue
            if isinstance(outcome, Rejected):
                _append(self._errors, outcome.errors)
            elif isinstance(outcome, Duplicate):
                _append(self._errors, [outcome.error])
            if self._errors_workbook:
                self._errors_workbook.add(source.cells, outcome)

    def print(self, result: Result, out: Any) -> None:
        if self._errors_workbook:
            self._errors_workbook.close()
        told = json.dumps(result.as_json(), ensure_ascii=False)
        out.write(told[:-1] + ', "errors": [', ending="")
        _copy(self._errors, out)
        out.write('], "warnings": [', ending="")
        _copy(self._warnings, out)
        out.write("]}")


def _append(file: IO[str], findings: list[Finding]) -> None:
    """Each with a comma before it; the first comma is left out when they are copied."""
    for finding in findings:
        told = {
            "row": finding.row,
            "column": finding.column,
            "code": finding.code,
            "message": finding.message,
        }
        file.write(", " + json.dumps(told, ensure_ascii=False))


def _copy(file: IO[str], out: Any) -> None:
    file.seek(0)
    file.read(2)
    while block := file.read(65_536):
        out.write(block, ending="")
