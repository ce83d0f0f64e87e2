"""The sheet for the printer: the ten items that the card bears, one row a card. 条例 第四条."""

import io
import zipfile

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kaili_hukou.registers import division_title
from residence_permits.models import Batch, PermitRequest
from residence_permits.photographs import content_of

TITLES = (
    "证件编号",
    "姓名",
    "性别",
    "民族",
    "出生日期",
    "公民身份号码",
    "相片",
    "常住户口所在地住址",
    "居住地住址",
    "签发机关",
    "签发日期",
)
ISSUER = "凯里市公安局"


def printer_files(batch: Batch) -> bytes:
    """A zip: the sheet, and each photograph under the number of its card."""
    rows = list(
        batch.requests.select_related("person", "permit__town", "photograph").order_by(
            "permit__serial"
        )
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{batch.number}.xlsx", _sheet(batch, rows))
        for row in rows:
            archive.writestr(f"{row.permit.serial}.jpg", content_of(row.photograph))
    return out.getvalue()


def _sheet(batch: Batch, rows: list[PermitRequest]) -> bytes:
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = batch.number
    sheet.append(TITLES)
    for row in rows:
        sheet.append(_items(row))
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            # Text is text: a number keeps its eighteen digits, a formula is none.
            cell.data_type, cell.number_format = "s", "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _items(row: PermitRequest) -> list[str]:
    person, permit = row.person, row.permit
    return [
        permit.serial,
        person.name,
        person.get_sex_display(),
        person.nationality_as_written,
        f"{person.birth_date:%Y-%m-%d}" if person.birth_date else "",
        person.number or "",
        f"{permit.serial}.jpg",
        f"{division_title(person.division)}{person.address or ''}"
        if not (person.address or "").startswith(division_title(person.division))
        else person.address,
        f"凯里市{permit.town}{permit.address or ''}",
        ISSUER,
        f"{permit.issued_on:%Y-%m-%d}",
    ]
