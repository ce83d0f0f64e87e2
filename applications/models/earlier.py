"""A settlement that was undone before its case was taken up again: the reports still count it."""

import uuid

from django.db import models

from applications.models.application import ROUTE_CHOICES, Application
from applications.models.member import Member
from kaili_hukou.models import Town
from kaili_hukou.models.people import HukouKind
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class EarlierSettlement(models.Model):
    """As it stood when it was undone. Rows are only ever added.

    Taking a case up again clears its days, so that it may end otherwise; yet whoever was settled
    on a day counts in the report of that day, and as revoked in the report of the other day.
    Without a member: the household of an enterprise.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="earlier_settlements"
    )
    member = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="earlier_settlements"
    )
    route = models.CharField("落户渠道", max_length=16, choices=ROUTE_CHOICES)
    town = models.ForeignKey(Town, verbose_name="落户镇(街道)", null=True, on_delete=models.PROTECT)
    division = models.CharField("迁出地区划", max_length=6, blank=True)
    hukou_kind = models.CharField("迁出地城乡分类", max_length=5, choices=HukouKind, blank=True)
    settling_reason = models.CharField("落户城镇原因", max_length=2, blank=True)
    marks = models.JSONField("统计标志", default=list)
    is_applicant = models.BooleanField("申请人", default=False)
    registered_on = models.DateField("落户日期")
    undone_on = models.DateField("撤销日期")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "撤销前的落户"
        verbose_name_plural = "撤销前的落户"
        ordering = ["registered_on"]
        indexes = [
            models.Index(fields=["registered_on"], name="earlier_registered"),
            models.Index(fields=["undone_on"], name="earlier_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.registered_on} 至 {self.undone_on}"
