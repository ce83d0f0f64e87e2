"""毕业提醒: who settled as a pupil may go back after school; he is reminded, nothing more."""

import datetime

from django.db import transaction

from applications.models import Member
from kaili_hukou import audit
from kaili_hukou.actions import Refused


@transaction.atomic
def remind(member: Member, on: datetime.date) -> None:
    """He was told once, on this day."""
    rows = Member.objects.filter(pk=member.pk, reminded_on__isnull=True, graduates_on__lte=on)
    if not rows.update(reminded_on=on):
        raise Refused("已经提醒过,或预计毕业的日子还没有到,不用再记。")
    audit.record("毕业提醒", member, changes={"reminded_on": ("", str(on))})
