"""受理编号, against python-stdnum's ISO 7064 MOD 37,36."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from kaili_hukou.receipts import Receipt, ReceiptError, check, check_character, compose

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIGNS = "0123456789" + LETTERS
codes = st.text(LETTERS, min_size=2, max_size=6)
years = st.integers(2019, 2099)
serials = st.integers(1, 999_999)


def test_a_receipt_number_has_five_parts():
    assert compose("DSZ", 2026, 187) == "522601-DSZ-2026-000187-E"
    assert compose("LS", 2026, 64) == "522601-LS-2026-000064-3"


@given(st.text(SIGNS, max_size=30))
def test_the_check_character_is_that_of_the_standard(body):
    if body:
        assert check_character(body) == mod_37_36.calc_check_digit(body)


@given(codes, years, serials)
def test_what_is_composed_is_read_again(code, year, serial):
    text = compose(code, year, serial)
    assert check(text) == Receipt(text, code, year, serial)


@given(codes, years, serials, st.data())
def test_one_wrong_character_is_found(code, year, serial, data):
    text = compose(code, year, serial)
    place = data.draw(st.sampled_from([at for at, mark in enumerate(text) if mark != "-"]))
    other = data.draw(st.sampled_from(SIGNS.replace(text[place], "")))
    with pytest.raises(ReceiptError):
        check(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "522601-dsz-2026-000187-e",
        " 522601 DSZ 2026 000187 E ",
        "522601DSZ2026000187E",
        "522601-\uff24\uff33\uff3a-2026-000187-\uff25",
        "522601—DSZ—2026—000187—E\u200b",
    ],
)
def test_a_number_is_read_however_it_was_typed(text):
    assert check(text).text == "522601-DSZ-2026-000187-E"


@pytest.mark.parametrize(
    "text",
    [None, "", "  ", "522601-DSZ-2026-187-E", "522602-DSZ-2026-000187-E", "杨秀英", "5" * 99],
)
def test_what_is_no_receipt_number_is_told_how_one_looks(text):
    with pytest.raises(ReceiptError, match="受理编号形如"):
        check(text)


def test_a_wrong_check_character_is_told():
    with pytest.raises(ReceiptError, match="校验位不符"):
        check("522601-DSZ-2026-000187-K")


@pytest.mark.parametrize(
    ("code", "year", "serial"),
    [
        ("D", 2026, 1),
        ("dsz", 2026, 1),
        ("DS1", 2026, 1),
        ("DSZ", 26, 1),
        ("DSZ", 2026, 0),
        ("DSZ", 2026, 1_000_000),
    ],
)
def test_compose_refuses_parts_that_do_not_fit(code, year, serial):
    with pytest.raises(ValueError, match="station_code|serial"):
        compose(code, year, serial)
