"""Lists to call by: who stands on them, page by page, on paper and as a workbook."""

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry, Town, Village
from residence_permits.models import Permit
from residence_permits.views import due as view
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page

pytestmark = pytest.mark.django_db

LISTS = ("60", "30", "7", "suspended")


def ending(number, **told):
    """A permit whose window closes in so many days; negative: that many days ago."""
    made = factories.permit(factories.person(factories.station()), issued_on=today(), **told)
    Permit.objects.filter(pk=made.pk).update(ends_on=today() + days(number + 1))
    return made


def serials(client, within, **told):
    answer = client.get(reverse("permits:due"), {"within": within} | told)
    return [permit.serial for permit in answer.context["permits"]]


@pytest.mark.parametrize(
    ("closes_in", "lists"),
    [
        (0, {"60", "30", "7"}),
        (7, {"60", "30", "7"}),
        (8, {"60", "30"}),
        (30, {"60", "30"}),
        (31, {"60"}),
        (60, {"60"}),
        (61, set()),
        (-1, {"suspended"}),
        (-900, {"suspended"}),
    ],
)
def test_who_stands_on_which_list(closes_in, lists, desk):
    made = ending(closes_in)
    client = client_of(desk.clerk)
    assert {within for within in LISTS if made.serial in serials(client, within)} == lists


def test_what_ended_or_is_not_handed_over_is_on_no_list(desk):
    ending(3, cancelled_on=today(), cancelled_for="left")
    ending(3, handed_on=None)
    ending(-3, handed_on=None)
    assert not [one for within in LISTS for one in serials(client_of(desk.clerk), within)]


def test_the_day_on_the_list_is_the_last_day_of_the_window(desk):
    issued_on = add_months(today(), -12) + days(5)
    made = factories.permit(factories.person(desk.station), issued_on=issued_on)
    answer = client_of(desk.clerk).get(reverse("permits:due"), {"within": "7"})
    [row] = answer.context["permits"]
    assert row.closes_on == made.timeline(today()).window.closes_on


def test_a_list_by_town_and_by_community(desk):
    town, other = Town.objects.all()[:2]
    village = Village.objects.create(code="522601900001", name="试社区", town=town)
    here, there = ending(5, town=town, village=village), ending(5, town=other)
    client = client_of(desk.clerk)
    assert serials(client, "60", town=town.pk) == [here.serial]
    assert serials(client, "60", town=other.pk) == [there.serial]
    assert serials(client, "60", town=town.pk, village=village.pk) == [here.serial]


