"""A permit, its endorsements, and the stretches of validity that follow from both."""

import datetime
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_address
from kaili_hukou.models import Officer, Person, PoliceStation, Town
from kaili_hukou.roles import Reach
from residence_permits.querysets import PermitQuerySet
from residence_permits.terms import Timeline, timeline


class Permit(models.Model):
    """A 居住证 as the card bears it. 条例 第四条; the arithmetic is `terms.timeline`."""

    class Basis(models.TextChoices):
        EMPLOYMENT = "employment", "合法稳定就业"
        DWELLING = "dwelling", "合法稳定住所"
        STUDY = "study", "连续就读"

    class Source(models.TextChoices):
        """公通字〔2015〕38号 and the practice of Guizhou: what may date the residence."""

        REGISTRATION = "registration", "居住登记"
        CONTRACT = "labour_contract", "劳动合同"
        LICENCE = "licence", "营业执照"
        LEASE = "lease_filing", "租赁备案"
        ENROLMENT = "enrolment", "取得学籍"

    class Cancelled(models.TextChoices):
        SETTLED = "settled", "在本市落户"
        DEAD = "dead", "死亡"
        LEFT = "left", "离开居住地"
        ABROAD = "abroad", "出国(境)定居"
        FRAUD = "fraud", "骗领收缴"
        WISH = "wish", "本人申请"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, verbose_name="持证人", on_delete=models.PROTECT, related_name="permits"
    )
    serial = models.CharField("证件编号", max_length=30, unique=True)
    station = models.ForeignKey(PoliceStation, verbose_name="签发派出所", on_delete=models.PROTECT)
    town = models.ForeignKey(Town, verbose_name="居住地镇(街道)", on_delete=models.PROTECT)
    address = EncryptedField(verbose_name="居住地住址")
    basis = models.CharField("申领依据", max_length=12, choices=Basis)
    residence_from = models.DateField("居住起始日")
    residence_source = models.CharField(
        "起始日凭据", max_length=16, choices=Source, default=Source.REGISTRATION
    )
    issued_on = models.DateField("签发日期")
    cancelled_on = models.DateField("注销日期", null=True, blank=True)
    cancelled_for = models.CharField("注销原因", max_length=8, choices=Cancelled, blank=True)
    created_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)

    objects = PermitQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "居住证"
        verbose_name_plural = "居住证"
        ordering = ["-issued_on", "serial"]
        indexes = [models.Index(fields=["station", "-issued_on"], name="permit_station")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(cancelled_on__isnull=True),
                name="one_permit_in_force",
                violation_error_message="此人已有未注销的居住证。",
            ),
            models.CheckConstraint(
                condition=Q(residence_from__lte=models.F("issued_on")),
                name="permit_after_residence",
                violation_error_message="签发日期不能早于居住起始日。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.serial}"

    @property
    def endorsed_on(self) -> list[datetime.date]:
        return sorted(endorsement.endorsed_on for endorsement in self.endorsements.all())

    def timeline(self, on: datetime.date) -> Timeline:
        """Where the permit stands on a day that is not before its issue."""
        return timeline(self.issued_on, self.endorsed_on, on)

    @property
    def masked_address(self) -> str:
        return mask_address(self.address)


class Endorsement(models.Model):
    """One 签注. 条例 第十条: once a year, in the month before the anniversary."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    permit = models.ForeignKey(
        Permit, verbose_name="居住证", on_delete=models.PROTECT, related_name="endorsements"
    )
    endorsed_on = models.DateField("签注日期")
    officer = models.ForeignKey(
        Officer, verbose_name="经办人", null=True, blank=True, on_delete=models.PROTECT
    )
    recorded_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "签注"
        verbose_name_plural = "签注"
        ordering = ["endorsed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "endorsed_on"],
                name="one_endorsement_a_day",
                violation_error_message="同一天已经签注过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.endorsed_on}"


class Stretch(models.Model):
    """Days on which a permit was valid, both included; rewritten by each act through `terms`."""

    permit = models.ForeignKey(Permit, on_delete=models.CASCADE, related_name="stretches")
    valid_from = models.DateField("有效自")
    valid_to = models.DateField("有效至")

    class Meta:
        verbose_name = "有效区间"
        verbose_name_plural = "有效区间"
        ordering = ["valid_from"]
        indexes = [models.Index(fields=["valid_from", "valid_to"], name="stretch_days")]

    def __str__(self) -> str:
        return f"{self.valid_from} 至 {self.valid_to}"
