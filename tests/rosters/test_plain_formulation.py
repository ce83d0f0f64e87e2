"""What is quick says the same as what is plain: rows read with a memory, as the contract reads."""

import datetime
import random
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kaili_hukou import names
from rosters.cells import folded, is_blank, text_of, unspaced
from rosters.columns import BY_NAME, NUMBER, TELLS_NOTHING, Doubt, Fault, bare_number
from rosters.header import find_header
from rosters.matching import TOLD, canonical
from rosters.rows import Duplicate, Finding, Rejected, RowReader, Skipped, Valid
from rosters.seen import Seen
from tests.rosters.workbooks import known, number, wrong_check

HEADER = [
    *("序号", "性别", "姓名", "公民身份号码", "出生日期", "民族", "迁入乡镇", "联系电话"),
    *("是否自愿", "随迁人数", "户主姓名", "备注", "政治面貌"),
]
BORN = datetime.date(1990, 3, 7)
WORDS = {
    "序号": ["1", 2, 2.0, "合计", "注:", "序号"],
    "性别": ["男", "女", "男性", 1, 1.0, True, "1", "2", "x", "", "男"],
    "姓名": [
        "张三",
        "张 三",
        "张3",
        "阿·依",
        "阿.依",
        "\ue000明",
        "𠮷田",
        "张?",
        "",
        "王、李",
        "Li Na",
    ],
    "公民身份号码": [
        *(number(1), number(2), number(3), f" {number(1)}", f"'{number(2)}", number(1)[:17] + "x"),
        *(wrong_check(1), "522601199002301234", "5226", 5.2e17, "5.2E+17", "", None, True),
        *(number(1).translate({at: at + 0xFEE0 for at in range(48, 58)}), "52260119900307001Y"),
    ],
    "出生日期": [
        *("1990-03-07", "1990年3月", "19900307", 19900307, 19900307.0, 1990, "x", "", None, True),
        *(
            datetime.date(1990, 3, 7),
            datetime.datetime.combine(BORN, datetime.time()),
            datetime.date(1991, 1, 1),
        ),
    ],
    "民族": ["苗", "苗族", "某族", "", 1],
    "迁入乡镇": ["三棵树镇", "凯里市三棵树", "别处", "", 1],
    "联系电话": ["13800000001", 13800000001.0, "1380", "", "+86 138-0000-0001", "0855-8220000"],
    "是否自愿": ["是", "是" * 101, "√", "否", "也许", 1, 1.0, True, 0, False, "", "Y"],
    "随迁人数": [2, "2人", "", 2.0, True, "许多"],
    "户主姓名": ["张三", "张 三", "", "王 五"],
    "备注": ["a\nb", " x ", "长" * 101, "\u200b", "", 3.5],
    "政治面貌": ["群众", ""],
}
BLANK = st.sampled_from(["", None, " ", "\u200b"])


@st.composite
def rows(draw):
    """Few rows of few words, so that the same words and numbers come again."""
    cells = [st.one_of(st.sampled_from(WORDS[name]), BLANK, st.text(max_size=4)) for name in HEADER]
    usual = [st.sampled_from(WORDS[name]) for name in HEADER]
    row = st.one_of(st.tuples(*usual), st.tuples(*usual), st.tuples(*cells), st.just(tuple(HEADER)))
    merged = st.sets(st.integers(0, len(HEADER) - 1), max_size=3)
    length = st.integers(0, len(HEADER))
    table = draw(st.lists(st.tuples(row, length, merged, st.booleans()), max_size=8))
    return [
        (list(cells[:cut] if short else cells), sorted(filled))
        for cells, cut, filled, short in table
    ]


def plainly(header, table):
    """The contract, row by row: nothing is remembered but the numbers."""
    seen = {}
    for row, (cells, merged) in enumerate(table, start=2):
        yield one(header, row, cells, merged, seen)


def one(header, row, cells, merged, seen):
    own = {at: cell for at, cell in enumerate(cells) if at not in merged and not is_blank(cell)}
    if not own:
        return None
    word = unspaced(text_of(own[min(own)]))
    people = ("合计", "小计", "总计", "共计", "填表", "注", "说明", "制表", "审核", "负责人")
    shown = {unspaced(word.shown) for word in header.words.values()}
    if word.startswith(people) or (word in shown and repeats_the_header(header, cells)):
        return Skipped(row)
    if not own.keys() & set(header.columns.values()):
        return None
    return person(header, row, cells, seen)


