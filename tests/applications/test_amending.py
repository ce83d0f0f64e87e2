"""更正、撤销、恢复: proposed by one, confirmed by another, with every effect or none."""

import pytest
from django.db import transaction
from django.urls import reverse

from applications.actions.amending import (
    drop,
    ended_as,
    fits,
    proposals_for,
    why_not_confirmed,
)
from applications.actions.changing import NotAllowed, Overtaken
from applications.actions.correcting import CORRECTABLE, slots_of
from applications.actions.timing import extend, reckon_deadline, term_begun
from applications.deadlines import due_on
from applications.models import Amendment, Application, FollowUp, Member
from applications.parameters import in_force
from applications.policy.routes import ROUTES
from applications.workflow import MOVES, OPEN, State
from kaili_hukou.actions import Refused, move_out
from kaili_hukou.models import AuditEntry, Household, Membership, Person
from kaili_hukou.registers import calendar
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import days, today

pytestmark = pytest.mark.django_db
BY_TWO = [name for name, move in MOVES.items() if move.proposers]


@pytest.fixture
def cast(desk):
    return {role: factories.officer(role, desk.station) for role in Role}


@pytest.fixture
def second(desk):
    """An approver who had no part in any case."""
    return factories.officer(Role.APPROVER)


def placed(case, state, *, before="", accepted=True):
    """The case as if it had come to this state; archived: from the state `before`."""
    Application.objects.filter(pk=case.pk).update(
        state=state,
        is_open=state in OPEN,
        accepted_on=today() if accepted else None,
    )
    if before:
        case.history.create(
            move="archive", before=before, after=state, officer=case.opened_by, on=today()
        )
    return factories.fresh(case)


def details(name, case):
    if name != "correct":
        return factories.amending_details(name)
    key = next(key for key, slot in slots_of(case).items() if slot.item.name == "name")
    return {"told": {key: "杨晓满"}}


def proposed(case, name, officer, **told):
    return factories.proposed(case, name, officer, details=details(name, case), **told)


def may_propose(case, name, officer):
    """Whether the proposal is taken; nothing of the case changes either way."""
    version = case.version
    with transaction.atomic():
        try:
            made = proposed(case, name, officer)
        except Refused:
            assert not Amendment.objects.exists()
            done = False
        else:
            assert (made.state, made.proposed_by) == ("proposed", officer)
            done = True
        assert factories.fresh(case).version == version
        transaction.set_rollback(True)
    return done


@pytest.mark.parametrize("name", BY_TWO)
def test_a_move_is_proposed_exactly_where_the_table_says(name, case, cast):
    taken = set()
    for state in State:
        now = placed(case, state, accepted=name != "retake")
        taken |= {(state, role) for role in Role if may_propose(now, name, cast[role])}
    sources = MOVES[name].sources - {State.ARCHIVED}
    assert taken == {(state, role) for state in sources for role in MOVES[name].proposers}


ENDED = [state for state in State if state in MOVES["archive"].sources]
FROM_THE_ARCHIVE = {
    State.REGISTERED: {"correct", "annul", "revoke"},
    State.REFUSED: {"annul", "reopen"},
    State.NOT_ACCEPTED: {"annul", "retake"},
    State.WITHDRAWN: set(),
    State.TERMINATED: {"reopen", "retake"},
    State.ANNULLED: {"reopen", "retake"},
    State.REVOKED: set(),
}


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize("accepted", [True, False])
def test_an_archived_case_takes_the_moves_of_what_it_was(ended, accepted, case):
    now = placed(case, State.ARCHIVED, before=ended, accepted=accepted)
    assert ended_as(now) == ended
    shut = "retake" if accepted else "reopen"
    assert {name for name in BY_TWO if fits(now, MOVES[name])} == FROM_THE_ARCHIVE[ended] - {shut}


def test_the_last_filing_counts_and_a_case_not_filed_stands_as_it_is(case):
    for state in set(State) - {State.ARCHIVED}:
        assert ended_as(placed(case, state)) == state
    now = placed(case, State.ARCHIVED, before=State.REFUSED)
    now = placed(now, State.ARCHIVED, before=State.REGISTERED)
    assert ended_as(now) == State.REGISTERED


def test_an_archived_case_without_a_filing_takes_nothing(case):
    now = placed(case, State.ARCHIVED)
    assert not any(fits(now, MOVES[name]) for name in BY_TWO)


