"""Writes on permits: each keeps the stretches in line, with one entry in the record."""

import datetime

from django.db import transaction

from kaili_hukou import audit
from residence_permits.models import Permit, Stretch
from residence_permits.terms import stretches


@transaction.atomic
def keep_stretches(permit: Permit, on: datetime.date) -> None:
    """Rewrites the days on which the permit is valid, as far as its dates tell."""
    permit.stretches.all().delete()
    end = permit.cancelled_on or datetime.date.max
    Stretch.objects.bulk_create(
        Stretch(permit=permit, valid_from=first, valid_to=min(last or end, end))
        for first, last in stretches(permit.issued_on, permit.endorsed_on, on)
        if first <= end
    )


@transaction.atomic
def keep_permit(permit: Permit, on: datetime.date, *, new: bool) -> None:
    """Saves what a form holds, with its stretches."""
    permit.save(force_insert=new)
    keep_stretches(permit, on)
    audit.record("登记居住证" if new else "修改居住证", permit)
