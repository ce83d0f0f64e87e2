"""How far it has come: every person in one of four figures, and the same people behind each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.roster_progress import (
    STANDS,
    Figures,
    people_behind,
    people_of_kind,
    progress_by_kind,
    progress_of,
)
from applications.workflow import State
from kaili_hukou.roles import Role
from rosters.actions.courses import Noting, note_courses
from rosters.models import Roster, RosterEntry
from tests import factories
from tests.factories import client_of, today
from tests.pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def roster(desk):
    """Five people: two settled, one of them as a companion; one applying, one told, one unknown."""
    people = [factories.person_entry(division="522622") for _ in range(5)]
    made = factories.roster("relocation", *people)
    wife = factories.CompanionEntry(people[1], "spouse", "now")
    case(desk, people[0], State.REGISTERED, companions=(wife,))
    case(desk, people[2], State.RECEIVED)
    told = made.entries.filter(row=5)
    note_courses(told, Noting("informed", desk.approver, today()))
    # Those that the factory made for people who are not asked about here.
    Roster.objects.exclude(pk=made.pk).update(state="entered")
    return made


def case(desk, entry, state, **told):
    return factories.application("relocation", state=state, desk=desk, applicant=entry, **told)


def test_each_person_stands_in_one_figure(roster):
    assert progress_of([roster]) == {roster.pk: Figures(2, 1, 1, 1)}


def test_a_repeating_roster_counts_its_people_and_the_kind_counts_each_once(roster):
    later = factories.repeated(roster)
    assert progress_of([roster, later]) == dict.fromkeys([roster.pk, later.pk], Figures(2, 1, 1, 1))
    found = progress_by_kind(RosterEntry.objects.all(), today())
    assert found == {"relocation": Figures(2, 1, 1, 1)}


def test_a_changed_row_is_the_same_person(roster):
    entry = roster.entries.get(row=6)
    changed = factories.person_entry(number=entry.number)
    factories.roster("relocation", changed)
    assert progress_by_kind(RosterEntry.objects.all(), today())["relocation"].people == 5


def test_the_people_behind_each_figure_are_as_many(roster):
    later = factories.repeated(roster)
    factories.roster("relocation", factories.person_entry(number=roster.entries.last().number))
    everything = RosterEntry.objects.all()
    for made in (roster, later):
        figures = progress_of([made])[made.pk]
        for stand, number in figures.cells:
            assert people_behind(made, stand).count() == number
    for stand, number in progress_by_kind(everything, today())["relocation"].cells:
        assert people_of_kind(everything, "relocation", stand, today()).count() == number


def test_a_repeated_row_is_listed_by_its_number_in_this_roster(roster):
    later = factories.repeated(roster)
    rows = [one.here for one in people_behind(later, "settled")]
    assert rows == [7, 8]


def test_a_withdrawn_row_is_counted_no_more(roster):
    roster.entries.filter(row=6).update(withdrawn_on=today())
    assert progress_of([roster])[roster.pk].unknown == 0


def test_under_a_number_that_was_corrected_he_is_still_found(roster, desk):
    person = factories.person(desk.station)
    person.former_numbers.create(
        number_digest=roster.entries.get(row=6).number_digest, number="x", until=today()
    )
    household = factories.public_household(desk.station)
    person.memberships.create(household=household, since=today())
    assert progress_of([roster])[roster.pk].settled == 3


def test_the_queries_do_not_grow_with_the_rosters(roster, desk):
    client = client_of(desk.approver)

    def asked():
        client.get(reverse("desk:roster-progress"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("desk:roster-progress"))
        return len(queries)

    few = asked()
    for kind in ("relocation", "talent", "talent", "veteran"):
        factories.roster(kind, factories.person_entry())
    assert asked() == few


class TestThePage:
    def test_the_bureau_sees_its_own_alone(self, roster):
        talents = factories.roster("talent", factories.person_entry())
        clerk = client_of(factories.officer(Role.BUREAU_CLERK, bureau=roster.supplier))
        shown = page(clerk.get(reverse("desk:roster-progress")))
        assert roster.reference in shown.text
        assert talents.reference not in shown.text
        own = reverse("desk:roster-people", args=[roster.pk, "settled"])
        other = reverse("desk:roster-people", args=[talents.pk, "unknown"])
        assert "共 2 人" in page(clerk.get(own)).text
        assert clerk.get(other).status_code == 404
        kind = reverse("desk:roster-kind-people", args=["talent", "unknown"])
        assert "没有人" in page(clerk.get(kind)).text

    def test_each_figure_leads_to_its_people_masked(self, roster, desk):
        client = client_of(desk.approver)
        shown = page(client.get(reverse("desk:roster-progress")))
        links = [link for link in shown.links if link.strip("/").split("/")[-1] in STANDS]
        assert len(links) == 2 * len(STANDS)
        for link in links:
            there = client.get(link)
            assert there.status_code == 200
            assert not any(entry.number in there.content.decode() for entry in roster.entries.all())

    @pytest.mark.parametrize("stand", ["x", "people"])
    def test_a_figure_that_is_none_is_not_there(self, roster, desk, stand):
        client = client_of(desk.approver)
        for name, first in (("roster-people", roster.pk), ("roster-kind-people", "relocation")):
            assert client.get(reverse(f"desk:{name}", args=[first, stand])).status_code == 404
        nowhere = reverse("desk:roster-kind-people", args=["x", "settled"])
        assert client.get(nowhere).status_code == 404
