"""The tables of the work: cases and their terms, permits, rosters, the three rights. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from reports.classes import TERMS
from reports.counts import Counts
from reports.figures import Table
from reports.keys import Figure, Where, where
from reports.period import Period
from reports.settled_tables import Frame
from reports.tables import (
    Columns,
    Counting,
    Head,
    Plan,
    every_row,
    filled,
    rows_by_town,
    with_column,
)

# The figures of cases, in the words and the order of the tables: what is counted, and how.
CASES: Mapping[str, tuple[str, str, Where]] = {
    "received": ("收件", "received", ()),
    "approved": ("批准", "made", where(move="approve")),
    "refused": ("不予批准", "made", where(move="refuse")),
    "not_accepted": ("不予受理", "made", where(move="not_accept")),
    "withdrawn": ("申请人撤回", "made", where(move="withdraw")),
    "terminated": ("终止办理", "made", where(move="terminate")),
    "open_at_end": ("期末在办", "open", ()),
}
DECIDING = ("approve", "refuse")
PERMITS = {
    "issued": "签发",
    "endorsed": "签注",
    "suspended": "期末中止",
    "valid": "期末有效",
}


def work_tables(frame: Frame, counts: Counts, kinds: Mapping[str, str]) -> list[Table]:
    """`kinds`: the kinds of roster with their titles."""
    return [
        _cases(frame, counts),
        _deadlines(frame, counts),
        _others(frame, counts),
        _permits(frame, counts),
        _rosters(frame, counts, kinds),
        _rights(frame, counts),
    ]


def case_column(name: str, period: Period) -> Counting:
    title, source, rows = CASES[name]
    return Counting(title, Figure(source, period, rows))


def _columns(frame: Frame, titles: Mapping[str, str]) -> tuple[Counting, ...]:
    return tuple(Columns(source, frame.period).of(title) for source, title in titles.items())


def _cases(frame: Frame, counts: Counts) -> Table:
    plan = Plan(
        "applications",
        "办件情况",
        frame.heading,
        every_row(frame.places),
        tuple(case_column(name, frame.period) for name in CASES),
        notes=("收件不含不予受理的办件;批准、不予批准按决定日期计。",),
    )
    return filled(plan, counts)


def _deadlines(frame: Frame, counts: Counts) -> Table:
    decided = Columns("made", frame.period)
    plan = Plan(
        "deadlines",
        "承诺时限执行情况",
        frame.heading,
        every_row(frame.places),
        (
            decided.of("作出决定", move=DECIDING),
            case_column("approved", frame.period),
            case_column("refused", frame.period),
            *(decided.of(title, move=DECIDING, term=term) for term, title in TERMS.items()),
        ),
        sums=((0, (1, 2)), (0, (3, 4))),
        notes=("按期:决定日期不晚于承诺办结日;暂停计时期间作出的决定计为按期。",),
    )
    table = filled(plan, counts)
    return with_column(table, "按期率(%)", [_share(row.cells) for row in table.rows])


def _share(cells: tuple[object, ...]) -> float | None:
    decided, within = cells[0], cells[3]
    if not isinstance(decided, int) or not isinstance(within, int) or not decided:
        return None
    return round(100 * within / decided, 2)


def _others(frame: Frame, counts: Counts) -> Table:
    titles = {"revoked": "撤销落户(人)", "returned": "毕业迁回(人)", "collective": "集体户(户)"}
    plan = Plan(
        "revoked_and_returned",
        "撤销落户、毕业迁回与集体户",
        frame.heading,
        every_row(frame.places),
        _columns(frame, titles),
        notes=("撤销(含骗取和依职权撤销)计入撤销之日所在时段,原落户仍计在落户之日所在时段。",),
    )
    return filled(plan, counts)


def _permits(frame: Frame, counts: Counts) -> Table:
    plan = Plan(
        "permits",
        "居住证",
        frame.heading,
        rows_by_town(frame.places),
        _columns(frame, PERMITS),
        row_title="镇(街道)",
        notes=("签注按次计;期末指统计时段最后一日,不含已注销的。",),
    )
    return filled(plan, counts)


def _rosters(frame: Frame, counts: Counts, kinds: Mapping[str, str]) -> Table:
    rows = tuple(Head(title, "", where(roster=code)) for code, title in kinds.items())
    columns = (
        Columns("named", frame.period).of("名册人数", adds=False),
        Columns("named_settled", frame.period).of("已落户", adds=False),
    )
    plan = Plan(
        "rosters",
        "花名册落户进度",
        frame.heading,
        rows,
        columns,
        row_title="花名册",
        notes=("名册人数为期末已确认名册所列的不同人员;已落户不限渠道。",),
    )
    table = filled(plan, counts)
    waiting = [_difference(row.cells[0], row.cells[1]) for row in table.rows]
    return with_column(table, "尚未落户", waiting)


def _difference(one: object, other: object) -> int | None:
    return one - other if isinstance(one, int) and isinstance(other, int) else None


def _rights(frame: Frame, counts: Counts) -> Table:
    """三(三)4: a notice for each household of rural origin that settled."""
    rights = Columns("rights", frame.period)
    plan = Plan(
        "land_rights",
        "三权权益告知(三(三)4)",
        frame.heading,
        every_row(frame.places),
        (
            rights.of("农村籍落户家庭(应告知)"),
            rights.of("已送达", state="done"),
            rights.of("待送达", state="open"),
            rights.of("其他情况", state=("declined", "unreachable", "not_applicable", "handed")),
            rights.of("落户撤销后停办", state="cancelled"),
        ),
        sums=((0, (1, 2, 3, 4)),),
    )
    return filled(plan, counts)
