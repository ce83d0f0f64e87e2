"""Names: one way to write them, what cannot stand in one, and how they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaili_hukou.names import check_name, has_private_use, normalise_name
from kaili_hukou.readings import LONGEST_READING, initials, reading


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 张 三 ", "张三"),
        ("张\u3000三", "张三"),
        ("欧阳\n修", "欧阳修"),
        ("Ali  Khan", "Ali Khan"),
        ("李 A", "李A"),
        ("A. Smith", "A. Smith"),
        *((f"买买提{dot}艾力", "买买提·艾力") for dot in "·•‧・\uff65∙⋅●.\uff0e﹒"),
        ("买买提 • 艾力", "买买提·艾力"),
        ("\ufeff张三\u200b", "张三"),
        ("葛曾䮌", "葛曾䮌"),
        ("𠮷田", "𠮷田"),
        ("豈\uf900", "豈\uf900"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_name_is_kept_in_one_way(written, kept):
    assert normalise_name(written) == kept


@given(st.text())
def test_normalising_again_changes_nothing(text):
    assert normalise_name(normalise_name(text)) == normalise_name(text)


@pytest.mark.parametrize(
    "name", ["张三", "买买提·艾力", "葛曾䮌", "𠮷田", "○〇", "Ali Khan", "张\ue000", "张" * 100]
)
def test_a_real_name_has_no_fault(name):
    assert check_name(name) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "为空"),
        ("张三1", "数字"),
        ("张三\uff11", "数字"),
        ("张?", "生僻字"),
        ("张\uff1f", "生僻字"),
        ("张□", "生僻字"),
        ("张\ufffd", "生僻字"),
        ("张三、李四", "一格只填一个人"),
        ("张三,李四", "一格只填一个人"),
        ("张三/李四", "一格只填一个人"),
        ("张三\uff0c李四", "一格只填一个人"),
        ("张三\uff0f李四", "一格只填一个人"),
        ("张\x07三", "控制字符"),
        ("张\u202e三", "文字方向"),
        ("张\u200d三", "控制字符"),
        ("张" * 101, "最多 100 个字"),
    ],
)
def test_each_fault_of_a_name_is_told(name, said):
    assert said in (check_name(name) or "")


def test_a_private_use_character_is_noticed_but_no_fault():
    assert has_private_use("张\ue000")
    assert has_private_use("张\U000f0000")
    assert not has_private_use("张䮌𠮷")


@pytest.mark.parametrize(
    ("name", "letters", "read"),
    [
        ("张三丰", "ZSF", "zhangsanfeng"),
        ("单雄信", "SXX", "shanxiongxin"),
        ("曾小贤", "ZXX", "zengxiaoxian"),
        ("仇英", "QY", "qiuying"),
        ("欧阳修", "OYX", "ouyangxiu"),
        ("单于夫罗", "CYFL", "chanyufuluo"),
        ("吕布", "LB", "lvbu"),
        ("买买提·艾力", "MMTAL", "maimaitiaili"),
        ("Ali Khan", "AK", "alikhan"),
        ("", "", ""),
    ],
)
def test_a_name_is_read_with_its_surname_as_a_surname(name, letters, read):
    assert initials(name) == letters
    assert reading(name) == read


def test_a_rare_character_without_a_reading_is_left_out():
    assert initials("葛曾䮌") == "GC"


@given(st.text(max_size=100))
def test_readings_fit_their_columns(name):
    assert len(initials(name)) <= 100
    assert len(reading(name)) <= LONGEST_READING
