"""The figures of a report: against a count by hand, against their own lists, against themselves."""

import datetime
import random
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import EarlierSettlement, Member
from applications.policy.routes import ROUTES
from kaili_hukou.models import Town
from reports.behind import behind
from reports.build import build
from reports.figures import Disagreement, from_json
from reports.keys import parse
from reports.period import Period, Span, report_year
from tests import factories
from tests.reports import counted_by_hand as by_hand
from tests.reports.many import Many, permits

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")

NOW = datetime.datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
SPANS = {
    "report year": Span(2026, report_year(2026)),
    "the year before": Span(2025, report_year(2025)),
    "odd days": Span(2026, Period(datetime.date(2026, 2, 11), datetime.date(2026, 9, 4))),
    "one day": Span(2026, Period(datetime.date(2026, 3, 31), datetime.date(2026, 3, 31))),
}


@pytest.fixture
def many():
    permits(random.Random(3))
    return Many(1)


def contract(figures):
    return figures.to_json()


@pytest.mark.parametrize("name", SPANS)
def test_a_count_by_hand_comes_to_the_same(many, name):
    span = SPANS[name]
    days = span.period.first, span.period.last
    told = contract(build(span, NOW))
    own, settled = by_hand.settled(*days), told["settled"]
    assert settled["total"] == own["total"] > 0 or name == "one day"
    assert settled["applications"] == own["applications"]
    for table in ("by_route", "by_town", "by_month", "by_origin"):
        assert {key: n for key, n in settled[table].items() if n} == own[table]
    two = {
        (route, town): number
        for route, row in settled["by_route_and_town"].items()
        for town, number in row.items()
        if number
    }
    assert two == own["by_route_and_town"]
    cases = by_hand.cases(*days)
    assert {key: n for key, n in told["applications"].items() if n and key != "terminated"} == {
        key: n for key, n in cases.items() if n
    }
    assert told["revoked"] == by_hand.revoked(*days)
    assert told["returned"] == by_hand.registered_cases("pupil_return", *days)
    assert told["collective_households"] == by_hand.registered_cases("collective", *days)
    assert {key: n for key, n in told["permits"].items() if n} == {
        key: n for key, n in by_hand.permits(*days).items() if n
    }


def test_each_figure_of_each_table_counts_the_same_as_its_list(many):
    figures = build(SPANS["report year"], NOW)
    compared = {}
    for table in figures.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                key = table.key_of(row, column)
                if key and (cell or row.section == ""):
                    compared[key] = cell
    assert len(compared) > 400
    wrong = {key: (cell, n) for key, cell in compared.items() if (n := count(key)) != cell}
    assert not wrong


def count(key):
    return behind(parse(key)).count()


def test_a_page_of_a_list_shows_its_rows_once_and_in_order(many):
    figures = build(SPANS["report year"], NOW)
    table = figures.table("settled_by_origin")
    rows = behind(parse(table.key_of(table.rows[0], table.columns[0])))
    lines = [line for start in range(0, rows.count(), 7) for line in rows.page(start, 7)]
    assert len({line.pk for line in lines}) == len(lines) == table.rows[0].cells[0]
    assert [line.day for line in lines] == sorted(line.day for line in lines)


def test_every_table_has_a_row_for_each_route_and_town_though_there_is_nothing():
    figures = build(SPANS["report year"], NOW)
    told = contract(figures)
    towns = set(Town.objects.values_list("name", flat=True))
    assert len(towns) == 20
    assert told["settled"]["by_route"] == dict.fromkeys(ROUTES, 0)
    assert told["settled"]["by_town"] == dict.fromkeys(towns, 0)
    assert told["settled"]["by_month"] == dict.fromkeys(report_year(2026).months, 0)
    assert len(told["settled"]["by_month"]) == 12
    assert set(told["settled"]["by_route_and_town"]) == set(ROUTES)
    routes = {route.title for route in ROUTES.values()}
    for table in figures.tables:
        titles = {row.title for row in table.rows}
        if table.row_title == "项目":
            assert routes | towns <= titles, table.title
        elif table.row_title == "镇(街道)":
            assert towns <= titles, table.title
        if table.key not in ("indicators", "returns"):
            counted = [i for i, column in enumerate(table.columns) if column.of]
            assert all(row.cells[i] == 0 for row in table.rows for i in counted), table.title


def test_figures_go_to_json_and_back(many):
    figures = build(SPANS["report year"], NOW)
    assert from_json(figures.to_json()) == figures


def test_the_number_of_queries_does_not_grow_with_the_rows():
    Many(1, cases=5)
    build(SPANS["report year"], NOW)
    with CaptureQueriesContext(connection) as few:
        build(SPANS["report year"], NOW)
    Many(2, cases=80)
    with CaptureQueriesContext(connection) as more:
        build(SPANS["report year"], NOW)
    assert len(more) == len(few) <= 70


