"""The record: one row for each act and each look, written in the transaction of what it tells."""

import uuid

from django.db import models
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.scope import ScopedQuerySet


class AuditEntry(models.Model):
    """Who did what to which row, from where and why. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        "kaili_hukou.Officer", verbose_name="人员", null=True, on_delete=models.PROTECT
    )
    actor_title = models.CharField("姓名与角色", max_length=160)
    scope = models.CharField("范围", max_length=120, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    request = models.CharField("请求", max_length=32, blank=True)
    action = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象类型", max_length=80, blank=True)
    object_id = models.CharField("对象编号", max_length=64, blank=True)
    count = models.PositiveIntegerField("行数", default=1)
    changed = models.JSONField("变动的字段", default=list)
    reason = EncryptedField(verbose_name="理由")
    values = EncryptedJSONField(verbose_name="新旧值")

    objects = ScopedQuerySet.as_manager()
    scope_paths: dict[str, str] = {}

    class Meta:
        verbose_name = "操作记录"
        verbose_name_plural = "操作记录"
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="audit_object"),
            models.Index(fields=["actor", "at"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class AuditSeal(models.Model):
    """One link of the chain that seals the record, batch by batch. Rows are only ever added."""

    number = models.PositiveBigIntegerField("序号", primary_key=True)
    sealed_at = models.DateTimeField("封存时间", default=timezone.now)
    count = models.PositiveIntegerField("条数")
    # Hexadecimal: of the link before, and of this one over it and over its entries' digests.
    previous = models.CharField("前一环", max_length=32, blank=True)
    head = models.CharField("本环", max_length=32)

    objects = ScopedQuerySet.as_manager()
    scope_paths: dict[str, str] = {}

    class Meta:
        verbose_name = "封存"
        verbose_name_plural = "封存"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 环 {self.count} 条"


class SealedEntry(models.Model):
    """That an entry stood in the record, and how: no foreign key, for it outlives what it tells."""

    entry_id = models.UUIDField("记录", primary_key=True, editable=False)
    seal = models.ForeignKey(
        AuditSeal, verbose_name="封存", on_delete=models.PROTECT, related_name="entries"
    )
    place = models.PositiveIntegerField("次序")
    digest = models.CharField("摘要", max_length=32)

    objects = ScopedQuerySet.as_manager()
    scope_paths: dict[str, str] = {}

    class Meta:
        verbose_name = "已封存的记录"
        verbose_name_plural = "已封存的记录"
        constraints = [
            models.UniqueConstraint(fields=["seal", "place"], name="one_entry_in_a_place_of_a_seal")
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}/{self.place}"
