"""Two heads, two inspectors at once: one act, one record, the other gets a sentence."""

import pytest

from applications.actions.handing_over import Handing, hand_over
from applications.actions.inspecting import Drawing, Finding, draw, note_finding
from applications.models import HandOver, InspectedCase
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import Posting
from kaili_hukou.postings import Post, appoint, end_posting
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import days, today
from tests.races.test_two_officers import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


@pytest.fixture
def desk():
    return factories.desk()


def lending(officer, desk, by):
    post = Post(
        role=Role.WINDOW,
        since=today(),
        station=desk.station,
        kind=Posting.Kind.SECOND,
        until=today() + days(5),
        authority="批准",
    )
    return lambda: appoint(officer, post, on=today(), by=by)


def test_two_heads_who_lend_the_same_officer_make_one_posting(desk):
    second = factories.desk("炉山派出所").clerk
    outcomes = at_once(lending(second, desk, desk.head), lending(second, desk, desk.approver))
    assert refusals(outcomes) == [Refused]
    assert second.postings.filter(kind="second").count() == 1


def test_two_who_end_the_same_posting_end_it_once(desk):
    posting = lending(factories.desk("炉山派出所").clerk, desk, desk.head)()
    acts = [
        lambda by=by: end_posting(posting, on=today(), by=by) for by in (desk.head, desk.approver)
    ]
    assert refusals(at_once(*acts)) == [Refused]


def test_two_hand_overs_of_the_same_drafts_are_one(desk):
    for _ in range(3):
        factories.application("bravery", desk=desk)
    acts = [
        lambda taker=taker: hand_over(
            Handing(desk.clerk, taker, desk.station, "休假"), by=desk.head, on=today()
        )
        for taker in (desk.second, desk.auxiliary)
    ]
    assert refusals(at_once(*acts)) == [Refused]
    assert HandOver.objects.get().cases == 3


def test_two_inspectors_of_one_case_leave_one_finding(desk):
    factories.application("bravery", state=State.APPROVED, desk=desk)
    auditors = [factories.officer(Role.AUDITOR) for _ in range(2)]
    case = draw(Drawing(today(), today(), 1, 7), auditors[0], today()).cases.get()
    acts = [
        lambda officer=officer: note_finding(case, Finding("good"), officer, today())
        for officer in auditors
    ]
    assert refusals(at_once(*acts)) == [Refused]
    assert InspectedCase.objects.get().inspected_by in auditors
