"""A permit, its endorsements, the stretches that follow from both, and every act on it."""

import datetime
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.masking import mask_address
from kaili_hukou.models import Officer, Person, PoliceStation, Town, Village
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from residence_permits.querysets import PermitQuerySet
from residence_permits.terms import Timeline, timeline


class Basis(models.TextChoices):
    """条例 第二条: one of the three is enough."""

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


class Permit(models.Model):
    """A 居住证 as the card bears it. 条例 第四条; the arithmetic is `terms.timeline`.

    What it says changes only by an act of `residence_permits.actions`, each with a `PermitEvent`.
    `window_opens_on` and `ends_on` follow from `terms` at each act, so that whoever asks for the
    permits that are suspended or to be endorsed asks one indexed range. 条例 第二十条.
    """

    Basis = Basis
    Source = Source

    class Noted(models.TextChoices):
        """What the nightly sweep has recorded; the truth is computed from the days."""

        VALID = "valid", "有效"
        WINDOW = "window", "签注期已开始"
        SUSPENDED = "suspended", "使用功能中止"

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
    village = models.ForeignKey(
        Village, verbose_name="村(社区)", null=True, blank=True, on_delete=models.PROTECT
    )
    address = EncryptedField(verbose_name="居住地住址")
    basis = models.CharField("申领依据", max_length=12, choices=Basis)
    residence_from = models.DateField("居住起始日")
    residence_source = models.CharField(
        "起始日凭据", max_length=16, choices=Source, default=Source.REGISTRATION
    )
    # The day that the card bears; exchange, replacement and a new address keep it.
    issued_on = models.DateField("签发日期")
    # Given to the holder; before that it cannot be endorsed. Old permits: the day of issue.
    handed_on = models.DateField("发放日期", null=True, blank=True)
    window_opens_on = models.DateField("签注期开始", null=True, editable=False)
    ends_on = models.DateField("未签注即中止之日", null=True, editable=False)
    noted = models.CharField(
        "夜间核对", max_length=9, choices=Noted, default=Noted.VALID, editable=False
    )
    noted_on = models.DateField("核对日期", null=True, editable=False)
    # The last time that an endorsement was refused: the next officer is told.
    refused_on = models.DateField("不予签注日期", null=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    cancelled_on = models.DateField("注销日期", null=True, blank=True)
    cancelled_for = models.CharField("注销原因", max_length=8, choices=Cancelled, blank=True)
    created_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)

    objects = PermitQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "居住证"
        verbose_name_plural = "居住证"
        ordering = ["-issued_on", "serial"]
        indexes = [
            models.Index(fields=["station", "-issued_on"], name="permit_station"),
            models.Index(fields=["-issued_on", "serial"], name="permit_newest"),
            models.Index(fields=["ends_on", "noted"], name="permit_ends"),
            models.Index(fields=["noted", "window_opens_on"], name="permit_window"),
            models.Index(fields=["town", "ends_on"], name="permit_town_ends"),
            models.Index(fields=["station", "ends_on"], name="permit_station_ends"),
        ]
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
        """The days of the endorsements that stand, in their order."""
        return sorted(row.endorsed_on for row in self.endorsements.all() if row.undone_at is None)

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
    # Looked at again: whoever no longer fulfils the conditions is not endorsed.
    basis = models.CharField("依据", max_length=12, choices=Basis, blank=True)
    shown = models.CharField("核验的材料", max_length=200, blank=True)
    undone_at = models.DateTimeField("当日撤回时间", null=True, editable=False)

    class Meta:
        verbose_name = "签注"
        verbose_name_plural = "签注"
        ordering = ["endorsed_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "endorsed_on"],
                condition=Q(undone_at__isnull=True),
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


class PermitEvent(models.Model):
    """An act on a permit: what, when, by whom, with the old and new values. Only ever added."""

    class Kind(models.TextChoices):
        IMPORTED = "imported", "存量导入"
        MADE = "made", "制作"
        HANDED = "handed", "发放"
        ENDORSED = "endorsed", "签注"
        UNDONE = "undone", "撤回签注"
        NOT_ENDORSED = "not_endorsed", "不予签注"
        MOVED = "moved", "变更地址"
        EXCHANGED = "exchanged", "换领"
        REPLACED = "replaced", "补领"
        CORRECTED = "corrected", "更正"
        CANCELLED = "cancelled", "注销"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("办理", max_length=12, choices=Kind)
    on = models.DateField("日期")
    at = models.DateTimeField("时间", default=timezone.now, editable=False)
    officer = models.ForeignKey(
        Officer, verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = EncryptedField(verbose_name="理由")
    details = EncryptedJSONField(verbose_name="内容")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "permit__station"}

    class Meta:
        verbose_name = "居住证办理记录"
        verbose_name_plural = "居住证办理记录"
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
