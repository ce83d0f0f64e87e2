"""Permits and temporary registrations of before: previewed, confirmed once, a file whole or not."""

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from kaili_hukou import importing
from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry, Person, Village
from kaili_hukou.sealed_uploads import UPLOADS
from residence_permits.models import Endorsement, Permit, PermitEvent, Residence, Stretch
from tests import factories
from tests.factories import client_of, days, identity_number, today
from tests.pages import page

pytestmark = pytest.mark.django_db
IMPORT = "admin:residence_permits_permit_import"
CONFIRM = "admin:residence_permits_permit_process_import"
TITLES = {
    "number": "公民身份号码",
    "name": "姓名",
    "sex": "性别",
    "division": "现户籍地(区划)",
    "serial": "证件编号",
    "town": "居住地镇(街道)",
    "village": "村(社区)",
    "address": "居住地住址",
    "basis": "申领依据",
    "since": "居住起始日",
    "source": "起始日凭据",
    "issued": "签发日期",
    "endorsed": "历次签注日期",
    "phone": "联系电话",
}
TEMPORARY = {
    "number": "号码",
    "name": "姓名",
    "town": "镇街",
    "address": "住址",
    "since": "自",
    "until": "至",
    "proof": "凭据",
}


def sheet(rows, titles=TITLES, above=()):
    book = Workbook()
    table = book.active
    for line in above:
        table.append([line])
    table.append(list(titles.values()))
    for row in rows:
        table.append([row.get(name) for name in titles])
    return written(book)


