"""What is shown of personal data, and that nothing more ever is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaili_hukou.masking import mask_address, mask_identity_number, mask_name, mask_phone

MASKS = (mask_address, mask_identity_number, mask_name, mask_phone)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张小明", "张**"),
        ("欧阳修", "欧**"),
        ("欧阳娜娜", "欧***"),
        ("买买提·艾力", "买**·**"),
        ("𠮷田", "𠮷*"),
        ("张", "*"),
        ("  李四 ", "李*"),
    ],
)
def test_a_name_keeps_its_first_character(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("522601199003071239", "522601********1239"),
        ("52260119900307123X", "522601********123X"),
        ("522601900307123", "522601******123"),
        ("52260119900307123", "52" + "*" * 15),
        ("1234", "****"),
    ],
)
def test_a_number_keeps_six_and_four(number, shown):
    assert mask_identity_number(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("0855-8667391", "****7391"),
        ("8667391", "****7391"),
        ("12345", "****"),
        ("没有", "****"),
        ("13812341234、13912345678", "****"),
    ],
)
def test_a_phone_keeps_its_end(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("黔东南苗族侗族自治州凯里市凯棠镇平乐村3组", "黔东南苗族侗族自治州凯里市凯棠镇平乐村****"),
        ("贵州省黔东南州凯里市下司镇清江村三组十二号", "贵州省黔东南州凯里市下司镇清江村****"),
        ("凯里市大十字街道迎宾大道15号", "凯里市大十字街道****"),
        ("凯里市西门街道莲花巷136号", "凯里市西门街道****"),
        ("凯里市炉山镇城关村", "凯里市炉山镇城关村"),
        ("凯里市镇远路5号", "凯里市****"),
        ("凯里市韶山北路二十号嘉园小区三村", "凯里市****"),
        ("湖南省长沙市芙蓉区五一路1号2栋", "湖南省长沙市芙蓉区****"),
        ("江苏省镇江市京口区谏壁街道1号", "江苏省镇江市京口区谏壁街道****"),
        ("北京市朝阳区建国门外街道永安里社区8号楼", "北京市朝阳区建国门外街道永安里社区****"),
        ("3栋2单元", "****"),
    ],
)
def test_an_address_is_shown_as_far_as_the_town_or_village(address, shown):
    assert mask_address(address) == shown


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_is_shown_as_nothing(mask, nothing):
    assert mask(nothing) == ""


@given(st.text())
def test_any_text_can_be_masked(text):
    for mask in MASKS:
        assert isinstance(mask(text), str)


@given(st.text(alphabet="凯里市镇街道村路社区号一0123456789", max_size=40))
def test_no_digit_of_an_address_is_shown(address):
    assert not any(mark.isdigit() for mark in mask_address(address))


@given(st.text(alphabet="0123456789X", min_size=2, max_size=30))
def test_a_number_is_never_shown_whole(number):
    assert mask_identity_number(number) != number
