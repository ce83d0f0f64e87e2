"""四(四): every decision with who, when, why, on which evidence and under which rules.

What a later reopening cleared from the case is taken from where the reopening kept it: the
export tells each decision as it was made.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from applications.models import Application, Attachment, EvidenceItem, Member, StateChange
from applications.models.application import OPINIONS
from applications.policy.routes import ROUTES
from applications.workflow import MOVES
from kaili_hukou.actions import Refused
from kaili_hukou.masking import mask_identity_number, mask_name, mask_phone
from reports.sheets import Sheet, workbook

# What an officer decided, with an effect for the applicant.
DECISIONS = (
    "accept",
    "not_accept",
    "take_route",
    "extend",
    "approve",
    "refuse",
    "register_part",
    "register",
    "terminate",
    "correct",
    "annul",
    "revoke",
    "reopen",
    "retake",
)
# With these the case was judged and kept; with those what was kept went over into history.
JUDGING = ("not_accept", "approve", "refuse")
TAKING_UP = ("reopen", "retake")
TITLES = {name: MOVES[name].title for name in DECISIONS}
MOST = 5_000
CHUNK = 500

_STATUS = {"met": "符合", "unmet": "不符合", "unknown": "待核实"}
_ADMISSION = {"admitted": "准予", "refused": "不准"}
_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Span:
    """The decisions of these days; of one kind, if `move` is told."""

    since: datetime.date
    until: datetime.date
    move: str = ""


def decisions(span: Span, officer: Any) -> QuerySet[StateChange]:
    """In the order of their days."""
    rows = StateChange.objects.visible_to(officer).filter(
        on__range=(span.since, span.until), move__in=[span.move] if span.move else DECISIONS
    )
    return rows.order_by("on", "at", "pk")


def told(rows: QuerySet[StateChange]) -> QuerySet[StateChange]:
    """With all that a line tells: the number of queries does not depend on the number of rows."""
    turning = StateChange.objects.filter(move__in=JUDGING + TAKING_UP).order_by("at")
    scans = Attachment.objects.filter(removed_at__isnull=True)
    evidence = (
        EvidenceItem.objects.select_related("member__person", "noted_by")
        .prefetch_related(Prefetch("attachments", scans))
        .order_by("position")
    )
    return rows.select_related(
        "application__applicant",
        "application__enterprise",
        "application__station",
        "application__town",
        "officer__station",
        "officer__bureau",
    ).prefetch_related(
        "application__members__person",
        Prefetch("application__history", turning, to_attr="turning"),
        Prefetch("application__evidence", evidence, to_attr="items"),
    )


def judged_at(change: StateChange) -> tuple[dict[str, Any] | None, str]:
    """(the case as it was judged, version of the rules) that this decision rests on.

    (None, "") where the case was not judged before it, or has been taken up again since.
    """
    case: Application = change.application
    before = [row for row in case.turning if row.at <= change.at]
    if not before or (before[-1].move in TAKING_UP and before[-1].pk != change.pk):
        return None, ""
    after = case.turning[len(before) :]
    undone = change if change.move in TAKING_UP else _first_taking_up(after)
    if undone is None:
        return case.judged, case.rules_version
    kept = (undone.details or {}).get("before", {})
    return kept.get("judged"), kept.get("rules_version", "")


def _first_taking_up(rows: Iterable[StateChange]) -> StateChange | None:
    return next((row for row in rows if row.move in TAKING_UP), None)


HEADINGS = (
    ("受理编号", 22),
    ("渠道", 18),
    ("条款", 12),
    ("受理派出所", 16),
    ("落户镇街", 14),
    ("申请人", 14),
    ("公民身份号码", 22),
    ("决定", 16),
    ("原状态", 12),
    ("新状态", 12),
    ("日期", 12),
    ("时间", 20),
    ("经办人", 16),
    ("警号", 12),
    ("所在单位", 18),
    ("理由", 40),
    ("审查意见", 14),
    ("规则版本", 16),
    ("逐项条件", 60),
    ("随迁人员", 40),
    ("材料", 60),
    ("依据的参数值", 60),
    ("办件标识", 38),
)
EVIDENCE_HEADINGS = (
    ("受理编号", 22),
    ("材料", 40),
    ("条款", 12),
    ("对象", 16),
    ("情况", 14),
    ("登记人", 16),
    ("登记时间", 20),
    ("扫描件", 10),
    ("扫描件 SHA-256", 70),
    ("办件标识", 38),
)


def line(change: StateChange, *, plain: bool = False) -> tuple[Any, ...]:
    """One decision in the order of HEADINGS; people masked unless `plain`."""
    case: Application = change.application
    judged, version = judged_at(change)
    verdict = (judged or {}).get("verdict") or {}
    return (
        case.receipt_number,
        case.get_route_display(),
        ROUTES[case.route].clause,
        case.station.name,
        case.town.name if case.town else "",
        *_whose(case, plain),
        MOVES[change.move].title,
        change.get_before_display(),
        change.get_after_display(),
        change.on.isoformat(),
        f"{timezone.localtime(change.at):%Y-%m-%d %H:%M:%S}",
        change.officer.name,
        change.officer.police_number,
        change.officer.place,
        change.reason if plain else hidden(change.reason),
        dict(OPINIONS).get(verdict.get("verdict", ""), ""),
        version,
        _conditions(verdict),
        _companions(case, plain),
        ";".join(f"{item.title}:{item.get_state_display()}" for item in case.items),
        _values(judged),
        str(case.pk),
    )


def _whose(case: Application, plain: bool) -> tuple[str, str]:
    if case.applicant is None:
        return (case.enterprise.name, case.enterprise.code) if case.enterprise else ("", "")
    person = case.applicant
    if plain:
        return person.name, person.number or person.without_number
    return mask_name(person.name), person.masked_number


def hidden(text: str | None) -> str:
    """Free text with the numbers of people and phones masked."""
    masked = _NUMBER.sub(lambda found: mask_identity_number(found[0]), text or "")
    return _PHONE.sub(lambda found: mask_phone(found[0]), masked)


def _conditions(verdict: dict[str, Any]) -> str:
    return ";".join(
        f"{one['clause']} {one['code']} {_STATUS.get(one['status'], one['status'])}"
        f"(要求:{one['required']};实际:{one['actual']})"
        for one in verdict.get("conditions", ())
    )


def _companions(case: Application, plain: bool) -> str:
    rows = [member for member in case.members.all() if not member.is_applicant]
    return ";".join(_companion(row, plain) for row in rows)


def _companion(row: Member, plain: bool) -> str:
    name = row.person.name if plain else mask_name(row.person.name)
    reason = row.admission_reason if plain else hidden(row.admission_reason)
    decided = _ADMISSION.get(row.admission, "未核定")
    parts = [decided, row.get_outcome_display(), *([reason] if reason else [])]
    return f"{name}({row.get_relationship_display()}):{','.join(parts)}"


def _values(judged: dict[str, Any] | None) -> str:
    """The parameters as they were kept with the decision, each in its value of the day judged."""
    if not judged:
        return ""
    on = judged["case"]["as_of"]
    return ";".join(
        f"{one['title']}={_value_on(one['values'], on)}"
        for one in judged["parameters"]["parameters"].values()
    )


def _value_on(values: list[dict[str, Any]], on: str) -> Any:
    """As the rules take it: the last value begun by the day, before the first one the first."""
    begun = [one for one in values if one["from"] <= on]
    return (begun or values[:1])[-1]["value"]


def evidence_lines(case: Application, *, plain: bool = False) -> Iterator[tuple[Any, ...]]:
    for item in case.items:
        name = item.member.person.name if item.member else ""
        scans = list(item.attachments.all())
        yield (
            case.receipt_number,
            item.title,
            item.clause,
            name if plain else mask_name(name),
            item.get_state_display(),
            item.noted_by.name if item.noted_by else "",
            f"{timezone.localtime(item.noted_at):%Y-%m-%d %H:%M:%S}" if item.noted_at else "",
            len(scans),
            " ".join(scan.sha256 for scan in scans),
            str(case.pk),
        )


class Reading:
    """Reads the decisions in chunks; remembers the evidence of each case on the way, once."""

    def __init__(self, span: Span, officer: Any, *, plain: bool) -> None:
        rows = decisions(span, officer)
        self.ids = list(rows.values_list("pk", flat=True)[: MOST + 1])
        if len(self.ids) > MOST:
            raise Refused(f"这段日子的决定超过 {MOST} 项,一次导不出。请缩短期间,分几次导出。")
        if not self.ids:
            raise Refused("这段日子没有决定,没有可导出的内容。请改日期。")
        self.plain = plain
        self.evidence: list[tuple[Any, ...]] = []

    def lines(self) -> Iterator[tuple[Any, ...]]:
        seen = set()
        for first in range(0, len(self.ids), CHUNK):
            chunk = StateChange.objects.filter(pk__in=self.ids[first : first + CHUNK])
            for change in told(chunk.order_by("on", "at", "pk")):
                yield line(change, plain=self.plain)
                if change.application_id not in seen:
                    seen.add(change.application_id)
                    self.evidence += evidence_lines(change.application, plain=self.plain)


def export(span: Span, officer: Any, *, reason: str, plain: bool, on: datetime.date) -> bytes:
    """The workbook. The caller has recorded who asks and why."""
    reading = Reading(span, officer, plain=plain)
    return workbook(_sheets(reading, _heading(span, officer, reason, on)))


def _heading(span: Span, officer: Any, reason: str, on: datetime.date) -> tuple[str, ...]:
    return (
        f"落户决定审计导出:{span.since} 至 {span.until}",
        f"导出人 {officer.place} {officer.name},{on};事由:{reason}",
        "审查意见、逐项条件、参数值为决定当日所留;材料和随迁人员的情况为导出时的登记。",
    )


def _sheets(reading: Reading, above: tuple[str, ...]) -> Iterator[Sheet]:
    """The second is made when the first has been read: its rows were gathered meanwhile."""
    yield Sheet("决定", HEADINGS, reading.lines(), above)
    yield Sheet("材料", EVIDENCE_HEADINGS, reading.evidence)
