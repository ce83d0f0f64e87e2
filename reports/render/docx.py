"""The report as a Word document: its texts, then each table. The same snapshot, the same bytes."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from reports.figures import Figures, Number, Table

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands above the tables: paragraphs by heading, in their order."""

    title: str
    parts: Sequence[tuple[str, Sequence[str]]] = field(default=())


def plain_texts(figures: Figures) -> Texts:
    """The few sentences that follow from the figures alone."""
    kind = f"(第 {figures.version} 版)" if figures.final else "(草稿)"
    told = figures.told
    settled, cases = told["settled"], told["applications"]
    return Texts(
        f"凯里市{figures.year}年非户籍人口落户情况报告{kind}",
        (
            ("一、统计时段", (f"{figures.period[0]}至{figures.period[1]},截至{figures.as_of}。",)),
            (
                "二、落户情况",
                (
                    f"落户 {settled['total']} 人({settled['applications']} 件),"
                    f"撤销落户 {told['revoked']} 人,毕业迁回原籍 {told['returned']} 人,"
                    f"准予设立集体户 {told['collective_households']} 户。",
                    f"收件 {cases['received']} 件,批准 {cases['approved']} 件,"
                    f"不予批准 {cases['refused']} 件,不予受理 {cases['not_accepted']} 件,"
                    f"按期作出决定 {cases['within_term']} 件,超期 {cases['beyond_term']} 件。",
                ),
            ),
            *((("三、说明", figures.notes),) if figures.notes else ()),
        ),
    )


def render(figures: Figures, texts: Texts | None = None) -> bytes:
    told = texts or plain_texts(figures)
    document = Document()
    _landscape(document)
    document.add_heading(told.title, level=0)
    for heading, paragraphs in told.parts:
        document.add_heading(heading, level=1)
        for words in paragraphs:
            document.add_paragraph(words)
    for table in figures.tables:
        _add_table(document, table)
    _properties(document, figures, told.title)
    out = io.BytesIO()
    document.save(out)
    return unchanging(out.getvalue())


def _landscape(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def _properties(document: Any, figures: Figures, title: str) -> None:
    built_at = datetime.fromisoformat(figures.built_at).replace(tzinfo=None)
    told = document.core_properties
    told.title, told.author, told.last_modified_by = title, "凯里市户籍窗口", ""
    told.created = told.modified = built_at
    told.revision = 1


def _add_table(document: Any, table: Table) -> None:
    """Written as XML at once: a cell at a time takes minutes where there are thousands."""
    document.add_heading(table.title, level=2)
    last = document.add_paragraph(table.heading)
    heads = [table.row_title, *(column.title for column in table.columns)]
    rows = [heads, *([row.title, *map(_shown, row.cells)] for row in table.rows)]
    last._p.addnext(parse_xml(_table_xml(rows)))
    for note in table.notes or ("",):
        document.add_paragraph(f"注:{note}" if note else "")


def _table_xml(rows: list[list[str]]) -> str:
    lines = "".join(f"<w:tr>{''.join(map(_cell_xml, row))}</w:tr>" for row in rows)
    look = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr>'
    grid = "<w:tblGrid>" + "<w:gridCol/>" * len(rows[0]) + "</w:tblGrid>"
    return f"<w:tbl {nsdecls('w')}>{look}{grid}{lines}</w:tbl>"


def _cell_xml(text: str) -> str:
    words = f'<w:rPr><w:sz w:val="16"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t>'
    return f"<w:tc><w:tcPr/><w:p><w:r>{words}</w:r></w:p></w:tc>"


def _shown(number: Number) -> str:
    return "—" if number is None else str(number)


def unchanging(content: bytes) -> bytes:
    """The same document with the parts of its archive dated alike."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            told = zipfile.ZipInfo(name, date_time=_EPOCH)
            told.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(told, old.read(name))
    return out.getvalue()
