"""Writes on permits: each keeps the days in line with `terms`, with an event and the record.

A permit changes by compare-and-set on its `version`: two officers at once, one act.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from residence_permits.models import Permit, PermitEvent, Stretch
from residence_permits.terms import stretches, timeline


class Overtaken(Refused):
    """Somebody else was first; nothing of this act was done."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on a permit, on which day, with which words. `details` is kept encrypted."""

    officer: Officer | None
    on: datetime.date
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def change(permit: Permit, kind: str, act: Act, **values: Any) -> PermitEvent:
    """The one way in which what a permit says changes: compare, set, event, record."""
    return changed(permit, kind, act, endorsed_days(permit), **values)


def changed(
    permit: Permit,
    kind: str,
    act: Act,
    endorsed_on: list[datetime.date],
    *,
    renewed: bool = False,
    **values: Any,
) -> PermitEvent:
    """`change` inside the caller's transaction, by the endorsements that stand after the act.

    `renewed`: endorsed in its window, so that the last stretch only grows longer.
    """
    before = {name: getattr(permit, name) for name in values}
    issued_on = values.get("issued_on", permit.issued_on)
    ended = values.get("cancelled_on") is not None
    days = _noted_days(permit, issued_on, endorsed_on, None if ended else act.on)
    updated = Permit.objects.filter(
        pk=permit.pk, version=permit.version, cancelled_on__isnull=True
    ).update(version=F("version") + 1, **_sealed(permit, values), **days)
    if not updated:
        raise Overtaken("这张居住证刚刚被别人办理过或已注销,您的操作没有执行。请刷新后核对再办。")
    for name, value in (values | days).items():
        setattr(permit, name, value)
    permit.version += 1
    _keep_stretches(permit, endorsed_on, act.on, renewed=renewed)
    return keep_event(permit, kind, act, before)


def keep_event(
    permit: Permit, kind: str, act: Act, before: dict[str, Any] | None = None
) -> PermitEvent:
    event = PermitEvent.objects.create(
        permit=permit,
        kind=kind,
        on=act.on,
        officer=act.officer,
        reason=act.reason.strip(),
        details=act.details or None,
    )
    changes = {name: (str(old), str(getattr(permit, name))) for name, old in (before or {}).items()}
    audit.record(f"居住证{event.get_kind_display()}", permit, changes=changes, reason=act.reason)
    return event


def _sealed(permit: Permit, values: dict[str, Any]) -> dict[str, Any]:
    fields = permit._meta
    return {
        name: fields.get_field(name).seal(value, permit.pk)
        if isinstance(fields.get_field(name), EncryptedField)
        else value
        for name, value in values.items()
    }


def endorsed_days(permit: Permit) -> list[datetime.date]:
    """The days of the endorsements that stand, asked anew."""
    rows = permit.endorsements.filter(undone_at__isnull=True)
    return list(rows.values_list("endorsed_on", flat=True))


@transaction.atomic
def keep_days(permit: Permit, on: datetime.date) -> None:
    """Rewrites the days on which the permit is valid, its next window and when it ends.

    All three follow from issue and endorsements alone, so they hold without a nightly job.
    """
    endorsed_on = endorsed_days(permit)
    days = _noted_days(permit, permit.issued_on, endorsed_on, None if permit.cancelled_on else on)
    if days:
        Permit.objects.filter(pk=permit.pk).update(**days)
    for name, value in days.items():
        setattr(permit, name, value)
    _keep_stretches(permit, endorsed_on, on)


def _noted_days(
    permit: Permit,
    issued_on: datetime.date,
    endorsed_on: list[datetime.date],
    on: datetime.date | None,
) -> dict[str, Any]:
    """The days of the row where they change; then what the sweep has noted begins anew.

    A permit that has ended (no day) waits for nothing.
    """
    opens_on, ends_on = (None, None) if on is None else next_days(issued_on, endorsed_on, on)
    if (opens_on, ends_on) == (permit.window_opens_on, permit.ends_on):
        return {}
    return {
        "window_opens_on": opens_on,
        "ends_on": ends_on,
        "noted": Permit.Noted.VALID,
        "noted_on": None,
    }


def _keep_stretches(
    permit: Permit, endorsed_on: list[datetime.date], on: datetime.date, *, renewed: bool = False
) -> None:
    end = permit.cancelled_on or datetime.date.max
    rows = [
        Stretch(permit=permit, valid_from=first, valid_to=min(last or end, end))
        for first, last in stretches(permit.issued_on, endorsed_on, on)
        if first <= end
    ]
    if renewed:
        running = Stretch.objects.filter(permit=permit, valid_from=rows[-1].valid_from)
        if running.update(valid_to=rows[-1].valid_to) == 1:
            return
    permit.stretches.all().delete()
    Stretch.objects.bulk_create(rows)


def next_days(
    issued_on: datetime.date, endorsed_on: list[datetime.date], on: datetime.date
) -> tuple[datetime.date | None, datetime.date | None]:
    """(the next window opens on, suspended from) as the permit stands after its endorsements.

    A permit that is suspended keeps the window that it let pass: both days lie behind.
    """
    latest = max([issued_on, *(day for day in endorsed_on if day <= on)])
    shown = timeline(issued_on, endorsed_on, max(latest, issued_on))
    return (shown.window.opens_on if shown.window else None), shown.suspended_from
