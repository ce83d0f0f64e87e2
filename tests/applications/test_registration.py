"""落户: who was approved is registered once, in a household that may hold him."""

import pytest
from django.urls import reverse

from applications.workflow import State
from kaili_hukou.actions import MoveIn, Refused, move_in
from kaili_hukou.models import Household, Membership
from tests import factories
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def approved(desk, route="education", **told):
    return factories.application(route, state=State.APPROVED, desk=desk, **told)


def register(case, desk, **told):
    act = factories.act(case, desk.clerk)
    return factories.register(case, act, factories.registration(case, **told))


def living_in(person):
    return person.memberships.get(until__isnull=True).household


def test_all_approved_move_into_the_public_household_as_one_group(desk):
    case = approved(desk, companions=[factories.companion(), factories.companion("child")])
    register(case, desk)
    rows = Membership.objects.filter(household=factories.public_household(desk.station))
    assert {row.person_id for row in rows} == {one.person_id for one in case.members.all()}
    assert {(row.group, row.since, row.basis) for row in rows} == {
        (case.pk, factories.today(), case.receipt_number)
    }


def test_two_families_in_the_public_household_stay_apart(desk):
    cases = [approved(desk, companions=[factories.companion()]) for _ in range(2)]
    for case in cases:
        register(case, desk)
    groups = list(Membership.objects.order_by("group").values_list("group", flat=True))
    assert sorted(groups) == sorted([case.pk for case in cases for _ in range(2)])


def test_a_family_household_is_opened_with_the_applicant_as_head(desk):
    case = approved(desk, "home_purchase", companions=[factories.companion()])
    register(case, desk, number="5226010001")
    opened = Household.objects.get(number="5226010001")
    assert (opened.kind, opened.head, opened.address) == ("family", case.applicant, case.address)
    assert opened.memberships.filter(group__isnull=True).count() == 2


def test_who_was_refused_does_not_move(desk):
    case = factories.application(
        state=State.REVIEWED, desk=desk, companions=[factories.companion()]
    )
    spouse = case.members.get(is_applicant=False)
    factories.make(case, "approve", desk, members={str(spouse.pk): ("refused", "不实")})
    factories.come_over(case, desk.clerk, factories.today())
    register(case, desk)
    assert not spouse.person.memberships.exists()
    assert dict(case.members.values_list("is_applicant", "outcome")) == {
        True: "registered",
        False: "refused",
    }


def test_nobody_under_18_opens_a_household_of_his_own(desk):
    case = approved(desk, "bravery", applicant=factories.person_entry(17))
    with pytest.raises(Refused, match="未满 18 周岁"):
        register(case, desk, kind="family", household=None, reason="自有住房")
    assert not Household.objects.filter(kind="family").exists()
    assert factories.fresh(case).state == State.APPROVED


def test_another_kind_than_proposed_needs_a_reason(desk):
    case = approved(desk)
    with pytest.raises(Refused, match="请写明理由"):
        register(case, desk, kind="family", household=None)
    assert not Household.objects.filter(kind="family").exists()
    register(case, desk, kind="family", household=None, reason="户主同意")
    assert living_in(case.applicant).kind == "family"


def test_a_person_is_registered_in_one_place_at_a_time(desk):
    case = approved(desk)
    old = factories.household("public", factories.station("炉山派出所"))
    began = factories.today() - factories.days(400)
    move_in([MoveIn(person=case.applicant, household=old, since=began)])
    register(case, desk)
    rows = case.applicant.memberships.order_by("since")
    assert [row.until for row in rows] == [factories.today(), None]


def test_a_registration_that_began_later_is_not_overwritten(desk):
    case = approved(desk)
    later = factories.today() + factories.days(1)
    elsewhere = factories.household("public", factories.station("炉山派出所"))
    move_in([MoveIn(person=case.applicant, household=elsewhere, since=later)])
    with pytest.raises(Refused, match="请核对日期"):
        register(case, desk)
    assert case.applicant.memberships.count() == 1


@pytest.mark.parametrize(("shift", "told"), [(-1, "不能早于批准日期"), (1, "在今天以后")])
def test_the_day_lies_between_the_decision_and_today(shift, told, desk):
    case = approved(desk)
    with pytest.raises(Refused, match=told):
        register(case, desk, on=factories.today() + factories.days(shift))
    assert not Membership.objects.exists()


