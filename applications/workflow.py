"""The table of moves: which state a case may go to, by whom, and what it needs.

Buttons, permissions and tests all read this one table. States are participles, moves verbs.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    label: str

    def __new__(cls, value: str, label: str) -> "State":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    DRAFT = "draft", "草稿"
    RECEIVED = "received", "已收件"
    SUPPLEMENT = "supplement", "待补正"
    ACCEPTED = "accepted", "已受理"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    CHECKED = "checked", "已核查"
    REVIEWED = "reviewed", "所领导已审核"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "不予批准"
    REGISTERED = "registered", "已落户"
    WITHDRAWN = "withdrawn", "已撤回"
    TERMINATED = "terminated", "终止办理"
    ANNULLED = "annulled", "已依职权撤销"
    REVOKED = "revoked", "已撤销(骗取)"
    ARCHIVED = "archived", "已归档"


# In these the case is alive: it holds its people, so that nobody has two.
OPEN = frozenset(
    {
        State.DRAFT,
        State.RECEIVED,
        State.SUPPLEMENT,
        State.ACCEPTED,
        State.CHECKED,
        State.REVIEWED,
        State.APPROVED,
    }
)
# In these what was typed at the window may still be changed.
EDITABLE = frozenset({State.DRAFT, State.RECEIVED, State.SUPPLEMENT})
# The steps as the strip above a case shows them.
STEPS = (
    State.DRAFT,
    State.RECEIVED,
    State.ACCEPTED,
    State.CHECKED,
    State.REVIEWED,
    State.APPROVED,
    State.REGISTERED,
)

# With the head of the station or the household section: the station waits.
DECIDING = frozenset({State.CHECKED, State.REVIEWED})

AUXILIARY, WINDOW, HEAD, APPROVER = "auxiliary", "window", "station_head", "approver"
COUNTER = frozenset({AUXILIARY, WINDOW, HEAD})
SWORN = frozenset({WINDOW, HEAD})
DECIDERS = frozenset({HEAD, APPROVER})


# Whose next step it is, by the state of the case: the worklist of each role.
QUEUES: dict[str, frozenset[State]] = {
    AUXILIARY: frozenset({State.RECEIVED, State.SUPPLEMENT}),
    WINDOW: frozenset({State.RECEIVED, State.SUPPLEMENT, State.ACCEPTED, State.APPROVED}),
    HEAD: frozenset({State.CHECKED}),
    APPROVER: frozenset({State.REVIEWED}),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table.

    `not_by` names earlier moves whose officer may not make this one: the second pair of eyes.
    `paper` is what is printed at once (some routes have another: `paper_kinds`); `grave` moves end
    a case and ask before they are made.
    Without a `target` the case stays where it is. With `proposers` it takes two: one of them
    proposes it, another officer of `roles` confirms it (`Amendment`), and only then it is made.
    """

    name: str
    title: str
    sources: frozenset[State]
    target: State | None
    roles: frozenset[str]
    reason: bool = False
    not_by: tuple[str, ...] = ()
    key: str = ""
    grave: bool = False
    paper: str = ""
    proposers: frozenset[str] = frozenset()

    @property
    def button(self) -> str:
        return f"{self.title}并打印" if self.paper else self.title

    @property
    def second_officer(self) -> bool:
        return bool(self.not_by or self.proposers)

    def leads_to(self, state: str) -> str:
        """The state after the move made from `state`."""
        return self.target or state


def _move(
    name: str, title: str, sources: str, target: State | None, roles: frozenset[str], **more: Any
) -> Move:
    return Move(name, title, frozenset(map(_state, sources.split())), target, roles, **more)


