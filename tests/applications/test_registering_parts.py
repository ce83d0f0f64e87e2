"""落户 in parts: whoever may come in comes in, the rest is waited for, each counted once."""

import pytest
from django.urls import reverse

from applications.models import Certificate, Member
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import Household, Membership
from tests import factories
from tests.factories import HUANGPING, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def approved(desk, route="education", *, ago=0, **told):
    return factories.application(
        route, state=State.APPROVED, desk=desk, on=today() - days(ago), **told
    )


def family(desk, route="education", **told):
    companions = [factories.companion(), factories.companion("child")]
    return approved(desk, route, companions=companions, **told)


def register(case, desk, people=None, **told):
    chosen = None if people is None else frozenset(member.pk for member in people)
    act = factories.act(case, desk.clerk)
    return factories.register(case, act, factories.registration(case, people=chosen, **told))


def outcomes(case):
    return list(case.members.order_by("position").values_list("outcome", "registered_on"))


def test_a_part_comes_in_and_the_case_waits_for_the_rest(desk):
    case = family(desk, ago=3)
    applicant, spouse, child = case.members.order_by("position")
    change = register(case, desk, [applicant, child], on=today() - days(2))
    now = factories.fresh(case)
    assert (change.move, now.state, now.is_open) == ("register_part", State.APPROVED, True)
    assert (now.registered_on, now.population_receipt) == (None, "")
    first = ("registered", today() - days(2))
    assert outcomes(case) == [first, ("approved", None), first]
    assert Member.objects.filter(application=case, is_open=True).count() == 3
    assert not spouse.person.memberships.exists()

    change = register(now, desk, receipt="RK2")
    now = factories.fresh(case)
    assert (change.move, now.state, now.is_open) == ("register", State.REGISTERED, False)
    assert (now.registered_on, now.population_receipt) == (today(), "RK2")
    assert outcomes(case) == [first, ("registered", today()), first]


def test_each_part_is_told_in_the_history(desk):
    case = family(desk)
    applicant, *rest = case.members.order_by("position")
    register(case, desk, [applicant], receipt="RK1")
    register(factories.fresh(case), desk, rest, receipt="RK2")
    told = [row.details for row in case.history.filter(move__startswith="register")]
    assert [(row["receipt"], len(row["registered"])) for row in told] == [("RK1", 1), ("RK2", 2)]


def test_the_later_part_comes_into_the_same_household_as_one_group(desk):
    case = family(desk)
    applicant, spouse, child = case.members.order_by("position")
    register(case, desk, [spouse])
    household = factories.fresh(case).household
    register(factories.fresh(case), desk, household=household)
    assert household.memberships.count() == 3
    assert set(household.memberships.values_list("group", flat=True)) == {case.pk}


def test_a_new_family_household_without_the_applicant_is_headed_by_the_spouse(desk):
    case = family(desk, "home_purchase")
    _, spouse, child = case.members.order_by("position")
    register(case, desk, [spouse, child], number="H-1")
    assert Household.objects.get(number="H-1").head == spouse.person


def test_children_alone_open_no_household(desk):
    case = family(desk, "home_purchase")
    child = case.members.get(relationship="child")
    with pytest.raises(Refused, match="未满 18 周岁"):
        register(case, desk, [child], number="H-1")
    assert factories.fresh(case).state == State.APPROVED


def test_whose_transfer_is_not_done_is_held_up_alone(desk):
    case = approved(desk, on_the_way=True, companions=[factories.companion(division=HUANGPING)])
    applicant, spouse = case.members.order_by("position")
    with pytest.raises(Refused, match="待发出电子信息"):
        register(case, desk)
    with pytest.raises(Refused, match="先登记其他人员"):
        register(case, desk, [applicant])
    assert register(case, desk, [spouse]).move == "register_part"


def test_a_certificate_that_ran_out_before_the_day_lets_nobody_in(desk):
    case = factories.application("bravery", state=State.APPROVED, desk=desk, on=today() - days(40))
    with pytest.raises(Refused, match="户口迁移证已过期"):
        register(case, desk)
    assert not Membership.objects.exists()


