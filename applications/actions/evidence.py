"""The list of documents of a case, how each was met, and the scans kept of them."""

import datetime
import hashlib
import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from applications.models import Application, Attachment, EvidenceItem, Member
from applications.policy.evidence import Evidence, companion_evidence
from applications.policy.verdict import Verdict
from applications.scans import Scan, keep
from applications.workflow import OPEN
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer

State = EvidenceItem.State


@transaction.atomic
def sync_evidence(application: Application, members: list[Member], verdict: Verdict) -> None:
    """Adds what the policy asks for and drops what it no longer asks, unless it was handed in."""
    wanted = _wanted(members, verdict)
    present = {(item.code, item.member_id): item for item in application.evidence.all()}
    answered = _answered_by_roster(application)
    new = [
        EvidenceItem(
            application=application,
            member=member,
            code=evidence.code,
            title=evidence.title,
            clause=evidence.clause,
            copies=evidence.copies,
            position=position,
            state=State.ROSTER if evidence.code in answered else State.MISSING,
        )
        for position, (evidence, member) in enumerate(wanted)
        if (evidence.code, member.pk if member else None) not in present
    ]
    EvidenceItem.objects.bulk_create(new)
    asked = {(evidence.code, member.pk if member else None) for evidence, member in wanted}
    for key, item in present.items():
        if key not in asked and item.state == State.MISSING and not item.attachments.exists():
            item.delete()


def _wanted(members: list[Member], verdict: Verdict) -> list[tuple[Evidence, Member | None]]:
    wanted: list[tuple[Evidence, Member | None]] = [(item, None) for item in verdict.evidence]
    for member in members:
        if not member.is_applicant:
            wanted += [(item, member) for item in companion_evidence(member.relationship)]
    return wanted


def _answered_by_roster(application: Application) -> frozenset[str]:
    """What a confirmed roster proves is not asked for again (which roster stands on the case)."""
    row = application.roster_entry
    if row is None:
        return frozenset()
    if application.route == "veteran" and not row.document:
        return frozenset()
    return ROSTER_ANSWERS.get(application.route, frozenset())


ROSTER_ANSWERS = {
    "talent": frozenset({"talent_certificate"}),
    "veteran": frozenset({"placement_document"}),
}


def note_evidence(
    application: Application,
    answers: Mapping[uuid.UUID, tuple[str, datetime.date | None]],
    officer: Officer | None = None,
) -> None:
    """Keeps how each document was met; one entry in the record for all that changed."""
    changes = {}
    for item in application.evidence.filter(pk__in=list(answers)):
        state, until = answers[item.pk]
        until = until if state == State.DEFERRED else None
        if (item.state, item.deferred_until) == (state, until):
            continue
        changes[item.code] = (item.state, state)
        item.state, item.deferred_until = state, until
        item.noted_by, item.noted_at = officer or item.noted_by, timezone.now()
        item.save()
    if changes:
        audit.record("登记材料", application, changes=changes)


@transaction.atomic
def attach(item: EvidenceItem, scan: Scan, file_name: str, officer: Officer) -> Attachment:
    """Keeps a scan, encrypted, with its digest. The same bytes twice under one item: refused."""
    application = item.application
    if application.state not in OPEN:
        raise Refused(f"办件已「{application.get_state_display()}」,不能再添加扫描件。")
    sha256 = hashlib.sha256(scan.content).hexdigest()
    if item.attachments.filter(sha256=sha256, removed_at__isnull=True).exists():
        raise Refused("这个文件已经传过,不用再传。")
    attachment = Attachment(
        item=item,
        kind=scan.kind,
        file_name=file_name,
        size=len(scan.content),
        pages=scan.pages,
        sha256=sha256,
        uploaded_by=officer,
    )
    attachment.save(force_insert=True)
    keep(attachment, scan.content)
    audit.record("上传扫描件", attachment)
    return attachment


@transaction.atomic
def set_aside(attachment: Attachment) -> None:
    """A scan uploaded by mistake is shown no more; it is not destroyed."""
    updated = Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(
        removed_at=timezone.now()
    )
    if updated:
        audit.record("作废扫描件", attachment)
