"""申领: an application for a permit, from the papers to the card in the holder's hand."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.models import Officer, Person, PoliceStation
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from residence_permits.flow import MOVES, OPEN, State
from residence_permits.models.permit import Basis, Permit
from residence_permits.models.production import Batch
from residence_permits.models.residence import AcceptingBody, Residence

STATE_CHOICES = [(state.value, state.label) for state in State]


class PermitRequest(models.Model):
    """A first issue, an exchange or a replacement. Its state changes only in `actions`."""

    class Kind(models.TextChoices):
        FIRST = "first", "首次申领"
        EXCHANGE = "exchange", "损坏换领"
        REPLACEMENT = "replacement", "丢失补领"

    class Ground(models.TextChoices):
        """条例 第九条: why the term may be up to thirty days."""

        REMOTE = "remote", "偏远地区"
        TRAFFIC = "traffic", "交通不便"
        SPECIAL = "special", "因特殊情况"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("事项", max_length=11, choices=Kind, default=Kind.FIRST)
    state = models.CharField("状态", max_length=12, choices=STATE_CHOICES)
    is_open = models.BooleanField("在办", default=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    # NULL until it is drawn at acceptance: empty text would not be unique.
    number = models.CharField(  # noqa: DJ001
        "领取凭证号", max_length=40, null=True, unique=True, editable=False
    )
    person = models.ForeignKey(
        Person, verbose_name="申领人", on_delete=models.PROTECT, related_name="permit_requests"
    )
    station = models.ForeignKey(PoliceStation, verbose_name="派出所", on_delete=models.PROTECT)
    # None: the station itself.
    body = models.ForeignKey(
        AcceptingBody, verbose_name="受理机构", null=True, blank=True, on_delete=models.PROTECT
    )
    residence = models.ForeignKey(
        Residence, verbose_name="居住登记", null=True, on_delete=models.PROTECT
    )
    # An exchange or a replacement: of which permit; a first issue: the permit that was made.
    permit = models.ForeignKey(
        Permit, verbose_name="居住证", null=True, on_delete=models.PROTECT, related_name="requests"
    )
    basis = models.CharField("申领依据", max_length=12, choices=Basis, blank=True)
    # Codes of the documents shown; what was missing when it was told.
    shown = models.JSONField("已交材料", default=list)
    missing = models.JSONField("待补材料", default=list)
    # 条例 第九条: a guardian or near relative for those under 16, the old and the infirm.
    agent_name = EncryptedField(verbose_name="代办人姓名")
    agent_number = EncryptedField(verbose_name="代办人身份号码")
    agent_relation = models.CharField("代办人关系", max_length=20, blank=True)
    agent_reason = models.CharField("代办原因", max_length=20, blank=True)
    note = EncryptedField(verbose_name="备注")
    received_on = models.DateField("申请日期")
    accepted_on = models.DateField("受理日期", null=True)
    promised_on = models.DateField("承诺制发日", null=True)
    law_by = models.DateField("法定制发期限", null=True)
    # Beyond fifteen days: ground and reason by one officer, confirmed by another.
    extend_ground = models.CharField("延长依据", max_length=8, choices=Ground, blank=True)
    extend_reason = EncryptedField(verbose_name="延长理由")
    extend_until = models.DateField("拟延长至", null=True)
    extend_by = models.ForeignKey(
        Officer, verbose_name="提出延长", null=True, on_delete=models.PROTECT, related_name="+"
    )
    extended_by = models.ForeignKey(
        Officer, verbose_name="批准延长", null=True, on_delete=models.PROTECT, related_name="+"
    )
    batch = models.ForeignKey(
        Batch,
        verbose_name="制作批次",
        null=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    ready_on = models.DateField("制成日期", null=True)
    handed_on = models.DateField("发放日期", null=True)
    # Who took it, where it was not the holder; that it was signed for.
    taken_by = EncryptedField(verbose_name="领取人")
    # Only an exchange or a replacement has a fee (条例 第二十一条).
    fee = models.DecimalField("工本费(元)", max_digits=6, decimal_places=2, null=True)
    fee_receipt = models.CharField("收费票据号", max_length=40, blank=True)
    opened_by = models.ForeignKey(
        Officer, verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "居住证申领"
        verbose_name_plural = "居住证申领"
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["station", "state", "promised_on"], name="request_queue"),
            models.Index(fields=["state", "promised_on"], name="request_city_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_open=True),
                name="one_open_permit_request",
                violation_error_message="此人已有一件在办的居住证申领。",
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True) | ~Q(kind="first"),
                name="first_issue_is_free",
                violation_error_message="首次申领居住证免收工本费。",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()}(未受理)"

    @property
    def is_alive(self) -> bool:
        return self.state in OPEN


class RequestEvent(models.Model):
    """A step of a request: from, to, by whom, when, why. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(PermitRequest, on_delete=models.PROTECT, related_name="history")
    move = models.CharField(
        "办理", max_length=20, choices=[(move.name, move.title) for move in MOVES.values()]
    )
    before = models.CharField("原状态", max_length=12, choices=STATE_CHOICES, blank=True)
    after = models.CharField("新状态", max_length=12, choices=STATE_CHOICES)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")
    at = models.DateTimeField("时间", default=timezone.now)
    reason = EncryptedField(verbose_name="理由")
    details = EncryptedJSONField(verbose_name="内容")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "request__station"}

    class Meta:
        verbose_name = "申领办理记录"
        verbose_name_plural = "申领办理记录"
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.on}"


class Photograph(models.Model):
    """The holder's photograph, kept encrypted by its id; checked for kind and size."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(
        PermitRequest, on_delete=models.PROTECT, related_name="photograph"
    )
    width = models.PositiveSmallIntegerField("宽")
    height = models.PositiveSmallIntegerField("高")
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "request__station"}

    class Meta:
        verbose_name = "相片"
        verbose_name_plural = "相片"

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


class RequestCounter(models.Model):
    """The last serial drawn at a station in a year; raised inside the move that uses it."""

    station = models.ForeignKey(PoliceStation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "领取凭证计数"
        verbose_name_plural = "领取凭证计数"
        constraints = [
            models.UniqueConstraint(
                fields=["station", "year"], name="one_request_counter_a_station_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.year}: {self.last}"
