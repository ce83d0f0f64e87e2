"""The page of a permit, and the acts that begin there: address, cancellation, taking over."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kaili_hukou.actions import Refused
from kaili_hukou.dates import add_months, in_words
from kaili_hukou.models import AuditEntry, Town, Village
from residence_permits.actions.cancelling import CardIs, cancel
from residence_permits.actions.endorsing import refuse_endorsement
from residence_permits.actions.permits import Act, change
from residence_permits.actions.relocating import NewPlace, relocate
from residence_permits.models import Permit, PermitEvent, PermitRequest, Residence
from residence_permits.views.permit import standing_of
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def permit(desk):
    """In its window, with a residence registration that runs and a card in the holder's hand."""
    issued_on = add_months(today(), -12) + days(5)
    made = factories.permit(
        factories.person(desk.station), issued_on=issued_on, address="凯里市旧地址1号"
    )
    Residence.objects.create(
        person=made.person,
        station=desk.station,
        town=made.town,
        address="凯里市旧地址1号",
        since=made.residence_from,
        source="labour_contract",
        registered_on=made.residence_from,
    )
    made.cards.create(serial=made.serial, state="handed", since=issued_on)
    return made


def fresh(permit):
    return Permit.objects.select_related("person").get(pk=permit.pk)


def page_of(client, permit):
    return client.get(reverse("permits:permit", args=[permit.pk]))


# ------------------------------------------------------------------ how it stands


@pytest.mark.parametrize(
    ("months", "shift", "word", "may"),
    [
        (-3, 0, "有效", False),
        (-11, 1, "有效", False),
        (-11, 0, "签注期内", True),
        (-12, 1, "签注期内", True),
        (-12, 0, "使用功能中止", True),
        (-30, 0, "使用功能中止", True),
    ],
)
def test_how_a_permit_stands_by_its_days(months, shift, word, may, desk):
    made = factories.permit(
        factories.person(desk.station), issued_on=add_months(today(), months) + days(shift)
    )
    # A month that ends earlier may open the window on the same day.
    expected = made.timeline(today())
    standing = standing_of(made, today())
    assert standing.timeline == expected
    if today().day <= 28:
        assert (standing.word, standing.may_endorse) == (word, may)


def test_a_permit_that_is_not_handed_over_or_ended_says_so(desk):
    person = factories.person(desk.station)
    made = factories.permit(person, issued_on=today(), handed_on=None)
    assert standing_of(made, today()).word == "待发放"
    made.cancelled_on, made.cancelled_for = today(), "wish"
    assert standing_of(made, today()).sentence == f"{in_words(today())}注销:本人申请。"


def test_the_page_shows_masked_what_the_card_bears_and_is_recorded(desk, permit):
    text = page(page_of(client_of(desk.clerk), permit)).text
    assert permit.person.masked_number in text
    assert permit.person.number not in text
    assert "旧地址1号" not in text
    assert permit.serial in text
    assert AuditEntry.objects.filter(action="查看居住证", object_id=str(permit.pk)).exists()


def test_endorsed_on_the_page(desk, permit):
    client = client_of(desk.clerk)
    answer = page_of(client, permit)
    without = submit(client, answer, {"document": ""}, button=("press", "endorse"))
    assert "请先选定" in page(without).text
    done = submit(client, without, {"document": "dwelling:0"}, button=("press", "endorse"))
    assert "已签注" in page(done).text
    assert permit.endorsements.get().basis == "dwelling"
    undone = submit(client, done, has=("back",))
    assert fresh(permit).endorsed_on == []
    assert "已撤回" in page(undone).text


def test_a_page_that_was_overtaken_changes_nothing(desk, permit):
    client = client_of(desk.clerk)
    seen = page_of(client, permit)
    change(fresh(permit), "corrected", Act(desk.second, today(), "更正居住起始日"))
    answer = submit(client, seen, {"document": "dwelling:0"}, button=("press", "endorse"))
    assert "刚刚被别人办理过" in page(answer).text
    assert not permit.endorsements.exists()


def test_not_endorsed_on_the_page_with_the_reason(desk, permit):
    client = client_of(desk.clerk)
    seen = page_of(client, permit)
    again = submit(client, seen, {"reason": " "}, button=("press", "refuse"))
    assert "理由" in page(again).text
    submit(client, again, {"reason": "合同已解除"}, button=("press", "refuse"))
    refusal = permit.events.get()
    assert refusal.kind == "not_endorsed"
    paper = client.get(reverse("permits:not-endorsed", args=[refusal.pk])).content.decode()
    assert "不予签注告知书" in paper
    assert "合同已解除" in paper
    assert "行政复议" in paper