def test_what_does_not_fit_is_refused_with_what_the_case_was(case, desk):
    now = placed(case, State.ARCHIVED, before=State.REFUSED)
    with pytest.raises(Refused, match="以「不予批准」办结、受理过,不能办理「更正登记」"):
        proposed(now, "correct", desk.clerk)
    with pytest.raises(Refused, match="不能办理「重新收件」"):
        proposed(now, "retake", desk.clerk)


@pytest.mark.parametrize("name", BY_TWO)
def test_the_proposer_never_confirms_his_own_proposal(name, case, cast):
    now = placed(case, min(MOVES[name].sources - {State.ARCHIVED}), accepted=name != "retake")
    for role in MOVES[name].proposers & MOVES[name].roles:
        with transaction.atomic():
            made = proposed(now, name, cast[role])
            with pytest.raises(NotAllowed, match="不能确认自己的提请"):
                factories.confirmed(made, cast[role])
            assert Amendment.objects.get(pk=made.pk).state == "proposed"
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", BY_TWO)
def test_it_is_confirmed_by_the_roles_of_the_table_alone(name, case, cast, desk):
    now = placed(case, min(MOVES[name].sources - {State.ARCHIVED}), accepted=name != "retake")
    made = proposed(now, name, desk.clerk)
    able = {role for role, officer in cast.items() if not why_not_confirmed(made, officer)}
    assert able == MOVES[name].roles


@pytest.mark.parametrize(
    ("name", "decided"),
    [(name, earlier) for name in BY_TWO for earlier in MOVES[name].not_by],
)
def test_who_decided_may_propose_to_undo_it_and_not_confirm_it(name, decided, case, cast, desk):
    now = placed(case, min(MOVES[name].sources - {State.ARCHIVED}), accepted=name != "retake")
    officer = cast[min(MOVES[name].roles)]
    case.history.create(
        move=decided, before="reviewed", after="refused", officer=officer, on=today()
    )
    if officer.role in MOVES[name].proposers:
        assert may_propose(now, name, officer)
    made = proposed(now, name, desk.clerk)
    with pytest.raises(NotAllowed, match="须由另一人办理"):
        factories.confirmed(made, officer)


def test_nobody_proposes_or_confirms_in_his_own_case(desk, second):
    case = factories.application(state=State.REGISTERED, desk=desk)
    made = proposed(case, "annul", desk.clerk)
    for officer in (desk.second, second):
        officer.own_number_digest = case.applicant.number_digest
    with pytest.raises(NotAllowed, match="涉及您本人"):
        proposed(case, "revoke", desk.second)
    with pytest.raises(NotAllowed, match="涉及您本人"):
        factories.confirmed(made, second)


def test_another_station_neither_proposes_nor_confirms(desk, other_desk):
    case = factories.application(state=State.REGISTERED, desk=desk)
    with pytest.raises(NotAllowed, match="不在您的辖区"):
        proposed(case, "correct", other_desk.clerk)
    made = proposed(case, "correct", desk.clerk)
    with pytest.raises(NotAllowed, match="不在您的辖区"):
        factories.confirmed(made, other_desk.head)


def test_a_second_proposal_of_a_kind_waits_for_the_first(desk, second):
    case = factories.application(state=State.REGISTERED, desk=desk)
    first = proposed(case, "annul", desk.clerk)
    with pytest.raises(Refused, match="已有一项「依职权撤销」等待确认"):
        proposed(case, "annul", desk.second)
    drop(first, second, on=today(), reason="证据不足")
    assert proposed(case, "annul", desk.second).state == "proposed"


def test_a_dropped_proposal_leaves_the_case_and_says_why(desk, second):
    case = factories.application(state=State.REGISTERED, desk=desk)
    made = proposed(case, "annul", desk.clerk)
    with pytest.raises(Refused, match="须写明理由"):
        drop(made, second, on=today(), reason="  ")
    drop(made, second, on=today(), reason="证据不足")
    kept = Amendment.objects.get(pk=made.pk)
    assert (kept.state, kept.settled_by, kept.settled_reason) == ("dropped", second, "证据不足")
    assert factories.fresh(case).state == State.REGISTERED
    with pytest.raises(Overtaken, match=f"已由{second.name}.*不予采纳"):
        factories.confirmed(made, factories.officer(Role.APPROVER))


def test_the_proposer_takes_his_own_back_and_a_clerk_not_anothers(desk):
    case = factories.application(state=State.REGISTERED, desk=desk)
    made = proposed(case, "annul", desk.clerk)
    with pytest.raises(NotAllowed):
        drop(made, desk.second, on=today(), reason="不同意")
    drop(made, desk.clerk, on=today(), reason="填错了办件")
    assert Amendment.objects.get(pk=made.pk).settled_by == desk.clerk


