"""What changes a case after its decision: one officer proposes it, another confirms or drops it.

Nothing of the case changes before the second officer confirms; then the move of the table is made
with all its effects in one transaction.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from applications.actions.changing import (
    Act,
    NotAllowed,
    Overtaken,
    allowed,
    keeps_out,
    why_not,
)
from applications.actions.correcting import changes_of, correct
from applications.actions.undoing import annul, reopen, retake, revoke
from applications.grounds import HEARINGS, REOPENING_GROUNDS, REVOKING_CLAUSES
from applications.models import Amendment, Application, StateChange
from applications.workflow import MOVES, Move, State, proposals_open_to
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer

PROPOSED, CONFIRMED, DROPPED = (
    Amendment.State.PROPOSED,
    Amendment.State.CONFIRMED,
    Amendment.State.DROPPED,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one officer lays before another: reason, proof, and what the move needs."""

    officer: Officer
    on: datetime.date
    reason: str
    proof: str = ""
    receipt: str = ""
    details: dict[str, Any] = field(default_factory=dict)


# What a proposal must tell besides its reason, each with the sentence where it is missing.
_HEARD = ("hearing", "请写明陈述、申辩和听证的情况:告知、放弃或举行。")
_NOTICE = ("notice", "请填写书面通知(决定书)的文号和送达情况。")
_ON_WHAT = ("ground", "请选择恢复办理的依据:复议决定、法院裁判,或本机关自行纠正。")
NEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    "correct": (("changes", "没有要更正的内容,请改正有误的那一项。"),),
    "annul": (_HEARD, _NOTICE),
    "revoke": (
        ("facts", "请写明查明的骗取事实。"),
        ("clause", "请选择撤销所依据的条款。"),
        _HEARD,
        _NOTICE,
    ),
    "reopen": (_ON_WHAT,),
    "retake": (_ON_WHAT,),
}
LISTED = {"hearing": HEARINGS, "clause": REVOKING_CLAUSES, "ground": REOPENING_GROUNDS}
Effect = Callable[[Application, Act], StateChange]
EFFECTS: dict[str, Effect] = {
    "correct": correct,
    "annul": annul,
    "revoke": revoke,
    "reopen": reopen,
    "retake": retake,
}


def ended_as(application: Application) -> str:
    """The state in which a case ended; an archived one stands in it still, only filed."""
    if application.state != State.ARCHIVED:
        return application.state
    filed = application.history.filter(move="archive").order_by("-at").first()
    return filed.before if filed else application.state


def fits(application: Application, move: Move) -> bool:
    """Whether the move fits what the case was before it was filed, and how far it had come."""
    ended = ended_as(application)
    if ended == State.ARCHIVED or ended not in move.sources:
        return False
    if move.name == "reopen":
        return application.accepted_on is not None
    return move.name != "retake" or application.accepted_on is None


def proposals_for(application: Application, officer: Officer) -> list[tuple[Move, str]]:
    """The moves that an officer may propose on a case now, each with why it is shut to him."""
    offered = proposals_open_to(application.state, officer.role)
    fitting = [move for move in offered if fits(application, move)]
    if not fitting:
        return []
    shut = keeps_out(application, officer)
    return [(move, shut) for move in fitting]


@transaction.atomic
def propose(application: Application, name: str, proposal: Proposal) -> Amendment:
    """提请: what is to be done, why, and by which proof. The case itself stays as it is."""
    move = MOVES[name]
    may_be_proposed(application, move, proposal.officer)
    if not proposal.reason.strip():
        raise Refused(f"提请「{move.title}」须写明理由。")
    details = dict(proposal.details)
    if name == "correct":
        if not proposal.proof.strip():
            raise Refused("更正登记须写明证明材料(如:出生医学证明、身份证、原登记表)。")
        details["changes"] = changes_of(application, details.get("told", {}), proposal.on)
        details.pop("told", None)
    _complete(name, details)
    try:
        with transaction.atomic():
            amendment = Amendment.objects.create(
                application=application,
                move=name,
                reason=proposal.reason.strip(),
                proof=proposal.proof.strip(),
                details=details,
                population_receipt=proposal.receipt.strip(),
                proposed_by=proposal.officer,
                proposed_on=proposal.on,
            )
    except IntegrityError:
        raise Refused(
            f"这份办件已有一项「{move.title}」等待确认,请先由另一人确认或不予采纳。"
        ) from None
    audit.record(f"提请{move.title}", application, reason=proposal.reason)
    return amendment


