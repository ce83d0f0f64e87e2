"""The people of a case, who acts for them, and what the statistics ask of them."""

import uuid

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.querysets import MemberQuerySet
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_identity_number
from kaili_hukou.models import Person
from kaili_hukou.models.people import HukouKind
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet

# Asked as a fact or a promise; only an express no is false (children left behind and old parents
# are the ones who come to live together).
LIVING = [("now", "现共同居住"), ("promised", "落户后共同居住(承诺)"), ("apart", "不共同居住")]


class Agent(models.Model):
    """Somebody who acts for people of a case: with a mandate, or by law."""

    class Mandate(models.TextChoices):
        WRITTEN = "written", "授权委托书"
        BY_LAW = "by_law", "法定代理"
        UNIT = "unit", "单位介绍信"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="agents")
    name = EncryptedField(verbose_name="代办人姓名")
    number = EncryptedField(verbose_name="代办人身份号码")
    # The same agent in many cases is looked for without decrypting.
    number_digest = models.CharField("代办人号码摘要", max_length=32, editable=False)
    phone = EncryptedField(verbose_name="代办人电话")
    relation = models.CharField("与申请人关系", max_length=30)
    mandate = models.CharField("代办依据", max_length=8, choices=Mandate)
    mandate_on = models.DateField("委托日期")
    mandate_until = models.DateField("委托至", null=True, blank=True)
    ended_on = models.DateField("终止日期", null=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "代办人"
        verbose_name_plural = "代办人"
        ordering = ["mandate_on"]
        indexes = [models.Index(fields=["number_digest"], name="agent_number")]

    def __str__(self) -> str:
        return f"{self.get_mandate_display()} {self.mandate_on}"

    @property
    def masked_number(self) -> str:
        return mask_identity_number(self.number)


class Member(models.Model):
    """A person of a case, with an origin, a signature and an outcome of his own."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "办理中"
        APPROVED = "approved", "批准迁入"
        REFUSED = "refused", "不予批准"
        REGISTERED = "registered", "已落户"
        RETURNED = "returned", "已迁回原籍"
        ENDED = "ended", "未办成"
        UNDONE = "undone", "已撤销"

    class Presence(models.TextChoices):
        PRESENT = "present", "本人到场"
        REPRESENTED = "represented", "由人代办"
        VIDEO = "video", "视频见面"
        ABSENT = "absent", "未到场"

    class Signed(models.TextChoices):
        SELF = "self", "本人签名"
        GUARDIAN = "guardian", "监护人签名"
        AGENT = "agent", "代办人签名"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, verbose_name="办件", on_delete=models.PROTECT, related_name="members"
    )
    person = models.ForeignKey(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="case_memberships"
    )
    is_applicant = models.BooleanField("申请人", default=False)
    relationship = models.CharField(
        "与申请人关系",
        max_length=12,
        blank=True,
        choices=[
            ("spouse", "配偶"),
            ("child", "子女"),
            ("parent", "父母"),
            ("grandparent", "(外)祖父母"),
            ("grandchild", "(外)孙子女"),
            ("sibling", "兄弟姐妹"),
            ("other", "其他"),
        ],
    )
    living = models.CharField("共同居住", max_length=8, blank=True, choices=LIVING)
    division = models.CharField("迁出地区划", max_length=6, blank=True)
    hukou_kind = models.CharField("迁出地城乡分类", max_length=5, choices=HukouKind, blank=True)
    origin = EncryptedField(verbose_name="迁出地址")
    presence = models.CharField("到场", max_length=11, choices=Presence, blank=True)
    agent = models.ForeignKey(
        Agent, verbose_name="代办人", null=True, on_delete=models.PROTECT, related_name="members"
    )
    signed = models.CharField("签名", max_length=8, choices=Signed, blank=True)
    signed_on = models.DateField("签名日期", null=True, blank=True)
    guardian_name = EncryptedField(verbose_name="监护人姓名")
    guardian_relation = models.CharField("监护关系", max_length=20, blank=True)
    guardian_number = EncryptedField(verbose_name="监护人身份号码")
    # 个人信息保护法 第三十一条: under 14 the guardian's consent, apart from the signature.
    guardian_consent_on = models.DateField("监护人同意日期", null=True, blank=True)
    # 公业58表: asked of those of rural origin alone.
    settling_reason = models.CharField("落户城镇原因", max_length=2, blank=True)
    marks = models.JSONField("统计标志", default=list)
    admission = models.CharField(
        "审批人核定", max_length=8, blank=True, choices=[("admitted", "准予"), ("refused", "不准")]
    )
    admission_reason = EncryptedField(verbose_name="核定理由")
    outcome = models.CharField("结果", max_length=10, choices=Outcome, default=Outcome.PENDING)
    registered_on = models.DateField("落户日期", null=True)
    # 三(一)8: a pupil may go back after school; he is reminded once, nothing happens by itself.
    graduates_on = models.DateField("预计毕业日期", null=True)
    reminded_on = models.DateField("毕业提醒日期", null=True)
    is_open = models.BooleanField("在办", default=True, editable=False)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    objects = MemberQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station"}

    class Meta:
        verbose_name = "办件人员"
        verbose_name_plural = "办件人员"
        ordering = ["position"]
        indexes = [models.Index(fields=["registered_on", "id"], name="member_registered")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_open=True),
                name="one_open_case_per_person",
                violation_error_message="此人已在另一件在办的申请中。",
            ),
            models.UniqueConstraint(fields=["application", "person"], name="member_once_in_a_case"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def lives_together(self) -> bool | None:
        return {"now": True, "promised": True, "apart": False}.get(self.living)
