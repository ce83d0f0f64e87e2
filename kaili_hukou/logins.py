"""Logging in: counted, recorded, one login for each account. Attempts are not told apart by whether
the account exists: same answers, same time, same lock."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.db import models, transaction

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import digest
from kaili_hukou.lockout import ACCOUNT, ADDRESS, LONGEST, Rule, locked_until
from kaili_hukou.models import FormerPassword, KeptForm, LoginFailure, Officer

WRONG = "用户名或密码不对,请重新输入。注意区分大小写。"
FIRST_PASSWORD_LASTS = datetime.timedelta(hours=72)
FIRST_ONE_LATE = "初始密码已超过 72 小时失效。请找系统管理员重新设置初始密码。"
KEPT_FOR = datetime.timedelta(minutes=30)

Prove = Callable[[], Officer | None]


class DeskBackend(ModelBackend):
    """Nobody is above the table of rights: a superuser logs in where DEBUG is on, nowhere else."""

    def user_can_authenticate(self, user: Officer) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_superuser)


class Locked(Refused):
    """Too many failures, of the account or from the address."""

    def __init__(self, until: datetime.datetime) -> None:
        super().__init__("连续多次登录失败,暂时不能登录。")
        self.until = until


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at an address says who he is."""

    username: str
    address: str
    at: datetime.datetime

    @property
    def account_digest(self) -> str:
        return account_digest(self.username)


def account_digest(username: str) -> str:
    """Of a name as typed: it may be a password typed into the wrong field."""
    return digest(Officer.normalize_username(username), purpose="login.account")


def log_in_by_password(attempt: Attempt, password: str) -> Officer:
    """Whose name and password these are. Refused, or Locked, with the record of it."""
    found = prove(
        attempt,
        lambda: authenticate(None, username=attempt.username, password=password),
        "登录失败",
    )
    if first_password_is_late(found, attempt.at):
        audit.record("登录失败", found, reason="初始密码已过期")
        raise Refused(FIRST_ONE_LATE)
    return found


def prove(attempt: Attempt, proof: Prove, failing: str) -> Officer:
    """What `proof` finds. The attempt counts as a failure until the proof has succeeded."""
    known = Officer.objects.filter(username=attempt.username).first()
    row = LoginFailure.objects.create(
        account_digest=attempt.account_digest,
        officer=known,
        address=attempt.address,
        at=attempt.at,
    )
    shut = _shut_until(attempt, besides=row)
    if shut:
        row.delete()
        _record(failing, attempt, known, "锁定期间的尝试")
        raise Locked(shut)
    found = proof()
    if found is None:
        _failed(failing, attempt, known)
        raise Refused(WRONG)
    row.delete()
    return found


@transaction.atomic
def _failed(failing: str, attempt: Attempt, known: Officer | None) -> None:
    _record(failing, attempt, known)
    until = _shut_until(attempt)
    if until:
        _record("登录锁定", attempt, known, f"至 {until:%Y-%m-%d %H:%M:%S%z}")


def _record(action: str, attempt: Attempt, known: Officer | None, reason: str = "") -> None:
    """Never with what was typed as a password; a name that nobody has, as a digest."""
    unknown = "" if known else f"不存在的账号(摘要 {attempt.account_digest})"
    audit.record(action, known, reason=";".join(filter(None, (unknown, reason))))


def _shut_until(attempt: Attempt, besides: LoginFailure | None = None) -> datetime.datetime | None:
    rows = LoginFailure.objects.filter(at__gt=attempt.at - LONGEST)
    if besides:
        rows = rows.exclude(pk=besides.pk)
    of_account = rows.filter(account_digest=attempt.account_digest, forgiven=False)
    ends = [_ends(of_account, ACCOUNT), _ends(rows.filter(address=attempt.address), ADDRESS)]
    return max((end for end in ends if end and end > attempt.at), default=None)


def _ends(rows: models.QuerySet[LoginFailure], rule: Rule) -> datetime.datetime | None:
    return locked_until(list(rows.values_list("at", flat=True)), rule)


def locked_accounts(now: datetime.datetime) -> list[tuple[Officer, datetime.datetime]]:
    """Accounts that exist and are shut now, and until when each is."""
    rows = LoginFailure.objects.filter(
        at__gt=now - LONGEST, officer__isnull=False, forgiven=False
    ).select_related("officer")
    failures: dict[Officer, list[datetime.datetime]] = {}
    for row in rows:
        failures.setdefault(row.officer, []).append(row.at)
    ends = ((officer, locked_until(times, ACCOUNT)) for officer, times in failures.items())
    return [(officer, end) for officer, end in ends if end and end > now]


@transaction.atomic
def unlock(officer: Officer) -> None:
    """解除锁定: the failures so far no longer count against the account."""
    if not forgive(officer):
        raise Refused(f"{officer.name}的账号没有锁定,不用解除。")
    audit.record("解除登录锁定", officer)


def forgive(officer: Officer) -> int:
    rows = LoginFailure.objects.filter(account_digest=account_digest(officer.username))
    return rows.filter(forgiven=False).update(forgiven=True)


@transaction.atomic
def begin(officer: Officer, now: datetime.datetime, *, by: str) -> None:
    """登录: this login is the present one; whatever session another one has is over."""
    forgive(officer)
    officer.present_login = uuid.uuid4()
    officer.save(update_fields=["present_login"])
    LoginFailure.objects.filter(at__lt=now - 2 * LONGEST).delete()
    drop_kept(now)
    audit.record("登录", officer, reason=by)


def end(officer: Officer) -> None:
    audit.record("退出登录", officer)


def drop_kept(now: datetime.datetime) -> int:
    """What was typed and not fetched within half an hour is gone."""
    return KeptForm.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


def password_set_at(officer: Officer) -> datetime.datetime:
    """Of an account that was written with its password hashed: the day it was made."""
    newest = FormerPassword.objects.filter(officer=officer, password=officer.password).first()
    return newest.at if newest else officer.date_joined


def first_password_is_late(officer: Officer, now: datetime.datetime) -> bool:
    return officer.password_given and now - password_set_at(officer) > FIRST_PASSWORD_LASTS
