"""The demonstration's indicators, an evaluation with findings, and a consultation: all invented."""

import datetime

from kaili_hukou.models import Bureau, Officer, Town
from reports import findings
from reports.actions.consulting import Answer, dispose, enter_opinion, open_consultation
from reports.actions.evaluating import (
    Publication,
    Step,
    move_on,
    note_finding,
    publish,
    register_evaluation,
)
from reports.actions.indicators import Entry, enter
from reports.models import Consultation, Evaluation, Finding, Opinion

FIRST_YEAR = 2018
# In the first year, and how many more each year: invented, near what such a city has.
RESIDENT, MORE_RESIDENT = 545_000, 28_000
REGISTERED, MORE_REGISTERED = 582_000, 31_000
URBAN_RESIDENT, MORE_URBAN_RESIDENT = 0.742, 0.011
URBAN_REGISTERED, MORE_URBAN_REGISTERED = 0.428, 0.016


def indicators(today: datetime.date, officers: dict[str, Officer]) -> None:
    """Year ends since 2018 for the city; the last one for each town, adding up."""
    last = today.year - 1
    for year in range(FIRST_YEAR, last + 1):
        gone = year - FIRST_YEAR
        _city(year, gone, today, officers)
    _towns(last, last - FIRST_YEAR, today, officers)


def _counts(gone: int) -> dict[str, tuple[int, int]]:
    """(all, urban) by source, so many years after the first; growth slows down."""
    steps = min(gone, 4) + max(gone - 4, 0) / 3
    resident = round(RESIDENT + MORE_RESIDENT * steps)
    registered = round(REGISTERED + MORE_REGISTERED * steps)
    urban_resident = URBAN_RESIDENT + MORE_URBAN_RESIDENT * steps
    urban_registered = URBAN_REGISTERED + MORE_URBAN_REGISTERED * steps
    return {
        "statistics": (resident, round(resident * urban_resident)),
        "police": (registered, round(registered * urban_registered)),
    }


def _city(year: int, gone: int, today: datetime.date, officers: dict[str, Officer]) -> None:
    for source, (whole, urban) in _counts(gone).items():
        _enter(None, year, source, (whole, urban), today, officers)


def _towns(year: int, gone: int, today: datetime.date, officers: dict[str, Officer]) -> None:
    """Each town its share; the last takes what is left."""
    towns = list(Town.objects.all())
    shares = [2 + place % 5 for place in range(len(towns))]
    for source, (whole, urban) in _counts(gone).items():
        left = [whole, urban]
        for place, town in enumerate(towns):
            rest = place == len(towns) - 1
            told = tuple(
                left[one] if rest else round(total * shares[place] / sum(shares))
                for one, total in enumerate((whole, urban))
            )
            left = [left[0] - told[0], left[1] - told[1]]
            _enter(town, year, source, (told[0], told[1]), today, officers)


def _enter(
    town: Town | None,
    year: int,
    source: str,
    counts: tuple[int, int],
    today: datetime.date,
    officers: dict[str, Officer],
) -> None:
    published = min(datetime.date(year + 1, 3, 20), today)
    entry = Entry(
        town=town,
        as_of=datetime.date(year, 12, 31),
        source=source,
        whole=counts[0],
        urban=counts[1],
        sourced_on=published,
        document="统计公报(演示)" if source == "statistics" else "人口年报(演示)",
    )
    enter(entry, officers["hgb01"] if source == "statistics" else officers["hz01"], today)


def evaluation(today: datetime.date, officers: dict[str, Officer]) -> None:
    """Of the year before: a finding in each state; and one of the audit."""
    office, auditor = officers["hgb01"], officers["sj01"]
    year = today.year - 1
    held = max(datetime.date(year + 1, 1, 15), today - datetime.timedelta(days=120))
    held = min(held, today)
    made = register_evaluation(
        Evaluation(
            kind="yearly",
            manner="self",
            year=year,
            body="市公安局、市发展改革局(演示)",
            since=datetime.date(year, 1, 1),
            until=datetime.date(year, 12, 31),
            held_on=held,
            conclusion="各项任务总体落实,部分单位配套政策和台账还不完善。(演示)",
        ),
        office,
        today,
    )
    publish(made, Publication(today, "市人民政府网站", "演示公告"), office, today)
    units = {row.code: row for row in Bureau.objects.all()}
    told = (
        ("三(三)8", "随迁子女学籍与人口登记比对不及时。", "education_science", ()),
        ("三(三)6", "医保接续台账不全。", "medical_insurance", ("assign",)),
        ("三(三)7", "移交清单反馈超期。", "human_resources", ("assign", "mend")),
        ("三(二)", "签注到期提醒名单未存档。", "police", ("assign", "mend", "accept")),
    )
    for clause, text, unit, moves in told:
        finding = Finding(
            kind=findings.EVALUATION, evaluation=made, found_on=held, clause=clause, text=text
        )
        note_finding(finding, office, today)
        _walk(finding, moves, units[unit], officers, today)
    audited = Finding(
        kind=findings.AUDIT,
        document="演示审计报告〔1〕号",
        found_on=held,
        clause="四(五)",
        text="经费测算未单列。",
    )
    note_finding(audited, auditor, today)
    _walk(audited, ("assign",), units["finance"], officers, today)


def _walk(
    finding: Finding,
    moves: tuple[str, ...],
    unit: Bureau,
    officers: dict[str, Officer],
    today: datetime.date,
) -> None:
    for name in moves:
        by = "hz01" if name == "mend" and unit.code == "police" else "hgb01"
        if name == "mend" and unit.code == "human_resources":
            by = "rsj01"
        asked = {"unit": unit, "mend_by": today + datetime.timedelta(days=30)}
        step = Step(
            officers[by],
            today,
            finding.version,
            text="已按要求办理(演示)。",
            **(asked if name == "assign" else {}),
        )
        move_on(finding, name, step)


OPINIONS = (
    ("陈小雨", "凯里市大十字街道某路1号", "13900000001", "letter", 3, "建议公布各派出所办理时间。"),
    ("李平", "凯里市西门街道某巷2号", "13900000002", "email", 5, "希望取消购房面积要求。"),
    ("吴月", "凯里市鸭塘街道某小区3栋", "13900000003", "phone", 9, "建议增加周末窗口。"),
)


def consultation(today: datetime.date, officers: dict[str, Officer]) -> None:
    """The notice of 23 May 2019; three people and one organisation wrote, one of them late."""
    office = officers["hgb01"]
    opened = datetime.date(2019, 5, 23)
    made = open_consultation(
        Consultation(
            title="《凯里市推动非户籍人口在城市落户实施方案》公开征求意见",
            opened_on=opened,
            days=7,
            published_where="凯里市人民政府网站(演示)",
        ),
        office,
        today,
    )
    for name, address, contact, channel, day, text in OPINIONS:
        enter_opinion(
            Opinion(
                consultation=made,
                name=name,
                address=address,
                contact=contact,
                channel=channel,
                received_on=opened + datetime.timedelta(days=day),
                text=text,
            ),
            office,
            today,
        )
    unit = Opinion(
        consultation=made,
        is_organisation=True,
        sealed=True,
        name="虚构某物业有限公司",
        address="凯里市开怀街道某大道4号",
        contact="0855-1234567",
        contact_person="张明",
        channel="letter",
        received_on=opened + datetime.timedelta(days=6),
        clause="三(一)7",
        text="建议明确企业集体户的办理条件。",
    )
    enter_opinion(unit, office, today)
    dispose(unit, Answer("adopted", "已在办理指南中写明。", today, "复函"), office, today)
