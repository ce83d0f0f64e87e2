"""The one place where a case changes: compare, set, write the history and the record.

A second press, a stale page or two officers at once: one wins, the other is told what happened.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from applications.models import Application, Member, StateChange
from applications.workflow import MOVES, OPEN, Move, State, open_to
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Household, Membership, Officer, Person
from rosters.actions.courses import Noting, follow
from rosters.models import Course


class Overtaken(Refused):
    """Somebody else was first; nothing of this act was done."""

    @classmethod
    def by_others(cls, application: Application) -> "Overtaken":
        last = application.history.select_related("officer").order_by("-at").first()
        now = Application.objects.only("state").get(pk=application.pk)
        if last is None:
            return cls("这份办件刚刚被别人修改过,您的操作没有执行。请刷新后核对再办。")
        at = timezone.localtime(last.at)
        return cls(
            f"这份办件已由{last.officer.name}于 {at:%m-%d %H:%M} 办理「{last.get_move_display()}」,"
            f"现状态为「{now.get_state_display()}」或内容已被修改。您的操作没有执行,请核对后再办。"
        )


class NotAllowed(Refused):
    """The table of moves does not let this officer make this move."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who makes a move, on which day, with which words. `details` is kept encrypted."""

    officer: Officer
    on: datetime.date
    version: int
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def compare_and_set(application: Application, *, version: int, **values: Any) -> None:
    """Sets values where state and version are still as this page saw them, else Overtaken."""
    updated = Application.objects.filter(
        pk=application.pk, state=application.state, version=version
    ).update(version=F("version") + 1, **_sealed(application, values))
    if not updated:
        raise Overtaken.by_others(application)
    for name, value in values.items():
        setattr(application, name, value)
    application.version = version + 1


def _sealed(application: Application, values: dict[str, Any]) -> dict[str, Any]:
    fields = application._meta
    return {
        name: fields.get_field(name).seal(value, application.pk)
        if isinstance(fields.get_field(name), EncryptedField)
        else value
        for name, value in values.items()
    }


@transaction.atomic
def advance(application: Application, name: str, act: Act, **values: Any) -> StateChange:
    """Makes the move `name`: table, compare-and-set, history and record in one transaction."""
    move = MOVES[name]
    allowed(application, move, act.officer)
    if move.reason and not act.reason.strip():
        raise Refused(f"「{move.title}」须写明理由。")
    before = application.state
    after = move.leads_to(before)
    if (after in OPEN) != (before in OPEN):
        values["is_open"] = after in OPEN
    compare_and_set(application, version=act.version, state=after, **values)
    _hold_or_let_go(application, before, after)
    change = StateChange.objects.create(
        application=application,
        move=move.name,
        before=before,
        after=after,
        officer=act.officer,
        on=act.on,
        due_on=application.due_on,
        reason=act.reason.strip(),
        details=act.details or None,
    )
    audit.record(move.title, application, changes={"state": (before, after)}, reason=act.reason)
    _tell_course(application, act)
    return change


WITHOUT_A_MOVE = (
    *(State.NOT_ACCEPTED, State.REFUSED, State.WITHDRAWN, State.TERMINATED),
    *(State.ANNULLED, State.REVOKED),
)
# 三(一)4: how far it has come with a person of that roster follows from his case.
COURSES = {
    State.ACCEPTED: Course.State.APPLIED,
    State.REGISTERED: Course.State.MOVED,
    **dict.fromkeys(WITHOUT_A_MOVE, Course.State.INFORMED),
}


def _tell_course(application: Application, act: Act) -> None:
    entry = application.roster_entry
    course = COURSES.get(State(application.state))
    if application.route == "public_payroll" and entry is not None and course is not None:
        follow(entry, Noting(course, act.officer, act.on))


def _hold_or_let_go(application: Application, before: str, after: str) -> None:
    """A case that ends lets its people go; one that is taken up again holds them anew."""
    if before in OPEN and after not in OPEN:
        application.members.filter(is_open=True).update(is_open=False)
    elif before not in OPEN and after in OPEN:
        try:
            with transaction.atomic():
                application.members.update(is_open=True)
        except IntegrityError:
            raise Refused(
                "申请人或随迁人员已在另一件在办的申请中,这份办件不能恢复;请先办结那一件。"
            ) from None


def allowed(application: Application, move: Move, officer: Officer) -> None:
    """Raises where the state has moved on, or this officer may not make the move."""
    if application.state not in move.sources:
        raise Overtaken.by_others(application)
    reason = why_not(application, move, officer)
    if reason:
        raise NotAllowed(reason)


def why_not(application: Application, move: Move, officer: Officer) -> str:
    """Why this officer may not make the move; empty where he may. The role comes first."""
    if officer.role not in move.roles:
        return f"您的角色({officer.get_role_display()})不能办理「{move.title}」。"
    return keeps_out(application, officer) or _second_pair_of_eyes(
        move, made_by(application, officer)
    )


def keeps_out(application: Application, officer: Officer) -> str:
    """Why this officer has no business with the case at all: another's place, or his own case."""
    if not Application.objects.visible_to(officer).filter(pk=application.pk).exists():
        return "这份办件不在您的辖区。"
    if application.members.filter(_near(officer)).exists():
        return "这份办件涉及您本人或您的近亲属,请由其他同事办理(回避)。"
    return ""


def made_by(application: Application, officer: Officer) -> dict[str, str]:
    """The moves that an officer made in a case, with their titles, in their order."""
    rows = application.history.filter(officer=officer).values_list("move", flat=True)
    return {name: MOVES[name].title for name in rows}


def _second_pair_of_eyes(move: Move, made: dict[str, str]) -> str:
    earlier = next((title for name, title in made.items() if name in move.not_by), "")
    if not earlier:
        return ""
    return f"您在这份办件中办过「{earlier}」,「{move.title}」须由另一人办理。"


def _near(officer: Officer) -> Q:
    """The officer himself and his near relatives, among the members of a case.

    Relatives: those he declared, those now registered with his own person (in one family
    household, or as one family in a 公共户), those who are with him in a case of his own.
    """
    declared = list(officer.relatives.values_list("number_digest", flat=True))
    near = Q(person__in=Person.objects.with_digests(declared).values("pk"))
    own = officer.own_number_digest
    if not own:
        return near
    mine = Person.objects.with_digests([own]).values("pk")
    here = Membership.objects.filter(until__isnull=True)
    homes = here.filter(person__in=mine, household__kind=Household.Kind.FAMILY)
    groups = here.filter(person__in=mine, group__isnull=False)
    family = here.filter(
        Q(household__in=homes.values("household")) | Q(group__in=groups.values("group"))
    )
    cases = Member.objects.filter(person__in=mine).values("application")
    with_him = Member.objects.filter(application__in=cases).values("person")
    own_people = Q(person__in=family.values("person")) | Q(person__in=with_him)
    return near | Q(person__in=mine) | own_people


def moves_for(application: Application, officer: Officer) -> list[tuple[Move, str]]:
    """The moves of the state that fit the officer's role, each with why it is shut to him."""
    fitting = open_to(application.state, officer.role)
    if not fitting:
        return []
    shut, made = keeps_out(application, officer), made_by(application, officer)
    return [(move, shut or _second_pair_of_eyes(move, made)) for move in fitting]
