"""抽查: a random sample by a seed, each case with a form and with what was put right."""

import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import Application
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from kaili_hukou.scope import ScopedQuerySet


class Inspection(models.Model):
    """A sample of `size` decided cases between two days; the same seed draws the same cases."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    since = models.DateField("决定日期自")
    until = models.DateField("决定日期至")
    size = models.PositiveSmallIntegerField("抽查件数")
    seed = models.PositiveIntegerField("随机种子")
    population = models.PositiveIntegerField("应抽范围件数", default=0)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField("抽取时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths: dict[str, str] = {}

    class Meta:
        verbose_name = "抽查"
        verbose_name_plural = "抽查"
        ordering = ["-drawn_at"]

    def __str__(self) -> str:
        return f"{self.since} 至 {self.until} 抽 {self.size} 件(种子 {self.seed})"


class InspectedCase(models.Model):
    """One case of a sample: what was found and what was put right."""

    class Result(models.TextChoices):
        GOOD = "good", "合格"
        FLAWED = "flawed", "有瑕疵"
        WRONG = "wrong", "有错误"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="cases")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="inspections"
    )
    place = models.PositiveSmallIntegerField("序号")
    # Points of the form that were found wanting, by their code.
    flaws = models.JSONField("不符合的项目", default=list)
    result = models.CharField("结论", max_length=6, choices=Result, blank=True)
    finding = EncryptedField(verbose_name="情况")
    put_right = EncryptedField(verbose_name="整改情况")
    put_right_on = models.DateField("整改日期", null=True)
    inspected_by = models.ForeignKey(
        Officer, verbose_name="检查人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    inspected_on = models.DateField("检查日期", null=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths: dict[str, str] = {}

    class Meta:
        verbose_name = "抽查办件"
        verbose_name_plural = "抽查办件"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "application"], name="drawn_once")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.application}"
