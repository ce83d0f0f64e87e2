"""Writes on permits: each keeps the stretches in line, with one entry in the record."""

import datetime

from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
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


@transaction.atomic
def cancel(permit: Permit, ground: str, on: datetime.date) -> None:
    """注销: from the day on the permit is valid no more; whoever comes second is told so."""
    if on < permit.issued_on:
        raise Refused(
            f"注销日期({on})早于居住证签发日期({permit.issued_on})。请核对签发日期后再办。"
        )
    updated = Permit.objects.filter(pk=permit.pk, cancelled_on__isnull=True).update(
        cancelled_on=on, cancelled_for=Permit.Cancelled(ground)
    )
    if not updated:
        raise Refused("这张居住证已经注销,没有再办一次。请刷新后核对。")
    permit.cancelled_on, permit.cancelled_for = on, ground
    keep_stretches(permit, on)
    audit.record("注销居住证", permit, changes={"cancelled_for": ("", ground)})
