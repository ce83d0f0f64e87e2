"""How far it has come with a person whom a roster names: told, applied, moved, or stays."""

import uuid

from django.db import models
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Bureau, Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from rosters.kinds import KINDS


class Course(models.Model):
    """The course of one person under one kind of roster, whichever of its rosters names him.

    For `public_payroll` (三(一)4) it is the whole work: nobody is forced, and whoever stays says
    why. For the other kinds it tells who was informed. No row: nothing is known yet.
    """

    class State(models.TextChoices):
        TO_CHECK = "to_check", "待核实"
        INFORMED = "informed", "已告知"
        APPLIED = "applied", "已申请"
        MOVED = "moved", "已迁入"
        STAYS = "stays", "不迁(有说明)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.ForeignKey(Bureau, verbose_name="提供部门", on_delete=models.PROTECT)
    kind = models.CharField(
        "种类", max_length=16, choices=[(kind.code, kind.title) for kind in KINDS.values()]
    )
    number_digest = models.CharField("号码摘要", max_length=32)
    state = models.CharField("进展", max_length=8, choices=State, default=State.TO_CHECK)
    reason = EncryptedField(verbose_name="说明")
    told_on = models.DateField("日期")
    changed_by = models.ForeignKey(
        Officer, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "supplier"}

    class Meta:
        verbose_name = "名册人员进展"
        verbose_name_plural = "名册人员进展"
        constraints = [
            models.UniqueConstraint(fields=["kind", "number_digest"], name="one_course_of_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"
