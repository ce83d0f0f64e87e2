"""What logging in needs to know: failures, former passwords, second factors, words kept."""

import uuid

from django.db import models
from django.utils import timezone

from kaili_hukou.crypto import EncryptedField, EncryptedJSONField
from kaili_hukou.models.staff import Officer


class LoginFailure(models.Model):
    """A name and a password that did not fit. An unknown name stands here as a digest alone.

    Each attempt is written before its password is looked at, and taken off where it fits, so
    that many attempts at once cannot run ahead of the count.
    """

    account_digest = models.CharField("账号摘要", max_length=32)
    officer = models.ForeignKey(
        Officer, verbose_name="人员", null=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField("来源地址", max_length=45)
    at = models.DateTimeField("时间")
    # Unlocking an account forgives its failures; those of the address stay.
    forgiven = models.BooleanField("已解除", default=False)

    class Meta:
        verbose_name = "登录失败"
        verbose_name_plural = "登录失败"
        indexes = [
            models.Index(fields=["account_digest", "at"], name="failure_account"),
            models.Index(fields=["address", "at"], name="failure_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class FormerPassword(models.Model):
    """A password that an officer has or had, as hashed, and since when."""

    officer = models.ForeignKey(
        Officer, verbose_name="人员", on_delete=models.CASCADE, related_name="former_passwords"
    )
    password = models.CharField("密码摘要", max_length=128)
    at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = "历史密码"
        verbose_name_plural = "历史密码"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class SecondFactor(models.Model):
    """An authenticator (RFC 6238) of one officer: it counts once a first code has fitted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.OneToOneField(
        Officer, verbose_name="人员", on_delete=models.CASCADE, related_name="second_factor"
    )
    secret = EncryptedField(verbose_name="密钥", null=False)
    confirmed_at = models.DateTimeField("启用时间", null=True)
    # Of the last code that was taken: no code is taken twice, nor an older one after it.
    last_step = models.BigIntegerField("最近一次的时间步", default=0)
    reset_by = models.ForeignKey(
        Officer, verbose_name="提请重置的人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reset_reason = EncryptedField(verbose_name="重置理由")

    class Meta:
        verbose_name = "动态口令"
        verbose_name_plural = "动态口令"

    def __str__(self) -> str:
        return str(self.officer)


class RecoveryCode(models.Model):
    """One of ten, in place of a code of the authenticator; kept as a keyed digest, used once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField("摘要", max_length=32)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "恢复码"
        verbose_name_plural = "恢复码"
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return "已使用" if self.used_at else "未使用"


class KeptForm(models.Model):
    """What somebody typed into a page whose login had ended; for him alone, for half an hour."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey(
        Officer, verbose_name="人员", on_delete=models.CASCADE, related_name="kept_forms"
    )
    path = models.CharField("页面", max_length=500)
    fields = EncryptedJSONField(verbose_name="内容")
    had_files = models.BooleanField("有附件", default=False)
    # Once shown, a login leads there no more; the page still has it until its time is over.
    shown = models.BooleanField("已显示", default=False)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "保留的填写内容"
        verbose_name_plural = "保留的填写内容"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