def test_the_auxiliary_sees_the_page_without_acts(desk, permit):
    assert not [
        form
        for form in page(page_of(client_of(desk.auxiliary), permit)).forms
        if "version" in form.fields
    ]


def test_the_page_takes_as_many_queries_for_ten_events_as_for_one(desk, permit):
    client = client_of(desk.clerk)

    def count():
        page_of(client, permit)
        with CaptureQueriesContext(connection) as asked:
            page_of(client, permit)
        return len(asked)

    refuse_endorsement(fresh(permit), Act(desk.clerk, today(), "合同已解除"))
    few = count()
    for _ in range(9):
        refuse_endorsement(fresh(permit), Act(desk.clerk, today(), "合同已解除"))
    assert count() == few <= 12


def test_the_page_of_the_person_leads_to_the_permit_and_shows_each_stretch(desk, permit):
    answer = client_of(desk.clerk).get(reverse("desk:person", args=[permit.person_id]))
    assert reverse("permits:permit", args=[permit.pk]) in page(answer).links
    assert "居住登记" in page(answer).text


# ------------------------------------------------------------------ address


def place(desk, **told):
    return NewPlace(
        **{
            "station": desk.station,
            "town": Town.objects.last(),
            "village": None,
            "address": "凯里市新地址2号",
            "since": today() - days(2),
            "source": "lease_filing",
            "proof": "租赁备案〔2026〕1号",
        }
        | told
    )


def test_a_new_address_keeps_day_and_endorsements_and_begins_a_stretch(desk, permit):
    before = fresh(permit)
    relocate(fresh(permit), Act(desk.clerk, today()), place(desk))
    row = fresh(permit)
    assert (row.issued_on, row.ends_on) == (before.issued_on, before.ends_on)
    assert (row.address, row.town) == ("凯里市新地址2号", Town.objects.last())
    stretches = Residence.objects.filter(person=permit.person).values_list("since", "until")
    assert list(stretches) == [
        (permit.residence_from, today() - days(2)),
        (today() - days(2), None),
    ]
    entry = AuditEntry.objects.get(action="居住证变更地址")
    assert entry.values["address"] == ["凯里市旧地址1号", "凯里市新地址2号"]


BAD_PLACES = {
    "a day ahead": (lambda desk, permit: {"since": today() + days(1)}, "今天以后"),
    "before the residence": (
        lambda desk, permit: {"since": permit.residence_from - days(1)},
        "早于",
    ),
    "the same place": (
        lambda desk, permit: {"town": permit.town, "address": "凯里市旧地址1号"},
        "相同",
    ),
    "a village of another town": (
        lambda desk, permit: {
            "village": Village.objects.create(name="别处村", town=Town.objects.first())
        },
        "不属于",
    ),
}


@pytest.mark.parametrize("case", BAD_PLACES)
def test_a_place_that_cannot_be_gets_a_sentence_and_changes_nothing(case, desk, permit):
    build, words = BAD_PLACES[case]
    with pytest.raises(Refused, match=words):
        relocate(fresh(permit), Act(desk.clerk, today()), place(desk, **build(desk, permit)))
    assert fresh(permit).version == permit.version
    assert Residence.objects.count() == 1


def test_the_form_of_a_new_address_keeps_what_was_typed(desk, permit):
    client = client_of(desk.clerk)
    address = reverse("permits:move", args=[permit.pk])
    typed = {
        "town": str(Town.objects.last().pk),
        "address": "凯里市新地址2号",
        "since": (today() + days(1)).isoformat(),
        "source": "lease_filing",
        "proof": "租赁备案〔2026〕1号",
    }
    again = submit(client, client.get(address), typed)
    assert "今天以后" in page(again).text
    form = page(again).form("town", "since")
    assert {name: form.fields[name] for name in typed} == typed
    done = submit(client, again, {"since": today().isoformat()})
    assert "已变更地址" in page(done).text
    assert fresh(permit).address == "凯里市新地址2号"