@pytest.mark.parametrize("within", ["60", "suspended"])
def test_page_after_page_shows_everybody_once(within, desk, monkeypatch):
    monkeypatch.setattr(view, "PAGE", 3)
    sign = -1 if within == "suspended" else 1
    made = {ending(sign * (1 + number // 4)).serial for number in range(10)}
    client, address = client_of(desk.clerk), reverse("permits:due") + f"?within={within}"
    seen, sizes = [], []
    while address:
        answer = client.get(address)
        rows = answer.context["permits"]
        seen += [(row.ends_on, row.serial) for row in rows]
        sizes.append(len(rows))
        following = [link for link in page(answer).links if "after=" in link]
        address = reverse("permits:due") + following[0] if following else ""
    assert sizes == [3, 3, 3, 1]
    assert {serial for _, serial in seen} == made
    ends = [day for day, _ in seen]
    assert ends == sorted(ends, reverse=within == "suspended")


@pytest.mark.parametrize(
    "asked",
    [
        {"within": "9999999999"},
        {"within": "x", "town": "x", "village": "-1"},
        {"after": "2026-13-01.x"},
        {"after": "2026-01-01.' or 1=1"},
        {"after": "."},
        {"town": "\0"},
        {"town": "9" * 40},
    ],
)
@pytest.mark.parametrize("name", ["due", "due-print", "due-export"])
def test_an_odd_address_shows_the_usual_list(name, asked, desk):
    answer = client_of(desk.clerk).get(reverse(f"permits:{name}"), asked)
    assert answer.status_code == 200


def test_another_stations_officer_has_an_empty_list(desk, other_desk):
    made = ending(3)
    assert serials(client_of(other_desk.clerk), "60") == []
    assert serials(client_of(desk.approver), "60") == [made.serial]


def test_the_workbook_is_masked_escaped_and_recorded(desk):
    made = ending(3)
    Permit.objects.filter(pk=made.pk).update(serial="=1+1")
    answer = client_of(desk.clerk).get(reverse("permits:due-export"), {"within": "7"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0][:4] == ("镇(街道)", "村(社区)", "姓名", "公民身份号码")
    assert made.person.masked_number in rows[1]
    assert made.person.number not in str(rows)
    assert made.person.name not in str(rows)
    assert "=1+1" not in rows[1]
    closes = datetime.date.fromisoformat(rows[1][6])
    assert closes == today() + days(3)
    entry = AuditEntry.objects.get(action__startswith="导出名单")
    assert entry.reason == "1 人"


def test_the_paper_has_whose_it_is_and_no_full_number(desk):
    made = ending(3)
    text = page(client_of(desk.clerk).get(reverse("permits:due-print"), {"within": "7"})).text
    assert desk.clerk.name in text
    assert made.person.masked_number in text
    assert made.person.number not in text
    assert AuditEntry.objects.filter(action__startswith="打印名单").exists()


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in asked]


MOST = {
    "permits:due": 11,
    "permits:due-print": 7,
    "permits:due-export": 7,
    "permits:counter": 9,
    "admin:residence_permits_permit_changelist": 10,
}


@pytest.mark.parametrize("name", MOST)
def test_a_list_takes_as_many_queries_for_thirty_as_for_three(name, desk):
    client, address = client_of(desk.clerk), reverse(name)
    for _ in range(3):
        ending(3)
    few = queries(client, address)
    for _ in range(27):
        ending(3)
    many = queries(client, address)
    assert len(many) == len(few), "\n".join(sql for sql in many if sql not in few)
    assert len(many) <= MOST[name], "\n".join(many)


def test_no_list_counts_all_rows(desk):
    client = client_of(desk.approver)
    ending(3)
    for name in ("permits:due", "admin:residence_permits_permit_changelist"):
        for sql in queries(client, reverse(name)):
            assert "COUNT(" not in sql or "LIMIT 1000" in sql


# ------------------------------------------------------------------ the list in the admin


CHANGELIST = "admin:residence_permits_permit_changelist"


def found(client, text):
    cl = client.get(reverse(CHANGELIST), {"q": text}).context["cl"]
    return {permit.serial for permit in cl.result_list}


def test_the_search_finds_by_number_serial_and_name(desk):
    made = factories.permit(factories.person(desk.station, name="单雄信"), issued_on=today())
    factories.permit(factories.person(desk.station), issued_on=today())
    client = client_of(desk.clerk)
    for text in (made.person.number, made.serial, made.serial.lower(), "单雄信"):
        assert made.serial in found(client, text), text
    assert found(client, made.person.number) == {made.serial}
    assert found(client, "没有此人") == set()
    for text in ("%", "' or 1=1", "4301041990", "x" * 500, made.serial[:5]):
        assert found(client, text) == set()


def test_a_permit_is_not_entered_or_changed_in_the_admin(desk):
    client, made = client_of(desk.head), ending(3)
    assert client.get(reverse("admin:residence_permits_permit_add")).status_code == 403
    address = reverse("admin:residence_permits_permit_change", args=[made.pk])
    answer = client.post(address, {"serial": "X", "issued_on": "2020-01-01"})
    assert answer.url == reverse("permits:permit", args=[made.pk])
    assert Permit.objects.get(pk=made.pk).serial == made.serial
