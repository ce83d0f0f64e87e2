"""统一社会信用代码, against python-stdnum."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from kaili_hukou.enterprise import EnterpriseCodeError, check, fold, make

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GOOD = make("91522601MA6DEMW01")
digits_first = st.from_regex(rf"\A[0-9]{{8}}[{ALPHABET}]{{9}}\Z")
bodies = st.from_regex(rf"\A[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{9}}\Z")


@given(bodies)
def test_a_made_code_has_the_check_character_of_stdnum(body):
    code = make(body)
    assert check(code) == code
    assert code[-1] == uscc.calc_check_digit(code)


def test_a_village_collective_has_a_code_that_begins_with_a_letter():
    assert check(make("N2522601MF1234567"))


@given(digits_first, st.integers(2, 17), st.sampled_from(ALPHABET))
def test_a_changed_character_is_found_as_stdnum_finds_it(body, place, other):
    code = make(body)
    changed = code[:place] + other + code[place + 1 :]
    if uscc.is_valid(changed):
        assert check(changed) == changed
    else:
        with pytest.raises(EnterpriseCodeError):
            check(changed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "missing"),
        (" ", "missing"),
        (GOOD[:-1], "length"),
        ("522601000012345", "length"),
        ("91522601MA6DTESI0X", "charset"),
        ("91A22601MA6DTEST0X", "charset"),
        (GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "checksum"),
    ],
)
def test_each_fault_has_its_code_and_a_chinese_message(text, code):
    with pytest.raises(EnterpriseCodeError, match="[一-龥]") as caught:
        check(text)
    assert caught.value.code == code


def test_small_letters_full_width_and_spaces_are_folded():
    wide = "".join(chr(ord(mark) + 0xFEE0) for mark in GOOD.lower())
    assert check(f" {wide[:8]}-{wide[8:]}\u200b") == GOOD


@given(st.text())
def test_any_text_is_a_code_or_a_fault(text):
    with suppress(EnterpriseCodeError):
        assert check(text) == fold(text)