def written(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(**told):
    serial = next(factories.SERIALS)
    return {
        "number": identity_number(),
        "name": "吴阿妹",
        "division": "430104",
        "serial": f"GZ{serial:08d}",
        "town": "大十字街道",
        "address": "凯里市北京西路1号",
        "basis": "合法稳定就业",
        "since": "2022-01-05",
        "source": "居住登记",
        "issued": datetime.date(2022, 9, 1),
        "endorsed": "2023-08-20、2024-08-20",
        "phone": "13900001111",
    } | told


def temporary(**told):
    return {
        "number": identity_number(),
        "name": "吴阿妹",
        "town": "大十字",
        "address": "凯里市韶山南路2号",
        "since": "2012年3月1日",
        "until": "2015/2/28",
        "proof": "暂住证 凯暂2012-118",
    } | told


def upload(client, content, *, resource="0", name="old.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse(IMPORT), {"import_file": file, "format": "0", "resource": resource})


def confirm(client, shown):
    return client.post(reverse(CONFIRM), shown.context["confirm_form"].initial, follow=True)


def imported(client, rows, **options):
    return confirm(client, upload(client, sheet(rows), **options))


def faults(shown):
    return [(row, column) for row, column, _ in shown.context["result"].summary["faults"]]


def words(shown):
    return " ".join(told for *_, told in shown.context["result"].summary["faults"])


@pytest.fixture
def section(desk):
    return client_of(desk.approver)


# ------------------------------------------------------------------ what comes in


def test_a_permit_comes_in_with_its_days_its_endorsements_and_an_event(section):
    told = row()
    shown = upload(section, sheet([told], above=["凯里市居住证台账"]))
    assert not Permit.objects.exists()
    assert not Person.objects.exists()
    assert told["number"] not in shown.content.decode()
    assert "已导入 1 行" in page(confirm(section, shown)).text
    permit = Permit.objects.get()
    assert permit.person.number == told["number"]
    assert (permit.person.division, permit.person.phone) == ("430104", "13900001111")
    assert permit.station.name == "大十字派出所"
    assert permit.address == "凯里市北京西路1号"
    assert permit.handed_on == permit.issued_on == datetime.date(2022, 9, 1)
    assert permit.endorsed_on == [datetime.date(2023, 8, 20), datetime.date(2024, 8, 20)]
    assert permit.ends_on == datetime.date(2025, 9, 1)
    assert permit.window_opens_on == datetime.date(2025, 8, 1)
    spans = Stretch.objects.values_list("valid_from", "valid_to")
    assert list(spans) == [(datetime.date(2022, 9, 1), datetime.date(2025, 8, 31))]
    event = PermitEvent.objects.get()
    assert (event.kind, event.on) == ("imported", today())
    entries = AuditEntry.objects.filter(action="导入存量居住证")
    assert [entry.count for entry in entries] == [1]


def test_the_page_of_an_imported_permit_stands_like_any_other(section, desk):
    issued_on = add_months(today(), -12) + days(5)
    imported(section, [row(issued=issued_on, endorsed=None, since=add_months(issued_on, -8))])
    permit = Permit.objects.get()
    address = reverse("permits:permit", args=[permit.pk])
    assert "签注期内" in page(client_of(desk.clerk).get(address)).text


def test_an_endorsement_outside_its_window_is_kept_noted_and_counts_for_nothing(section):
    shown = upload(section, sheet([row(endorsed="2023-08-20,2023-12-01")]))
    assert "尚未到签注期" in page(shown).text
    confirm(section, shown)
    permit = Permit.objects.get()
    assert permit.endorsements.count() == 2
    assert permit.ends_on == datetime.date(2024, 9, 1)


def test_a_known_person_keeps_what_is_known_and_gets_what_was_empty(section, desk):
    known = factories.person(desk.station, name="吴阿妹", division="", phone="13700000000")
    told = row(number=known.number)
    imported(section, [told])
    known.refresh_from_db()
    assert (known.division, known.phone) == ("430104", "13700000000")
    assert Permit.objects.get().person == known


def test_temporary_years_are_stretches_and_enter_no_permit(section, desk):
    told = temporary()
    shown = upload(section, sheet([told], TEMPORARY), resource="1")
    confirm(section, shown)
    stay = Residence.objects.get()
    assert stay.kind == "temporary"
    assert (stay.since, stay.until) == (datetime.date(2012, 3, 1), datetime.date(2015, 2, 28))
    assert stay.proof == "暂住证 凯暂2012-118"
    imported(section, [row(number=told["number"], issued="2016-02-01", since="2015-03-01")])
    permit = Permit.objects.get()
    assert permit.stretches.order_by("valid_from").first().valid_from == permit.issued_on
    text = page(client_of(desk.clerk).get(reverse("permits:permit", args=[permit.pk]))).text
    assert "暂住登记(存量)" in text


def test_what_the_columns_are_called_may_differ(section):
    titles = TITLES | {
        "number": "*身份证号码:",
        "town": "镇街",
        "village": "社区",
        "division": "户籍地",
        "serial": "居住证 编号",
    }
    village = Village.objects.filter(town__name="大十字街道", name__endswith="社区").first()
    told = row(village=village.name.removesuffix("社区"), town="凯里市大十字街道办事处")
    shown = upload(section, sheet([told], titles))
    confirm(section, shown)
    assert Permit.objects.get().village == village


# ------------------------------------------------------------------ faults of a row


GOOD = "430104199003071234"


@pytest.mark.parametrize(
    ("told", "column", "word"),
    [
        ({"number": None}, "公民身份号码", "为空"),
        ({"number": 430104199003071234}, "公民身份号码", "丢失"),
        ({"number": 4.30104199003071e17}, "公民身份号码", "丢失"),
        ({"number": "5.22601E+17"}, "公民身份号码", "丢失"),
        ({"number": "430104900307123"}, "公民身份号码", "15 位的旧号码"),
        ({"number": "43010419900307"}, "公民身份号码", "应为 18 位"),
        ({"number": "43010419900307123Y"}, "公民身份号码", "第 18 位"),
        ({"number": GOOD}, "公民身份号码", "校验码"),
        ({"number": "430104209001012819"}, "公民身份号码", ""),
        ({"name": "吴1"}, "姓名", "数字"),
        ({"name": None}, "姓名", "为空"),
        ({"sex": "未知"}, "性别", "不是性别"),
        ({"sex": "女"}, "性别", "第 17 位"),
        ({"division": "桃花源"}, "现户籍地(区划)", "没有找到"),
        ({"division": "522601"}, "现户籍地(区划)", "凯里"),
        ({"serial": None}, "证件编号", "为空"),
        ({"serial": "号"}, "证件编号", "证面"),
        ({"town": "雷山县"}, "居住地镇(街道)", "镇、街道"),
        ({"town": None}, "居住地镇(街道)", "为空"),
        ({"village": "某某村"}, "村(社区)", "村(社区)"),
        ({"address": None}, "居住地住址", "为空"),
        ({"basis": "其他"}, "申领依据", "认不出"),
        ({"basis": None}, "申领依据", "没有填写"),
        ({"since": "明年"}, "居住起始日", "不是日期"),
        ({"since": "2022-10-01"}, "居住起始日", "晚于签发日期"),
        ({"since": "1022-10-01"}, "居住起始日", "年份"),
        ({"source": "口头"}, "起始日凭据", "认不出"),
        ({"issued": "2099-01-01"}, "签发日期", "今天以后"),
        ({"issued": None}, "签发日期", "为空"),
        ({"endorsed": "2021-08-20"}, "历次签注日期", "早于签发日期"),
        ({"endorsed": "2099-08-20"}, "历次签注日期", "今天以后"),
        ({"endorsed": "2023-08-20、2023-08-20"}, "历次签注日期", "两次"),
        ({"endorsed": "八月"}, "历次签注日期", "不是日期"),
    ],
)
def test_a_fault_of_a_permit_is_a_sentence_with_row_and_column(told, column, word, section):
    shown = upload(section, sheet([row(), row(**told), row()]))
    assert faults(shown) == [(3, column)]
    assert word in words(shown)
    assert "confirm_form" not in shown.context
    assert shown.context["result"].summary["good"] == 2
    assert str(told.get("number") or "nothing") not in page(shown).text
    assert not Permit.objects.exists()


@pytest.mark.parametrize(
    ("told", "column", "word"),
    [
        ({"number": "1"}, "号码", "应为 18 位"),
        ({"town": "雷山"}, "镇街", "镇、街道"),
        ({"address": ""}, "住址", "为空"),
        ({"since": "2099-01-01"}, "自", "今天以后"),
        ({"until": "2099-01-01"}, "至", "留空"),
        ({"until": "2012-02-01"}, "至", "早于起日"),
    ],
)
def test_a_fault_of_a_temporary_registration_is_one_too(told, column, word, section):
    shown = upload(section, sheet([temporary(**told)], TEMPORARY), resource="1")
    assert faults(shown) == [(2, column)]
    assert word in words(shown)


def test_a_number_is_folded_before_it_is_judged(section):
    number = next(one for one in iter(identity_number, None) if one.endswith("X"))
    wide = "".join(chr(ord(mark) + 0xFEE0) for mark in number[:6])
    imported(section, [row(number=f"'{wide} {number[6:14]}-{number[14:17]}×")])
    assert Person.objects.get().number == number


def test_every_fault_of_a_row_is_told_at_once(section):
    shown = upload(section, sheet([row(number="1", town="雷山", basis="")]))
    assert [column for _, column in faults(shown)] == ["公民身份号码", "居住地镇(街道)", "申领依据"]


def test_rows_that_repeat_each_other_are_named(section):
    first = row()
    shown = upload(
        section, sheet([first, row(number=first["number"]), row(serial=first["serial"])])
    )
    assert faults(shown) == [(3, "公民身份号码"), (4, "证件编号")]
    assert "第 2 行" in words(shown)


def test_whoever_has_a_permit_and_a_serial_that_stands_are_refused(section, desk):
    held = factories.permit(factories.person(desk.station, name="吴阿妹"), issued_on=today())
    again = row(number=held.person.number)
    shown = upload(section, sheet([again, row(serial=held.serial)]))
    assert faults(shown) == [(2, "公民身份号码"), (3, "证件编号")]
    assert "未注销的居住证" in words(shown)


def test_a_number_under_another_name_is_refused_without_naming_it(section, desk):
    known = factories.person(desk.station, name="欧阳满妹")
    shown = upload(section, sheet([row(number=known.number)]))
    assert faults(shown) == [(2, "姓名")]
    assert "欧阳" not in page(shown).text


def test_a_stay_that_is_known_or_still_runs_is_refused(section):
    first = temporary()
    open_ended = temporary(until=None)
    content = sheet([first, open_ended], TEMPORARY)
    confirm(section, upload(section, content, resource="1"))
    second = temporary(number=open_ended["number"], since="2011-01-01", until=None)
    shown = upload(section, sheet([first, second], TEMPORARY), resource="1")
    assert faults(shown) == [(2, "自"), (3, "至")]


# ------------------------------------------------------------------ faults of a file


def of_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("xl/workbook.xml", "<broken")
    return out.getvalue()


def plain_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "x")
    return out.getvalue()


def without(*names):
    return {name: title for name, title in TITLES.items() if name not in names}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"x", "不是 .xlsx"),
        (b"%PDF-1.4", "不是 .xlsx"),
        (plain_zip(), "不是 .xlsx"),
        (of_zip(), "已损坏"),
        (sheet([])[:400], "不是 .xlsx"),
        (sheet([]), "没有一行数据"),
        (written(Workbook()), "没有找到表头"),
        (sheet([{}], {"a": "甲", "b": "乙"}), "没有找到表头"),
        (sheet([{"name": "吴阿妹"}], TITLES | {"again": "姓名"}), "两次"),
    ],
)
def test_a_file_that_is_none_is_a_sentence_and_leaves_nothing(content, word, section):
    shown = upload(section, content)
    assert shown.status_code == 200
    assert word in page(shown).text
    assert kept() == []


