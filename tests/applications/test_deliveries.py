"""送达: recorded once, with what each way asks for; what waits is told until it was done."""

import pytest
from django.urls import reverse

from applications.actions.changing import Overtaken, advance
from applications.actions.delivering import NOTE_ASKED, Handing, deliver
from applications.deliveries import undelivered
from applications.documents import papers_of
from applications.models import Delivery
from applications.paper_kinds import DECISIONS, PAPERS
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from kaili_hukou.registers import calendar
from tests import factories
from tests.pages import page, submit

pytestmark = pytest.mark.django_db
Way = Delivery.Way


@pytest.fixture
def refused(desk):
    """A case that was refused; the decision is printed."""
    case = factories.application(state=State.REFUSED, desk=desk)
    printed(case, desk, "refused")
    return case


def printed(case, desk, name):
    factories.client_of(desk.clerk).get(reverse("desk:paper", args=[case.pk, name]))
    return case.papers.get(name=name)


def handing(case, name="refused", **told):
    told = {"way": Way.DIRECT, "on": factories.today(), "recipient": "杨小满"} | told
    return Handing(paper=case.papers.get(name=name), **told)


def hand(case, desk, *, officer=None, version=None, **told):
    return deliver(
        case,
        handing(case, **told),
        officer=officer or desk.clerk,
        version=case.version if version is None else version,
        today=factories.today(),
    )


def waiting(case):
    return [one.name for one in undelivered(case, papers_of(case))]


def test_a_decision_waits_until_its_delivery_is_recorded(refused, desk):
    (one,) = undelivered(refused, papers_of(refused))
    assert one.due_on == calendar().add_working_days(factories.today(), 10)
    made = hand(refused, desk)
    assert waiting(refused) == []
    assert (made.recipient, made.officer) == ("杨小满", desk.clerk)
    assert AuditEntry.objects.filter(action="登记送达").count() == 1


@pytest.mark.parametrize("way", Way)
def test_each_way_asks_for_its_note(way, refused, desk):
    if way in NOTE_ASKED:
        with pytest.raises(Refused, match=NOTE_ASKED[way]):
            hand(refused, desk, way=way)
        assert not refused.deliveries.exists()
        hand(refused, desk, way=way, note="写明情况")
    else:
        hand(refused, desk, way=way)
    assert refused.deliveries.get().way == way


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"recipient": " "}, "签收人"),
        ({"on": factories.days(1)}, "今天以后"),
        ({"on": factories.days(-1)}, "早于文书作出之日"),
    ],
)
def test_what_cannot_be_is_refused_in_words(told, why, refused, desk):
    if "on" in told:
        told = {"on": factories.today() + told["on"]}
    with pytest.raises(Refused, match=why):
        hand(refused, desk, **told)


def test_a_public_notice_has_nobody_who_signs(refused, desk):
    hand(refused, desk, way=Way.NOTICE, recipient="", note="公告栏,即日起三十日")
    assert waiting(refused) == []


def test_two_officers_with_the_same_page_record_it_once(refused, desk):
    version = refused.version
    hand(refused, desk, version=version)
    with pytest.raises(Overtaken):
        hand(factories.fresh(refused), desk, officer=desk.second, version=version)
    with pytest.raises(Refused, match="登记过送达"):
        hand(factories.fresh(refused), desk, officer=desk.second)
    assert refused.deliveries.count() == 1


def test_an_officer_of_another_station_delivers_nothing_here(refused, desk, other_desk):
    with pytest.raises(Refused, match="辖区"):
        hand(refused, desk, officer=other_desk.clerk)


DECIDED = {
    "not-accepted": State.NOT_ACCEPTED,
    "refused": State.REFUSED,
    "settled": State.REGISTERED,
    "terminated": State.TERMINATED,
}


@pytest.mark.parametrize("name", DECIDED)
def test_every_decision_is_to_be_delivered(name, desk):
    case = factories.application(state=DECIDED[name], desk=desk)
    assert name in DECISIONS
    assert waiting(case) == [name]


@pytest.mark.parametrize("state", [State.DRAFT, State.ACCEPTED, State.APPROVED, State.WITHDRAWN])
def test_before_a_decision_there_is_nothing_to_deliver(state, desk):
    assert waiting(factories.application(state=state, desk=desk)) == []


