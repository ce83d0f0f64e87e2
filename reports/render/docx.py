"""The report as an official document: its text, then every table in an annex."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from reports.figures import Figures, Number, Table
from reports.render import official
from reports.render.official import Annex, Block, Heading, Official, Paragraph
from reports.texts import (
    OUR_NAME,
    Said,
    chapters,
    in_chinese,
    title_of,
)
from reports.words import UnitWords, words_of

ADDRESSEE = "凯里市人民政府"
# Left empty for the pen: who signs is known when it is signed.
SIGNER = "\N{IDEOGRAPHIC SPACE}" * 4
CONTACT = f"联系单位:{OUR_NAME}"
MOST_COLUMNS = 14
# A row's title takes as much room as so many figures.
TITLE_SHARE = 2.4
# Which tables stand in which annex; one that is not named stands in the first of figures.
ANNEXES = (
    ("居住证统计表", ("permits",)),
    ("未报送、迟报单位名单及各单位报送情况", ("returns",)),
    (
        "自然年度统计表及与报告年度的对照",
        ("land_before", "fiscal", "reconciliation", "police_58", "police_58_remarks"),
    ),
    ("城镇化率和上年调整", ("indicators", "prior_year")),
)
SETTLED = "落户统计表"


def render(figures: Figures) -> bytes:
    return official.render(document(figures))


def document(figures: Figures) -> Official:
    """The whole report of 市户改办 to the city's government, as data."""
    return Official(
        title=title_of(figures),
        addressee=ADDRESSEE,
        blocks=[_block(one) for one in chapters(figures)],
        signature=OUR_NAME,
        day=datetime.datetime.fromisoformat(figures.built_at).date(),
        annexes=_annexes(figures),
        signer=SIGNER,
        contact=CONTACT,
    )


def _block(said: Said) -> Block:
    return Heading(said.level, said.text) if said.level else Paragraph(said.text)


def _annexes(figures: Figures) -> list[Annex]:
    elsewhere = {key for _, keys in ANNEXES for key in keys}
    settled = [table for table in figures.tables if table.key not in elsewhere]
    found = [
        Annex("各单位任务落实一览表", [_tasks(words_of(figures).units)], landscape=True),
        Annex(SETTLED, _tables(settled), landscape=True),
    ]
    for title, keys in ANNEXES:
        tables = [table for table in figures.tables if table.key in keys]
        if tables:
            found.append(Annex(title, [*_lists(figures, keys), *_tables(tables)], landscape=True))
    if figures.changes:
        found.append(Annex("更正前后对照表", [_changes(figures)], landscape=True))
    return found


def _tasks(units: Sequence[UnitWords]) -> official.Table:
    rows = [
        (
            unit.name,
            item.clause,
            item.title,
            item.part,
            item.progress,
            item.cost_estimated or "—",
            item.cost_spent or "—",
        )
        for unit in units
        for item in unit.items
    ]
    head = ("单位", "条款", "任务", "分工", "进展情况", "经费测算(元)", "实际支出(元)")
    return official.Table(head, rows, (3, 1.4, 3, 0.8, 7, 1.7, 1.7))


def _lists(figures: Figures, keys: Sequence[str]) -> list[Block]:
    """附件 of who is silent and who was late: the names before the table."""
    if "returns" not in keys:
        return []
    missing = figures.told["returns"]["missing"]
    late = [row.title for row in figures.table("returns").rows if row.cells[2]]
    return [
        Paragraph(f"未报送:{'、'.join(missing) or '无'}。"),
        Paragraph(f"迟报:{'、'.join(late) or '无'}。"),
    ]


def _changes(figures: Figures) -> official.Table:
    rows = [
        (one.table, one.row, one.column, shown(one.before), shown(one.after))
        for one in figures.changes
    ]
    return official.Table(("表", "行", "栏", "更正前", "更正后"), rows, (4, 3, 3, 1.5, 1.5))


def _tables(tables: Sequence[Table]) -> list[Block]:
    return [
        part
        for number, table in enumerate(tables, start=1)
        for part in _parts(table, f"{in_chinese(number)}、{table.title}")
    ]


def _parts(table: Table, caption: str) -> list[official.Table]:
    """A table that is too wide stands in parts below each other, each with the rows' titles."""
    wide = len(table.columns)
    number = -(-wide // MOST_COLUMNS)
    size = -(-wide // number)
    parts = [_part(table, start, min(start + size, wide)) for start in range(0, wide, size)]
    parts[0] = replace(parts[0], caption=caption, about=table.heading)
    parts[-1] = replace(parts[-1], notes=[f"注:{note}" for note in table.notes])
    return parts


def _part(table: Table, start: int, end: int) -> official.Table:
    head = (table.row_title, *(column.title for column in table.columns[start:end]))
    rows = [(row.title, *map(shown, row.cells[start:end])) for row in table.rows]
    widths = (TITLE_SHARE, *[1.0] * (end - start))
    return official.Table(head, rows, widths, caption=f"(续:{head[1]}至{head[-1]})")


def shown(number: Number) -> str:
    return "—" if number is None else str(number)
