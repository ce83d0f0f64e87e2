"""Two officers at once, in real threads with connections of their own: one wins, none is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from applications.actions.changing import Overtaken
from applications.actions.evidence import check_promise, promise
from applications.actions.family import MemberEntry, keep_family
from applications.actions.inquiring import Told, answer, ask_recheck
from applications.actions.transferring import Noted, Paper, choose, issue, send
from applications.models import (
    Application,
    Certificate,
    Enterprise,
    EvidenceItem,
    Inquiry,
    Member,
    ReceiptCounter,
    StateChange,
    Suspension,
    Transfer,
)
from applications.workflow import State
from kaili_hukou import receipts
from kaili_hukou.actions import Refused, know_person
from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry, Bureau, Membership, Person
from residence_permits.actions.cancelling import cancel
from residence_permits.actions.endorsing import Looked, endorse, refuse_endorsement
from residence_permits.actions.permits import Act as PermitAct
from residence_permits.actions.sweeping import sweep
from residence_permits.models import Permit, PermitEvent
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

PATIENCE = 60


def at_once(*acts):
    """Runs all of them from one starting line; gives what each returned, or its refusal."""
    line = threading.Barrier(len(acts), timeout=PATIENCE)

    def run(act):
        try:
            line.wait()
            return act()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, act) for act in acts]]


def refusals(outcomes):
    return [type(outcome) for outcome in outcomes if isinstance(outcome, Refused)]


@pytest.fixture
def desk():
    return factories.desk()


def pressed(case, name, desk, officer, **told):
    """The move as a page of its own would make it: from the case as it was read before."""
    seen = factories.fresh(case)
    return lambda: factories.make(seen, name, desk, officer=officer, **told)


def entries(case):
    return AuditEntry.objects.filter(object_id=str(case.pk))


@pytest.mark.parametrize(
    ("state", "move", "second"),
    [
        (State.RECEIVED, "accept", "second"),
        (State.RECEIVED, "not_accept", "second"),
        (State.ACCEPTED, "check", "second"),
        (State.CHECKED, "review", "head"),
        (State.REVIEWED, "approve", "approver"),
        (State.REVIEWED, "refuse", "approver"),
        (State.APPROVED, "register", "second"),
    ],
)
def test_of_two_who_make_the_same_move_one_wins(state, move, second, desk):
    case = factories.application("bravery", state=state, desk=desk)
    factories.public_household(desk.station)
    other = factories.officer(getattr(desk, second).role, desk.station)
    before = entries(case).count()
    outcomes = at_once(
        pressed(case, move, desk, desk.officer_for(move)), pressed(case, move, desk, other)
    )
    assert refusals(outcomes) == [Overtaken]
    assert StateChange.objects.filter(application=case, move=move).count() == 1
    # A registration begins what follows it, in an entry of its own.
    assert entries(case).count() == before + (2 if move == "register" else 1)


def test_two_acceptances_draw_one_number(desk):
    case = factories.application("bravery", state=State.RECEIVED, desk=desk)
    at_once(*(pressed(case, "accept", desk, who) for who in (desk.clerk, desk.second)))
    assert ReceiptCounter.objects.get().last == 1
    assert receipts.check(factories.fresh(case).receipt_number).serial == 1


def test_approval_and_withdrawal_at_once_leave_one_of_them(desk):
    case = factories.application("bravery", state=State.REVIEWED, desk=desk)
    outcomes = at_once(
        pressed(case, "approve", desk, desk.approver), pressed(case, "withdraw", desk, desk.clerk)
    )
    assert refusals(outcomes) == [Overtaken]
    ended = factories.fresh(case)
    outcome = {State.APPROVED: "approved", State.WITHDRAWN: "ended"}[ended.state]
    assert set(case.members.values_list("outcome", flat=True)) == {outcome}
    assert ended.is_open is (ended.state == State.APPROVED)


def test_twenty_acceptances_in_four_threads_leave_no_gap(desk):
    cases = [factories.application("bravery", state=State.RECEIVED, desk=desk) for _ in range(20)]
    presses = [pressed(case, "accept", desk, desk.clerk) for case in cases]
    quarters = [presses[start::4] for start in range(4)]
    at_once(*(lambda quarter=quarter: [press() for press in quarter] for quarter in quarters))
    numbers = Application.objects.values_list("receipt_number", flat=True)
    assert sorted(receipts.check(number).serial for number in numbers) == list(range(1, 21))


def noted(case, officer, signed):
    """What an officer noted on the family's page, from the case as it was read before."""
    seen, member = factories.fresh(case), case.members.get()
    entry = MemberEntry(presence="present", signed=signed, signed_on=factories.today())
    told = {"officer": officer, "on": factories.today(), "version": seen.version}
    return lambda: keep_family(seen, {member.pk: entry}, **told)


