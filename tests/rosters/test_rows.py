"""What becomes of a row."""

import datetime

import pytest

from rosters.header import find_header
from rosters.rows import Duplicate, Rejected, RowReader, Skipped, Valid, place
from tests.rosters.workbooks import known, number, wrong_check

HEADER = [
    "序号",
    "姓名",
    "身份证号",
    "性别",
    "出生日期",
    "户编号",
    "是否自愿",
    "联系电话",
    "政治面貌",
]


def reader(header=HEADER):
    return RowReader(find_header({1: header}), known())


def cells(**told):
    row = {"序号": "1", "姓名": "张三", "身份证号": number(1), "性别": "男"} | told
    return [row.get(name, "") for name in HEADER]


def codes(outcome):
    assert isinstance(outcome, Rejected)
    return [(error.column, error.code) for error in outcome.errors]


def test_a_good_row_is_valid():
    found = reader().read(2, cells(出生日期="1990年3月", 是否自愿="是", 政治面貌="群众"))
    assert isinstance(found, Valid)
    assert found.values == {
        "name": "张三",
        "sex": "1",
        "birth_date": datetime.date(1990, 3, 7),
        "voluntary": True,
    }
    assert found.number == number(1)


def test_what_is_not_told_has_no_value():
    found = reader().read(2, cells(性别=""))
    assert found.values == {"name": "张三"}


def test_every_error_of_a_row_is_told_in_the_order_of_the_columns():
    found = reader().read(
        9, cells(姓名="张3", 身份证号="1", 性别="x", 出生日期="?", 是否自愿="?", 联系电话="?")
    )
    assert codes(found) == [
        ("姓名", "bad_value"),
        ("公民身份号码", "length"),
        ("性别", "bad_value"),
        ("出生日期", "bad_value"),
        ("是否自愿", "bad_value"),
    ]
    assert {error.row for error in found.errors} == {9}


def test_sex_and_birth_are_compared_with_the_number():
    found = reader().read(2, cells(性别="女", 出生日期="1991-03-07"))
    assert codes(found) == [("性别", "sex_mismatch"), ("出生日期", "birth_mismatch")]
    found = reader().read(2, cells(出生日期="1990-04"))
    assert codes(found) == [("出生日期", "birth_mismatch")]
    found = reader().read(2, cells(身份证号=wrong_check(), 性别="女"))
    assert codes(found) == [("公民身份号码", "checksum"), ("性别", "sex_mismatch")]


@pytest.mark.parametrize("written", ["", 522601199003071239.0, "12", "52260119900307123Y"])
def test_a_number_that_tells_nothing_is_compared_with_nothing(written):
    read = reader().read
    first, second = (read(row, cells(身份证号=written, 性别="女")) for row in (2, 3))
    assert [column for column, _ in codes(first)] == ["公民身份号码"]
    assert codes(second) == codes(first)


@pytest.mark.parametrize("first", [cells(), cells(姓名=""), cells(身份证号=wrong_check())])
def test_a_number_of_an_earlier_row_is_a_duplicate_whatever_became_of_that_row(first):
    reading = reader()
    reading.read(2, first)
    found = reading.read(3, [*first[:1], "李四1", *first[2:3], "女", "?"])
    assert isinstance(found, Duplicate)
    assert (found.error.row, found.error.column, found.error.code) == (
        3,
        "公民身份号码",
        "duplicate_in_file",
    )
    assert "第 2 行" in found.error.message


@pytest.mark.parametrize(
    "word",
    [
        *("合计", "合 计", "小计:3人", "总计", "共计12", "填表人:张三", "注:以上为准", "说明"),
        *("制表:李四", "审核人", "负责人签字"),
    ],
)
def test_rows_that_are_no_people_are_skipped(word):
    assert isinstance(reader().read(5, [word]), Skipped)
    assert isinstance(reader().read(5, ["", word, "3"]), Skipped)


def test_a_header_that_comes_again_is_skipped():
    assert isinstance(reader().read(30, HEADER), Skipped)
    assert isinstance(reader().read(30, ["序号", "姓名", "身份证号"]), Skipped)


@pytest.mark.parametrize(
    "row", [[], [""] * 9, ["  ", "\u3000", None], ["7"], ["7", *[""] * 7, "群众"]]
)
def test_a_row_without_anything_known_does_not_count(row):
    assert reader().read(5, row) is None


def test_a_row_with_only_a_merged_value_does_not_count():
    assert reader().read(5, ["", "", "", "", "", "H1"], merged=(5,)) is None
    found = reader().read(5, cells(户编号="H1"), merged=(5,))
    assert found.values["household_number"] == "H1"


def test_a_doubt_rejects_nothing():
    found = reader().read(2, cells(联系电话="无"))
    assert isinstance(found, Valid)
    assert [(warning.column, warning.code) for warning in found.warnings] == [
        ("联系电话", "bad_phone")
    ]


def test_a_finding_can_be_found_in_the_sheet():
    reading = reader()
    found = reading.read(7, cells(身份证号=""))
    assert place(found.errors[0], reading.header) == "C7"
