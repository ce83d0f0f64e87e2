"""A unit's year from the first line to 采用: begun, filled, sent, sent back, accepted, excused."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.roles import Role
from reports import due_days
from reports.actions.changing import (
    Act,
    NotAllowed,
    Overtaken,
    advance,
    compare_and_set,
    may_write,
)
from reports.known_figures import known_figures
from reports.models import ReturnFile, ReturnItem, UnitReturn
from reports.units import measures

TAKEN_OVER = ("progress", "figures", "problems", "next_steps")
HEAD_SEALED = ("contact", "phone", "signatory")


@dataclass(frozen=True, slots=True)
class ItemTold:
    """What was typed under one measure."""

    progress: str = ""
    figures: str = ""
    problems: str = ""
    next_steps: str = ""
    cost_estimated: Decimal | None = None
    cost_spent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What was typed into a return; the letter's columns are empty where the unit writes itself."""

    contact: str = ""
    phone: str = ""
    signatory: str = ""
    suggestions: str = ""
    letter_number: str = ""
    letter_on: datetime.date | None = None
    items: Mapping[str, ItemTold] = field(default_factory=dict)


@transaction.atomic
def begin(found: UnitReturn, act: Act, *, from_last_year: bool = False) -> None:
    """A draft with one item for each measure; last year's text in it where it was asked for."""
    advance(found, "begin", act, entered_by=act.officer)
    add_measures(found)
    if from_last_year:
        _take_over(found)
    fill_in_known(found)


def add_measures(found: UnitReturn) -> None:
    """One item for each measure of the unit; what was written under another stays."""
    present = {item.clause: item for item in found.items.all()}
    for position, duty in enumerate(measures(found.unit, found.year)):
        item = present.get(duty.clause)
        if item is None:
            found.items.create(clause=duty.clause, part=duty.part, position=position)
        elif (item.part, item.position) != (duty.part, position):
            item.part, item.position = duty.part, position
            item.save(update_fields=["part", "position"])


def last_year(found: UnitReturn) -> UnitReturn | None:
    """The unit's return of the year before, if anything was written in it."""
    rows = UnitReturn.objects.filter(
        year=found.year - 1, bureau=found.bureau_id, town=found.town_id
    )
    return rows.filter(items__isnull=False).distinct().first()


def _take_over(found: UnitReturn) -> None:
    before = last_year(found)
    if before is None:
        raise Refused(f"没有 {found.year - 1} 年的报告可以沿用,请直接开始填报。")
    texts = {item.clause: item for item in before.items.all()}
    for item in found.items.all():
        source = texts.get(item.clause)
        if source:
            for name in TAKEN_OVER:
                setattr(item, name, getattr(source, name))
            item.save(update_fields=TAKEN_OVER)
    for name in HEAD_SEALED:
        setattr(found, name, getattr(before, name))
    found.save(update_fields=HEAD_SEALED)


def fill_in_known(found: UnitReturn) -> None:
    """What cases, permits and rosters tell under each measure, as of now."""
    known = known_figures(found.unit, found.year)
    now = timezone.now()
    for item in found.items.all():
        item.known, item.known_at = known.get(item.clause, []), now
        item.save(update_fields=["known", "known_at"])


@transaction.atomic
def rebuild(found: UnitReturn, act: Act) -> None:
    """The figures anew, at a press, until it is sent; texts stay."""
    _writable(found, act)
    compare_and_set(found, act.version)
    add_measures(found)
    fill_in_known(found)
    audit.record("重新统计年度报告数据", found)


