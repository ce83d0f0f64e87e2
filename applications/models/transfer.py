"""How people come over from a place of origin: one transfer for each (case, place of origin)."""

import uuid

from django.db import models

from applications.models.application import Application
from applications.querysets import TransferQuerySet
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Officer
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet


class Transfer(models.Model):
    """The people of a case who come from one division (or, a pupil, go back to one).

    Which step it stands at follows from its days; "moved out but not yet in" from `moved_out_on`.
    """

    class Channel(models.TextChoices):
        ONE_STOP = "one_stop", "一站式(省内)"
        ELECTRONIC = "electronic", "跨省通办(电子)"
        PAPER = "paper", "纸质两证"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="transfers")
    division = models.CharField("迁出地区划", max_length=6)
    # A pupil who goes back: the division is where he goes.
    outward = models.BooleanField("迁回原籍", default=False)
    channel = models.CharField("办理方式", max_length=10, choices=Channel)
    # Electronic: sent to the place of origin; it confirms or returns. Asked again: `chased_on`.
    sent_on = models.DateField("电子信息发出日期", null=True)
    chased_on = models.DateField("最近催办日期", null=True)
    returned_on = models.DateField("退回日期", null=True)
    return_reason = EncryptedField(verbose_name="退回原因")
    # The place of origin has struck them off: the most dangerous days begin.
    moved_out_on = models.DateField("迁出地注销日期", null=True)
    # A pupil who goes back: the consent of the place, and its receipt after he is registered there.
    consent_number = models.CharField("接收地同意文号(准迁证编号)", max_length=40, blank=True)
    consent_on = models.DateField("接收地同意日期", null=True)
    receipt_on = models.DateField("接收地落户回执日期", null=True)
    settled_on = models.DateField("全部落户日期", null=True)

    objects = TransferQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "户口迁移"
        verbose_name_plural = "户口迁移"
        ordering = ["division"]
        indexes = [models.Index(fields=["settled_on", "moved_out_on"], name="transfer_on_the_way")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "division"], name="one_transfer_a_place_of_origin"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.division}"


class Certificate(models.Model):
    """A 准予迁入证明 (40 days) or a 户口迁移证 (30 at most). Lost or expired ones are exchanged.

    The numbers are those of the ministry's forms: entered and checked, never made here.
    """

    class Kind(models.TextChoices):
        ADMISSION = "admission", "准予迁入证明"
        REMOVAL = "removal", "户口迁移证"

    class State(models.TextChoices):
        VALID = "valid", "有效"
        USED = "used", "已收回"
        LOST = "lost", "遗失换补"
        EXPIRED = "expired", "过期换补"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField("证件", max_length=9, choices=Kind)
    number = models.CharField("编号", max_length=30)
    issued_on = models.DateField("签发日期")
    valid_until = models.DateField("有效期至")
    issued_by = models.CharField("签发机关", max_length=60, blank=True)
    state = models.CharField("情况", max_length=7, choices=State, default=State.VALID)
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    # An exchange: the issuer itself has checked that nobody was registered on the old one.
    checked_note = EncryptedField(verbose_name="换补核实情况")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "transfer__application__station"}

    class Meta:
        verbose_name = "迁移证件"
        verbose_name_plural = "迁移证件"
        ordering = ["issued_on"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="one_certificate_a_number"),
            models.UniqueConstraint(
                fields=["transfer", "kind"],
                condition=models.Q(state="valid"),
                name="one_valid_certificate_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
