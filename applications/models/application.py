"""A settlement case, the people in it, and the counter of its receipt numbers."""

import unicodedata
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.policy.routes import ROUTES
from applications.querysets import ApplicationQuerySet
from applications.workflow import EDITABLE, OPEN, State
from kaili_hukou import crypto
from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.masking import mask_name
from kaili_hukou.models import Household, Officer, Person, PoliceStation, Town
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from rosters.models import RosterEntry

ROUTE_CHOICES = [(route.code, route.title) for route in ROUTES.values()]
STATE_CHOICES = [(state.value, state.label) for state in State]
OPINIONS = [("eligible", "符合"), ("ineligible", "不符合本方案"), ("undetermined", "待核实")]
ADDRESS = "address"
_DASHES = dict.fromkeys(map(ord, "\N{HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}~"), "-")


def address_digest(address: str) -> str:
    """The keyed digest by which one address in many cases is found; empty without an address.

    Blanks, stops, wide letters and the kind of dash make no difference; 1-23 is not 12-3.
    """
    folded = unicodedata.normalize("NFKC", address or "").lower().translate(_DASHES)
    plain = "".join(mark for mark in folded if mark.isalnum() or mark == "-").strip("-")
    return crypto.digest(plain, purpose=ADDRESS) if plain else ""


class Enterprise(models.Model):
    """An enterprise that asks for a 集体户 (三(一)7), known by its 统一社会信用代码 (GB 32100)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("企业名称", max_length=200)
    premises = models.CharField("经营场所", max_length=300, blank=True)
    contact = EncryptedField(verbose_name="联系人")
    phone = EncryptedField(verbose_name="联系电话")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "applications__station"}

    class Meta:
        verbose_name = "企业"
        verbose_name_plural = "企业"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Application(models.Model):
    """One case on one route. Its state changes only through `applications.actions`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    route = models.CharField("落户渠道", max_length=16, choices=ROUTE_CHOICES)
    state = models.CharField("状态", max_length=12, choices=STATE_CHOICES, default=State.DRAFT)
    # Told apart from `state`, for it must be indexed together with the enterprise.
    is_open = models.BooleanField("在办", default=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)
    station = models.ForeignKey(PoliceStation, verbose_name="受理派出所", on_delete=models.PROTECT)
    town = models.ForeignKey(
        Town, verbose_name="落户镇(街道)", null=True, blank=True, on_delete=models.PROTECT
    )
    address = EncryptedField(verbose_name="落户地址")
    applicant = models.ForeignKey(
        Person,
        verbose_name="申请人",
        null=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name="申请企业",
        null=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    roster_entry = models.ForeignKey(
        RosterEntry,
        verbose_name="花名册依据",
        null=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    # NULL where none was drawn yet: empty text would not be unique.
    receipt_number = models.CharField(  # noqa: DJ001
        "受理编号", max_length=40, null=True, unique=True, editable=False
    )
    facts = EncryptedJSONField(verbose_name="事实")
    note = EncryptedField(verbose_name="备注")
    opinion = models.CharField("初审意见", max_length=12, choices=OPINIONS, blank=True)
    to_decide = models.PositiveSmallIntegerField("待核定随迁人数", default=0)
    green_lane = models.BooleanField("绿色通道", default=False)
    priority = models.BooleanField("优先", default=False)
    received_on = models.DateField("收件日期", null=True)
    supplement_by = models.DateField("补正期限", null=True)
    accepted_on = models.DateField("受理日期", null=True)
    promised_days = models.PositiveSmallIntegerField("承诺工作日", null=True)
    # Working days added once, with notice (行政许可法 第四十二条: ten at most).
    extended_days = models.PositiveSmallIntegerField("延长工作日", default=0)
    due_on = models.DateField("承诺办结日", null=True)
    decided_on = models.DateField("决定日期", null=True)
    # As judged when decided: the law's version, its values, the case, the verdict.
    rules_version = models.CharField("规则版本", max_length=40, blank=True)
    judged = EncryptedJSONField(verbose_name="决定时的事实、参数与意见")
    registered_on = models.DateField("落户日期", null=True)
    household = models.ForeignKey(
        Household,
        verbose_name="落户的户",
        null=True,
        on_delete=models.PROTECT,
        related_name="applications",
    )
    population_receipt = models.CharField("人口系统回执号", max_length=60, blank=True)
    opened_by = models.ForeignKey(
        Officer, verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("录入时间", default=timezone.now)
    # Who goes on with the draft, where its officer has handed his work over.
    held_by = models.ForeignKey(
        Officer, verbose_name="承接人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The same address in many cases is looked for without decrypting.
    address_digest = models.CharField("地址摘要", max_length=32, blank=True, editable=False)

    objects = ApplicationQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "办件"
        verbose_name_plural = "办件"
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="case_queue"),
            models.Index(fields=["station", "state", "due_on"], name="case_station_queue"),
            models.Index(fields=["-opened_at"], name="case_newest"),
            models.Index(fields=["station", "-opened_at"], name="case_station_newest"),
            models.Index(fields=["address_digest"], name="case_address"),
            models.Index(fields=["route", "town", "registered_on"], name="case_route_town"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(is_open=True),
                name="one_open_case_per_enterprise",
                violation_error_message="这家企业已有一件在办的申请。",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number or f"{self.get_route_display()}(未编号)"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_alive(self) -> bool:
        return self.state in OPEN

    @property
    def whose(self) -> str:
        """The applicant as lists show him; an enterprise by its full name."""
        if self.enterprise:
            return self.enterprise.name
        return mask_name(self.applicant.name) if self.applicant else ""


class ReceiptCounter(models.Model):
    """The last serial drawn at a station in a year; raised inside the move that uses it."""

    station = models.ForeignKey(PoliceStation, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "受理编号计数"
        verbose_name_plural = "受理编号计数"
        constraints = [
            models.UniqueConstraint(fields=["station", "year"], name="one_counter_a_station_year")
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.year}: {self.last}"