@transaction.atomic
def save(found: UnitReturn, told: Told, act: Act) -> None:
    """Keeps what was typed; nothing need be complete."""
    _writable(found, act)
    values: dict[str, Any] = {"suggestions": told.suggestions}
    if act.officer.role != Role.BUREAU_CLERK:
        if told.letter_on and told.letter_on > act.on:
            raise Refused("来函收到日期不能晚于今天,请核对。")
        values |= {"letter_number": told.letter_number, "letter_on": told.letter_on}
    compare_and_set(found, act.version, entered_by=act.officer, **values)
    for name in HEAD_SEALED:
        setattr(found, name, getattr(told, name))
    found.save(update_fields=HEAD_SEALED)
    changes = _save_items(found, told.items)
    audit.record("保存年度报告", found, changes=changes)


def _save_items(found: UnitReturn, items: Mapping[str, ItemTold]) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    for item in found.items.filter(clause__in=list(items)):
        told = items[item.clause]
        new = {name: getattr(told, name) for name in ItemTold.__slots__}
        old = {name: getattr(item, name) for name in new}
        if new == old:
            continue
        ReturnItem.objects.filter(pk=item.pk).update(**new)
        changes |= {
            f"{item.clause} {name}": (str(old[name]), str(new[name]))
            for name in new
            if new[name] != old[name]
        }
    return changes


def _writable(found: UnitReturn, act: Act) -> None:
    if not found.is_fillable:
        raise Overtaken.by_others(found)
    if not may_write(found, act.officer):
        raise NotAllowed("您不能填写这份报告。")


@transaction.atomic
def send(found: UnitReturn, act: Act) -> None:
    """Whole and signed, to 市户改办. In time is by the first day on which it came."""
    lacking = missing_parts(found, by_unit=act.officer.role == Role.BUREAU_CLERK)
    if lacking and found.is_fillable:
        raise Refused(f"还不能送出,缺少:{'、'.join(lacking)}。已填写的内容都已保存。")
    came = act.on if act.officer.role == Role.BUREAU_CLERK else found.letter_on
    values = {"received_on": found.received_on or came, "entered_by": act.officer}
    advance(found, "send", act, sent_at=timezone.now(), declared_missing=False, reason="", **values)


def missing_parts(found: UnitReturn, *, by_unit: bool) -> list[str]:
    """What is still to be filled in before it may go out, in the words of the page."""
    labels = (("contact", "联系人"), ("phone", "联系电话"), ("signatory", "签发人"))
    lacking = [label for name, label in labels if not getattr(found, name)]
    silent = [item.clause for item in found.items.all() if not item.progress.strip()]
    if silent:
        lacking.append(f"{'、'.join(silent)} 的工作进展")
    scans = set(found.files.kept().values_list("purpose", flat=True))
    if by_unit and ReturnFile.Purpose.SEALED not in scans:
        lacking.append("盖章扫描件")
    if not by_unit and ReturnFile.Purpose.LETTER not in scans:
        lacking.append("来函扫描件")
    if not by_unit and found.letter_on is None:
        lacking.append("来函收到日期")
    return lacking


def send_back(found: UnitReturn, act: Act) -> None:
    advance(found, "send_back", act, accepted_by=None, accepted_on=None)


def accept(found: UnitReturn, act: Act) -> None:
    advance(found, "accept", act, accepted_by=act.officer, accepted_on=act.on)


def exempt(found: UnitReturn, act: Act) -> None:
    advance(found, "exempt", act, declared_missing=False)


def require(found: UnitReturn, act: Act) -> None:
    advance(found, "require", act)


def declare_missing(found: UnitReturn, act: Act) -> None:
    """The summary goes out without it: 截至×月×日未报送. Not before the day has passed."""
    if act.on <= due_days.returns_by(found.year):
        raise Refused(
            f"{found.year} 年的报送还没有到 {due_days.returns_by(found.year)},不能列为未报送。"
        )
    if found.declared_missing:
        raise Refused("这个单位已经列为未报送。")
    advance(found, "declare_missing", act, declared_missing=True)


ACTIONS = {
    "begin": begin,
    "send": send,
    "accept": accept,
    "send_back": send_back,
    "exempt": exempt,
    "require": require,
    "declare_missing": declare_missing,
}
