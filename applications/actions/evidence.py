"""The list of documents of a case, how each was met, and the scans kept of them."""

import datetime
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.evidence_rules import rule_of, states_by_hand
from applications.models import Application, Attachment, EvidenceItem, Member
from applications.on_file import valid_for
from applications.policy.evidence import Evidence, companion_evidence
from applications.policy.verdict import Verdict
from applications.scans import Scan, keep
from applications.workflow import OPEN
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from rosters.models import RosterEntry

State = EvidenceItem.State


@transaction.atomic
def sync_evidence(
    application: Application,
    members: list[Member],
    verdict: Verdict,
    row: RosterEntry | None,
) -> None:
    """Adds what the policy asks for and drops what it no longer asks, unless it was handed in.

    `row` is that of a confirmed roster of the route; what it proves is not asked for.
    """
    wanted = _wanted(members, verdict)
    present = {(item.code, item.member_id): item for item in application.evidence.all()}
    answered = _answered_by_roster(application.route, row)
    _follow_roster(application, answered)
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
        if key not in asked and _was_never_here(item):
            item.delete()


NEVER_HANDED_IN = frozenset({State.MISSING, State.DEFERRED, State.ROSTER})


def _was_never_here(item: EvidenceItem) -> bool:
    """Nothing was handed in under it, no letter asks for it, no later case stands on it."""
    return item.state in NEVER_HANDED_IN and not (
        item.attachments.exists() or item.inquiries.exists() or item.used_again.exists()
    )


def _wanted(members: list[Member], verdict: Verdict) -> list[tuple[Evidence, Member | None]]:
    wanted: list[tuple[Evidence, Member | None]] = [(item, None) for item in verdict.evidence]
    for member in members:
        if not member.is_applicant:
            wanted += [(item, member) for item in companion_evidence(member.relationship)]
    return wanted


def _answered_by_roster(route: str, row: RosterEntry | None) -> frozenset[str]:
    """What a confirmed roster proves is not asked for again (which roster stands on the case)."""
    if row is None or (route == "veteran" and not row.document):
        return frozenset()
    return ROSTER_ANSWERS.get(route, frozenset())


def _follow_roster(application: Application, answered: frozenset[str]) -> None:
    """What a roster proved is asked for again once none stands; nobody types it where one does."""
    items = application.evidence.filter(member=None)
    items.filter(state=State.ROSTER).exclude(code__in=answered).update(state=State.MISSING)
    items.filter(state=State.MISSING, code__in=answered).update(state=State.ROSTER)


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
        if state not in states_by_hand(item.code):
            raise Refused(f"「{item.title}」不能登记为「{State(state).label}」。")
        changes[item.code] = (item.state, state)
        _meet(item, state, officer, deferred_until=until)
    if changes:
        audit.record("登记材料", application, changes=changes)


def _meet(item: EvidenceItem, state: str, officer: Officer | None, **told: Any) -> None:
    """Sets how a document is met; what belonged to the way before is dropped with it."""
    nothing = {"deferred_until": None, "promised_on": None, "check_by": None, "on_file": None}
    for name, value in {**nothing, "kept": "", "kept_on": None, **told}.items():
        setattr(item, name, value)
    item.state = state
    item.noted_by, item.noted_at = officer or item.noted_by, timezone.now()
    item.save()


@transaction.atomic
def meet(item: EvidenceItem, state: str, officer: Officer, **told: Any) -> None:
    """A document met in another way than by hand: asked for, promised, used again."""
    application = item.application
    if application.state not in OPEN:
        raise Refused(f"办件已「{application.get_state_display()}」,材料情况不能再改。")
    before = item.state
    _meet(item, state, officer, **told)
    audit.record("登记材料", application, changes={item.code: (before, state)})


def promise(
    item: EvidenceItem, *, promised_on: datetime.date, check_by: datetime.date, officer: Officer
) -> None:
    """告知承诺: signed on a day, to be checked by a later one; only where the rules let it."""
    rule = rule_of(item.code)
    if not rule.promise:
        raise Refused(f"「{item.title}」不适用告知承诺:{rule.why_not}")
    if check_by <= promised_on:
        raise Refused("核查期限应在承诺日期以后,请重新填写。")
    meet(item, State.PROMISED, officer, promised_on=promised_on, check_by=check_by)


def use_on_file(
    item: EvidenceItem, source: EvidenceItem, *, officer: Officer, on: datetime.date
) -> None:
    """The person's own paper of an earlier case, where it is still valid on the day."""
    if source.pk not in {found.pk for found in valid_for(item, on)}:
        raise Refused("这份存档材料不是本人的、已过有效期,或不能重复使用,请收取新的材料。")
    meet(item, State.ON_FILE, officer, on_file=source)


@transaction.atomic
def check_promise(item: EvidenceItem, kept: str, *, officer: Officer, on: datetime.date) -> None:
    """What the later check found, once; a false promise stays on the list and on the case."""
    if item.promised_on is None or on < item.promised_on:
        raise Refused("核查日期不能早于承诺日期,请核对。")
    if kept not in EvidenceItem.Kept.values:
        raise Refused("请选择核查结果:属实或不属实。")
    updated = EvidenceItem.objects.filter(pk=item.pk, state=State.PROMISED, kept="").update(
        kept=kept, kept_on=on
    )
    if not updated:
        raise Refused("这项承诺的核查结果已有人登记,或材料已换成别的形式,请刷新后核对。")
    item.kept, item.kept_on = kept, on
    label = EvidenceItem.Kept(kept).label
    audit.record("核查承诺", item.application, changes={item.code: ("", label)})


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
