"""Persons, households and who belongs to which, from which day to which."""

import unicodedata
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kaili_hukou import crypto
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.masking import mask_address, mask_identity_number, mask_name, mask_phone
from kaili_hukou.models.places import PoliceStation, Town, Village
from kaili_hukou.roles import Reach
from kaili_hukou.scope import ScopedQuerySet

NUMBER = "identity-number"
TAIL = "identity-number-tail"
PHONE = "phone"
_MOBILE_DIGITS = 11


def number_digest(number: str) -> str:
    """The keyed digest by which a whole identity number is found."""
    return crypto.digest(number, purpose=NUMBER)


def tail_digest(number: str) -> str:
    """The keyed digest of the last four characters, for the check at the counter."""
    return crypto.digest(number[-4:], purpose=TAIL)


def phone_digest(phone: str) -> str:
    """The keyed digest by which one phone of many people is found; empty without a phone.

    However it is written: blanks, hyphens, wide digits and the country's 86 make no difference.
    """
    folded = unicodedata.normalize("NFKC", phone or "")
    digits = "".join(mark for mark in folded if mark.isdecimal())
    if len(digits) == _MOBILE_DIGITS + 2:
        digits = digits.removeprefix("86")
    return crypto.digest(digits, purpose=PHONE) if digits else ""


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    UNTOLD = "9", "未说明"


class HukouKind(models.TextChoices):
    RURAL = "rural", "乡村"
    URBAN = "urban", "城镇"


class PersonQuerySet(ScopedQuerySet):
    def with_number(self, number: str) -> "PersonQuerySet":
        """The person with this (folded, checked) identity number, present or former."""
        return self.with_digests([number_digest(number)])

    def with_digests(self, digests: list[str]) -> "PersonQuerySet":
        """Whoever is or was known by one of these digests. Two index look-ups, never a scan."""
        former = self.model._meta.get_field("former_numbers").related_model._base_manager
        now = self.model._base_manager.filter(number_digest__in=digests).values("pk")
        before = former.filter(number_digest__in=digests).order_by().values("person")
        return self.filter(pk__in=now.union(before, all=True))

    def visible_to(self, officer: Any) -> "PersonQuerySet":
        """A row that was merged into another stands on no list; its cases stand with that one."""
        return super().visible_to(officer).filter(merged_into__isnull=True)


