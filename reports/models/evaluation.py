"""四(三) evaluations, their findings and those of the audit (四(四)), and what became of them."""

import datetime
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.roles import REACH, Reach
from kaili_hukou.scope import ScopedQuerySet, bureaus_of
from reports import findings


class Evaluation(models.Model):
    """One 督查评估: yearly, the mid-term of 2020 or the final one of 2022."""

    class Kind(models.TextChoices):
        YEARLY = "yearly", "年度督查评估"
        MIDTERM = "midterm", "中期督查评估(2020年)"
        FINAL = "final", "总结评估(2022年)"

    class Manner(models.TextChoices):
        SELF = "self", "自查自评"
        THIRD_PARTY = "third_party", "第三方评估"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=7, choices=Kind)
    manner = models.CharField("方式", max_length=11, choices=Manner)
    year = models.PositiveSmallIntegerField("年度")
    body = models.CharField("评估单位", max_length=100)
    since = models.DateField("评估期自")
    until = models.DateField("评估期至")
    held_on = models.DateField("评估日期")
    conclusion = EncryptedField(verbose_name="结论")
    # 及时公布: on which day, where, under which document.
    published_on = models.DateField("公布日期", null=True)
    published_where = models.CharField("公布载体", max_length=200, blank=True)
    published_document = models.CharField("公布文件", max_length=200, blank=True)
    entered_by = models.ForeignKey(
        Officer, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "督查评估"
        verbose_name_plural = "督查评估"
        ordering = ["-year", "kind", "manner"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "manner", "year", "body"], name="evaluated_once"
            )
        ]

    def __str__(self) -> str:
        kind = self.get_kind_display().split("(")[0].removeprefix("年")
        return f"{self.year} 年{kind}({self.get_manner_display()})"


class FindingQuerySet(ScopedQuerySet):
    def visible_to(self, officer: Any) -> Self:
        """A successor also sees what its predecessors have not yet mended."""
        if not getattr(officer, "is_active", False) or REACH.get(officer.role) is not Reach.BUREAU:
            return super().visible_to(officer)
        if officer.bureau_id is None:
            return self.none()
        open_ones = Q(unit__in=bureaus_of(officer.bureau_id), state__in=findings.OPEN)
        return self.filter(Q(unit=officer.bureau_id) | open_ones)

    def overdue(self, on: datetime.date) -> Self:
        return self.filter(state=findings.ASSIGNED, mend_by__lt=on)


class Finding(models.Model):
    """Something found wanting: who mends it, by when, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("来源", max_length=10, choices=list(findings.KINDS))
    evaluation = models.ForeignKey(
        Evaluation, null=True, on_delete=models.PROTECT, related_name="findings"
    )
    # Of an audit: its report or its decision.
    document = models.CharField("审计文件", max_length=200, blank=True)
    found_on = models.DateField("发现日期")
    clause = models.CharField("涉及条款", max_length=20, blank=True)
    text = EncryptedField(verbose_name="发现的问题")
    state = models.CharField(
        "状态", max_length=8, choices=list(findings.STATES), default=findings.FOUND
    )
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    unit = models.ForeignKey(
        Bureau,
        verbose_name="整改单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    mend_by = models.DateField("整改期限", null=True, blank=True)
    entered_by = models.ForeignKey(
        Officer, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = FindingQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "unit"}

    class Meta:
        verbose_name = "评估和审计问题"
        verbose_name_plural = "评估和审计问题"
        ordering = ["-found_on", "-entered_at"]
        indexes = [models.Index(fields=["state", "mend_by"], name="finding_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.found_on}"

    @property
    def origin(self) -> str:
        return str(self.evaluation) if self.evaluation else self.document


class FindingStep(models.Model):
    """A move that was made on a finding, with its words. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    move = models.CharField(
        "办理", max_length=9, choices=[(move.name, move.title) for move in findings.MOVES.values()]
    )
    unit = models.ForeignKey(
        Bureau, verbose_name="整改单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    mend_by = models.DateField("整改期限", null=True)
    text = EncryptedField(verbose_name="内容")
    officer = models.ForeignKey(
        Officer, verbose_name="经办人", on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField("日期")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "整改记录"
        verbose_name_plural = "整改记录"
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.on}"
