"""Two presses at once on what follows a settlement: one act, one record, one sentence."""

from functools import partial

import pytest

from applications.actions.following_up import cancel_permit, deliver_notice
from applications.actions.handing_lists import Answer, hand_over, take_answers
from applications.models import FollowUp, FollowUpList
from applications.workflow import State
from kaili_hukou.dates import quarter_before, quarter_span
from kaili_hukou.models import AuditEntry, Bureau
from tests import factories
from tests.factories import days, today
from tests.races.test_two_officers import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

QUARTER = quarter_before(today())


@pytest.fixture
def desk():
    return factories.desk()


def settled(desk):
    last = quarter_span(*QUARTER)[1]
    case = factories.application("education", state=State.APPROVED, desk=desk, on=last)
    factories.permit(case.applicant, issued_on=last - days(200))
    factories.make(case, "register", desk, on=last)
    return case


def presses(case, kind, press):
    """The press by two officers, each from the row as he had read it."""
    asked = FollowUp.objects.select_related("application").filter(application=case, kind=kind)
    return [partial(press, asked.get()), partial(press, asked.get())]


def test_a_permit_is_ended_once(desk):
    case = settled(desk)
    made = presses(case, "permit", lambda row: cancel_permit(row, desk.clerk, today()))
    assert len(refusals(at_once(*made))) == 1
    assert AuditEntry.objects.filter(action="居住证注销").count() == 1


def test_a_notice_is_delivered_once(desk):
    case = settled(desk)
    made = presses(
        case, "land_rights", lambda row: deliver_notice(row, desk.clerk, today(), "本人")
    )
    assert len(refusals(at_once(*made))) == 1


def test_a_quarter_is_handed_over_once(desk):
    settled(desk)
    bureau = Bureau.objects.get(code="medical_insurance")

    def press():
        return hand_over(bureau, QUARTER, desk.approver, on=today(), ground="三(三)6")

    assert len(refusals(at_once(press, press))) == 1
    assert FollowUpList.objects.count() == 1
    assert FollowUpList.objects.get().rows.count() == 1


def test_the_answers_of_two_clerks_are_written_once(desk):
    settled(desk)
    bureau = Bureau.objects.get(code="medical_insurance")
    made = hand_over(bureau, QUARTER, desk.approver, on=today(), ground="三(三)6")
    row = made.rows.get()

    def says(state):
        answer = Answer(row.code, "handed", state, today().isoformat(), "")
        return lambda: take_answers(made, [answer], desk.approver, today())

    assert sorted(at_once(says("done"), says("declined"))) == [(0, 1), (1, 0)]
    assert AuditEntry.objects.filter(action="读入移交清单反馈").count() == 1