def test_a_certificate_is_kept_until_all_of_it_are_in_and_then_used(desk):
    case = factories.application(
        "bravery", state=State.APPROVED, desk=desk, companions=[factories.companion()]
    )
    applicant, spouse = case.members.order_by("position")
    register(case, desk, [applicant])
    assert set(Certificate.objects.values_list("state", flat=True)) == {"valid"}
    assert case.transfers.get().settled_on is None
    register(factories.fresh(case), desk, [spouse])
    assert set(Certificate.objects.values_list("state", flat=True)) == {"used"}
    assert case.transfers.get().settled_on == today()


def test_who_will_not_come_any_more_ends_with_a_reason_and_the_case_closes(desk):
    case = family(desk)
    applicant, *rest = case.members.order_by("position")
    register(case, desk, [applicant], receipt="RK1", on=today())
    never = frozenset(member.pk for member in rest)
    now = factories.fresh(case)
    with pytest.raises(Refused, match="请写明情况"):
        register(now, desk, [], staying=never)
    register(now, desk, [], staying=never, staying_reason="本人书面放弃", receipt="")
    now = factories.fresh(case)
    assert (now.state, now.registered_on, now.population_receipt) == (
        State.REGISTERED,
        today(),
        "RK1",
    )
    assert sorted(outcome for outcome, _ in outcomes(case)) == ["ended", "ended", "registered"]


def test_where_nobody_comes_the_case_is_withdrawn_not_registered(desk):
    case = family(desk)
    never = frozenset(case.members.values_list("pk", flat=True))
    with pytest.raises(Refused, match="申请人撤回"):
        register(case, desk, [], staying=never, staying_reason="都不来了")
    assert factories.fresh(case).state == State.APPROVED


def test_a_case_of_which_a_part_is_in_is_not_withdrawn(desk):
    case = family(desk)
    register(case, desk, [case.members.get(is_applicant=True)])
    with pytest.raises(Refused, match="已有人员落户"):
        factories.make(factories.fresh(case), "withdraw", desk)


def test_whom_a_part_has_registered_no_second_part_registers(desk):
    case = family(desk)
    applicant = case.members.get(is_applicant=True)
    register(case, desk, [applicant])
    with pytest.raises(Refused, match="请勾选"):
        register(factories.fresh(case), desk, [applicant])
    assert applicant.person.memberships.count() == 1


class TestANumberGivenAtRegistration:
    def newborn(self, desk):
        baby = factories.companion("child", number=factories.identity_number(1))
        told = baby.person.number
        case = approved(desk, companions=[baby])
        member = case.members.get(is_applicant=False)
        person = member.person
        person.number, person.number_digest, person.number_tail = "", None, ""
        person.without_number = "新生儿,尚未编制号码"
        person.save()
        return case, member, told

    def test_it_is_asked_for_and_kept(self, desk):
        case, member, number = self.newborn(desk)
        with pytest.raises(Refused, match="还没有公民身份号码"):
            register(case, desk)
        register(case, desk, numbers={member.pk: number})
        member.person.refresh_from_db()
        assert (member.person.number, member.person.without_number) == (number, "")

    @pytest.mark.parametrize(
        ("number", "told"),
        [
            (lambda: factories.identity_number(40), "出生日期"),
            (lambda: "52260119900101123X", "的号码"),
        ],
    )
    def test_a_wrong_one_is_refused(self, number, told, desk):
        case, member, _ = self.newborn(desk)
        with pytest.raises(Refused, match=told):
            register(case, desk, numbers={member.pk: number()})
        assert factories.fresh(case).state == State.APPROVED

    def test_another_persons_number_is_refused(self, desk):
        case, member, number = self.newborn(desk)
        factories.person(number=number, name="别人")
        with pytest.raises(Refused, match="另一人名下"):
            register(case, desk, numbers={member.pk: number})

    def test_the_page_asks_for_it(self, desk):
        case, member, number = self.newborn(desk)
        public = factories.public_household(desk.station)
        client, address = asked(case, desk)
        typed = {"receipt": "RK1", "number": public.number}
        assert "登记落户须有公民身份号码" in page(submit(client, client.get(address), typed)).text
        submit(client, client.get(address), typed | {f"number_{member.pk}": number})
        member.person.refresh_from_db()
        assert member.person.number == number


def asked(case, desk):
    return factories.client_of(desk.clerk), reverse("desk:move", args=[case.pk, "register"])


