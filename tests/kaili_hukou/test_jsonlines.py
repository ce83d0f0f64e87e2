from __future__ import annotations

import json
from io import BytesIO, StringIO

import pytest

from kaili_hukou.jsonlines import LineError, run


def echo(line):
    if line.get("bad"):
        raise LineError("此行有误。")
    return '"ok": true'


def ran(data: bytes, paths=()):
    out, err = BytesIO(), StringIO()
    status = run(paths, echo, stdin=BytesIO(data), stdout=out, stderr=err)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_bom_crlf_and_blank_lines_are_accepted():
    status, answers, _ = ran(b'\xef\xbb\xbf{"id": 1}\r\n\r\n  \n{"id": 2}')
    assert status == 0
    assert [answer["id"] for answer in answers] == [1, 2]


def test_nothing_in_is_nothing_out():
    assert ran(b"") == (0, [], "")


BAD_LINES = [
    b"[]",
    b"5",
    b"null",
    b'"text"',
    b"{",
    b'{"id": 1} {}',
    b'{"id": "\xff"}',
    b'{"id": "\xed\xa0\x80"}',
    b"{'id': 1}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a": ' + b"9" * 200_000 + b"}",
    b'{"id": NaN}',
    b"\x00",
    b"\xff\xfe{\x00}\x00",
]


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_the_error_of_a_line_stands_in_its_place(bad):
    status, answers, _ = ran(b'{"id": 1}\n' + bad + b'\n{"id": 2}\n')
    assert status == 1
    assert answers[0] == {"id": 1, "ok": True}
    assert answers[1]["id"] is None
    assert answers[1]["error"]
    assert answers[2] == {"id": 2, "ok": True}


@pytest.mark.parametrize(
    "identifier",
    ["null", "0", "-1.5", '"c\\"1"', '"中"', "[1, {}]", '{"a": 1.0}', "true", '"\\ud800"', "1e5"],
)
def test_an_id_is_echoed_as_it_came(identifier):
    status, answers, _ = ran(f'{{"id": {identifier}}}'.encode())
    assert status == 0
    assert answers[0]["id"] == json.loads(identifier)


def test_a_very_long_integer_is_echoed():
    out = BytesIO()
    digits = b"9" * 5000
    run((), echo, stdin=BytesIO(b'{"id": ' + digits + b"}"), stdout=out, stderr=StringIO())
    assert digits in out.getvalue()


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1e99999999999999999999", b"1e-400"])
def test_a_number_beyond_the_floats_never_stops_a_run(number):
    status, answers, _ = ran(b'{"x": ' + number + b', "id": ' + number + b"}")
    assert status == 0
    assert len(answers) == 1


def test_the_id_of_a_line_that_is_json_but_for_nan_is_kept():
    status, answers, _ = ran(b'{"id": "x", "facts": {"area_m2": NaN}}')
    assert (status, answers[0]["id"]) == (1, "x")


def test_an_error_keeps_the_id_and_the_rest_is_answered():
    status, answers, _ = ran(b'{"id": "a", "bad": 1}\n{"id": "b"}\n')
    assert status == 1
    assert answers == [{"id": "a", "error": "此行有误。"}, {"id": "b", "ok": True}]


def test_files_are_answered_in_their_order(tmp_path):
    for name in ("1", "2"):
        (tmp_path / name).write_bytes(b'\xef\xbb\xbf{"id": ' + name.encode() + b"}")
    status, answers, _ = ran(b"", [str(tmp_path / "2"), str(tmp_path / "1")])
    assert status == 0
    assert [answer["id"] for answer in answers] == [2, 1]


def test_a_file_that_cannot_be_opened_is_a_message_and_status_2(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        status, answers, error = ran(b"", [str(path)])
        assert (status, answers) == (2, [])
        assert str(path) in error