def repeats_the_header(header, cells):
    filled = {at: folded(cell) for at, cell in enumerate(cells) if not is_blank(cell)}
    return all(
        at in header.words and text in (header.words[at].folded, folded(header.words[at].shown))
        for at, text in filled.items()
    )


def person(header, row, cells, seen):
    cell_of = {name: cells[at] if at < len(cells) else None for name, at in header.columns.items()}
    told = {name: cleaned(name, cell) for name, cell in cell_of.items()}
    fault = told[NUMBER] if isinstance(told[NUMBER], Fault) else None
    whole = told[NUMBER]
    if fault:
        whole = "" if fault.code in TELLS_NOTHING else bare_number(cell_of[NUMBER])
    if whole and whole in seen:
        message = f"与第 {seen[whole]} 行是同一公民身份号码,本行未采用。请核对后删去一行。"
        return Duplicate(row, Finding(row, NUMBER, "duplicate_in_file", message))
    seen[whole] = row
    return outcome(row, sorted(told.items(), key=lambda item: header.columns[item[0]]), whole)


def cleaned(name, cell):
    try:
        return BY_NAME[name].clean(cell, known())
    except Fault as fault:
        return fault


def outcome(row, told, whole):
    errors, warnings, values = [], [], {}
    for name, value in told:
        if isinstance(value, Fault):
            errors.append((name, value.code))
        if isinstance(value, Doubt):
            warnings.append(Finding(row, name, value.code, value.message))
            value = value.value
        if value is None or isinstance(value, Fault) or name == NUMBER:
            continue
        if whole and (code := at_odds(name, value, whole)):
            errors.append((name, code))
        values[BY_NAME[name].field] = value
    if errors:
        return errors
    if "birth_date" in values:
        values["birth_date"] = datetime.datetime.strptime(whole[6:14] + "+0800", "%Y%m%d%z").date()
    return Valid(row, whole, values, warnings)


def at_odds(name, value, whole):
    if name == "性别" and (value == "1") != (whole[16] in "13579"):
        return "sex_mismatch"
    if name == "出生日期":
        told = f"{value[0]:04}{value[1]:02}" if isinstance(value, tuple) else f"{value:%Y%m%d}"
        return "" if whole[6:14].startswith(told.rjust(6, "0")) else "birth_mismatch"
    return ""


def plain_errors(found):
    if isinstance(found, Rejected):
        return [(error.column, error.code) for error in found.errors]
    return found


@given(rows())
def test_rows_read_with_a_memory_are_those_read_without(table):
    header = find_header({1: HEADER})
    reader = RowReader(header, known())
    quick = [
        plain_errors(reader.read(row, cells, merged))
        for row, (cells, merged) in enumerate(table, start=2)
    ]
    assert quick == list(plainly(header, table))


def test_no_usual_character_of_a_name_is_one_to_object_to():
    """So a name of such characters alone may be taken as it stands."""
    for code in range(0x4E00, 0xA000):
        character = chr(code)
        assert names._fault(character) is None
        assert unicodedata.category(character) in {"Lo", "Cn"}
        assert names.normalise_name(f"{character} {character}") == character * 2


def test_a_number_is_seen_in_its_first_row():
    chance = random.Random(3)
    bodies = [f"{chance.randrange(10**17):017}" for _ in range(3000)]
    bodies += [f"52260119900307{serial:03}" for serial in range(1000)] + ["0" * 17, "9" * 17]
    told = [body + mark for body in bodies for mark in "0X"]
    told += told[:500]
    chance.shuffle(told)
    table, first = Seen(), {}
    for row, one in enumerate(told, start=2):
        assert table.before(one, row) == first.get(one, 0)
        first.setdefault(one, row)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.sampled_from(["", None, "x", 0, False, True, datetime.date(1990, 3, 7)])
            for name in TOLD
        },
    )
)
def test_rows_that_tell_the_same_are_written_the_same(values):
    told = [f"{name}={values[name]}" for name in TOLD if values.get(name) not in (None, "")]
    assert canonical(values) == "\x1f".join(told)


def test_cells_that_are_equal_and_not_the_same_are_not_taken_for_each_other():
    """1, 1.0 and TRUE are equal to Python, and no sex is TRUE."""
    header = find_header({1: HEADER})
    for first, second in ((1, True), (True, 1), ("1", True), (1.0, True), (True, "1")):
        table = [([*("1", sex, "张三"), number(at)], []) for at, sex in ((1, first), (3, second))]
        reader = RowReader(header, known())
        quick = [plain_errors(reader.read(row, *one)) for row, one in enumerate(table, start=2)]
        assert quick == list(plainly(header, table))
