"""What the file of a case holds: who signed what, which papers and documents, on which pages."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.utils.timezone import localdate

from applications.forms import FactsForm
from applications.models import Application, Attachment, Member, StateChange
from applications.paper_kinds import PAPERS
from applications.workflow import State

STEPS = (
    (("accept", "not_accept"), "窗口受理意见"),
    (("check",), "派出所核查意见"),
    (("review",), "派出所领导审核意见"),
    (("approve", "refuse"), "市公安局审批意见"),
)
# Signatures that no longer count after these moves.
_DECIDING = frozenset({"check", "review", "approve", "refuse"})
VOIDED_BY = {
    "return_to_station": frozenset({"check", "review"}),
    "reopen": _DECIDING,
    "retake": _DECIDING | {"accept", "not_accept"},
}


@dataclass(frozen=True, slots=True)
class Signing:
    """One box of the 审批表; `change` is None while nobody has signed."""

    title: str
    change: StateChange | None

    @property
    def words(self) -> str:
        if self.change is None:
            return ""
        details = self.change.details or {}
        said = [details.get("findings", ""), details.get("facts", ""), self.change.reason]
        return " ".join(dict.fromkeys(filter(None, said))) or self.change.get_move_display()


def signings(application: Application) -> list[Signing]:
    """Clerk, head and city with what each signed last, since the case was last sent back."""
    made: dict[str, StateChange] = {}
    for change in application.history.select_related("officer__station"):
        for name in VOIDED_BY.get(change.move, ()):
            made.pop(name, None)
        made[change.move] = change
    return [
        Signing(title, next((made[move] for move in moves if move in made), None))
        for moves, title in STEPS
    ]


def answers(application: Application) -> list[tuple[str, Any]]:
    """What was answered about the route, with its labels, for reading."""
    rows = []
    for name, field in FactsForm(application.route, prefix="facts").fields.items():
        value = (application.facts or {}).get(name)
        if value not in (None, "", []):
            choices = dict(getattr(field, "choices", []))
            shown = field.prepare_value(value)
            rows.append((field.label, choices.get(shown, shown)))
    return rows


def by_household(members: Iterable[Member]) -> list[list[Member]]:
    """People of one place of origin and one address there: a household."""

    def place(member: Member) -> tuple[str, str]:
        return member.division, member.origin

    return [list(group) for _, group in groupby(sorted(members, key=place), key=place)]


def closed_on(application: Application) -> datetime.date | None:
    """The day on which the case came to its end; its filing is no event of its own."""
    last = application.history.exclude(move="archive").last()
    return last.on if last else None


def result(application: Application) -> str:
    """How the case ended; of a filed one, how it stood before it was filed."""
    if application.state != State.ARCHIVED:
        return application.get_state_display()
    filed = application.history.filter(move="archive").last()
    return filed.get_before_display() if filed else application.get_state_display()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the 卷内目录: the pages from `first` to `last` of the file."""

    title: str
    on: datetime.date | None
    first: int
    last: int
    note: str = ""

    @property
    def pages(self) -> int:
        return self.last - self.first + 1


Line = tuple[str, datetime.date | None, int, str]
UNPAGED = frozenset({"cover", "contents", "delivery"})


def contents(application: Application) -> list[Entry]:
    """Papers in the order of a file, the documents after the application form, then receipts."""
    places = list(PAPERS)
    papers = sorted(
        application.papers.exclude(name__in=UNPAGED).select_related("change"),
        key=lambda row: (places.index(row.name), row.printed_at),
    )
    before = [row for row in papers if row.name == "application-form"]
    after = [row for row in papers if row.name != "application-form"]
    lines = [_paper_line(row) for row in before]
    lines += _document_lines(application)
    lines += [_paper_line(row) for row in after]
    lines += _delivery_lines(application)
    return _paged(lines)


def _paper_line(row: Any) -> Line:
    on = row.change.on if row.change else localdate(row.printed_at)
    return PAPERS[row.name].title, on, len(row.sheets), ""


def _document_lines(application: Application) -> list[Line]:
    kept = Attachment.objects.filter(removed_at__isnull=True)
    items = application.evidence.exclude(state="missing").prefetch_related(
        Prefetch("attachments", kept)
    )
    lines = []
    for item in items.select_related("member__person"):
        whose = f"({item.member.person.name})" if item.member else ""
        pages = sum(scan.pages for scan in item.attachments.all())
        on = localdate(item.noted_at) if item.noted_at else application.received_on
        lines.append((item.title + whose, on, pages or item.copies, item.get_state_display()))
    return lines


def _delivery_lines(application: Application) -> list[Line]:
    rows = application.deliveries.select_related("paper")
    return [
        (f"送达回证({PAPERS[row.paper.name].title})", row.delivered_on, 1, row.get_way_display())
        for row in rows
    ]


def _paged(lines: list[Line]) -> list[Entry]:
    entries, page = [], 1
    for title, on, pages, note in lines:
        entries.append(Entry(title, on, page, page + pages - 1, note))
        page += pages
    return entries
