"""Receipt numbers are drawn at acceptance and non-acceptance alone, and without a gap."""

import pytest

from applications.actions.changing import Overtaken
from applications.models import ReceiptCounter
from applications.workflow import State
from kaili_hukou import receipts
from kaili_hukou.actions import Refused
from tests import factories

pytestmark = pytest.mark.django_db


def received(desk, **told):
    return factories.application("bravery", state=State.RECEIVED, desk=desk, **told)


def serial(case):
    return receipts.check(factories.fresh(case).receipt_number).serial


def last_drawn(station):
    counter = ReceiptCounter.objects.filter(station=station).first()
    return counter.last if counter else 0


def test_accepting_and_not_accepting_draw_from_one_row(desk):
    drawn = []
    for move in ("accept", "not_accept", "accept", "accept", "not_accept"):
        case = received(desk)
        factories.make(case, move, desk)
        drawn.append(serial(case))
    assert drawn == [1, 2, 3, 4, 5]


def test_a_draft_has_no_number_and_draws_none(desk):
    for state in (State.DRAFT, State.RECEIVED, State.SUPPLEMENT):
        assert factories.application("bravery", state=state, desk=desk).receipt_number is None
    case = factories.application("bravery", desk=desk)
    factories.make(case, "discard", desk)
    assert last_drawn(desk.station) == 0


def test_a_failed_acceptance_draws_none(desk, other_desk):
    case = received(desk)
    case.evidence.update(state="missing")
    for officer in (desk.clerk, desk.auxiliary, other_desk.clerk):
        with pytest.raises(Refused):
            factories.make(case, "accept", desk, officer=officer)
    assert last_drawn(desk.station) == 0


def test_who_comes_second_draws_none(desk):
    case = received(desk)
    stale = factories.fresh(case)
    factories.make(case, "accept", desk)
    with pytest.raises(Overtaken):
        factories.make(stale, "accept", desk, officer=desk.second)
    assert (serial(case), last_drawn(desk.station)) == (1, 1)


def test_not_accepting_without_a_reason_draws_none(desk):
    with pytest.raises(Refused):
        factories.make(received(desk), "not_accept", desk, reason=" ")
    assert last_drawn(desk.station) == 0


def test_each_station_and_each_year_counts_for_itself(desk, other_desk):
    cases = [received(desk), received(other_desk), received(desk)]
    for case, at in zip(cases, (desk, other_desk, desk), strict=True):
        factories.make(case, "accept", at)
    next_year = factories.today().replace(year=factories.today().year + 1, month=1, day=5)
    later = received(desk)
    factories.make(later, "accept", desk, on=next_year)
    assert [serial(case) for case in (*cases, later)] == [1, 1, 2, 1]
    assert receipts.check(later.receipt_number).year == next_year.year


def test_a_number_names_the_station_and_the_year(desk):
    case = received(desk)
    factories.make(case, "accept", desk)
    drawn = receipts.check(case.receipt_number)
    assert (drawn.station_code, drawn.year) == (desk.station.code, factories.today().year)


def test_a_case_sent_back_keeps_its_number(desk):
    case = factories.application("bravery", state=State.CHECKED, desk=desk)
    before = case.receipt_number
    factories.make(case, "return_to_station", desk, officer=desk.head)
    assert factories.fresh(case).receipt_number == before
    assert last_drawn(desk.station) == 1