def test_of_two_who_note_the_same_family_one_wins(desk):
    case = factories.application("bravery", desk=desk, signed=False)
    outcomes = at_once(noted(case, desk.clerk, "self"), noted(case, desk.second, ""))
    assert refusals(outcomes) == [Overtaken]
    kept = AuditEntry.objects.filter(action="登记家庭与签名")
    assert kept.count() == (1 if case.members.get().signed else 0)
    assert factories.fresh(case).version == case.version + 1


def test_an_agent_whom_two_windows_add_is_one_row(desk):
    case, number = factories.application("bravery", desk=desk), factories.identity_number(40)

    def added(officer):
        seen = factories.fresh(case)
        return lambda: factories.agent(seen, officer, number=number)

    outcomes = at_once(added(desk.clerk), added(desk.second))
    assert len(refusals(outcomes)) == 1
    assert case.agents.count() == 1


def test_a_person_is_held_by_one_of_two_drafts(desk):
    entry = factories.applicant_for("education")
    drafts = [factories.draft(applicant=entry) for _ in range(2)]
    outcomes = at_once(
        *(lambda draft=draft: factories.opened(draft, desk=desk) for draft in drafts)
    )
    assert refusals(outcomes) == [Refused]
    assert Member.objects.filter(person__number_digest__isnull=False).count() == 1
    assert Application.objects.count() == 1


def test_two_families_with_the_same_two_people_do_not_lock_each_other_for_ever(desk):
    first, second = factories.companion(), factories.companion()
    drafts = [
        factories.draft(applicant=first.person, companions=[second]),
        factories.draft(applicant=second.person, companions=[first]),
    ]
    outcomes = at_once(
        *(lambda draft=draft: factories.opened(draft, desk=desk) for draft in drafts)
    )
    assert refusals(outcomes) == [Refused]
    assert (Application.objects.count(), Member.objects.count()) == (1, 2)


def test_a_new_person_met_at_two_windows_is_one_row(desk):
    entry = factories.person_entry()
    people = at_once(*[lambda: know_person(entry, station=desk.station)] * 4)
    assert {person.pk for person in people} == {Person.objects.get().pk}
    assert AuditEntry.objects.filter(action="建档").count() == 1


def test_an_enterprise_asks_once(desk):
    company = factories.enterprise_entry()
    drafts = [factories.draft("collective", enterprise=company) for _ in range(2)]
    outcomes = at_once(
        *(
            lambda draft=draft: factories.opened(draft, desk=desk, route="collective")
            for draft in drafts
        )
    )
    assert refusals(outcomes) == [Refused]
    assert (Enterprise.objects.count(), Application.objects.count()) == (1, 1)


def test_of_two_savings_of_one_page_one_is_kept(desk):
    entry = factories.applicant_for("education")
    case = factories.application(desk=desk, applicant=entry)
    pages = [
        (factories.fresh(case), factories.draft(applicant=entry, address=address))
        for address in ("甲路", "乙路")
    ]
    outcomes = at_once(
        *(lambda seen=seen, draft=draft: factories.saved(seen, draft) for seen, draft in pages)
    )
    assert refusals(outcomes) == [Overtaken]
    assert factories.fresh(case).version == case.version + 1


def test_a_person_approved_in_one_case_is_registered_in_one_place(desk):
    case = factories.application("bravery", state=State.APPROVED, desk=desk)
    factories.public_household(desk.station)
    at_once(*(pressed(case, "register", desk, who) for who in (desk.clerk, desk.second)))
    assert Membership.objects.filter(until__isnull=True).count() == 1
    assert Membership.objects.count() == 1


def test_of_two_officers_who_answer_one_letter_one_answer_is_kept(desk):
    case = factories.application("talent", state=State.ACCEPTED, desk=desk)
    bureau = Bureau.objects.get(code="human_resources")
    letter = ask_recheck(case, bureau, desk.clerk, factories.today())
    seen = [Inquiry.objects.get(pk=letter.pk) for _ in range(2)]
    told = [Told("true", factories.today(), "属实"), Told("false", factories.today(), "查无此人")]
    officers = (desk.clerk, desk.second)
    outcomes = at_once(
        *(
            lambda one=one, words=words, who=who: answer(one, words, who, factories.today())
            for one, words, who in zip(seen, told, officers, strict=True)
        )
    )
    assert refusals(outcomes) == [Refused]
    assert AuditEntry.objects.filter(action="登记函询答复").count() == 1


def test_of_two_presses_for_a_letter_one_is_sent(desk):
    case = factories.application("talent", state=State.ACCEPTED, desk=desk)
    bureau = Bureau.objects.get(code="human_resources")
    outcomes = at_once(
        *(
            lambda who=who: ask_recheck(case, bureau, who, factories.today())
            for who in (desk.clerk, desk.second)
        )
    )
    assert refusals(outcomes) == [Refused]
    assert Inquiry.objects.count() == 1


