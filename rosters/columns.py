"""The columns that a roster may keep: header variants as data, and what each makes of a cell.

A column that stands here is stored; any other is not. The order of `COLUMNS` is the contract's.
Each `clean` takes the cell and what is known of the day, the towns and the nationalities, and
gives the value to store (None: the cell is empty) or raises Fault; a Doubt goes along with a
value and rejects nothing.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kaili_hukou import identity
from kaili_hukou.cells import CellError, checked_number
from kaili_hukou.masking import mask_identity_number, mask_phone
from kaili_hukou.names import check_name, has_private_use, normalise_name
from rosters.cells import Cell, folded, text_of, unspaced

Value = str | int | bool | datetime.date | tuple[int, int] | None

NUMBER, NAME, SEX, BIRTH = "公民身份号码", "姓名", "性别", "出生日期"
HEAD_NAME = "户主姓名"


# The cell cannot be taken: the contract's code, and a sentence for the bureau.
Fault = CellError


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that is stored all the same; the warning says what to look at."""

    value: Value
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Known:
    """What cells are compared with: the day, towns by their folded name, the 56 nationalities."""

    on: datetime.date
    towns: Mapping[str, int]
    nationalities: frozenset[str]


Clean = Callable[[Cell, Known], "Value | Doubt"]


@dataclass(frozen=True, slots=True)
class Column:
    """`tiers`: folded headers; an earlier tier is preferred, within one the first column."""

    name: str
    field: str
    tiers: tuple[frozenset[str], ...]
    clean: Clean


def _words(*tiers: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(folded(word) for word in tier.split()) for tier in tiers)


# ---------------------------------------------------------------- number and name


def clean_number(cell: Cell, known: Known) -> Value:
    """The checked number; a number of more than 15 digits has lost its last ones for good."""
    return checked_number(cell, text_of(cell), known.on)


# A number with one of these faults tells nothing: it is compared with nothing.
TELLS_NOTHING = frozenset({"missing", "precision_lost", "length", "charset"})


def bare_number(cell: Cell) -> str:
    """The folded number of a cell whose form is right, whatever its check digit."""
    return identity.fold(text_of(cell))


_WIDE = {wide: wide - 0xFEE0 for wide in (0xFF1F, 0xFF0C, 0xFF0F, *range(0xFF10, 0xFF1A))}


def clean_name(cell: Cell, _known: Known) -> Value | Doubt:
    written = text_of(cell)
    if not written.isalpha():
        written = "".join(
            mark for mark in written.translate(_WIDE) if unicodedata.category(mark) != "Cf"
        )
    name = normalise_name(written)
    fault = check_name(name)
    if fault:
        raise Fault("bad_value" if name else "missing", fault)
    if has_private_use(name):
        return Doubt(name, "rare_character", "姓名中有造字区的生僻字,请与证件核对后确认。")
    return name


def clean_other_name(cell: Cell, _known: Known) -> Value:
    return normalise_name(text_of(cell)) or None


# ---------------------------------------------------------------- sex, birth, nationality

_SEXES = {"男": "1", "女": "2", "男性": "1", "女性": "2", "1": "1", "2": "2"}


def clean_sex(cell: Cell, _known: Known) -> Value:
    text = folded(cell)
    if text and text not in _SEXES:
        raise Fault("bad_value", f"性别应为男或女,现为「{shown(cell)}」,请改正。")
    return _SEXES.get(text)


_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?")
_CHINESE_DAY = re.compile(r"([0-9]{4})年([0-9]{1,2})月(?:([0-9]{1,2})日?)?")
_BARE_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")


def clean_birth(cell: Cell, _known: Known) -> Value:
    """A day; or (year, month) where only that is given."""
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    text = unspaced(unicodedata.normalize("NFKC", text_of(cell)))
    if not text:
        return None
    if isinstance(cell, (bool, int, float)) and not _BARE_DAY.fullmatch(text):
        raise _no_day(cell)
    try:
        return _written_day(text)
    except ValueError:
        raise _no_day(cell) from None


