"""What moves the promised day of a case: pauses, an extension, the calendar, another route."""

from datetime import date

import pytest
from django.urls import reverse

from applications.actions.changing import NotAllowed
from applications.actions.timing import reckon_deadline
from applications.deadlines import Pause, due_on
from applications.grounds import PAUSE_GROUNDS
from applications.models import Application
from applications.tasks import reckon_deadlines
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import CalendarDay
from kaili_hukou.registers import calendar, forget
from kaili_hukou.workdays import Calendar
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _registers_are_read_anew():
    forget()
    yield
    forget()


def at(text):
    return date.fromisoformat(text)


PLAIN = Calendar(covered_years=frozenset({2026}))
WITH_A_DAY_OFF = Calendar(holidays=frozenset({date(2026, 3, 5)}), covered_years=frozenset({2026}))


@pytest.mark.parametrize(
    ("pauses", "extended", "plain", "with_a_day_off"),
    [
        # Accepted on Monday 2 March with five working days.
        ([], 0, "2026-03-09", "2026-03-10"),
        ([], 1, "2026-03-10", "2026-03-11"),
        ([], 10, "2026-03-23", "2026-03-24"),
        ([("2026-03-04", "2026-03-06")], 0, "2026-03-11", "2026-03-11"),  # the day off stood still
        ([("2026-03-04", "2026-03-06")], 10, "2026-03-25", "2026-03-25"),
        ([("2026-03-03", "2026-03-05")], 0, "2026-03-11", "2026-03-12"),
        ([("2026-03-03", None)], 0, None, None),
        ([("2026-03-03", None)], 10, None, None),  # lengthened while it stands still
        ([("2026-03-09", None)], 0, None, None),  # on the last day itself
        ([("2026-03-10", None)], 0, "2026-03-09", None),  # too late, but for the day off
        ([("2026-03-11", None)], 0, "2026-03-09", "2026-03-10"),  # after the term: no effect
        ([("2026-03-10", None)], 5, None, None),  # the lengthened term had not run out
        ([("2026-03-03", "2026-03-04"), ("2026-03-10", None)], 0, None, None),
    ],
)
def test_the_promised_day_by_pause_extension_and_calendar(pauses, extended, plain, with_a_day_off):
    stood = [Pause(at(since), until and at(until)) for since, until in pauses]
    for year, expected in ((PLAIN, plain), (WITH_A_DAY_OFF, with_a_day_off)):
        found = due_on(at("2026-03-02"), 5 + extended, stood, year)
        assert str(found) == str(expected)


def accepted(desk, state=State.ACCEPTED, on=None, **told):
    return factories.application(state=state, desk=desk, on=on, **told)


def paused(case, desk, *, on=None, ground="experts"):
    factories.make(case, "pause", desk, on=on, ground=ground)
    return case


def lengthened(case, desk, number=10, officer=None):
    return factories.make(case, "extend", desk, officer=officer or desk.head, days=number)


def expected(case, *, more=0, pauses=()):
    return due_on(case.accepted_on, case.promised_days + more, pauses, calendar())


@pytest.mark.parametrize("ground", PAUSE_GROUNDS)
def test_a_pause_on_a_listed_ground_stops_the_clock(ground, desk):
    case = paused(accepted(desk), desk, ground=ground)
    assert factories.fresh(case).due_on is None
    assert case.suspensions.get().ground == PAUSE_GROUNDS[ground]
    shown = page(factories.client_of(desk.clerk).get(reverse("desk:case", args=[case.pk])))
    assert "已暂停" in shown.text
    assert PAUSE_GROUNDS[ground] in shown.text
    lists = page(factories.client_of(desk.clerk).get(reverse("desk:work")))
    assert "已暂停" in lists.text


@pytest.mark.parametrize("ground", ["", "late_papers", "等材料"])
def test_no_other_ground_stops_it(ground, desk):
    with pytest.raises(Refused, match="列明的事由"):
        paused(accepted(desk), desk, ground=ground)


def test_a_pause_is_given_back_working_day_by_working_day(desk):
    case = paused(accepted(desk, on=today() - days(2)), desk, on=today() - days(1))
    factories.make(case, "go_on", desk)
    stood = [Pause(today() - days(1), today())]
    assert factories.fresh(case).due_on == expected(case, pauses=stood)