class Person(models.Model):
    """One row for each identity number; facts that the desk was told, not the legal register."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = EncryptedField(verbose_name="公民身份号码")
    # NULL where there is no number: empty text would not be unique.
    number_digest = models.CharField(  # noqa: DJ001
        "号码摘要", max_length=32, null=True, unique=True, editable=False
    )
    number_tail = models.CharField("末四位摘要", max_length=32, blank=True, editable=False)
    without_number = models.CharField("没有号码的原因", max_length=100, blank=True)
    name = models.CharField("姓名", max_length=100, db_index=True)
    initials = models.CharField("拼音首字母", max_length=100, blank=True, db_index=True)
    reading = models.CharField("拼音", max_length=300, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    sex = models.CharField("性别", max_length=1, choices=Sex, default=Sex.UNKNOWN)
    nationality = models.CharField("民族代码", max_length=2, blank=True)
    nationality_as_written = models.CharField("民族(原文)", max_length=30, blank=True)
    division = models.CharField("现户籍地区划", max_length=6, blank=True)
    hukou_kind = models.CharField("城乡分类", max_length=5, choices=HukouKind, blank=True)
    address = EncryptedField(verbose_name="现户籍地址")
    phone = EncryptedField(verbose_name="联系电话")
    # The same phone of many people is looked for without decrypting.
    phone_digest = models.CharField(
        "电话摘要", max_length=32, blank=True, editable=False, db_index=True
    )
    # Two rows were one person: this one's cases and permits went over to the other.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged_from"
    )
    created_at = models.DateTimeField(
        "建档时间", default=timezone.now, editable=False, db_index=True
    )

    objects = PersonQuerySet.as_manager()
    scope_paths = {Reach.STATION: "at_stations__station"}

    class Meta:
        verbose_name = "人口信息"
        verbose_name_plural = "人口信息"
        constraints = [
            models.CheckConstraint(
                condition=Q(number_digest__isnull=False) | ~Q(without_number=""),
                name="person_number_or_reason",
                violation_error_message="没有公民身份号码的,须写明原因。",
            )
        ]

    def __str__(self) -> str:
        return mask_name(self.name)

    def set_number(self, number: str) -> None:
        """Keeps the number with the two digests by which it is looked up."""
        self.number = number
        self.number_digest = number_digest(number)
        self.number_tail = tail_digest(number)

    @property
    def digests(self) -> list[str]:
        """By these he is found on rosters: the present number and those before it."""
        former = [row.number_digest for row in self.former_numbers.all()]
        return [digest for digest in (self.number_digest, *former) if digest]

    def is_formerly(self, number: str) -> bool:
        """Whether this number is one that he was known by, and is not any more."""
        now = self.number_digest
        return bool(now and number) and now != number_digest(number)

    @property
    def masked_number(self) -> str:
        return mask_identity_number(self.number) if self.number else self.without_number

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_address(self) -> str:
        return mask_address(self.address)


class StationPerson(models.Model):
    """A station that has to do with a person, and so may see him on its lists."""

    station = models.ForeignKey(PoliceStation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="at_stations")

    class Meta:
        verbose_name = "派出所在办人员"
        verbose_name_plural = "派出所在办人员"
        constraints = [
            models.UniqueConstraint(fields=["station", "person"], name="one_station_person")
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.person}"


class Household(models.Model):
    """A 户: of a family, of an organisation, or the 公共户 of a station."""

    class Kind(models.TextChoices):
        FAMILY = "family", "家庭户"
        COLLECTIVE = "collective", "集体户"
        PUBLIC = "public", "公共户"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("户别", max_length=10, choices=Kind)
    number = models.CharField("户号", max_length=20, unique=True)
    station = models.ForeignKey(PoliceStation, verbose_name="派出所", on_delete=models.PROTECT)
    town = models.ForeignKey(Town, verbose_name="镇(街道)", on_delete=models.PROTECT)
    village = models.ForeignKey(
        Village, verbose_name="村(居)", null=True, blank=True, on_delete=models.PROTECT
    )
    head = models.ForeignKey(
        Person,
        verbose_name="户主",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="heads",
    )
    title = models.CharField("户名(集体户、公共户)", max_length=100, blank=True)
    enterprise_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    address = EncryptedField(verbose_name="地址")
    opened_on = models.DateField("立户日期")
    closed_on = models.DateField("销户日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "station"}

    class Meta:
        verbose_name = "户"
        verbose_name_plural = "户"
        ordering = ["number"]

    def __str__(self) -> str:
        shown = self.title or (mask_name(self.head.name) + " 户" if self.head else "")
        return f"{self.get_kind_display()} {self.number} {shown}".strip()


class Membership(models.Model):
    """A person registered in a household from `since` on; at most one that has not ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="memberships"
    )
    household = models.ForeignKey(
        Household, verbose_name="户", on_delete=models.PROTECT, related_name="memberships"
    )
    # Families inside a 公共户 stay together under the group of their applicant.
    group = models.UUIDField("家庭分组", null=True, blank=True)
    relation = models.CharField("与户主关系代码", max_length=2, blank=True)
    since = models.DateField("迁入日期")
    until = models.DateField("迁出日期", null=True, blank=True)
    basis = models.CharField("依据(受理编号)", max_length=60, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths = {Reach.STATION: "household__station"}

    class Meta:
        verbose_name = "户内成员"
        verbose_name_plural = "户内成员"
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until__isnull=True),
                name="one_registration_at_a_time",
                violation_error_message="一人只能在一处登记常住户口。",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="membership_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.since}"

    def delete(self, *args: Any, **options: Any) -> Any:
        raise TypeError("A registration ends by `until`; it is never deleted.")
