"""居住登记 and 申领 through the pages: accepted on the spot, or told once what is missing."""

import datetime

import pytest
from django.urls import reverse

from kaili_hukou.actions import Refused
from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry, Town
from kaili_hukou.models.people import number_digest
from residence_permits.actions.applying import (
    Applying,
    Extension,
    apply,
    bring,
    confirm_extension,
    end_residence,
    propose_extension,
    register_residence,
    withdraw,
)
from residence_permits.actions.permits import Overtaken
from residence_permits.actions.requests import Step, advance
from residence_permits.conditions import DOCUMENTS
from residence_permits.flow import MOVES, State
from residence_permits.models import AcceptingBody, PermitRequest, Residence
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db
LEASE = frozenset({"lease"})


def residence(person, desk, since=None, **told):
    row = Residence(
        **{
            "person": person,
            "station": desk.station,
            "town": Town.objects.first(),
            "address": "某小区1栋",
            "since": since or add_months(today(), -8),
            "source": "lease_filing",
            "proof": "备案 1 号",
        }
        | told
    )
    return register_residence(row, desk.clerk, today())


@pytest.fixture
def holder(desk):
    person = factories.person(desk.station)
    residence(person, desk)
    return person


def applied(person, desk, **told):
    usual = {"basis": "dwelling", "shown": LEASE, "photograph": True}
    return apply(Applying(person=person, **usual | told), desk.clerk, today())


def test_from_the_number_to_the_receipt_through_the_pages(desk):
    client, entry = client_of(desk.clerk), factories.person_entry()
    first = client.get(reverse("permits:reception"))
    typed = {"number": entry.number, "name": entry.name, "division": "430104"}
    there = submit(client, first, typed)
    assert "还没有居住登记" in page(there).text
    lived = {
        "residence-since": add_months(today(), -7).isoformat(),
        "residence-source": "labour_contract",
        "residence-proof": "劳动合同 2026-3 号",
        "residence-town": str(Town.objects.first().pk),
        "residence-address": "某小区2栋",
    }
    there = submit(client, there, lived)
    assert "已登记居住" in page(there).text
    paper = submit(
        client,
        there,
        {"apply-basis": "employment", "apply-shown": ["labour_contract"], "apply-photograph": "on"},
    )
    made = PermitRequest.objects.get()
    assert (made.state, made.basis, made.shown) == ("accepted", "employment", ["labour_contract"])
    assert made.promised_on == today() + days(7)
    assert made.law_by == today() + days(15)
    assert made.number.startswith(f"JZ-DSZ-{today().year}-000001-")
    assert entry.number in page(paper).text
    assert "免收工本费" in page(paper).text
    assert made.number in page(client.get(reverse("permits:work"))).text


def test_what_is_missing_is_told_once_and_then_it_is_accepted(desk, holder):
    client = client_of(desk.clerk)
    there = client.get(reverse("permits:resident", args=[holder.pk]))
    paper = submit(client, there, {"apply-basis": "study"}, has=("apply-basis",))
    made = PermitRequest.objects.get()
    assert (made.state, made.number) == ("supplement", None)
    for line in [*DOCUMENTS["study"].values(), "相片"]:
        assert line in page(paper).text
    there = client.get(reverse("permits:request", args=[made.pk]))
    short = submit(client, there, {"apply-shown": ["student_card"]})
    assert "还缺:本人近期相片" in page(short).text
    done = submit(client, short, {"apply-shown": ["student_card"], "apply-photograph": "on"})
    made.refresh_from_db()
    assert (made.state, made.accepted_on) == ("accepted", today())
    assert made.number in page(done).text


def test_a_second_open_application_is_refused(desk, holder):
    applied(holder, desk)
    with pytest.raises(Refused, match="已有一件在办的居住证申领"):
        applied(holder, desk)
    assert PermitRequest.objects.count() == 1


def test_whoever_has_a_permit_does_not_apply_again(desk, holder):
    factories.permit(holder, issued_on=today() - days(10))
    with pytest.raises(Refused, match="已有未注销的居住证"):
        applied(holder, desk)


@pytest.mark.parametrize(
    ("told", "word"),
    [({"division": "522601"}, "市内迁移"), ({"division": "522622"}, None)],
)
def test_registered_in_kaili_is_no_applicant(told, word, desk):
    person = factories.person(desk.station, **told)
    residence(person, desk)
    if word is None:
        assert applied(person, desk).state == State.ACCEPTED
    else:
        with pytest.raises(Refused, match=word):
            applied(person, desk)


def test_before_half_a_year_nothing_is_taken_and_the_day_is_told(desk):
    person = factories.person(desk.station)
    since = today() - days(40)
    residence(person, desk, since)
    with pytest.raises(Refused, match=str(add_months(since, 6))):
        applied(person, desk)
    assert not PermitRequest.objects.exists()


def test_a_move_inside_kaili_keeps_the_half_year(desk, holder):
    first = Residence.objects.get()
    second = residence(holder, desk, today() - days(3), address="另一小区")
    first.refresh_from_db()
    assert first.until == second.since - days(1)
    assert applied(holder, desk).residence == second


def test_a_gap_begins_the_half_year_anew(desk, holder):
    end_residence(Residence.objects.get(), today() - days(60))
    residence(holder, desk, today() - days(30))
    with pytest.raises(Refused, match="满半年"):
        applied(holder, desk)


@pytest.mark.parametrize("since", [0, 1])
def test_a_residence_that_does_not_follow_is_refused(since, desk, holder):
    standing = Residence.objects.get()
    with pytest.raises(Refused, match="已有居住登记"):
        residence(holder, desk, standing.since - days(since))
    assert Residence.objects.count() == 1