def test_a_sum_that_does_not_agree_stops_the_build(many):
    figures = build(SPANS["report year"], NOW)
    table = figures.table("settled_by_month")
    broken = table.rows[1]
    cells = (broken.cells[0] + 1, *broken.cells[1:])
    rows = (table.rows[0], type(broken)(broken.title, broken.section, broken.where, cells))
    wrong = type(table)(
        **{name: getattr(table, name) for name in table.__slots__} | {"rows": rows + table.rows[2:]}
    )
    tables = tuple(wrong if one is table else one for one in figures.tables)
    told = {name: getattr(figures, name) for name in figures.__slots__} | {"tables": tables}
    with pytest.raises(Disagreement, match="分月落户人数.*相差 1"):
        type(figures)(**told).checked()


# ------------------------------------------------------------------ what the contract says


@pytest.fixture
def desk():
    return factories.desk()


def of_today():
    today = factories.today()
    year = today.year + (today.month == 12)
    return build(Span(year, report_year(year)), timezone.now()).to_json()


def test_applicant_and_companions_count_each_by_the_own_origin(desk):
    wife = factories.companion("spouse", division="522622")
    child = factories.companion("child")
    case = factories.application(
        "education", state="registered", desk=desk, companions=[wife, child]
    )
    told = of_today()["settled"]
    assert told["total"] == told["by_route"]["education"] == 3
    assert told["applications"] == 1
    assert told["by_town"][case.town.name] == 3
    assert told["by_origin"] == {"other_province": 2, "other_county": 1, "kaili": 0, "none": 0}


def test_the_routes_that_settle_nobody_stay_at_nought(desk):
    factories.application("pupil_return", state="registered", desk=desk)
    factories.application("collective", state="registered", desk=desk)
    told = of_today()
    assert told["settled"]["total"] == 0
    assert told["settled"]["by_route"]["pupil_return"] == 0
    assert told["settled"]["by_route"]["collective"] == 0
    assert (told["returned"], told["collective_households"]) == (1, 1)
    assert told["applications"]["received"] == told["applications"]["approved"] == 2


def test_what_was_not_accepted_is_neither_received_nor_refused(desk):
    factories.application("bravery", state="not_accepted", desk=desk)
    told = of_today()["applications"]
    assert told["not_accepted"] == 1
    assert told["received"] == told["approved"] == told["refused"] == told["open_at_end"] == 0


@pytest.mark.parametrize("undoing", ["annul", "revoke"])
def test_a_revoked_settlement_counts_where_it_was_and_as_revoked(desk, undoing):
    case = factories.application("bravery", state="registered", desk=desk)
    factories.amended(case, undoing, desk)
    told = of_today()
    assert told["settled"]["total"] == told["revoked"] == 1


def test_a_case_taken_up_again_keeps_its_settlement_of_before(desk):
    wife = factories.companion("spouse")
    case = factories.application("education", state="registered", desk=desk, companions=[wife])
    factories.amended(case, "annul", desk)
    factories.amended(case, "reopen", desk)
    assert not Member.objects.filter(registered_on__isnull=False).exists()
    assert EarlierSettlement.objects.count() == 2
    told = of_today()
    assert told["settled"]["total"] == told["revoked"] == 2
    assert told["settled"]["applications"] == 1
    assert told["applications"]["open_at_end"] == 1
    key = parse(f"settled/{'/'.join(told['period'])}")
    assert behind(key).count() == 2
    assert {line.receipt for line in behind(key).page(0, 20)} == {case.receipt_number}


def test_a_pupil_and_an_enterprise_taken_up_again_keep_theirs(desk):
    for route in ("pupil_return", "collective"):
        case = factories.application(route, state="registered", desk=desk)
        factories.amended(case, "annul", desk)
        factories.amended(case, "reopen", desk)
    told = of_today()
    assert (told["returned"], told["collective_households"], told["revoked"]) == (1, 1, 0)


def test_the_term_of_a_decision_is_judged_as_it_stood_then(desk):
    case = factories.application("bravery", state="refused", desk=desk)
    factories.amended(case, "reopen", desk)
    told = of_today()["applications"]
    assert (told["refused"], told["within_term"], told["beyond_term"]) == (1, 1, 0)


def test_a_roster_counts_people_once_and_who_has_settled(desk):
    case = factories.application("relocation", state="registered", desk=desk)
    entry = factories.person_entry(number=case.applicant.number)
    factories.roster("relocation", entry, factories.person_entry())
    factories.roster("relocation", factories.person_entry(), state="entered")
    told = of_today()["rosters"]
    assert told["relocation"] == {"rows": 2, "settled": 1}
    assert told["talent"] == {"rows": 0, "settled": 0}