def _state(value: str) -> State:
    return next(state for state in State if state.value == value)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("receive", "收件", "draft", State.RECEIVED, COUNTER, key="F6"),
        _move(
            "ask_supplement",
            "一次性告知(补正)",
            "received",
            State.SUPPLEMENT,
            SWORN,
            key="F7",
            paper="supplement",
        ),
        _move("resume", "补正材料已收", "supplement", State.RECEIVED, COUNTER, key="F6"),
        _move("accept", "受理", "received", State.ACCEPTED, SWORN, key="F8", paper="receipt"),
        _move(
            "not_accept",
            "不予受理",
            "received supplement",
            State.NOT_ACCEPTED,
            SWORN,
            reason=True,
            grave=True,
            paper="not-accepted",
        ),
        _move("check", "核查完成", "accepted", State.CHECKED, SWORN, key="F8"),
        _move(
            "review",
            "审核同意,报户政科",
            "checked",
            State.REVIEWED,
            # The household section stands in where a station has no second officer.
            DECIDERS,
            not_by=("accept",),
            key="F8",
        ),
        _move(
            "return_to_station",
            "退回重新核查",
            "checked reviewed",
            State.ACCEPTED,
            DECIDERS,
            reason=True,
        ),
        _move(
            "take_route",
            "改用其他渠道",
            "accepted",
            None,
            SWORN,
            reason=True,
            paper="route-changed",
        ),
        _move(
            "pause",
            "暂停计时",
            "accepted checked reviewed",
            None,
            SWORN | {APPROVER},
            paper="paused",
        ),
        _move("go_on", "恢复计时", "accepted checked reviewed", None, SWORN | {APPROVER}),
        _move(
            "extend",
            "延长期限",
            "accepted checked reviewed",
            None,
            DECIDERS,
            reason=True,
            not_by=("accept",),
            paper="extended",
        ),
        _move(
            "approve",
            "批准",
            "reviewed",
            State.APPROVED,
            frozenset({APPROVER}),
            not_by=("accept", "check", "review"),
            key="F8",
        ),
        _move(
            "refuse",
            "不予批准",
            "reviewed",
            State.REFUSED,
            frozenset({APPROVER}),
            reason=True,
            not_by=("accept", "check", "review"),
            grave=True,
            paper="refused",
        ),
        _move("register_part", "先登记部分人员", "approved", None, SWORN, paper="settled"),
        _move(
            "register",
            "登记落户",
            "approved",
            State.REGISTERED,
            SWORN,
            key="F8",
            paper="settled",
        ),
        _move(
            "discard",
            "作废草稿",
            "draft",
            State.WITHDRAWN,
            COUNTER,
            grave=True,
        ),
        _move(
            "withdraw",
            "申请人撤回",
            "received supplement accepted checked reviewed approved",
            State.WITHDRAWN,
            SWORN,
            reason=True,
            grave=True,
            paper="withdrawn",
        ),
        _move(
            "terminate",
            "终止办理",
            # After acceptance only where a late original never came.
            "supplement accepted checked reviewed",
            State.TERMINATED,
            SWORN,
            reason=True,
            grave=True,
            paper="terminated",
        ),
        _move(
            "correct",
            "更正登记",
            "registered archived",
            None,
            DECIDERS,
            reason=True,
            proposers=SWORN | {APPROVER},
            paper="corrected",
        ),
        _move(
            "annul",
            "依职权撤销",
            "approved refused not_accepted registered archived",
            State.ANNULLED,
            frozenset({APPROVER}),
            reason=True,
            # Whoever decided may say that it was wrong; another one undoes it.
            not_by=("approve", "refuse", "not_accept"),
            proposers=SWORN | {APPROVER},
            grave=True,
            paper="annulled",
        ),
        _move(
            "revoke",
            "撤销(骗取落户)",
            "approved registered archived",
            State.REVOKED,
            frozenset({APPROVER}),
            reason=True,
            not_by=("approve",),
            proposers=SWORN | {APPROVER},
            grave=True,
            paper="revoked",
        ),
        _move(
            "reopen",
            "恢复办理",
            "refused terminated annulled archived",
            State.ACCEPTED,
            frozenset({APPROVER}),
            reason=True,
            not_by=("refuse",),
            proposers=SWORN | {APPROVER},
            paper="reopened",
        ),
        _move(
            "retake",
            "重新收件",
            "not_accepted terminated annulled archived",
            State.RECEIVED,
            DECIDERS,
            reason=True,
            not_by=("not_accept",),
            proposers=SWORN,
            paper="reopened",
        ),
        _move(
            "archive",
            "归档",
            "registered refused not_accepted withdrawn terminated annulled revoked",
            State.ARCHIVED,
            COUNTER,
            key="F8",
        ),
    )
}


def moves_from(state: str) -> tuple[Move, ...]:
    return tuple(move for move in MOVES.values() if state in move.sources)


def open_to(state: str, role: str) -> tuple[Move, ...]:
    """The moves that a role may make from a state by one press, by the table alone."""
    return tuple(move for move in moves_from(state) if role in move.roles and not move.proposers)


def proposals_open_to(state: str, role: str) -> tuple[Move, ...]:
    """The moves that a role may propose from a state, for another officer to confirm."""
    return tuple(move for move in moves_from(state) if role in move.proposers)
