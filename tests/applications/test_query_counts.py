"""The number of queries of a page does not grow with its rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions.found_homes import Home, note_home
from applications.workflow import State
from kaili_hukou import registers
from tests import factories

pytestmark = pytest.mark.django_db

# The most that each page may ask; a page that needs fewer lowers its number here.
MOST = {
    "work": 15,
    "case": 36,
    "accepted case": 34,
    "verdict": 15,
    "search": 8,
    "changelist": 8,
    "person": 19,
    "approved case": 39,
    "transfers": 16,
    "on the way": 15,
    "found homes": 8,
}


def queries(client, address, data=None):
    """Those of the second look: what is remembered between requests is warm."""
    ask = client.post if data is not None else client.get
    ask(address, data)
    with CaptureQueriesContext(connection) as asked:
        answer = ask(address, data)
    assert answer.status_code == 200
    return [query["sql"] for query in asked]


def same_count(few, many, page):
    more = [sql for sql in many if sql not in few]
    assert len(many) == len(few), "\n".join(more)
    assert len(many) <= MOST[page]


def cases(desk, number):
    for _ in range(number):
        factories.application("bravery", state=State.RECEIVED, desk=desk)


def test_the_worklist(desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:work") + "?all=1"
    cases(desk, 3)
    few = queries(client, address)
    cases(desk, 27)
    same_count(few, queries(client, address), "work")


def test_the_list_of_cases_in_the_admin(desk):
    client = factories.client_of(desk.clerk)
    address = reverse("admin:applications_application_changelist")
    cases(desk, 3)
    few = queries(client, address)
    cases(desk, 27)
    same_count(few, queries(client, address), "changelist")


def test_a_search(desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:search")
    cases(desk, 3)
    few = queries(client, address, {"q": "杨小满"})
    cases(desk, 27)
    same_count(few, queries(client, address, {"q": "杨小满"}), "search")


FAMILY = ("spouse", "child", "parent", "grandparent", "sibling")


def family_case(desk, size, state=State.DRAFT):
    companions = [factories.companion(relation) for relation in FAMILY[:size]]
    return factories.application("home_purchase", state=state, desk=desk, companions=companions)


@pytest.mark.parametrize(
    ("state", "page"),
    [
        (State.DRAFT, "case"),
        (State.ACCEPTED, "accepted case"),
        (State.APPROVED, "approved case"),
    ],
)
def test_a_case_with_one_member_and_with_six(state, page, desk):
    client = factories.client_of(desk.clerk)
    few, many = (
        queries(client, reverse("desk:case", args=[family_case(desk, size, state).pk]))
        for size in (0, 5)
    )
    same_count(few, many, page)


def test_the_transfers_of_a_case_from_one_place_and_from_six(desk):
    client = factories.client_of(desk.clerk)
    places = ("430105", "440106", "520102", "522622", "500103")

    def shown(number):
        family = [
            factories.companion(relation, division=place)
            for relation, place in zip(FAMILY[:number], places, strict=False)
        ]
        case = factories.application(
            "home_purchase", state=State.APPROVED, desk=desk, companions=family
        )
        assert case.transfers.count() == number + 1
        return queries(client, reverse("desk:transfers", args=[case.pk]))

    same_count(shown(0), shown(5), "transfers")


def test_all_who_are_on_the_way(desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:on-the-way")

    def more(number):
        for _ in range(number):
            factories.application("bravery", state=State.APPROVED, desk=desk)
        return queries(client, address)

    same_count(more(2), more(6), "on the way")


def test_the_homes_that_were_found(desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:found-homes")

    def more(number):
        for _ in range(number):
            person = factories.application("bravery", state=State.REGISTERED, desk=desk).applicant
            home = Home(ground="bought", found_on=factories.today(), source="本人告知")
            note_home(person, home, desk.clerk, today=factories.today())
        return queries(client, address)

    same_count(more(2), more(5), "found homes")


def test_the_opinion_while_typing(desk):
    client = factories.client_of(desk.clerk)
    few, many = (
        queries(client, reverse("desk:verdict", args=[family_case(desk, size).pk]), {})
        for size in (0, 5)
    )
    same_count(few, many, "verdict")


def test_a_person_with_one_case_and_with_six(desk):
    entry = factories.applicant_for("bravery")
    client = factories.client_of(desk.clerk)

    def withdrawn(number):
        for _ in range(number):
            case = factories.application(
                "bravery", state=State.WITHDRAWN, desk=desk, applicant=entry
            )
        return reverse("desk:person", args=[case.applicant_id])

    few = queries(client, withdrawn(1))
    same_count(few, queries(client, withdrawn(5)), "person")


@pytest.fixture(autouse=True)
def _registers_as_after_a_restart():
    registers.forget()
