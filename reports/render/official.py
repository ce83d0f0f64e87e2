"""An official document (GB/T 9704—2012 党政机关公文格式) as the bytes of a .docx.

What is said is data: headings of four levels, paragraphs, tables, annexes, signature and day.
How it looks is the standard's: A4 with a type area of 156 × 225 mm, 22 lines of 28 characters,
fonts by their names (none is shipped with the file), page numbers outside, 7 mm below the type
area. The same document gives the same bytes.
"""

import datetime
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

TITLE_FONT, BODY_FONT = "方正小标宋简体", "仿宋_GB2312"
HEADING_FONTS = ("黑体", "楷体_GB2312", BODY_FONT, BODY_FONT)
NUMBER_FONT = "宋体"

# 二号, 三号, 四号, 五号, 小五号 in points.
TITLE_SIZE, BODY_SIZE, NUMBER_SIZE, SMALL_SIZE, TABLE_SIZE = 22.0, 16.0, 14.0, 10.5, 9.0
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
LINES, CHARACTERS = 22, 28
# 225 mm / 22 lines, rounded down to a twentieth of a point, so that the last line still fits.
LINE_PITCH = 28.95
# 156 mm / 28 characters is a quarter of a point less than 三号 itself.
TIGHTER = -5
# The dash of the page number, in the middle of its line, stands 7 mm below the type area.
FOOTER = BOTTOM - Mm(7) - Pt(NUMBER_SIZE / 2)
# Control, format and surrogate characters; private ones stay: rare names are written with them.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Cn"})
# What stands behind the spacing of characters in a run, by the schema.
AFTER_SPACING = ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang")
# Of a paragraph's properties those that follow, in the order of the schema.
AFTER_AUTOSPACE = (
    *("w:autoSpaceDE", "w:autoSpaceDN"),
    *("w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing"),
    *("w:mirrorIndents", "w:jc", "w:textDirection", "w:textAlignment", "w:outlineLvl", "w:rPr"),
)
# A twentieth of a point, in which tables are measured, in the units of a length.
TWENTIETH = Pt(1) / 20
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 to 4: 一、 (一) 1. (1); the number is part of the text."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; numbers stand to the right. `widths`: shares of the page, for each column.

    `about`: a small line between caption and table; `notes`: small lines below it.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()
    caption: str = ""
    about: str = ""
    notes: Sequence[str] = ()


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Annex:
    title: str
    blocks: Sequence[Block]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Official:
    """`number`: 文号, `signer`: 签发人 of a report to a superior; both may be empty still."""

    title: str
    addressee: str
    blocks: Sequence[Block]
    signature: str
    day: datetime.date
    annexes: Sequence[Annex] = ()
    number: str = ""
    signer: str = ""
    contact: str = ""


def render(document: Official) -> bytes:
    """The .docx; its own time stamps are those of the document's day."""
    made = docx.Document()
    _prepare(made, document)
    if document.number or document.signer:
        _heading_line(made, document)
    _centred(made, document.title, after=1)
    _line(made, f"{document.addressee}:")
    _blocks(made, document.blocks)
    _list_of_annexes(made, document.annexes)
    _sign(made, document)
    if document.contact:
        _line(made, f"({document.contact})", indent=2)
    for number, annex in enumerate(document.annexes, start=1):
        _annex(made, annex, "附件" if len(document.annexes) == 1 else f"附件{number}")
    return _the_same_each_time(made)


# ---------------------------------------------------------------- page


def _prepare(made: Document, document: Official) -> None:
    at = datetime.datetime.combine(document.day, datetime.time(), datetime.UTC)
    told = made.core_properties
    told.title, told.author, told.created, told.modified = document.title, "", at, at
    told.last_modified_by, told.comments = "", ""
    style = made.styles["Normal"]
    style.font.size = Pt(BODY_SIZE)
    _name_font(style.element.get_or_add_rPr(), BODY_FONT)
    made.settings.odd_and_even_pages_header_footer = True
    _page(made.sections[0])
    _number_pages(made.sections[0])


