"""Officers' changes of the plan's numbers: dated rows merged over the shipped ones."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.policy.parameters import SHIPPED
from kaili_hukou.models import Officer

PARAMETER_CHOICES = [(row.name, row.title) for row in SHIPPED.by_name.values()]


class ParameterChange(models.Model):
    """One value from a day on, under a document. It counts once a second officer confirmed it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DROPPED = "dropped", "已撤销"

    name = models.CharField("参数", max_length=40, choices=PARAMETER_CHOICES)
    from_day = models.DateField("自何日起")
    # A whole number or a day as text; null: the parameter ends.
    value = models.JSONField("新值", null=True)
    reason = models.CharField("理由", max_length=500)
    document = models.CharField("依据文件(文号)", max_length=100)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        Officer, verbose_name="提出人", on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    confirmed_by = models.ForeignKey(
        Officer, verbose_name="确认人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_on = models.DateField("确认日期", null=True)

    class Meta:
        verbose_name = "参数变更"
        verbose_name_plural = "参数变更"
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "from_day"],
                condition=Q(state="confirmed"),
                name="one_value_a_day",
                violation_error_message="这个参数自同一天起已有确认的变更。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="parameter_confirmed_by_another",
                violation_error_message="提出人不能确认自己提出的变更。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} 自 {self.from_day} 起"

    @property
    def value_shown(self) -> str:
        return "停止适用" if self.value is None else str(self.value)
