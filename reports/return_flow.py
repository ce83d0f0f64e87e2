"""The table of moves of a unit's yearly return: from, to, by whom. Pure data.

Buttons, permissions and tests read this one table. A move without a target leaves the state.
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

    NOT_BEGUN = "not_begun", "未报"
    DRAFT = "draft", "草稿"
    SENT = "sent", "已报"
    SENT_BACK = "sent_back", "退回"
    ACCEPTED = "accepted", "已采用"
    EXEMPT = "exempt", "免报"


# The unit's own hand is on it; 市户改办 waits.
WITH_UNIT: Final = frozenset({State.NOT_BEGUN, State.DRAFT, State.SENT_BACK})
FILLABLE: Final = frozenset({State.DRAFT, State.SENT_BACK})
RECEIVED: Final = frozenset({State.SENT, State.ACCEPTED})

CLERK, REFORM, SECTION = "bureau_clerk", "reform_office", "approver"
# The household section and 市户改办 enter for units that cannot reach the police network.
GATHERERS: Final = frozenset({REFORM, SECTION})
FILLERS: Final = GATHERERS | {CLERK}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `not_by`: whoever made that move before leaves this one to another."""

    name: str
    title: str
    sources: frozenset[State]
    target: State | None
    roles: frozenset[str]
    reason: bool = False
    not_by: frozenset[str] = frozenset()


def _table(*moves: Move) -> dict[str, Move]:
    return {move.name: move for move in moves}


_S = State

MOVES: Final = _table(
    Move("begin", "开始填报", frozenset({_S.NOT_BEGUN}), _S.DRAFT, FILLERS),
    Move("send", "送出", FILLABLE, _S.SENT, FILLERS),
    Move(
        "accept",
        "采用",
        frozenset({_S.SENT}),
        _S.ACCEPTED,
        GATHERERS,
        not_by=frozenset({"send"}),
    ),
    Move("send_back", "退回", RECEIVED, _S.SENT_BACK, GATHERERS, reason=True),
    Move("exempt", "免报", WITH_UNIT, _S.EXEMPT, frozenset({REFORM}), reason=True),
    Move(
        "require",
        "恢复报送",
        frozenset({_S.EXEMPT}),
        _S.NOT_BEGUN,
        frozenset({REFORM}),
        reason=True,
    ),
    Move("declare_missing", "列为未报送", WITH_UNIT, None, frozenset({REFORM}), reason=True),
)


def open_to(state: str, role: str) -> tuple[Move, ...]:
    """The moves that a role may make from a state, by the table alone."""
    return tuple(move for move in MOVES.values() if state in move.sources and role in move.roles)


def may_fill(state: str, role: str) -> bool:
    """Whether a role may write into a return that is in this state."""
    return state in FILLABLE and role in FILLERS
