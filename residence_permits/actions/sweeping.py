"""The nightly sweep: notes which windows have opened and which permits are suspended.

It only records what follows from the days (条例 第十条): a permit that was not swept is suspended
all the same. Rows are written in sets, a few days' worth at a time, so that an officer at the
counter never waits long, and each set stands with its entry in the record.
"""

import datetime
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count

from kaili_hukou import audit
from residence_permits.models import Permit
from residence_permits.querysets import PermitQuerySet

ROWS_AT_ONCE = 50_000
Noted = Permit.Noted
Days = tuple[datetime.date, datetime.date]


def sweep(on: datetime.date) -> dict[str, int]:
    """What the night of a day has newly recorded; the second time, and whoever acts meanwhile,
    changes nothing twice."""
    return {
        "suspended": _note(Permit.objects.to_note_suspended(on), "ends_on", Noted.SUSPENDED, on),
        "windows_opened": _note(
            Permit.objects.to_note_opened(on), "window_opens_on", Noted.WINDOW, on
        ),
    }


def _note(rows: PermitQuerySet, day: str, noted: str, on: datetime.date) -> int:
    total = 0
    for first, last in list(_sets(rows, day)):
        with transaction.atomic():
            count = rows.filter(**{f"{day}__range": (first, last)}).update(noted=noted, noted_on=on)
            if count:
                audit.record(f"居住证夜间核对:{Noted(noted).label}", count=count)
        total += count
    return total


def _sets(rows: PermitQuerySet, day: str) -> Iterator[Days]:
    """Runs of days of about so many rows; a usual night is one run."""
    first, size = None, 0
    for last, count in rows.order_by(day).values_list(day).annotate(Count("pk")):
        first, size = first or last, size + count
        if size >= ROWS_AT_ONCE:
            yield first, last
            first, size = None, 0
    if first:
        yield first, last
