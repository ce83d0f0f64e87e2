"""In a real browser, by keyboard: what the windows really do all day."""

from __future__ import annotations

import datetime
import io
import re
import unicodedata

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from applications.models import Application, Member, StateChange
from applications.workflow import State
from kaili_hukou import identity
from tests import factories
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BORN = datetime.date(1995, 3, 8)
NUMBER = identity.make("430104", BORN, 246)
NAME, PHONE, ADDRESS = "杨小芳", "13985570123", "湖南省长沙市岳麓区某街道9号"
WIFE_OR_HUSBAND = identity.make("430104", datetime.date(1993, 6, 1), 135)
READER = f"姓名:{NAME} 性别:女 民族:苗 出生:1995年3月8日 住址:{ADDRESS} 公民身份号码:{NUMBER}"


@pytest.fixture
def desk(live_server):
    return factories.desk()


def log_in(page: Page, server: str, officer) -> None:
    page.goto(server)
    page.locator("#id_username").focus()
    page.keyboard.type(officer.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/work/")


def put(page: Page, selector: str, text: str) -> None:
    """Types into a field, as hands do."""
    field = page.locator(selector)
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def choose(page: Page, selector: str, value: str) -> None:
    """Goes through a list with the arrows until the value stands there."""
    field = page.locator(selector)
    field.focus()
    for _ in range(40):
        if field.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{selector} has no {value}")


def press(page: Page, key: str) -> None:
    """A function key that leads to a new page."""
    page.locator("body").focus()
    with page.expect_navigation():
        page.keyboard.press(key)


def follow(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).press("Enter")


def only_case() -> Application:
    return Application.objects.get()


def test_a_family_is_settled_by_keyboard_alone(open_browser, watch, desk):
    factories.public_household(desk.station)
    clerk = open_browser()
    log_in(clerk, watch.server, desk.clerk)
    take_in_from_the_reader(clerk)
    the_verdict_follows_the_typing(clerk)
    add_the_husband(clerk)
    hand_in_the_papers(clerk)
    accept_and_print(clerk)
    all_sign(clerk)
    check(clerk)
    for officer, state in ((desk.head, State.REVIEWED), (desk.approver, State.APPROVED)):
        decide(open_browser(), watch.server, officer, state)
    register(clerk, desk.clerk)
    nothing_leaked(watch)


def take_in_from_the_reader(page: Page) -> None:
    follow(page, "受理")
    put(page, "#id_number", READER)
    put(page, "#id_division", "430104")
    choose(page, "#id_hukou_kind", "rural")
    press(page, "F8")
    expect(page.locator("main")).to_contain_text("1995")
    with page.expect_navigation():
        page.locator("button[name=route][value=education]:not([formaction])").press("Enter")
    page.wait_for_url("**/desk/cases/*/")
    case = only_case()
    assert (case.state, case.applicant.name, case.applicant.number) == (State.DRAFT, NAME, NUMBER)


def the_verdict_follows_the_typing(page: Page) -> None:
    version = only_case().version
    expect(page.locator("#verdict")).to_contain_text("待核实")
    choose(page, "#id_facts-degree_level", "bachelor")
    choose(page, "#id_facts-degree_recognised", "yes")
    expect(page.locator("#verdict .pill").first).to_have_text("符合")
    expect(page.locator("#verdict-status")).to_have_text("已按所填更新")
    case = only_case()
    assert case.version == version
    assert not (case.facts or {}).get("degree_level")


def add_the_husband(page: Page) -> None:
    page.locator("[data-add-row=companions]").press("Enter")
    focused = page.evaluate("document.activeElement.name")
    assert focused == "companions-0-number"
    page.keyboard.type(WIFE_OR_HUSBAND)
    put(page, "#id_companions-0-name", "吴大山")
    choose(page, "#id_companions-0-relationship", "spouse")
    choose(page, "#id_companions-0-living", "now")
    put(page, "#id_companions-0-division", "430104")
    choose(page, "#id_companions-0-hukou_kind", "urban")
    expect(page.locator("#verdict")).to_contain_text("吴大山")
    assert not Member.objects.filter(is_applicant=False).exists()
    put(page, "#id_applicant-phone", PHONE)
    town = page.locator("#id_place-town option:nth-child(2)").get_attribute("value")
    choose(page, "#id_place-town", town)
    put(page, "#id_place-address", "某路1号")
    press(page, "F9")
    expect(page.locator(".messages")).to_contain_text("已保存")
    assert Member.objects.get(is_applicant=False).person.number == WIFE_OR_HUSBAND


def hand_in_the_papers(page: Page) -> None:
    for field in page.locator("[id^=id_evidence-state_]").all():
        choose(page, f"#{field.get_attribute('id')}", "original")
    press(page, "F6")
    assert only_case().state == State.RECEIVED


def accept_and_print(page: Page) -> None:
    press(page, "F8")
    case = only_case()
    assert case.state == State.ACCEPTED
    address = reverse("desk:paper", args=[case.pk, "receipt"])
    if not page.url.endswith(address):
        page.goto(page.url.split("/desk/")[0] + address)
    page.emulate_media(media="print")
    expect(page.locator(".bar")).to_be_hidden()
    printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    width, height = (float(side) for side in printed.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)
    # A PDF gives some characters back as radicals (⼩ for 小).
    text = unicodedata.normalize("NFKC", re.sub(r"\s", "", printed.pages[0].extract_text()))
    for words in (case.receipt_number, NAME, NUMBER):
        assert words in text
    page.emulate_media(media="screen")
    follow(page, "返回办件")


def all_sign(page: Page) -> None:
    follow(page, "登记到场、签名、代办人")
    press(page, "F8")
    assert set(Member.objects.values_list("presence", "signed")) == {("present", "self")}
    follow(page, "返回办件")


def check(page: Page) -> None:
    press(page, "F8")
    choose(page, "#id_compared", "无重复户口,无疑点")
    put(page, "#id_findings", "与本人当面核对,材料与原件相符。")
    press(page, "F8")
    assert only_case().state == State.CHECKED


def decide(page: Page, server: str, officer, state: State) -> None:
    """Head or approver: from the list of what waits to the case, and two presses."""
    log_in(page, server, officer)
    with page.expect_navigation():
        page.locator("table.list a").first.press("Enter")
    press(page, "F8")
    press(page, "F8")
    assert only_case().state == state


def register(page: Page, clerk) -> None:
    """The place of origin has let them go; then by keys alone."""
    factories.come_over(only_case(), clerk, factories.today())
    page.reload()
    press(page, "F8")
    put(page, "#id_receipt", "RK20261123001")
    press(page, "F8")
    case = only_case()
    assert case.state == State.REGISTERED
    assert case.applicant.memberships.get(until=None).household.kind == "public"
    assert case.members.filter(outcome=Member.Outcome.REGISTERED).count() == 2
    expect(page.locator("article.paper h1").first).to_have_text("准予落户通知书")
    follow(page, "返回办件")
    expect(page.locator(".steps")).to_contain_text("已落户")


def nothing_leaked(watch) -> None:
    assert watch.faults == []
    assert watch.strangers == []
    assert watch.kept == []
    seen = " ".join(watch.addresses)
    assert len(watch.addresses) > 20
    for secret in (NAME, NUMBER, NUMBER[-4:], PHONE, WIFE_OR_HUSBAND, "%E6%9D%A8"):
        assert secret not in seen


@pytest.fixture
def draft(desk):
    case = factories.application("education", desk=desk)
    case.evidence.update(state="original")
    return case


def open_case(page: Page, server: str, case: Application) -> None:
    page.goto(server + reverse("desk:case", args=[case.pk]))


def test_a_double_press_makes_one_move(open_browser, watch, desk, draft):
    page = open_browser()
    log_in(page, watch.server, desk.clerk)
    open_case(page, watch.server, draft)
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    with page.expect_navigation():
        page.evaluate(
            "() => { const press = () => document.querySelector('[name=then][value=receive]')"
            ".click(); press(); press(); press(); }"
        )
    assert sent.count("POST") == 1
    assert StateChange.objects.filter(application=draft, move="receive").count() == 1
    expect(page.locator(".messages .error")).to_have_count(0)
    assert watch.faults == []


def test_a_stale_page_tells_what_happened_and_keeps_what_was_typed(
    open_browser, watch, desk, draft
):
    first = open_browser()
    log_in(first, watch.server, desk.clerk)
    second = first.context.new_page()
    for page in (first, second):
        open_case(page, watch.server, draft)
    put(second, "#id_place-note", "第二个窗口里写的话")
    press(first, "F6")
    assert factories.fresh(draft).state == State.RECEIVED
    press(second, "F9")
    told = second.locator(".messages")
    expect(told).to_contain_text("没有执行")
    expect(told).to_contain_text(desk.clerk.name)
    expect(told).to_contain_text("收件")
    assert "第二个窗口里写的话" not in (factories.fresh(draft).note or "")
    expect(second.locator("#id_place-note")).to_have_value("第二个窗口里写的话")


def test_leaving_a_page_with_unsaved_words_is_asked_about(open_browser, watch, desk, draft):
    page = open_browser()
    log_in(page, watch.server, desk.clerk)
    open_case(page, watch.server, draft)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    put(page, "#id_place-note", "没有保存的话")
    with page.expect_navigation():
        page.get_by_role("link", name="待办", exact=True).press("Enter")
    assert asked == ["beforeunload"]
    assert not factories.fresh(draft).note


def test_after_logging_out_the_back_button_shows_nobody(open_browser, watch, desk, draft):
    page = open_browser()
    log_in(page, watch.server, desk.clerk)
    open_case(page, watch.server, draft)
    expect(page.locator("main")).to_contain_text(draft.applicant.masked_number)
    with page.expect_navigation():
        page.get_by_role("button", name="退出").press("Enter")
    page.go_back()
    assert "/login/" in page.url
    assert draft.applicant.name not in page.content()
