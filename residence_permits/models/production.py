"""Cards: the stock of blanks by serial number, and the batches for the printer."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.models import Officer, PoliceStation
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from residence_permits.models.permit import Permit


class Delivery(models.Model):
    """A delivery of blank cards: a run of serial numbers, counted when it came."""

    station = models.ForeignKey(
        PoliceStation,
        verbose_name="领用单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="留空为市局库存。",
    )
    first = models.CharField("起号", max_length=30)
    last = models.CharField("止号", max_length=30)
    count = models.PositiveIntegerField("张数")
    received_on = models.DateField("入库日期")
    document = models.CharField("领用单号", max_length=60, blank=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "空白证入库"
        verbose_name_plural = "空白证入库"
        ordering = ["-received_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.first} 至 {self.last}({self.count} 张)"


class Card(models.Model):
    """One physical card by its serial number, from blank to what became of it."""

    class State(models.TextChoices):
        BLANK = "blank", "空白证"
        PRINTED = "printed", "已制成"
        HANDED = "handed", "已发放"
        SPOILED = "spoiled", "废证"
        RETURNED = "returned", "已交回"
        LOST = "lost", "已挂失"
        VOID = "void", "已收缴注销"

    serial = models.CharField("证件编号", max_length=30, unique=True)
    state = models.CharField("情况", max_length=8, choices=State, default=State.BLANK)
    delivery = models.ForeignKey(
        Delivery,
        verbose_name="入库批次",
        null=True,
        on_delete=models.PROTECT,
        related_name="cards",
    )
    permit = models.ForeignKey(
        Permit, verbose_name="居住证", null=True, on_delete=models.PROTECT, related_name="cards"
    )
    since = models.DateField("自")
    reason = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = "证卡"
        verbose_name_plural = "证卡"
        ordering = ["serial"]
        indexes = [models.Index(fields=["state", "serial"], name="card_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="spoiled") | ~Q(reason=""), name="spoiled_with_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.serial} {self.get_state_display()}"


class Batch(models.Model):
    """A sheet for the printer: who is on it, which cards were taken, when it came back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("批次号", max_length=20, unique=True)
    # The day of issue that its cards bear.
    issued_on = models.DateField("签发日期")
    made_on = models.DateField("建批日期")
    returned_on = models.DateField("制成交回日期", null=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "requests__station"}

    class Meta:
        verbose_name = "制作批次"
        verbose_name_plural = "制作批次"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.number
