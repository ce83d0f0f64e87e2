"""What follows a settlement: tasks of other units, given and answered by list; homes found."""

import uuid

from django.db import models
from django.utils import timezone

from applications.models.application import Application
from applications.models.member import Member
from applications.querysets import FollowUpQuerySet
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import Bureau, Officer, Person
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet
from residence_permits.models import Permit

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12


def sheet_code(key: uuid.UUID) -> str:
    """Twelve signs of a random key (60 bits), without I, L, O and U, which hands mistake."""
    number = key.int
    return "".join(CODE_LETTERS[number >> 5 * place & 31] for place in range(CODE_LENGTH))


class FollowUpList(models.Model):
    """A quarter's 新落户人员移交清单 to one bureau."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bureau = models.ForeignKey(Bureau, verbose_name="部门", on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度")
    made_on = models.DateField("生成日期")
    made_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    # By which authority the people's data are handed on (个人信息保护法 第二十三条).
    ground = models.CharField("移交依据", max_length=200)
    returned_on = models.DateField("反馈日期", null=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.BUREAU: "bureau"}

    class Meta:
        verbose_name = "移交清单"
        verbose_name_plural = "移交清单"
        ordering = ["-year", "-quarter", "bureau"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "year", "quarter"], name="one_list_a_bureau_quarter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.bureau} {self.year} 年第 {self.quarter} 季度"

    @property
    def code(self) -> str:
        """Its number on the sheet, by which the sheet comes back to it."""
        return sheet_code(self.pk)


class FollowUp(models.Model):
    """One task for one person settled; created with the registration. 三(二), 三(三)4 to 8."""

    class Kind(models.TextChoices):
        LAND_RIGHTS = "land_rights", "三权权益告知"
        HOUSING = "housing", "住房保障"
        HOUSING_FUND = "housing_fund", "住房公积金"
        INSURANCE = "insurance", "医疗保险接续"
        PENSION = "pension", "养老保险接续"
        ALLOWANCE = "allowance", "最低生活保障接续"
        SCHOOL = "school", "随迁子女入学"
        PERMIT = "permit", "居住证注销"

    class State(models.TextChoices):
        # With the station's own tasks it means that they are still to be done.
        OPEN = "open", "待移交"
        HANDED = "handed", "已移交"
        DONE = "done", "已接续"
        DECLINED = "declined", "本人放弃"
        UNREACHABLE = "unreachable", "联系不上"
        NOT_APPLICABLE = "not_applicable", "不适用"
        CANCELLED = "cancelled", "落户已撤销"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="follow_ups"
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField("事项", max_length=12, choices=Kind)
    # None: the station itself does it (the notice, the permit).
    bureau = models.ForeignKey(Bureau, verbose_name="部门", null=True, on_delete=models.PROTECT)
    permit = models.ForeignKey(Permit, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("情况", max_length=14, choices=State, default=State.OPEN)
    since = models.DateField("自")
    handed_in = models.ForeignKey(
        FollowUpList,
        verbose_name="移交清单",
        null=True,
        on_delete=models.PROTECT,
        related_name="rows",
    )
    answered_on = models.DateField("反馈日期", null=True)
    note = EncryptedField(verbose_name="备注")

    # What a bureau answers, in the words of its list; settled ones may still be corrected.
    ANSWERS = (State.DONE, State.DECLINED, State.UNREACHABLE, State.NOT_APPLICABLE)

    objects = FollowUpQuerySet.as_manager()
    scope_paths = {Reach.STATION: "application__station", Reach.BUREAU: "bureau"}

    class Meta:
        verbose_name = "后续衔接事项"
        verbose_name_plural = "后续衔接事项"
        ordering = ["since", "kind"]
        indexes = [models.Index(fields=["bureau", "state", "since"], name="follow_up_bureau")]
        constraints = [
            # A settlement undone and made again has its tasks anew.
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=~models.Q(state="cancelled"),
                name="one_follow_up_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"

    @property
    def code(self) -> str:
        """清单行号: tells nothing of the person to whoever has not got the list."""
        return sheet_code(self.pk)


class FoundHome(models.Model):
    """Somebody in the 公共户 has come to have a home, or a family household to join."""

    class Ground(models.TextChoices):
        BOUGHT = "bought", "本人取得住房"
        FAMILY = "family", "家属取得住房"
        JOIN = "join", "可投靠家庭户"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="found_homes")
    ground = models.CharField("情形", max_length=6, choices=Ground)
    found_on = models.DateField("得知日期")
    source = models.CharField("来源", max_length=100)
    address = EncryptedField(verbose_name="住房地址")
    told_on = models.DateField("告知迁出日期", null=True)
    settled_on = models.DateField("已迁出日期", null=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "person__at_stations__station"}

    class Meta:
        verbose_name = "公共户人员住房情况"
        verbose_name_plural = "公共户人员住房情况"
        ordering = ["found_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(settled_on__isnull=True),
                name="one_home_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_ground_display()}"