def test_a_residence_ahead_is_refused(desk):
    with pytest.raises(Refused, match="今天以后"):
        residence(factories.person(desk.station), desk, today() + days(1))


def test_a_body_accepts_only_while_its_mandate_is_valid(desk, holder):
    body = AcceptingBody.objects.create(
        name="某社区服务站",
        station=desk.station,
        document="凯公委〔2025〕1号",
        valid_from=today() - days(400),
        valid_to=today() - days(1),
    )
    with pytest.raises(Refused, match="委托有效期"):
        applied(holder, desk, body=body)
    body.valid_to = today()
    body.save()
    assert applied(holder, desk, body=body).body == body


def test_a_child_applies_by_its_guardian_with_both_documents(desk):
    child = factories.person(desk.station, age=9)
    residence(child, desk)
    told = applied(child, desk)
    assert (told.state, "监护人" in told.missing[0]) == ("supplement", True)
    step = Step(desk.clerk, today(), told.version)
    guardian = {"agent_name": "杨某", "agent_number": factories.identity_number()}
    there = Applying(
        person=child,
        basis="dwelling",
        shown=LEASE,
        photograph=True,
        agent_relation="父亲",
        agent_reason="under_16",
        **guardian,
    )
    bring(told, there, step)
    told.refresh_from_db()
    assert (told.state, told.agent_name) == ("accepted", "杨某")


def test_the_extension_takes_two_officers_and_thirty_days_at_most(desk, holder):
    made = applied(holder, desk)
    wish = Extension(ground="remote", reason="边远村寨", until=today() + days(30))
    late = Extension(ground="remote", reason="边远", until=today() + days(31))
    with pytest.raises(Refused, match="以内"):
        propose_extension(made, late, desk.clerk, today())
    propose_extension(made, wish, desk.clerk, today())
    made.refresh_from_db()
    with pytest.raises(Refused, match="另一人"):
        confirm_extension(made, desk.clerk, today())
    confirm_extension(made, desk.head, today())
    made.refresh_from_db()
    assert (made.law_by, made.extended_by) == (today() + days(30), desk.head)
    with pytest.raises(Refused, match="已经延长过"):
        propose_extension(made, wish, desk.clerk, today())


def test_the_extension_through_the_pages(desk, holder):
    made = applied(holder, desk)
    address = reverse("permits:request", args=[made.pk])
    client = client_of(desk.clerk)
    until = (today() + days(20)).isoformat()
    typed = {"extend-ground": "traffic", "extend-until": until, "extend-why": "道路中断"}
    assert "已提出延长" in page(submit(client, client.get(address), typed)).text
    other = client_of(desk.head)
    done = submit(other, other.get(address), button=("confirm", "1"))
    assert "已批准延长" in page(done).text


def test_a_step_is_made_exactly_where_the_table_says(desk, holder):
    made = applied(holder, desk)
    for name, move in MOVES.items():
        for state in State:
            PermitRequest.objects.filter(pk=made.pk).update(state=state, version=made.version)
            now = PermitRequest.objects.get(pk=made.pk)
            step = Step(desk.head, today(), now.version, "核实")
            if state in move.sources:
                advance(now, name, step)
                assert now.state == move.target
            else:
                with pytest.raises(Overtaken):
                    advance(now, name, step)


def test_a_stale_page_changes_nothing(desk, holder):
    made = applied(holder, desk)
    with pytest.raises(Overtaken, match="没有执行"):
        withdraw(made, Step(desk.clerk, today(), made.version + 1, "不办了"))
    made.refresh_from_db()
    assert made.state == "accepted"


def test_nobody_handles_his_own_application(desk, holder):
    made = applied(holder, desk)
    desk.clerk.own_number_digest = number_digest(holder.number)
    with pytest.raises(Refused, match="回避"):
        withdraw(made, Step(desk.clerk, today(), made.version, "不办了"))


def test_another_station_sees_neither_person_nor_application(desk, other_desk, holder):
    made = applied(holder, desk)
    client = client_of(other_desk.clerk)
    for name, pk in (("resident", holder.pk), ("request", made.pk)):
        assert client.get(reverse(f"permits:{name}", args=[pk])).status_code == 404


def test_withdrawing_asks_for_a_reason_and_frees_the_person(desk, holder):
    made = applied(holder, desk)
    client = client_of(desk.clerk)
    there = client.get(reverse("permits:request-move", args=[made.pk, "withdraw"]))
    assert "必填" in submit(client, there, {"reason": ""}).content.decode()
    submit(client, there, {"reason": "回原籍"})
    made.refresh_from_db()
    assert (made.state, made.is_open) == ("withdrawn", False)
    assert applied(holder, desk).state == State.ACCEPTED


def test_each_act_leaves_its_record(desk, holder):
    before = AuditEntry.objects.count()
    applied(holder, desk)
    actions = set(AuditEntry.objects.order_by("-at").values_list("action", flat=True)[:3])
    assert AuditEntry.objects.count() == before + 1
    assert "居住证申领:受理" in actions


@pytest.mark.parametrize("day", ["0000-00-00", "明天", "9999-12-31", str(datetime.date.min)])
def test_a_day_that_is_none_is_a_sentence(day, desk, holder):
    client = client_of(desk.clerk)
    there = client.get(reverse("permits:resident", args=[holder.pk]))
    typed = {"residence-since": day, "residence-address": "某处"}
    answer = submit(client, there, typed)
    assert answer.status_code == 200
    assert page(answer).form("residence-since").fields["residence-address"] == "某处"
