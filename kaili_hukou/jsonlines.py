"""One JSON object a line in, one a line out, in the same order; the error of a line in its place.

What `assess` and `permit_timeline` share: standard input or files, BOM, CRLF and blank lines, the
echo of `id`, the exit status. One bad line never ends a run.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO

from kaili_hukou.wording import described

Members = str
"""The members of an answer after `id`, as JSON text without the braces."""
Answer = Callable[[dict[str, Any]], Members]

BOM = b"\xef\xbb\xbf"
ALL_WELL, SOME_LINES_WRONG, NO_SUCH_FILE = 0, 1, 2
_CHUNK = 512
_LONGEST_INTEGER = 100_000


class LineError(ValueError):
    """What is wrong with a line, as a Chinese sentence for the one who sent it."""


def run(
    paths: Sequence[str], answer: Answer, *, stdin: BinaryIO, stdout: BinaryIO, stderr: TextIO
) -> int:
    """Answers every line of the files, or of standard input, and returns the exit status."""
    with ExitStack() as opened:
        try:
            files: list[BinaryIO] = [opened.enter_context(Path(path).open("rb")) for path in paths]
        except OSError as error:
            stderr.write(f"无法打开 {error.filename}:{error.strerror},请检查路径和权限。\n")
            return NO_SUCH_FILE
        try:
            lines = (line for source in files or [stdin] for line in source)
            return _answer_all(lines, answer, stdout)
        except BrokenPipeError:
            return SOME_LINES_WRONG
        except OSError as error:
            stderr.write(f"读写中断:{error.strerror}。请检查文件和磁盘后重新运行。\n")
            return NO_SUCH_FILE


def _answer_all(lines: Iterable[bytes], answer: Answer, stdout: BinaryIO) -> int:
    wrong = 0
    written: list[str] = []
    with _long_integers():
        for line in lines:
            stripped = line.removeprefix(BOM).strip()
            if not stripped:
                continue
            text, is_wrong = answer_line(stripped, answer)
            wrong += is_wrong
            written.append(text)
            if len(written) == _CHUNK:
                stdout.write(_encoded(written))
                written.clear()
    stdout.write(_encoded(written))
    stdout.flush()
    return SOME_LINES_WRONG if wrong else ALL_WELL


def _encoded(lines: list[str]) -> bytes:
    """UTF-8; a lone surrogate, which UTF-8 cannot hold, is written as the escape it came as."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


@contextlib.contextmanager
def _long_integers() -> Iterator[None]:
    """Integers longer than Python's default limit are valid JSON, and may stand in an `id`."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(_LONGEST_INTEGER)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


def answer_line(line: bytes, answer: Answer) -> tuple[str, bool]:
    """The answer to one line as JSON text, and whether it is an error."""
    identifier = "null"
    try:
        case = parsed(line)
        identifier = echoed(case.get("id"))
        return f'{{"id": {identifier}, {answer(case)}}}', False
    except LineError as error:
        if identifier == "null":
            identifier = _recovered_identifier(line)
        return f'{{"id": {identifier}, "error": {encode_basestring(str(error))}}}', True


def parsed(line: bytes) -> dict[str, Any]:
    """The JSON object of a line; LineError for anything else."""
    try:
        value = _decoder.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineError("此行不是有效的 UTF-8 文本,请把文件另存为 UTF-8 编码。") from error
    except RecursionError as error:
        raise LineError("此行的括号嵌套过深,请改为一个普通的 JSON 对象。") from error
    except ValueError as error:
        raise LineError("此行不是有效的 JSON 对象,请检查引号、逗号和括号。") from error
    if not isinstance(value, dict):
        raise LineError(f"此行是{described(value)},应为一个 JSON 对象,请用花括号写出各项。")
    return value


def echoed(identifier: object) -> str:
    """An `id` as JSON text, as it came."""
    if isinstance(identifier, str):
        return encode_basestring(identifier)
    try:
        return json.dumps(identifier, ensure_ascii=False, default=_number)
    except RecursionError as error:
        raise LineError("id 的括号嵌套过深,请改用短的文字或数字。") from error


def _exact(text: str) -> Decimal | float:
    """A number with a fraction keeps every digit that was written: areas are not rounded."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return float(text)


def _number(value: Decimal) -> float | None:
    number = float(value)
    return number if abs(number) < float("inf") else None


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _nothing(_constant: str) -> None:
    return None


_decoder = json.JSONDecoder(parse_float=_exact, parse_constant=_not_json)
_lenient_decoder = json.JSONDecoder(parse_float=_exact, parse_constant=_nothing)


def _recovered_identifier(line: bytes) -> str:
    """The `id` of a line that is JSON but for a NaN or Infinity somewhere in it."""
    try:
        value = _lenient_decoder.decode(line.decode("utf-8"))
        return echoed(value.get("id")) if isinstance(value, dict) else "null"
    except (ValueError, RecursionError):
        return "null"
