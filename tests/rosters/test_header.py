"""Where the table begins and which column is what."""

import pytest

from rosters.columns import COLUMNS
from rosters.header import Merged, find_header


def header(*rows, merged=()):
    return find_header(dict(enumerate(rows, start=1)), [Merged(*area) for area in merged])


def letters(*rows, merged=()):
    found = header(*rows, merged=merged)
    return found.letters if found else None


PLAIN = ["序号", "姓名", "身份证号", "性别"]
TITLE = ["凯里市移民搬迁花名册"]


def test_a_title_may_stand_above_the_header():
    found = header(TITLE, ["填表日期:2026年11月"], PLAIN)
    assert (found.top, found.row) == (3, 3)
    assert found.letters == {"姓名": "B", "公民身份号码": "C", "性别": "D"}
    assert found.ignored == ["序号"]


def test_the_header_is_looked_for_in_twenty_rows():
    assert header(*[TITLE] * 19, PLAIN).row == 20
    assert header(*[TITLE] * 20, PLAIN) is None


@pytest.mark.parametrize("row", [["姓名", "性别"], ["身份证号"], ["张三", "李四"], []])
def test_both_required_columns_must_be_named(row):
    assert header(row) is None


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_variant_is_known(column):
    for variant in {variant for tier in column.tiers for variant in tier}:
        row = [variant, "姓名", "公民身份号码"]
        if column.name == "姓名":
            row = [variant, "公民身份号码"]
        elif column.name == "公民身份号码":
            row = ["姓名", variant]
        assert column.name in letters(row), variant


@pytest.mark.parametrize(
    "word",
    ["户口迁移", "签字", "原籍", "籍贯", "乡镇", "安置点", "政治面貌", "文化程度", "部别", "军衔"],
)
def test_some_columns_are_never_read(word):
    found = header([*PLAIN, word])
    assert found.ignored == ["序号", word]


def test_the_members_own_columns_are_meant():
    row = ["户主姓名", "户主身份证号", "姓名", "身份证号"]
    assert letters(row) == {"姓名": "C", "公民身份号码": "D", "户主姓名": "A"}
    row = ["姓名", "身份证号", "家庭成员姓名", "成员身份证号"]
    assert letters(row) == {"姓名": "C", "公民身份号码": "D"}


def test_the_head_is_the_person_where_nobody_else_could_be():
    found = header(["户主姓名", "户主身份证号", "联系电话"])
    assert found.letters == {"姓名": "A", "公民身份号码": "B", "联系电话": "C"}
    assert found.ignored == []
    assert letters(["户主姓名", "身份证号"]) == {"姓名": "A", "公民身份号码": "B"}


def test_the_heads_number_is_not_taken_for_a_member():
    assert header(["户主姓名", "户主身份证号", "姓名"]) is None


def test_of_two_numbers_the_one_right_of_the_name_is_meant():
    assert letters(["身份证号", "姓名", "身份证号", "身份证号"])["公民身份号码"] == "C"
    assert letters(["身份证号", "姓名"])["公民身份号码"] == "A"


def test_of_other_columns_named_twice_the_first_is_meant():
    found = header([*PLAIN, "性别", "姓名"])
    assert found.letters["性别"] == "D"
    assert found.ignored == ["序号", "性别", "姓名"]


def test_an_unclear_word_is_taken_only_where_no_other_fits():
    assert letters(["姓名", "证件号码"])["公民身份号码"] == "B"
    assert letters(["姓名", "证件号码", "身份证号"])["公民身份号码"] == "C"
    assert letters([*PLAIN, "单位", "工作单位"])["工作单位"] == "F"
    assert letters([*PLAIN, "关系"])["与户主关系"] == "E"
    assert letters([*PLAIN, "关系", "与户主关系"])["与户主关系"] == "F"


def test_a_header_of_two_rows_with_cells_merged_downwards():
    upper = ["序号", "姓名", "身份证号", "户籍", ""]
    lower = ["", "", "", "迁出地", "迁入乡镇"]
    areas = [(2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 2, 4)]
    found = header(TITLE, upper, lower, merged=areas)
    assert (found.top, found.row) == (2, 3)
    assert found.letters == {"姓名": "B", "公民身份号码": "C", "迁出地": "D", "迁入乡镇": "E"}


def test_the_lower_row_counts():
    upper = ["本人信息", "", "联系", ""]
    lower = ["姓名", "身份证号", "手机", "现住址"]
    found = header(upper, lower, merged=[(1, 0, 1, 1), (1, 2, 1, 3)])
    assert found.row == 2
    assert found.letters == {"姓名": "A", "公民身份号码": "B", "联系电话": "C", "住址": "D"}


def test_neither_row_need_name_both():
    found = header(
        ["姓名", "证件", ""], ["", "类型", "身份证号"], merged=[(1, 0, 2, 0), (1, 1, 1, 2)]
    )
    assert found.row == 2
    assert found.letters == {"姓名": "A", "公民身份号码": "C"}
    assert found.ignored == ["类型"]


def test_below_the_heads_group_a_name_is_the_heads():
    upper = ["户主信息", "", "成员信息", ""]
    lower = ["姓名", "身份证号", "姓名", "身份证号"]
    found = header(upper, lower, merged=[(1, 0, 1, 1), (1, 2, 1, 3)])
    assert found.letters == {"姓名": "C", "公民身份号码": "D", "户主姓名": "A"}


def test_a_merged_title_is_no_part_of_the_header():
    found = header(TITLE, PLAIN, ["1", "张三", "5226"], merged=[(1, 0, 1, 3)])
    assert (found.top, found.row) in {(1, 2), (2, 2)}
    assert found.ignored == ["序号"]


def test_a_word_merged_sideways_does_not_swallow_the_first_person():
    found = header(
        [*PLAIN, "住址", ""], ["1", "张三", "5226", "男", "a", "b"], merged=[(1, 4, 1, 5)]
    )
    assert found.row == 1
