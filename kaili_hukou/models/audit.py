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
