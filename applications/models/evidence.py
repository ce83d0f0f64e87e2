"""What was shown and what was kept: one row for each document, one for each scan."""

import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import Application
from applications.models.member import Member
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class EvidenceItem(models.Model):
    """One document of the route's list, for the case or for one of its members."""

    class State(models.TextChoices):
        MISSING = "missing", "未交"
        ORIGINAL = "original", "原件已验"
        COPY = "copy", "复印件已收"
        DEFERRED = "deferred", "容缺后补"
        ROSTER = "roster", "以花名册为准"
        VERIFIED = "verified", "部门核验"
        PROMISED = "promised", "告知承诺"
        ON_FILE = "on_file", "用存档材料"

    class Kept(models.TextChoices):
        """What the later check of a promise found."""

        TRUE = "true", "属实"
        FALSE = "false", "不属实"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence")
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="evidence")
    code = models.CharField("代码", max_length=40)
    title = models.CharField("材料", max_length=200)
    clause = models.CharField("依据", max_length=20)
    copies = models.PositiveSmallIntegerField("份数", default=1)
    state = models.CharField("情况", max_length=8, choices=State, default=State.MISSING)
    deferred_until = models.DateField("后补期限", null=True, blank=True)
    # 告知承诺: signed on, to be checked by, and what the check found.
    promised_on = models.DateField("承诺日期", null=True, blank=True)
    check_by = models.DateField("核查期限", null=True, blank=True)
    kept = models.CharField("承诺核查", max_length=5, choices=Kept, blank=True)
    kept_on = models.DateField("核查日期", null=True, blank=True)
    # The person's paper of an earlier case that is still valid.
    on_file = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="used_again"
    )
    noted_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField("登记时间", null=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "申请材料"
        verbose_name_plural = "申请材料"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "code"],
                condition=models.Q(member__isnull=True),
                name="one_item_a_case",
            ),
            models.UniqueConstraint(
                fields=["application", "code", "member"],
                condition=models.Q(member__isnull=False),
                name="one_item_a_member",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Attachment(models.Model):
    """A scan, kept encrypted under MEDIA_ROOT by its id, given out only through the scope check."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "JPEG"
        PNG = "png", "PNG"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField("类型", max_length=4, choices=Kind)
    file_name = EncryptedField(verbose_name="原文件名")
    size = models.PositiveIntegerField("字节数")
    pages = models.PositiveSmallIntegerField("页数", default=1)
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    removed_at = models.DateTimeField("作废时间", null=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "item__application__station"}

    class Meta:
        verbose_name = "扫描件"
        verbose_name_plural = "扫描件"
        ordering = ["uploaded_at"]

    def __str__(self) -> str:
        return f"{self.item} {self.get_kind_display()}"
