"""The tables on the page and the lists behind their figures: for whom, and whatever is asked."""

import datetime
import re
from urllib.parse import quote, unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kaili_hukou.models import AuditEntry
from reports.freeze import Freezing, freeze
from reports.models import PoliceEntry
from reports.period import Span, report_year
from tests import factories
from tests.factories import client_of, today
from tests.pages import page, submit
from tests.reports.many import Many
from tests.reports.test_freezing import all_returned

pytestmark = pytest.mark.django_db

YEAR = today().year + (today().month == 12)
FIGURES, BEHIND = reverse("reports:figures"), reverse("reports:behind")


@pytest.fixture
def desk():
    return factories.desk()


@pytest.fixture
def reader():
    return client_of(factories.officer("reform_office"))


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_from_a_figure_to_its_list_to_the_case(desk, reader):
    wife = factories.companion("spouse", name="欧阳秀英")
    case = factories.application("education", state="registered", desk=desk, companions=[wife])
    told = text_of(reader, FIGURES)
    links = re.findall(r'<td class="number"><a href="([^"]+)">2</a>', told)
    assert links
    listed = text_of(reader, links[0].replace("&amp;", "&"))
    assert "欧**" in listed
    assert "欧阳秀英" not in listed
    assert case.receipt_number in listed
    assert reverse("desk:case", args=[case.pk]) in listed
    assert "共 2 人" in listed
    assert AuditEntry.objects.filter(action__startswith="查看统计名单").count() == 1


def test_every_table_has_a_page(desk, reader):
    factories.application("pupil_return", state="registered", desk=desk)
    factories.permit(factories.person(), issued_on=today())
    factories.roster("talent", factories.person_entry())
    told = text_of(reader, FIGURES)
    keys = set(re.findall(r"table=([a-z0-9_]+)\"", told))
    assert len(keys) == 20
    lists = set()
    for key in keys:
        shown = text_of(reader, f"{FIGURES}?table={key}")
        lists |= set(re.findall(rf'{BEHIND}\?of=([^"]+)"', shown))
    lists = {unquote(key) for key in lists}
    sources = {key.split("/")[0] for key in lists}
    assert {"returned", "received", "issued", "valid", "named"} <= sources
    for source in sources:
        key = next(key for key in lists if key.startswith(f"{source}/"))
        assert "名单里没有人" not in text_of(reader, f"{BEHIND}?of={key}")


def test_a_frozen_version_is_shown_as_it_was_frozen(reader):
    Many(4, cases=30)
    all_returned(2025)
    report = freeze(Freezing(Span(2025, report_year(2025)), timezone.now()))
    total = report.figures.told["settled"]["total"]
    address = f"{FIGURES}?year=2025&version=1&table=settled_by_origin"
    told = text_of(reader, address)
    assert f">{total}</a>" in told
    assert str(report.pk) in told
    key = quote(f"settled/{'/'.join(report.figures.period)}", safe="/:")
    listed = text_of(reader, f"{BEHIND}?of={key}&report={report.pk}&count=1")
    assert f"共 {total} 人" in listed
    assert "定稿第 1 版" in listed


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("year=2099", "还没有开始"),
        ("year=2018", "没有 2018 年的报告"),
        ("year=99999999999999999999", ""),
        ("year=%00&version=%00&table=%00", ""),
        ("version=9999999999999999999", ""),
        ("first=2026-02-30&last=2026-03-01", "存在的日期"),
        ("first=2026-03-01", "存在的日期"),
        ("first=2025-05-01&last=2025-03-01", "晚于止日"),
        ("first=2019-01-01&last=9999-12-31", "最长 10 年"),
    ],
)
def test_what_is_asked_wrongly_is_told(reader, asked, words):
    assert words in text_of(reader, f"{FIGURES}?{asked}")


@pytest.mark.parametrize(
    "of",
    [
        "",
        "settled",
        "nothing/2026-01-01/2026-02-01",
        "settled/2026-02-30/2026-03-01",
        "settled/2026-03-01/2026-02-01",
        "settled/2026-01-01/9999-12-31",
        "settled/2026-01-01/2026-02-01/person:1",
        "settled/2026-01-01/2026-02-01/route:a/route:b",
        "settled/2026-01-01/2026-02-01/route:%00",
        "settled/2026-01-01/2026-02-01/route:' OR 1=1",
        "a" * 5000,
    ],
)
def test_a_key_that_names_no_figure_is_not_found(reader, of):
    assert reader.get(BEHIND, {"of": of}).status_code == 404


def test_values_that_there_are_not_list_nobody(reader):
    for where in ("town:999999999", "route:nothing", "age:7", "nation:zz", "mark:zz"):
        key = f"settled/2026-01-01/2026-02-01/{where}"
        assert "名单里没有人" in text_of(reader, f"{BEHIND}?of={key}&page=99999999999")
    assert reader.get(BEHIND, {"of": key, "report": "x"}).status_code == 404


def test_the_list_asks_as_many_queries_for_many_rows_as_for_few(reader):
    key = f"{BEHIND}?of=settled/2024-12-01/2026-11-30"
    Many(1, cases=6)
    text_of(reader, key)
    with CaptureQueriesContext(connection) as few:
        text_of(reader, key)
    Many(2, cases=60)
    with CaptureQueriesContext(connection) as more:
        text_of(reader, key)
    assert len(more) <= len(few) <= 12


def test_the_police_enter_what_the_system_cannot_count(reader):
    address = reverse("reports:police-form", args=[YEAR])
    told = {"column1": "4000", "column3": "10", "source": "公安年报", "as_of": str(today())}
    answer = submit(reader, reader.get(address), told, has=("column1",))
    assert "已录入 2 栏" in answer.content.decode()
    submit(reader, reader.get(address), told | {"column1": "4100"}, has=("column1",))
    assert list(PoliceEntry.objects.values_list("column", "value")) == [
        (1, 4000),
        (1, 4100),
        (3, 10),
    ]
    assert ">4100<" in text_of(reader, f"{FIGURES}?table=police_58")
    late = str(today() + datetime.timedelta(days=1))
    answer = submit(reader, reader.get(address), told | {"as_of": late}, has=("column1",))
    assert "在今天以后" in page(answer).text
    assert page(answer).form("column1").fields["column1"] == "4000"
