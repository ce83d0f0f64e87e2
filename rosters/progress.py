"""How far the work on an upload is: rows done, rows a second, time left; or that it lies still."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rosters.actions.uploads import is_silent
from rosters.models import RosterUpload

State = RosterUpload.State
WORDS = {State.CHECKING: "正在核对", State.IMPORTING: "正在导入"}
SHOWN = ("added", "changed", "unchanged", "rejected", "duplicates")
LYING = "后台超过一分钟没有接手。后台程序恢复后会自动继续,也可以按「继续」重新排队。"
STOPPED = "处理已中断:超过一分钟没有进展。系统会自动接着做,也可以按「继续」马上重新排队。"


@dataclass(frozen=True, slots=True)
class Progress:
    """`fault` says why it does not go on; `expected` is 0 where nobody knows yet."""

    state: str
    sentence: str
    done: int
    expected: int
    fault: str = ""
    understood: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "sentence": self.sentence,
            "done": self.done,
            "expected": self.expected,
            "fault": self.fault,
            "understood": self.understood,
            "counts": dict(self.counts),
        }


def progress_of(upload: RosterUpload, now: datetime.datetime) -> Progress:
    header = upload.understood.get("header_row", 0)
    done = 0 if upload.state == State.QUEUED else max(upload.last_row - header, 0)
    fault = _fault(upload, now)
    at_work = upload.state in WORDS and upload.began_at is not None and not fault
    if upload.cancel_asked and upload.state in RosterUpload.WORKING:
        sentence = "正在取消,做完手上这一批就停"
    elif at_work:
        sentence = _at_work(upload, now, done, header)
    else:
        sentence = _not_at_work(upload, done, fault)
    return Progress(
        upload.state,
        sentence,
        done,
        upload.rows_expected,
        fault,
        understood=bool(upload.understood),
        counts={name: getattr(upload, name) for name in SHOWN},
    )


def _at_work(upload: RosterUpload, now: datetime.datetime, done: int, header: int) -> str:
    rate, left = _pace(upload, now, upload.rows_expected + header)
    word = WORDS[State(upload.state)]
    if not done:
        return f"{word},先读文件"
    told = [f"{word}第 {_of(upload, done)} 行"]
    if rate:
        told.append(f"每秒 {rate:,} 行")
    if left is not None:
        told.append(f"还需约 {_time(left)}")
    return " · ".join(told)


def _not_at_work(upload: RosterUpload, done: int, fault: str) -> str:
    if upload.state not in WORDS:
        return f"{upload.get_state_display()},已排队"
    return f"停在第 {_of(upload, done)} 行" if fault else "已重新排队,等待后台接手"


def _of(upload: RosterUpload, done: int) -> str:
    return f"{done:,}" + (f" / {upload.rows_expected:,}" if upload.rows_expected else "")


def _fault(upload: RosterUpload, now: datetime.datetime) -> str:
    if upload.state not in RosterUpload.WORKING:
        return ""
    if upload.fault or not is_silent(upload, now):
        return upload.fault
    return LYING if upload.began_at is None or upload.state not in WORDS else STOPPED


def _pace(upload: RosterUpload, now: datetime.datetime, last: int) -> tuple[int | None, int | None]:
    """Rows a second since the present worker began, and the seconds that are left at this pace."""
    assert upload.began_at is not None
    rows = upload.last_row - upload.began_after
    seconds = (upload.changed_at - upload.began_at).total_seconds()
    if rows <= 0 or seconds <= 0:
        return None, None
    rate = rows / seconds
    since = (now - upload.changed_at).total_seconds()
    left = (last - upload.last_row) / rate - since if upload.rows_expected else None
    return round(rate), None if left is None else max(round(left), 1)


def _time(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} 秒"
    minutes = -(-seconds // 60)
    return f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 小时 {minutes % 60} 分钟"
