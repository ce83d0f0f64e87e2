"""抽查: the same seed draws the same cases; what was found and put right is kept once."""

import datetime

import pytest
from django.urls import reverse

from applications.actions.inspecting import Drawing, Finding, draw, note_finding, put_right
from applications.inspecting import MOST_CASES, POINTS, sample
from applications.models import Application, InspectedCase, Inspection
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models.people import number_digest
from kaili_hukou.roles import Role
from tests import factories
from tests.applications.test_query_counts import queries
from tests.factories import client_of, days, today
from tests.pages import page, submit

IDS = [f"case{number:03d}" for number in range(100)]


@pytest.mark.parametrize("seed", [0, 1, 7, 999_999])
@pytest.mark.parametrize("size", [1, 10, 99, 100, 200])
def test_a_sample_hangs_on_the_seed_and_the_cases_alone(seed, size):
    drawn = sample(IDS, size, seed)
    assert len(drawn) == len(set(drawn)) == min(size, len(IDS))
    assert drawn == sample(reversed(IDS), size, seed) == sample(IDS * 2, size, seed)
    assert drawn == sample(IDS, 200, seed)[:size]


def test_seeds_draw_differently_and_every_case_may_be_drawn():
    samples = [tuple(sample(IDS, 10, seed)) for seed in range(200)]
    assert len(set(samples)) == 200
    assert set().union(*samples) == set(IDS)


@pytest.fixture
def auditor(db):
    return factories.officer(Role.AUDITOR)


@pytest.fixture
def decided(desk):
    """Three decided cases, and one that is not."""
    factories.application("bravery", state=State.ACCEPTED, desk=desk)
    states = (State.APPROVED, State.REFUSED, State.REGISTERED)
    return [factories.application("bravery", state=state, desk=desk) for state in states]


def drawing(**told):
    return Drawing(**{"since": today(), "until": today(), "size": 2, "seed": 7} | told)


def drawn(officer, **told):
    return draw(drawing(**told), officer, today())


def test_a_sample_of_the_decided_cases_is_kept_with_how_many_there_were(decided, auditor):
    made = drawn(auditor)
    assert made.population == 3
    assert [row.place for row in made.cases.all()] == [1, 2]
    assert {row.application for row in made.cases.all()} <= set(decided)
    again = drawn(auditor)
    assert list(again.cases.values_list("application")) == list(
        made.cases.values_list("application")
    )


def test_a_case_decided_on_another_day_is_not_drawn(decided, auditor):
    Application.objects.filter(pk=decided[0].pk).update(decided_on=today() - days(40))
    assert drawn(auditor).population == 2
    assert drawn(auditor, since=today() - days(40), until=today() - days(40)).population == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"size": 0}, "一次抽查"),
        ({"size": MOST_CASES + 1}, "一次抽查"),
        ({"until": datetime.date(2020, 1, 1)}, "止日"),
        ({"until": datetime.date(2099, 1, 1)}, "止日"),
        ({"since": datetime.date(2020, 1, 1), "until": datetime.date(2020, 2, 1)}, "没有作出决定"),
    ],
)
def test_a_drawing_is_refused(told, words, decided, auditor):
    with pytest.raises(Refused, match=words):
        drawn(auditor, **told)
    assert not Inspection.objects.exists()


FLAWED = Finding("flawed", ("delivery", "terms"), "回证缺日期")


def first_case(officer, **told):
    return drawn(officer, **told).cases.first()


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding(""), "结论"),
        (Finding("splendid"), "结论"),
        (Finding("good", ("terms",)), "合格"),
        (Finding("flawed", (), "说不清"), "勾选"),
        (Finding("wrong", ("terms",), "  "), "勾选"),
        (Finding("wrong", ("nothing",), "错"), "不在检查表里"),
    ],
)
def test_a_finding_that_contradicts_itself_is_refused(finding, words, decided, auditor):
    case = first_case(auditor)
    with pytest.raises(Refused, match=words):
        note_finding(case, finding, auditor, today())
    assert not InspectedCase.objects.exclude(result="").exists()


def test_a_finding_is_kept_once_and_put_right_once(decided, auditor, desk):
    case = first_case(auditor)
    with pytest.raises(Refused, match="没有需要整改"):
        put_right(case, "补签", today(), on=today())
    note_finding(case, FLAWED, auditor, today() - days(3))
    with pytest.raises(Refused, match=f"已由{auditor.name}"):
        note_finding(case, Finding("good"), factories.officer(Role.AUDITOR), today())
    for day in (today() - days(4), today() + days(1)):
        with pytest.raises(Refused, match="之间"):
            put_right(case, "补签", day, on=today())
    put_right(case, "补签", today(), on=today())
    with pytest.raises(Refused, match="没有重复登记"):
        put_right(case, "再补签", today(), on=today())
    kept = InspectedCase.objects.get(pk=case.pk)
    assert (kept.result, kept.flaws, kept.put_right) == ("flawed", ["delivery", "terms"], "补签")


def test_nobody_inspects_what_he_handled_or_what_concerns_him(decided, auditor, desk):
    case = first_case(auditor)
    with pytest.raises(Refused, match="没有经手的人"):
        note_finding(case, Finding("good"), desk.approver, today())
    auditor.own_number_digest = number_digest(case.application.applicant.number)
    with pytest.raises(Refused, match="回避"):
        note_finding(case, Finding("good"), auditor, today())


def test_the_whole_way_through_the_pages(decided, auditor):
    client = client_of(auditor)
    typed = {"since": today().isoformat(), "until": today().isoformat(), "size": "2", "seed": "7"}
    sample_page = submit(client, client.get(reverse("desk:inspections")), typed)
    assert "3 件中抽 2 件 · 种子 7" in page(sample_page).text
    row = Inspection.objects.get().cases.first()
    address = reverse("desk:inspected", args=[row.pk])
    typed = {"result": "flawed", "flaws": ["delivery"], "finding": ""}
    again = client.post(address, typed)
    assert "写明情况" in again.content.decode()
    done = submit(client, client.get(address), typed | {"flaws": "delivery", "finding": "回证缺日"})
    assert "待整改" in page(done).text
    typed = {"text": "已补回证", "day": today().isoformat()}
    done = submit(client, client.get(address), typed)
    assert "待整改" not in page(done).text
    shown = page(client.get(address)).text
    assert "已补回证" in shown
    assert dict(POINTS)["delivery"] in shown


@pytest.mark.parametrize("data", [{}, {"size": "x", "since": "0"}, {"seed": "9" * 30, "size": "1"}])
def test_a_faulty_drawing_is_asked_again(data, auditor):
    answer = client_of(auditor).post(reverse("desk:inspections"), data)
    assert answer.status_code == 200
    assert not Inspection.objects.exists()


def test_the_queries_of_a_sample_do_not_grow_with_it(decided, auditor):
    client = client_of(auditor)
    few, many = (
        queries(client, reverse("desk:inspection", args=[drawn(auditor, size=size).pk]))
        for size in (1, 3)
    )
    assert len(few) == len(many) <= 9
