"""Which unit leads or supports which clause of the plan, from which day to which."""

import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from kaili_hukou.clauses import CLAUSES
from kaili_hukou.models.places import Bureau, Town
from kaili_hukou.models.seeded import Seeded
from kaili_hukou.scope import bureaus_of


class DutyQuerySet(models.QuerySet["Duty"]):
    def in_force(self, on: datetime.date) -> Self:
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
        return self.filter(begun & (Q(valid_to__isnull=True) | Q(valid_to__gte=on)))

    def of(self, unit: Bureau | Town, on: datetime.date) -> Self:
        """What a unit answers for on a day, with what it took over from units that are gone."""
        if isinstance(unit, Town):
            return self.in_force(on).filter(town=unit)
        return self.in_force(on).filter(bureau__in=bureaus_of(unit.pk, gone_by=on))


def numbered_clause(code: str) -> None:
    """A duty names a clause that stands in `clauses.py`."""
    if code not in CLAUSES:
        raise ValidationError(f"没有编号为「{code}」的条款。请按方案的编号填写,如 三(三)1。")


class Duty(Seeded):
    """A dated assignment of one clause to one bureau or one town, as lead or as support."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        SUPPORT = "support", "配合"

    clause = models.CharField("条款", max_length=20, validators=[numbered_clause])
    bureau = models.ForeignKey(
        Bureau,
        verbose_name="部门",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="duties",
    )
    town = models.ForeignKey(
        Town,
        verbose_name="镇(街道)",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="duties",
    )
    part = models.CharField("分工", max_length=7, choices=Part)
    valid_from = models.DateField("自", null=True, blank=True)
    valid_to = models.DateField("至", null=True, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = "任务分工"
        verbose_name_plural = "任务分工"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(bureau__isnull=True) ^ Q(town__isnull=True),
                name="duty_of_one_unit",
                violation_error_message="一条分工只对应一个部门或一个镇(街道)。",
            ),
            models.UniqueConstraint(
                fields=["clause", "bureau"],
                condition=Q(bureau__isnull=False, valid_to__isnull=True),
                name="one_duty_of_a_bureau",
                violation_error_message="这个部门已有这一条款的分工。",
            ),
            models.UniqueConstraint(
                fields=["clause", "town"],
                condition=Q(town__isnull=False, valid_to__isnull=True),
                name="one_duty_of_a_town",
                violation_error_message="这个镇(街道)已有这一条款的分工。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau or self.town} {self.get_part_display()} {self.clause}"

    @property
    def title(self) -> str:
        return CLAUSES[self.clause].title
