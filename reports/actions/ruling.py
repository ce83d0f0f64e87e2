"""配套政策: what each bureau that leads a measure has issued, is drafting, or need not issue."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Bureau, Duty, Officer
from kaili_hukou.roles import Role
from reports.actions.changing import NotAllowed
from reports.models import SupportingRule
from reports.return_flow import GATHERERS
from reports.units import unit_of

State = SupportingRule.State
# Clauses that ask for no rule of their own: organisation, statistics, inspection, audit, costs.
WITHOUT_RULES = "四"


@dataclass(frozen=True, slots=True)
class RuleTold:
    state: str
    title: str = ""
    document_number: str = ""
    issued_on: datetime.date | None = None
    reason: str = ""


def keeps_rules_of(bureau: Bureau, officer: Officer) -> bool:
    return officer.role in GATHERERS or (
        officer.role == Role.BUREAU_CLERK and unit_of(officer) == bureau
    )


def owed(bureau: Bureau, on: datetime.date) -> list[str]:
    """The clauses for which a bureau owes a rule: those of part three that it leads."""
    duties = Duty.objects.of(bureau, on).filter(part=Duty.Part.LEAD)
    clauses = duties.exclude(clause__startswith=WITHOUT_RULES).values_list("clause", flat=True)
    return list(dict.fromkeys(clauses))


@transaction.atomic
def add_owed(on: datetime.date) -> None:
    """One row for each rule that is owed; a rule that was noted before stays."""
    leads = Duty.objects.in_force(on).filter(part=Duty.Part.LEAD, bureau__isnull=False)
    wanted = leads.exclude(clause__startswith=WITHOUT_RULES).values_list("bureau", "clause")
    known = set(SupportingRule.objects.values_list("bureau", "clause"))
    new = [
        SupportingRule(bureau_id=bureau, clause=clause)
        for bureau, clause in wanted
        if (bureau, clause) not in known
    ]
    SupportingRule.objects.bulk_create(new)


@transaction.atomic
def note_rule(
    rule: SupportingRule, told: RuleTold, officer: Officer, *, version: int, on: datetime.date
) -> None:
    """What has become of a rule; issued with title, number and day, not needed with a reason."""
    if not keeps_rules_of(rule.bureau, officer):
        raise NotAllowed("这项配套政策由其他单位登记。")
    _complete(told, on)
    values = {name: getattr(told, name) for name in RuleTold.__slots__}
    old = {name: getattr(rule, name) for name in values}
    updated = SupportingRule.objects.filter(pk=rule.pk, version=version).update(
        version=F("version") + 1, changed_by=officer, **values
    )
    if not updated:
        raise Refused("这项配套政策刚刚被别人登记过,您填写的没有保存。请核对后再保存。")
    changes = {name: (str(old[name]), str(values[name])) for name in values}
    audit.record("登记配套政策", rule, changes=changes)


def _complete(told: RuleTold, on: datetime.date) -> None:
    if told.state not in State.values:
        raise Refused("请选择情况:未启动、起草中、已印发或无须制定。")
    if told.state == State.ISSUED and not (
        told.title.strip() and told.document_number.strip() and told.issued_on
    ):
        raise Refused("已印发的,请填写文件名称、文号和印发日期。")
    if told.issued_on and told.issued_on > on:
        raise Refused("印发日期不能晚于今天,请核对。")
    if told.state == State.NOT_NEEDED and not told.reason.strip():
        raise Refused("无须制定的,请写明理由。")