class TestThePage:
    def test_it_proposes_who_is_ready_and_says_why_not(self, desk):
        case = approved(desk, on_the_way=True, companions=[factories.companion(division=HUANGPING)])
        factories.public_household(desk.station)
        applicant, spouse = case.members.order_by("position")
        client, address = asked(case, desk)
        shown = page(client.get(address))
        form = shown.form("receipt")
        assert form.fields[f"come_{spouse.pk}"] == "now"
        assert form.choices[f"come_{applicant.pk}"] == ["later", "never"]
        assert "待发出电子信息" in shown.text
        submit(client, client.get(address), {"receipt": "RK1"})
        assert [outcome for outcome, _ in outcomes(case)] == ["approved", "registered"]

    def test_the_household_of_the_first_part_is_proposed_for_the_next(self, desk):
        case = family(desk, "home_purchase")
        applicant = case.members.get(is_applicant=True)
        register(case, desk, [applicant], number="H-7")
        client, address = asked(case, desk)
        assert page(client.get(address)).form("receipt").fields["number"] == "H-7"
        submit(client, client.get(address), {"receipt": "RK2"})
        assert Household.objects.get(number="H-7").memberships.count() == 3

    def test_a_part_is_offered_only_of_several(self, desk):
        client = factories.client_of(desk.clerk)
        for case, offered in ((approved(desk), False), (family(desk), True)):
            links = page(client.get(reverse("desk:case", args=[case.pk]))).links
            link = reverse("desk:move", args=[case.pk, "register_part"])
            assert (link in links) is offered

    @pytest.mark.parametrize("missing", ["receipt", "number"])
    def test_what_is_missing_is_said_and_nothing_lost(self, missing, desk):
        case = approved(desk, "home_purchase")
        client, address = asked(case, desk)
        typed = {"receipt": "RK9", "number": "H-9", "why": "甲乙丙"} | {missing: ""}
        shown = page(submit(client, client.get(address), typed))
        assert "请填写" in shown.text
        assert shown.form("receipt").fields["why"] == "甲乙丙"
        assert factories.fresh(case).state == State.APPROVED


class TestTheHousehold:
    def test_a_hosts_household_needs_his_consent(self, desk):
        case = approved(desk)
        host = factories.person(desk.station, name="房东")
        theirs = factories.household("family", desk.station, head=host)
        told = {"household": theirs, "reason": "户主同意投靠"}
        with pytest.raises(Refused, match="须经户主同意"):
            register(case, desk, **told)
        register(case, desk, **told, host_consent="房东当面同意")
        assert theirs.memberships.get().person == case.applicant
        assert case.history.last().details["host_consent"] == "房东当面同意"

    def test_the_ground_may_be_chosen_instead_of_written(self, desk):
        case = approved(desk)
        client, address = asked(case, desk)
        typed = {"receipt": "RK1", "kind": "family", "number": "H-5"}
        assert "请选择理由" in page(submit(client, client.get(address), typed)).text
        submit(client, client.get(address), typed | {"ground": "自有住房"})
        assert case.history.last().details["household_reason"] == "自有住房"

    def test_other_needs_words(self, desk):
        case = approved(desk)
        client, address = asked(case, desk)
        typed = {"receipt": "RK1", "kind": "family", "number": "H-5", "ground": "other"}
        assert "请选择理由" in page(submit(client, client.get(address), typed)).text

    def test_an_employee_comes_into_his_employers_household_by_choosing_it(self, desk):
        made = factories.application("collective", state=State.REGISTERED, desk=desk)
        theirs = factories.fresh(made).household
        case = approved(desk)
        client, address = asked(case, desk)
        shown = page(client.get(address))
        assert made.enterprise.code in shown.text
        submit(client, client.get(address), {"receipt": "RK1", "employer": str(theirs.pk)})
        assert theirs.memberships.get().person == case.applicant
        assert case.history.last().details["household_reason"] == "用人单位集体户"

    def test_a_collective_household_of_another_station_is_not_offered(self, desk, other_desk):
        theirs = factories.household("collective", other_desk.station)
        client, address = asked(approved(desk), desk)
        assert str(theirs.pk) not in page(client.get(address)).form("receipt").choices["employer"]
