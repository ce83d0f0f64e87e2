"""A workbook of one sheet written row by row: neither memory nor a temporary file holds its rows.

The library that we use elsewhere keeps the rows of a long sheet in a plain file until the end,
where a killed process would leave people's data behind. Here each row goes straight into the
archive. Text is always text, never a formula, a link or a number.
"""

import datetime
import math
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from rosters.cells import Cell, letter, text_of

LONGEST_TEXT = 32_767
_SCHEMAS = "http://schemas.openxmlformats.org"
_MAIN = f"{_SCHEMAS}/spreadsheetml/2006/main"
_OFFICE = f"{_SCHEMAS}/officeDocument/2006/relationships"
_PACKAGE = f"{_SCHEMAS}/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What a reader would take for an escaped character of its own.
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_EPOCH = datetime.date(1899, 12, 31)
# 1900 was no leap year, but sheets count as if it had been.
_TWENTY_NINTH_OF_FEBRUARY = 60


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks; `quoted`: it stays text when it is edited."""

    text: bool = False
    day: bool = False
    bold: bool = False
    underlined: bool = False
    red: bool = False
    marked: bool = False
    quoted: bool = False


class StreamedWorkbook:
    """`styles` by name; `widths` of the first columns. To be closed."""

    def __init__(
        self, path: Path, styles: Mapping[str, Style], widths: Sequence[int], title: str
    ) -> None:
        self._styles = {name: at for at, name in enumerate(styles, start=1)}
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        for name, content in _parts(styles.values(), title).items():
            self._archive.writestr(name, content)
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
            for at, width in enumerate(widths, start=1)
        )
        self._write(f'{_XML}<worksheet xmlns="{_MAIN}"><cols>{columns}</cols><sheetData>')
        self._row = 0

    def add(self, cells: Iterable[tuple[int, Cell, str]]) -> None:
        """The next row: (column, what it holds, name of its style), in order."""
        self._row += 1
        written = "".join(self._cell(at, cell, self._styles[name]) for at, cell, name in cells)
        self._write(f'<row r="{self._row}">{written}</row>')

    def close(self) -> None:
        self._write("</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())

    def _cell(self, at: int, cell: Cell, style: int) -> str:
        place = f'<c r="{letter(at)}{self._row}" s="{style}"'
        if cell is None or cell == "":
            return f"{place}/>"
        if isinstance(cell, bool):
            return f'{place} t="b"><v>{int(cell)}</v></c>'
        if isinstance(cell, datetime.date):
            return f"{place}><v>{_serial(cell)}</v></c>"
        if isinstance(cell, (int, float)) and math.isfinite(cell):
            return f"{place}><v>{cell!r}</v></c>"
        text = _escaped(cell if isinstance(cell, str) else text_of(cell))
        return f'{place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escaped(text: str) -> str:
    return escape(_LIKE_AN_ESCAPE.sub("_x005F_", _NOT_XML.sub("", text)[:LONGEST_TEXT]))


def _serial(day: datetime.date) -> float:
    """A day as the number that a sheet holds, from the first of January 1900."""
    whole, time = day, datetime.time()
    if isinstance(day, datetime.datetime):
        whole, time = day.date(), day.time()
    days = (whole - _EPOCH).days
    days += days >= _TWENTY_NINTH_OF_FEBRUARY
    return days + (time.hour * 3600 + time.minute * 60 + time.second) / 86_400


# ---------------------------------------------------------------- the parts that hold no rows


def _parts(styles: Iterable[Style], title: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml"'
            f' ContentType="{_KIND}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>'
        ),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")
        ),
        "xl/styles.xml": _style_sheet(list(styles)),
    }


def _relations(*targets: tuple[str, str]) -> str:
    told = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


_FONT = '<sz val="11"/>{colour}<name val="Calibri"/>'
_DEFAULT = '<cellStyle name="Normal" xfId="0" builtinId="0"/>'
_DAY, _TEXT = 164, 49


def _style_sheet(styles: Sequence[Style]) -> str:
    red = '<color rgb="FF9C0006"/>'
    fonts = [
        f"<font>{bold}{_FONT.format(colour=colour)}</font>"
        for colour in ("", red)
        for bold in ("", "<b/>")
    ]
    pink = '<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill></fill>'
    fills = [f'<fill><patternFill patternType="{kind}"/></fill>' for kind in ("none", "gray125")]
    sides = "<left/><right/><top/>{bottom}<diagonal/>"
    borders = [
        f"<border>{sides.format(bottom=bottom)}</border>"
        for bottom in ("<bottom/>", '<bottom style="thin"/>')
    ]
    formats = [_format(style) for style in (Style(), *styles)]
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}">'
        f'<numFmts count="1"><numFmt numFmtId="{_DAY}" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
        f"{_counted('fonts', fonts)}{_counted('fills', [*fills, pink])}"
        f"{_counted('borders', borders)}"
        f"{_counted('cellStyleXfs', ['<xf/>'])}{_counted('cellXfs', formats)}"
        f"{_counted('cellStyles', [_DEFAULT])}</styleSheet>"
    )


def _counted(name: str, items: Sequence[str]) -> str:
    return f'<{name} count="{len(items)}">{"".join(items)}</{name}>'


def _format(style: Style) -> str:
    number = _TEXT if style.text else _DAY if style.day else 0
    return (
        f'<xf numFmtId="{number}" fontId="{2 * style.red + style.bold}"'
        f' fillId="{2 * style.marked}" borderId="{int(style.underlined)}" xfId="0"'
        ' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"'
        f' quotePrefix="{int(style.quoted)}"/>'
    )
