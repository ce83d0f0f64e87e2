"""A report as it was frozen: its figures, the files that went out, and what was behind each figure.

Rows are only ever added; nothing updates them. A correction is another version.
"""

import json
import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from kaili_hukou.models import Officer
from reports.figures import Figures, from_json


class AnnualReport(models.Model):
    """One version of the submission of a year."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField("年度")
    first = models.DateField("统计时段自")
    last = models.DateField("统计时段至")
    version = models.PositiveSmallIntegerField("版次", validators=[MinValueValidator(1)])
    reason = models.CharField("更正理由", max_length=500, blank=True)
    # The text of figures.json, so that its digest can be checked at any time.
    snapshot = models.TextField("统计数据", editable=False)
    sha256 = models.CharField("统计数据 SHA-256", max_length=64, editable=False)
    built_at = models.DateTimeField("生成时间")
    # None: frozen by the command on the server.
    built_by = models.ForeignKey(
        Officer, verbose_name="定稿人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "年度汇总报告"
        verbose_name_plural = "年度汇总报告"
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["year", "version"], name="one_report_of_a_version"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="correction_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1, first__lte=F("last")), name="report_of_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年度汇总报告第 {self.version} 版"

    @property
    def figures(self) -> Figures:
        return from_json(json.loads(self.snapshot))


class ReportFile(models.Model):
    """A file of a frozen report, as it was rendered. It holds figures, nobody's data."""

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="files")
    name = models.CharField("文件名", max_length=120)
    content = models.BinaryField("内容")
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = "报告文件"
        verbose_name_plural = "报告文件"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["report", "name"], name="one_file_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2]


class FrozenCase(models.Model):
    """A row that a frozen report counted, with the values by which it counted it.

    `source` and `part` say of which table `row` is the id; the dimensions are those of
    `reports.sources`, so that the list behind a frozen figure is asked for by the same key.
    """

    report = models.ForeignKey(
        AnnualReport, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    source = models.CharField(max_length=16)
    part = models.PositiveSmallIntegerField()
    row = models.UUIDField()
    day = models.DateField(null=True)
    route = models.CharField(max_length=16, blank=True)
    town = models.IntegerField(null=True)
    level = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=5, blank=True)
    column = models.CharField(max_length=6, blank=True)
    mark = models.TextField(blank=True)
    sex = models.CharField(max_length=1, blank=True)
    age = models.CharField(max_length=2, blank=True)
    nation = models.CharField(max_length=5, blank=True)
    move = models.CharField(max_length=20, blank=True)
    term = models.CharField(max_length=6, blank=True)
    roster = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=14, blank=True)
    settled_year = models.IntegerField(null=True)

    class Meta:
        verbose_name = "定稿时的办件"
        verbose_name_plural = "定稿时的办件"
        ordering = ["day", "row"]
        indexes = [
            models.Index(fields=["report", "source", "day", "id"], name="frozen_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.row}"


class PoliceEntry(models.Model):
    """A cell of 公业58表 that the system cannot count: entered, with its source and day.

    A cell is mended by another row: the last one counts.
    """

    year = models.PositiveSmallIntegerField("自然年度")
    column = models.PositiveSmallIntegerField("栏")
    value = models.PositiveIntegerField("人数")
    source = models.CharField("来源", max_length=100)
    as_of = models.DateField("数据日期")
    entered_by = models.ForeignKey(
        Officer, verbose_name="录入人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "公业58表录入"
        verbose_name_plural = "公业58表录入"
        ordering = ["year", "column", "entered_at", "pk"]
        indexes = [models.Index(fields=["year", "column"], name="police_entry_cell")]

    def __str__(self) -> str:
        return f"{self.year} 年第 {self.column} 栏"