def _written_day(text: str) -> datetime.date | tuple[int, int]:
    if found := _DAY.fullmatch(text):
        year, month, day = found[1], found[3], found[4]
    elif found := _CHINESE_DAY.fullmatch(text) or _BARE_DAY.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    else:
        raise ValueError
    whole = datetime.date(int(year), int(month), int(day or 1))
    return whole if day else (whole.year, whole.month)


def _no_day(cell: Cell) -> Fault:
    return Fault(
        "bad_value",
        f"出生日期「{shown(cell)}」认不出或不存在,应写成 1990-03-07 或 1990年3月7日,请改正。",
    )


def clean_nationality(cell: Cell, known: Known) -> Value | Doubt:
    text = unspaced(text_of(cell))
    if not text:
        return None
    for name in (text, f"{text}族"):
        if name in known.nationalities:
            return name
    message = f"民族「{shown(cell)}」不在五十六个民族之列,已照原样保存,请核对。"
    return Doubt(text_of(cell), "other_ethnicity", message)


# ---------------------------------------------------------------- places, phone, will

_ABOVE_TOWN = ("贵州省", "黔东南苗族侗族自治州", "黔东南州", "凯里市")
_TOWN_ENDINGS = ("街道办事处", "街道办", "街道", "镇")


def town_key(name: Cell) -> str:
    """The name of a town as it is compared: without what lies above it and without 镇, 街道."""
    text = folded(name)
    for above in _ABOVE_TOWN:
        text = text.removeprefix(above)
    for ending in _TOWN_ENDINGS:
        if text.endswith(ending):
            return text.removesuffix(ending)
    return text


def clean_town(cell: Cell, known: Known) -> Value:
    if not unspaced(text_of(cell)):
        return None
    town = known.towns.get(town_key(cell))
    if town is None:
        raise Fault(
            "unknown_town",
            f"「{shown(cell)}」不是凯里市的镇或街道,请填写 20 个镇(街道)之一,如「三棵树镇」。",
        )
    return town


_PHONE_FILLING = re.compile(r"[\s()\u200b-\u200f\u202a-\u202e\ufeff]|[-\u2010-\u2015\u2212]")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_FIXED = re.compile(r"(?:\+86)?((?:0[0-9]{2,3})?[0-9]{7,8})")


def clean_phone(cell: Cell, _known: Known) -> Value | Doubt:
    written = text_of(cell)
    text = written
    if not (written.isascii() and written.isdigit()):
        text = _PHONE_FILLING.sub("", unicodedata.normalize("NFKC", written))
    if not text:
        return None
    if found := _MOBILE.fullmatch(text) or _FIXED.fullmatch(text):
        return found[1]
    message = f"联系电话「{mask_phone(written)}」不是手机或固定电话号码,已照原样保存,请核对。"
    return Doubt(written, "bad_phone", message)


_VOLUNTARY = dict.fromkeys(("是", "自愿", "同意", "√", "y", "1"), True) | dict.fromkeys(
    ("否", "不自愿", "不同意", "×", "n", "0"), False
)


def clean_voluntary(cell: Cell, _known: Known) -> Value:
    text = folded(cell)
    if text and text not in _VOLUNTARY:
        raise Fault("bad_value", f"是否自愿应填「是」或「否」,现为「{shown(cell)}」,请改正。")
    return _VOLUNTARY.get(text)


_COUNT = re.compile(r"([0-9]{1,2})[人口名]?")


def clean_count(cell: Cell, _known: Known) -> Value:
    found = _COUNT.fullmatch(folded(cell))
    return int(found[1]) if found else None


def clean_text(cell: Cell, _known: Known) -> Value:
    return text_of(cell).strip() or None


_LIKE_A_NUMBER = re.compile(r"(?:[0-9\uff10-\uff19][\s'-]*){14,}[0-9\uff10-\uff19Xx]")


def shown(cell: Cell) -> str:
    """What was found, shortened; whatever looks like an identity number is masked."""
    text = " ".join(text_of(cell).split())
    text = _LIKE_A_NUMBER.sub(lambda found: mask_identity_number(found[0]), text)
    return text if len(text) <= 20 else text[:20] + "…"