def test_an_extension_while_paused_counts_when_the_clock_runs_again(desk):
    case = paused(accepted(desk), desk)
    lengthened(case, desk, 7)
    assert factories.fresh(case).due_on is None
    factories.make(case, "go_on", desk)
    assert factories.fresh(case).due_on == expected(case, more=7)


def test_a_case_that_is_paused_is_not_paused_again_and_one_that_runs_does_not_go_on(desk):
    case = paused(accepted(desk), desk)
    with pytest.raises(Refused, match="已经暂停"):
        paused(case, desk)
    case = factories.fresh(case)
    factories.make(case, "go_on", desk)
    with pytest.raises(Refused, match="没有暂停"):
        factories.make(case, "go_on", desk)
    assert case.suspensions.count() == 1


def overdue(desk):
    case = accepted(desk, on=today() - days(90))
    assert case.due_on < today()
    return case


@pytest.mark.parametrize(
    ("name", "details"), [("pause", {"ground": "experts"}), ("extend", {"days": 10})]
)
def test_a_term_that_has_run_out_is_neither_stopped_nor_lengthened(name, details, desk):
    case = overdue(desk)
    with pytest.raises(Refused, match="已过"):
        factories.make(case, name, desk, officer=desk.head, **details)
    assert factories.fresh(case).due_on == case.due_on
    assert not case.suspensions.exists()


@pytest.mark.parametrize("number", [0, -1, 11, 100])
def test_an_extension_is_one_to_ten_days(number, desk):
    with pytest.raises(Refused, match="1 至 10"):
        lengthened(accepted(desk), desk, number)


def test_a_term_is_lengthened_once_with_a_reason_and_not_by_whoever_accepted(desk):
    case = accepted(desk)
    for officer in (desk.clerk, desk.auxiliary):
        with pytest.raises(NotAllowed):
            lengthened(case, desk, 3, officer)
    with pytest.raises(Refused, match="须写明理由"):
        factories.make(case, "extend", desk, officer=desk.head, reason=" ", days=3)
    lengthened(case, desk, 3)
    assert factories.fresh(case).due_on == expected(case, more=3)
    with pytest.raises(Refused, match="不能再次延长"):
        lengthened(factories.fresh(case), desk, 1, desk.approver)


def test_the_head_who_accepted_a_case_himself_does_not_lengthen_it(desk):
    case = accepted(desk, State.RECEIVED)
    factories.make(case, "accept", desk, officer=desk.head)
    with pytest.raises(NotAllowed, match="须由另一人"):
        lengthened(case, desk)
    lengthened(case, desk, officer=desk.approver)


def first_workday(case):
    return calendar().add_working_days(case.accepted_on, 1)


@pytest.mark.parametrize("stands", [False, True])
def test_a_calendar_entered_later_moves_the_day_unless_the_clock_stands_still(stands, desk):
    case = accepted(desk)
    before = case.due_on
    if stands:
        paused(case, desk)
    CalendarDay.objects.create(day=first_workday(case), kind="holiday")
    forget()
    reckon_deadlines()
    assert factories.fresh(case).due_on == (
        None if stands else calendar().add_working_days(before, 1)
    )


def test_a_calendar_entered_during_a_pause_counts_when_the_clock_runs_again(desk):
    case = paused(accepted(desk), desk)
    CalendarDay.objects.create(day=first_workday(case), kind="holiday")
    forget()
    factories.make(case, "go_on", desk)
    assert factories.fresh(case).due_on == expected(case)


def test_a_case_not_accepted_yet_has_no_promised_day(desk):
    case = accepted(desk, State.RECEIVED)
    reckon_deadline(case)
    assert factories.fresh(case).due_on is None


def buttons(case, officer):
    shown = page(factories.client_of(officer).get(reverse("desk:case", args=[case.pk])))
    names = ("pause", "go_on", "extend", "terminate", "take_route")
    return {n for n in names if reverse("desk:move", args=[case.pk, n]) in shown.links}