def test_of_two_checks_of_a_promise_one_is_kept(desk):
    case = factories.application("in_province", state=State.ACCEPTED, desk=desk)
    item = case.evidence.get(code="no_home_proof")
    today = factories.today()
    promise(item, promised_on=today, check_by=today + factories.days(30), officer=desk.clerk)
    seen = [EvidenceItem.objects.get(pk=item.pk) for _ in range(2)]
    outcomes = at_once(
        *(
            lambda one=one, kept=kept, who=who: check_promise(one, kept, officer=who, on=today)
            for one, kept, who in zip(
                seen, ("true", "false"), (desk.clerk, desk.second), strict=True
            )
        )
    )
    assert refusals(outcomes) == [Refused]
    assert AuditEntry.objects.filter(action="核查承诺").count() == 1


def test_of_two_pauses_one_stands(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    outcomes = at_once(
        *(pressed(case, "pause", desk, who, ground="experts") for who in (desk.clerk, desk.second))
    )
    assert refusals(outcomes) == [Overtaken]
    assert Suspension.objects.count() == 1


# ------------------------------------------------------------------ residence permits


def permit_acts(desk):
    """Acts on one permit, each from the permit as its officer read it before."""
    permit = factories.permit(
        factories.person(desk.station),
        issued_on=add_months(factories.today(), -12) + factories.days(5),
    )

    def seen(officer):
        row = Permit.objects.select_related("person").get(pk=permit.pk)
        return row, PermitAct(officer, factories.today(), "理由充分")

    looked = Looked("employment", "劳动合同")
    return permit, {
        "endorse": lambda officer: endorse(*seen(officer), looked),
        "refuse": lambda officer: refuse_endorsement(*seen(officer)),
        "cancel": lambda officer: cancel(*seen(officer), "left", "returned"),
    }


@pytest.mark.parametrize("second", ["endorse", "refuse", "cancel"])
def test_of_two_acts_on_one_permit_one_stands(second, desk):
    permit, acts = permit_acts(desk)
    outcomes = at_once(lambda: acts["endorse"](desk.clerk), lambda: acts[second](desk.second))
    events = PermitEvent.objects.filter(permit=permit).count()
    # Whoever read the permit after the other's act had ended may act on it, once.
    assert len(refusals(outcomes)) + events == 2
    assert permit.endorsements.count() == PermitEvent.objects.filter(kind="endorsed").count() <= 1
    assert AuditEntry.objects.filter(object_id=str(permit.pk)).count() == events
    if second == "endorse":
        assert events == 1


def test_the_sweep_and_an_endorsement_at_once_leave_both_right(desk):
    permit, acts = permit_acts(desk)
    at_once(lambda: acts["endorse"](desk.clerk), lambda: sweep(factories.today()))
    row = Permit.objects.get(pk=permit.pk)
    assert row.endorsed_on == [factories.today()]
    assert row.ends_on == add_months(row.issued_on, 24)
    sweep(factories.today())
    assert Permit.objects.get(pk=permit.pk).noted == "valid"


def test_of_two_who_register_the_same_part_one_wins(desk):
    wife = factories.companion()
    case = factories.application(state=State.APPROVED, desk=desk, companions=[wife])
    public = factories.public_household(desk.station)
    applicant = case.members.get(is_applicant=True)

    def part(officer):
        seen = factories.fresh(case)
        told = factories.registration(
            seen, household=public, receipt="RK1", people=frozenset({applicant.pk})
        )
        return lambda: factories.register(seen, factories.act(seen, officer), told)

    outcomes = at_once(part(desk.clerk), part(desk.second))
    assert refusals(outcomes) == [Overtaken]
    assert StateChange.objects.filter(application=case, move="register_part").count() == 1
    assert Membership.objects.get().person == applicant.person
    assert factories.fresh(case).state == State.APPROVED


def test_of_two_who_issue_a_certificate_one_wins(desk):
    case = factories.application("bravery", state=State.APPROVED, desk=desk, on_the_way=True)

    def issued(officer):
        transfer = Transfer.objects.select_related("application").get(application=case)
        told = Paper(f"黔{next(factories.SERIALS):07d}", factories.today())
        day = factories.today()
        return lambda: issue(transfer, Noted(officer, day, day), told)

    outcomes = at_once(issued(desk.clerk), issued(desk.second))
    assert refusals(outcomes) == [Refused]
    assert Certificate.objects.count() == 1


def test_of_two_who_choose_and_send_one_wins(desk):
    case = factories.application(state=State.APPROVED, desk=desk, on_the_way=True)
    day = factories.today()

    def acted(officer, act, *told):
        transfer = Transfer.objects.select_related("application").get(application=case)
        return lambda: act(transfer, Noted(officer, day, day), *told)

    outcomes = at_once(acted(desk.clerk, send), acted(desk.second, choose, "paper"))
    assert refusals(outcomes) == [Refused]
    found = Transfer.objects.get()
    assert (found.channel, found.sent_on) in {("electronic", day), ("paper", None)}
