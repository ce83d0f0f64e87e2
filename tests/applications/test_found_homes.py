"""公共户住房: whoever has come to have a home is listed, told, and moves out of the 公共户."""

import pytest
from django.urls import reverse

from applications.actions.found_homes import Home, note_home, settle, tell
from applications.models import FoundHome
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import Household
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(desk):
    """Somebody registered in the 公共户."""
    return factories.application("bravery", state=State.REGISTERED, desk=desk).applicant


def home(**told):
    return Home(**{"ground": "bought", "found_on": today(), "source": "本人告知"} | told)


def noted(person, desk, **told):
    return note_home(person, home(**told), desk.clerk, today=today())


def living_in(person):
    return person.memberships.get(until__isnull=True).household


def test_he_is_listed_told_and_moves_into_a_household_of_his_own(desk, settled):
    found = noted(settled, desk, address="清江路 8 号")
    tell(found, today(), today=today())
    settle(found, today(), "5226010088", today=today())
    opened = Household.objects.get(number="5226010088")
    assert (opened.kind, opened.head, opened.address) == ("family", settled, "清江路 8 号")
    assert living_in(settled) == opened
    assert not FoundHome.objects.filter(settled_on__isnull=True).exists()


def test_he_may_move_into_a_household_that_is_there(desk, settled):
    theirs = factories.household("family", desk.station, head=factories.person(desk.station))
    settle(noted(settled, desk), today(), theirs.number, today=today())
    assert living_in(settled) == theirs


@pytest.mark.parametrize("kind", ["public", "collective"])
def test_he_does_not_move_from_one_such_household_to_another(kind, desk, settled):
    other = factories.household(kind, factories.station("炉山派出所"))
    found = noted(settled, desk)
    before = living_in(settled)
    with pytest.raises(Refused, match="不是在用的家庭户"):
        settle(found, today(), other.number, today=today())
    assert living_in(settled) == before
    assert FoundHome.objects.get().settled_on is None


def test_nobody_is_listed_twice(desk, settled):
    noted(settled, desk)
    with pytest.raises(Refused, match="已经登记"):
        noted(settled, desk)


def test_only_people_of_the_public_household_are_listed(desk):
    with pytest.raises(Refused, match="不在公共户"):
        noted(factories.person(desk.station), desk)


@pytest.mark.parametrize(
    ("told", "words"),
    [({"source": " "}, "从哪里得知"), ({"found_on": today() + days(1)}, "在今天以后")],
)
def test_what_is_told_must_be_possible(told, words, desk, settled):
    with pytest.raises(Refused, match=words):
        noted(settled, desk, **told)
    assert not FoundHome.objects.exists()


def test_he_is_told_once_and_not_before_it_was_known(desk, settled):
    found = noted(settled, desk)
    with pytest.raises(Refused, match="早于得知日期"):
        tell(found, today() - days(1), today=today())
    tell(found, today(), today=today())
    with pytest.raises(Refused, match="被别人办理过"):
        tell(FoundHome.objects.get(), today(), today=today())


def test_a_case_that_tells_of_a_home_lists_him_by_itself(desk, settled):
    entry = factories.person_entry(
        number=settled.number, name=settled.name, division=factories.HUANGPING
    )
    case = factories.application("home_purchase", state=State.RECEIVED, desk=desk, applicant=entry)
    found = FoundHome.objects.get()
    assert (found.person, found.ground, found.found_on) == (settled, "bought", today())
    assert str(case) in found.source


def test_a_case_without_a_home_lists_nobody(desk, settled):
    entry = factories.person_entry(number=settled.number, name=settled.name)
    factories.application("education", state=State.RECEIVED, desk=desk, applicant=entry)
    assert not FoundHome.objects.exists()


class TestThePages:
    def test_from_the_person_to_the_list_to_the_household(self, desk, settled):
        client = factories.client_of(desk.clerk)
        shown = page(client.get(reverse("desk:person", args=[settled.pk])))
        address = reverse("desk:note-home", args=[settled.pk])
        assert address in shown.links
        listed = submit(client, client.get(address), {"ground": "join", "source": "社区走访"})
        assert "未告知" in page(listed).text
        address = reverse("desk:found-home", args=[FoundHome.objects.get().pk])
        assert address in page(listed).links
        submit(client, client.get(address), button=("told", "1"))
        typed = {"number": "5226010099"}
        done = submit(client, client.get(address), typed, button=("out", "1"))
        assert "没有应迁出公共户的人员" in page(done).text
        assert living_in(settled).number == "5226010099"

    def test_without_a_number_he_is_told_what_to_do(self, desk, settled):
        found = noted(settled, desk)
        client = factories.client_of(desk.clerk)
        address = reverse("desk:found-home", args=[found.pk])
        submit(client, client.get(address), {"number": ""}, button=("out", "1"))
        taken = factories.public_household(desk.station).number
        shown = submit(client, client.get(address), {"number": taken}, button=("out", "1"))
        assert "不是在用的家庭户" in page(shown).text
        assert FoundHome.objects.get().settled_on is None

    def test_another_station_sees_an_empty_list(self, desk, other_desk, settled):
        noted(settled, desk)
        shown = factories.client_of(other_desk.clerk).get(reverse("desk:found-homes"))
        assert not shown.context["page"].object_list
