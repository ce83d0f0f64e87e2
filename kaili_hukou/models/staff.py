"""Officers are the user model: who they are, where they serve, what their role is."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from kaili_hukou.models.places import Bureau, PoliceStation, Town
from kaili_hukou.roles import POLICE, REACH, Reach, Role
from kaili_hukou.scope import ScopedQuerySet

# What a posting decides of an officer.
PLACED = frozenset({"role", "station", "town", "bureau"})


class Officer(AbstractUser):
    """One account of one officer. Its station, bureau and role decide what it sees and may do."""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=100)
    role = models.CharField("角色", max_length=20, choices=Role.choices, default=Role.AUXILIARY)
    station = models.ForeignKey(
        PoliceStation, verbose_name="派出所", null=True, blank=True, on_delete=models.PROTECT
    )
    town = models.ForeignKey(
        Town, verbose_name="镇(街道)", null=True, blank=True, on_delete=models.PROTECT
    )
    bureau = models.ForeignKey(
        Bureau, verbose_name="部门", null=True, blank=True, on_delete=models.PROTECT
    )
    police_number = models.CharField("警号", max_length=20, blank=True)
    window = models.CharField("窗口", max_length=20, blank=True)
    # Recusal: an officer's own case is refused to him; his number itself is not kept.
    own_number_digest = models.CharField(
        "本人身份号码摘要", max_length=32, blank=True, editable=False
    )
    # Given by an administrator: good for one login within 72 hours, then changed.
    password_given = models.BooleanField("初始密码", default=False, editable=False)
    # Which login is the present one: a newer one ends the sessions of those before it.
    present_login = models.UUIDField("当前登录", null=True, editable=False)
    is_demo = models.BooleanField("演示账号", default=False, editable=False)

    REQUIRED_FIELDS = ["name"]
    # Under which he works in this request; role and place are then the posting's, in memory alone.
    posting: "Posting | None" = None

    class Meta:
        verbose_name = "工作人员"
        verbose_name_plural = "工作人员"
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.name}({self.duty})"

    def save(self, *args: Any, **options: Any) -> None:
        """What a posting lends for one request is never written into the account."""
        if self.posting is not None:
            named = options.get("update_fields")
            if named is not None and PLACED & set(named):
                raise TypeError("Role and place are changed by `appoint`, not by saving.")
            if named is None:
                fields = [field.name for field in self._meta.concrete_fields]
                options["update_fields"] = [
                    name for name in fields if name not in PLACED and name != "id"
                ]
        super().save(*args, **options)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django ends a session whose hash differs: after a new password, or a newer login."""
        told = f"{super()._get_session_auth_hash(secret=secret)}{self.present_login or ''}"
        return salted_hmac("desk.login", told, secret=secret, algorithm="sha256").hexdigest()

    def work_under(self, posting: "Posting") -> None:
        """Role and place become those of the posting, until the row is read again."""
        self.posting = posting
        for name in PLACED:
            setattr(self, name, getattr(posting, name))

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """The station, bureau or office that stands before the name in the bar."""
        here = self.station or self.bureau or self.town
        return here.name if here else self.get_role_display()

    @property
    def duty(self) -> str:
        """As what he acts: 所领导, or 代理所领导, 协办窗口民警 under such a posting."""
        return self.posting.duty if self.posting else self.get_role_display()

    @property
    def is_police(self) -> bool:
        return self.role in POLICE

    @property
    def sees_city(self) -> bool:
        return REACH.get(self.role) is Reach.CITY

    @property
    def signature(self) -> str:
        """As it stands on a paper: sworn officers with their 警号."""
        return f"{self.name}(警号 {self.police_number})" if self.police_number else self.name


class Posting(models.Model):
    """Where an officer serves, as what, from which day to which (both included).

    A deputy's posting names its authority; so does that of a second officer who comes from
    another station or from the household section. Scope and moves follow the posting in force.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", "任职"
        DEPUTY = "deputy", "代理"
        SECOND = "second", "协办(第二人)"

    officer = models.ForeignKey(
        Officer, verbose_name="人员", on_delete=models.PROTECT, related_name="postings"
    )
    kind = models.CharField("类别", max_length=7, choices=Kind, default=Kind.REGULAR)
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    station = models.ForeignKey(
        PoliceStation, verbose_name="派出所", null=True, blank=True, on_delete=models.PROTECT
    )
    town = models.ForeignKey(
        Town, verbose_name="镇(街道)", null=True, blank=True, on_delete=models.PROTECT
    )
    bureau = models.ForeignKey(
        Bureau, verbose_name="部门", null=True, blank=True, on_delete=models.PROTECT
    )
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    authority = models.CharField("授权(文号、批准人)", max_length=100, blank=True)
    appointed_by = models.ForeignKey(
        Officer, verbose_name="安排人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["officer", "-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="posting_days_in_order",
                violation_error_message="任职的止日早于起日。",
            ),
            models.CheckConstraint(
                condition=Q(kind="regular") | (~Q(authority="") & Q(until__isnull=False)),
                name="deputy_with_authority_and_end",
                violation_error_message="代理、协办须写明授权和止日。",
            ),
        ]

    def __str__(self) -> str:
        here = self.station or self.bureau or self.town
        return f"{here.name if here else ''} {self.duty}".strip()

    @property
    def duty(self) -> str:
        before = {self.Kind.DEPUTY: "代理", self.Kind.SECOND: "协办"}
        return before.get(self.Kind(self.kind), "") + self.get_role_display()


class Relative(models.Model):
    """A near relative of an officer, by digest alone: his cases are refused to the officer."""

    officer = models.ForeignKey(
        Officer, verbose_name="人员", on_delete=models.CASCADE, related_name="relatives"
    )
    number_digest = models.CharField("亲属号码摘要", max_length=32, editable=False)
    relation = models.CharField("关系", max_length=30)
    declared_on = models.DateField("申报日期")

    class Meta:
        verbose_name = "申报的近亲属"
        verbose_name_plural = "申报的近亲属"
        constraints = [
            models.UniqueConstraint(fields=["officer", "number_digest"], name="relative_once")
        ]

    def __str__(self) -> str:
        return self.relation
