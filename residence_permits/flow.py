"""The table of steps of an application for a permit: from, to, by whom. Pure data.

申领受理 → 制作 → 发放 (条例 第八条 to 第十条). Buttons, permissions and tests read this one table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    label: str

    def __new__(cls, value: str, label: str) -> "State":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    SUPPLEMENT = "supplement", "待补正"
    ACCEPTED = "accepted", "已受理"
    MAKING = "making", "制作中"
    READY = "ready", "待领取"
    HANDED = "handed", "已发放"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    NOT_GRANTED = "not_granted", "不予发放"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN: Final = frozenset({State.SUPPLEMENT, State.ACCEPTED, State.MAKING, State.READY})

AUXILIARY, WINDOW, HEAD, APPROVER = "auxiliary", "window", "station_head", "approver"
COUNTER: Final = frozenset({AUXILIARY, WINDOW, HEAD})
SWORN: Final = frozenset({WINDOW, HEAD})
MAKERS: Final = frozenset({APPROVER, HEAD, WINDOW})


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. No source: the request begins with it."""

    name: str
    title: str
    sources: frozenset[State]
    target: State
    roles: frozenset[str]
    reason: bool = False
    key: str = ""
    paper: str = ""
    grave: bool = False


def _table(*moves: Move) -> dict[str, Move]:
    return {move.name: move for move in moves}


_S = State

MOVES: Final = _table(
    Move("tell", "一次性告知(补正)", frozenset(), _S.SUPPLEMENT, SWORN, key="F7", paper="missing"),
    Move(
        "accept",
        "受理",
        frozenset({_S.SUPPLEMENT}),
        _S.ACCEPTED,
        SWORN,
        key="F8",
        paper="receipt",
    ),
    Move(
        "not_accept",
        "不予受理",
        frozenset({_S.SUPPLEMENT}),
        _S.NOT_ACCEPTED,
        SWORN,
        reason=True,
        paper="not-accepted",
        grave=True,
    ),
    Move("make", "列入制作批次", frozenset({_S.ACCEPTED}), _S.MAKING, MAKERS),
    Move("remake", "废证重制", frozenset({_S.MAKING, _S.READY}), _S.ACCEPTED, MAKERS, reason=True),
    Move("made", "制成交回", frozenset({_S.MAKING}), _S.READY, MAKERS),
    Move("hand", "发放", frozenset({_S.READY}), _S.HANDED, COUNTER, key="F8"),
    Move(
        "not_grant",
        "不予发放",
        frozenset({_S.ACCEPTED}),
        _S.NOT_GRANTED,
        SWORN,
        reason=True,
        paper="not-granted",
        grave=True,
    ),
    Move(
        "withdraw",
        "申请人撤回",
        frozenset({_S.SUPPLEMENT, _S.ACCEPTED}),
        _S.WITHDRAWN,
        SWORN,
        reason=True,
        grave=True,
    ),
)


def moves_from(state: str) -> tuple[Move, ...]:
    return tuple(move for move in MOVES.values() if state in move.sources)


def open_to(state: str, role: str) -> tuple[Move, ...]:
    """The moves that a role may make from a state, by the table alone."""
    return tuple(move for move in moves_from(state) if role in move.roles)
