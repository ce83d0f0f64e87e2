"""Scans of returns and of supporting rules: known by content, kept encrypted, never destroyed."""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from applications.scans import Scan
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.sealed_files import Shelf
from reports.actions.changing import NotAllowed, Overtaken, may_write
from reports.actions.ruling import keeps_rules_of
from reports.models import ReturnFile, ReturnItem, SupportingRule, UnitReturn
from reports.return_flow import GATHERERS

FILES = Shelf("returns", "reports.ReturnFile.content")
MOST_FILES = 40
Purpose = ReturnFile.Purpose


@dataclass(frozen=True, slots=True)
class Filing:
    """A scan, its name, what it is for, and the measure that it proves."""

    scan: Scan
    file_name: str
    purpose: str
    item: ReturnItem | None = None


@transaction.atomic
def attach(found: UnitReturn, filing: Filing, officer: Officer) -> ReturnFile:
    """A scan of a return that may still be written. The same bytes twice: refused."""
    # Held while the scan goes in, so that nobody sends the return in between.
    held = UnitReturn.objects.select_for_update().get(pk=found.pk)
    if not held.is_fillable:
        raise Overtaken.by_others(held)
    if not may_write(held, officer):
        raise NotAllowed("您不能为这份报告添加文件。")
    if filing.purpose == Purpose.LETTER and officer.role not in GATHERERS:
        raise NotAllowed("来函扫描件由户改办或户政科代录时上传。")
    return _keep(ReturnFile(unit_return=held, item=filing.item), filing, officer)


@transaction.atomic
def attach_rule(rule: SupportingRule, filing: Filing, officer: Officer) -> ReturnFile:
    if not keeps_rules_of(rule.bureau, officer):
        raise NotAllowed("您不能为这项配套政策添加文件。")
    return _keep(ReturnFile(rule=rule), filing, officer)


def _keep(row: ReturnFile, filing: Filing, officer: Officer) -> ReturnFile:
    content = filing.scan.content
    owner = row.unit_return or row.rule
    assert owner is not None, "a scan belongs to a return or to a rule"
    kept = owner.files.kept()
    sha256 = hashlib.sha256(content).hexdigest()
    if kept.filter(sha256=sha256, purpose=filing.purpose, item=row.item).exists():
        raise Refused("这个文件已经传过,不用再传。")
    if kept.count() >= MOST_FILES:
        raise Refused(f"已有 {MOST_FILES} 个文件,不能再加。请合并成一个 PDF 上传。")
    row.purpose, row.kind, row.file_name = filing.purpose, filing.scan.kind, filing.file_name
    row.size, row.pages, row.sha256 = len(content), filing.scan.pages, sha256
    row.uploaded_by = officer
    row.save(force_insert=True)
    FILES.keep(row.pk, content)
    audit.record("上传报告附件", row)
    return row


@transaction.atomic
def set_aside(row: ReturnFile, officer: Officer) -> None:
    """A scan uploaded by mistake is shown no more; once the return is out it stays."""
    if row.unit_return and not may_write(row.unit_return, officer):
        raise Refused("报告已送出或不由您填写,附件不能作废。")
    if row.rule and not keeps_rules_of(row.rule.bureau, officer):
        raise Refused("这项配套政策不由您登记,文件不能作废。")
    rows = ReturnFile.objects.filter(pk=row.pk, removed_at__isnull=True)
    if rows.update(removed_at=timezone.now()):
        audit.record("作废报告附件", row)
