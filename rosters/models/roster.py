"""A roster of one bureau, and its rows."""

import datetime
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_identity_number, mask_name
from kaili_hukou.models import Bureau, Officer, Person, Town
from kaili_hukou.models.people import Sex, number_digest
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from rosters.kinds import KINDS
from rosters.querysets import RosterEntryQuerySet, RosterQuerySet


class Roster(models.Model):
    """One roster under one document. Only rows that a second person confirmed count as facts."""

    class State(models.TextChoices):
        ENTERED = "entered", "待确认"
        CONFIRMED = "confirmed", "已确认"
        WITHDRAWN = "withdrawn", "已撤回"
        TAKEN_BACK = "taken_back", "已收回"

    # Their rows count for nothing and are compared with nothing.
    GONE = frozenset({State.WITHDRAWN, State.TAKEN_BACK})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        "种类", max_length=16, choices=[(kind.code, kind.title) for kind in KINDS.values()]
    )
    supplier = models.ForeignKey(Bureau, verbose_name="提供部门", on_delete=models.PROTECT)
    reference = models.CharField("文号", max_length=100)
    document_on = models.DateField("文件日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.ENTERED)
    entered_by = models.ForeignKey(
        Officer,
        verbose_name="录入人",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)
    confirmed_by = models.ForeignKey(
        Officer,
        verbose_name="确认人",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    confirmed_on = models.DateField("确认日期", null=True, editable=False)
    file_name = models.CharField("原文件名", max_length=200, blank=True, editable=False)
    sha256 = models.CharField("原文件 SHA-256", max_length=64, blank=True, editable=False)
    # The mended rows of another file under the same document: one batch of several files.
    continues = models.ForeignKey(
        "self",
        verbose_name="续传自",
        null=True,
        on_delete=models.PROTECT,
        related_name="continuations",
        editable=False,
    )
    # The letter with which it came, where another office entered it; in time is by that day.
    received_on = models.DateField("来函收到日期", null=True, blank=True, editable=False)
    letter_name = models.CharField("来函扫描件", max_length=200, blank=True, editable=False)
    original_removed_on = models.DateField("原文件销毁日期", null=True, editable=False)
    ended_by = models.ForeignKey(
        Officer,
        verbose_name="撤回(收回)人",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    ended_on = models.DateField("撤回(收回)日期", null=True, editable=False)
    ended_for = EncryptedField(verbose_name="撤回(收回)理由", editable=False)

    objects = RosterQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "supplier"}

    class Meta:
        verbose_name = "花名册"
        verbose_name_plural = "花名册"
        ordering = ["-document_on", "-entered_at"]
        indexes = [models.Index(fields=["kind", "state", "confirmed_on"], name="roster_in_use")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
                name="roster_confirmed_by_another",
                violation_error_message="录入人不能确认自己录入的花名册。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class RosterEntry(models.Model):
    """One row: a person whom the roster names, with only the columns that its purpose needs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    roster = models.ForeignKey(
        Roster, verbose_name="花名册", on_delete=models.PROTECT, related_name="entries"
    )
    row = models.PositiveIntegerField("表内行号")
    # What bureaus write here has no length that could be relied upon: no limits below.
    number = EncryptedField(verbose_name="公民身份号码", blank=False)
    number_digest = models.CharField("号码摘要", max_length=32, editable=False)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="roster_entries", editable=False
    )
    name = models.CharField("姓名", max_length=100)
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    nationality = models.CharField("民族", blank=True)
    head_name = models.CharField("户主姓名", blank=True)
    relation = models.CharField("与户主关系", blank=True)
    household_number = models.CharField("户编号", blank=True)
    origin = EncryptedField(verbose_name="迁出地")
    town = models.ForeignKey(
        Town, verbose_name="迁入镇(街道)", null=True, blank=True, on_delete=models.PROTECT
    )
    address = EncryptedField(verbose_name="住址")
    phone = EncryptedField(verbose_name="联系电话")
    voluntary = models.BooleanField("是否自愿", null=True, blank=True)
    document = models.CharField("文号", blank=True)
    employer = models.CharField("工作单位", blank=True)
    companions = models.PositiveSmallIntegerField("随迁人数", null=True, blank=True)
    remark = EncryptedField(verbose_name="备注")
    row_digest = models.CharField("行摘要", max_length=32, blank=True, editable=False)
    # Who typed a row in by hand; rows of a file have none.
    entered_by = models.ForeignKey(
        Officer,
        verbose_name="录入人",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        Officer,
        verbose_name="撤回人",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    withdrawn_for = EncryptedField(verbose_name="撤回理由", editable=False)

    objects = RosterEntryQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "roster__supplier"}

    class Meta:
        verbose_name = "花名册行"
        verbose_name_plural = "花名册行"
        ordering = ["row"]
        indexes = [models.Index(fields=["number_digest"], name="roster_entry_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "number_digest"],
                name="roster_names_a_person_once",
                violation_error_message="这份花名册已有同一号码的行。",
            )
        ]

    def __str__(self) -> str:
        return f"第 {self.row} 行 {mask_name(self.name)}"

    def set_number(self, number: str) -> None:
        self.number = number
        self.number_digest = number_digest(number)

    @property
    def masked_number(self) -> str:
        return mask_identity_number(self.number)

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    def why_no_basis(self, on: datetime.date) -> str:
        """Why an application cannot rest on this row on the day; empty where it can."""
        if not type(self).objects.confirmed(on).filter(pk=self.pk).exists():
            if self.roster.state == Roster.State.ENTERED and not self.withdrawn_on:
                return "花名册还没有确认,不作依据。"
            return "这一行已撤回(或所在的花名册已收回、撤回),不作依据。"
        if self.roster.kind == "relocation" and self.voluntary is not True:
            return "「是否自愿」不是「是」,不作落户依据(三(一)6(1))。"
        return ""


class RosterRepeat(models.Model):
    """A later roster names the same person with nothing new: its row stands for the entry.

    So a roster has all its people, though what did not change is stored once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    roster = models.ForeignKey(
        Roster, verbose_name="花名册", on_delete=models.PROTECT, related_name="repeats"
    )
    row = models.PositiveIntegerField("表内行号")
    entry = models.ForeignKey(
        RosterEntry, verbose_name="已有的行", on_delete=models.PROTECT, related_name="repeats"
    )
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        Officer,
        verbose_name="撤回人",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    withdrawn_for = EncryptedField(verbose_name="撤回理由", editable=False)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "roster__supplier"}

    class Meta:
        verbose_name = "未变动的行"
        verbose_name_plural = "未变动的行"
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "entry"], name="roster_repeats_a_row_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.row} 行"
