"""The original file of a roster and the scan of its letter, as they are handed out: whole, or not.

What lies on the shelf is compared with the SHA-256 of the row before anybody gets it.
"""

import hashlib

from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable
from kaili_hukou.sealed_files import Shelf
from rosters.files import LETTERS, ORIGINALS
from rosters.models import Roster

LOST = "{}不在存放处。请联系系统管理员从备份恢复。"
CHANGED = "{}已损坏或被改动,与登记的 SHA-256 不一致,不能打开。请联系系统管理员从备份恢复。"


def original_of(roster: Roster) -> bytes:
    """Raises Refused with a sentence where there is none, or not the one that came."""
    fault = why_no_original(roster)
    if fault:
        raise Refused(fault)
    content = _taken(ORIGINALS, roster, "原文件")
    if hashlib.sha256(content).hexdigest() != roster.sha256:
        raise Refused(CHANGED.format("原文件"))
    return content


def why_no_original(roster: Roster) -> str:
    """Empty where an original is kept."""
    if not roster.sha256:
        return "这份花名册是手工录入的,没有原文件。"
    if roster.original_removed_on:
        day = roster.original_removed_on.isoformat()
        return f"原文件已于 {day} 按规定销毁,只保留用途所需的各列。"
    return ""


def letter_of(roster: Roster) -> bytes:
    if not roster.letter_name:
        raise Refused("这份花名册没有来函扫描件。")
    return _taken(LETTERS, roster, "来函扫描件")


def _taken(shelf: Shelf, roster: Roster, what: str) -> bytes:
    try:
        return shelf.content_of(roster.pk)
    except OSError:
        raise Refused(LOST.format(what)) from None
    except Unreadable:
        raise Refused(CHANGED.format(what)) from None
