"""公告: a consultation, the opinions that came, and what became of each of them."""

import datetime
import uuid

from django.db import models
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_address, mask_name, mask_phone
from kaili_hukou.models import Officer


class Consultation(models.Model):
    """A text laid open to the public until a day, and where it was published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容", blank=True)
    opened_on = models.DateField("公告日期")
    days = models.PositiveSmallIntegerField("期限(天)", default=7)
    published_where = models.CharField("公布载体", max_length=200)
    entered_by = models.ForeignKey(
        Officer, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "公开征求意见"
        verbose_name_plural = "公开征求意见"
        ordering = ["-opened_on"]
        constraints = [
            models.UniqueConstraint(fields=["title", "opened_on"], name="one_consultation")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def deadline(self) -> datetime.date:
        """The last day in time: the day of the notice is not counted (民法典 第二百零一条)."""
        return self.opened_on + datetime.timedelta(days=self.days)


class Opinion(models.Model):
    """What one person or organisation wrote; whose it is stays encrypted."""

    class Channel(models.TextChoices):
        LETTER = "letter", "信函"
        EMAIL = "email", "电子邮件"
        PHONE = "phone", "电话"
        VISIT = "visit", "来访"
        WEB = "web", "网站留言"

    class Disposition(models.TextChoices):
        OPEN = "open", "待处理"
        ADOPTED = "adopted", "采纳"
        PARTLY = "partly", "部分采纳"
        NOT_ADOPTED = "not_adopted", "未采纳"

    # Where not everything was adopted, the writer is owed the reason.
    WITH_REASON = frozenset({Disposition.PARTLY, Disposition.NOT_ADOPTED})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="opinions"
    )
    number = models.PositiveIntegerField("编号")
    is_organisation = models.BooleanField("单位意见", default=False)
    name = EncryptedField(verbose_name="姓名(单位名称)")
    address = EncryptedField(verbose_name="地址")
    contact = EncryptedField(verbose_name="联系方式")
    # Of an organisation: its seal, and whom to ask there.
    sealed = models.BooleanField("加盖公章", default=False)
    contact_person = EncryptedField(verbose_name="联系人")
    channel = models.CharField("渠道", max_length=6, choices=Channel)
    received_on = models.DateField("收到日期")
    clause = models.CharField("涉及条款", max_length=20, blank=True)
    text = EncryptedField(verbose_name="意见")
    disposition = models.CharField(
        "处理", max_length=11, choices=Disposition, default=Disposition.OPEN
    )
    reason = EncryptedField(verbose_name="处理理由")
    disposed_by = models.ForeignKey(
        Officer, verbose_name="处理人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    disposed_on = models.DateField("处理日期", null=True)
    answered_on = models.DateField("答复日期", null=True)
    answered_how = models.CharField("答复方式", max_length=100, blank=True)
    entered_by = models.ForeignKey(
        Officer, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "意见"
        verbose_name_plural = "意见"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="opinion_number")
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 号意见"

    @property
    def in_time(self) -> bool:
        return self.received_on <= self.consultation.deadline

    @property
    def masked_name(self) -> str:
        """An organisation's name is nobody's secret."""
        return self.name if self.is_organisation else mask_name(self.name)

    @property
    def masked_address(self) -> str:
        return mask_address(self.address)

    @property
    def masked_contact(self) -> str:
        return mask_phone(self.contact)

    @property
    def masked_contact_person(self) -> str:
        return mask_name(self.contact_person)
