"""The registers as loaded: what is in them, that loading again changes nothing, what officers
changed, and the readers."""

import csv
import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from kaili_hukou import registers
from kaili_hukou.models import (
    Bureau,
    BureauName,
    CalendarDay,
    CalendarYear,
    CodeEntry,
    Division,
    PoliceStation,
    Town,
    Village,
)
from kaili_hukou.seeding import DATA, load

pytestmark = pytest.mark.django_db
MODELS = (Bureau, BureauName, CalendarDay, CalendarYear, CodeEntry, Division, PoliceStation, Town)


@pytest.fixture(scope="class")
def loaded(django_db_setup, django_db_blocker):
    """The registers as seeded, once for a class: its tests run inside one transaction."""
    with django_db_blocker.unblock():
        registers.forget()
        with transaction.atomic():
            load()
            yield
            transaction.set_rollback(True)
        registers.forget()


@pytest.fixture(autouse=True)
def _nothing_remembered():
    registers.forget()


@pytest.fixture
def newer(tmp_path):
    """A copy of the files, to be changed as a later release would."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    return folder


def change(folder, file, key, **cells):
    path = folder / file
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        if key in row.values():
            row.update(cells)
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def counts():
    return [model.objects.count() for model in MODELS]


def lines(outcomes):
    return [line for outcome in outcomes for line in outcome.kept]


@pytest.mark.usefixtures("loaded")
class TestWhatIsLoaded:
    def test_there_are_20_towns_and_each_has_a_provisional_station(self):
        assert Town.objects.count() == 20
        assert PoliceStation.objects.count() == 21
        assert PoliceStation.objects.filter(provisional=True, town__isnull=False).count() == 20
        assert set(Town.objects.values_list("name", "kind", "address", "phone")) == _towns_of_plan()

    def test_the_hall_takes_applications_for_the_whole_city(self):
        hall = PoliceStation.objects.get(code="BZZX")
        assert (hall.kind, hall.town, hall.provisional) == ("hall", None, False)
        assert "金山大道80号" in hall.address

    def test_there_are_18_bureaus_and_the_two_offices(self):
        assert Bureau.objects.filter(kind=Bureau.Kind.BUREAU).count() == 18
        assert Bureau.objects.get(kind=Bureau.Kind.REFORM_OFFICE).name == "市户改办"
        assert Bureau.objects.get(kind=Bureau.Kind.GOVERNMENT).name == "市人民政府"

    def test_every_village_lies_in_the_town_of_its_code(self):
        villages = Village.objects.select_related("town")
        assert villages.count() > 200
        assert all(village.code.startswith(village.town.code) for village in villages)

    def test_the_divisions_hold_the_present_and_the_abolished(self):
        kaili, before = Division.objects.get(code="522601"), Division.objects.get(code="522621")
        assert (kaili.valid_from, kaili.valid_to) == (1983, None)
        assert (before.name, before.valid_to) == ("凯里县", 1983)
        level = Division.Level
        assert Division.objects.filter(level=level.PROVINCE).count() == 34
        present = Division.objects.filter(level=level.COUNTY, valid_to=None)
        assert present.exclude(name="市辖区").count() > 2800
        codes = set(Division.objects.values_list("code", flat=True))
        parents = set(Division.objects.values_list("parent_code", flat=True))
        assert parents - {""} <= codes

    def test_the_codes_of_the_standards_are_there(self):
        assert len(registers.codes("nationality")) == 58
        assert registers.code_title("nationality", "06") == "苗族"
        assert registers.code_title("relation", "28") == "女婿"
        assert registers.code_title("education", "31") == "大学专科毕业"
        assert registers.code_title("education", "99") == "未登记的代码 99"

    def test_every_row_has_its_source(self):
        for model in MODELS:
            without = model.objects.filter(source="")
            if model is CalendarYear:
                without = without.filter(official=True)
            assert not without.exists(), model

    def test_the_calendar_is_official_to_2026(self):
        calendar = registers.calendar()
        assert calendar.covered_years == frozenset(range(2019, 2027))
        assert not calendar.is_workday(date(2026, 2, 16))
        assert calendar.is_workday(date(2026, 2, 28))
        assert calendar.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
        assert calendar.provisional(date(2026, 12, 25), date(2027, 1, 22))


def _towns_of_plan():
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["name"], row["kind"], row["address"], row["phone"]) for row in csv.DictReader(file)
        }


@pytest.mark.usefixtures("loaded")
class TestLoadingAgain:
    def test_loading_twice_changes_nothing(self):
        before, again = counts(), load()
        assert counts() == before
        assert [(outcome.added, outcome.updated) for outcome in again] == [(0, 0)] * len(again)
        assert lines(again) == []

    def test_what_an_officer_changed_stays_and_is_told(self, newer):
        PoliceStation.objects.filter(code="LS").update(phone="0855-8667110", provisional=False)
        change(newer, "stations.csv", "LS", hours="工作日 9:00-17:00")
        told = lines(load(newer))
        station = PoliceStation.objects.get(code="LS")
        assert (station.phone, station.provisional, station.hours) == ("0855-8667110", False, "")
        assert len(told) == 3
        assert "派出所 LS:电话现为「0855-8667110」,文件为「空」,保留现值。" in told

    def test_a_newer_file_changes_what_nobody_touched(self, newer):
        change(newer, "towns.csv", "炉山镇", phone="0855-8667000")
        change(newer, "stations.csv", "LS", town="522601107")
        assert lines(load(newer)) == []
        assert Town.objects.get(name="炉山镇").phone == "0855-8667000"
        assert PoliceStation.objects.get(code="LS").town.name == "龙场镇"
        assert lines(load(newer)) == []

    def test_an_officer_who_was_there_first_is_followed_by_the_seed(self, newer):
        Town.objects.filter(name="炉山镇").update(phone="0855-8667000")
        change(newer, "towns.csv", "炉山镇", phone="0855-8667000")
        assert lines(load(newer)) == []
        change(newer, "towns.csv", "炉山镇", phone="0855-8667001")
        load(newer)
        assert Town.objects.get(name="炉山镇").phone == "0855-8667001"

    def test_a_changed_code_is_neither_undone_nor_doubled(self):
        PoliceStation.objects.filter(code="LS").update(code="LSZ")
        assert len(lines(load())) == 1
        assert PoliceStation.objects.count() == 21

    def test_an_officers_own_row_is_not_overwritten(self, newer):
        CalendarDay.objects.create(day=date(2027, 1, 1), kind="holiday", name="元旦节")
        with (newer / "calendar.csv").open("a", encoding="utf-8") as file:
            file.write("2027-01-01,holiday,元旦,通知\n2027-02-06,holiday,春节,通知\n")
        told = lines(load(newer))
        assert CalendarDay.objects.get(day=date(2027, 1, 1)).name == "元旦节"
        assert CalendarDay.objects.filter(day=date(2027, 2, 6)).exists()
        assert any("元旦节" in line for line in told)


class TestLoadingFirst:
    @pytest.fixture(autouse=True)
    def _not_yet_loaded(self, db):
        """The suite's database has the registers: here, inside the test, it has none."""
        for model in (Village, PoliceStation, *(model for model in MODELS if model is not Bureau)):
            model.objects.all().delete()
        Bureau.objects.update(successor=None)
        Bureau.objects.all().delete()

    def test_a_name_that_an_officer_gave_to_another_row_is_told(self):
        Bureau.objects.create(code="own", name="市公安局")
        assert any("市公安局" in line and "未装入" in line for line in lines(load()))

    def test_the_command_says_what_it_did(self):
        out = StringIO()
        call_command("load_registers", stdout=out)
        assert "镇(街道):文件 20 行,新增 20" in out.getvalue()
        Town.objects.filter(name="炉山镇").update(phone="1")
        call_command("load_registers", stdout=out)
        assert "与装载文件不同、保留现值的有 1 处" in out.getvalue()


