"""The table of moves, gone through whole: every move × every state × every role."""

import pytest
from django.db import transaction

from applications.actions.changing import NotAllowed, Overtaken, advance, moves_for, why_not
from applications.actions.moving import ACTIONS
from applications.models import Application
from applications.workflow import EDITABLE, MOVES, OPEN, STEPS, State, moves_from, open_to
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from kaili_hukou.models.people import number_digest
from kaili_hukou.roles import Role
from reports.demonstration.cases import PATHS
from tests import factories

pytestmark = pytest.mark.django_db
NEED_A_REASON = [name for name, move in MOVES.items() if move.reason]
SECOND_OFFICER = [(name, earlier) for name, move in MOVES.items() for earlier in move.not_by]


@pytest.fixture
def cast(desk):
    """One officer of every role, those of the station at the station of the case."""
    return {role: factories.officer(role, desk.station) for role in Role}


def placed(case, state):
    """The case as if it had come to this state."""
    Application.objects.filter(pk=case.pk).update(state=state, is_open=state in OPEN)
    return factories.fresh(case)


def record_of(case):
    entries = AuditEntry.objects.filter(object_id=str(case.pk)).count()
    return entries, case.history.count(), factories.fresh(case).state


def succeeds(case, name, state, officer):
    """Whether the move is made, leaving one row and one entry; a refused one leaves nothing."""
    with transaction.atomic():
        now = placed(case, state)
        entries, rows, _ = record_of(now)
        try:
            advance(now, name, factories.act(now, officer))
        except Refused:
            assert record_of(case) == (entries, rows, state)
            done = False
        else:
            assert record_of(case) == (entries + 1, rows + 1, MOVES[name].leads_to(state))
            done = True
        transaction.set_rollback(True)
    return done


@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_exactly_where_the_table_says(name, case, cast):
    made = {(s, r) for s in State for r in Role if succeeds(case, name, s, cast[r])}
    assert made == {(s, r) for s in MOVES[name].sources for r in MOVES[name].roles}


@pytest.mark.parametrize("state", State)
def test_the_buttons_are_those_of_the_table(state, case, cast):
    now = placed(case, state)
    for role, officer in cast.items():
        assert [move for move, _ in moves_for(now, officer)] == list(open_to(state, role))


@pytest.mark.parametrize(
    ("role", "moves"),
    [
        (Role.AUXILIARY, "receive resume discard archive"),
        (
            Role.WINDOW,
            "receive ask_supplement resume accept not_accept check take_route pause go_on "
            "register_part register discard withdraw terminate archive",
        ),
        (
            Role.STATION_HEAD,
            "receive ask_supplement resume accept not_accept check review return_to_station "
            "take_route pause go_on extend register_part register discard withdraw terminate "
            "archive correct retake",
        ),
        (
            Role.APPROVER,
            "review return_to_station pause go_on extend approve refuse correct annul revoke "
            "reopen retake",
        ),
        (Role.REFORM_OFFICE, ""),
        (Role.BUREAU_CLERK, ""),
        (Role.AUDITOR, ""),
        (Role.SYSTEM_ADMIN, ""),
        (Role.SECURITY_ADMIN, ""),
    ],
)
def test_a_role_makes_only_the_moves_of_its_post(role, moves):
    assert {name for name, move in MOVES.items() if role in move.roles} == set(moves.split())


def test_each_state_is_reached_and_each_open_one_is_left():
    reached = {move.target for move in MOVES.values() if move.target}
    assert reached == set(State) - {State.DRAFT}
    assert all(moves_from(state) for state in State)
    assert all(move.proposers for move in moves_from(State.ARCHIVED))


def test_the_states_are_told_apart():
    assert EDITABLE < OPEN
    assert set(STEPS) - OPEN == {State.REGISTERED}
    by_two = {name for name, move in MOVES.items() if move.proposers}
    assert set(ACTIONS) | by_two | {"register", "register_part"} == set(MOVES)


@pytest.mark.parametrize("name", NEED_A_REASON)
@pytest.mark.parametrize("reason", ["", "  \n\u3000"])
def test_a_reason_is_needed_where_the_table_says(name, reason, case, cast):
    now = placed(case, min(MOVES[name].sources))
    officer = cast[min(MOVES[name].roles)]
    before = record_of(now)
    with pytest.raises(Refused, match="须写明理由"):
        advance(now, name, factories.act(now, officer, reason=reason))
    assert record_of(now) == before


@pytest.mark.parametrize(("name", "earlier"), SECOND_OFFICER)
def test_who_made_the_earlier_move_does_not_make_the_second(name, earlier, case, cast):
    role = min(MOVES[name].roles)
    now = placed(case, min(MOVES[name].sources))
    assert why_not(now, MOVES[name], cast[role]) == ""
    now.history.create(
        move=earlier, before="received", after="accepted", officer=cast[role], on=factories.today()
    )
    with pytest.raises(NotAllowed, match=f"办过「{MOVES[earlier].title}」.*须由另一人办理"):
        advance(now, name, factories.act(now, cast[role]))


@pytest.mark.parametrize("name", MOVES)
def test_nobody_handles_a_case_of_his_own(name, case, cast):
    now = placed(case, min(MOVES[name].sources))
    officer = cast[min(MOVES[name].roles)]
    officer.own_number_digest = number_digest(case.applicant.number)
    with pytest.raises(NotAllowed, match="涉及您本人"):
        advance(now, name, factories.act(now, officer))


def test_a_case_with_oneself_as_companion_is_ones_own(desk):
    spouse = factories.companion()
    case = factories.application(desk=desk, companions=[spouse])
    desk.clerk.own_number_digest = number_digest(spouse.person.number)
    assert "涉及您本人" in why_not(case, MOVES["receive"], desk.clerk)


@pytest.mark.parametrize("name", [name for name, move in MOVES.items() if "window" in move.roles])
def test_an_officer_of_another_station_moves_nothing(name, case, other_desk):
    now = placed(case, min(MOVES[name].sources))
    with pytest.raises(NotAllowed, match="不在您的辖区"):
        advance(now, name, factories.act(now, other_desk.clerk))


def test_an_account_that_was_closed_moves_nothing(case, desk):
    desk.clerk.is_active = False
    assert why_not(case, MOVES["receive"], desk.clerk) == "这份办件不在您的辖区。"


@pytest.mark.parametrize("name", MOVES)
def test_a_stale_page_changes_nothing(name, case, cast):
    now = placed(case, min(MOVES[name].sources))
    before = record_of(now)
    act = factories.act(now, cast[min(MOVES[name].roles)], version=now.version - 1)
    with pytest.raises(Overtaken, match="没有执行"):
        advance(now, name, act)
    assert record_of(now) == before


def test_who_comes_second_is_told_who_was_first(case, desk):
    stale = factories.fresh(case)
    factories.make(case, "receive", desk)
    with pytest.raises(Overtaken, match=f"{desk.clerk.name}.*「收件」.*已收件"):
        factories.make(stale, "receive", desk, officer=desk.second)


@pytest.mark.parametrize("state", [state for state in PATHS if state not in OPEN])
def test_a_case_that_has_ended_lets_its_people_go(state, desk):
    entry = factories.applicant_for("education")
    case = factories.application(state=state, desk=desk, applicant=entry)
    assert not case.members.filter(is_open=True).exists()
    assert not factories.fresh(case).is_open
    assert factories.application(desk=desk, applicant=entry).state == State.DRAFT