def test_the_page_names_the_columns_and_the_limit_also_after_a_wrong_file(section):
    for shown in (section.get(reverse(IMPORT)), upload(section, b"x")):
        text = page(shown).text
        assert "最多 20000 行" in text
        assert "公民身份号码、姓名、证件编号" in text
        assert "号码、姓名、镇街、住址、自、至" in text


def test_an_empty_file_is_a_sentence(section):
    shown = upload(section, b"")
    assert shown.status_code == 200
    assert "confirm_form" not in shown.context
    assert shown.context["form"].errors["import_file"]


def test_a_table_without_the_columns_names_them(section):
    shown = upload(section, sheet([row()], without("issued", "basis")))
    assert "申领依据、签发日期" in page(shown).text
    assert kept() == []


def test_a_file_of_too_many_rows_is_refused(section, monkeypatch):
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    assert "最多 2 行" in page(upload(section, sheet([row(), row(), row()]))).text


def kept():
    return list((Path(settings.MEDIA_ROOT) / UPLOADS.folder).glob("*/*"))


# ------------------------------------------------------------------ once, and by whom


def test_what_waits_between_the_pages_is_encrypted_and_goes_with_the_confirmation(section):
    told = row()
    shown = upload(section, sheet([told]))
    (path,) = kept()
    assert b"PK" not in path.read_bytes()[:4]
    confirm(section, shown)
    assert kept() == []


