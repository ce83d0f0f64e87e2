"""The empty workbook of each kind: its columns, drop-downs, notes, and a sample that counts not.

The sample begins with 说明, as rows do that the importer skips; the lists lie on a hidden sheet,
where it does not look for people.
"""

import datetime
import io
from typing import Any

import xlsxwriter

from kaili_hukou import identity, registers
from kaili_hukou.models import CodeEntry
from rosters.columns import BIRTH, HEAD_NAME, NAME, NUMBER, REQUIRED, SEX
from rosters.importing import OPEN
from rosters.kinds import Kind

ORDER = "序号"
PERSON = (NAME, NUMBER, SEX, "民族", BIRTH)
COLUMNS = {
    "relocation": (
        *("户编号", HEAD_NAME, NAME, NUMBER, "与户主关系", SEX, "民族", BIRTH),
        *("迁出地", "迁入乡镇", "住址", "联系电话", "是否自愿", "备注"),
    ),
    "veteran": (*PERSON, "文号", "随迁人数", "迁入乡镇", "住址", "联系电话", "备注"),
    "talent": (
        *PERSON,
        *("工作单位", "文号", "随迁人数", "迁入乡镇", "住址", "联系电话", "备注"),
    ),
    "public_payroll": (*PERSON, "工作单位", "迁出地", "住址", "联系电话", "备注"),
}
SAMPLE = {
    ORDER: "说明:本行是示例,上传时自动略过,可以不删",
    "户编号": "0001",
    HEAD_NAME: "张三",
    NAME: "张三",
    NUMBER: identity.make("522601", datetime.date(1990, 3, 7), 1),
    "与户主关系": "户主",
    SEX: "男",
    "民族": "苗族",
    BIRTH: "1990-03-07",
    "迁出地": "贵州省台江县台拱街道某村",
    "迁入乡镇": "三棵树镇",
    "住址": "某小区 1 栋 101 号",
    "联系电话": "13800000001",
    "是否自愿": "是",
    "文号": "凯某发〔2026〕1号",
    "工作单位": "某单位",
    "随迁人数": "2",
    "备注": "",
}
NOTES = (
    "一人一行,从示例行下面填起。姓名、公民身份号码必须填,其余不知道的可以空着。",
    "公民身份号码这一列已设为文本格式。从别处粘贴时请选「只粘贴值」,不要改成数字:"
    "数字超过 15 位的部分会丢失,无法恢复。",
    "出生日期写成 1990-03-07;与号码不一致的行会退回。",
    "迁入乡镇、性别、民族、与户主关系、是否自愿请从下拉列表中选。",
    "是否自愿没有填「是」的人会保存,但不能据此办理落户。",
    "不要加入政治面貌、银行账号、部职别等列:办理户口用不到,系统也不会保存。",
    "有错误的行会退回,并写明原因;正确的行不受影响。",
)
FILLED_FROM, FILLED_TO = 3, 5000
_WIDTHS = {NUMBER: 24, "迁出地": 30, "住址": 30, "备注": 24, ORDER: 8}


def blank_workbook(kind: Kind) -> bytes:
    """Above the header the title; below it the sample; then rows to be filled in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    columns = (ORDER, *COLUMNS[kind.code])
    sheet = book.add_worksheet("花名册")
    _head(book, sheet, kind, columns)
    _offer(book, sheet, columns)
    _notes(book, kind)
    book.close()
    return out.getvalue()


def _head(book: Any, sheet: Any, kind: Kind, columns: tuple[str, ...]) -> None:
    text = book.add_format({"num_format": "@"})
    title = book.add_format({"bold": True, "font_size": 14})
    header = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1})
    sample = book.add_format({"italic": True, "font_color": "#566478", "num_format": "@"})
    sheet.write_string(0, 0, kind.title, title)
    for at, name in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS.get(name, 14), text)
        sheet.write_string(1, at, f"{name}*" if name in REQUIRED else name, header)
        sheet.write_string(2, at, SAMPLE[name], sample)
    sheet.freeze_panes(2, 0)


def _offer(book: Any, sheet: Any, columns: tuple[str, ...]) -> None:
    lists = book.add_worksheet("选项")
    lists.hide()
    for place, (name, values) in enumerate(_choices().items()):
        lists.write_column(0, place, values)
        if name in columns:
            letter = chr(ord("A") + place)
            source = f"=选项!${letter}$1:${letter}${len(values)}"
            _validate(sheet, columns.index(name), {"validate": "list", "source": source})
    at = columns.index(NUMBER)
    exact = {"validate": "length", "criteria": "==", "value": 18, "error_type": "warning"}
    told = {"input_title": NUMBER, "input_message": "18 位,文本格式"}
    _validate(sheet, at, exact | told | {"error_message": "公民身份号码应为 18 位。"})


def _validate(sheet: Any, at: int, told: dict[str, Any]) -> None:
    sheet.data_validation(FILLED_FROM, at, FILLED_TO, at, told)


def _choices() -> dict[str, list[str]]:
    nationalities = registers.codes(CodeEntry.Scheme.NATIONALITY)
    return {
        SEX: ["男", "女"],
        "是否自愿": ["是", "否"],
        "迁入乡镇": [town.name for town in registers.towns()],
        "民族": [title for code, title in nationalities.items() if code not in OPEN],
        "与户主关系": list(registers.codes(CodeEntry.Scheme.RELATION).values()),
    }


def _notes(book: Any, kind: Kind) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    sheet.write_string(0, 0, f"{kind.title}(依据 {kind.clause})怎么填")
    for row, note in enumerate(NOTES, start=1):
        sheet.write_string(row, 0, f"{row}. {note}")
