"""Where people who are registered elsewhere live in Kaili, from which day, on which document."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_address
from kaili_hukou.models import Officer, Person, PoliceStation, Town, Village
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from residence_permits.models.permit import Source


class AcceptingBody(models.Model):
    """Who takes applications beside the station: a community service body with a mandate.

    条例 第九条: 居住地公安派出所或者受公安机关委托的社区服务机构.
    """

    name = models.CharField("名称", max_length=100, unique=True)
    station = models.ForeignKey(
        PoliceStation,
        verbose_name="委托的派出所",
        on_delete=models.PROTECT,
        related_name="accepting_bodies",
    )
    document = models.CharField("委托文号", max_length=60)
    valid_from = models.DateField("委托自")
    valid_to = models.DateField("委托至")

    class Meta:
        verbose_name = "受委托的社区服务机构"
        verbose_name_plural = "受委托的社区服务机构"
        ordering = ["station", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="mandate_days_in_order",
                violation_error_message="委托的止日早于起日。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Residence(models.Model):
    """居住登记: one stretch of living at one address; every stretch is kept.

    `since` is the day that the document proves; half a year is counted from it. Temporary
    residence of the time before the permits stands here too, from the old records.
    """

    class Kind(models.TextChoices):
        REGISTERED = "registered", "居住登记"
        TEMPORARY = "temporary", "暂住登记(存量)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.REGISTERED)
    station = models.ForeignKey(PoliceStation, verbose_name="派出所", on_delete=models.PROTECT)
    town = models.ForeignKey(Town, verbose_name="镇(街道)", on_delete=models.PROTECT)
    village = models.ForeignKey(
        Village, verbose_name="村(社区)", null=True, blank=True, on_delete=models.PROTECT
    )
    address = EncryptedField(verbose_name="居住地址")
    since = models.DateField("居住起始日")
    until = models.DateField("离开日期", null=True, blank=True)
    source = models.CharField("起始日凭据", max_length=16, choices=Source)
    proof = EncryptedField(verbose_name="凭据名称、编号")
    # 出租人、用人单位、学校等: who helped to register (条例 第八条).
    told_by = EncryptedField(verbose_name="申报人")
    registered_on = models.DateField("登记日期")
    officer = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "居住登记"
        verbose_name_plural = "居住登记"
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until__isnull=True),
                name="one_residence_at_a_time",
                violation_error_message="此人已有一处未结束的居住登记。",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="residence_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.since}"

    @property
    def masked_address(self) -> str:
        return mask_address(self.address)
