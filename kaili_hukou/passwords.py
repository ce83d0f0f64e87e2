"""Which passwords are good, as the national habit or as OWASP ASVS has it (PASSWORD_RULES)."""

import datetime
import string

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.logins import password_set_at
from kaili_hukou.models import FormerPassword, Officer

REMEMBERED = 5
EXPIRES_AFTER = datetime.timedelta(days=90)
CLASSES_ASKED = 3


class ThreeClasses:
    """Of small letters, capitals, digits and other characters, three."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        ascii_letters_and_digits = string.ascii_letters + string.digits
        held = (
            any(character in string.ascii_lowercase for character in password),
            any(character in string.ascii_uppercase for character in password),
            any(character in string.digits for character in password),
            any(character not in ascii_letters_and_digits for character in password),
        )
        if sum(held) < CLASSES_ASKED:
            raise ValidationError(
                f"密码只含 {sum(held)} 类字符。小写字母、大写字母、数字、其他符号中至少要有三类。",
                code="too_few_classes",
            )

    def get_help_text(self) -> str:
        return "小写字母、大写字母、数字、其他符号中至少有三类。"


class NotAFormerOne:
    """Neither the present password nor one of the last five. Remembers each that is set.

    ASVS asks for no such thing: with `refuse` off it only remembers since when a password stands.
    """

    def __init__(self, refuse: bool = True) -> None:
        self.refuse = refuse

    def validate(self, password: str, user: Officer | None = None) -> None:
        if not self.refuse or user is None or user.pk is None:
            return
        kept = FormerPassword.objects.filter(officer=user)[:REMEMBERED]
        held = Officer.objects.filter(pk=user.pk).values_list("password", flat=True)
        if any(check_password(password, old) for old in {*held, *(row.password for row in kept)}):
            raise ValidationError("最近五次用过的密码不能再用,请换一个。", code="used_before")

    def password_changed(self, password: str, user: Officer | None = None) -> None:
        """Django calls this whenever a row is saved with a new password."""
        if user is not None:
            FormerPassword.objects.create(officer=user, password=user.password, at=timezone.now())

    def get_help_text(self) -> str:
        return "不能与最近五次用过的密码相同。" if self.refuse else ""


def why_to_change(officer: Officer, now: datetime.datetime) -> str:
    """Why a new password is asked for before anything else; empty where the present one will do."""
    if officer.password_given:
        return "这是管理员设置的初始密码,只能用一次。请设置您自己的密码,然后继续。"
    if not settings.BY_ASVS and now - password_set_at(officer) > EXPIRES_AFTER:
        return "密码已使用 90 天,需要更换。请设置新密码,然后继续;不用找管理员。"
    return ""


def changed(officer: Officer, reason: str = "") -> None:
    audit.record("修改密码", officer, reason=reason)