def test_a_permit_moves_to_the_station_of_the_new_place(desk, other_desk, permit):
    client = client_of(desk.clerk)
    typed = {
        "town": str(Town.objects.last().pk),
        "station": str(other_desk.station.pk),
        "address": "新地址2号",
        "since": today().isoformat(),
        "proof": "合同",
    }
    submit(client, client.get(reverse("permits:move", args=[permit.pk])), typed)
    assert fresh(permit).station == other_desk.station
    assert page_of(client, permit).status_code == 404
    assert page_of(client_of(other_desk.clerk), permit).status_code == 200


def arrive(client, permit, **told):
    typed = {
        "number": permit.person.number,
        "serial": permit.serial,
        "town": str(Town.objects.last().pk),
        "address": "新地址2号",
        "since": today().isoformat(),
        "proof": "合同",
    }
    return submit(client, client.get(reverse("permits:arrival")), typed | told)


def test_whoever_moved_here_is_taken_over_with_both_cards(desk, other_desk, permit):
    client = client_of(other_desk.clerk)
    for wrong in ({"serial": "JZ0"}, {"number": factories.identity_number()}):
        answer = arrive(client, permit, **wrong)
        assert "没有查到" in page(answer).text
        assert permit.person.name not in page(answer).text
    assert fresh(permit).station == desk.station
    arrive(client, permit)
    assert fresh(permit).station == other_desk.station
    assert page_of(client_of(desk.clerk), permit).status_code == 404


# ------------------------------------------------------------------ cancelled


@pytest.mark.parametrize("ground", Permit.Cancelled.values)
@pytest.mark.parametrize("card", list(CardIs))
def test_cancelled_on_each_ground_with_what_became_of_the_card(ground, card, desk, permit):
    cancel(fresh(permit), Act(desk.head, today(), "查证属实"), ground, card)
    row = fresh(permit)
    assert (row.cancelled_on, row.cancelled_for) == (today(), ground)
    assert (row.window_opens_on, row.ends_on) == (None, None)
    assert [one.valid_to for one in row.stretches.all()] == [today()]
    assert PermitEvent.objects.get().details == {"card": card.label}
    assert permit.cards.get().state == {"returned": "returned", "lost": "lost"}.get(card, "void")
    stays = ground in ("wish", "fraud")
    assert Residence.objects.get().until == (None if stays else today())


def test_a_cancelled_permit_takes_no_act(desk, permit):
    cancel(fresh(permit), Act(desk.clerk, today()), "wish", "returned")
    version = fresh(permit).version
    for again in (
        lambda: cancel(fresh(permit), Act(desk.clerk, today()), "left", "returned"),
        lambda: relocate(fresh(permit), Act(desk.clerk, today()), place(desk)),
    ):
        with pytest.raises(Refused, match="注销"):
            again()
    assert fresh(permit).version == version
    new = factories.permit(permit.person, issued_on=today())
    assert new.timeline(today()).continuous_since == today()


@pytest.mark.parametrize(
    ("ground", "card", "who", "words"),
    [
        ("", "returned", "clerk", "请选择"),
        ("left", "", "clerk", "请选择"),
        ("left", "burnt", "clerk", "请选择"),
        ("fraud", "void", "clerk", "所领导"),
        ("left", "returned", "auxiliary", "民警"),
        ("left", "returned", "approver", "民警"),
    ],
)
def test_what_is_no_cancellation_changes_nothing(ground, card, who, words, desk, permit):
    with pytest.raises(Refused, match=words):
        cancel(fresh(permit), Act(getattr(desk, who), today(), "理由"), ground, card)
    assert fresh(permit).cancelled_on is None


def test_a_confiscated_card_needs_the_facts(desk, permit):
    with pytest.raises(Refused, match="事实"):
        cancel(fresh(permit), Act(desk.head, today()), "fraud", "void")


def test_an_exchange_that_is_open_comes_first(desk, permit):
    PermitRequest.objects.create(
        kind="exchange",
        state="accepted",
        person=permit.person,
        station=desk.station,
        permit=permit,
        received_on=today(),
        opened_by=desk.clerk,
    )
    with pytest.raises(Refused, match="换领、补领"):
        cancel(fresh(permit), Act(desk.clerk, today()), "left", "returned")


def test_cancelled_on_its_page(desk, permit):
    client = client_of(desk.clerk)
    address = reverse("permits:cancel", args=[permit.pk])
    typed = {"ground": "fraud", "card": "void", "reason": "x"}
    again = submit(client, client.get(address), typed)
    assert "由所领导办理" in page(again).text
    done = submit(client, again, {"ground": "left", "card": "returned"})
    assert "已注销" in page(done).text
    assert "证件已交回" in page(done).text
