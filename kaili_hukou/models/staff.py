"""Officers are the user model: who they are, where they serve, what their role is."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from kaili_hukou.models.places import Bureau, PoliceStation, Town
from kaili_hukou.roles import POLICE, REACH, Reach, Role


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
    is_demo = models.BooleanField("演示账号", default=False, editable=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "工作人员"
        verbose_name_plural = "工作人员"
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.name}({self.get_role_display()})"

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
    def is_police(self) -> bool:
        return self.role in POLICE

    @property
    def sees_city(self) -> bool:
        return REACH.get(self.role) is Reach.CITY

    @property
    def signature(self) -> str:
        """As it stands on a paper: sworn officers with their 警号."""
        return f"{self.name}(警号 {self.police_number})" if self.police_number else self.name