# ---------------------------------------------------------------- the table

HEAD_NAMES = _words("户主姓名 户主 户主名 家庭户主 所属户主 户主名称 hz hzxm")
HEAD_NUMBERS = _words("户主身份证号 户主身份证号码 户主身份证 户主证件号码 户主公民身份号码")

COLUMNS = (
    Column(
        NAME,
        "name",
        _words(
            "本人姓名 成员姓名 家庭成员姓名",
            "姓名",
            "名字 人员姓名 搬迁人口姓名 搬迁人员 落户人 落户人员姓名 迁移人 真实姓名 员工姓名 xm",
            "申请人 申请人姓名",
        ),
        clean_name,
    ),
    Column(
        NUMBER,
        "number",
        _words(
            "本人身份证号 本人身份证号码 成员身份证号 成员身份证号码",
            "公民身份号码 身份证号 身份证号码 身份证 身份证件号 身份证件号码 身份号码"
            " 居民身份证号 居民身份证号码 居民身份证 公民身份证 公民身份证号 公民身份证号码"
            " 公民身份号 身份证编号 sfzh sfzhm gmsfhm",
            "证件号码 证件号 证件编号 zjhm id",
            "亲属身份证号码",
        ),
        clean_number,
    ),
    Column(SEX, "sex", _words("性别 xb"), clean_sex),
    Column("民族", "nationality", _words("民族", "族别 mz"), clean_nationality),
    Column(
        BIRTH,
        "birth_date",
        _words("出生日期", "出生年月日 出生年月 出生时间 生日 csrq"),
        clean_birth,
    ),
    Column(HEAD_NAME, "head_name", HEAD_NAMES, clean_other_name),
    Column(
        "与户主关系",
        "relation",
        _words(
            "与户主关系 与户主的关系 户主关系 yhzgx",
            "家庭关系 与申请人关系 与持证人关系 与本人关系 称谓 成员关系",
            "关系",
        ),
        clean_text,
    ),
    Column(
        "户编号",
        "household_number",
        _words("户编号", "户号 户编码 户码 家庭编号 户口编号 户代码 户id 易搬户编号 hh", "户序号"),
        clean_text,
    ),
    Column(
        "迁出地",
        "origin",
        _words(
            "迁出地",
            "户籍地 户籍地址 户籍所在地 户口所在地 常住户口所在地 原户籍地 原住址 迁出地址"
            " 迁出地详细地址 迁出村组 原居住地",
            "家庭住址 家庭地址 详细地址",
        ),
        clean_text,
    ),
    Column("迁入乡镇", "town", _words("迁入乡镇 迁入镇街 落户乡镇"), clean_town),
    Column("住址", "address", _words("住址", "现住址 现居住地 安置住址 安置房地址"), clean_text),
    Column(
        "联系电话",
        "phone",
        _words(
            "联系电话",
            "联系方式 电话 手机 手机号 手机号码 电话号码 移动电话 联系手机 本人电话 常用电话 lxdh",
            "户主电话 户主联系电话",
        ),
        clean_phone,
    ),
    Column(
        "是否自愿",
        "voluntary",
        _words("是否自愿", "是否自愿落户 自愿落户 落户意愿 是否同意迁移 本人意愿"),
        clean_voluntary,
    ),
    Column(
        "文号",
        "document",
        _words(
            "文号",
            "文件号 安置文件文号 文件依据 批文号 通知书编号 安置通知书编号 转业证号 人才证号",
        ),
        clean_text,
    ),
    Column(
        "工作单位",
        "employer",
        _words(
            "工作单位",
            "单位名称 所在单位 安置单位 接收单位 分配单位 报到单位 引进单位 用人单位",
            "单位",
        ),
        clean_text,
    ),
    Column("随迁人数", "companions", _words("随迁人数", "随迁人员 随迁家属 随行人员"), clean_count),
    Column("备注", "remark", _words("备注", "说明"), clean_text),
)
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = (NAME, NUMBER)
