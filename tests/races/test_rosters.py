"""Two officers at one roster: of two who confirm one is named; confirming and taking back agree."""

import pytest

from kaili_hukou.models import AuditEntry
from kaili_hukou.roles import Role
from rosters.actions.confirming import confirm
from rosters.actions.withdrawing import Ending, take_back
from rosters.models import Roster, RosterEntry
from tests import factories
from tests.factories import today
from tests.races.test_two_officers import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def acts(seen, *acts_of):
    """Each officer acts on the roster as he read it before."""
    officers = [factories.officer(Role.APPROVER) for _ in acts_of]
    rows = [Roster.objects.get(pk=seen.pk) for _ in acts_of]
    return [
        lambda act=act, row=row, who=who: act(row, who)
        for act, row, who in zip(acts_of, rows, officers, strict=True)
    ]


def confirmed(row, who):
    confirm(row, who, today())


def taken_back(row, who):
    take_back(row, Ending(who, today(), "名单有误"))


def test_at_one_roster_one_press_of_two_wins():
    roster = factories.roster("relocation", factories.person_entry(), state="entered")
    outcomes = at_once(*acts(roster, confirmed, confirmed))
    assert len(refusals(outcomes)) == 1
    assert AuditEntry.objects.filter(action="确认花名册").count() == 1
    outcomes = at_once(*acts(roster, taken_back, taken_back))
    assert len(refusals(outcomes)) == 1
    assert AuditEntry.objects.filter(action="收回花名册").count() == 1


def test_who_confirms_while_another_takes_back_leaves_nothing_half_done():
    roster = factories.roster("relocation", factories.person_entry(), state="entered")
    at_once(*acts(roster, confirmed, taken_back))
    roster.refresh_from_db()
    counts = RosterEntry.objects.confirmed(today()).exists()
    assert counts == (roster.state == "confirmed")
    assert (roster.ended_on is None) == (roster.state == "confirmed")
