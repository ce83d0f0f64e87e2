"""Odd ones: one address, phone, agent or scan in many cases; haste; work outside hours.

Each kind is one query over the last year's rows, grouped by the database; none decrypts.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils import timezone

from applications.models import Agent, Application, Attachment, Member, StateChange
from kaili_hukou.dates import add_months
from kaili_hukou.registers import calendar

MONTHS = 12
# From how many cases on the same thing is odd.
SAME_ADDRESS = 4
SAME_PHONE = 3
SAME_AGENT = 4
SAME_SCAN = 2
# An approval that comes sooner than this after the review was hardly read.
SHORTEST_LOOK = datetime.timedelta(minutes=1)
OPENS, CLOSES = datetime.time(8, 0), datetime.time(18, 30)
SATURDAY = 6  # by ISO 8601
CASES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of oddness. `rows` gives rows to page through; `path` leads from one to cases."""

    code: str
    title: str
    reason: str
    rows: Callable[[datetime.date], Any]
    key: str = ""
    cases: Callable[[datetime.date], Any] | None = None
    path: str = ""


@dataclass(slots=True)
class Odd:
    """One line of the list: why it is odd, and the cases that it is about."""

    reason: str
    count: int
    cases: list[Application] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.cases)


def since(on: datetime.date) -> datetime.date:
    return add_months(on, -MONTHS)


def _repeated(rows: Any, key: str, path: str, least: int) -> Any:
    """Values of `key` that stand in `least` cases or more, the most frequent first."""
    return (
        rows.exclude(**{key: ""})
        .order_by()
        .values(key)
        .annotate(cases=Count(path, distinct=True))
        .filter(cases__gte=least)
        .order_by("-cases", key)
    )


def _applications(on: datetime.date) -> Any:
    return Application.objects.filter(opened_at__date__gte=since(on))


def _members(on: datetime.date) -> Any:
    return Member.objects.filter(application__opened_at__date__gte=since(on))


def _agents(on: datetime.date) -> Any:
    return Agent.objects.filter(application__opened_at__date__gte=since(on))


def _scans(on: datetime.date) -> Any:
    return Attachment.objects.filter(
        item__application__opened_at__date__gte=since(on), removed_at__isnull=True
    )


def _hasty(on: datetime.date) -> Any:
    """Approvals within a minute of the review before them."""
    review = StateChange.objects.filter(
        application=OuterRef("application"), move="review", at__lte=OuterRef("at")
    ).order_by("-at")
    taken = ExpressionWrapper(F("at") - F("reviewed_at"), output_field=DurationField())
    return (
        StateChange.objects.filter(move="approve", on__gte=since(on))
        .annotate(reviewed_at=Subquery(review.values("at")[:1]))
        .annotate(taken=taken)
        .filter(taken__lt=SHORTEST_LOOK)
        .select_related("officer")
        .order_by("-at")
    )


def _outside_hours(on: datetime.date) -> Any:
    """Moves before opening, after closing, or on a day off by the calendar."""
    known = calendar()
    weekend = Q(at__iso_week_day__gte=SATURDAY) & ~Q(at__date__in=_within(known.extra_workdays, on))
    late = Q(at__time__lt=OPENS) | Q(at__time__gte=CLOSES)
    off = Q(at__date__in=_within(known.holidays, on))
    moves = StateChange.objects.filter(late | weekend | off, on__gte=since(on))
    return moves.select_related("officer").order_by("-at")


def _within(days: frozenset[datetime.date], on: datetime.date) -> list[datetime.date]:
    """The days of a calendar that the look reaches; a day's slack for what came after."""
    first, last = since(on), on + datetime.timedelta(days=1)
    return sorted(day for day in days if first <= day <= last)


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            "address",
            "同一地址",
            f"近 {MONTHS} 个月内同一落户地址出现在 {{count}} 份办件中",
            lambda on: _repeated(_applications(on), "address_digest", "pk", SAME_ADDRESS),
            "address_digest",
            _applications,
            "pk",
        ),
        Kind(
            "phone",
            "同一电话",
            f"近 {MONTHS} 个月内同一联系电话出现在 {{count}} 份办件中",
            lambda on: _repeated(_members(on), "person__phone_digest", "application", SAME_PHONE),
            "person__phone_digest",
            _members,
            "application",
        ),
        Kind(
            "agent",
            "同一代办人",
            f"近 {MONTHS} 个月内同一代办人出现在 {{count}} 份办件中",
            lambda on: _repeated(_agents(on), "number_digest", "application", SAME_AGENT),
            "number_digest",
            _agents,
            "application",
        ),
        Kind(
            "scan",
            "同一扫描件",
            f"近 {MONTHS} 个月内同一扫描文件出现在 {{count}} 份办件中",
            lambda on: _repeated(_scans(on), "sha256", "item__application", SAME_SCAN),
            "sha256",
            _scans,
            "item__application",
        ),
        Kind("haste", "审批过快", "审核后不到一分钟即办理", _hasty),
        Kind("hours", "非工作时间办理", "在办公时间以外办理", _outside_hours),
    )
}


def lines(kind: Kind, rows: list[Any], on: datetime.date) -> list[Odd]:
    """The lines of one page, with their cases, in a fixed number of queries."""
    return _lines_of_groups(kind, rows, on) if kind.cases else _lines_of_moves(kind, rows)


def _lines_of_groups(kind: Kind, rows: list[Any], on: datetime.date) -> list[Odd]:
    found = {
        row[kind.key]: Odd(kind.reason.format(count=row["cases"]), row["cases"]) for row in rows
    }
    pairs = list(
        kind.cases(on)
        .filter(**{f"{kind.key}__in": list(found)})
        .order_by()
        .values_list(kind.key, kind.path)
        .distinct()
    )
    cases = _by_id({pk for _, pk in pairs})
    for key, pk in sorted(pairs, key=lambda pair: (pair[0], str(pair[1]))):
        if len(found[key].cases) < CASES_SHOWN:
            found[key].cases.append(cases[pk])
    return list(found.values())


def _lines_of_moves(kind: Kind, rows: list[StateChange]) -> list[Odd]:
    cases = _by_id({row.application_id for row in rows})
    return [Odd(_told(kind, row), 1, [cases[row.application_id]]) for row in rows]


def _told(kind: Kind, row: StateChange) -> str:
    at = f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}"
    return f"{kind.reason}「{row.get_move_display()}」({at},{row.officer.name})"


def _by_id(ids: set[Any]) -> dict[Any, Application]:
    return Application.objects.for_lists().in_bulk(ids)