def _page(section: Section, *, landscape: bool = False) -> None:
    """Lying, the page is turned: what was at the top is at the left."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    long, short = Mm(297), Mm(210)
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    sides = (LEFT, BOTTOM, RIGHT, TOP) if landscape else (TOP, RIGHT, BOTTOM, LEFT)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = sides
    section.footer_distance = max(Length(section.bottom_margin - Mm(7) - Pt(7)), Mm(5))
    section.header_distance = Mm(15)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE_PITCH * 20)))
    section._sectPr.append(grid)


def _number_pages(section: Section) -> None:
    """— 1 —, one character from the outer edge: odd pages at the right, even ones at the left."""
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        line = footer.paragraphs[0]
        line.alignment = side
        form = line.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(NUMBER_SIZE)
        form.right_indent = Pt(NUMBER_SIZE) if side == WD_ALIGN_PARAGRAPH.RIGHT else None
        form.left_indent = Pt(NUMBER_SIZE) if side == WD_ALIGN_PARAGRAPH.LEFT else None
        _run(line, "— ", NUMBER_FONT, NUMBER_SIZE)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = _run(line, "", NUMBER_FONT, NUMBER_SIZE)
            run._r.append(_field_part(kind, text))
        _run(line, " —", NUMBER_FONT, NUMBER_SIZE)


def _field_part(kind: str, text: str) -> Any:
    if kind:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        return part
    part = OxmlElement("w:instrText")
    part.set(qn("xml:space"), "preserve")
    part.text = text
    return part


# ---------------------------------------------------------------- text


def _blocks(made: Document, blocks: Iterable[Block]) -> None:
    for block in blocks:
        if isinstance(block, Table):
            _table(made, block)
        elif isinstance(block, Heading):
            line = _line(made, block.text, indent=2, font=HEADING_FONTS[block.level - 1])
            line.paragraph_format.keep_with_next = True
        else:
            _line(made, block.text, indent=2)


def _line(made: Document, text: str, *, indent: float = 0, font: str = BODY_FONT) -> Line:
    """A paragraph of the body; `indent` of its first line, in characters."""
    line = made.add_paragraph()
    form = line.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PITCH)
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False
    form.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    # No room of its own between Chinese and figures: it would break the 28 characters.
    for spaced in ("w:autoSpaceDE", "w:autoSpaceDN"):
        _switch_off(line, spaced)
    if indent:
        form.first_line_indent = Pt(indent * BODY_SIZE)
    if text:
        _run(line, text, font, BODY_SIZE)
    return line


def _switch_off(line: Line, name: str) -> None:
    """Off is written: a word processor has it on."""
    switch = OxmlElement(name)
    switch.set(qn("w:val"), "0")
    behind = AFTER_AUTOSPACE[AFTER_AUTOSPACE.index(name) + 1 :]
    line._p.get_or_add_pPr().insert_element_before(switch, *behind)


def _centred(made: Document, text: str, *, after: int = 0) -> None:
    line = _line(made, "")
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.line_spacing = Pt(max(LINE_PITCH, TITLE_SIZE * 1.4))
    _run(line, text, TITLE_FONT, TITLE_SIZE)
    for _ in range(after):
        _line(made, "")


def _heading_line(made: Document, document: Official) -> None:
    """文号 at the left, 签发人 at the right, one character from either edge."""
    line = _line(made, document.number)
    form = line.paragraph_format
    form.left_indent = form.right_indent = Pt(BODY_SIZE)
    form.tab_stops.add_tab_stop(Mm(156) - Pt(BODY_SIZE), alignment=2)
    if document.signer:
        _run(line, "\t签发人:", BODY_FONT, BODY_SIZE)
        _run(line, document.signer, "楷体_GB2312", BODY_SIZE)
    _line(made, "")


def _list_of_annexes(made: Document, annexes: Sequence[Annex]) -> None:
    """附件: one line below the text; names without a mark at their end, aligned."""
    if not annexes:
        return
    _line(made, "")
    for number, annex in enumerate(annexes, start=1):
        before = "附件:" if number == 1 else "   "
        name = annex.title if len(annexes) == 1 else f"{number}.{annex.title}"
        line = _line(made, before + name)
        hanging = 4 if number < 10 or len(annexes) == 1 else 4.5
        form = line.paragraph_format
        form.left_indent, form.first_line_indent = (
            Pt((2 + hanging) * BODY_SIZE),
            Pt(-hanging * BODY_SIZE),
        )


def _sign(made: Document, document: Official) -> None:
    """For a seal: the day four characters from the right, the name centred over it."""
    day = f"{document.day.year}年{document.day.month}月{document.day.day}日"
    wide, wider = _width(day), _width(document.signature)
    over, under = (4 + (wide - wider) / 2, 4.0) if wider <= wide else (4.0, 4 + (wider - wide) / 2)
    _line(made, "")
    _line(made, "")
    for text, from_right in ((document.signature, over), (day, under)):
        line = _line(made, text)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(from_right * BODY_SIZE)
        line.paragraph_format.keep_together = True


def _width(text: str) -> float:
    """In characters: a digit is half of one."""
    return sum(0.5 if character.isascii() else 1 for character in text)


def _annex(made: Document, annex: Annex, word: str) -> None:
    section = made.add_section(WD_SECTION.NEW_PAGE)
    _page(section, landscape=annex.landscape)
    _line(made, word, font="黑体")
    _line(made, "")
    _centred(made, annex.title, after=1)
    _blocks(made, annex.blocks)


# ---------------------------------------------------------------- tables and runs


def _table(made: Document, table: Table) -> None:
    if table.caption:
        line = _line(made, table.caption, font="黑体")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = True
    if table.about:
        _small(made, table.about).paragraph_format.keep_with_next = True
    section = made.sections[-1]
    room = section.page_width - section.left_margin - section.right_margin
    shares = table.widths or [1.0] * len(table.head)
    widths = [round(room * share / sum(shares) / TWENTIETH) for share in shares]
    behind = [_small(made, note) for note in table.notes] + [_line(made, "")]
    behind[0]._p.addprevious(parse_xml(_table_xml(table, widths)))


def _small(made: Document, text: str) -> Line:
    line = _line(made, "")
    line.paragraph_format.line_spacing = Pt(SMALL_SIZE + 5)
    _run(line, text, BODY_FONT, SMALL_SIZE)
    return line


def _table_xml(table: Table, widths: Sequence[int]) -> str:
    """Written at once: a cell at a time takes minutes where there are thousands."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0"/>' for side in sides)
    look = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/>'
        '<w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = _row_xml(table.head, widths, is_head=True)
    rows = "".join(_row_xml(row, widths) for row in table.rows)
    return f"<w:tbl {nsdecls('w')}>{look}<w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"


