"""The demonstration's yearly returns: accepted, sent, sent back, drafts, and many silent units."""

import datetime
import io
from decimal import Decimal

from pypdf import PdfWriter

from applications.scans import Scan, read_scan
from kaili_hukou.models import Bureau, Officer, Town
from reports import due_days
from reports.actions.changing import Act, opened
from reports.actions.filing import Filing, attach
from reports.actions.reminding import Call, note_call, remind
from reports.actions.returning import ItemTold, Told, accept, begin, save, send, send_back
from reports.actions.ruling import RuleTold, add_owed, note_rule
from reports.models import ReturnFile, SupportingRule, UnitReturn
from reports.units import Unit

A_PAGE = (595, 842)
Purpose = ReturnFile.Purpose


def returns(today: datetime.date, officers: dict[str, Officer]) -> None:
    year = due_days.asked_year(today)
    finance, fund = (Bureau.objects.get(code=code) for code in ("finance", "housing_fund"))
    police, relief = (Bureau.objects.get(code=code) for code in ("police", "civil_affairs"))
    here, far = (Town.objects.get(name=name) for name in ("炉山镇", "凯棠镇"))
    office, section = officers["hgb01"], officers["hz01"]
    for unit, clerk in ((finance, officers["czj01"]), (here, officers["lsz01"])):
        _accepted(_sent(unit, year - 1, clerk, datetime.date(year - 1, 12, 8)), office)
    _sent(finance, year, officers["czj01"], today)
    back = _sent(relief, year, officers["mzj01"], today)
    send_back(back, Act(office, today, back.version, "缺低保接续人数,请补充后再报。"))
    _accepted(_sent(fund, year, section, today), office)
    _sent(far, year, section, today)
    for unit, clerk in ((here, officers["lsz01"]), (police, section)):
        row = opened(unit, year)
        begin(row, Act(clerk, today, row.version), from_last_year=unit == here)
    remind(year, today)
    note_call(
        Bureau.objects.get(code="statistics"),
        year,
        Call("calling", "来电人答复本周内报送。", today),
        office,
    )
    _rules(today, section)


def _sent(unit: Unit, year: int, officer: Officer, on: datetime.date) -> UnitReturn:
    """By the unit's own clerk, or entered by the household section with the letter."""
    row = opened(unit, year)
    begin(row, Act(officer, on, row.version))
    by_letter = officer.role == "approver"
    items = {
        item.clause: ItemTold(
            progress=f"按方案要求开展「{item.measure.title}」各项工作,已建立台账。",
            problems="部门间数据核对周期较长。",
            next_steps="每季度核对一次,及时接续。",
            cost_estimated=Decimal(120000),
            cost_spent=Decimal("98600.50"),
        )
        for item in row.items.all()
    }
    told = Told(
        contact="王芳",
        phone="0855-8220000",
        signatory="李明",
        letter_number=f"{unit.name[:2]}函〔{year}〕12号" if by_letter else "",
        letter_on=on if by_letter else None,
        items=items,
    )
    save(row, told, Act(officer, on, row.version))
    purpose = Purpose.LETTER if by_letter else Purpose.SEALED
    attach(row, Filing(_scan(), f"{unit.name}报告.pdf", purpose), officer)
    send(row, Act(officer, on, row.version))
    return row


def _accepted(row: UnitReturn, officer: Officer) -> None:
    on = row.received_on
    assert on is not None, "a return that was sent has the day on which it came"
    accept(row, Act(officer, on, row.version))


def _scan() -> Scan:
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(*A_PAGE)
    writer.write(target)
    return read_scan(target.getvalue())


def _rules(today: datetime.date, officer: Officer) -> None:
    add_owed(today)
    issued = RuleTold(
        "issued", "凯里市户口迁移操作办法", "凯公通〔2019〕31号", datetime.date(2019, 8, 20)
    )
    for code, clause, told in (
        ("police", "三(一)", issued),
        ("housing", "三(三)5", RuleTold("drafting", "住房保障实施细则")),
        (
            "medical_insurance",
            "三(三)6",
            RuleTold("not_needed", reason="执行省级规定,不另行制定。"),
        ),
    ):
        rule = SupportingRule.objects.get(bureau__code=code, clause=clause)
        note_rule(rule, told, officer, version=rule.version, on=today)
