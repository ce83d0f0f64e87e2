"""Small workbooks as bureaus send them, made by the tests themselves."""

import datetime
import io
import zipfile

import openpyxl

from kaili_hukou import identity
from rosters.columns import Known, town_key

ON = datetime.date(2026, 11, 23)
TOWNS = ("三棵树镇", "大十字街道", "下司镇", "炉山镇", "开怀街道", "湾溪街道")
NATIONALITIES = frozenset({"苗族", "侗族", "汉族", "水族"})
HEADER = ("姓名", "公民身份号码", "性别", "迁入乡镇", "联系电话", "是否自愿")


def number(serial=1, born=datetime.date(1990, 3, 7), prefix="522601"):
    return identity.make(prefix, born, serial)


def wrong_check(serial=1):
    right = number(serial)
    return right[:17] + ("1" if right[17] != "1" else "2")


def person(serial=1, **told):
    """One row under HEADER; an odd serial is a man's."""
    row = {
        "姓名": "张三",
        "公民身份号码": number(serial),
        "性别": "男" if serial % 2 else "女",
        "迁入乡镇": "三棵树镇",
        "联系电话": f"1380000{serial:04d}",
        "是否自愿": "是",
    } | told
    return [row[name] for name in HEADER]


def people(count, **told):
    return [person(serial, **told) for serial in range(1, count + 1)]


def known():
    """Without a database: towns by a number of their own."""
    return Known(ON, {town_key(name): at for at, name in enumerate(TOWNS, 1)}, NATIONALITIES)


def book(rows, *, merged=(), title="Sheet1"):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    fill(sheet, rows, merged)
    return made


def fill(sheet, rows, merged=()):
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)


def xlsx(path, rows, *, merged=(), title="Sheet1"):
    book(rows, merged=merged, title=title).save(path)
    return path


def repacked(path, target, change):
    """The same archive with parts changed: `change(name, content)` gives the new content."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(name, change(name, source.read(name)))
    return target


def ods(path, rows):
    """The least that is a spreadsheet of OpenDocument."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string"><text:p>'
            f"{cell}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{space}office:1.0"'
        f' xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="名册">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", content)
        out.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
            "></manifest:manifest>",
        )
    return path


def csv_text(rows, separator=","):
    out = io.StringIO()
    for row in rows:
        out.write(separator.join(str(cell) for cell in row) + "\r\n")
    return out.getvalue()
