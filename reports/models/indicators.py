"""四(二): how many people live and are registered here, as the two sources say; and the goals."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.models import Officer, Town
from reports.curve import PLAN_GOALS, TITLES, Goal
from reports.rates import Count, NotComparable, rate


class Measure(models.TextChoices):
    RESIDENT = "resident", "常住人口"
    URBAN_RESIDENT = "urban_resident", "城镇常住人口"
    REGISTERED = "registered", "户籍人口"
    URBAN_REGISTERED = "urban_registered", "城镇户籍人口"


class Source(models.TextChoices):
    STATISTICS = "statistics", "统计局"
    POLICE = "police", "公安"


# Who counts what; the urban part always stands before the whole.
MEASURED_BY = {
    Source.STATISTICS: (Measure.URBAN_RESIDENT, Measure.RESIDENT),
    Source.POLICE: (Measure.URBAN_REGISTERED, Measure.REGISTERED),
}


class ObservationQuerySet(models.QuerySet[Any]):
    def current(self) -> "ObservationQuerySet":
        """Without what was corrected since."""
        return self.filter(is_current=True)

    def of_the_city(self) -> "ObservationQuerySet":
        return self.filter(town__isnull=True)

    def known_on(self, on: datetime.date) -> "ObservationQuerySet":
        """Speaking of this day or an earlier one."""
        return self.filter(as_of__lte=on)


class Observation(models.Model):
    """One count of one place on one day, from one source. A correction is a new row."""

    # Without a town: the whole city.
    town = models.ForeignKey(
        Town, verbose_name="镇(街道)", null=True, blank=True, on_delete=models.PROTECT
    )
    measure = models.CharField("指标", max_length=16, choices=Measure)
    as_of = models.DateField("时点")
    value = models.PositiveIntegerField("人数")
    source = models.CharField("来源", max_length=10, choices=Source)
    sourced_on = models.DateField("公布日期")
    document = models.CharField("依据(公报、报表)", max_length=200, blank=True)
    version = models.PositiveSmallIntegerField("版次", default=1, editable=False)
    is_current = models.BooleanField("现用", default=True, editable=False)
    replaces = models.OneToOneField(
        "self",
        verbose_name="更正",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )
    reason = models.CharField("更正理由", max_length=200, blank=True)
    entered_by = models.ForeignKey(
        Officer, verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = "人口数据"
        verbose_name_plural = "人口数据"
        ordering = ["-as_of", "town", "measure", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "as_of", "source"],
                condition=Q(is_current=True, town__isnull=True),
                name="one_count_of_the_city",
            ),
            models.UniqueConstraint(
                fields=["town", "measure", "as_of", "source"],
                condition=Q(is_current=True, town__isnull=False),
                name="one_count_of_a_town",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.as_of} {self.get_measure_display()}"

    @property
    def place(self) -> str:
        return self.town.name if self.town else "全市"

    @property
    def count(self) -> Count:
        return Count(
            title=self.get_measure_display(),
            people=self.value,
            as_of=self.as_of,
            source=self.get_source_display(),
            sourced_on=self.sourced_on,
            place=self.town.name if self.town else "",
        )


class Target(models.Model):
    """A goal set by a document after the plan: laid over the plan's own, never in their place."""

    indicator = models.CharField("指标", max_length=24, choices=list(TITLES.items()))
    value = models.DecimalField("目标值", max_digits=10, decimal_places=2)
    due_on = models.DateField("目标日期")
    clause = models.CharField("条款", max_length=20, blank=True)
    document = models.CharField("文件", max_length=200)
    issued_on = models.DateField("文件日期")
    entered_by = models.ForeignKey(
        Officer, verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now)

    class Meta:
        verbose_name = "目标"
        verbose_name_plural = "目标"
        ordering = ["issued_on", "due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "due_on", "issued_on"], name="one_target_of_a_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_indicator_display()} {self.due_on}"

    @property
    def goal(self) -> Goal:
        names = ("indicator", "value", "due_on", "clause", "document", "issued_on")
        return Goal(**{name: getattr(self, name) for name in names})


def goals() -> tuple[Goal, ...]:
    """The plan's goals and those of later documents."""
    return (*PLAN_GOALS, *(target.goal for target in Target.objects.all()))


def indicators_at(on: datetime.date) -> dict[str, Any]:
    """The city's counts and rates as last counted by this day; None is what nobody entered.

    Rates are in percent. Each source speaks of its own latest day, `…_as_of`.
    """
    told: dict[str, Any] = {}
    for source, (part_of, whole_of) in MEASURED_BY.items():
        rows = Observation.objects.current().of_the_city().known_on(on).filter(source=source)
        last = rows.filter(measure=whole_of).order_by("-as_of").first()
        part = last and rows.filter(measure=part_of, as_of=last.as_of).first()
        told |= {
            f"{whole_of.value}_population": last.value if last else None,
            f"{whole_of.value}_as_of": last.as_of if last else None,
            f"urban_{whole_of.value}_rate": _rate(part, last),
        }
    return told


def _rate(part: Observation | None, whole: Observation | None) -> float | None:
    if part is None or whole is None:
        return None
    try:
        return float(rate(part.count, whole.count))
    except NotComparable:
        return None
