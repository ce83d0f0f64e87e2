"""Holders who have come to meet a route are told so: by what is on file, in chunks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions import prospecting
from applications.actions.prospecting import look, look_at_all, note_told
from applications.models import Prospect
from kaili_hukou.actions import Refused
from kaili_hukou.dates import add_months
from residence_permits.models import Permit
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def holder(desk, **told):
    """Registered in another county of Guizhou, with a permit."""
    entry = factories.person_entry(division="522622", **told)
    person = factories.know_person(entry, station=desk.station)
    return entry, factories.permit(person, issued_on=today() - days(40), station=desk.station)


def listed(desk, **told):
    """On a confirmed roster of relocated people with 是: the route is open."""
    entry, permit = holder(desk)
    factories.roster("relocation", entry, **told)
    return permit


def routes_of(permit):
    return set(permit.prospects.values_list("route", flat=True))


def test_who_stands_on_a_roster_with_yes_is_led_to_its_route(desk):
    permit = listed(desk)
    look_at_all(today())
    found = permit.prospects.get()
    assert (found.route, found.eligible_on, found.state) == ("relocation", today(), "waiting")


def test_without_yes_nobody_is_led(desk):
    permit = listed(desk, voluntary=None)
    look_at_all(today())
    assert not permit.prospects.exists()


def test_what_a_last_case_told_counts(desk):
    """Half a year of residence and insurance is full in fifty days."""
    entry = factories.person_entry()
    residence_from = add_months(today() + days(50), -6)
    facts = {
        "residence_from": residence_from,
        "insured_months": [f"{add_months(today(), -n):%Y-%m}" for n in range(8, 0, -1)],
    }
    case = factories.opened(
        factories.draft("residence", applicant=entry, facts=facts), desk=desk, route="residence"
    )
    factories.make(case, "discard", desk)
    permit = factories.permit(
        case.applicant, issued_on=residence_from + days(1), residence_from=residence_from
    )
    look_at_all(today())
    found = permit.prospects.get(route="residence")
    assert found.eligible_on == today() + days(50)
    assert look([permit], today() - days(11)) == 0


def test_who_is_applying_or_registered_here_is_not_led(desk):
    applying, settled = listed(desk), listed(desk)
    entry = factories.person_entry(number=applying.person.number)
    factories.opened(factories.draft("bravery", applicant=entry), desk=desk, route="bravery")
    household = factories.public_household(desk.station)
    settled.person.memberships.create(household=household, since=today())
    look_at_all(today())
    assert routes_of(applying) == routes_of(settled) == set()


def test_what_no_longer_holds_goes_and_what_was_told_stays(desk):
    waiting, told = listed(desk), listed(desk)
    look_at_all(today())
    note_told(told.prospects.get(), "told", desk.clerk, today())
    for permit in (waiting, told):
        household = factories.public_household(desk.station)
        permit.person.memberships.create(household=household, since=today())
    look_at_all(today())
    assert routes_of(waiting) == set()
    assert routes_of(told) == {"relocation"}


def test_a_second_night_changes_nothing(desk):
    listed(desk)
    look_at_all(today() - days(1))
    before = list(Prospect.objects.values())
    look_at_all(today())
    assert list(Prospect.objects.values()) == before


def test_a_cancelled_permit_leads_nowhere(desk):
    permit = listed(desk)
    Permit.objects.filter(pk=permit.pk).update(cancelled_on=today())
    assert look_at_all(today()) == 0


def test_the_queries_of_a_chunk_do_not_grow_with_its_people(desk):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            look_at_all(today())
        return len(queries)

    listed(desk)
    few = asked()
    for _ in range(9):
        listed(desk)
    # New rows go in by one insert; the first night of the others adds it.
    assert asked() == few


def test_chunks_go_through_all_permits(desk, monkeypatch):
    monkeypatch.setattr(prospecting, "CHUNK", 2)
    permits = [listed(desk) for _ in range(5)]
    assert look_at_all(today()) == 5
    assert all(routes_of(permit) == {"relocation"} for permit in permits)


def test_the_list_by_town_and_the_press(desk, other_desk):
    permit = listed(desk)
    look_at_all(today())
    client = client_of(desk.clerk)
    there = client.get(reverse("desk:prospects"))
    assert "现已符合" in page(there).text
    assert "自愿落户申请书" in page(there).text
    assert permit.person.number not in there.content.decode()
    done = submit(client, there, button=("state", "told"))
    assert "没有待告知的人" in page(done).text
    assert permit.prospects.get().told_by == desk.clerk
    assert "没有待告知的人" in page(client_of(other_desk.clerk).get(reverse("desk:prospects"))).text


def test_two_presses_are_one(desk):
    permit = listed(desk)
    look_at_all(today())
    found = permit.prospects.get()
    note_told(found, "told", desk.clerk, today())
    with pytest.raises(Refused, match="已由别人登记"):
        note_told(found, "declined", desk.second, today())


def test_the_page_of_a_permit_looks_at_once(desk):
    permit = listed(desk)
    there = client_of(desk.clerk).get(reverse("desk:permit-routes", args=[permit.pk]))
    assert "移民搬迁" in there.content.decode()
    assert routes_of(permit) == {"relocation"}
