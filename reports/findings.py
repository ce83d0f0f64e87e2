"""What happens to a finding of an evaluation or an audit: the table of moves. Pure.

Whoever says that something was mended is not the one who accepts it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

FOUND, ASSIGNED, MENDED, ACCEPTED = "found", "assigned", "mended", "accepted"
STATES: Final = (
    (FOUND, "待交办"),
    (ASSIGNED, "整改中"),
    (MENDED, "待验收"),
    (ACCEPTED, "已销号"),
)
OPEN: Final = frozenset({FOUND, ASSIGNED, MENDED})

EVALUATION, AUDIT = "evaluation", "audit"
KINDS: Final = ((EVALUATION, "督查评估"), (AUDIT, "审计"))

REFORM_OFFICE, APPROVER = "reform_office", "approver"
BUREAU_CLERK, AUDITOR = "bureau_clerk", "auditor"

# 市户改办 and the household section also enter for units that cannot reach the network.
MENDERS: Final = frozenset({BUREAU_CLERK, REFORM_OFFICE, APPROVER})
# Who looks after the findings of each kind: hands them out, accepts or sends back.
KEEPERS: Final = {
    EVALUATION: frozenset({REFORM_OFFICE}),
    AUDIT: frozenset({AUDITOR, REFORM_OFFICE}),
}
ACCEPTERS: Final = {EVALUATION: frozenset({REFORM_OFFICE}), AUDIT: frozenset({AUDITOR})}


@dataclass(frozen=True, slots=True)
class Move:
    """From which states to which; whether a unit and a day, and words, are needed."""

    name: str
    title: str
    sources: frozenset[str]
    target: str
    asks_unit: bool = False
    words: str = ""


MOVES: Final = {
    move.name: move
    for move in (
        Move("assign", "交办", frozenset({FOUND, ASSIGNED}), ASSIGNED, asks_unit=True),
        Move("mend", "报告整改", frozenset({ASSIGNED}), MENDED, words="整改情况"),
        Move("accept", "验收销号", frozenset({MENDED}), ACCEPTED, words="验收意见"),
        Move("send_back", "退回再改", frozenset({MENDED}), ASSIGNED, words="退回理由"),
    )
}


def roles_of(move: str, kind: str) -> frozenset[str]:
    """Who may make a move on a finding of this kind."""
    if move == "mend":
        return MENDERS
    return (KEEPERS if move == "assign" else ACCEPTERS)[kind]


def open_to(state: str, kind: str, role: str) -> tuple[Move, ...]:
    return tuple(
        move
        for move in MOVES.values()
        if state in move.sources and role in roles_of(move.name, kind)
    )


def is_overdue(state: str, mend_by: datetime.date | None, on: datetime.date) -> bool:
    """Not yet mended after the day it was due on; on that day itself there is still time."""
    return state == ASSIGNED and mend_by is not None and mend_by < on
