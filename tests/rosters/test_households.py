"""Rows become households: by number, else below their head; what cannot be told is asked."""

import pytest

from rosters.households import (
    HEAD_ABOVE_DIFFERS,
    HEADS_DIFFER,
    TWO_HEADS,
    UNTOLD,
    Row,
    households,
)
from rosters.kinship import kin_of, relationship


def told(*rows):
    """Each row: (name, head, relation, number), from sheet row 4 on."""
    made = [Row(at, at, *(row + ("",) * (4 - len(row)))) for at, row in enumerate(rows, start=4)]
    return [([row.name for row in one.rows], one.doubt) for one in households(made)]


NOBODY_TELLS = [("甲",), ("乙",)]
TABLE = {
    "nothing is told of anybody: each is alone, without doubt": (
        NOBODY_TELLS,
        [(["甲"], ""), (["乙"], "")],
    ),
    "one number is one household, wherever its rows stand": (
        [("甲", "", "户主", "1"), ("乙", "", "户主", "2"), ("丙", "", "妻", "1")],
        [(["甲", "丙"], ""), (["乙"], "")],
    ),
    "a number without a head among its rows is one household": (
        [("甲", "丁", "子", "1"), ("乙", "丁", "女", "1")],
        [(["甲", "乙"], "")],
    ),
    "two heads under one number": (
        [("甲", "", "户主", "1"), ("乙", "", "户主", "1")],
        [(["甲", "乙"], TWO_HEADS)],
    ),
    "two names of a head under one number": (
        [("甲", "甲", "户主", "1"), ("乙", "丁", "妻", "1")],
        [(["甲", "乙"], HEADS_DIFFER)],
    ),
    "a head with those below it": (
        [("甲", "", "户主"), ("乙", "", "配偶"), ("丙", "", "本人"), ("丁", "", "长子")],
        [(["甲", "乙"], ""), (["丙", "丁"], "")],
    ),
    "the head's own name makes a head": (
        [("甲", "甲"), ("乙", "甲"), ("丙", "丙"), ("丁", "丙")],
        [(["甲", "乙"], ""), (["丙", "丁"], "")],
    ),
    "two heads of one name are two households": (
        [("甲", "甲", "户主"), ("乙", "甲", "妻"), ("甲", "甲", "户主"), ("丁", "甲", "妻")],
        [(["甲", "乙"], ""), (["甲", "丁"], "")],
    ),
    "a head who is not in the file": (
        [("甲", "甲", "户主"), ("乙", "戊", "妻"), ("丙", "戊", "子")],
        [(["甲"], ""), (["乙", "丙"], HEAD_ABOVE_DIFFERS)],
    ),
    "whoever tells nothing below a household": (
        [("甲", "", "户主"), ("乙",)],
        [(["甲"], ""), (["乙"], UNTOLD)],
    ),
    "a relation without a head above": ([("甲", "", "妻")], [(["甲"], UNTOLD)]),
    "below a numbered household nobody joins it without its number": (
        [("甲", "", "户主", "1"), ("乙", "", "妻")],
        [(["甲"], ""), (["乙"], UNTOLD)],
    ),
    "a head alone": ([("甲", "", "户主")], [(["甲"], "")]),
}


@pytest.mark.parametrize("name", TABLE)
def test_rows_become_households(name):
    rows, expected = TABLE[name]
    assert told(*rows) == expected


def test_every_row_is_in_one_household_and_no_key_comes_twice():
    rows = [Row(at, at, f"人{at}", "", ["户主", "妻", "", "子"][at % 4]) for at in range(40)]
    found = households(reversed(rows))
    assert sorted(row.row for one in found for row in one.rows) == list(range(40))
    assert len({one.key for one in found}) == len(found)


def test_no_rows_make_no_households():
    assert households([]) == []


@pytest.mark.parametrize(
    ("word", "kin"),
    [
        ("户主", "head"),
        (" 本 人 ", "head"),
        ("配偶", "spouse"),
        ("长子", "child"),
        ("岳母", "in_law_parent"),
        ("儿媳", "in_law_child"),
        ("外孙女", "grandchild"),
        # A wife or a daughter-in-law: asked.
        ("媳妇", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_a_word_means_one_thing_or_is_asked(word, kin):
    assert kin_of(word) == kin


@pytest.mark.parametrize(
    ("applicant", "other", "expected"),
    [
        ("head", "spouse", "spouse"),
        ("head", "child", "child"),
        ("head", "in_law_parent", "other"),
        ("spouse", "head", "spouse"),
        ("spouse", "in_law_parent", "parent"),
        ("spouse", "parent", "other"),
        ("child", "head", "parent"),
        ("child", "child", "sibling"),
        ("child", "parent", "grandparent"),
        ("parent", "head", "child"),
        ("parent", "parent", "spouse"),
        ("parent", "child", "grandchild"),
        ("grandchild", "head", "grandparent"),
        ("sibling", "parent", "parent"),
        # A nephew's father, a son's wife among several sons: asked.
        ("child", "grandchild", ""),
        ("child", "in_law_child", ""),
        ("in_law_child", "child", ""),
        ("grandchild", "child", ""),
        ("", "head", ""),
        ("head", "", ""),
    ],
)
def test_two_relations_to_the_head_make_one_to_the_applicant(applicant, other, expected):
    assert relationship(applicant, other) == expected
