"""公民身份号码: every fault, the folding, the reader's text. All numbers are synthetic."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from kaili_hukou.identity import Identity, IdentityError, check, fold, make, read_card_text

ON = date(2026, 11, 23)
GOOD = "522601199003071239"

digits_of_six = st.integers(0, 999_999).map("{:06d}".format)
births = st.dates(date(1880, 1, 1), ON)
serials = st.integers(0, 999)
numbers = st.builds(make, digits_of_six, births, serials)


def wide(text: str) -> str:
    """The same in full-width forms."""
    return "".join(chr(ord(mark) + 0xFEE0) for mark in text)


def fault_of(text: str | None, on: date = ON) -> IdentityError:
    with pytest.raises(IdentityError) as caught:
        check(text, on)
    return caught.value


@pytest.mark.parametrize(
    ("number", "birth_date", "sex"),
    [
        ("522601199003071239", date(1990, 3, 7), "1"),
        ("522622200802290427", date(2008, 2, 29), "2"),
        ("522601197001010011", date(1970, 1, 1), "1"),
        ("522631196512310511", date(1965, 12, 31), "1"),
    ],
)
def test_the_numbers_of_the_domain_notes_are_valid(number, birth_date, sex):
    assert check(number, ON) == Identity(number, birth_date, sex, number[:6])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "missing"),
        ("", "missing"),
        (" \u3000\u200b-'", "missing"),
        ("52260119900307123", "length"),
        ("5226011990030712390", "length"),
        ("522601900307123", "length"),
        ("52260119900307123Y", "charset"),
        ("5226O1199003071239", "charset"),
        ("X22601199003071239", "charset"),
        ("522601199003071230", "checksum"),
        ("522601199003071293", "checksum"),
        (make("522601", date(1879, 12, 31), 1), "birth_date"),
        (make("522601", date(2026, 11, 24), 1), "birth_date"),
    ],
)
def test_the_first_fault_is_told_by_its_code(text, code):
    assert fault_of(text).code == code


@pytest.mark.parametrize("birth", ["20260230", "20230229", "19901301", "19900100", "00000101"])
def test_a_day_that_does_not_exist_is_a_fault_of_the_birth_date(birth):
    body = f"522601{birth}123"
    assert fault_of(body + ric.calc_check_digit(body + "0")).code == "birth_date"


def test_somebody_born_on_the_day_itself_has_a_valid_number():
    assert check(make("522601", ON, 2), ON).birth_date == ON
    assert check(make("522601", date(1880, 1, 1), 2), ON).birth_date == date(1880, 1, 1)


@pytest.mark.parametrize("prefix", ["522621", "522401", "000000", "999999", "810000", "911101"])
def test_the_first_six_digits_are_never_a_reason_to_reject(prefix):
    assert check(make(prefix, date(1970, 5, 1), 7), ON).address_code == prefix


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("810000199003071239", "港澳台居民居住证"),
        ("83000019900307123", "港澳台居民居住证"),
        ("911101199003071230", "外国人永久居留身份证"),
    ],
)
def test_another_kind_of_document_is_named_where_its_number_fails(text, document):
    message = str(fault_of(text))
    assert document in message
    assert "证件类型不符" in message


def test_an_old_number_has_a_sentence_of_its_own():
    message = str(fault_of("522601900307123"))
    assert "15 位" in message
    assert "不自动升位" in message


@pytest.mark.parametrize(
    "text",
    [
        "522601 19900307 1239",
        "522601-19900307-1239",
        "'522601199003071239",
        "\u2018522601199003071239",
        "\ufeff522601\u200b199003071239\u00a0",
        wide("522601199003071239"),
        "522601—19900307–1239\n",
        "522601−19900307‐1239",
    ],
)
def test_what_is_no_part_of_the_number_is_dropped(text):
    assert fold(text) == GOOD


@pytest.mark.parametrize("last", ["x", "X", "×", "Ⅹ", "\uff38", "\uff58"])
def test_every_way_of_writing_the_last_x_becomes_x(last):
    body = next(
        number[:17]
        for serial in range(1000)
        if (number := make("522601", date(1990, 3, 7), serial)).endswith("X")
    )
    assert check(body + last, ON).number == body + "X"


@given(numbers)
def test_a_made_number_is_valid_and_its_check_character_agrees_with_stdnum(number):
    assert check(number, ON).number == number
    assert ric.calc_check_digit(number) == number[17]


@given(digits_of_six, births, serials)
def test_a_number_tells_its_birth_date_and_sex(prefix, birth, serial):
    told = check(make(prefix, birth, serial), ON)
    assert told.birth_date == birth
    assert told.sex == ("1" if serial % 2 else "2")


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, shift):
    wrong = str((int(number[place]) + shift) % 10)
    assert fault_of(number[:place] + wrong + number[place + 1 :]).code == "checksum"


@given(st.text())
def test_any_text_that_is_no_number_has_a_fault_with_a_short_message(text):
    fault = fault_of(text)
    assert fault.code in {"missing", "length", "charset", "checksum", "birth_date"}
    assert len(str(fault)) < 200


@given(numbers, st.integers(0, 17))
def test_no_message_holds_a_full_number(number, place):
    for text in (number[:place] + number[place + 1 :], number[:17] + "Z", number + "1"):
        message = str(fault_of(text))
        assert number not in message
        assert text not in message


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_make_refuses_what_is_no_prefix():
    with pytest.raises(ValueError, match="six digits"):
        make("52260", date(1990, 1, 1), 1)


@pytest.mark.parametrize(
    "text",
    [
        "姓名:张三 性别:男 民族:苗 出生:1990年3月7日 住址:贵州省凯里市民族路 12 号"
        f" 公民身份号码:{GOOD}",
        "姓名 张三\n性别 男 民族 苗\n出生 1990 年 3 月 7 日\n住址 贵州省凯里市民族路 12 号\n"
        f"公民身份号码 {GOOD}\n签发机关 凯里市公安局",
        f"张三\t男\t苗\t19900307\t贵州省凯里市民族路 12 号\t{GOOD}\t凯里市公安局\t20200101",
        f"张三|男|苗|1990-03-07|贵州省凯里市民族路 12 号|{GOOD}",
        f"张三,男,苗,1990.3.7,贵州省凯里市民族路 12 号,{GOOD}",
        f"张三\uff0c男\uff0c苗\uff0c1990.3.7\uff0c贵州省凯里市民族路 12 号\uff0c{GOOD}",
        "姓名\uff1a张三\uff0c性别\uff1a男\uff0c民族\uff1a苗\uff0c出生日期\uff1a1990-3-7\uff0c"
        f"住址\uff1a贵州省凯里市民族路 12 号\uff0c身份证号\uff1a{wide(GOOD)}",
        f"张三\r\n男\r\n苗\r\n1990年3月7日\r\n贵州省凯里市民族路 12 号\r\n{GOOD}\r\n",
    ],
)
def test_the_text_of_a_card_reader_is_read_in_every_layout(text):
    card = read_card_text(text)
    assert card is not None
    assert (card.number, card.name, card.sex, card.nationality) == (GOOD, "张三", "1", "苗")
    assert card.birth_date == date(1990, 3, 7)
    assert card.address == "贵州省凯里市民族路 12 号"


@pytest.mark.parametrize("text", [None, "", "\t\n", GOOD, "522601 19900307 1239", "张三,李四"])
def test_what_is_no_card_text_is_left_to_the_check(text):
    assert read_card_text(text) is None


def test_a_card_with_fewer_fields_gives_what_it_has():
    card = read_card_text(f"张三,{GOOD}")
    assert card is not None
    assert (card.name, card.number, card.sex, card.birth_date) == ("张三", GOOD, "", None)


def test_a_wrong_number_on_a_card_is_left_to_the_check():
    card = read_card_text("姓名:张三 公民身份号码:522601199003071230")
    assert card is not None
    assert fault_of(card.number).code == "checksum"


@given(st.text(alphabet="姓名性别:: \t|,,\n出生公民身份号码1990x张", max_size=60))
def test_no_text_of_a_reader_is_an_error(text):
    read_card_text(text)