def test_a_stale_page_confirms_nothing(desk, second):
    case = factories.application(state=State.REGISTERED, desk=desk)
    made = proposed(case, "annul", desk.clerk)
    with pytest.raises(Overtaken, match="没有执行"):
        factories.confirmed(made, second, version=case.version - 1)
    assert Amendment.objects.get(pk=made.pk).state == "proposed"
    assert factories.fresh(case).state == State.REGISTERED


@pytest.mark.parametrize(
    ("name", "lacking", "says"),
    [
        ("annul", "hearing", "陈述、申辩"),
        ("annul", "notice", "书面通知"),
        ("revoke", "facts", "骗取事实"),
        ("revoke", "clause", "条款"),
        ("revoke", "hearing", "陈述、申辩"),
        ("revoke", "notice", "书面通知"),
        ("reopen", "ground", "依据"),
        ("retake", "ground", "依据"),
    ],
)
def test_a_proposal_that_lacks_what_its_move_needs_is_refused(name, lacking, says, case, desk):
    now = placed(case, min(MOVES[name].sources - {State.ARCHIVED}), accepted=name != "retake")
    told = factories.amending_details(name)
    del told[lacking]
    with pytest.raises(Refused, match=says):
        factories.proposed(now, name, desk.clerk, details=told)


@pytest.mark.parametrize("name", BY_TWO)
def test_a_proposal_without_a_reason_is_refused(name, case, desk):
    now = placed(case, min(MOVES[name].sources - {State.ARCHIVED}), accepted=name != "retake")
    with pytest.raises(Refused, match="须写明理由"):
        proposed(now, name, desk.clerk, reason="  ")


def test_a_ground_that_is_not_listed_is_refused(case, desk):
    now = placed(case, State.REFUSED)
    with pytest.raises(Refused, match="依据"):
        factories.proposed(now, "reopen", desk.clerk, details={"ground": "领导同意"})


# 更正登记


def slot_key(case, name, place=0):
    return [key for key, slot in slots_of(case).items() if slot.item.name == name][place]


def corrected(case, desk, **told):
    """Corrects by the name of the value, of the applicant or of the case."""
    named = {slot_key(case, name): value for name, value in told.items()}
    made = factories.proposed(case, "correct", desk.clerk, details={"told": named})
    return factories.confirmed(made, desk.head)


@pytest.fixture
def settled(desk):
    return factories.application(
        state=State.REGISTERED, desk=desk, companions=[factories.companion()], on=today() - days(20)
    )


NEW = {
    "name": "杨晓满",
    "nationality_as_written": "苗族",
    "division": "430102",
    "hukou_kind": "urban",
    "relation": "51",
    "population_receipt": "RK-GZ-1",
}


@pytest.mark.parametrize("name", NEW)
def test_a_value_is_corrected_and_the_old_one_kept(name, settled, desk):
    slot = slots_of(settled)[slot_key(settled, name)]
    change = corrected(settled, desk, **{name: NEW[name]})
    assert slots_of(factories.fresh(settled))[slot.key].value == NEW[name]
    kept = change.details["changes"]
    assert [(row["old"], row["new"]) for row in kept] == [(slot.value, NEW[name])]
    assert change.details["proof"]
    assert change.details["proposed_by"] == desk.clerk.signature
    assert change.details["registered_on"] == (today() - days(20)).isoformat()
    assert factories.fresh(settled).state == State.REGISTERED


def test_every_value_that_may_be_corrected_is_tried_here(settled):
    elsewhere = {"sex", "birth_date", "registered_on", "household"}
    assert set(NEW) | elsewhere == set(CORRECTABLE)


def test_a_corrected_name_is_found_by_its_new_sound(settled, desk):
    corrected(settled, desk, name="龙阿朵")
    person = Person.objects.get(pk=settled.applicant_id)
    assert (person.name, person.initials) == ("龙阿朵", "LAD")


def test_a_corrected_nationality_has_its_code(settled, desk):
    corrected(settled, desk, nationality_as_written="苗族")
    assert Person.objects.get(pk=settled.applicant_id).nationality == "06"
    corrected(factories.fresh(settled), desk, nationality_as_written="革家人")
    assert Person.objects.get(pk=settled.applicant_id).nationality == ""


