"""Cases opened in bulk from a roster: the piece of work, and each household that it opened."""

import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import Application
from kaili_hukou.models import Officer, PoliceStation
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from rosters.models import Roster


class BulkOpening(models.Model):
    """Households of a roster on their way to drafts; `last_key` is written with each of them.

    A worker may die at any moment: whoever goes on begins behind the last household, and one
    that was opened is not opened twice.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待开办"
        RUNNING = "running", "正在开办"
        DONE = "done", "已开办完"
        CANCELLED = "cancelled", "已停止"

    WORKING = frozenset({State.WAITING, State.RUNNING})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    roster = models.ForeignKey(
        Roster, verbose_name="花名册", on_delete=models.PROTECT, related_name="openings"
    )
    officer = models.ForeignKey(
        Officer, verbose_name="开办人", on_delete=models.PROTECT, related_name="+"
    )
    # Whose households; without one those of the whole city.
    station = models.ForeignKey(
        PoliceStation, verbose_name="派出所", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Where to open what no town tells.
    else_at = models.ForeignKey(
        PoliceStation,
        verbose_name="迁入地不明的归",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # {household: {"choice": "together"|"apart"|"", "first": row}}; null: all without a doubt.
    chosen = models.JSONField("所选各户", null=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.WAITING)
    last_key = models.IntegerField("已处理到的户", default=-1)
    total = models.PositiveIntegerField("户数", default=0)
    opened = models.PositiveIntegerField("已开办件", default=0)
    # [[row, why]] of those that were not opened; no names.
    skipped = models.JSONField("略过", default=list)
    ordered_at = models.DateTimeField("安排时间", default=timezone.now)
    changed_at = models.DateTimeField("最近进展", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "按名册开办"
        verbose_name_plural = "按名册开办"
        ordering = ["-ordered_at"]

    def __str__(self) -> str:
        return f"{self.roster} {self.get_state_display()}"


class OpenedHousehold(models.Model):
    """A draft that was opened from a roster; in no queue until the family came or was called."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    roster = models.ForeignKey(
        Roster, verbose_name="花名册", on_delete=models.PROTECT, related_name="opened_households"
    )
    # The applicant's row in the roster's sheet.
    row = models.PositiveIntegerField("申请人所在行")
    application = models.OneToOneField(
        Application, verbose_name="办件", on_delete=models.PROTECT, related_name="opening"
    )
    opened_on = models.DateField("开办日期")
    # Since then the draft stands in the queue of its station.
    came_on = models.DateField("到场或联系日期", null=True)
    noted_by = models.ForeignKey(
        Officer, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "按名册开办的户"
        verbose_name_plural = "按名册开办的户"
        ordering = ["-opened_on", "row"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "row"], name="a_household_is_opened_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.row} 行"
