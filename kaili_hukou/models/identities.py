"""Numbers that were corrected and rows that were one person: acts of two officers."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_identity_number
from kaili_hukou.models.people import Person
from kaili_hukou.models.staff import Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class FormerNumber(models.Model):
    """A number that a person was known by; whoever asks by it still finds him."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_numbers")
    number = EncryptedField(verbose_name="原号码")
    number_digest = models.CharField("原号码摘要", max_length=32, unique=True, editable=False)
    until = models.DateField("停用日期")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "person__at_stations__station"}

    class Meta:
        verbose_name = "曾用号码"
        verbose_name_plural = "曾用号码"
        ordering = ["until"]

    def __str__(self) -> str:
        return f"{self.person} {self.until}"

    @property
    def masked_number(self) -> str:
        return mask_identity_number(self.number)


class PersonAct(models.Model):
    """A number to be corrected or two rows to be merged: proposed by one, confirmed by another."""

    class Kind(models.TextChoices):
        NUMBER = "number", "更正号码"
        MERGE = "merge", "合并人员"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DROPPED = "dropped", "不予采纳"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("事项", max_length=6, choices=Kind)
    state = models.CharField("状态", max_length=9, choices=State, default=State.PROPOSED)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acts")
    # Merged: the row that goes over into `person`.
    other = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    number = EncryptedField(verbose_name="更正后的号码")
    reason = EncryptedField(verbose_name="理由")
    proof = EncryptedField(verbose_name="证明材料")
    proposed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提请时间", default=timezone.now)
    settled_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField("确认日期", null=True)
    settled_reason = EncryptedField(verbose_name="确认(不采纳)意见")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "person__at_stations__station"}

    class Meta:
        verbose_name = "人员更正"
        verbose_name_plural = "人员更正"
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="proposed"), name="one_act_on_a_person"
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True)
                | Q(state="dropped")
                | ~Q(settled_by=F("proposed_by")),
                name="person_act_confirmed_by_another",
                violation_error_message="提请人不能确认自己的提请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"

    @property
    def masked_number(self) -> str:
        """The corrected number as lists show it; empty for a merge."""
        return mask_identity_number(self.number) if self.number else ""
