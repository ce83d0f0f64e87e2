"""Who was reminded when, who was called, and the internal days of a year."""

import uuid

from django.db import models
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from kaili_hukou.roles import Reach
from reports.models.returns import UnitReturn
from reports.querysets import ReturnQuerySet


class ReturnYear(models.Model):
    """The internal days of a year, where somebody set others than the usual ones."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    returns_by = models.DateField("内部报送日")
    summary_by = models.DateField("内部汇总日")
    set_by = models.ForeignKey(
        Officer, verbose_name="设定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "报送年度"
        verbose_name_plural = "报送年度"

    def __str__(self) -> str:
        return f"{self.year} 年"


class Reminder(models.Model):
    """A silent unit is reminded on a day: shown on its page, printed as a letter by one press."""

    unit_return = models.ForeignKey(UnitReturn, on_delete=models.PROTECT, related_name="reminders")
    on = models.DateField("日期")
    printed_at = models.DateTimeField("催报函打印时间", null=True, blank=True)
    printed_by = models.ForeignKey(
        Officer, verbose_name="打印人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ReturnQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "unit_return__bureau"}
    unit_path = "unit_return__"

    class Meta:
        verbose_name = "催报"
        verbose_name_plural = "催报"
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit_return", "on"], name="one_reminder_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class ReturnCall(models.Model):
    """A unit was called about its return, or called itself: by whom, what was said."""

    class Way(models.TextChoices):
        CALLING = "calling", "去电"
        CALLED = "called", "来电"
        LETTER = "letter", "发函"
        VISIT = "visit", "上门"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit_return = models.ForeignKey(UnitReturn, on_delete=models.PROTECT, related_name="calls")
    way = models.CharField("方式", max_length=7, choices=Way)
    text = EncryptedField(verbose_name="内容")
    on = models.DateField("日期")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    objects = ReturnQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "unit_return__bureau"}
    unit_path = "unit_return__"

    class Meta:
        verbose_name = "催报联系记录"
        verbose_name_plural = "催报联系记录"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.on}"
