"""Files kept with an evaluation, a finding or an opinion."""

import hashlib

from django.db import transaction

from applications.scans import Scan
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.sealed_files import Shelf
from reports.models import Evaluation, Finding, Opinion, OversightFile

FILES = Shelf("oversight", "reports.OversightFile.content")


@transaction.atomic
def attach(
    owner: Evaluation | Finding | Opinion, scan: Scan, file_name: str, officer: Officer
) -> OversightFile:
    """Keeps the file, encrypted, with its digest. The same bytes twice under one thing: refused."""
    sha256 = hashlib.sha256(scan.content).hexdigest()
    if owner.files.filter(sha256=sha256).exists():
        raise Refused("这个文件已经传过,不用再传。")
    row = OversightFile(
        kind=scan.kind,
        file_name=file_name[:200],
        size=len(scan.content),
        pages=scan.pages,
        sha256=sha256,
        uploaded_by=officer,
        **{type(owner).__name__.lower(): owner},
    )
    row.save(force_insert=True)
    FILES.keep(row.pk, scan.content)
    audit.record("上传附件", row)
    return row
