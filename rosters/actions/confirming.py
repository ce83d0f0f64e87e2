"""Writes on rosters: who entered one does not confirm it; a confirmed one is only withdrawn."""

import datetime

from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from kaili_hukou.roles import Role
from rosters.models import ImportRun, Roster


@transaction.atomic
def confirm(roster: Roster, officer: Officer, on: datetime.date) -> None:
    """Another officer of the bureau confirms, else the household section."""
    if officer.pk == roster.entered_by_id:
        raise Refused("录入人不能确认自己录入的花名册,请由另一人确认。")
    if officer.role != Role.APPROVER and officer.bureau_id != roster.supplier_id:
        raise Refused("只有提供部门的另一名经办人或户政科可以确认。")
    if ImportRun.objects.filter(roster=roster, state=ImportRun.State.RUNNING).exists():
        raise Refused("这份花名册还没有导入完,不能确认。请等导入结束,或把原文件再导入一次。")
    if not (roster.entries.exists() or roster.repeats.exists()):
        raise Refused("这份花名册还没有一行人员,不能确认。请先录入各行。")
    updated = Roster.objects.filter(pk=roster.pk, state=Roster.State.ENTERED).update(
        state=Roster.State.CONFIRMED, confirmed_by=officer, confirmed_on=on
    )
    if not updated:
        raise Refused("这份花名册已被确认或撤回,请刷新后再看。")
    audit.record("确认花名册", roster, changes={"state": ("entered", "confirmed")})
    roster.refresh_from_db()
