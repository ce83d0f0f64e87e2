"""A unit's year through the pages: filled, sent, sent back, sent again, accepted; and silence."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kaili_hukou.models import Bureau, Town
from kaili_hukou.roles import Role
from reports.models import ReturnFile, UnitReturn
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit
from tests.scans import jpeg, pdf

pytestmark = pytest.mark.django_db
HEAD = {"head-contact": "张三", "head-phone": "0855-8223000", "head-signatory": "李四"}


@pytest.fixture
def office():
    return client_of(factories.officer(Role.REFORM_OFFICE))


def bureau(code="housing_fund"):
    return Bureau.objects.get(code=code)


def clerk(unit):
    place = {"bureau": unit} if isinstance(unit, Bureau) else {"town": unit}
    return client_of(factories.officer(Role.BUREAU_CLERK, **place))


def address(unit, name="return", *more):
    return reverse(f"reports:{name}", args=[today().year, unit.code, *more])


def scan(content=None, name="扫描.pdf"):
    return SimpleUploadedFile(name, content or pdf())


def begin(client, unit):
    return client.post(address(unit, "return-move", "begin"), {"version": 0}, follow=True)


def filled(client, unit, *, button="save", **typed):
    """What the open form of the page would send, with a line under each measure."""
    form = page(client.get(address(unit))).form("head-contact")
    lines = {name: "已按要求落实" for name in form.fields if name.endswith("-progress")}
    files = {name: value for name, value in typed.items() if isinstance(value, SimpleUploadedFile)}
    words = {name: value for name, value in typed.items() if name not in files}
    sent = form.filled(lines | HEAD | words, (button, "1"))
    return client.post(address(unit), sent | files, follow=True)


def moved(client, unit, name, **typed):
    version = UnitReturn.objects.get(**{_column(unit): unit}).version
    data = {"version": version} | typed
    return client.post(address(unit, "return-move", name), data, follow=True)


def _column(unit):
    return "bureau" if isinstance(unit, Bureau) else "town"


def test_a_return_from_the_first_press_to_its_acceptance(office):
    unit = bureau()
    client = clerk(unit)
    home = page(client.get(reverse("reports:home")))
    assert "开始填报" in home.text
    begin(client, unit)
    item = UnitReturn.objects.get().items.get(clause="三(三)5")
    money = {f"{item.pk}-cost_estimated": "120,000", f"{item.pk}-cost_spent": "98000.50元"}
    answer = filled(client, unit, button="send", **money)
    assert "还不能送出,缺少:盖章扫描件" in page(answer).text
    item.refresh_from_db()
    assert (item.progress, str(item.cost_spent)) == ("已按要求落实", "98000.50")
    more = {"head-sealed": scan(), f"{item.pk}-evidence": scan(jpeg(), "照片.jpg")}
    answer = filled(client, unit, button="send", **more)
    assert "已送出" in page(answer).text
    assert {row.purpose for row in ReturnFile.objects.all()} == {"sealed", "evidence"}

    text = page(office.get(address(unit))).text
    assert "98000.50 元" in text
    answer = moved(office, unit, "send_back", reason="请补充贷款户数")
    assert "退回" in page(client.get(reverse("reports:home"))).text
    assert "请补充贷款户数" in page(client.get(address(unit))).text
    filled(client, unit, button="send", **{f"{item.pk}-figures": "贷款 12 户"})
    answer = moved(office, unit, "accept")
    assert "已采用" in page(answer).text
    row = UnitReturn.objects.get()
    assert (row.state, row.received_on) == ("accepted", today())

    paper = page(client.get(address(unit, "return-paper"))).text
    for words in (
        f"市住房公积金管理中心关于 {today().year} 年度",
        "一、工作开展情况",
        "三、配套政策出台情况",
        "贷款 12 户",
        "98000.50",
        "签发人:李四",
        "联系人:张三,电话:0855-8223000",
    ):
        assert words in paper, words


def test_of_two_officers_at_once_the_second_keeps_what_he_typed(office):
    unit = bureau()
    client, other = clerk(unit), clerk(unit)
    begin(client, unit)
    form = page(other.get(address(unit))).form("head-contact")
    filled(client, unit, **{"head-suggestions": "甲的建议"})
    answer = other.post(address(unit), form.filled({"head-suggestions": "乙的建议"}, ("save", "1")))
    assert answer.status_code == 409
    shown = page(answer)
    assert "您的操作没有执行" in shown.text
    assert "现在存的是:甲的建议" in shown.text
    again = shown.form("head-contact")
    assert again.fields["head-suggestions"] == "乙的建议"
    assert UnitReturn.objects.get().suggestions == "甲的建议"
    other.post(address(unit), again.filled({}, ("save", "1")))
    assert UnitReturn.objects.get().suggestions == "乙的建议"


def test_the_reform_office_enters_a_letter_and_another_accepts_it(office):
    unit = Town.objects.get(name="凯棠镇")
    begin(office, unit)
    letter = {"head-letter": scan(), "head-letter_number": "凯棠府函〔2026〕8号"}
    came = (today() - days(3)).isoformat()
    filled(office, unit, button="send", **letter, **{"head-letter_on": came})
    row = UnitReturn.objects.get()
    assert (row.state, row.received_on.isoformat()) == ("sent", came)
    assert "须由另一人办理" in page(office.get(address(unit))).text
    section = client_of(factories.officer(Role.APPROVER))
    moved(section, unit, "accept")
    row.refresh_from_db()
    assert row.state == "accepted"
    assert row.entered_by != row.accepted_by


def test_the_overview_lists_38_units_and_counts_them(office, django_assert_max_num_queries):
    unit = bureau()
    begin(office, unit)
    year = today().year
    address_of_all = reverse("reports:overview", args=[year])
    with django_assert_max_num_queries(20):
        shown = office.get(address_of_all)
    assert len(shown.context["rows"]) == 38
    counts = {tile["key"]: tile["count"] for tile in shown.context["tiles"]}
    assert (counts["not_begun"], counts["draft"]) == (37, 1)
    drafts = office.get(address_of_all, {"state": "draft", "kind": "bureau"})
    assert [row["unit"] for row in drafts.context["rows"]] == [unit]
    assert page(office.get(reverse("reports:overview-paper", args=[year]))).text.count("未报") >= 38


def test_one_press_prints_a_letter_for_each_silent_unit_and_a_call_is_noted(office):
    year = today().year
    reminders = reverse("reports:reminders", args=[year])
    letters = office.post(reverse("reports:letters", args=[year]))
    text = page(letters).text
    assert text.count("催报函") >= 38
    assert "三(三)6 基本医疗保险(牵头)" in text
    typed = {"unit": "finance", "way": "calling", "text": "已答应下周报送"}
    answer = submit(office, office.get(reminders), typed)
    assert "已记下与市财政局的联系" in page(answer).text
    assert "已答应下周报送" in page(office.get(reminders)).text
    shown = page(clerk(bureau("finance")).get(reverse("reports:home"))).text
    assert "催报" in shown


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("cost_spent", "很多", "请填数字"),
        ("cost_spent", "-1", "不能小于 0"),
        ("cost_spent", "9" * 40, "金额太大"),
        ("cost_spent", "1.005", "最多两位小数"),
        ("cost_spent", "NaN", "请填数字"),
        ("progress", "x" * 10_001, "10000"),
        ("progress", "a\0b", "空字符"),
        ("evidence", b"MZ not a scan", "不是 PDF、JPEG 或 PNG"),
        ("evidence", b"%PDF-broken", "已损坏"),
    ],
)
def test_a_wrong_entry_is_told_and_nothing_typed_is_lost(field, typed, words):
    unit = bureau()
    client = clerk(unit)
    begin(client, unit)
    item = UnitReturn.objects.get().items.first()
    value = scan(typed) if isinstance(typed, bytes) else typed
    form = page(client.get(address(unit))).form("head-contact")
    sent = form.filled(HEAD, ("save", "1")) | {f"{item.pk}-{field}": value}
    answer = client.post(address(unit), sent)
    shown = page(answer)
    assert words in shown.text
    assert shown.form("head-contact").fields["head-contact"] == "张三"
    assert UnitReturn.objects.get().contact == ""


@pytest.mark.parametrize("year", ["2018", "2099", "9" * 30])
def test_a_year_that_is_not_asked_for_gets_a_sentence(office, year):
    answer = office.get(f"/reports/returns/{year}/")
    assert answer.status_code == 404
    assert "年度报告从 2019 年" in answer.content.decode()


def test_hostile_presses_are_answered_with_pages(office):
    unit = bureau()
    client = clerk(unit)
    begin(client, unit)
    for data in ({}, {"version": "x"}, {"version": "9" * 40}, {"version": "-1", "send": "1"}):
        assert client.post(address(unit), data).status_code in (200, 409)
    assert office.get(address(Town.objects.first(), "return-paper"), follow=True).status_code == 200
    assert office.get("/reports/returns/2026/nobody/").status_code == 404
    assert office.post(address(unit, "return-move", "nothing")).status_code == 404
    answer = office.post(address(unit, "return-move", "exempt"), {"reason": ""}, follow=True)
    assert "须写明理由" in page(answer).text
