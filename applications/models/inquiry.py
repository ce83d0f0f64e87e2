"""What another unit is asked: whom, when, by when, and what it answered."""

import datetime
import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import Application
from applications.models.evidence import EvidenceItem
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class Inquiry(models.Model):
    """A letter to a unit about a case. No answer never decides anything by itself."""

    class Kind(models.TextChoices):
        VERIFICATION = "verification", "部门核验"
        RECHECK = "recheck", "人才资格复核"
        ROSTER = "roster", "花名册核实"

    class Answer(models.TextChoices):
        TRUE = "true", "属实"
        FALSE = "false", "不属实"
        NONE = "none", "逾期未复"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="inquiries")
    kind = models.CharField("事项", max_length=12, choices=Kind)
    # The document that a verification stands for.
    item = models.ForeignKey(
        EvidenceItem, null=True, on_delete=models.PROTECT, related_name="inquiries"
    )
    bureau = models.ForeignKey(
        Bureau, verbose_name="被询单位", null=True, blank=True, on_delete=models.PROTECT
    )
    whom = models.CharField("被询单位(不在部门表内的)", max_length=100, blank=True)
    question = EncryptedField(verbose_name="需核实的内容")
    sent_on = models.DateField("发出日期")
    answer_by = models.DateField("请于何日前答复")
    answer = models.CharField("答复", max_length=5, choices=Answer, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    answer_note = EncryptedField(verbose_name="答复内容")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(
        Officer, verbose_name="登记答复人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station", Reach.BUREAU: "bureau"}

    class Meta:
        verbose_name = "函询核验"
        verbose_name_plural = "函询核验"
        ordering = ["sent_on", "created_at"]
        indexes = [models.Index(fields=["answer", "answer_by"], name="inquiry_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(answer="", item__isnull=False),
                name="one_letter_waits_for_an_item",
            ),
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=models.Q(answer="", item__isnull=True),
                name="one_letter_of_a_kind_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.addressee}"

    def standing(self, on: datetime.date) -> tuple[str, str]:
        """(colour, words) of the letter as seen on a day."""
        if self.answer:
            colour = {"true": "green", "false": "red"}.get(self.answer, "amber")
            return colour, str(self.get_answer_display())
        if self.answer_by < on:
            return "amber", "未答复,已过期限"
        return "grey", "待答复"

    @property
    def addressee(self) -> str:
        return self.bureau.name if self.bureau else self.whom
