"""What happened to a case: one row for each move, one for each pause of its clock."""

import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import STATE_CHOICES, Application
from applications.workflow import MOVES
from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.models import Officer, PoliceStation
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class StateChange(models.Model):
    """A move that was made: from, to, by whom, when and why. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="history")
    move = models.CharField(
        "办理", max_length=20, choices=[(move.name, move.title) for move in MOVES.values()]
    )
    before = models.CharField("原状态", max_length=12, choices=STATE_CHOICES)
    after = models.CharField("新状态", max_length=12, choices=STATE_CHOICES)
    officer = models.ForeignKey(
        Officer, verbose_name="经办人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间", default=timezone.now)
    on = models.DateField("日期")
    # The promised day as it stood at the move: whether a decision kept it stays known, though the
    # case is taken up again and its term reckoned anew.
    due_on = models.DateField("当时的承诺办结日", null=True)
    reason = EncryptedField(verbose_name="理由")
    details = EncryptedJSONField(verbose_name="内容")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"
        ordering = ["at"]
        indexes = [
            models.Index(fields=["application", "move"], name="change_by_move"),
            # Lists of moves of a period, in the order of their days.
            models.Index(fields=["on", "at"], name="change_by_day"),
            # The yearly report counts decisions by this index alone.
            models.Index(fields=["move", "on", "application", "due_on"], name="change_by_move_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.on}"


class Suspension(models.Model):
    """Days on which the clock of a case stands still, on a listed ground."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="suspensions"
    )
    since = models.DateField("自")
    until = models.DateField("至(不含)", null=True, blank=True)
    ground = models.CharField("事由", max_length=100)
    officer = models.ForeignKey(
        Officer, verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "暂停计时"
        verbose_name_plural = "暂停计时"
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(until__isnull=True),
                name="one_pause_at_a_time",
                violation_error_message="计时已经暂停。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.since} {self.ground}"


class Referral(models.Model):
    """Somebody for whom no route was open was told where else to go; counted, nobody is named."""

    class Ground(models.TextChoices):
        JOINING = "joining", "投靠(夫妻、父母、子女)"
        TRANSFER = "transfer", "录用、调动"
        STUDENT = "student", "大中专学生迁移"
        RESTORE = "restore", "复籍、恢复户口"
        HOUSEHOLD = "household", "一般立户、分户"
        WITHIN_CITY = "within_city", "市内迁移(购房优先)"

    station = models.ForeignKey(PoliceStation, verbose_name="派出所", on_delete=models.PROTECT)
    ground = models.CharField("转办事由", max_length=12, choices=Ground)
    on = models.DateField("日期")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "转办引导"
        verbose_name_plural = "转办引导"
        ordering = ["-on"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_ground_display()}"
