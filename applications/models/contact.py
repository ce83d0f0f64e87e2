"""Who called or came: a note on a case, a slip without a name, work handed over."""

import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import ROUTE_CHOICES, Application
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer, PoliceStation
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class ContactNote(models.Model):
    """Somebody called or came about a case; nothing else was done."""

    class Way(models.TextChoices):
        VISIT = "visit", "来窗口"
        CALLED = "called", "来电"
        CALLING = "calling", "去电"
        MESSAGE = "message", "短信、网上"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="contacts")
    way = models.CharField("方式", max_length=8, choices=Way)
    text = EncryptedField(verbose_name="内容")
    on = models.DateField("日期")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "联系记录"
        verbose_name_plural = "联系记录"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.on}"


class Slip(models.Model):
    """What somebody was told who came for nothing: from which day, what to bring, whom to ask.

    Nobody is named on it; it is counted like a referral.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey(PoliceStation, verbose_name="派出所", on_delete=models.PROTECT)
    route = models.CharField("落户渠道", max_length=16, choices=ROUTE_CHOICES)
    come_on = models.DateField("何日起", null=True, blank=True)
    bring = models.TextField("带什么", blank=True)
    ask = models.CharField("问谁", max_length=100, blank=True)
    on = models.DateField("日期")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "告知便条"
        verbose_name_plural = "告知便条"
        ordering = ["-on"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_route_display()}"


class HandOver(models.Model):
    """An officer's unfinished work given to another, with its reason."""

    giver = models.ForeignKey(
        Officer, verbose_name="移交人", on_delete=models.PROTECT, related_name="given_over"
    )
    taker = models.ForeignKey(
        Officer, verbose_name="承接人", on_delete=models.PROTECT, related_name="taken_over"
    )
    on = models.DateField("日期")
    reason = models.CharField("理由", max_length=200)
    cases = models.PositiveIntegerField("件数", default=0)
    ordered_by = models.ForeignKey(
        Officer, verbose_name="安排人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "工作移交"
        verbose_name_plural = "工作移交"
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker} {self.on}"
