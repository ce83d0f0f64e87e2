"""The door: what locks it, how long it stays open, and what it keeps of what was typed."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kaili_hukou import logins, sessions
from kaili_hukou.crypto import EncryptedField
from kaili_hukou.models import AuditEntry, FormerPassword, KeptForm, LoginFailure, Officer
from kaili_hukou.roles import Role
from kaili_hukou.settings import AUTH_PASSWORD_VALIDATORS
from tests import factories
from tests.factories import PASSWORD, client_of, days
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

LOGIN, HOME = "/admin/login/", "/"
ORIGIN = {"Origin": "http://testserver"}
NEW = "Quite another 77 phrase"


@pytest.fixture
def clerk(desk):
    return desk.clerk


@pytest.fixture
def administrator(db):
    return factories.officer(Role.SYSTEM_ADMIN)


def enter(username, password=PASSWORD, client=None, **told):
    client = client or Client()
    return client, client.post(LOGIN, {"username": username, "password": password} | told)


def entered(officer, password=PASSWORD):
    client, answer = enter(officer.username, password)
    assert answer.status_code == 302, answer.content.decode()
    return client


def is_in(client):
    return client.get("/desk/work/").status_code == 200


def actions(officer=None):
    rows = AuditEntry.objects.order_by("at")
    if officer:
        rows = rows.filter(object_type=officer._meta.label, object_id=str(officer.pk))
    return list(rows.values_list("action", flat=True))


def marks(client, **told):
    session = client.session
    session.update(told)
    session.save()


def ago(**told):
    return int((timezone.now() - datetime.timedelta(**told)).timestamp())


# ------------------------------------------------------------------ lock-out


def test_five_failures_lock_the_account_and_the_right_password_waits(clerk):
    for _ in range(4):
        assert logins.WRONG in enter(clerk.username, "wrong")[1].content.decode()
    client, fifth = enter(clerk.username, "wrong")
    assert fifth.status_code == 200
    _, shut = enter(clerk.username)
    assert shut.status_code == 429
    until = timezone.localtime() + datetime.timedelta(minutes=15)
    told = shut.content.decode()
    assert "系统管理员" in told
    assert any(f"{until + days(1) * part:%H:%M}" in told for part in (0, 1 / 1440))
    LoginFailure.objects.update(at=timezone.now() - datetime.timedelta(minutes=16))
    assert is_in(entered(clerk))


def test_an_account_that_does_not_exist_is_answered_and_locked_alike(clerk):
    pages = {}
    for username in (clerk.username, "nobody"):
        pages[username] = [enter(username, "wrong")[1] for _ in range(6)]
    mine, nobodys = (
        [(one.status_code, shown(one)) for one in answers] for answers in pages.values()
    )
    assert mine == [(code, text.replace("nobody", clerk.username)) for code, text in nobodys]
    assert [code for code, _ in mine] == [200] * 5 + [429]


class Counting(MD5PasswordHasher):
    """How often a password is hashed is what makes a login slow."""

    counted = 0

    def encode(self, password, salt):
        type(self).counted += 1
        return super().encode(password, salt)


def test_a_wrong_name_costs_as_much_time_as_a_wrong_password(clerk, settings):
    closed = factories.officer(Role.WINDOW, is_active=False)
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    hashed, asked = [], []
    for username in (clerk.username, "nobody", closed.username):
        Counting.counted = 0
        with CaptureQueriesContext(connection) as queries:
            enter(username, "wrong")
        hashed.append(Counting.counted)
        asked.append(len(queries))
    assert hashed == [1, 1, 1]
    assert len(set(asked)) == 1


def shown(answer):
    lines = answer.content.decode().splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)


def test_a_closed_account_and_a_superuser_are_answered_like_a_wrong_password(clerk):
    Officer.objects.filter(pk=clerk.pk).update(is_active=False)
    above = factories.officer(Role.WINDOW, is_superuser=True)
    for officer in (clerk, above):
        assert logins.WRONG in enter(officer.username)[1].content.decode()


def test_a_superuser_logs_in_where_debug_is_on(settings, desk):
    settings.DEBUG = True
    above = factories.officer(Role.WINDOW, desk.station, is_superuser=True)
    client = entered(above)
    assert is_in(client)
    settings.DEBUG = False
    assert not is_in(client)


def test_sixty_failures_from_one_address_lock_it_and_no_other(clerk):
    now = timezone.now()
    rows = [
        LoginFailure(account_digest=f"{number:032}", address="10.0.0.9", at=now)
        for number in range(60)
    ]
    LoginFailure.objects.bulk_create(rows)
    sent = {"username": clerk.username, "password": PASSWORD}
    assert Client(REMOTE_ADDR="10.0.0.9").post(LOGIN, sent).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.8").post(LOGIN, sent).status_code == 302


def test_successes_never_count_and_forgive_the_failures_before(clerk):
    for _ in range(2):
        for _ in range(4):
            enter(clerk.username, "wrong")
        entered(clerk)
    for _ in range(6):
        entered(clerk)
    assert LoginFailure.objects.filter(forgiven=False).count() == 0
    assert LoginFailure.objects.count() == 8


def test_an_administrator_unlocks_and_it_is_recorded(clerk, administrator):
    for _ in range(5):
        enter(clerk.username, "wrong")
    client = client_of(administrator)
    there = client.get(reverse("login-locks"))
    assert clerk.username in there.content.decode()
    client.post(reverse("unlock", args=[clerk.pk]))
    assert is_in(entered(clerk))
    assert "解除登录锁定" in actions(clerk)
    client.post(reverse("unlock", args=[clerk.pk]))
    assert actions(clerk).count("解除登录锁定") == 1


def test_a_header_from_no_trusted_proxy_changes_no_address(clerk, settings):
    client = Client(headers={"X-Forwarded-For": "10.9.9.9"})
    enter(clerk.username, "wrong", client)
    assert LoginFailure.objects.get().address == "127.0.0.1"
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    enter(clerk.username, "wrong", Client(headers={"X-Forwarded-For": "1.2.3.4, 10.9.9.9"}))
    assert LoginFailure.objects.latest("pk").address == "10.9.9.9"


def test_each_act_at_the_door_is_recorded_once_without_what_was_typed(clerk):
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    enter(clerk.username, "a secret typed wrong")
    enter("a secret in the wrong field", "x")
    client = entered(clerk)
    client.post("/admin/logout/")
    rows = AuditEntry.objects.exclude(pk__in=before).order_by("at")
    told = [(row.action, row.actor_id, row.address) for row in rows]
    assert told == [
        ("登录失败", None, "127.0.0.1"),
        ("登录失败", None, "127.0.0.1"),
        ("登录", clerk.pk, "127.0.0.1"),
        ("退出登录", clerk.pk, "127.0.0.1"),
    ]
    assert [row.actor_title for row in rows][:2] == ["未登录人员"] * 2
    assert not any("secret" in f"{row.reason}{row.values}{row.object_id}" for row in rows)
    assert rows[1].reason == (
        f"不存在的账号(摘要 {logins.account_digest('a secret in the wrong field')})"
    )


def test_a_lock_is_recorded_with_its_end(clerk):
    for _ in range(6):
        enter(clerk.username, "wrong")
    assert [name for name in actions(clerk) if name.startswith("登录")] == [
        *["登录失败"] * 5,
        "登录锁定",
        "登录失败",
    ]


@pytest.mark.parametrize("username", ["", "\0", "x" * 9999, "<script>", "' or 1=1 --"])
def test_odd_names_get_a_sentence(username):
    answer = enter(username, "x")[1]
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize("leading_to", ["//evil.example/", "https://evil.example/", "javascript:1"])
def test_the_login_leads_to_no_other_host(clerk, leading_to):
    assert enter(clerk.username, next=leading_to)[1].url == HOME


# ------------------------------------------------------------------ sessions


def test_the_key_of_the_session_is_new_after_the_login_and_dead_after_the_logout(clerk):
    client = Client()
    client.get(LOGIN)
    marks(client, planted=1)
    planted = client.session.session_key
    enter(clerk.username, client=client)
    held = client.cookies["sessionid"].value
    assert held != planted
    assert is_in(client)
    for key in (planted, held):
        other = Client()
        other.cookies["sessionid"] = key
        if key == held:
            client.post("/admin/logout/")
        assert not is_in(other), key


def test_a_newer_login_ends_the_older_whose_page_says_so(clerk):
    first, second = entered(clerk), entered(clerk)
    assert is_in(second)
    answer = first.get("/desk/work/", follow=True)
    assert "另一处登录" in answer.content.decode()
    assert is_in(second)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"minutes": 14}, ""),
        ({"minutes": 16}, "15 分钟没有操作"),
        ({"hours": 13}, "连续登录 12 小时"),
    ],
)
def test_a_login_ends_when_idle_and_after_twelve_hours(clerk, told, sentence):
    client = entered(clerk)
    marks(client, **{sessions.BEGAN if "hours" in told else sessions.USED: ago(**told)})
    key = client.session.session_key
    answer = client.get("/desk/work/", follow=True)
    assert sentence in answer.content.decode()
    assert is_in(client) is not bool(sentence)
    if sentence:
        assert answer.redirect_chain == [(f"{LOGIN}?next=%2Fdesk%2Fwork%2F", 302)]
        assert client.session.session_key != key
        assert actions(clerk).count("登录结束") == 1


def test_use_keeps_a_login_alive_and_is_written_once_a_minute(clerk):
    client = entered(clerk)
    marks(client, used=ago(minutes=10))
    assert is_in(client)
    assert client.session["used"] > ago(minutes=1)
    marks(client, used=(used := ago(seconds=30)))
    assert is_in(client)
    assert client.session["used"] == used


def test_a_closed_account_and_a_changed_password_end_every_login(clerk):
    client = entered(clerk)
    Officer.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not is_in(client)
    Officer.objects.filter(pk=clerk.pk).update(is_active=True)
    client = entered(clerk)
    clerk.refresh_from_db()
    clerk.set_password(NEW)
    clerk.save()
    assert not is_in(client)


# ------------------------------------------------------------------ what was typed


def typed_into(client, reason, **marked):
    marks(client, **marked)
    slip = {"route": "education", "bring": reason, "csrfmiddlewaretoken": "x"}
    return client.post(reverse("desk:slip"), slip, headers=ORIGIN, follow=True)


def test_what_was_typed_into_an_ended_login_is_offered_again_to_the_same_officer(desk, clerk):
    client = entered(clerk)
    answer = typed_into(client, "毕业证书和\n学信网报告", used=ago(minutes=20))
    assert "加密保留 30 分钟" in answer.content.decode()
    kept = KeptForm.objects.get()
    assert (kept.officer, kept.path) == (clerk, reverse("desk:slip"))
    assert isinstance(KeptForm._meta.get_field("fields"), EncryptedField)
    there = submit(client, answer, {"username": clerk.username, "password": PASSWORD})
    assert there.redirect_chain == [(reverse("kept-forms"), 302)]
    form = page(there).form("bring")
    assert form.fields["bring"] == "毕业证书和\n学信网报告"
    assert form.action == reverse("desk:slip")
    done = client.post(form.action, form.filled({}), follow=True)
    assert done.status_code == 200
    assert enter(clerk.username)[1].url == HOME, "what was fetched is not offered again"


def test_another_officer_at_the_same_browser_never_sees_it(desk, clerk):
    client = entered(clerk)
    answer = typed_into(client, "毕业证书", used=ago(minutes=20))
    there = submit(client, answer, {"username": desk.second.username, "password": PASSWORD})
    assert "毕业证书" not in there.content.decode()
    assert not KeptForm.objects.exists()


def test_the_older_of_two_logins_keeps_its_words_for_half_an_hour(desk, clerk):
    first = entered(clerk)
    second = entered(clerk)
    typed_into(first, "毕业证书")
    assert "毕业证书" in second.get(reverse("kept-forms")).content.decode()
    KeptForm.objects.update(at=timezone.now() - datetime.timedelta(minutes=31))
    assert "毕业证书" not in second.get(reverse("kept-forms")).content.decode()
    entered(clerk)
    assert not KeptForm.objects.exists()


def test_a_script_that_asks_in_between_loses_nothing(clerk):
    client = entered(clerk)
    marks(client, used=ago(minutes=20))
    asked = client.get("/desk/work/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert asked.status_code == 401
    typed_into(client, "毕业证书")
    assert KeptForm.objects.get().officer == clerk


def test_a_form_of_a_foreign_page_is_not_kept(clerk):
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        client = entered(clerk)
        marks(client, used=ago(minutes=20))
        client.post(reverse("desk:slip"), {"bring": "x"}, headers=origin)
    assert not KeptForm.objects.exists()


def test_a_password_is_never_kept(clerk):
    client = entered(clerk)
    marks(client, used=ago(minutes=20))
    sent = {"new_password1": NEW, "old_password": PASSWORD}
    client.post("/admin/password_change/", sent, headers=ORIGIN)
    assert not KeptForm.objects.exists()
    client.post("/admin/kaili_hukou/officer/add/", {"password1": NEW, "name": "某"}, headers=ORIGIN)
    assert KeptForm.objects.get().fields == [["name", "某"]]


def test_a_form_whose_token_is_of_an_earlier_login_is_offered_again(clerk):
    client = Client(enforce_csrf_checks=True)
    client.cookies = entered(clerk).cookies
    stale = {"csrfmiddlewaretoken": "x" * 64, "route": "education", "bring": "毕业证书"}
    answer = client.post(reverse("desk:slip"), stale, headers=ORIGIN)
    assert answer.url == reverse("kept-forms")
    foreign = client.post(reverse("desk:slip"), stale, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert KeptForm.objects.count() == 1


# ------------------------------------------------------------------ passwords


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Short 1 one", "12"),
        ("only small letters here", "三类"),
        ("only small letters 9", ""),
        ("Password1234", "常见"),
        ("officer phrase", "三类"),
        (NEW, ""),
    ],
)
def test_a_password_is_long_mixed_and_uncommon(clerk, password, sentence):
    told = ""
    try:
        validate_password(password, clerk)
    except ValidationError as fault:
        told = " ".join(fault.messages)
    assert sentence in told
    assert bool(told) is bool(sentence)


def test_asvs_asks_for_length_and_the_list_alone(clerk, settings):
    settings.BY_ASVS = True
    settings.AUTH_PASSWORD_VALIDATORS = [
        row | ({"OPTIONS": {"refuse": False}} if row["NAME"].endswith("NotAFormerOne") else {})
        for row in AUTH_PASSWORD_VALIDATORS
        if not row["NAME"].endswith("ThreeClasses")
    ]
    validate_password("only small letters here", clerk)
    validate_password(PASSWORD, clerk)
    with pytest.raises(ValidationError):
        validate_password("password1234", clerk)
    with pytest.raises(ValidationError):
        validate_password("Short 1 one", clerk)
    FormerPassword.objects.update(at=timezone.now() - datetime.timedelta(days=400))
    assert is_in(entered(clerk))


def test_none_of_the_last_five_passwords_comes_again(clerk):
    phrases = [f"{word} phrase 1 X" for word in ("first", "second", "third", "fourth", "fifth")]
    for phrase in phrases:
        clerk.set_password(phrase)
        clerk.save()
    for phrase in phrases:
        with pytest.raises(ValidationError, match="最近五次"):
            validate_password(phrase, clerk)
    validate_password(PASSWORD, clerk)


def test_an_expired_password_is_changed_on_the_spot_and_the_way_goes_on(clerk):
    FormerPassword.objects.update(at=timezone.now() - datetime.timedelta(days=91))
    client, answer = enter(clerk.username, next="/desk/search/")
    there = client.get("/desk/work/", follow=True)
    assert there.redirect_chain[-1][0] == "/admin/password_change/"
    assert "90 天" in there.content.decode()
    refused = submit(client, there, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert "最近五次" in refused.content.decode()
    assert not is_in(client)
    done = submit(client, refused, {"new_password1": NEW, "new_password2": NEW})
    assert done.status_code == 200
    assert is_in(client)
    assert actions(clerk).count("修改密码") == 1
    assert is_in(entered(clerk, NEW))


def test_a_first_password_is_good_for_one_login_within_72_hours(clerk, administrator):
    admin = client_of(administrator)
    there = admin.get(reverse("admin:auth_user_password_change", args=[clerk.pk]))
    submit(admin, there, {"password1": NEW, "password2": NEW})
    clerk.refresh_from_db()
    assert clerk.password_given
    client = entered(clerk, NEW)
    assert not is_in(client)
    assert "初始密码" in client.get("/desk/work/", follow=True).content.decode()
    FormerPassword.objects.filter(officer=clerk).update(
        at=timezone.now() - datetime.timedelta(hours=73)
    )
    assert logins.FIRST_ONE_LATE in enter(clerk.username, NEW)[1].content.decode()


def test_a_new_account_has_a_first_password(administrator, desk):
    admin = client_of(administrator)
    told = {"username": "xin01", "name": "某新", "role": "window", "station": desk.station.pk}
    there = submit(
        admin,
        admin.get("/admin/kaili_hukou/officer/add/"),
        told | {"station": str(desk.station.pk), "password1": NEW, "password2": NEW},
    )
    assert there.status_code == 200
    made = Officer.objects.get(username="xin01")
    assert made.password_given
    client = entered(made, NEW)
    there = client.get("/desk/work/", follow=True)
    mine = "My own phrase 2026"
    submit(client, there, {"new_password1": mine, "new_password2": mine})
    assert is_in(client)


def test_the_old_password_is_asked_for_and_guessing_it_ends_the_session(clerk):
    client = entered(clerk)
    told = {"old_password": "guess", "new_password1": NEW, "new_password2": NEW}
    for _ in range(5):
        assert "原密码不对" in client.post("/admin/password_change/", told).content.decode()
    assert client.post("/admin/password_change/", told).status_code == 429
    assert not is_in(client)
    assert Officer.objects.get(pk=clerk.pk).check_password(PASSWORD)


# ------------------------------------------------------------------ fresh confirmation


def test_an_export_asks_again_and_then_goes_on(clerk):
    client = entered(clerk)
    export = reverse("permits:due-export")
    assert client.get(export).status_code == 200
    marks(client, confirmed=ago(minutes=11))
    before = AuditEntry.objects.filter(action__startswith="导出").count()
    asked = client.get(export, follow=True)
    assert "再次确认" in asked.content.decode()
    assert AuditEntry.objects.filter(action__startswith="导出").count() == before
    wrong = submit(client, asked, {"proof": "wrong"})
    assert "不对" in wrong.content.decode()
    done = submit(client, wrong, {"proof": PASSWORD})
    assert done.redirect_chain == [(export, 302)]
    assert actions(clerk)[-2:] == ["再次确认失败", "再次确认身份"]


def test_a_changed_parameter_and_a_changed_account_ask_again_and_keep_the_form(desk, administrator):
    change = {"name": "area_per_head", "from_day": "2030-01-01", "value": "18"}
    change |= {"document": "试", "reason": "试"}
    account = reverse("admin:kaili_hukou_officer_change", args=[desk.clerk.pk])
    for officer, address, sent in (
        (desk.approver, reverse("desk:parameters"), change),
        (administrator, account, {"name": "某", "username": desk.clerk.username}),
    ):
        client = entered(officer)
        marks(client, confirmed=ago(minutes=11))
        asked = client.post(address, sent, headers=ORIGIN, follow=True)
        assert "再次确认" in asked.content.decode()
        there = submit(client, asked, {"proof": PASSWORD})
        form = page(there).form(*sent)
        assert (form.action, form.filled({})["name"]) == (address, sent["name"])


def test_no_kept_form_is_anybody_elses(desk):
    KeptForm(id=uuid4(), officer=desk.clerk, path="/", fields=[["a", "毕业证书"]]).save()
    for officer in (desk.second, desk.approver):
        assert "毕业证书" not in client_of(officer).get(reverse("kept-forms")).content.decode()
        client_of(officer).post(reverse("kept-forms"))
    assert KeptForm.objects.count() == 1
