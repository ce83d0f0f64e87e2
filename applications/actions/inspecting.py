"""Drawing a sample of decided cases, and keeping what its inspection found and put right."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from applications.actions.changing import keeps_out, made_by
from applications.inspecting import MOST_CASES, POINTS, sample
from applications.models import Application, InspectedCase, Inspection
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer

CODES = frozenset(code for code, _ in POINTS)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Between which days of decision, how many cases, by which seed."""

    since: datetime.date
    until: datetime.date
    size: int
    seed: int


@transaction.atomic
def draw(drawing: Drawing, officer: Officer, on: datetime.date) -> Inspection:
    """A random sample of the cases decided between two days, kept with how many there were."""
    if drawing.until < drawing.since or drawing.until > on:
        raise Refused("决定日期的止日不能早于起日,也不能晚于今天。")
    if not 1 <= drawing.size <= MOST_CASES:
        raise Refused(f"一次抽查 1 至 {MOST_CASES} 件。")
    decided = Application.objects.visible_to(officer).filter(
        decided_on__range=(drawing.since, drawing.until)
    )
    found = {str(pk) for pk in decided.order_by().values_list("pk", flat=True)}
    if not found:
        raise Refused("这段日子没有作出决定的办件,请改日期。")
    made = Inspection.objects.create(
        since=drawing.since,
        until=drawing.until,
        size=drawing.size,
        seed=drawing.seed,
        population=len(found),
        officer=officer,
    )
    InspectedCase.objects.bulk_create(
        InspectedCase(inspection=made, application_id=pk, place=place)
        for place, pk in enumerate(sample(found, drawing.size, drawing.seed), start=1)
    )
    audit.record("抽取抽查办件", made, count=min(drawing.size, len(found)))
    return made


@dataclass(frozen=True, slots=True)
class Finding:
    """What the inspection of one case found: points found wanting, the result, in words."""

    result: str
    flaws: tuple[str, ...] = ()
    text: str = ""


@transaction.atomic
def note_finding(
    case: InspectedCase, finding: Finding, officer: Officer, on: datetime.date
) -> InspectedCase:
    """Kept once: a second officer on the same page is told who was first."""
    row = _locked(case)
    if row.inspected_by is not None:
        raise Refused(f"这一件已由{row.inspected_by.name}于 {row.inspected_on} 检查,没有重复登记。")
    _check_finding(finding)
    _may_inspect(row.application, officer)
    row.result, row.flaws, row.finding = finding.result, sorted(finding.flaws), finding.text
    row.inspected_by, row.inspected_on = officer, on
    row.save()
    audit.record("登记抽查结论", row, changes={"result": ("", finding.result)})
    return row


def _check_finding(finding: Finding) -> None:
    if finding.result not in InspectedCase.Result.values:
        raise Refused("请选择结论。")
    if not set(finding.flaws) <= CODES:
        raise Refused("不符合的项目不在检查表里,请刷新后重填。")
    good = finding.result == InspectedCase.Result.GOOD
    if good and finding.flaws:
        raise Refused("有不符合的项目,结论不能是「合格」。")
    if not good and not (finding.flaws and finding.text.strip()):
        raise Refused("有瑕疵、有错误的,须勾选不符合的项目并写明情况。")


def _may_inspect(application: Application, officer: Officer) -> None:
    """Nobody inspects what he handled, nor what concerns him."""
    shut = keeps_out(application, officer)
    if shut:
        raise Refused(shut)
    made = made_by(application, officer)
    if made:
        raise Refused(
            f"您在这份办件中办过「{next(iter(made.values()))}」,抽查须由没有经手的人进行。"
        )


@transaction.atomic
def put_right(
    case: InspectedCase, text: str, day: datetime.date, *, on: datetime.date
) -> InspectedCase:
    """What was done about the flaws, and on which day; kept once."""
    row = _locked(case)
    if row.result in ("", InspectedCase.Result.GOOD):
        raise Refused("这一件没有需要整改的结论。")
    if row.put_right_on is not None:
        raise Refused(f"整改已于 {row.put_right_on} 登记,没有重复登记。")
    if not text.strip():
        raise Refused("请写明整改情况。")
    if not row.inspected_on <= day <= on:
        raise Refused(f"整改日期应在检查日期({row.inspected_on})和今天之间。")
    row.put_right, row.put_right_on = text, day
    row.save()
    audit.record("登记抽查整改", row)
    return row


def _locked(case: InspectedCase) -> InspectedCase:
    return InspectedCase.objects.select_for_update().get(pk=case.pk)
