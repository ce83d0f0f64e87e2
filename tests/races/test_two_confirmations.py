"""Two officers confirm one proposal at once: one act, one record; the other is told by whom."""

import pytest

from applications.actions.amending import drop
from applications.models import Amendment, StateChange
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.identity_acts import Proposal, confirm, propose_merge, propose_number
from kaili_hukou.models import AuditEntry, FormerNumber, Person, PersonAct
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import today
from tests.races.test_two_officers import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


@pytest.fixture
def desk():
    return factories.desk()


def approvers():
    return [factories.officer(Role.APPROVER) for _ in range(2)]


@pytest.mark.parametrize("name", ["annul", "revoke"])
def test_of_two_who_confirm_one_proposal_one_wins(name, desk):
    case = factories.application("bravery", state=State.REGISTERED, desk=desk)
    made = factories.proposed(case, name, desk.clerk)
    seen = [Amendment.objects.get(pk=made.pk) for _ in range(2)]
    version = case.version
    outcomes = at_once(
        *(
            lambda one=one, who=who: factories.confirmed(one, who, version=version)
            for one, who in zip(seen, approvers(), strict=True)
        )
    )
    assert len(refusals(outcomes)) == 1
    assert "您的操作没有执行" in str(next(one for one in outcomes if isinstance(one, Refused)))
    assert StateChange.objects.filter(application=case, move=name).count() == 1
    assert case.applicant.memberships.count() == 1


def test_one_confirms_while_the_other_drops(desk):
    case = factories.application("bravery", state=State.REGISTERED, desk=desk)
    made = factories.proposed(case, "annul", desk.clerk)
    seen = [Amendment.objects.get(pk=made.pk) for _ in range(2)]
    first, second = approvers()
    outcomes = at_once(
        lambda: factories.confirmed(seen[0], first),
        lambda: drop(seen[1], second, on=today(), reason="证据不足"),
    )
    assert len(refusals(outcomes)) == 1
    undone = factories.fresh(case).state == State.ANNULLED
    assert (Amendment.objects.get().state == "confirmed") is undone


def test_two_proposals_of_a_kind_at_once_are_one(desk):
    case = factories.application("bravery", state=State.REGISTERED, desk=desk)
    outcomes = at_once(
        *(
            lambda who=who: factories.proposed(factories.fresh(case), "annul", who)
            for who in (desk.clerk, desk.second)
        )
    )
    assert refusals(outcomes) == [Refused]
    assert Amendment.objects.count() == 1


def told(officer):
    return Proposal(officer, "录入有误", "身份证原件")


def test_a_number_is_corrected_once(desk):
    person = factories.person(desk.station)
    act = propose_number(person, factories.identity_number(41), told(desk.clerk))
    seen = [PersonAct.objects.get(pk=act.pk) for _ in range(2)]
    outcomes = at_once(
        *(
            lambda one=one, who=who: confirm(one, who, on=today())
            for one, who in zip(seen, approvers(), strict=True)
        )
    )
    assert refusals(outcomes) == [Refused]
    assert FormerNumber.objects.count() == 1
    assert AuditEntry.objects.filter(action="更正号码").count() == 1


def test_two_rows_are_merged_once(desk):
    one, two = factories.person(desk.station), factories.person(desk.station)
    act = propose_merge(one, two, told(desk.clerk))
    seen = [PersonAct.objects.get(pk=act.pk) for _ in range(2)]
    outcomes = at_once(
        *(
            lambda row=row, who=who: confirm(row, who, on=today())
            for row, who in zip(seen, approvers(), strict=True)
        )
    )
    assert refusals(outcomes) == [Refused]
    assert Person.objects.filter(merged_into__isnull=True).get() == one