def test_only_the_moves_that_fit_are_offered(desk):
    case = accepted(desk)
    assert buttons(case, desk.head) == {"pause", "extend", "take_route"}
    paused(case, desk)
    assert buttons(case, desk.head) == {"go_on", "extend", "take_route"}
    lengthened(case, desk, 2)
    assert buttons(case, desk.head) == {"go_on", "take_route"}
    case.evidence.update(state="deferred", deferred_until=today() - days(1))
    assert buttons(case, desk.head) == {"go_on", "take_route", "terminate"}


def test_pause_extension_and_going_on_through_the_pages(desk):
    case = accepted(desk)
    client = factories.client_of(desk.head)

    def press(name, typed):
        shown = client.get(reverse("desk:move", args=[case.pk, name]))
        return submit(client, shown, typed, has=("version",))

    assert "请选择暂停计时的事由" in page(press("pause", {})).text
    press("pause", {"ground": "hearing"})
    assert factories.fresh(case).due_on is None
    again = page(press("extend", {"days": "11", "reason": "案情复杂,须向外地核实"}))
    assert "1 至 10 个工作日" in again.text
    assert again.form("days").fields["reason"] == "案情复杂,须向外地核实"
    press("extend", {"days": "4", "reason": "案情复杂,须向外地核实"})
    told = page(press("go_on", {}))
    assert factories.fresh(case).due_on == expected(case, more=4)
    assert "延长 4 个工作日" in told.text


def test_another_route_asks_for_its_facts_before_it_is_taken(desk):
    case = accepted(desk)
    client = factories.client_of(desk.clerk)
    typed = {"route": "residence", "reason": "学历无法认证,改按居住社保"}
    asked = client.get(reverse("desk:move", args=[case.pk, "take_route"]))
    assert 'class="message info"' not in asked.content.decode()
    first = submit(client, asked, typed)
    assert "请核对并补填" in page(first).text
    assert factories.fresh(case).route == "education"
    since = (today() - days(300)).isoformat()
    submit(client, first, {"facts-residence_from": since})
    now = factories.fresh(case)
    # What is not known yet is no reason against the route.
    assert (now.route, now.opinion) == ("residence", "undetermined")
    assert now.facts["residence_from"] == since
    assert now.history.get(move="take_route").reason == typed["reason"]


def test_a_route_that_the_facts_shut_is_not_taken(desk):
    case = accepted(desk)
    client = factories.client_of(desk.clerk)
    typed = {"route": "home_purchase", "reason": "学历无法认证,改按购房"}
    first = submit(client, client.get(reverse("desk:move", args=[case.pk, "take_route"])), typed)
    facts = {"facts-home_bought_on": "2021-03-08", "facts-home_registered_already": "0"}
    told = page(submit(client, first, facts | {"facts-home_area_m2": "19.99"}))
    assert "不符合「" in told.text
    assert told.form("facts-home_area_m2").fields["facts-home_area_m2"] == "19.99"
    assert factories.fresh(case).route == "education"


def test_a_fact_that_cannot_be_read_is_told_and_kept(desk):
    case = accepted(desk)
    client = factories.client_of(desk.clerk)
    typed = {"route": "home_purchase", "reason": "学历无法认证,改按购房"}
    first = submit(client, client.get(reverse("desk:move", args=[case.pk, "take_route"])), typed)
    told = page(submit(client, first, {"facts-home_bought_on": "去年"}))
    assert "有几处需要改正" in told.text
    assert told.form("facts-home_bought_on").fields["facts-home_bought_on"] == "去年"


@pytest.mark.parametrize("route", ["", "education", "collective", "nothing"])
def test_a_route_that_is_not_offered_is_not_taken(route, desk):
    case = accepted(desk)
    with pytest.raises(Refused, match="请选择要改用的渠道|不能互换"):
        factories.make(case, "take_route", desk, route=route)
    assert Application.objects.get().route == "education"


def test_papers_that_were_to_come_for_the_old_route_alone_are_waited_for_no_more(desk):
    case = accepted(desk)
    degree = case.evidence.filter(code="degree_proof")
    degree.update(state="deferred", deferred_until=today() + days(3))
    factories.make(case, "take_route", desk, route="bravery", facts={"bravery_certificate": True})
    codes = set(case.evidence.values_list("code", "state"))
    assert codes == {("application_form", "original"), ("bravery_certificate", "missing")}
