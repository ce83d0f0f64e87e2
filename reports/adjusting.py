"""上年调整: what was entered or mended after the freeze of the year before, for a day inside it."""

from reports.classes import LEVELS
from reports.collect import Query
from reports.counts import Counts
from reports.figures import Column, Figures, Row, Table
from reports.keys import Figure, where
from reports.models import AnnualReport
from reports.period import Period, Span
from reports.settled_tables import SETTLED
from reports.tables import Head, Places, every_row

ORIGIN = "迁出地"


def adjusting_queries(span: Span, previous: AnnualReport | None) -> list[Query]:
    if previous is None:
        return []
    return [
        Query(SETTLED, ("route", "town", "level"), (Period(previous.first, previous.last),)),
        Query("revoked", ("route", "town", "settled_year"), (span.period,)),
    ]


def prior_year(
    previous: AnnualReport | None, counts: Counts, places: Places, now: Period
) -> Table | None:
    """The frozen figures of the year before, beside what the same days count now."""
    if previous is None:
        return None
    frozen, then = previous.figures, Period(previous.first, previous.last)
    levels = [Head(title, ORIGIN, where(level=code)) for code, title in LEVELS.items()]
    present = Figure(SETTLED, then)
    undone = Figure("revoked", now, where(settled_year=str(previous.year)))
    rows = []
    for head in (*every_row(places), *levels):
        before = _frozen(frozen, head)
        after = counts.number(present.of(head.where))
        if before is None and not after:
            continue
        struck = None if head.section == ORIGIN else counts.number(undone.of(head.where))
        text = "/".join(f"{name}:{','.join(values)}" for name, values in head.where)
        cells = (before or 0, after, after - (before or 0), struck)
        rows.append(Row(head.title, head.section, text, cells))
    return Table(
        "prior_year",
        "上年调整",
        f"上年报告:{then.title},第 {previous.version} 版定稿",
        (
            Column("上年定稿落户人数"),
            Column("同一时段现在统计", present.text),
            Column("定稿后补录、更正(增减)"),
            Column("本期撤销的上年落户", undone.text),
        ),
        tuple(rows),
        sums=((1, (0, 2)),),
        notes=("定稿不再改动;定稿以后补录、更正而落户日期在上年时段内的,在本表列出。",),
    )


def _frozen(figures: Figures, head: Head) -> int | None:
    """The number that was frozen for a row; None where the report had no such row."""
    if not head.section:
        return int(figures.told["settled"]["total"])
    table = figures.table("settled_by_origin")
    if head.section == ORIGIN:
        total = next(row for row in table.rows if not row.section)
        titles = [column.title for column in table.columns]
        return int(total.cells[titles.index(head.title)] or 0)
    return next((int(row.cells[0] or 0) for row in table.rows if row.title == head.title), None)
