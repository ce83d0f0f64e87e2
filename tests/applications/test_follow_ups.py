"""后续衔接: begun with the registration, once; done by the station, counted for the reports."""

import datetime
from collections import Counter

import pytest
from django.urls import reverse

from applications.actions.following_up import (
    ask_allowance,
    call_off,
    cancel_permit,
    deliver_notice,
    open_follow_ups,
    settle,
)
from applications.models import FollowUp
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.models.people import number_digest
from residence_permits.actions.cancelling import CardIs, cancel, end_as_settled
from residence_permits.actions.permits import Act
from residence_permits.models import Permit
from tests import factories
from tests.factories import days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.desk()


def registered(desk, route="education", **told):
    return factories.application(route, state=State.REGISTERED, desk=desk, **told)


def with_permit(desk, **told):
    """A settled case whose applicant held a permit."""
    case = factories.application("education", state=State.APPROVED, desk=desk, **told)
    factories.permit(case.applicant, issued_on=today() - days(200))
    factories.make(case, "register", desk)
    return factories.fresh(case)


def kinds(case):
    return Counter(case.follow_ups.values_list("kind", flat=True))


def one(case, kind):
    return case.follow_ups.select_related("application").get(kind=kind)


class TestBegun:
    def test_each_member_has_what_follows_for_him(self, desk):
        family = [factories.companion(), factories.companion("child", age=8)]
        case = registered(desk, companions=family)
        assert kinds(case) == {
            "insurance": 3,
            "pension": 2,
            "housing_fund": 2,
            "housing": 1,
            "school": 1,
            "land_rights": 1,
        }
        assert set(case.follow_ups.values_list("since", "state")) == {(today(), "open")}

    def test_each_task_is_given_to_its_bureau(self, desk):
        case = registered(desk)
        assert one(case, "insurance").bureau == Bureau.objects.get(code="medical_insurance")
        assert one(case, "land_rights").bureau is None

    def test_the_notice_goes_once_to_each_household_of_rural_origin(self, desk):
        other = factories.companion("spouse", division=factories.HUANGPING)
        same = factories.companion("child", age=8)
        case = registered(desk, companions=[other, same])
        told = case.follow_ups.filter(kind="land_rights")
        assert {row.member.division for row in told} == {factories.CHANGSHA, factories.HUANGPING}
        assert told.count() == 2

    def test_of_an_urban_origin_nobody_is_told(self, desk):
        case = registered(desk, applicant=factories.person_entry(hukou_kind="urban"))
        assert not case.follow_ups.filter(kind="land_rights").exists()

    def test_a_permit_in_force_is_to_be_ended(self, desk):
        case = with_permit(desk)
        assert one(case, "permit").permit.person == case.applicant

    def test_who_was_refused_has_nothing_to_follow(self, desk):
        case = factories.application(
            state=State.REVIEWED, desk=desk, companions=[factories.companion()]
        )
        spouse = case.members.get(is_applicant=False)
        factories.make(case, "approve", desk, members={str(spouse.pk): ("refused", "不实")})
        factories.make(case, "register", desk)
        assert not spouse.follow_ups.exists()

    @pytest.mark.parametrize("route", ["collective", "pupil_return"])
    def test_nothing_follows_where_nobody_settled(self, route, desk):
        if route == "pupil_return":
            pupil = registered(desk, "pupil")
            entry = factories.person_entry(number=pupil.applicant.number)
            case = registered(desk, route, applicant=entry)
        else:
            case = registered(desk, route)
        assert not case.follow_ups.exists()

    def test_beginning_twice_begins_nothing_more(self, desk):
        case = registered(desk, companions=[factories.companion()])
        before = kinds(case)
        assert open_follow_ups(case, case.members.all(), today()) == 0
        assert kinds(case) == before

    def test_what_follows_for_who_is_registered_later_is_added(self, desk):
        case = registered(desk, companions=[factories.companion()])
        spouse = case.members.get(is_applicant=False)
        FollowUp.objects.filter(member=spouse).delete()
        assert open_follow_ups(case, case.members.all(), today()) == 3
        assert kinds(case)["land_rights"] == 1

    def test_many_members_cost_no_more_queries(self, desk, django_assert_num_queries):
        cases = [
            registered(desk),
            registered(desk, companions=[factories.companion("child", age=n) for n in (7, 8, 9)]),
        ]
        for case in cases:
            FollowUp.objects.filter(application=case).delete()
            # members, begun, told, permits, bureaus, savepoint in and out, insert, the record
            with django_assert_num_queries(9):
                open_follow_ups(case, case.members.all(), today())


