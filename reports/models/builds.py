"""A draft, a final or a correction on its way: asked for on a page, built in the background."""

import datetime
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.models import Officer
from reports.models.annual import AnnualReport

# A worker that wrote nothing for so long has died; building takes seconds.
SILENT = datetime.timedelta(minutes=10)


class ReportBuild(models.Model):
    """What was asked for, and how far it has come. Building again from the start does no harm."""

    class Kind(models.TextChoices):
        DRAFT = "draft", "生成草稿"
        FINAL = "final", "定稿"
        CORRECTION = "correction", "更正"

    class State(models.TextChoices):
        WAITING = "waiting", "等待开始"
        COUNTING = "counting", "正在统计"
        WRITING = "writing", "正在写文件"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"

    WORKING = (State.WAITING, State.COUNTING, State.WRITING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField("更正理由", max_length=500, blank=True)
    fault = models.TextField("没有完成的原因", blank=True)
    # The instant of the press: what is built speaks of this day, whoever builds it again.
    asked_at = models.DateTimeField("提出时间")
    asked_by = models.ForeignKey(
        Officer, verbose_name="提出人", on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField("最近进展", default=timezone.now)
    # Of a draft, the digest of figures.json; its files lie on a shelf, by the id of this row.
    sha256 = models.CharField("统计数据 SHA-256", max_length=64, blank=True)
    report = models.ForeignKey(
        AnnualReport, verbose_name="定稿", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "报告生成"
        verbose_name_plural = "报告生成"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(state__in=("waiting", "counting", "writing")),
                name="one_build_of_a_year_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} 年报告 {self.get_kind_display()} {self.get_state_display()}"

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    def is_lost(self, now: datetime.datetime) -> bool:
        return self.is_working and self.changed_at < now - SILENT


class FigureSnapshot(models.Model):
    """The main figures of a year as they stood on a day, to see what has moved since."""

    year = models.PositiveSmallIntegerField("年度")
    on = models.DateField("日期")
    numbers = models.JSONField("数据", default=dict)

    class Meta:
        verbose_name = "统计数据日记"
        verbose_name_plural = "统计数据日记"
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["year", "on"], name="one_snapshot_of_a_day")]

    def __str__(self) -> str:
        return f"{self.year} 年 {self.on}"
