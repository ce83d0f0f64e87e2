"""动态口令: codes of an authenticator (RFC 6238), ten recovery codes, and the reset by two.

Django's OTP libraries keep secret and recovery codes in clear; here the secret is encrypted and
the codes are keyed digests.
"""

import base64
import datetime
import secrets
import uuid
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import digest
from kaili_hukou.models import Officer, RecoveryCode, SecondFactor
from kaili_hukou.roles import Role

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
RECOVERY_CODES = 10
# Without the letters and digits that are taken for one another; 10 of them are 50 bits.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# Administrators, and whoever sees more than one station.
ASKED_OF = frozenset(
    {
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDITOR,
        Role.APPROVER,
        Role.REFORM_OFFICE,
    }
)
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
ISSUER = "凯里市户籍窗口"


def is_asked_of(officer: Officer) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and officer.role in ASKED_OF


def of(officer: Officer) -> SecondFactor | None:
    """The one that counts."""
    return SecondFactor.objects.filter(officer=officer, confirmed_at__isnull=False).first()


def start(officer: Officer) -> SecondFactor:
    """A secret to be put into the authenticator; it does not count yet."""
    if of(officer):
        raise Refused("动态口令已经启用。换手机的,请另一位管理员重置后再设置。")
    SecondFactor.objects.filter(officer=officer).delete()
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return SecondFactor.objects.create(officer=officer, secret=secret)


def address_for_authenticator(factor: SecondFactor) -> str:
    """What the QR code says to the authenticator."""
    return _totp(factor).get_provisioning_uri(factor.officer.username, ISSUER)


@transaction.atomic
def confirm(factor: SecondFactor, code: str, now: datetime.datetime) -> list[str]:
    """启用: the first code fits. The recovery codes, to be shown this once."""
    if not _take_code(factor, code, now):
        raise Refused("动态口令不对。请看手机上正在显示的六位数字;手机时间应与北京时间一致。")
    rows = SecondFactor.objects.filter(pk=factor.pk, confirmed_at__isnull=True)
    if not rows.update(confirmed_at=now):
        raise Refused("动态口令已经启用。")
    audit.record("启用动态口令", factor.officer)
    return _new_codes(factor)


@transaction.atomic
def renew_codes(factor: SecondFactor) -> list[str]:
    """更换恢复码: the former ones are good for nothing."""
    audit.record("更换恢复码", factor.officer)
    return _new_codes(factor)


def _new_codes(factor: SecondFactor) -> list[str]:
    made = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    factor.codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_code_digest(factor, code)) for code in made
    )
    return [f"{code[:5]}-{code[5:]}" for code in made]


def take(factor: SecondFactor, typed: str, now: datetime.datetime) -> bool:
    """Whether it is a code of this moment, or a recovery code; whichever it is, it is used up."""
    text = "".join(typed.split()).replace("-", "").upper()
    if len(text) == DIGITS:
        return _take_code(factor, text, now)
    unused = factor.codes.filter(digest=_code_digest(factor, text), used_at__isnull=True)
    with transaction.atomic():
        taken = unused.update(used_at=now)
        if taken:
            left = factor.codes.filter(used_at__isnull=True).count()
            audit.record("使用恢复码", factor.officer, reason=f"剩 {left} 个")
    return bool(taken)


def _take_code(factor: SecondFactor, code: str, now: datetime.datetime) -> bool:
    """The present code, or its neighbours for clocks half a minute off; compare-and-set."""
    totp, present = _totp(factor), int(now.timestamp()) // STEP_SECONDS
    for step in (present - 1, present, present + 1):
        if compare_digest(totp.generate(step * STEP_SECONDS), code.encode()):
            rows = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
            return bool(rows.update(last_step=step))
    return False


def _totp(factor: SecondFactor) -> TOTP:
    # SHA-1 is what authenticators know; RFC 6238 uses it as HMAC, where its collisions don't count.
    return TOTP(base64.b32decode(factor.secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def _code_digest(factor: SecondFactor, code: str) -> str:
    return digest(f"{factor.pk}|{code}", purpose="login.recovery")


@transaction.atomic
def propose_reset(factor: SecondFactor, by: Officer, reason: str) -> None:
    """提请重置: by one administrator, for somebody else."""
    _may_reset(factor, by)
    if not reason.strip():
        raise Refused("请写明重置的理由,如手机丢失。")
    waiting = SecondFactor.objects.filter(pk=factor.pk, reset_by__isnull=True)
    factor.reset_by, factor.reset_reason = by, reason.strip()
    sealed = SecondFactor._meta.get_field("reset_reason").seal(factor.reset_reason, factor.pk)
    if not waiting.update(reset_by=by, reset_reason=sealed):
        raise Refused("已有人提请重置,请由另一位管理员确认或不同意。")
    audit.record("提请重置动态口令", factor.officer, reason=factor.reset_reason)


@transaction.atomic
def confirm_reset(factor: SecondFactor, by: Officer) -> None:
    """确认重置: by another administrator; the officer's sessions end, he enrols anew."""
    _may_reset(factor, by)
    if factor.reset_by_id == by.pk:
        raise Refused("提请人不能确认自己的提请,请由另一位管理员确认。")
    if Role.SECURITY_ADMIN not in {by.role, factor.reset_by.role}:
        raise Refused("提请和确认的两人中,须有一位安全管理员。")
    waiting = SecondFactor.objects.filter(pk=factor.pk, reset_by=factor.reset_by_id)
    officer, reason = factor.officer, factor.reset_reason
    if not waiting.delete()[0]:
        raise Refused("这项提请已经办过了。")
    Officer.objects.filter(pk=officer.pk).update(present_login=uuid.uuid4())
    audit.record("确认重置动态口令", officer, reason=reason)


@transaction.atomic
def drop_reset(factor: SecondFactor, by: Officer) -> None:
    """不同意, or taken back by whoever proposed it."""
    _may_reset(factor, by)
    waiting = SecondFactor.objects.filter(pk=factor.pk, reset_by__isnull=False)
    if not waiting.update(reset_by=None, reset_reason=None):
        raise Refused("没有等待确认的提请。")
    audit.record("撤销重置动态口令的提请", factor.officer)


def _may_reset(factor: SecondFactor, by: Officer) -> None:
    if by.role not in ADMINISTRATORS:
        raise Refused(f"您的角色({by.get_role_display()})不能重置动态口令。")
    if factor.officer_id == by.pk:
        raise Refused("不能重置自己的动态口令,请由另外两位管理员办理。")
