"""A permit holder who has come to meet a route, or soon will: he is told so. 三(二)."""

import uuid

from django.db import models

from applications.models.application import ROUTE_CHOICES
from kaili_hukou.models import Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from residence_permits.models import Permit


class Prospect(models.Model):
    """What `assess` says of a holder by what is on file; settling stays his own wish.

    A row goes again when it no longer holds, unless somebody has told the holder already.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待告知"
        TOLD = "told", "已告知"
        DECLINED = "declined", "暂无意愿"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    permit = models.ForeignKey(
        Permit, verbose_name="居住证", on_delete=models.CASCADE, related_name="prospects"
    )
    route = models.CharField("落户渠道", max_length=16, choices=ROUTE_CHOICES)
    eligible_on = models.DateField("符合之日")
    state = models.CharField("情况", max_length=8, choices=State, default=State.WAITING)
    noted_on = models.DateField("发现日期")
    told_on = models.DateField("告知日期", null=True)
    told_by = models.ForeignKey(
        Officer, verbose_name="告知人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "permit__station"}

    class Meta:
        verbose_name = "可引导落户人员"
        verbose_name_plural = "可引导落户人员"
        ordering = ["eligible_on"]
        indexes = [models.Index(fields=["state", "eligible_on"], name="prospect_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["permit", "route"], name="one_prospect_a_route")
        ]

    def __str__(self) -> str:
        return f"{self.permit} {self.get_route_display()}"
