"""What each unit reports for a year, measure by measure, with its papers and what became of it."""

import datetime
import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.clauses import CLAUSES, Clause
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Bureau, Duty, Officer, Town
from kaili_hukou.roles import Reach
from reports import due_days
from reports.querysets import (
    ReturnFileQuerySet,
    ReturnQuerySet,
    RuleQuerySet,
    UnitReturnQuerySet,
)
from reports.return_flow import FILLABLE, MOVES, RECEIVED, State

STATES = [(state.value, state.label) for state in State]
MOVE_CHOICES = [(move.name, move.title) for move in MOVES.values()]
MOST_YUAN = Decimal("999999999999.99")
_MONEY = [
    MinValueValidator(0, "金额不能小于 0。"),
    MaxValueValidator(MOST_YUAN, "金额太大,请核对(单位:元)。"),
]


class UnitReturn(models.Model):
    """The yearly return of one bureau or one town. No row: nobody has begun it.

    Supplier (the unit with its signatory), enterer and confirmer are three fields. In time is by
    `received_on`: the day it was first sent, or the day the letter came with which another office
    entered it.
    """

    State = State

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField("年度")
    bureau = models.ForeignKey(
        Bureau, verbose_name="部门", null=True, on_delete=models.PROTECT, related_name="returns"
    )
    town = models.ForeignKey(
        Town, verbose_name="镇(街道)", null=True, on_delete=models.PROTECT, related_name="returns"
    )
    state = models.CharField("状态", max_length=9, choices=STATES, default=State.NOT_BEGUN)
    version = models.PositiveIntegerField("版本", default=0)
    declared_missing = models.BooleanField("列为未报送", default=False)
    received_on = models.DateField("收到日期", null=True, blank=True)
    sent_at = models.DateTimeField("报送时间", null=True, blank=True)
    reason = models.TextField("退回、免报或未报的理由", blank=True)
    letter_number = models.CharField("来函文号", max_length=100, blank=True)
    letter_on = models.DateField("来函收到日期", null=True, blank=True)
    contact = EncryptedField(verbose_name="联系人")
    phone = EncryptedField(verbose_name="联系电话")
    signatory = EncryptedField(verbose_name="签发人")
    suggestions = models.TextField("意见建议", blank=True)
    entered_by = models.ForeignKey(
        Officer, verbose_name="录入人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_by = models.ForeignKey(
        Officer, verbose_name="采用人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_on = models.DateField("采用日期", null=True, blank=True)
    changed_at = models.DateTimeField("更新时间", auto_now=True)

    objects = UnitReturnQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "bureau"}
    unit_path = ""

    class Meta:
        verbose_name = "单位年度报告"
        verbose_name_plural = "单位年度报告"
        ordering = ["year", "bureau", "town"]
        constraints = [
            models.CheckConstraint(
                condition=Q(bureau__isnull=True) ^ Q(town__isnull=True), name="return_of_one_unit"
            ),
            models.UniqueConstraint(fields=["year", "bureau"], name="one_return_of_a_bureau"),
            models.UniqueConstraint(fields=["year", "town"], name="one_return_of_a_town"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year} 年度报告"

    @property
    def unit(self) -> Bureau | Town:
        found = self.bureau or self.town
        assert found is not None, "the database holds a return of one unit"
        return found

    @property
    def is_fillable(self) -> bool:
        return self.state in FILLABLE

    @property
    def is_received(self) -> bool:
        return self.state in RECEIVED

    @property
    def is_late(self) -> bool:
        return self.received_on is not None and due_days.is_late(self.year, self.received_on)


class ReturnItem(models.Model):
    """What a unit reports of one measure that it leads or supports."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit_return = models.ForeignKey(UnitReturn, on_delete=models.CASCADE, related_name="items")
    clause = models.CharField("条款", max_length=20)
    part = models.CharField("分工", max_length=7, choices=Duty.Part)
    progress = models.TextField("工作进展", blank=True)
    figures = models.TextField("数据", blank=True)
    # [[title, number], …]: counted from cases, permits and rosters, rebuilt until it is sent.
    known = models.JSONField("系统统计的数据", default=list, blank=True)
    known_at = models.DateTimeField("统计时间", null=True, blank=True)
    problems = models.TextField("存在的问题", blank=True)
    next_steps = models.TextField("下一步打算", blank=True)
    cost_estimated = models.DecimalField(
        "经费测算(元)", max_digits=14, decimal_places=2, null=True, blank=True, validators=_MONEY
    )
    cost_spent = models.DecimalField(
        "实际支出(元)", max_digits=14, decimal_places=2, null=True, blank=True, validators=_MONEY
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = ReturnQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "unit_return__bureau"}
    unit_path = "unit_return__"

    class Meta:
        verbose_name = "年度报告任务"
        verbose_name_plural = "年度报告任务"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["unit_return", "clause"], name="one_item_of_a_clause")
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.measure.title}"

    @property
    def measure(self) -> Clause:
        return CLAUSES[self.clause]


class ReturnChange(models.Model):
    """One move of a return: from, to, who, when, why."""

    unit_return = models.ForeignKey(UnitReturn, on_delete=models.PROTECT, related_name="history")
    move = models.CharField("操作", max_length=15, choices=MOVE_CHOICES)
    before = models.CharField("原状态", max_length=9, choices=STATES)
    after = models.CharField("新状态", max_length=9, choices=STATES)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")
    reason = models.TextField("理由", blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    objects = ReturnQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "unit_return__bureau"}
    unit_path = "unit_return__"

    class Meta:
        verbose_name = "报告流转"
        verbose_name_plural = "报告流转"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.on}"


class SupportingRule(models.Model):
    """A 配套政策 that a bureau owes: due three months after the plan's issue."""

    class State(models.TextChoices):
        NOT_BEGUN = "not_begun", "未启动"
        DRAFTING = "drafting", "起草中"
        ISSUED = "issued", "已印发"
        NOT_NEEDED = "not_needed", "无须制定"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bureau = models.ForeignKey(
        Bureau, verbose_name="部门", on_delete=models.PROTECT, related_name="supporting_rules"
    )
    clause = models.CharField("条款", max_length=20)
    state = models.CharField("情况", max_length=10, choices=State, default=State.NOT_BEGUN)
    title = models.CharField("文件名称", max_length=200, blank=True)
    document_number = models.CharField("文号", max_length=100, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    reason = models.CharField("无须制定的理由", max_length=500, blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    changed_by = models.ForeignKey(
        Officer, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField("登记时间", auto_now=True)

    objects = RuleQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "bureau"}

    class Meta:
        verbose_name = "配套政策"
        verbose_name_plural = "配套政策"
        ordering = ["bureau", "clause"]

    def __str__(self) -> str:
        return self.title or f"{self.bureau} {self.clause}"

    @property
    def measure(self) -> Clause:
        return CLAUSES[self.clause]

    @property
    def due_on(self) -> datetime.date:
        return due_days.rules_due_on()

    @property
    def was_late(self) -> bool:
        return self.issued_on is not None and self.issued_on > self.due_on


class ReturnFile(models.Model):
    """A scan of a return or of a supporting rule, kept encrypted by its id."""

    class Purpose(models.TextChoices):
        SEALED = "sealed", "盖章扫描件"
        LETTER = "letter", "来函扫描件"
        EVIDENCE = "evidence", "佐证材料"
        RULE = "rule", "配套政策文件"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField("用途", max_length=8, choices=Purpose)
    unit_return = models.ForeignKey(
        UnitReturn, null=True, on_delete=models.PROTECT, related_name="files"
    )
    item = models.ForeignKey(ReturnItem, null=True, on_delete=models.PROTECT, related_name="files")
    rule = models.ForeignKey(
        SupportingRule, null=True, on_delete=models.PROTECT, related_name="files"
    )
    kind = models.CharField("类型", max_length=4)
    file_name = EncryptedField(verbose_name="原文件名")
    size = models.PositiveIntegerField("字节数")
    pages = models.PositiveSmallIntegerField("页数", default=1)
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    removed_at = models.DateTimeField("作废时间", null=True)

    objects = ReturnFileQuerySet.as_manager()
    scope_paths: dict[str, str] = {}

    class Meta:
        verbose_name = "报告附件"
        verbose_name_plural = "报告附件"
        ordering = ["uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_return__isnull=True) ^ Q(rule__isnull=True),
                name="file_of_a_return_or_a_rule",
            )
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()
