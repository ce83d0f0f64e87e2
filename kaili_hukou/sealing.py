"""The record sealed in batches by a chain of keyed digests, and the chain looked through.

Whoever changes, removes, puts in or swaps sealed entries without the key breaks a link; whoever
cuts off the end, or puts an older copy of the database back, is at odds with the anchor: a file
outside the database to which every head is added.
"""

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from kaili_hukou import crypto
from kaili_hukou.models import AuditEntry, AuditSeal, SealedEntry

AT_ONCE = 1000
# An entry is committed within an hour of its time; one that is older than that when the seal
# before was made had no business to come later.
GRACE = datetime.timedelta(hours=1)
ENTRY, SEAL = "audit-entry", "audit-seal"
COLUMNS = tuple(field.attname for field in AuditEntry._meta.concrete_fields)


def seal(now: datetime.datetime) -> int:
    """Seals every committed entry that has no seal yet; how many there were.

    Of two sealers at once one goes on and the other stops: the number of a seal is unique.
    """
    sealed = 0
    while count := _seal_batch(now):
        sealed += count
        if count < AT_ONCE:
            break
    return sealed


def _seal_batch(now: datetime.datetime) -> int:
    last = AuditSeal.objects.order_by("number").last()
    rows = list(_unsealed(last).order_by("at", "pk").values(*COLUMNS)[:AT_ONCE])
    if not rows:
        return 0
    digests = [digest_of(row) for row in rows]
    made = AuditSeal(
        number=last.number + 1 if last else 1,
        sealed_at=now,
        count=len(rows),
        previous=last.head if last else "",
    )
    made.head = head_of(made, digests)
    told = [
        SealedEntry(entry_id=row["id"], seal=made, place=place, digest=digest)
        for place, (row, digest) in enumerate(zip(rows, digests, strict=True))
    ]
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            SealedEntry.objects.bulk_create(told)
    except IntegrityError:
        return 0
    _tell_anchor(made)
    return len(rows)


def _unsealed(last: AuditSeal | None) -> QuerySet[AuditEntry]:
    """By what is missing, not by the last one seen: entries are not committed in their order."""
    rows = AuditEntry.objects.filter(~Exists(SealedEntry.objects.filter(entry_id=OuterRef("pk"))))
    return rows.filter(at__gte=last.sealed_at - GRACE) if last else rows


def digest_of(row: dict[str, Any]) -> str:
    """Of an entry as it is stored; what is encrypted goes in as its bytes."""
    return crypto.digest("\x1f".join(_canonical(row[name]) for name in COLUMNS), purpose=ENTRY)


def _canonical(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else str(value)


def head_of(link: AuditSeal, digests: Sequence[str]) -> str:
    at = _canonical(link.sealed_at)
    told = (str(link.number), at, str(link.count), link.previous, *digests)
    return crypto.digest("|".join(told), purpose=SEAL)


def _tell_anchor(link: AuditSeal) -> None:
    if settings.AUDIT_ANCHOR:
        with Path(settings.AUDIT_ANCHOR).open("a", encoding="utf-8") as anchor:
            anchor.write(f"{link.number} {_canonical(link.sealed_at)} {link.head}\n")


# ---------------------------------------------------------------- looking through


@dataclass
class Verdict:
    """As `verify_audit` prints it; `first_break` is a sentence."""

    entries: int = 0
    sealed: int = 0
    ok: bool = True
    first_break: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Broken(Exception):
    """The first link that does not hold."""


def verify() -> Verdict:
    """The whole record against its seals and the anchor; memory does not grow with it."""
    verdict = Verdict(entries=AuditEntry.objects.count())
    try:
        last = None
        for link in AuditSeal.objects.order_by("number").iterator(chunk_size=AT_ONCE):
            _check_link(link, last)
            verdict.sealed += link.count
            last = link
        _check_sealed_are_known(last)
        _check_none_was_put_in()
        _check_anchor()
    except Broken as fault:
        verdict.ok, verdict.first_break = False, str(fault)
    return verdict


def _check_link(link: AuditSeal, before: AuditSeal | None) -> None:
    number, head = (before.number + 1, before.head) if before else (1, "")
    if link.number != number or link.previous != head:
        raise Broken(f"第 {number} 环:与前一环接不上,有封存被删除、插入或改动。")
    rows = list(SealedEntry.objects.filter(seal=link).order_by("place"))
    if len(rows) != link.count or head_of(link, [row.digest for row in rows]) != link.head:
        raise Broken(f"第 {number} 环:封存的条目与封印不符。")
    for some in _in_parts(rows):
        found = AuditEntry.objects.filter(pk__in=[row.entry_id for row in some])
        present = {row["id"]: row for row in found.values(*COLUMNS)}
        for row in some:
            entry = present.get(row.entry_id)
            if entry is None:
                raise Broken(f"第 {number} 环第 {row.place + 1} 条:记录 {row.entry_id} 已被删除。")
            if digest_of(entry) != row.digest:
                raise Broken(f"第 {number} 环第 {row.place + 1} 条:记录 {row.entry_id} 已被改动。")


def _in_parts(rows: Iterable[SealedEntry]) -> Iterator[list[SealedEntry]]:
    """SQLite takes so many values at once."""
    rest = iter(rows)
    while part := list(islice(rest, 500)):
        yield part


def _check_sealed_are_known(last: AuditSeal | None) -> None:
    if SealedEntry.objects.exclude(seal__in=AuditSeal.objects.all()).exists():
        number = last.number + 1 if last else 1
        raise Broken(f"第 {number} 环:封存已被删除,条目还在。")


def _check_none_was_put_in() -> None:
    """Entries older than what the last seal should have taken."""
    last = AuditSeal.objects.order_by("number").last()
    if last is None:
        return
    missing = ~Exists(SealedEntry.objects.filter(entry_id=OuterRef("pk")))
    late = AuditEntry.objects.filter(missing, at__lt=last.sealed_at - GRACE).order_by("at").first()
    if late:
        raise Broken(f"记录 {late.pk} 没有封存,时间却早于已封存的部分:是后来插入的。")


def _check_anchor() -> None:
    if not settings.AUDIT_ANCHOR:
        return
    path = Path(settings.AUDIT_ANCHOR)
    heads = dict(AuditSeal.objects.values_list("number", "head"))
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    told = 0
    for line in lines:
        number, _, head = line.split(" ")
        told = max(told, int(number))
        if heads.get(int(number)) != head:
            raise Broken(f"第 {number} 环:与外部存证不符,末尾被截断,或恢复了旧的备份。")
    if heads and told < max(heads):
        raise Broken(f"外部存证只到第 {told} 环,数据库里有 {max(heads)} 环:请核对存证文件。")