class TestThePermit:
    def test_one_press_ends_it(self, desk):
        case = with_permit(desk)
        row = one(case, "permit")
        cancel_permit(row, desk.clerk, today())
        permit = Permit.objects.get()
        assert (permit.cancelled_on, permit.cancelled_for) == (today(), "settled")
        assert {stretch.valid_to for stretch in permit.stretches.all()} <= {today()}
        assert (one(case, "permit").state, one(case, "permit").answered_on) == ("done", today())

    def test_a_second_press_ends_nothing_twice(self, desk):
        case = with_permit(desk)
        stale = one(case, "permit")
        cancel_permit(one(case, "permit"), desk.clerk, today())
        with pytest.raises(Refused, match="刚刚被别人办理"):
            cancel_permit(stale, desk.clerk, today())
        with pytest.raises(Refused, match="没有再办一次"):
            cancel_permit(one(case, "permit"), desk.clerk, today())
        assert AuditEntry.objects.filter(action="居住证注销").count() == 1

    def test_one_ended_elsewhere_settles_the_task_too(self, desk):
        case = with_permit(desk)
        wish = Act(desk.clerk, today(), "本人申请")
        cancel(Permit.objects.get(), wish, "wish", CardIs.RETURNED)
        cancel_permit(one(case, "permit"), desk.clerk, today())
        assert one(case, "permit").state == "not_applicable"
        assert Permit.objects.get().cancelled_for == "wish"

    def test_a_permit_is_ended_once(self, desk):
        permit = factories.permit(factories.person(), issued_on=today() - days(10))
        end_as_settled(permit, Act(desk.clerk, today()))
        with pytest.raises(Refused, match="注销"):
            end_as_settled(Permit.objects.get(), Act(desk.clerk, today()))
        assert Permit.objects.get().cancelled_for == "settled"

    def test_the_permit_of_another_task_is_not_touched(self, desk):
        case = with_permit(desk)
        with pytest.raises(Refused, match="没有要注销的居住证"):
            cancel_permit(one(case, "insurance"), desk.clerk, today())


class TestTheNotice:
    def test_who_took_it_and_when_is_kept(self, desk):
        row = one(registered(desk), "land_rights")
        deliver_notice(row, desk.auxiliary, today(), "杨小满")
        row = FollowUp.objects.get(pk=row.pk)
        assert (row.state, row.answered_on, row.note) == ("done", today(), "签收人:杨小满")

    def test_it_is_delivered_once_and_to_somebody(self, desk):
        row = one(registered(desk), "land_rights")
        with pytest.raises(Refused, match="签收人"):
            deliver_notice(row, desk.clerk, today(), " ")
        deliver_notice(row, desk.clerk, today(), "本人")
        with pytest.raises(Refused, match="没有再登记一次"):
            deliver_notice(row, desk.clerk, today(), "配偶")

    def test_it_is_not_delivered_before_the_settlement(self, desk):
        row = one(registered(desk), "land_rights")
        with pytest.raises(Refused, match="早于落户日期"):
            deliver_notice(row, desk.clerk, today() - days(1), "本人")


class TestSettled:
    def test_of_two_answers_at_once_one_stands(self, desk):
        case = registered(desk)
        row, stale = one(case, "insurance"), one(case, "insurance")
        settle(row, "done", desk.approver, today())
        with pytest.raises(Refused, match="刚刚被别人办理"):
            settle(stale, "declined", desk.approver, today())
        assert one(case, "insurance").state == "done"

    @pytest.mark.parametrize("state", ["open", "handed", "cancelled", "nonsense"])
    def test_only_an_answer_is_an_answer(self, state, desk):
        with pytest.raises(Refused, match="办理情况应为"):
            settle(one(registered(desk), "insurance"), state, desk.approver, today())

    def test_an_undone_registration_calls_off_what_is_unanswered(self, desk):
        case = registered(desk)
        settle(one(case, "insurance"), "done", desk.approver, today())
        assert call_off(case, case.members.all()) == 4
        assert one(case, "insurance").state == "done"
        assert one(case, "pension").state == "cancelled"
        with pytest.raises(Refused, match="落户已撤销"):
            settle(one(case, "pension"), "done", desk.approver, today())

    def test_nobody_answers_for_himself(self, desk):
        case = registered(desk)
        desk.clerk.own_number_digest = number_digest(case.applicant.number)
        desk.clerk.save()
        with pytest.raises(Refused, match="回避"):
            deliver_notice(one(case, "land_rights"), desk.clerk, today(), "本人")


