"""动态口令: who needs it, how it is set up, that no code counts twice, and the reset by two."""

from __future__ import annotations

import base64
import datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kaili_hukou import second_factor, sessions
from kaili_hukou import settings as desk_settings
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, RecoveryCode, SecondFactor
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import PASSWORD, client_of
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

LOGIN, PAGE = "/admin/login/", "/login/second-factor/"
NOW = timezone.now()


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def approver(db):
    return factories.officer(Role.APPROVER)


def entered(officer):
    client = Client()
    answer = client.post(LOGIN, {"username": officer.username, "password": PASSWORD}, follow=True)
    return client, answer


def code_of(factor, at=None):
    at = at or timezone.now()
    totp = TOTP(base64.b32decode(factor.secret), 6, SHA1(), 30)  # noqa: S303 - RFC 6238
    return totp.generate(int(at.timestamp())).decode()


def enrolled(officer):
    factor = second_factor.start(officer)
    # A minute ago, so that the code of this moment is not used up.
    then = timezone.now() - datetime.timedelta(minutes=2)
    return factor, second_factor.confirm(factor, code_of(factor, then), then)


def actions(officer):
    rows = AuditEntry.objects.filter(
        object_type="kaili_hukou.Officer", object_id=str(officer.pk)
    ).order_by("at")
    return [name for name in rows.values_list("action", flat=True) if name != "安排任职"]


def test_whoever_sees_more_than_one_station_sets_it_up_before_anything_else(required, approver):
    client, there = entered(approver)
    assert there.redirect_chain[-1][0] == PAGE
    assert client.get("/desk/work/").url == PAGE
    there = client.post(PAGE)
    factor = SecondFactor.objects.get()
    assert "<svg" in there.content.decode()
    assert factor.secret in there.content.decode()
    wrong = submit(client, there, {"code": "000000x"})
    assert "动态口令不对" in wrong.content.decode()
    assert client.get("/desk/work/").status_code == 302
    done = submit(client, wrong, {"code": code_of(factor)})
    codes = [text for text in page(done).text.split() if len(text) == 11 and text[5] == "-"]
    assert len(codes) == second_factor.RECOVERY_CODES
    assert client.get("/desk/work/").status_code == 200
    assert codes[0] not in client.get(PAGE).content.decode()
    assert actions(approver) == ["登录", "启用动态口令"]


@pytest.mark.parametrize("role", list(Role.values))
def test_it_is_asked_of_administrators_and_of_whoever_sees_the_city(required, role):
    asked = {"system_admin", "security_admin", "auditor", "approver", "reform_office"}
    officer = factories.officer(role, factories.station())
    _, there = entered(officer)
    assert (there.redirect_chain[-1][0] == PAGE) is (role in asked)


def test_nobody_is_forced_where_debug_is_on(settings):
    assert (desk_settings.DEBUG, desk_settings.SECOND_FACTOR_REQUIRED) == (False, True)
    assert settings.SECOND_FACTOR_REQUIRED is False
    client, there = entered(factories.officer(Role.APPROVER))
    assert there.status_code == 200
    assert "可自愿启用" in client.get(PAGE).content.decode()


def test_the_login_asks_for_the_code_and_takes_it_once(approver):
    factor, _ = enrolled(approver)
    client, there = entered(approver)
    assert there.redirect_chain[-1][0] == reverse("login-code")
    assert client.get("/desk/work/").url.startswith(LOGIN)
    code = code_of(factor)
    done = submit(client, there, {"code": f"{code[:3]} {code[3:]}"})
    assert done.redirect_chain[0][0] == "/"
    assert client.get("/desk/work/").status_code == 200
    other, there = entered(approver)
    again = submit(other, there, {"code": code})
    assert "已经用过" in again.content.decode()
    assert other.get("/desk/work/").status_code == 302
    assert client.get("/desk/work/").status_code == 200, "half a login ends nobody's session"
    assert actions(approver) == ["启用动态口令", "登录", "动态口令验证失败"]


@pytest.mark.parametrize(("late", "good"), [(-30, True), (0, True), (30, True), (90, False)])
def test_a_clock_may_be_half_a_minute_off(approver, late, good):
    factor, _ = enrolled(approver)
    then = timezone.now() + datetime.timedelta(seconds=late)
    assert second_factor.take(factor, code_of(factor, then), timezone.now()) is good


def test_an_older_code_is_not_taken_after_a_newer_one(approver):
    factor, _ = enrolled(approver)
    now = timezone.now()
    older = code_of(factor, now - datetime.timedelta(seconds=30))
    assert second_factor.take(factor, code_of(factor, now), now)
    assert not second_factor.take(factor, older, now)


