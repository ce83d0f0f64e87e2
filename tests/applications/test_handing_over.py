"""工作移交: an officer's unfinished drafts go to another; work by state waits for a role."""

import pytest
from django.urls import reverse

from applications.actions.handing_over import Handing, hand_over
from applications.models import Application, HandOver
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Posting
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def drafts(desk, number):
    return [factories.application("bravery", desk=desk) for _ in range(number)]


def given(desk, **told):
    values = {"giver": desk.clerk, "taker": desk.second, "station": desk.station, "reason": "休假"}
    return hand_over(Handing(**values | told), by=desk.head, on=today())


def my_drafts(officer):
    return set(client_of(officer).get(reverse("desk:work")).context["drafts"])


def test_all_drafts_of_the_giver_are_the_takers_from_now_on(desk):
    made = set(drafts(desk, 3))
    kept = given(desk)
    assert (kept.cases, kept.ordered_by) == (3, desk.head)
    assert my_drafts(desk.second) == made
    assert my_drafts(desk.clerk) == set()
    assert AuditEntry.objects.filter(action="移交草稿", count=3).count() == 1


def test_a_draft_handed_over_can_be_handed_on_and_back(desk):
    made = set(drafts(desk, 1))
    given(desk)
    given(desk, giver=desk.second, taker=desk.clerk)
    assert my_drafts(desk.clerk) == made


def test_what_is_past_the_draft_stays_where_it_is(desk):
    case = factories.application("bravery", state=State.RECEIVED, desk=desk)
    drafts(desk, 1)
    given(desk)
    assert factories.fresh(case).held_by is None


def test_drafts_at_another_station_stay(desk, other_desk):
    there = factories.application("bravery", desk=other_desk)
    Application.objects.filter(pk=there.pk).update(opened_by=desk.clerk)
    drafts(desk, 1)
    assert given(desk).cases == 1
    assert factories.fresh(there).held_by is None


@pytest.mark.parametrize(
    ("told", "words"),
    [({"taker": "clerk"}, "同一人"), ({"reason": "  "}, "理由"), ({"giver": "head"}, "没有未办完")],
)
def test_a_hand_over_is_refused(told, words, desk):
    drafts(desk, 1)
    told = {key: getattr(desk, value, value) for key, value in told.items()}
    with pytest.raises(Refused, match=words):
        given(desk, **told)
    assert not HandOver.objects.exists()


def test_only_somebody_who_serves_at_the_counter_takes_over(desk, other_desk):
    drafts(desk, 1)
    closed = desk.second
    Posting.objects.filter(officer=closed).update(until=today() - days(1))
    for taker in (other_desk.clerk, desk.approver, closed):
        with pytest.raises(Refused, match="不能承接"):
            given(desk, taker=taker)


def test_the_second_press_finds_nothing_left(desk):
    drafts(desk, 2)
    given(desk)
    with pytest.raises(Refused, match="刚刚已移交"):
        given(desk)
    assert HandOver.objects.count() == 1


def test_the_head_hands_over_on_the_page_and_sees_what_waits(desk):
    drafts(desk, 2)
    factories.application("bravery", state=State.ACCEPTED, desk=desk)
    client = client_of(desk.head)
    shown = client.get(reverse("desk:hand-over"))
    assert "已受理 1 窗口民警" in page(shown).text
    typed = {"giver": str(desk.clerk.pk), "taker": str(desk.second.pk), "reason": "调离"}
    done = submit(client, shown, typed)
    assert "已移交 2 份草稿" in done.content.decode()
    assert "调离" in page(done).text


def test_the_page_of_one_station_offers_nobody_of_another(desk, other_desk):
    drafts(desk, 1)
    factories.application("bravery", desk=other_desk)
    form = page(client_of(desk.head).get(reverse("desk:hand-over"))).form("giver")
    assert form.choices["giver"] == ["", str(desk.clerk.pk)]
    assert str(other_desk.clerk.pk) not in form.choices["taker"]
