"""Any spreadsheet as one header and a stream of rows; or refused, with the site unharmed.

The file is opened only by a process of its own (`reader_process`), with limits on memory and
time. It hands over rows as lines; whatever happens to it becomes one `FileRefused`.
"""

import datetime
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from rosters.cells import Cell
from rosters.header import Header, Merged, find_header

READER = Path(__file__).with_name("reader_process.py")
BLOCK = 1024 * 1024
# Of the reader: address space, seconds of processor, seconds that we wait for it in all.
MEMORY = 960 * 1024 * 1024
PROCESSOR_SECONDS, WAITING_SECONDS = 40, 50

REFUSALS = {
    "not_a_spreadsheet": "这不是电子表格文件。请在 Excel 或 WPS 中打开原表,另存为 .xlsx 后上传。",
    "unreadable": "文件已损坏或不完整,无法读取。请在 Excel 或 WPS 中打开确认无误,另存后重新上传。",
    "encrypted": "文件设有打开密码。请在 Excel 或 WPS 中取消密码,另存后上传。",
    "too_large": "文件太大或内容过多,超出系统上限。请删去多余的行列和工作表,或分成几个文件上传。",
    "no_header": "前 20 行中没有找到同时写有「姓名」和「公民身份号码」的表头行。请核对表头后上传。",
    "no_rows": "表头下面没有一行人员。请核对是否选对了文件和工作表。",
    "already_imported": "这个文件已经导入过,不必再次导入。如有更正,请上传更正后的文件。",
}


class FileRefused(Exception):
    """The file as a whole is refused, with the contract's code and a sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(REFUSALS[code])
        self.code = code


@dataclass(slots=True)
class SourceRow:
    """One row as it stands in the sheet; `merged` columns are filled from a merged cell."""

    row: int
    cells: list[Cell]
    merged: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a sheet: its name, and the cells by row number; and how far it reaches."""

    sheet: str
    rows: dict[int, list[Cell]]
    merged: tuple[Merged, ...]
    height: int = 0


Find = Callable[[Head], Header | None]


def found_in(head: Head) -> Header | None:
    return find_header(head.rows, head.merged)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Workbook:
    """An open spreadsheet. Used with `with`; `rows()` streams what stands below the header."""

    path: Path
    find: Find = found_in
    head: Head = field(init=False)
    header: Header = field(init=False)
    _reader: "_Reader | None" = field(init=False, default=None)

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def rows(self) -> Iterator[SourceRow]:
        if self._reader is None:
            raise ValueError("the workbook is not open")
        for message in self._reader.messages():
            if isinstance(message, dict):
                return
            for row in message:
                yield SourceRow(row[0], row[1], tuple(row[2]) if len(row) > 2 else ())

    def _open(self) -> None:
        if self.path.stat().st_size > settings.ROSTER_MAX_BYTES:
            raise FileRefused("too_large")
        try:
            self._find_table(sparse=False)
        except _ReaderAborted:
            self._close()
            try:
                self._find_table(sparse=True)
            except _ReaderAborted:
                raise FileRefused("too_large") from None

    def _find_table(self, *, sparse: bool) -> None:
        self._reader = _Reader(self.path, sparse)
        for message in self._reader.messages():
            if not isinstance(message, dict) or "sheet" not in message:
                break
            head = _head_of(message)
            header = self.find(head)
            self._reader.say(str(header.row) if header else "")
            if header:
                self.head, self.header = head, header
                return
        raise FileRefused("no_header")

    def _close(self) -> None:
        if self._reader:
            self._reader.end()
            self._reader = None


def _head_of(message: dict[str, Any]) -> Head:
    rows = dict(message["head"])
    merged = tuple(Merged(*area) for area in message["merged"])
    return Head(message["sheet"], rows, merged, message["height"])


class _ReaderAborted(Exception):
    """The reader could not hold the sheet as one block; its cells may still be few."""


class _Reader:
    def __init__(self, path: Path, sparse: bool) -> None:
        limits = {
            "unpacked": settings.ROSTER_MAX_UNPACKED,
            "rows": settings.ROSTER_MAX_ROWS,
            "cells": settings.ROSTER_MAX_CELLS,
            "memory": MEMORY,
            "seconds": PROCESSOR_SECONDS,
            "sparse": sparse,
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own file, by our own interpreter
            [
                sys.executable,
                "-I",
                "-X",
                "utf8",
                str(READER),
                str(path.absolute()),
                json.dumps(limits),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
        )
        self._left = float(WAITING_SECONDS)
        self._sparse = sparse
        self._ended = False

    def messages(self) -> Iterator[Any]:
        """What the reader writes, line by line; FileRefused where it refuses, dies or lingers."""
        for line in self._lines():
            message = json.loads(line, object_hook=_day)
            if isinstance(message, dict):
                if "refused" in message:
                    raise FileRefused(message["refused"])
                self._ended = "end" in message
            yield message
            if self._ended:
                return
        self._explain_end()

    def say(self, line: str) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def _lines(self) -> Iterator[bytes]:
        assert self._process.stdout
        pipe, parts = self._process.stdout.fileno(), []
        while block := self._block(pipe):
            first, *others = block.split(b"\n")
            parts.append(first)
            for following in others:
                yield b"".join(parts)
                parts = [following]

    def _block(self, pipe: int) -> bytes:
        began = time.monotonic()
        ready, _, _ = select.select([pipe], [], [], max(self._left, 0))
        self._left -= time.monotonic() - began
        if not ready:
            raise FileRefused("too_large")
        return os.read(pipe, BLOCK)

    def _explain_end(self) -> None:
        status = self._process.wait(timeout=5)
        if status == -signal.SIGABRT and not self._sparse:
            raise _ReaderAborted
        if status < 0:
            raise FileRefused("too_large")
        raise FileRefused("unreadable")

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait(timeout=5)


def _day(pairs: dict[str, Any]) -> Any:
    written = pairs.get("d")
    if written is None:
        return pairs
    if len(written) > len("2026-01-01"):
        return datetime.datetime.fromisoformat(written)
    return datetime.date.fromisoformat(written)