def may_be_proposed(application: Application, move: Move, officer: Officer) -> None:
    """Raises where the case has moved on, or this officer may not propose the move."""
    if officer.role not in move.proposers:
        raise NotAllowed(f"您的角色({officer.get_role_display()})不能提请「{move.title}」。")
    shut = keeps_out(application, officer)
    if shut:
        raise NotAllowed(shut)
    if application.state not in move.sources:
        raise Overtaken.by_others(application)
    _fitting(application, move)


def _fitting(application: Application, move: Move) -> None:
    if fits(application, move):
        return
    ended = State(ended_as(application)).label
    accepted = "受理过" if application.accepted_on else "没有受理过"
    raise Refused(f"这份办件以「{ended}」办结、{accepted},不能办理「{move.title}」。")


def _complete(name: str, details: dict[str, Any]) -> None:
    for key, sentence in NEEDED[name]:
        value = details.get(key)
        if not value or key in LISTED and value not in LISTED[key].values():
            raise Refused(sentence)


def why_not_confirmed(amendment: Amendment, officer: Officer) -> str:
    """Why this officer may not confirm; empty where he may."""
    if amendment.proposed_by_id == officer.pk:
        return "提请人不能确认自己的提请,请由另一人确认。"
    return why_not(amendment.application, MOVES[amendment.move], officer)


def why_not_dropped(amendment: Amendment, officer: Officer) -> str:
    """Whoever could confirm may drop it; the proposer may take his own proposal back."""
    if amendment.proposed_by_id == officer.pk:
        return ""
    return why_not(amendment.application, MOVES[amendment.move], officer)


@transaction.atomic
def confirm(
    amendment: Amendment,
    officer: Officer,
    *,
    on: datetime.date,
    version: int,
    opinion: str = "",
) -> StateChange:
    """确认: by another officer; the move is made with all its effects, or nothing is done."""
    shut = why_not_confirmed(amendment, officer)
    if shut:
        raise NotAllowed(shut)
    _settle(amendment, CONFIRMED, officer, on, opinion)
    application = Application.objects.get(pk=amendment.application_id)
    move = MOVES[amendment.move]
    allowed(application, move, officer)
    _fitting(application, move)
    act = Act(officer, on, version, amendment.reason, _told(amendment))
    return EFFECTS[amendment.move](application, act)


def _told(amendment: Amendment) -> dict[str, Any]:
    """What history keeps of the proposal with the move."""
    return {
        **(amendment.details or {}),
        "proof": amendment.proof or "",
        "population_receipt": amendment.population_receipt,
        "proposed_by": amendment.proposed_by.signature,
        "proposed_on": amendment.proposed_on.isoformat(),
        "amendment": str(amendment.pk),
    }


@transaction.atomic
def drop(amendment: Amendment, officer: Officer, *, on: datetime.date, reason: str) -> None:
    """不予采纳: with a reason; the case stays as it is."""
    shut = why_not_dropped(amendment, officer)
    if shut:
        raise NotAllowed(shut)
    if not reason.strip():
        raise Refused("不予采纳(撤回提请)须写明理由。")
    _settle(amendment, DROPPED, officer, on, reason)
    title = MOVES[amendment.move].title
    audit.record(f"不予采纳{title}的提请", amendment.application, reason=reason)


def _settle(
    amendment: Amendment, state: str, officer: Officer, on: datetime.date, words: str
) -> None:
    """Compares and sets: of two officers at once one settles it, the other is told by whom."""
    sealed = Amendment._meta.get_field("settled_reason").seal(words.strip(), amendment.pk)
    updated = Amendment.objects.filter(pk=amendment.pk, state=PROPOSED).update(
        state=state, settled_by=officer, settled_on=on, settled_reason=sealed
    )
    if not updated:
        now = Amendment.objects.select_related("settled_by").get(pk=amendment.pk)
        raise Overtaken(
            f"这项提请已由{now.settled_by.name}于 {now.settled_on} 办理"
            f"「{now.get_state_display()}」,您的操作没有执行。"
        )
    amendment.refresh_from_db()
