"""The papers that went out: as printed, under which version of the template, and to whom."""

import json
import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import Application
from applications.models.history import StateChange
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class IssuedPaper(models.Model):
    """A paper as it was first printed: a later printing shows the same words.

    One row for each paper and, where it tells of a move, each such move.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="papers")
    change = models.ForeignKey(
        StateChange, null=True, on_delete=models.PROTECT, related_name="papers"
    )
    name = models.CharField("文书", max_length=30)
    version = models.CharField("模板版本", max_length=20)
    text = EncryptedField(verbose_name="内容")
    printed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField("首次打印", default=timezone.now)
    copies = models.PositiveSmallIntegerField("打印次数", default=1)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "文书"
        verbose_name_plural = "文书"
        ordering = ["printed_at"]
        constraints = [
            models.UniqueConstraint(fields=["application", "name", "change"], name="paper_of_move"),
            models.UniqueConstraint(
                fields=["application", "name"],
                condition=models.Q(change__isnull=True),
                name="paper_of_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def sheets(self) -> list[str]:
        """The words of each sheet, as they were rendered."""
        return json.loads(self.text)

    @sheets.setter
    def sheets(self, words: list[str]) -> None:
        self.text = json.dumps(words, ensure_ascii=False)


class Delivery(models.Model):
    """送达回证: a paper handed over: how, to whom, on which day."""

    class Way(models.TextChoices):
        DIRECT = "direct", "直接送达"
        AGENT = "agent", "交代收人"
        POST = "post", "邮寄送达"
        ELECTRONIC = "electronic", "电子送达"
        LEFT = "left", "留置送达"
        NOTICE = "notice", "公告送达"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="deliveries"
    )
    paper = models.ForeignKey(IssuedPaper, on_delete=models.PROTECT, related_name="deliveries")
    way = models.CharField("送达方式", max_length=10, choices=Way)
    delivered_on = models.DateField("送达日期")
    recipient = EncryptedField(verbose_name="签收人")
    note = EncryptedField(verbose_name="备注")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "送达回证"
        verbose_name_plural = "送达回证"
        ordering = ["delivered_on", "recorded_at"]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.delivered_on}"
