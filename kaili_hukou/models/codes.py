"""Codes of the national standards, and the calendar of working days."""

from django.core.validators import RegexValidator
from django.db import models

from kaili_hukou.models.seeded import Seeded


class Division(Seeded):
    """A division of GB/T 2260, abolished ones too: old papers still carry their codes."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        PREFECTURE = "prefecture", "地级"
        COUNTY = "county", "县级"

    code = models.CharField(
        "区划代码",
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{6}$", "区划代码应为 6 位数字。")],
    )
    name = models.CharField("名称", max_length=50, db_index=True)
    full_name = models.CharField("全称", max_length=120)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent_code = models.CharField("上级代码", max_length=6, blank=True, db_index=True)
    valid_from = models.PositiveSmallIntegerField("启用年份", null=True, blank=True)
    valid_to = models.PositiveSmallIntegerField("撤销年份", null=True, blank=True)
    former_names = models.CharField("曾用名", max_length=200, blank=True)

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.full_name}({self.code})"

    @property
    def is_abolished(self) -> bool:
        return self.valid_to is not None


class CodeEntry(Seeded):
    """One code of a short standard list."""

    class Scheme(models.TextChoices):
        NATIONALITY = "nationality", "民族(GB/T 3304)"
        RELATION = "relation", "家庭关系(GB/T 4761)"
        EDUCATION = "education", "学历(GB/T 4658)"

    scheme = models.CharField("代码表", max_length=12, choices=Scheme)
    code = models.CharField("代码", max_length=4)
    title = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "代码"
        verbose_name_plural = "代码表"
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"],
                name="one_code_in_a_scheme",
                violation_error_message="这个代码表里已有这个代码。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class CalendarDay(Seeded):
    """A day off, or a make-up working day, as announced by the 国务院办公厅."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKDAY = "workday", "上班(调休)"

    day = models.DateField("日期", unique=True)
    kind = models.CharField("安排", max_length=8, choices=Kind)
    name = models.CharField("名称", max_length=40, blank=True)

    class Meta:
        verbose_name = "节假日与调休日"
        verbose_name_plural = "节假日与调休日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()} {self.name}".rstrip()


class CalendarYear(Seeded):
    """A year; until its official calendar has been entered, its terms are provisional."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    official = models.BooleanField("官方日历已录入", default=False)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "日历年份"
        verbose_name_plural = "日历年份"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year} 年({'官方日历' if self.official else '暂按周一至周五'})"
