"""Counts of the population: entered, corrected, imported, shown beside the goals."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau, Town
from kaili_hukou.roles import Role
from reports.actions.indicators import Entry, correct, enter, set_target
from reports.models import Observation, Target
from reports.models.indicators import indicators_at
from tests import factories
from tests.factories import client_of, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

AT, PUBLISHED = date(2025, 12, 31), date(2026, 3, 20)


@pytest.fixture
def office(db):
    return factories.officer(Role.REFORM_OFFICE)


def entry(**told):
    usual = {"town": None, "as_of": AT, "source": "police", "whole": 737_000, "urban": 374_396}
    return Entry(**(usual | {"sourced_on": PUBLISHED} | told))


def statistics_clerk():
    bureau = Bureau.objects.get(code="statistics")
    return factories.officer(Role.BUREAU_CLERK, bureau=bureau)


def seen(rows):
    return frozenset(row.pk for row in rows)


def test_the_indicators_of_a_day_are_the_last_ones_counted(office):
    enter(entry(), office, today())
    enter(entry(source="statistics", whole=685_000, urban=545_945), office, today())
    enter(entry(town=Town.objects.first(), whole=9, urban=9), office, today())
    enter(entry(as_of=date(2024, 12, 31), whole=700_000, urban=None), office, today())
    told = indicators_at(today())
    assert told["resident_population"] == 685_000
    assert told["registered_population"] == 737_000
    assert (told["urban_resident_rate"], told["urban_registered_rate"]) == (79.7, 50.8)
    before = indicators_at(date(2025, 12, 30))
    assert before["registered_population"] == 700_000
    assert before["urban_registered_rate"] is None
    assert before["resident_population"] is None


def test_each_source_is_entered_by_its_own_people(office, desk):
    clerk = statistics_clerk()
    enter(entry(source="statistics"), clerk, today())
    with pytest.raises(Refused, match="不能录入"):
        enter(entry(), clerk, today())
    enter(entry(), desk.approver, today())
    for role in (Role.AUDITOR, Role.BUREAU_CLERK):
        bureau = Bureau.objects.get(code="finance") if role == Role.BUREAU_CLERK else None
        with pytest.raises(Refused, match="不能录入"):
            enter(entry(as_of=date(2024, 12, 31)), factories.officer(role, bureau=bureau), today())


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"whole": 0}, "总人口"),
        ({"whole": 30_000_000}, "总人口"),
        ({"urban": 737_001}, "城镇人口"),
        ({"sourced_on": date(2025, 1, 1)}, "公布日期"),
        ({"sourced_on": date(2099, 1, 1)}, "公布日期"),
        ({"source": "hearsay"}, "来源"),
    ],
)
def test_counts_that_cannot_be_are_refused(office, told, words):
    with pytest.raises(Refused, match=words):
        enter(entry(**told), office, today())


def test_a_second_entry_of_the_same_is_refused_and_a_correction_keeps_the_first(office):
    first = enter(entry(), office, today())
    with pytest.raises(Refused, match="已经录入"):
        enter(entry(whole=400_000), office, today())
    better = entry(whole=738_000, sourced_on=date(2026, 4, 1))
    with pytest.raises(Refused, match="理由"):
        correct(better, " ", office, seen=seen(first), on=today())
    made = correct(better, "年报修订", office, seen=seen(first), on=today())
    assert [row.version for row in made] == [2, 2]
    assert Observation.objects.count() == 4
    assert {row.replaces_id for row in made} == seen(first)
    assert indicators_at(today())["registered_population"] == 738_000
    assert AuditEntry.objects.get(action="更正人口数据").reason == "年报修订"
    with pytest.raises(Refused, match="别人"):
        correct(entry(whole=400_001), "再改", office, seen=seen(first), on=today())
    with pytest.raises(Refused, match="相同"):
        correct(better, "再改", office, seen=seen(made), on=today())


def test_a_target_of_a_later_document_is_set_by_the_reform_office(office, desk):
    told = {"indicator": "urban_registered_rate", "value": 55, "document": "新规划"}
    span = {"issued_on": date(2024, 1, 1), "due_on": date(2030, 12, 31)}
    set_target(Target(**told, **span), office, today())
    with pytest.raises(Refused, match="登记过"):
        set_target(Target(**told, **span), office, today())
    with pytest.raises(Refused, match="目标值"):
        set_target(Target(**(told | span | {"value": 155})), office, today())
    with pytest.raises(Refused, match="户改办"):
        set_target(Target(**told, **span), desk.approver, today())


def test_the_page_enters_corrects_and_shows_both_rates_beside_the_goals(office):
    client, address = client_of(office), reverse("reports:indicators")
    assert "还没有人口数据" in page(client.get(address)).text
    told = {"as_of": "2025-12-31", "sourced_on": "2026-03-20", "document": "年报"}
    counted = {"source": "police", "whole": "737000", "urban": "374396"}
    answer = submit(client, client.get(address), told | counted, has=("whole",))
    assert "50.80%" in page(answer).text
    assert "还差 263000" in page(answer).text
    answer = submit(client, client.get(address), told | counted, has=("whole",))
    assert "已经录入" in page(answer).text
    assert page(answer).form("whole").fields["whole"] == "737000"
    answer = client.get(address + "?correct=police-全市")
    answer = submit(client, answer, {"whole": "740000", "reason": "修订"}, has=("reason",))
    assert "50.59%" in page(answer).text
    answer = client.post(address, {"seen": "9" * 50, "whole": "x", "as_of": "\0"})
    assert answer.status_code == 200


def test_counts_of_two_publications_give_no_rate_but_a_sentence(office):
    rows = enter(entry(), office, today())
    Observation.objects.filter(pk=rows[0].pk).update(sourced_on=date(2026, 5, 1))
    text = page(client_of(office).get(reverse("reports:indicators"))).text
    assert "不能混用" in text
    assert "50.80%" not in text


def test_towns_that_do_not_add_up_to_the_city_are_told(office):
    enter(entry(whole=100, urban=None), office, today())
    for town in Town.objects.all():
        enter(entry(town=town, whole=6, urban=None), office, today())
    text = page(client_of(office).get(reverse("reports:indicators"))).text
    assert "相差 +20 人" in text


def test_the_number_of_queries_does_not_grow_with_the_years(office, django_assert_max_num_queries):
    for year in range(2015, 2025):
        enter(entry(as_of=date(year, 12, 31)), office, today())
    client = client_of(office)
    client.get(reverse("reports:indicators"))
    with django_assert_max_num_queries(24):
        client.get(reverse("reports:indicators"))


def sheet(*rows, head=("镇(街道)", "时点", "来源", "总人口", "城镇人口", "公布日期", "依据")):
    book = openpyxl.Workbook()
    book.active.append(head)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("counts.xlsx", out.getvalue())


def previewed(client, file):
    return client.post(
        reverse("admin:reports_observation_import"), {"format": "0", "import_file": file}
    )


ROWS = (
    ("全市", "2025-12-31", "公安", 737000, 374396, "2026-03-20", "年报"),
    ("炉山镇", date(2025, 12, 31), "统计局", "50,000", None, date(2026, 3, 20), ""),
)


def test_a_file_is_shown_first_and_kept_when_confirmed(office):
    client = client_of(office)
    answer = previewed(client, sheet(*ROWS))
    assert "共 2 行,都可以导入" in page(answer).text
    assert not Observation.objects.exists()
    submit(client, answer, {}, button=("confirm", "yes"), has=("import_file_name",))
    assert Observation.objects.count() == 3
    again = previewed(client, sheet(*ROWS))
    assert "已录入过,不再写入" in page(again).text
    submit(client, again, {}, button=("confirm", "yes"), has=("import_file_name",))
    assert Observation.objects.count() == 3


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("无此镇", *ROWS[0][1:]), "没有名为"),
        (("全市", "昨天", *ROWS[0][2:]), "不是日期"),
        (("全市", "2025-12-31", "传闻", *ROWS[0][3:]), "来源应为"),
        (("全市", "2025-12-31", "公安", "73.7万", 1, "2026-03-20", ""), "单位为人"),
        (("全市", "2025-12-31", "公安", 9, 10, "2026-03-20", ""), "城镇人口 10"),
        (ROWS[1], "两次"),
    ],
)
def test_a_row_that_cannot_be_kept_is_told_and_nothing_is_written(office, row, words):
    answer = previewed(client_of(office), sheet(ROWS[1], row))
    assert words in page(answer).text
    assert not Observation.objects.exists()


def test_a_file_of_another_kind_is_a_sentence(office):
    client = client_of(office)
    wrong = SimpleUploadedFile("counts.xlsx", b"not a workbook")
    assert "不是 .xlsx" in page(previewed(client, wrong)).text
    other = sheet(("王", "1"), head=("姓名", "公民身份号码"))
    assert "没有找到表头" in page(previewed(client, other)).text


def test_the_empty_sheet_can_be_filled_in_and_imported(office):
    client = client_of(office)
    empty = client.get(reverse("reports:indicators-template"))
    book = openpyxl.load_workbook(io.BytesIO(empty.content))
    rows = list(book.active.values)
    assert len(rows) == 2 + 1 + Town.objects.count()
    book.active["B3"], book.active["C3"], book.active["D3"] = "2025-12-31", "公安", 737000
    book.active["F3"] = "2026-03-20"
    book.active.delete_rows(4, 30)
    out = io.BytesIO()
    book.save(out)
    answer = previewed(client, SimpleUploadedFile("counts.xlsx", out.getvalue()))
    assert "共 1 行,都可以导入" in page(answer).text


def test_the_statistics_bureau_imports_its_own_counts_alone(office):
    answer = previewed(client_of(statistics_clerk()), sheet(*ROWS))
    assert "不能录入来源为「公安」的数据" in page(answer).text