def test_a_second_press_imports_nothing_twice(section):
    shown = upload(section, sheet([row()]))
    confirm(section, shown)
    assert "没有再次导入" in page(confirm(section, shown)).text
    assert Permit.objects.count() == 1


def test_a_file_that_was_overtaken_since_the_preview_is_not_written_at_all(section, desk):
    late, other = row(), row()
    shown = upload(section, sheet([late, other]))
    imported(section, [row(number=late["number"])])
    assert "整个文件没有导入" in page(confirm(section, shown)).text
    assert Permit.objects.count() == 1
    assert AuditEntry.objects.filter(action="导入存量居住证").count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"format": "9", "resource": "0", "import_file_name": "x", "original_file_name": "x"},
        {"format": "0", "resource": "7", "import_file_name": "x", "original_file_name": "x"},
        {"format": "0", "resource": "0", "import_file_name": "../x", "original_file_name": "x"},
        {"format": "0", "resource": "0", "import_file_name": "0" * 32, "original_file_name": "x"},
    ],
)
def test_a_confirmation_of_nothing_leads_back(data, section):
    answer = section.post(reverse(CONFIRM), data, follow=True)
    assert answer.redirect_chain[-1][0] == reverse(IMPORT)


def test_a_head_imports_his_own_station_alone(desk):
    head = client_of(desk.head)
    shown = upload(head, sheet([row(), row(town="炉山镇")]))
    assert faults(shown) == [(3, "居住地镇(街道)")]
    assert "请交户政部门" in words(shown)
    imported(head, [row()])
    assert Permit.objects.get().station == desk.station


@pytest.mark.parametrize("name", ["auxiliary", "clerk"])
def test_nobody_else_at_the_station_imports(name, desk):
    client = client_of(getattr(desk, name))
    assert client.get(reverse(IMPORT)).status_code == 403
    assert client.post(reverse(CONFIRM), {}).status_code == 403


def queries_of(client, count):
    rows = [row() for _ in range(count)]
    shown = upload(client, sheet(rows))
    with CaptureQueriesContext(connection) as made:
        confirm(client, shown)
    return len(made)


def test_the_number_of_queries_does_not_grow_with_the_rows(section):
    queries_of(section, 1)
    # As many rows as SQLite still takes in one statement.
    assert queries_of(section, 3) == queries_of(section, 40)
    assert Permit.objects.count() == 44
    assert Endorsement.objects.count() == 88
