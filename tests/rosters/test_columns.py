"""What each column makes of a cell: values, errors and warnings of the contract."""

import datetime

import pytest

from rosters.cells import folded, letter, text_of
from rosters.columns import BY_NAME, Doubt, Fault
from tests.rosters.workbooks import known, number, wrong_check

NUMBER = number(1)
AHEAD = number(1, datetime.date(2027, 1, 1))


def instant(*parts):
    """As a reader gives it: a day and a time of no zone."""
    return datetime.datetime(*parts)  # noqa: DTZ001


def outcome(column, cell):
    try:
        value = BY_NAME[column].clean(cell, known())
    except Fault as fault:
        return fault.code
    if isinstance(value, Doubt):
        return value.value, value.code
    return value


@pytest.mark.parametrize(
    "cell",
    [
        NUMBER,
        f"'{NUMBER}",
        f" {NUMBER[:6]} {NUMBER[6:14]}\u00a0{NUMBER[14:]}\u3000",
        f"{NUMBER[:6]}-{NUMBER[6:14]}—{NUMBER[14:]}",
        "".join(chr(ord(mark) + 0xFEE0) for mark in NUMBER),
        f"\u200b{NUMBER}\ufeff",
    ],
)
def test_a_number_is_folded_before_it_is_checked(cell):
    assert outcome("公民身份号码", cell) == NUMBER


@pytest.mark.parametrize("mark", ["x", "X", "×", "Ⅹ", "\uff38", "\uff58"])
def test_the_last_x_may_be_written_in_many_ways(mark):
    ending = next(found for serial in range(1, 99) if (found := number(serial))[17] == "X")
    assert outcome("公民身份号码", ending[:17] + mark) == ending


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "missing"),
        (None, "missing"),
        ("'", "missing"),
        (5.22601199003071e17, "precision_lost"),
        (522601199003071239, "precision_lost"),
        (1e15, "precision_lost"),
        ("5.22601E+17", "precision_lost"),
        ("5.22601e17", "precision_lost"),
        (522601900307123, "length"),
        (522601900307123.0, "length"),
        ("522601900307123", "length"),
        ("12345", "length"),
        (True, "length"),
        (datetime.date(1990, 3, 7), "length"),
        ("52260119900307123Y", "charset"),
        ("5226011990O3071239", "charset"),
        (wrong_check(), "checksum"),
        ("522601199002300011", "checksum"),
        (AHEAD, "birth_date"),
        (number(1, datetime.date(1879, 12, 31)), "birth_date"),
    ],
)
def test_a_number_has_the_first_fault_that_applies(cell, code):
    assert outcome("公民身份号码", cell) == code


def test_a_day_that_does_not_exist_is_a_fault_of_the_number():
    body = "52260119900230001"
    for last in "0123456789X":
        if outcome("公民身份号码", body + last) != "checksum":
            assert outcome("公民身份号码", body + last) == "birth_date"
            return
    pytest.fail("one of them has the right check character")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张 三", "张三"),
        (" 张　三 ", "张三"),
        ("古丽米热•艾比布力", "古丽米热·艾比布力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提‧艾力", "买买提·艾力"),
        ("买买提∙艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("𠮷野", "𠮷野"),
        ("葛曾䮌", "葛曾䮌"),
        ("JOHN SMITH", "JOHN SMITH"),
        ("张\x00三", "张三"),
        ("张\u200d三", "张三"),
        ("", "missing"),
        ("   ", "missing"),
        ("张三1", "bad_value"),
        ("张三\uff11", "bad_value"),
        ("张?", "bad_value"),
        ("张\uff1f", "bad_value"),
        ("张□", "bad_value"),
        ("张三、李四", "bad_value"),
        ("张三,李四", "bad_value"),
        ("张三\uff0c李四", "bad_value"),
        ("张三/李四", "bad_value"),
        ("张三\uff0f李四", "bad_value"),
        (12.0, "bad_value"),
        ("张" * 101, "bad_value"),
        ("张\ue000", ("张\ue000", "rare_character")),
    ],
)
def test_names(cell, name):
    assert outcome("姓名", cell) == name


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((cell, "1") for cell in ("男", "男性", "1", 1, 1.0, " 男 ", "\uff11")),
        *((cell, "2") for cell in ("女", "女性", "2", 2.0)),
        ("", None),
        (None, None),
        ("未知", "bad_value"),
        (True, "bad_value"),
        (3, "bad_value"),
    ],
)
def test_sexes(cell, value):
    assert outcome("性别", cell) == value


