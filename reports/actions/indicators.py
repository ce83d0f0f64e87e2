"""Entering counts of the population, and correcting them: a part always with its whole."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, Town
from kaili_hukou.roles import Role
from reports.models import Observation, Target
from reports.models.indicators import MEASURED_BY, Measure, Source

MOST_PEOPLE = 20_000_000
STATISTICS = "statistics"
# Practice: who cannot reach the network has it entered by the section or by 市户改办.
ENTERERS = frozenset({Role.APPROVER, Role.REFORM_OFFICE})


@dataclass(frozen=True, slots=True)
class Entry:
    """What one source says of one place on one day: all people and, if it told, the urban ones."""

    town: Town | None
    as_of: datetime.date
    source: str
    whole: int
    urban: int | None
    sourced_on: datetime.date
    document: str = ""

    @property
    def place(self) -> str:
        return self.town.name if self.town else "全市"

    @property
    def counts(self) -> tuple[tuple[Measure, int], ...]:
        part, whole = MEASURED_BY[Source(self.source)]
        told = ((whole, self.whole), (part, self.urban))
        return tuple((measure, value) for measure, value in told if value is not None)


def sources_of(officer: Officer) -> tuple[Source, ...]:
    """Whose counts this officer may enter: the statistics bureau its own, the section all."""
    if officer.role in ENTERERS:
        return tuple(Source)
    bureau = officer.bureau if officer.role == Role.BUREAU_CLERK else None
    return (Source.STATISTICS,) if bureau and bureau.code == STATISTICS else ()


def why_not(entry: Entry, officer: Officer, on: datetime.date) -> str:
    """Why these counts cannot be kept; empty where they can."""
    if entry.source not in MEASURED_BY:
        return "来源应为「统计局」(常住人口)或「公安」(户籍人口)。"
    if entry.source not in sources_of(officer):
        return f"您不能录入来源为「{Source(entry.source).label}」的数据。"
    if not 0 < entry.whole <= MOST_PEOPLE:
        return f"总人口应在 1 至 {MOST_PEOPLE} 之间,请核对。"
    if entry.urban is not None and not 0 <= entry.urban <= entry.whole:
        return f"城镇人口 {entry.urban} 应在 0 和总人口 {entry.whole} 之间,请核对。"
    if not entry.as_of <= entry.sourced_on <= on:
        return "公布日期不能早于时点,也不能晚于今天,请核对。"
    return ""


def current_rows(entry: Entry) -> dict[str, Observation]:
    """What now stands for the same place, day and source, by measure."""
    rows = Observation.objects.current().filter(
        town=entry.town, as_of=entry.as_of, source=entry.source
    )
    return {row.measure: row for row in rows}


def same_as_known(entry: Entry) -> bool:
    """All of it was entered before, word for word in its numbers and day."""
    known = current_rows(entry)
    return len(known) == len(entry.counts) and all(
        measure in known
        and (known[measure].value, known[measure].sourced_on) == (value, entry.sourced_on)
        for measure, value in entry.counts
    )


@transaction.atomic
def enter(entry: Entry, officer: Officer, on: datetime.date) -> list[Observation]:
    """New counts. Refused where some stand already: those are corrected, with a reason."""
    fault = why_not(entry, officer, on)
    if fault:
        raise Refused(fault)
    if current_rows(entry):
        raise Refused(_taken(entry))
    made = [_row(entry, measure, value, officer) for measure, value in entry.counts]
    _keep(made, entry)
    audit.record("录入人口数据", made[0], count=len(made))
    return made


def _taken(entry: Entry) -> str:
    label = Source(entry.source).label
    return (
        f"{entry.place} {entry.as_of} 的{label}数据已经录入。要修改的,请用「更正」并写明理由;"
        "原来的数仍保留。"
    )


def _row(entry: Entry, measure: Measure, value: int, officer: Officer) -> Observation:
    return Observation(
        town=entry.town,
        measure=measure,
        as_of=entry.as_of,
        value=value,
        source=entry.source,
        sourced_on=entry.sourced_on,
        document=entry.document,
        entered_by=officer,
    )


def _keep(rows: list[Observation], entry: Entry) -> None:
    try:
        with transaction.atomic():
            for row in rows:
                row.save(force_insert=True)
    except IntegrityError:
        raise Refused(_taken(entry)) from None


@transaction.atomic
def correct(
    entry: Entry, reason: str, officer: Officer, *, seen: frozenset[int], on: datetime.date
) -> list[Observation]:
    """New rows in the place of the ones `seen` on the page; those stay, as what stood before."""
    fault = why_not(entry, officer, on)
    if fault:
        raise Refused(fault)
    if not reason.strip():
        raise Refused("更正须写明理由。")
    known = current_rows(entry)
    if not known or {row.pk for row in known.values()} != seen:
        raise Refused("这一时点的数据刚被别人录入或更正过,您的更正没有执行。请刷新后核对。")
    if same_as_known(entry):
        raise Refused("填写的数与现有的数相同,没有更正。")
    done = Observation.objects.filter(pk__in=seen, is_current=True).update(is_current=False)
    if done != len(seen):
        raise Refused("这一时点的数据刚被别人更正过,您的更正没有执行。请刷新后核对。")
    made = [_row(entry, measure, value, officer) for measure, value in entry.counts]
    for row in made:
        before = known.get(row.measure)
        row.replaces, row.reason = before, reason.strip()
        row.version = before.version + 1 if before else 1
    _keep(made, entry)
    _record(made, known, reason)
    return made


def _record(made: list[Observation], known: dict[str, Observation], reason: str) -> None:
    changes = {
        row.measure: (known[row.measure].value if row.measure in known else None, row.value)
        for row in made
    }
    changes |= {name: (row.value, None) for name, row in known.items() if name not in changes}
    audit.record("更正人口数据", made[0], changes=changes, reason=reason, count=len(made))


@transaction.atomic
def enter_many(entries: list[Entry], officer: Officer, on: datetime.date) -> int:
    """A whole file; rows that say what is known already are left. All of it or nothing."""
    new = [entry for entry in entries if not same_as_known(entry)]
    for entry in new:
        enter(entry, officer, on)
    audit.record("导入人口数据", count=len(new))
    return len(new)


@transaction.atomic
def set_target(target: Target, officer: Officer, on: datetime.date) -> Target:
    """A goal of a later document, beside the plan's own."""
    if officer.role != Role.REFORM_OFFICE:
        raise Refused("新的目标由市户改办登记。")
    if not target.issued_on <= on or target.due_on <= target.issued_on:
        raise Refused("文件日期不能晚于今天,目标日期须在文件日期之后。")
    most = MOST_PEOPLE if target.indicator == "registered_population" else 100
    if not 0 < target.value <= Decimal(most):
        raise Refused(f"目标值应在 0 和 {most} 之间,请核对。")
    target.entered_by = officer
    try:
        with transaction.atomic():
            target.save(force_insert=True)
    except IntegrityError:
        raise Refused("这份文件对同一指标、同一日期已登记过目标。") from None
    audit.record("登记指标目标", target)
    return target
