"""A decision undone, by our own error or for fraud; a case taken up again. History stays."""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from applications.actions.changing import Act, advance
from applications.actions.correcting import memberships_by
from applications.actions.drafting import refresh
from applications.actions.following_up import call_off
from applications.actions.timing import reckon_deadline
from applications.models import Application, EarlierSettlement, Member, StateChange
from applications.parameters import in_force
from applications.policy.routes import ROUTES
from kaili_hukou import audit
from kaili_hukou.actions import MoveIn, Refused, move_in, move_out
from kaili_hukou.models import Household, Membership

Outcome = Member.Outcome
SETTLED = (Outcome.REGISTERED, Outcome.RETURNED)
# What a decision wrote on the case and on its people; kept with the reopening as it was.
OF_DECISION = (
    "decided_on",
    "opinion",
    "rules_version",
    "judged",
    "due_on",
    "promised_days",
    "extended_days",
    "registered_on",
    "population_receipt",
)
OF_MEMBER = ("outcome", "admission", "admission_reason", "registered_on")
CLEARED: dict[str, Any] = {
    "decided_on": None,
    "judged": None,
    "rules_version": "",
    "registered_on": None,
    "population_receipt": "",
    "household": None,
    "supplement_by": None,
    "extended_days": 0,
}


@transaction.atomic
def annul(application: Application, act: Act) -> StateChange:
    """依职权撤销: our own error; what the decision had brought about is undone."""
    return _undo(application, "annul", act)


@transaction.atomic
def revoke(application: Application, act: Act) -> StateChange:
    """撤销(骗取落户): struck off here; the place of origin is asked to restore."""
    return _undo(application, "revoke", act)


def _undo(application: Application, name: str, act: Act) -> StateChange:
    day = application.registered_on
    kept = {"before": before(application), "registered_on": day.isoformat() if day else ""}
    change = advance(application, name, replace(act, details=act.details | kept))
    settled = application.members.filter(outcome__in=SETTLED).select_related("person")
    for member in settled:
        _strike_off(application, member, act.on)
    application.members.update(outcome=Outcome.UNDONE)
    _close_if_empty(application, act.on)
    call_off(application, application.members.all())
    return change


def _strike_off(application: Application, member: Member, on: datetime.date) -> None:
    """The registration that this case brought about ends; the one that it ended begins again.

    Whoever has moved on since, by another case, is left where he is.
    """
    person, basis = member.person, application.receipt_number or ""
    if member.outcome == Outcome.REGISTERED:
        if not memberships_by(application).filter(person=person, until__isnull=True).exists():
            return
        move_out(person, on, basis)
    _back_where_he_was(application, member, on)
    person.division, person.hukou_kind = member.division, member.hukou_kind
    person.save(update_fields=["division", "hukou_kind"])
    audit.record("撤销落户", person, reason=basis)


def _back_where_he_was(application: Application, member: Member, on: datetime.date) -> None:
    day = member.registered_on or application.registered_on
    rows = Membership.objects.filter(person=member.person, until=day)
    left = rows.exclude(basis=application.receipt_number or "").select_related("household").last()
    here = Membership.objects.filter(person=member.person, until__isnull=True)
    if left is None or left.household.closed_on or here.exists():
        return
    move_in(
        [
            MoveIn(
                person=member.person,
                household=left.household,
                since=on,
                group=left.group,
                relation=left.relation,
                basis=application.receipt_number or "",
            )
        ]
    )


def _close_if_empty(application: Application, on: datetime.date) -> None:
    """A household that was opened with this case and holds nobody is closed."""
    household = application.household
    if household is None or household.kind == Household.Kind.PUBLIC or household.closed_on:
        return
    opened_here = household.opened_on == application.registered_on
    if not opened_here or household.memberships.filter(until__isnull=True).exists():
        return
    household.closed_on = on
    household.save(update_fields=["closed_on"])
    audit.record("销户", household, reason=application.receipt_number or "")


def before(application: Application) -> dict[str, Any]:
    """What the decision had written, to be kept with what undoes it."""
    found = {name: _plain(getattr(application, name)) for name in OF_DECISION}
    household = application.household
    members = {str(row.pk): _member(row) for row in application.members.all()}
    return found | {"household": household.number if household else "", "members": members}


def _member(member: Member) -> dict[str, Any]:
    return {name: _plain(getattr(member, name)) for name in OF_MEMBER}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


@transaction.atomic
def reopen(application: Application, act: Act) -> StateChange:
    """恢复办理: to accepted, with its number and day; the promised days run from today on."""
    days = in_force().days_on(ROUTES[application.route].promised_days, act.on)
    change = _take_up(application, "reopen", act, CLEARED | {"promised_days": days})
    application.suspensions.filter(until__isnull=True).update(until=act.on)
    reckon_deadline(application)
    return change


@transaction.atomic
def retake(application: Application, act: Act) -> StateChange:
    """重新收件: never accepted, so the papers count as received today; five days to tell."""
    return _take_up(application, "retake", act, CLEARED | {"received_on": act.on})


def _take_up(application: Application, name: str, act: Act, values: dict[str, Any]) -> StateChange:
    told = replace(act, details=act.details | {"before": before(application)})
    keep_for_reports(application)
    try:
        with transaction.atomic():
            change = advance(application, name, told, **values)
    except IntegrityError:
        raise Refused(_held_elsewhere(application)) from None
    application.members.update(
        outcome=Outcome.PENDING, admission="", admission_reason=None, registered_on=None
    )
    refresh(application, act.on)
    return change


def keep_for_reports(application: Application) -> None:
    """Who was settled by the decision that was undone, before its days are cleared.

    A pupil who had gone back has no day of his own: the case's stands for him.
    """
    undone_on = (
        application.history.filter(move__in=("annul", "revoke"))
        .order_by("-at")
        .values_list("on", flat=True)
        .first()
    )
    if (
        application.registered_on is None
        and not application.members.filter(registered_on__isnull=False).exists()
    ):
        return
    rows = [
        _earlier(application, undone_on, member)
        for member in application.members.all()
        if member.registered_on or application.route == "pupil_return"
    ]
    if application.enterprise_id:
        rows.append(_earlier(application, undone_on))
    EarlierSettlement.objects.bulk_create(rows)


def _earlier(
    application: Application, undone_on: datetime.date | None, member: Member | None = None
) -> EarlierSettlement:
    told = member or Member()
    day = told.registered_on or application.registered_on
    return EarlierSettlement(
        application=application,
        member=member,
        route=application.route,
        town_id=application.town_id,
        division=told.division,
        hukou_kind=told.hukou_kind,
        settling_reason=told.settling_reason,
        marks=told.marks,
        is_applicant=told.is_applicant,
        registered_on=day,
        undone_on=undone_on or day,
    )


def _held_elsewhere(application: Application) -> str:
    rows: Iterable[Application] = Application.objects.filter(
        enterprise=application.enterprise_id, is_open=True
    ).select_related("station")
    held = next(iter(rows), None) if application.enterprise_id else None
    where = f"({held},{held.station.name})" if held else ""
    return f"申请企业已有另一件在办的申请{where},这份办件不能恢复;请先办结那一件。"