DAY = datetime.date(1990, 3, 7)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((cell, DAY) for cell in ("1990-3-7", "1990/03/07", "1990.3.7", "1990年3月7日")),
        *((cell, DAY) for cell in ("19900307", 19900307, 19900307.0, DAY, " 1990 - 3 - 7 ")),
        (instant(1990, 3, 7, 8), DAY),
        *((cell, (1990, 3)) for cell in ("1990-3", "1990.03", "1990年3月", "199003", 199003)),
        ("", None),
        ("1990-2-30", "bad_value"),
        ("90-3-7", "bad_value"),
        ("不详", "bad_value"),
        (32939, "bad_value"),
        (1990.03, "bad_value"),
        (199013, "bad_value"),
        ("1990-3/7", "bad_value"),
    ],
)
def test_birth_dates(cell, value):
    assert outcome("出生日期", cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        *("三棵树镇", "三棵树", "凯里市三棵树镇", "贵州省黔东南州凯里市三棵树镇", "三棵树街道"),
        *(" 三棵树 镇", "三棵树街道办事处", "三棵树街道办", "三棵树镇(街道)"),
    ],
)
def test_a_town_is_known_with_or_without_what_stands_around_it(cell):
    assert outcome("迁入乡镇", cell) == 1


@pytest.mark.parametrize(
    ("cell", "value"), [("", None), ("雷山县", "unknown_town"), ("镇", "unknown_town")]
)
def test_other_towns(cell, value):
    assert outcome("迁入乡镇", cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("13800001234", "13800001234"),
        (13800001234.0, "13800001234"),
        ("138-0000 1234", "13800001234"),
        ("+86 13800001234", "13800001234"),
        ("0855-8223065", "08558223065"),
        ("8223065", "8223065"),
        (8223065, "8223065"),
        ("", None),
        ("无", ("无", "bad_phone")),
        ("1380000", "1380000"),
        ("1380000123", ("1380000123", "bad_phone")),
        ("13800001234/13900001234", ("13800001234/13900001234", "bad_phone")),
        ("13800001234 13900001234", ("13800001234 13900001234", "bad_phone")),
    ],
)
def test_phones(cell, value):
    assert outcome("联系电话", cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("苗", "苗族"), ("苗族", "苗族"), (" 苗 族", "苗族"), ("", None)),
        *((word, (word, "other_ethnicity")) for word in ("革家", "穿青人", "侗家", "苗" * 400)),
    ],
)
def test_nationalities(cell, value):
    assert outcome("民族", cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(
            (cell, True)
            for cell in ("是", "自愿", "同意", "√", "Y", "y", "1", 1.0, "\uff39", " 是")
        ),
        *((cell, False) for cell in ("否", "不自愿", "不同意", "×", "N", "n", "0", 0)),
        *((cell, None) for cell in ("", None, "  ")),
        *((cell, "bad_value") for cell in ("已迁", "已签", "?", 2)),
    ],
)
def test_the_will(cell, value):
    found = outcome("是否自愿", cell)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("cell", "count"),
    [("3", 3), (3.0, 3), ("3人", 3), ("妻 李四", None), ("", None), ("1000", None)],
)
def test_companions_are_a_count_and_no_names(cell, count):
    assert outcome("随迁人数", cell) == count


def test_a_message_never_holds_a_whole_number():
    for cell in (NUMBER[:17], wrong_check(), AHEAD, NUMBER + "1"):
        with pytest.raises(Fault) as fault:
            BY_NAME["公民身份号码"].clean(cell, known())
        assert cell not in str(fault.value)
    with pytest.raises(Fault) as fault:
        BY_NAME["性别"].clean(NUMBER, known())
    assert NUMBER not in str(fault.value)


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("姓 名", "姓名"),
        ("姓\n名*", "姓名"),
        ("姓名(必填):", "姓名"),
        ("姓名:*", "姓名"),
        ("1.姓名", "姓名"),
        ("2、姓名", "姓名"),
        ("【姓名】", "姓名"),
        ("身份证\uff0818位\uff09", "身份证"),
        ("户主【必填】[文本]", "户主"),
        ("SFZH", "sfzh"),
        ("\uff29\uff24", "id"),
        (None, ""),
        (1.0, "1"),
        (True, "true"),
    ],
)
def test_headers_are_folded(written, word):
    assert folded(written) == word


def test_columns_have_letters():
    assert [letter(at) for at in (0, 25, 26, 701, 702, 16383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        *((None, ""), (3.0, "3"), (1.5, "1.5"), (float("nan"), ""), (float("inf"), "")),
        *((instant(1990, 3, 7), "1990-03-07"), ("a\tb\x00\r\nc", "a b c")),
        (instant(1990, 3, 7, 8, 30), "1990-03-07 08:30:00"),
        (522601199003071239, "522601199003071239"),
    ],
)
def test_the_words_of_a_cell(cell, text):
    assert text_of(cell) == text
