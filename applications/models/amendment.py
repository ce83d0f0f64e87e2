"""What changes a case after its decision: proposed by one officer, confirmed by another."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.models.application import Application
from applications.workflow import MOVES
from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.models import Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class Amendment(models.Model):
    """A correction, a withdrawal by the office, a revocation for fraud, or a reopening.

    `details` holds what the move needs (old and new values, hearing, notice). The case changes
    only when a second officer confirms: then the move of the table is made, and history keeps it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DROPPED = "dropped", "不予采纳"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="amendments"
    )
    move = models.CharField(
        "事项",
        max_length=20,
        choices=[(move.name, move.title) for move in MOVES.values() if move.proposers],
    )
    state = models.CharField("状态", max_length=9, choices=State, default=State.PROPOSED)
    reason = EncryptedField(verbose_name="理由")
    proof = EncryptedField(verbose_name="证明材料")
    details = EncryptedJSONField(verbose_name="内容")
    # What the population system answered to a correction or a striking-off.
    population_receipt = models.CharField("人口系统回执号", max_length=60, blank=True)
    proposed_by = models.ForeignKey(
        Officer, verbose_name="提请人", on_delete=models.PROTECT, related_name="+"
    )
    proposed_on = models.DateField("提请日期")
    proposed_at = models.DateTimeField("提请时间", default=timezone.now)
    settled_by = models.ForeignKey(
        Officer, verbose_name="确认人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_on = models.DateField("确认日期", null=True)
    settled_reason = EncryptedField(verbose_name="确认(不采纳)意见")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "更正与撤销"
        verbose_name_plural = "更正与撤销"
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "move"],
                condition=Q(state="proposed"),
                name="one_proposal_of_a_kind",
                violation_error_message="这份办件已有一项同类的提请等待确认。",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True)
                | Q(state="dropped")
                | ~Q(settled_by=F("proposed_by")),
                name="amendment_confirmed_by_another",
                violation_error_message="提请人不能确认自己的提请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.get_state_display()}"
