"""The table of moves: which role may make which move from which state, and nothing else."""

import pytest
from django.db import transaction

from kaili_hukou.actions import Refused
from kaili_hukou.roles import Role
from reports.actions.changing import Overtaken, advance
from reports.models import ReturnChange, UnitReturn
from reports.return_flow import MOVES, State, open_to
from tests import factories
from tests.reports.returns import YEAR, act, bureau, clerk_of

# The other opinion: the code's own table is not asked.
CLERK, REFORM, SECTION = Role.BUREAU_CLERK, Role.REFORM_OFFICE, Role.APPROVER
FILLERS, GATHERERS = {CLERK, REFORM, SECTION}, {REFORM, SECTION}
WITH_UNIT = ("not_begun", "draft", "sent_back")
EXPECTED = {
    "begin": ({"not_begun": "draft"}, FILLERS),
    "send": (dict.fromkeys(("draft", "sent_back"), "sent"), FILLERS),
    "accept": ({"sent": "accepted"}, GATHERERS),
    "send_back": (dict.fromkeys(("sent", "accepted"), "sent_back"), GATHERERS),
    "exempt": (dict.fromkeys(WITH_UNIT, "exempt"), {REFORM}),
    "require": ({"exempt": "not_begun"}, {REFORM}),
    "declare_missing": ({state: state for state in WITH_UNIT}, {REFORM}),
}


def test_the_table_holds_the_moves_that_are_expected():
    assert set(MOVES) == set(EXPECTED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", EXPECTED)
def test_each_move_goes_from_each_state_by_each_role_as_expected(name):
    targets, roles = EXPECTED[name]
    unit = bureau()
    officers = {role: factories.officer(role) for role in Role if role != CLERK}
    officers[CLERK] = clerk_of(unit)
    for state in State:
        found = UnitReturn.objects.create(year=YEAR, bureau=unit, state=state)
        for role, officer in officers.items():
            with transaction.atomic():
                came = attempted(found, name, officer)
                transaction.set_rollback(True)
            expected = targets.get(state) if role in roles else None
            assert came == expected, (state, role)
            assert (MOVES[name] in open_to(state, role)) is (expected is not None)
        found.delete()


def attempted(found, name, officer):
    row = UnitReturn.objects.get(pk=found.pk)
    try:
        advance(row, name, act(officer, row, reason="试"))
    except Refused:
        return None
    assert ReturnChange.objects.filter(unit_return=row, move=name).count() == 1
    return UnitReturn.objects.get(pk=found.pk).state


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, move in MOVES.items() if move.reason])
def test_a_move_that_wants_a_reason_is_not_made_without_one(name):
    state = next(iter(MOVES[name].sources))
    found = UnitReturn.objects.create(year=YEAR, bureau=bureau(), state=state)
    officer = factories.officer(REFORM)
    with pytest.raises(Refused, match="须写明理由"):
        advance(found, name, act(officer, found, reason="  "))


@pytest.mark.django_db
def test_a_stale_page_does_nothing_and_says_so():
    found = UnitReturn.objects.create(year=YEAR, bureau=bureau(), state=State.SENT)
    first, second = factories.officer(REFORM), factories.officer(SECTION)
    stale = UnitReturn.objects.get(pk=found.pk)
    advance(found, "accept", act(first, found))
    with pytest.raises(Overtaken, match="已采用.*没有执行"):
        advance(stale, "send_back", act(second, stale, reason="缺附件"))
    assert UnitReturn.objects.get(pk=found.pk).state == State.ACCEPTED
