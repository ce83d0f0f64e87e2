"""The door in a real browser: a login that ends in mid-sentence, and an authenticator."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from kaili_hukou import sessions
from kaili_hukou.models import KeptForm
from tests import factories
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(page: Page, officer) -> None:
    page.locator("#id_username").fill(officer.username)
    page.locator("#id_password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("#id_password").press("Enter")


def go_idle() -> None:
    """Twenty minutes pass for everybody who is logged in."""
    for row in Session.objects.all():
        held = row.get_decoded()
        if sessions.USED in held:
            held[sessions.USED] -= 20 * 60
            row.session_data = Session.get_session_store_class()().encode(held)
            row.save()


def test_a_draft_survives_the_end_of_the_login_and_a_second_factor_is_set_up(
    open_browser, watch, live_server
):
    desk = factories.desk()
    draft = factories.application("education", desk=desk)
    page = open_browser()
    page.goto(f"{watch.server}/admin/login/?next=/desk/cases/{draft.pk}/")
    enter(page, desk.clerk)
    field = page.locator("#id_place-address")
    go_idle()
    field.fill("北京西路 18 号 3 单元")
    expect(page.locator("#verdict-status")).to_contain_text("登录已结束")
    with page.expect_navigation():
        page.keyboard.press("F9")
    expect(page.locator(".message.warning")).to_contain_text("15 分钟没有操作")
    expect(page.locator(".message.warning")).to_contain_text("加密保留")
    enter(page, desk.clerk)
    with page.expect_navigation():
        page.get_by_role("button", name="继续提交").press("Enter")
    expect(page.locator(".messages")).to_contain_text("已保存")
    expect(field).to_have_value("北京西路 18 号 3 单元")
    draft.refresh_from_db()
    assert draft.address == "北京西路 18 号 3 单元"
    assert KeptForm.objects.get().shown
    set_up_an_authenticator(open_browser(), watch.server, desk.approver)
    # The script is told 401 for its check: that alone the browser notes.
    assert [text for text in watch.faults if "401" not in text] == []
    assert (watch.strangers, watch.kept) == ([], [])


def set_up_an_authenticator(page: Page, server: str, officer) -> None:
    page.goto(f"{server}/admin/login/?next=/login/second-factor/")
    enter(page, officer)
    with page.expect_navigation():
        page.get_by_role("button", name="开始设置").press("Enter")
    expect(page.locator(".qr svg")).to_be_visible()
    secret = base64.b32decode(page.locator("p.number").inner_text())
    totp = TOTP(secret, 6, SHA1(), 30)  # noqa: S303 - RFC 6238
    page.locator("#id_code").fill(totp.generate(int(timezone.now().timestamp())).decode())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