def _row_xml(texts: Sequence[str], widths: Sequence[int], *, is_head: bool = False) -> str:
    cells = zip(texts, widths, strict=True)
    written = "".join(_cell_xml(text, width, is_head=is_head) for text, width in cells)
    repeated = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{written}</w:tr>"


def _cell_xml(text: str, width: int, *, is_head: bool) -> str:
    is_number = text.replace(",", "").replace(".", "", 1).lstrip("-").isdecimal()
    side = "center" if is_head else "right" if is_number else "left"
    font = "黑体" if is_head else NUMBER_FONT
    names = " ".join(f'w:{script}="{font}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    size = round(TABLE_SIZE * 2)
    kept = "<w:keepNext/>" if is_head else ""
    form = (
        f'<w:pPr>{kept}<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0"'
        f' w:line="{round((TABLE_SIZE + 4) * 20)}" w:lineRule="exact"/>'
        f'<w:jc w:val="{side}"/></w:pPr>'
    )
    words = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in _printable(text).split("\n")
    )
    run = f'<w:r><w:rPr><w:rFonts {names}/><w:sz w:val="{size}"/></w:rPr>{words}</w:r>'
    wide = f'<w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{wide}</w:tcPr><w:p>{form}{run}</w:p></w:tc>"


def _run(line: Line, text: str, font: str, size: float, *, tighter: int = TIGHTER) -> Run:
    run = line.add_run(_printable(text))
    run.font.size = Pt(size)
    properties = run._r.get_or_add_rPr()
    _name_font(properties, font)
    if size == BODY_SIZE and tighter:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(tighter))
        properties.insert_element_before(spacing, *AFTER_SPACING)
    return run


def _printable(text: str) -> str:
    """XML holds no control characters, and a paper no marks that turn its text round."""
    return "".join(c for c in text if c in "\t\n" or unicodedata.category(c) not in UNPRINTABLE)


def _name_font(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)


def _the_same_each_time(made: Document) -> bytes:
    """A zip tells when its parts were written: here that is no time at all."""
    written, out = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(out, "w") as packed:
        for name in parts.namelist():
            info = zipfile.ZipInfo(name, ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            packed.writestr(info, parts.read(name))
    return out.getvalue()