@pytest.mark.parametrize("typed", ["", "１２３４５６", "12345", "-", "é" * 6, "\0" * 6, "x" * 5000])
def test_odd_codes_are_wrong_and_nothing_else(approver, typed):
    factor, _ = enrolled(approver)
    assert second_factor.take(factor, typed, timezone.now()) is False
    client, there = entered(approver)
    answer = client.post(reverse("login-code"), {"code": typed})
    assert answer.status_code == 200


def test_a_recovery_code_opens_once(approver):
    factor, codes = enrolled(approver)
    assert len(set(codes)) == 10
    client, there = entered(approver)
    submit(client, there, {"code": codes[0].lower()})
    assert client.get("/desk/work/").status_code == 200
    assert not second_factor.take(factor, codes[0], timezone.now())
    assert actions(approver)[-2:] == ["使用恢复码", "登录"]
    client.post(PAGE)
    assert not second_factor.take(factor, codes[1], timezone.now())
    assert actions(approver)[-1] == "更换恢复码"


def test_secret_and_recovery_codes_stand_nowhere_in_clear(approver):
    factor, codes = enrolled(approver)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM kaili_hukou_secondfactor")
        stored = bytes(cursor.fetchone()[0])
    assert factor.secret.encode() not in stored
    held = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not held & {code.replace("-", "") for code in codes}


def test_guessing_codes_locks_the_account_and_a_new_password_step_does_not_help(approver):
    enrolled(approver)
    for _ in range(5):
        client, there = entered(approver)
        answer = client.post(reverse("login-code"), {"code": "000000"})
    assert answer.status_code == 200
    assert client.post(reverse("login-code"), {"code": "000000"}).status_code == 429
    assert entered(approver)[1].status_code == 429


def test_the_second_step_waits_five_minutes(approver):
    factor, _ = enrolled(approver)
    client, _ = entered(approver)
    session = client.session
    session["pending"] = session["pending"] | {"since": int(timezone.now().timestamp()) - 301}
    session.save()
    assert client.post(reverse("login-code"), {"code": code_of(factor)}).url == LOGIN
    assert Client().get(reverse("login-code")).url == LOGIN


def test_a_code_confirms_again(approver):
    factor, _ = enrolled(approver)
    client = client_of(approver)
    client.get("/")
    session = client.session
    session[sessions.CONFIRMED] = 0
    session.save()
    asked = client.get(reverse("desk:parameters-export"), follow=True)
    done = submit(client, asked, {"proof": code_of(factor)})
    assert done.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("first", "second", "good"),
    [
        ("security_admin", "system_admin", True),
        ("system_admin", "security_admin", True),
        ("system_admin", "system_admin", False),
    ],
)
def test_two_administrators_reset_it_and_its_owner_is_out(required, approver, first, second, good):
    enrolled(approver)
    mine = client_of(approver)
    session = mine.session
    session[sessions.SECOND] = True
    session.save()
    assert mine.get("/desk/work/").status_code == 200
    address = reverse("reset-second-factor", args=[approver.pk])
    one, other = (passed(factories.officer(role)) for role in (first, second))
    one.post(address, {"propose": "1", "reason": "手机丢失"})
    one.post(address, {"confirm": "1"})
    assert SecondFactor.objects.count() == 1
    assert "手机丢失" in other.get(address).content.decode()
    other.post(address, {"confirm": "1"})
    assert SecondFactor.objects.exists() is not good
    assert (mine.get("/desk/work/").status_code == 302) is good
    told = ["提请重置动态口令", "确认重置动态口令"]
    assert [name for name in actions(approver) if "重置" in name] == told[: 1 + good]


def passed(officer):
    """A browser in which the second step was taken."""
    client = client_of(officer)
    session = client.session
    session[sessions.SECOND] = True
    session.save()
    return client


def test_nobody_resets_his_own(approver):
    admin = factories.officer(Role.SECURITY_ADMIN)
    factor, _ = enrolled(admin)
    with pytest.raises(Refused, match="自己"):
        second_factor.propose_reset(factor, admin, "丢了")
    with pytest.raises(Refused, match="角色"):
        second_factor.propose_reset(factor, approver, "丢了")


def test_a_proposal_is_taken_back(approver):
    factor, _ = enrolled(approver)
    client = passed(factories.officer(Role.SECURITY_ADMIN))
    address = reverse("reset-second-factor", args=[approver.pk])
    assert "理由" in client.post(address, {"propose": "1", "reason": ""}).content.decode()
    client.post(address, {"propose": "1", "reason": "丢了"})
    client.post(address, {"drop": "1"})
    client.post(address, {"drop": "1"})
    factor.refresh_from_db()
    assert (factor.reset_by, factor.reset_reason) == (None, "")
    assert actions(approver).count("撤销重置动态口令的提请") == 1
