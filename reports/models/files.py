"""Files that belong to an evaluation, a finding or an opinion: encrypted on a shelf."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from reports.models.consultation import Opinion
from reports.models.evaluation import Evaluation, Finding


class OversightFile(models.Model):
    """A report, a proof of mending or the scan of a letter; it hangs on exactly one of three."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, null=True, on_delete=models.PROTECT, related_name="files"
    )
    finding = models.ForeignKey(Finding, null=True, on_delete=models.PROTECT, related_name="files")
    opinion = models.ForeignKey(Opinion, null=True, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField("类型", max_length=4)
    file_name = EncryptedField(verbose_name="原文件名")
    size = models.PositiveIntegerField("字节数")
    pages = models.PositiveSmallIntegerField("页数")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(evaluation__isnull=False, finding__isnull=True, opinion__isnull=True)
                | Q(evaluation__isnull=True, finding__isnull=False, opinion__isnull=True)
                | Q(evaluation__isnull=True, finding__isnull=True, opinion__isnull=False),
                name="file_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"附件 {self.kind}"