def test_each_correction_waits_for_its_own_delivery(desk):
    case = factories.application(state=State.REGISTERED, desk=desk)
    printed(case, desk, "settled")
    hand(case, desk, name="settled")
    for _ in range(2):
        advance(case, "correct", factories.act(case, desk.head))
    assert waiting(case) == ["corrected", "corrected"]


def test_the_notice_to_a_companion_who_was_refused_waits_too(desk):
    case = factories.application(
        state=State.REVIEWED, desk=desk, companions=[factories.companion("parent")]
    )
    member = case.members.get(is_applicant=False)
    factories.make(case, "approve", desk, members={str(member.pk): ("refused", "不共同居住")})
    assert waiting(case) == ["not-admitted"]


def test_through_the_page(refused, desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:deliver", args=[refused.pk])
    shown = client.get(address)
    form = page(shown).form("paper", "recipient")
    assert form.fields["paper"] == str(refused.papers.get().pk)
    assert form.fields["recipient"] == refused.applicant.name
    kept = submit(client, shown, {"way": "post", "note": ""}, has=("paper",))
    assert "邮件编号" in page(kept).text
    done = submit(client, kept, {"note": "EMS 1234567890"}, has=("paper",))
    assert "送达已登记" in page(done).text
    assert "邮寄送达" in page(done).text
    case_page = client.get(reverse("desk:case", args=[refused.pk]))
    assert "待送达" not in page(case_page).text


def test_a_stale_page_loses_nothing_that_was_typed(refused, desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:deliver", args=[refused.pk])
    shown = client.get(address)
    hand(refused, desk, officer=desk.second)
    late = submit(client, shown, {"recipient": "代收人杨某"}, has=("paper",))
    assert late.status_code == 409
    assert page(late).form("paper").fields["recipient"] == "代收人杨某"
    assert refused.deliveries.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"paper": "no-such", "way": "direct", "on": "2026-11-31"},
        {"paper": "", "way": "by-dove", "on": "x", "recipient": "\0", "version": "-1"},
    ],
)
def test_bad_input_is_told_and_records_nothing(typed, refused, desk):
    client, address = factories.client_of(desk.clerk), reverse("desk:deliver", args=[refused.pk])
    answer = client.post(address, typed)
    assert answer.status_code == 200
    assert 'class="errors"' in answer.content.decode()
    assert not refused.deliveries.exists()


def test_only_what_went_out_to_the_person_may_be_delivered(refused, desk):
    printed(refused, desk, "cover")
    client = factories.client_of(desk.clerk)
    shown = page(client.get(reverse("desk:deliver", args=[refused.pk])))
    offered = shown.form("paper").choices["paper"]
    assert offered == ["", str(refused.papers.get(name="refused").pk)]
    assert not PAPERS["cover"].is_notice


def test_the_case_and_its_filing_tell_what_was_not_delivered(refused, desk):
    client = factories.client_of(desk.clerk)
    assert "待送达" in page(client.get(reverse("desk:case", args=[refused.pk]))).text
    filing = client.get(reverse("desk:move", args=[refused.pk, "archive"]))
    assert "还没有登记送达:不予批准决定书" in page(filing).text
    hand(refused, desk)
    filing = client.get(reverse("desk:move", args=[refused.pk, "archive"]))
    assert "还没有登记送达" not in page(filing).text


def test_the_slip_shows_what_was_recorded_or_lines_to_fill(refused, desk):
    client = factories.client_of(desk.clerk)
    address = reverse("desk:paper", args=[refused.pk, "delivery"])
    blank = page(client.get(address, {"of": refused.papers.get().pk})).text
    assert "不予批准决定书" in blank
    assert "留置" in blank
    hand(refused, desk, way=Way.AGENT, recipient="杨某", note="同住父亲")
    slip = page(client.get(address)).text
    assert "交代收人" in slip
    assert "同住父亲" in slip
    assert desk.clerk.signature in slip


def test_the_notice_of_the_three_rights_delivered_is_the_follow_up_done(desk):
    case = factories.application(state=State.REGISTERED, desk=desk)
    printed(case, desk, "land-rights")
    hand(case, desk, name="land-rights")
    row = case.follow_ups.get(kind="land_rights")
    assert (row.state, row.answered_on) == ("done", factories.today())
    assert "杨小满" in row.note


def test_an_auditor_has_no_papers_to_print(refused):
    client = factories.client_of(factories.officer("auditor"))
    case_page = client.get(reverse("desk:case", args=[refused.pk]))
    assert case_page.status_code == 200
    assert reverse("desk:deliver", args=[refused.pk]) not in page(case_page).links
