"""The tables by calendar year: land, money, police form, and the bridge to the report year. Pure.

Police, land and fiscal tables are by calendar year; the report is by report year. One table
reconciles the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from applications.statistics import DISCHARGED, MARKS, REASONS
from kaili_hukou.dates import in_words
from reports.classes import COLUMN_INSIDE, COLUMN_OTHER, FROM_OUTSIDE_THE_CITY
from reports.counts import Counts
from reports.figures import Number, Table
from reports.keys import NONE
from reports.period import Period, Span
from reports.settled_tables import SETTLED
from reports.tables import (
    Columns,
    Places,
    Plan,
    every_row,
    filled,
    parts,
    rows_by_town,
    with_column,
)

# Columns of 公业58表 that this system cannot know: the police enter them.
ENTERED = {
    1: "年末城镇人口数",
    3: "出生",
    5: "港澳台、华侨定居及入籍",
    24: "死亡",
    25: "服现役",
    26: "出国境定居、入外籍",
    27: "城镇人口迁出",
    28: "其他减少",
}
RURAL_REASONS = tuple(REASONS)


@dataclass(frozen=True, slots=True)
class Yearly:
    """What these tables need beside the counts.

    `entered`: by column, what the police entered for the calendar year; `last_end`: column 1 of
    the year before.
    """

    span: Span
    as_of: date
    places: Places
    entered: Mapping[int, int] = field(default_factory=dict)
    last_end: int | None = None

    def heading(self, period: Period, name: str) -> str:
        shown = min(self.as_of, period.last)
        until = f",截至{in_words(shown)}" if shown >= period.first else ",尚未开始"
        return f"{name}:{period.title}{until}"


def yearly_tables(told: Yearly, counts: Counts) -> list[Table]:
    tables = [_land(told, counts), _fiscal(told, counts)]
    if told.span.is_report_year:
        tables.append(_reconciliation(told, counts))
    return [*tables, _police(told, counts), _remarks(told, counts)]


def _land(told: Yearly, counts: Counts) -> Table:
    """三(三)3: new construction land follows the people settled in the year before."""
    before = Columns(SETTLED, told.span.before)
    columns = (
        before.of("落户人数"),
        before.of("其中:农村籍", kind="rural"),
        before.of("市外迁入", level=FROM_OUTSIDE_THE_CITY),
        before.of("市外迁入中农村籍", level=FROM_OUTSIDE_THE_CITY, kind="rural"),
        before.of("市内农村迁入城镇", level="city", kind="rural"),
        before.of("市内城镇之间(含城乡未填)", level="city", kind=("urban", NONE)),
        before.of("无现户籍", level=NONE),
    )
    plan = Plan(
        "land_before",
        "新增建设用地挂钩:上一年度落户人口(三(三)3)",
        told.heading(told.span.before, f"上一年度(自然年度 {told.span.year - 1} 年)"),
        every_row(told.places),
        columns,
        sums=((0, (2, 4, 5, 6)),),
    )
    return filled(plan, counts)


def _fiscal(told: Yearly, counts: Counts) -> Table:
    """三(三)1、2: money follows the people settled, weighed by how far they came."""
    year = Columns(SETTLED, told.span.calendar)
    titles = {"outside": "跨省", "province": "省内跨市州", "prefecture": "州内跨县"}
    columns = (
        year.of("落户人数"),
        *year.each("level", titles),
        year.of("市内乡→城", level="city", kind="rural"),
        year.of("市内城镇之间(含城乡未填)", level="city", kind=("urban", NONE)),
        year.of("无现户籍", level=NONE),
        year.of("其中:农村籍", kind="rural"),
        *(
            year.of(f"{title}中农村籍", level=level, kind="rural")
            for level, title in titles.items()
        ),
    )
    plan = Plan(
        "fiscal",
        "财政转移支付挂钩:落户人口(三(三)1、2)",
        told.heading(told.span.calendar, f"自然年度 {told.span.year} 年"),
        every_row(told.places),
        columns,
        sums=((0, (1, 2, 3, 4, 5, 6)),),
    )
    return filled(plan, counts)


def _reconciliation(told: Yearly, counts: Counts) -> Table:
    """Report year and calendar year share January to November; each has a December of its own."""
    own, year = told.span.period, told.span.calendar
    one_day = timedelta(days=1)
    before = Columns(SETTLED, Period(own.first, year.first - one_day))
    common = Columns(SETTLED, Period(year.first, own.last))
    after = Columns(SETTLED, Period(own.last + one_day, year.last))
    plan = Plan(
        "reconciliation",
        "报告年度与自然年度对照",
        f"报告年度 {own.title};自然年度 {year.title}",
        every_row(told.places),
        (
            Columns(SETTLED, own).of("报告年度"),
            before.of(f"{told.span.year - 1}年12月"),
            common.of(f"{told.span.year}年1至11月"),
            after.of(f"{told.span.year}年12月"),
            Columns(SETTLED, year).of("自然年度"),
        ),
        sums=((0, (1, 2)), (4, (2, 3))),
        notes=("自然年度=报告年度-上年12月+本年12月;生成之日以后的月份为 0。",),
    )
    return filled(plan, counts)


# ------------------------------------------------------------------ 公业58表


def _police(told: Yearly, counts: Counts) -> Table:
    """城镇人口增减情况统计年报表: what the system counts, what the police enter, and the sums."""
    year = Columns(SETTLED, told.span.calendar)
    plan = Plan(
        "police_58",
        "城镇人口增减情况统计年报表(公业58表)",
        told.heading(told.span.calendar, f"自然年度 {told.span.year} 年"),
        rows_by_town(told.places),
        (
            year.of("4 退出现役", column=DISCHARGED),
            year.of("6 迁入:省内", column="6"),
            year.of("7 迁入:省外", column="7"),
            year.of("8 农业转移人口落户城镇小计", column=RURAL_REASONS),
            year.of("9 来自本市(州)", column=RURAL_REASONS, level=("city", "prefecture")),
            year.of("10 来自本省外市(州)", column=RURAL_REASONS, level="province"),
            year.of("11 来自外省", column=RURAL_REASONS, level="outside"),
            *(year.of(f"{code} {title}", column=code) for code, title in REASONS.items()),
            year.of("22 其他增加", column=COLUMN_OTHER),
            year.of("不计:市内城镇之间", column=COLUMN_INSIDE),
            year.of("自然年度落户人数"),
        ),
        sums=(
            (3, (4, 5, 6)),
            (3, parts(7, len(REASONS))),
            (9 + len(REASONS), (0, 1, 2, 3, 7 + len(REASONS), 8 + len(REASONS))),
        ),
        row_title="镇(街道)",
        notes=_police_notes(told),
    )
    return _with_entered(filled(plan, counts), told)


def _police_notes(told: Yearly) -> tuple[str, ...]:
    missing = "、".join(f"{n} {title}" for n, title in ENTERED.items() if n not in told.entered)
    notes = ["来自本市(州)=凯里市内和州内他县(市)。迁出地或城乡分类未填的计入 22 其他。"]
    if missing:
        notes.append(f"待公安机关录入的栏:{missing}。")
    return tuple(notes)


def _with_entered(table: Table, told: Yearly) -> Table:
    """The columns that were entered, and the sums 2 and 23; of the towns they are not known."""
    entered = {number: told.entered.get(number) for number in ENTERED}
    columns: dict[str, Number] = {f"{n} {ENTERED[n]}(录入)": entered[n] for n in (1, 3, 5)}
    columns["2 增加合计"] = _increase(table, entered)
    columns |= {f"{n} {ENTERED[n]}(录入)": entered[n] for n in range(24, 29)}
    columns["23 减少合计"] = _decrease(entered)
    for title, number in columns.items():
        table = with_column(table, title, [number, *[None] * (len(table.rows) - 1)])
    return _in_the_order_of_the_form(table)


def _in_the_order_of_the_form(table: Table) -> Table:
    """By the number before each title; what has none comes last."""
    numbers = [column.title.split(" ")[0] for column in table.columns]
    order = sorted(
        range(len(numbers)), key=lambda at: int(numbers[at]) if numbers[at].isdigit() else 99
    )
    place = {old: new for new, old in enumerate(order)}
    return replace(
        table,
        columns=tuple(table.columns[old] for old in order),
        rows=tuple(
            replace(row, cells=tuple(row.cells[old] for old in order)) for row in table.rows
        ),
        sums=tuple(
            (place[whole], tuple(place[part] for part in parts)) for whole, parts in table.sums
        ),
    )


def _increase(table: Table, entered: Mapping[int, int | None]) -> int | None:
    """2 = 3 + 4 + 5 + 6 + 7 + 8 + 22; not known before 3 and 5 are entered."""
    known = [table.rows[0].cells[place] for place in (0, 1, 2, 3, 7 + len(REASONS))]
    added = [entered[3], entered[5]]
    if None in added:
        return None
    return sum(int(one) for one in [*known, *added] if one is not None)


def _decrease(entered: Mapping[int, int | None]) -> int | None:
    """23 = 24 + 25 + 26 + 27 + 28."""
    lost = [entered[number] for number in range(24, 29)]
    return None if None in lost else sum(one for one in lost if one is not None)


def police_faults(table: Table, told: Yearly) -> list[str]:
    """What the form says against itself: the year's end is the last one's, plus 2, minus 23."""
    end, before = told.entered.get(1), told.last_end
    more, less = table.cell("合计", "2 增加合计"), table.cell("合计", "23 减少合计")
    if not isinstance(more, int) or not isinstance(less, int) or end is None or before is None:
        return []
    if end == before + more - less:
        return []
    return [
        f"公业58表:年末城镇人口数 {end},应为上年末 {before} 加 {more} 减 {less},"
        f"即 {before + more - less},相差 {end - (before + more - less)}。请核对录入的各栏。"
    ]


def _remarks(told: Yearly, counts: Counts) -> Table:
    """备注: of those of rural origin, who has a mark of the form."""
    year = Columns(SETTLED, told.span.calendar)
    plan = Plan(
        "police_58_remarks",
        "公业58表备注:落户人员统计标志",
        told.heading(told.span.calendar, f"自然年度 {told.span.year} 年"),
        rows_by_town(told.places),
        tuple(year.each("mark", MARKS)),
        row_title="镇(街道)",
        notes=("一人可有几项标志,各栏不相加。",),
    )
    return filled(plan, counts)