def test_a_pupil_goes_back_and_is_registered_here_no_more(desk):
    pupil = approved(desk, "pupil")
    register(pupil, desk)
    entry = factories.person_entry(number=pupil.applicant.number, name=pupil.applicant.name)
    case = approved(desk, "pupil_return", applicant=entry)
    register(case, desk)
    assert not case.applicant.memberships.filter(until__isnull=True).exists()
    assert case.members.get().outcome == "returned"
    assert factories.fresh(case).household is None


def test_an_enterprise_gets_its_collective_household(desk):
    case = approved(desk, "collective")
    register(case, desk, number="522601J001")
    opened = Household.objects.get(number="522601J001")
    assert (opened.kind, opened.title) == ("collective", case.enterprise.name)
    assert opened.enterprise_code == case.enterprise.code
    assert opened.head is None
    assert factories.fresh(case).household == opened


def test_whoever_settles_is_from_now_on_of_kaili_and_urban(desk):
    case = approved(desk, companions=[factories.companion()])
    register(case, desk)
    for member in case.members.select_related("person"):
        assert (member.person.division, member.person.hukou_kind) == ("522601", "urban")
        assert member.division == factories.CHANGSHA


def test_a_number_of_a_household_that_is_taken_is_refused(desk):
    taken = factories.household("public", factories.station("炉山派出所"))
    case = approved(desk, "home_purchase")
    with pytest.raises(Refused, match="已被使用"):
        register(case, desk, number=taken.number)


@pytest.mark.parametrize("number", ["", "  "])
def test_a_new_household_has_a_number(number, desk):
    case = approved(desk, "home_purchase")
    with pytest.raises(Refused, match="户号"):
        register(case, desk, number=number)
    assert not Household.objects.exists()


@pytest.mark.parametrize("receipt", ["", " "])
def test_the_population_system_has_answered(receipt, desk):
    case = approved(desk)
    with pytest.raises(Refused, match="回执"):
        register(case, desk, receipt=receipt)
    assert not Membership.objects.exists()


def test_a_second_press_registers_nobody_twice(desk):
    case = approved(desk)
    stale = factories.fresh(case)
    register(case, desk)
    with pytest.raises(Refused):
        register(stale, desk)
    assert Membership.objects.count() == 1


class TestThePage:
    def ask(self, case, desk, **typed):
        client = factories.client_of(desk.clerk)
        shown = client.get(reverse("desk:move", args=[case.pk, "register"]))
        told = {"on": factories.today().isoformat(), "receipt": "RK1"} | typed
        return page(submit(client, shown, told)).text

    def test_the_public_household_of_the_station_is_proposed(self, desk):
        public = factories.public_household(desk.station)
        case = approved(desk)
        self.ask(case, desk)
        assert living_in(case.applicant) == public

    def test_without_a_receipt_nothing_is_registered(self, desk):
        case = approved(desk)
        factories.public_household(desk.station)
        self.ask(case, desk, receipt="")
        assert factories.fresh(case).state == State.APPROVED

    def test_a_household_of_another_station_is_refused(self, desk):
        case = approved(desk)
        other = factories.household("public", factories.station("炉山派出所"))
        assert "属于炉山派出所" in self.ask(case, desk, number=other.number)

    def test_a_household_of_another_kind_is_refused(self, desk):
        case = approved(desk)
        other = factories.household("collective", desk.station)
        assert "请核对户别" in self.ask(case, desk, number=other.number)

    def test_a_closed_household_is_refused(self, desk):
        case = approved(desk)
        public = factories.public_household(desk.station)
        Household.objects.filter(pk=public.pk).update(closed_on=factories.today())
        assert "已销户" in self.ask(case, desk, number=public.number)


def test_what_the_act_refuses_is_said_on_the_page_and_may_be_mended(desk):
    child = factories.person_entry(10)
    case = factories.application("bravery", state=State.APPROVED, desk=desk, applicant=child)
    client = factories.client_of(desk.clerk)
    address = reverse("desk:move", args=[case.pk, "register"])
    typed = {"version": case.version, "on": factories.today().isoformat(), "receipt": "RK1"}
    alone = {"kind": "family", "number": "H9", "why": "自有住房"}
    shown = client.post(address, typed | alone).content.decode()
    assert "未满 18 周岁" in shown
    assert "RK1" in shown
    public = factories.public_household(desk.station).number
    client.post(address, typed | {"kind": "public", "number": public})
    assert factories.fresh(case).state == State.REGISTERED