@pytest.mark.usefixtures("loaded")
class TestReading:
    @pytest.mark.parametrize(
        ("code", "title"),
        [
            ("430102", "湖南省长沙市芙蓉区"),
            ("110105", "北京市朝阳区"),
            ("429004", "湖北省仙桃市"),
            ("522621", "贵州省黔东南苗族侗族自治州凯里县"),
            ("522101", "贵州省遵义地区遵义市"),
            ("430199", "未登记的区划代码 430199"),
            ("", ""),
        ],
    )
    def test_a_division_has_its_full_title(self, code, title):
        assert registers.division_title(code) == title

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("522601", ["522601"]),
            ("\uff15\uff12\uff12\uff16\uff10\uff11", ["522601"]),
            ("凯里市", ["522601"]),
            ("凯里", ["522601"]),
            ("凯里县", ["522621"]),
            ("湖南省 长沙市 芙蓉区", ["430102"]),
            ("湖南芙蓉区", ["430102"]),
            ("贵州凯里", ["522601"]),
            ("朝阳区", ["110105", "220104"]),
            ("东莞市", ["441900"]),
            ("999999", []),
            ("哈哈", []),
            ("", []),
            ("  ", []),
        ],
    )
    def test_a_division_is_found_by_code_or_name(self, text, codes):
        assert [division.code for division in registers.find_division(text)] == codes

    def test_a_whole_prefecture_gives_its_counties(self):
        found = registers.find_division("黔东南")
        assert len(found) == 16
        assert all(division.code.startswith("5226") for division in found)

    def test_the_calendar_follows_every_change(self):
        day = date(2027, 1, 1)
        assert registers.calendar().is_workday(day)
        made = CalendarDay.objects.create(day=day, kind="holiday", name="元旦")
        assert not registers.calendar().is_workday(day)
        made.kind = "workday"
        made.save()
        assert registers.calendar().is_workday(day)
        CalendarYear.objects.get(year=2027).delete()
        CalendarYear.objects.create(year=2027, official=True)
        assert not registers.calendar().provisional(day, day)

    def test_titles_in_a_loop_ask_the_database_once(self, django_assert_max_num_queries):
        registers.forget()
        with django_assert_max_num_queries(2):
            for code in ("430102", "522601", "430199") * 20:
                registers.division_title(code)

    def test_the_towns_are_read_from_memory(self, django_assert_num_queries):
        assert len(registers.towns()) == 20
        with django_assert_num_queries(1):
            assert registers.towns()[0].name == "城西街道"
