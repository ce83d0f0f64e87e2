"""Which words of a header are asked about, and how what was settled is read."""

import pytest

from rosters.cells import folded, letter, place_of
from rosters.columns import NUMBER
from rosters.header import Word as HeaderWord
from rosters.header import assigned, find_header, keys
from rosters.questions import questions


def asked(*words, read_as=()):
    """Of a header with 姓名 and 公民身份号码 before these words: what is asked of whom."""
    shown = dict(enumerate(("姓名", "公民身份号码", *words)))
    columns = assigned({at: HeaderWord(w, folded(w)) for at, w in shown.items()}, dict(read_as))
    return {q.word: (q.choices, q.now) for q in questions(shown, columns, dict(read_as))}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("性别", "备注", "政治面貌"), {}),
        (("家庭住址",), {"家庭住址": (("迁出地", "住址"), "迁出地")}),
        (("家庭住址", "户籍地"), {"家庭住址": (("住址",), "")}),
        (("现住址", "户籍地", "住址"), {}),
        (("地址",), {"地址": (("住址", "迁出地"), "")}),
        (("编号",), {"编号": (("户编号",), "")}),
        (("编号", "户编号"), {}),
        (("关系(与户主)",), {"关系(与户主)": (("与户主关系",), "与户主关系")}),
        (("证件号码",), {}),
        (("姓名",), {"姓名": (("姓名", "户主姓名"), "")}),
    ],
)
def test_only_words_whose_answer_could_matter_are_asked_about(words, expected):
    assert asked(*words) == expected


def test_a_lone_certificate_number_is_asked_about():
    shown = {0: "姓名", 1: "证件号码"}
    [question] = questions(shown, {"姓名": 0, NUMBER: 1}, {})
    assert (question.letter, question.choices, question.now) == ("B", (NUMBER,), NUMBER)


def test_what_was_settled_is_not_asked_again():
    assert asked("家庭住址", "编号", read_as={"家庭住址": "住址", "编号": ""}.items()) == {}


def test_the_second_of_the_same_word_is_remembered_by_itself():
    told = keys({0: "姓名", 3: "姓 名*", 5: "性别"})
    assert told == {0: "姓名", 3: "姓名#2", 5: "性别"}


def test_words_that_the_contract_does_not_know_are_read_as_was_settled():
    rows = {1: ["谁", "哪个号", "性别"]}
    settled = {"谁": "姓名", "哪个号": NUMBER, "性别": ""}
    assert find_header(rows) is None
    found = find_header(rows, (), settled)
    assert found.columns == {"姓名": 0, NUMBER: 1}
    assert found.ignored == ["性别"]


def test_a_settled_column_goes_before_what_the_words_say():
    rows = {1: ["姓名", "公民身份号码", "家庭住址", "户籍地"]}
    plain = find_header(rows).columns
    assert plain["迁出地"] == 3
    settled = find_header(rows, (), {"家庭住址": "迁出地", "户籍地": ""}).columns
    assert (settled["迁出地"], len(settled)) == (2, 3)


def test_a_name_that_no_longer_exists_is_as_good_as_not_kept():
    rows = {1: ["姓名", "公民身份号码", "性别"]}
    assert find_header(rows, (), {"性别": "早先的名称"}).ignored == ["性别"]


@pytest.mark.parametrize("place", [0, 25, 26, 700, 702])
def test_letters_and_places_are_two_ways_to_say_the_same(place):
    assert place_of(letter(place)) == place
