"""签注: the window, late, refused, undone; the counter, by script and without."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from kaili_hukou.actions import Refused
from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry
from residence_permits.actions.cancelling import cancel
from residence_permits.actions.endorsing import (
    Looked,
    ToConfirm,
    endorse,
    refuse_endorsement,
    undo,
)
from residence_permits.actions.permits import Act, Overtaken
from residence_permits.finding import find_permit
from residence_permits.models import Endorsement, Permit, PermitEvent
from residence_permits.terms import stretches, timeline
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

LOOKED = Looked("employment", "劳动合同")
MOST_QUERIES = 12


def issued(desk, on, *endorsed_on, **told):
    holder = factories.person(desk.station)
    return factories.permit(holder, issued_on=on, endorsed_on=endorsed_on, **told)


def in_window(desk, **told):
    """Issued a year less five days ago: the window is open."""
    return issued(desk, add_months(today(), -12) + days(5), **told)


def too_early(desk):
    return issued(desk, today() - days(100))


def suspended(desk):
    return issued(desk, add_months(today(), -14))


def fresh(permit):
    return Permit.objects.select_related("person").get(pk=permit.pk)


def press(permit, officer, on=None, **told):
    return endorse(fresh(permit), Act(officer, on or today()), LOOKED, **told)


def state_of(permit):
    """Everything that an act could have changed."""
    row = fresh(permit)
    return (
        row.version,
        row.window_opens_on,
        row.ends_on,
        row.cancelled_on,
        list(row.endorsements.values_list("endorsed_on", "undone_at")),
        list(row.stretches.values_list("valid_from", "valid_to")),
        row.events.count(),
    )


def test_an_endorsement_in_its_window_renews_for_a_year(desk):
    permit = in_window(desk)
    ends_on = permit.ends_on
    made = press(permit, desk.clerk)
    assert not made.late
    assert fresh(permit).ends_on == add_months(permit.issued_on, 24)
    assert fresh(permit).ends_on > ends_on
    assert list(permit.stretches.values_list("valid_from", flat=True)) == [permit.issued_on]
    row = Endorsement.objects.get()
    assert (row.officer, row.basis, row.shown) == (desk.clerk, "employment", "劳动合同")
    assert PermitEvent.objects.get().kind == "endorsed"
    assert AuditEntry.objects.filter(action="居住证签注", object_id=str(permit.pk)).count() == 1


def test_a_late_endorsement_is_told_first_then_restores_and_counts_anew(desk):
    permit = suspended(desk)
    before = state_of(permit)
    with pytest.raises(ToConfirm, match="重新连续计算"):
        press(permit, desk.clerk)
    assert state_of(permit) == before
    made = press(permit, desk.clerk, confirmed=True)
    assert made.late
    assert "逾期补办" in made.sentence
    assert fresh(permit).timeline(today()).continuous_since == today()
    assert list(permit.stretches.values_list("valid_from", flat=True)) == [
        permit.issued_on,
        today(),
    ]


BAD = {
    "before the window opens": (too_early, "尚未到签注期,下次可在"),
    "not handed over": (lambda desk: in_window(desk, handed_on=None), "还没有发放"),
    "of another station": (
        lambda desk: in_window(desk, station=factories.station("炉山派出所")),
        "不在您的辖区",
    ),
    "cancelled": (
        lambda desk: in_window(desk, cancelled_on=today() - days(3), cancelled_for="left"),
        "注销",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_endorsed_gets_a_sentence_and_changes_nothing(case, desk):
    build, words = BAD[case]
    permit = build(desk)
    before = state_of(permit)
    with pytest.raises(Refused, match=words):
        press(permit, desk.clerk, confirmed=True)
    with pytest.raises(Refused, match=words):
        refuse_endorsement(fresh(permit), Act(desk.clerk, today(), "合同已解除"))
    assert state_of(permit) == before


def test_the_refusal_names_the_day_on_which_the_window_opens(desk):
    permit = too_early(desk)
    opens = permit.window_opens_on
    with pytest.raises(Refused, match=f"{opens.year}年{opens.month}月{opens.day}日"):
        press(permit, desk.clerk)


def test_the_second_in_one_window_is_refused(desk):
    permit = in_window(desk)
    press(permit, desk.clerk)
    before = state_of(permit)
    with pytest.raises(Refused, match="已经签注"):
        press(permit, desk.second)
    assert state_of(permit) == before


def test_no_day_ahead_and_none_before_an_endorsement_that_stands(desk):
    permit = in_window(desk)
    with pytest.raises(Refused, match="今天以后"):
        press(permit, desk.clerk, today() + days(1))
    press(permit, desk.clerk)
    with pytest.raises(Refused, match="请核对日期"):
        press(permit, desk.clerk, today() - days(1))


@pytest.mark.parametrize("role", ["auxiliary", "approver"])
def test_who_is_no_officer_of_the_station_does_not_endorse(role, desk):
    with pytest.raises(Refused, match="民警办理"):
        press(in_window(desk), getattr(desk, role))


def test_nobody_endorses_his_own_permit(desk):
    permit = in_window(desk)
    desk.clerk.own_number_digest = permit.person.number_digest
    desk.clerk.save()
    with pytest.raises(Refused, match="回避"):
        press(permit, desk.clerk)


@pytest.mark.parametrize("looked", [Looked("", "合同"), Looked("study", " "), Looked("x", "y")])
def test_the_evidence_is_looked_at_again(looked, desk):
    permit = in_window(desk)
    with pytest.raises(Refused, match="依据"):
        endorse(fresh(permit), Act(desk.clerk, today()), looked)
    assert not permit.endorsements.exists()


def test_an_endorsement_from_an_older_look_is_overtaken(desk):
    permit = in_window(desk)
    seen = fresh(permit)
    refuse_endorsement(fresh(permit), Act(desk.second, today(), "合同已解除"))
    with pytest.raises(Overtaken):
        endorse(seen, Act(desk.clerk, today()), LOOKED)
    assert not permit.endorsements.exists()


# ------------------------------------------------------------------ undone


@pytest.mark.parametrize(("build", "late"), [(in_window, False), (suspended, True)])
def test_undone_on_its_day_everything_is_as_before(build, late, desk):
    permit = build(desk)
    before = state_of(permit)
    made = press(permit, desk.clerk, confirmed=late)
    undo(made.endorsement, Act(desk.clerk, today()))
    after = state_of(permit)
    assert after[1:4] == before[1:4]
    assert after[5] == before[5]
    assert fresh(permit).endorsed_on == []
    press(permit, desk.clerk, confirmed=late)
    assert fresh(permit).endorsed_on == [today()]


def test_who_may_undo(desk, other_desk):
    made = press(in_window(desk), desk.clerk).endorsement
    for officer in (desk.second, other_desk.head, desk.approver):
        with pytest.raises(Refused):
            undo(Endorsement.objects.get(pk=made.pk), Act(officer, today()))
    with pytest.raises(Refused, match="当天撤回"):
        undo(made, Act(desk.clerk, today() + days(1)))
    undo(Endorsement.objects.get(pk=made.pk), Act(desk.head, today()))
    with pytest.raises(Overtaken):
        undo(Endorsement.objects.get(pk=made.pk), Act(desk.clerk, today()))
    assert PermitEvent.objects.filter(kind="undone").count() == 1


# ------------------------------------------------------------------ not endorsed


def test_not_endorsed_needs_a_reason_and_warns_the_next_officer(desk):
    permit = in_window(desk)
    with pytest.raises(Refused, match="理由"):
        refuse_endorsement(fresh(permit), Act(desk.clerk, today(), " "))
    refuse_endorsement(fresh(permit), Act(desk.clerk, today(), "劳动合同已解除"))
    event = PermitEvent.objects.get()
    assert (event.kind, event.reason) == ("not_endorsed", "劳动合同已解除")
    assert fresh(permit).endorsed_on == []
    found = find_permit(permit.serial, desk.second, today())
    with pytest.raises(ToConfirm, match="曾不予签注"):
        endorse(found, Act(desk.second, today()), LOOKED)
    endorse(found, Act(desk.second, today()), LOOKED, confirmed=True)
    assert fresh(permit).endorsed_on == [today()]


# ------------------------------------------------------------------ what is meant


def test_a_permit_is_found_by_number_card_text_or_serial(desk):
    permit = in_window(desk)
    number = permit.person.number
    for text in (number, f" {number.lower()} ", permit.serial, permit.serial.lower()):
        assert find_permit(text, desk.clerk, today()).pk == permit.pk


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有输入"),
        ("\0", "没有输入"),
        ("JZ-NOBODY", "没有查到"),
        ("430104199001011234", "校验|号码"),
        ("x" * 5000, "没有查到"),
        ("'; drop table --", "没有查到"),
    ],
)
def test_what_means_no_permit_gets_a_sentence(text, words, desk):
    with pytest.raises(Refused, match=words):
        find_permit(text, desk.clerk, today())


def test_the_permit_in_force_is_meant_not_the_one_before(desk):
    old = issued(desk, today() - days(900), cancelled_on=today() - days(400), cancelled_for="left")
    new = factories.permit(old.person, issued_on=today() - days(50))
    assert find_permit(old.person.number, desk.clerk, today()).pk == new.pk


def test_the_serial_of_an_old_card_says_which_is_valid_now(desk):
    permit = in_window(desk)
    permit.cards.create(serial="OLD1", state="lost", since=today())
    with pytest.raises(Refused, match=f"已挂失.*{permit.serial}"):
        find_permit("old1", desk.clerk, today())


def test_a_permit_of_another_station_is_not_found(desk, other_desk):
    permit = in_window(desk)
    with pytest.raises(Refused, match="没有查到"):
        find_permit(permit.person.number, other_desk.clerk, today())


# ------------------------------------------------------------------ the counter


def scan(client, number, **more):
    data = {"number": number, "document": "employment:0"} | more
    return client.post(
        reverse("permits:counter"), data, headers={"X-Requested-With": "XMLHttpRequest"}
    )


def test_the_counter_answers_each_scan_with_one_masked_line(desk):
    client = client_of(desk.clerk)
    permit = in_window(desk)
    line = scan(client, permit.person.number).content.decode()
    assert "已签注" in line
    assert permit.person.masked_number in line
    assert permit.person.number not in line
    assert permit.person.name not in line
    again = scan(client, permit.serial).content.decode()
    assert "已经签注" in again
    assert permit.endorsements.count() == 1


def test_a_late_one_at_the_counter_waits_for_a_second_press(desk):
    client = client_of(desk.clerk)
    permit = suspended(desk)
    line = scan(client, permit.serial).content.decode()
    assert "确认签注" in line
    assert not permit.endorsements.exists()
    assert "补办签注" in scan(client, permit.serial, confirmed="yes").content.decode()
    assert permit.endorsements.count() == 1


def test_the_counter_works_without_a_script_and_keeps_the_document(desk):
    client, permit, late = client_of(desk.clerk), in_window(desk), suspended(desk)
    address = reverse("permits:counter")
    sent = {"document": "study:0", "number": permit.serial}
    answer = submit(client, client.get(address), sent, has=("document", "number"))
    assert page(answer).form("document", "number").fields["document"] == "study:0"
    assert "已签注" in page(answer).text
    asked = submit(client, answer, {"number": late.serial}, has=("document", "number"))
    assert not late.endorsements.exists()
    done = submit(client, asked, has=("confirmed",))
    assert late.endorsements.get().basis == "study"
    undone = client.post(reverse("permits:undo", args=[late.endorsements.get().pk]), follow=True)
    assert "已撤回" in page(undone).text
    assert "补办签注" in page(done).text


def test_a_refusal_at_the_counter_keeps_what_was_typed(desk):
    client, permit = client_of(desk.clerk), too_early(desk)
    typed = {"number": permit.serial, "reason": "合同已解除"}
    answer = submit(client, client.get(reverse("permits:counter")), typed)
    form = page(answer).form("number", "reason")
    assert {name: form.fields[name] for name in typed} == typed
    assert "没有记录不予签注" in page(answer).text
    permit = in_window(desk)
    submit(client, answer, {"number": permit.serial}, has=("number", "reason"))
    assert permit.events.get().reason == "合同已解除"


@pytest.mark.parametrize("script", [True, False])
def test_an_endorsement_at_the_counter_takes_few_queries(script, desk):
    client = client_of(desk.clerk)
    headers = {"X-Requested-With": "XMLHttpRequest"} if script else {}
    scan(client, in_window(desk).serial)
    permit = in_window(desk)
    sent = {"number": permit.person.number, "document": "employment:0"}
    with CaptureQueriesContext(connection) as asked:
        client.post(reverse("permits:counter"), sent, headers=headers)
    assert permit.endorsements.count() == 1
    # The outer transaction of the request is a savepoint in a test: no query of ours.
    told = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(told) <= MOST_QUERIES, "\n".join(told)


# ------------------------------------------------------------------ against the contract

DAY = st.dates(date(2017, 1, 1), date(2026, 6, 1))


@settings(max_examples=40)
@given(issue=DAY, gaps=st.lists(st.integers(1, 500), max_size=8), ending=st.integers(0, 900))
def test_acts_in_a_row_leave_what_the_contract_computes(issue, gaps, ending, django_db_blocker):
    desk = factories.desk()
    permit = issued(desk, issue)
    day, made = issue, []
    for gap in gaps:
        day += days(gap)
        if day > today():
            break
        try:
            press(permit, desk.clerk, day, confirmed=True)
            made.append(day)
        except Refused:
            continue
    row = fresh(permit)
    last = max([issue, *made])
    shown = timeline(issue, made, last)
    assert not shown.refused
    assert (row.window_opens_on, row.ends_on) == (shown.window.opens_on, shown.suspended_from)
    expected = [(first, end) for first, end in stretches(issue, made, last)]
    assert list(row.stretches.values_list("valid_from", "valid_to")) == expected
    if ending and last + days(ending) <= today():
        on = last + days(ending)
        cancel(row, Act(desk.clerk, on), "left", "returned")
        ended = [(first, min(end, on)) for first, end in expected]
        assert list(row.stretches.values_list("valid_from", "valid_to")) == ended
