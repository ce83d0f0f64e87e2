"""Pages of a permit in a real browser: papers of one sheet, the piece that comes later, a file."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from kaili_hukou.dates import add_months
from residence_permits.actions.applying import not_accept, not_grant
from residence_permits.actions.requests import Step
from residence_permits.models import Permit, PermitRequest
from tests import factories
from tests.factories import today
from tests.journeys.test_browser import log_in
from tests.residence_permits.test_applying import applied, residence
from tests.residence_permits.test_importing import row, sheet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASON = "核查发现租赁合同不实,不符合条例第二条的条件。"
LAST_WORDS = {
    "receipt": "首次申领居住证免收工本费",
    "rights": "可以自愿申请在凯里",
    "missing": "不再要求其他材料",
    "not-accepted": "行政诉讼",
    "not-granted": "行政诉讼",
}


@pytest.fixture
def desk(live_server):
    return factories.desk()


def requests_of(desk):
    """Somebody accepted, told what is missing, not accepted, not granted."""

    def made(**told):
        person = factories.person(desk.station)
        residence(person, desk)
        return PermitRequest.objects.get(pk=applied(person, desk, **told).pk)

    accepted, missing, turned_away, refused = made(), made(shown=NONE), made(shown=NONE), made()
    not_accept(turned_away, Step(desk.clerk, today(), turned_away.version, REASON))
    not_grant(refused, Step(desk.clerk, today(), refused.version, REASON))
    return {
        "receipt": accepted,
        "rights": accepted,
        "missing": missing,
        "not-accepted": turned_away,
        "not-granted": refused,
    }


NONE = frozenset()


def text_of(printed):
    # A PDF gives some characters back as radicals (⼩ for 小).
    return unicodedata.normalize("NFKC", re.sub(r"\s", "", printed.pages[0].extract_text()))


def test_each_paper_is_one_sheet(open_browser, watch, desk):
    found = requests_of(desk)
    page = open_browser()
    log_in(page, watch.server, desk.clerk)
    for name, request in found.items():
        page.goto(watch.server + reverse("permits:paper", args=[request.pk, name]))
        printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        assert len(printed.pages) == 1, name
        text = text_of(printed)
        assert LAST_WORDS[name] in text
        assert request.person.number in text
        assert ":。" not in text
    assert watch.faults == []


def permit_of(desk, entry):
    person = factories.know_person(entry, station=desk.station)
    return factories.permit(person, issued_on=add_months(today(), -3))


def section(page: Page):
    return page.locator("section.card", has_text="可引导落户")


def test_the_routes_open_to_a_holder_come_after_the_page(open_browser, watch, desk):
    entry = factories.person_entry()
    factories.roster("talent", entry)
    permit = permit_of(desk, entry)
    page = open_browser()
    log_in(page, watch.server, desk.clerk)
    page.goto(watch.server + reverse("permits:permit", args=[permit.pk]))
    expect(section(page)).to_contain_text("现已符合")
    expect(section(page)).to_contain_text("自愿")
    assert watch.faults == []


def test_where_the_piece_does_not_come_the_link_stays(open_browser, watch, desk):
    permit = permit_of(desk, factories.person_entry())
    page = open_browser()
    log_in(page, watch.server, desk.clerk)
    page.route("**/routes/", lambda route: route.abort())
    page.goto(watch.server + reverse("permits:permit", args=[permit.pk]))
    page.wait_for_load_state("networkidle")
    expect(section(page).get_by_role("link", name="查看可走的落户渠道")).to_be_visible()


def test_a_file_goes_from_the_upload_to_the_list(open_browser, watch, desk):
    page = open_browser()
    log_in(page, watch.server, desk.approver)
    page.goto(watch.server + reverse("admin:residence_permits_permit_changelist"))
    page.get_by_role("link", name="导入").click()
    told = row()
    file = {"name": "old.xlsx", "mimeType": "application/octet-stream", "buffer": sheet([told])}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("内容").select_option("0")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("button", name="确认导入 1 行")).to_be_visible()
    assert not Permit.objects.exists()
    with page.expect_navigation():
        page.keyboard.press("F8")
    expect(page.locator("body")).to_contain_text("已导入 1 行")
    expect(page.locator("#changelist")).to_contain_text(told["serial"])
    assert watch.faults == []