def test_the_registrations_follow_a_corrected_day(settled, desk):
    day = today() - days(19)
    corrected(settled, desk, registered_on=day.isoformat())
    assert factories.fresh(settled).registered_on == day
    assert set(Membership.objects.values_list("since", flat=True)) == {day}


def test_the_registrations_follow_a_corrected_household(settled, desk):
    right = factories.household("family", desk.station, head=settled.applicant)
    corrected(settled, desk, household=right.number)
    rows = Membership.objects.values_list("household", "group")
    assert set(rows) == {(right.pk, None)}
    assert factories.fresh(settled).household == right


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("name", "", "姓名"),
        ("sex", "2", "与公民身份号码不一致"),
        ("birth_date", "1980-01-01", "与公民身份号码不一致"),
        ("birth_date", "2999-01-01", "今天以后"),
        ("division", "999999", "行政区划"),
        ("hukou_kind", "city", "城乡分类"),
        ("relation", "0x", "家庭关系代码表"),
        ("registered_on", "", "不能更正为空"),
        ("registered_on", "2999-01-01", "今天以后"),
        ("registered_on", "1999-01-01", "不能早于批准日期"),
        ("household", "H-none", "没有户号"),
        ("population_receipt", "", "不能更正为空"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_kept(name, value, says, settled, desk):
    with pytest.raises(Refused, match=says):
        corrected(settled, desk, **{name: value})
    assert not Amendment.objects.exists()


def test_a_household_of_another_station_is_refused(settled, desk):
    other = factories.household("public", factories.station("炉山派出所"))
    with pytest.raises(Refused, match="不在本所"):
        corrected(settled, desk, household=other.number)


def test_correcting_nothing_is_refused(settled, desk):
    with pytest.raises(Refused, match="没有要更正的内容"):
        corrected(settled, desk, name=settled.applicant.name)


def test_a_correction_wants_its_proof(settled, desk):
    with pytest.raises(Refused, match="证明材料"):
        proposed(settled, "correct", desk.clerk, proof=" ")


def test_sex_and_birth_date_of_whoever_has_no_number_are_corrected(desk):
    born = today() - days(90)
    baby = factories.CompanionEntry(
        factories.PersonEntry(
            without_number="新生儿",
            name="杨小",
            sex="1",
            birth_date=born,
            division=factories.CHANGSHA,
            hukou_kind="rural",
        ),
        "child",
        "now",
    )
    case = factories.application(state=State.APPROVED, desk=desk, companions=[baby])
    person = Person.objects.get(without_number="新生儿")
    given = {case.members.get(person=person).pk: factories.identity_number(born_on=born)}
    act = factories.act(case, desk.clerk)
    factories.register(case, act, factories.registration(case, numbers=given))
    # A number that turned out to be nobody's: he is without one again.
    Person.objects.filter(pk=person.pk).update(
        number=None, number_digest=None, without_number="新生儿"
    )
    day = today() - days(95)
    told = {slot_key(case, "sex", 1): "2", slot_key(case, "birth_date", 1): day.isoformat()}
    made = factories.proposed(case, "correct", desk.clerk, details={"told": told})
    factories.confirmed(made, desk.head)
    person = Person.objects.get(without_number="新生儿")
    assert (person.sex, person.birth_date) == ("2", day)


def test_a_value_that_moved_since_the_proposal_is_not_overwritten(settled, desk):
    made = proposed(settled, "correct", desk.clerk)
    Person.objects.filter(pk=settled.applicant_id).update(name="杨筱满")
    with pytest.raises(Refused, match="在提请以后已经变动"):
        factories.confirmed(made, desk.head)
    assert Amendment.objects.get(pk=made.pk).state == "proposed"
    assert Person.objects.get(pk=settled.applicant_id).name == "杨筱满"


def test_an_archived_settlement_is_corrected_and_stays_archived(desk):
    case = factories.application(state=State.ARCHIVED, desk=desk)
    corrected(case, desk, name="杨晓满")
    assert factories.fresh(case).state == State.ARCHIVED
    shown = factories.client_of(desk.clerk).get(reverse("desk:case", args=[case.pk]))
    assert all(step["is_done"] for step in shown.context["steps"])


# 撤销


@pytest.mark.parametrize("name", ["annul", "revoke"])
def test_a_settlement_undone_leaves_nobody_registered_and_every_row_of_history(name, settled, desk):
    origins = {row.person_id: (row.division, row.hukou_kind) for row in settled.members.all()}
    rows, steps = Membership.objects.count(), settled.history.count()
    change = factories.amended(settled, name, desk)
    now = factories.fresh(settled)
    assert now.state == MOVES[name].target
    assert not now.is_open
    assert Membership.objects.count() == rows
    assert set(Membership.objects.values_list("until", flat=True)) == {today()}
    assert set(now.members.values_list("outcome", flat=True)) == {Member.Outcome.UNDONE}
    people = Person.objects.filter(case_memberships__application=now)
    assert {row.pk: (row.division, row.hukou_kind) for row in people} == origins
    assert now.history.count() == steps + 1
    assert change.details["hearing"]
    assert change.details["before"]["registered_on"] == (today() - days(20)).isoformat()


def test_the_tasks_of_a_settlement_undone_are_cancelled(settled, desk):
    FollowUp.objects.filter(kind="insurance").update(state="done")
    factories.amended(settled, "annul", desk)
    others = FollowUp.objects.exclude(kind="insurance")
    assert set(others.values_list("state", flat=True)) == {"cancelled"}
    insured = FollowUp.objects.filter(kind="insurance")
    assert set(insured.values_list("state", flat=True)) == {"done"}
    assert AuditEntry.objects.get(action="停办后续衔接事项").count == others.count()


def test_an_empty_collective_household_is_closed(desk):
    case = factories.application("collective", state=State.REGISTERED, desk=desk)
    factories.amended(case, "annul", desk)
    assert Household.objects.get(pk=case.household_id).closed_on == today()


def test_a_household_that_holds_others_stays_open(desk):
    case = factories.application("collective", state=State.REGISTERED, desk=desk)
    staff = factories.person(desk.station)
    Membership.objects.create(person=staff, household=case.household, since=today())
    factories.amended(case, "annul", desk)
    assert Household.objects.get(pk=case.household_id).closed_on is None


def test_the_public_household_is_never_closed(settled, desk):
    factories.amended(settled, "revoke", desk)
    assert Household.objects.get(pk=settled.household_id).closed_on is None


def test_whoever_has_moved_on_since_is_left_where_he_is(settled, desk):
    person = settled.applicant
    move_out(person, today() - days(2), "外迁")
    Person.objects.filter(pk=person.pk).update(division="440106", hukou_kind="urban")
    factories.amended(settled, "annul", desk)
    assert Person.objects.get(pk=person.pk).division == "440106"
    assert person.memberships.get().until == today() - days(2)


def test_a_pupil_whose_return_is_undone_is_registered_here_again(desk):
    entry = factories.applicant_for("pupil_return")
    home = factories.public_household(desk.station)
    case = factories.application("pupil_return", state=State.APPROVED, desk=desk, applicant=entry)
    Membership.objects.create(person=case.applicant, household=home, since=today() - days(700))
    factories.make(case, "register", desk)
    assert not case.applicant.memberships.filter(until__isnull=True).exists()
    factories.amended(case, "annul", desk)
    assert case.applicant.memberships.get(until__isnull=True).household == home


@pytest.mark.parametrize("state", [State.APPROVED, State.REFUSED, State.NOT_ACCEPTED])
def test_a_decision_annulled_before_settlement_moves_nobody(state, desk):
    case = factories.application(state=state, desk=desk)
    division = case.applicant.division
    factories.amended(case, "annul", desk)
    now = factories.fresh(case)
    assert now.state == State.ANNULLED
    assert not Membership.objects.exists()
    assert now.applicant.division == division
    assert {row.outcome for row in now.members.all()} == {"undone"}
    again = "retake" if state == State.NOT_ACCEPTED else "reopen"
    assert fits(now, MOVES[again])


# 恢复办理


@pytest.fixture
def refused(desk):
    return factories.application(
        state=State.REFUSED, desk=desk, companions=[factories.companion()], on=today() - days(30)
    )


def test_a_case_reopened_keeps_number_and_day_and_has_its_term_anew(refused, desk):
    kept = (refused.receipt_number, refused.accepted_on)
    change = factories.amended(refused, "reopen", desk)
    now = factories.fresh(refused)
    assert (now.state, now.is_open) == (State.ACCEPTED, True)
    assert (now.receipt_number, now.accepted_on) == kept
    promised = in_force().days_on(ROUTES[now.route].promised_days, today())
    assert now.due_on == due_on(today(), promised, (), calendar())
    assert now.due_on > today()
    assert (now.decided_on, now.judged, now.rules_version) == (None, None, "")
    assert change.details["before"]["decided_on"] == (today() - days(30)).isoformat()
    assert change.details["before"]["judged"]["verdict"]


def test_the_people_of_a_case_reopened_are_held_and_undecided(refused, desk):
    factories.amended(refused, "reopen", desk)
    rows = refused.members.values_list("outcome", "admission", "is_open", "admission_reason")
    assert set(rows) == {("pending", "", True, "")}


def test_the_term_of_a_case_reopened_follows_the_calendar_from_its_reopening(refused, desk):
    factories.amended(refused, "reopen", desk)
    before = factories.fresh(refused).due_on
    assert term_begun(refused) == today()
    reckon_deadline(factories.fresh(refused))
    assert factories.fresh(refused).due_on == before
    now = factories.fresh(refused)
    extend(now, factories.act(now, desk.head, days=5))
    assert now.due_on == calendar().add_working_days(before, 5)


def test_a_case_reopened_is_decided_once_more(refused, desk):
    factories.amended(refused, "reopen", desk)
    for name in ("check", "review", "approve", "register"):
        factories.make(factories.fresh(refused), name, desk)
    now = factories.fresh(refused)
    assert now.state == State.REGISTERED
    assert {row.outcome for row in now.members.all()} == {"registered"}


def test_a_settlement_annulled_reopened_and_settled_again_is_one_registration(settled, desk):
    factories.amended(settled, "annul", desk)
    factories.amended(factories.fresh(settled), "reopen", desk)
    now = factories.fresh(settled)
    assert (now.household, now.registered_on, now.population_receipt) == (None, None, "")
    for name in ("check", "review", "approve", "register"):
        factories.make(factories.fresh(settled), name, desk)
    assert settled.applicant.memberships.filter(until__isnull=True).count() == 1
    assert settled.applicant.memberships.count() == 2


def test_a_case_never_accepted_is_received_again_and_told_anew(desk):
    case = factories.application(state=State.NOT_ACCEPTED, desk=desk, on=today() - days(30))
    number = case.receipt_number
    made = proposed(case, "retake", desk.second)
    factories.confirmed(made, desk.head)
    now = factories.fresh(case)
    assert (now.state, now.received_on, now.accepted_on) == (State.RECEIVED, today(), None)
    assert (now.receipt_number, now.decided_on) == (number, None)
    factories.make(now, "accept", desk)
    assert factories.fresh(case).receipt_number == number


@pytest.mark.parametrize("name", ["reopen", "retake"])
def test_people_held_elsewhere_keep_a_case_shut(name, desk):
    entry = factories.applicant_for("education")
    state = State.REFUSED if name == "reopen" else State.NOT_ACCEPTED
    case = factories.application(state=state, desk=desk, applicant=entry)
    factories.application(desk=desk, applicant=entry)
    made = proposed(case, name, desk.second)
    with pytest.raises(Refused, match="已在另一件在办的申请中"):
        factories.confirmed(made, factories.officer(Role.APPROVER))
    assert factories.fresh(case).state == state
    assert Amendment.objects.get(pk=made.pk).state == "proposed"


def test_an_enterprise_held_elsewhere_keeps_a_case_shut(desk):
    company = factories.enterprise_entry()
    case = factories.application("collective", state=State.REFUSED, desk=desk, enterprise=company)
    other = factories.application("collective", desk=desk, enterprise=company)
    made = proposed(case, "reopen", desk.clerk)
    with pytest.raises(Refused, match="企业已有另一件在办的申请"):
        factories.confirmed(made, factories.officer(Role.APPROVER))
    assert factories.fresh(case).state == State.REFUSED
    assert factories.fresh(other).is_open


def test_a_stopped_clock_does_not_stand_still_in_a_case_reopened(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk, on=today() - days(30))
    factories.make(case, "pause", desk, ground="experts", on=today() - days(20))
    late = case.evidence.first()
    late.state, late.deferred_until = "deferred", today() - days(15)
    late.save()
    factories.make(case, "terminate", desk, on=today() - days(10))
    factories.amended(factories.fresh(case), "reopen", desk)
    assert factories.fresh(case).due_on is not None
    assert not case.suspensions.filter(until__isnull=True).exists()


def test_the_moves_offered_are_those_that_fit(desk, cast):
    case = factories.application(state=State.REGISTERED, desk=desk)
    offered = {role: [move.name for move, _ in proposals_for(case, cast[role])] for role in Role}
    assert offered[Role.WINDOW] == ["correct", "annul", "revoke"]
    assert offered[Role.APPROVER] == ["correct", "annul", "revoke"]
    assert not any(offered[role] for role in Role if role not in MOVES["correct"].proposers)