class TestTheAllowance:
    def test_it_follows_where_the_person_told_so(self, desk):
        case = registered(desk)
        row = ask_allowance(case.members.get(), desk.clerk, today())
        assert row.bureau.code == "civil_affairs"
        with pytest.raises(Refused, match="没有再登记一次"):
            ask_allowance(case.members.get(), desk.clerk, today())

    def test_not_before_the_settlement(self, desk):
        case = factories.application(state=State.APPROVED, desk=desk)
        with pytest.raises(Refused, match="还没有落户"):
            ask_allowance(case.members.get(), desk.clerk, today())


class TestThePage:
    def shown(self, officer, case):
        return factories.client_of(officer).get(reverse("desk:case", args=[case.pk]))

    def test_the_case_tells_whose_task_each_is(self, desk):
        case = registered(desk)
        text = page(self.shown(desk.clerk, case)).text
        for words in ("落户后衔接", "市医疗保障局", "本所", "三(三)6", "5 项还没有结果"):
            assert words in text

    def test_before_the_settlement_there_is_no_such_card(self, desk):
        case = factories.application(state=State.APPROVED, desk=desk)
        assert "落户后衔接" not in page(self.shown(desk.clerk, case)).text

    def test_the_notice_and_the_permit_are_settled_by_a_press(self, desk):
        case = with_permit(desk)
        client = factories.client_of(desk.clerk)
        shown = self.shown(desk.clerk, case)
        shown = submit(client, shown, {"recipient": "其配偶"}, has=("recipient", "on"))
        assert one(case, "land_rights").note == "签收人:其配偶"
        address = reverse("desk:follow-up", args=[one(case, "permit").pk])
        assert address in [form.action for form in page(shown).forms]
        told = page(client.post(address, follow=True)).text
        assert "居住证已注销" in told
        assert Permit.objects.get().cancelled_on == today()
        assert "没有再办一次" in page(client.post(address, follow=True)).text

    def test_an_auxiliary_officer_does_not_end_a_permit(self, desk):
        case = with_permit(desk)
        address = reverse("desk:follow-up", args=[one(case, "permit").pk])
        client = factories.client_of(desk.auxiliary)
        assert "由民警注销" in page(client.post(address, follow=True)).text
        assert Permit.objects.get().cancelled_on is None

    @pytest.mark.parametrize(
        "typed",
        [
            {"recipient": "", "on": "2026-01-01"},
            {"recipient": "本人", "on": "昨天"},
            {"recipient": "本人", "on": "2099-01-01"},
            {"recipient": "\0", "on": "2019-01-01"},
            {},
        ],
    )
    def test_what_is_mistyped_settles_nothing(self, typed, desk):
        case = registered(desk)
        address = reverse("desk:follow-up", args=[one(case, "land_rights").pk])
        factories.client_of(desk.clerk).post(address, typed, follow=True)
        assert one(case, "land_rights").state == "open"

    def test_an_allowance_is_told_by_a_press(self, desk):
        case = registered(desk)
        address = reverse("desk:allowance", args=[case.members.get().pk])
        client = factories.client_of(desk.auxiliary)
        assert "移交民政" in page(client.post(address, follow=True)).text
        assert one(case, "allowance").state == "open"


def test_the_counts_are_by_bureau_and_standing(desk):
    case = registered(desk, companions=[factories.companion()])
    settle(one(case, "housing"), "not_applicable", desk.approver, today())
    counted = {
        (name, state): number
        for _, name, state, number in FollowUp.objects.counted_by_bureau_and_state(today(), today())
    }
    assert counted == {
        ("市医疗保障局", "open"): 2,
        ("市人力资源社会保障局", "open"): 2,
        ("市住房公积金管理中心", "open"): 2,
        ("市房产局", "not_applicable"): 1,
        (None, "open"): 1,
    }
    earlier = today() - days(1)
    assert not FollowUp.objects.counted_by_bureau_and_state(datetime.date(2019, 1, 1), earlier)
