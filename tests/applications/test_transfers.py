"""迁移: one transfer for each place of origin, each act checked, nothing done twice."""

import pytest
from django.urls import reverse

from applications.actions import transferring
from applications.actions.changing import compare_and_set
from applications.actions.graduates import remind
from applications.actions.transferring import Noted, Paper, open_transfers
from applications.channels import Step, unanswered_since
from applications.models import Certificate, Member, Transfer
from applications.transfers import standings
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from kaili_hukou.registers import calendar
from tests import factories
from tests.factories import CHANGSHA, HUANGPING, days, today
from tests.journeys.coming_over import note
from tests.pages import page

pytestmark = pytest.mark.django_db

GUIYANG, GUANGZHOU = "520102", "440106"


def approved(desk, route="education", *, ago=0, **told):
    on = today() - days(ago)
    return factories.application(
        route, state=State.APPROVED, desk=desk, on=on, on_the_way=True, **told
    )


def only(case):
    return Transfer.objects.select_related("application__applicant").get(application=case)


def noted(desk, *, ago=0, officer=None):
    return Noted(officer or desk.clerk, today(), today() - days(ago))


def paper(*, ago=0, until=None, number=None):
    number = number or f"黔{next(factories.SERIALS):07d}"
    last = None if until is None else today() + days(until)
    return Paper(number, today() - days(ago), last, "长沙市公安局某派出所")


def step_of(case):
    return standings([only(case)], today())[0].step


class TestOpening:
    def test_one_for_each_place_of_origin(self, desk):
        family = [
            factories.companion("spouse", division=HUANGPING),
            factories.companion("child", division=GUANGZHOU),
            factories.companion("parent", division=CHANGSHA),
        ]
        case = approved(desk, companions=family)
        assert dict(case.transfers.values_list("division", "channel")) == {
            CHANGSHA: "electronic",
            GUANGZHOU: "electronic",
            HUANGPING: "one_stop",
        }

    def test_who_was_refused_opens_none(self, desk):
        case = factories.application(
            state=State.REVIEWED,
            desk=desk,
            companions=[factories.companion(division=GUANGZHOU)],
        )
        spouse = case.members.get(is_applicant=False)
        factories.make(case, "approve", desk, members={str(spouse.pk): ("refused", "不实")})
        assert [row.division for row in case.transfers.all()] == [CHANGSHA]

    def test_an_enterprise_has_none(self, desk):
        assert not approved(desk, "collective").transfers.exists()

    def test_a_soldier_has_none(self, desk):
        assert not approved(desk, "veteran").transfers.exists()

    def test_a_pupil_goes_back_to_where_he_came_from(self, desk):
        pupil = factories.application("pupil", state=State.REGISTERED, desk=desk)
        entry = factories.person_entry(
            number=pupil.applicant.number, name=pupil.applicant.name, division=factories.KAILI
        )
        case = approved(desk, "pupil_return", applicant=entry)
        found = only(case)
        assert (found.division, found.outward) == (HUANGPING, True)

    def test_opened_again_it_is_the_same(self, desk):
        case = approved(desk)
        before = only(case)
        Transfer.objects.filter(pk=before.pk).update(settled_on=today())
        open_transfers(case)
        assert (only(case).pk, only(case).settled_on) == (before.pk, None)


class TestElectronic:
    def test_sent_chased_and_confirmed(self, desk):
        case = approved(desk, ago=20)
        transferring.send(only(case), noted(desk, ago=19))
        assert step_of(case) is Step.LATE
        transferring.chase(only(case), noted(desk))
        assert step_of(case) is Step.WAITING
        transferring.move_out(only(case), noted(desk, ago=1))
        assert step_of(case) is Step.READY
        assert only(case).moved_out_on == today() - days(1)

    def test_returned_and_sent_again(self, desk):
        case = approved(desk, ago=5)
        transferring.send(only(case), noted(desk, ago=4))
        transferring.send_back(only(case), noted(desk, ago=2), "姓名不符")
        assert (step_of(case), only(case).return_reason) == (Step.RETURNED, "姓名不符")
        transferring.send(only(case), noted(desk, ago=1))
        again = only(case)
        assert (again.returned_on, again.return_reason) == (None, "")
        assert step_of(case) is Step.WAITING

    def test_returned_it_may_go_by_paper(self, desk):
        case = approved(desk, ago=5)
        transferring.send(only(case), noted(desk, ago=4))
        transferring.send_back(only(case), noted(desk), "原籍不办")
        transferring.choose(only(case), noted(desk), "paper")
        assert step_of(case) is Step.TO_ISSUE

    def test_once_sent_the_channel_stays(self, desk):
        case = approved(desk)
        transferring.send(only(case), noted(desk))
        with pytest.raises(Refused, match="不能这样办理"):
            transferring.choose(only(case), noted(desk), "paper")

    @pytest.mark.parametrize(("ago", "told"), [(9, "早于批准日期"), (-1, "在今天以后")])
    def test_a_day_that_cannot_be_is_refused(self, ago, told, desk):
        case = approved(desk, ago=5)
        with pytest.raises(Refused, match=told):
            transferring.send(only(case), noted(desk, ago=ago))

    def test_a_return_has_its_reason(self, desk):
        case = approved(desk)
        transferring.send(only(case), noted(desk))
        with pytest.raises(Refused, match="退回的原因"):
            transferring.send_back(only(case), noted(desk), " ")

    def test_a_stale_page_changes_nothing(self, desk):
        case = approved(desk)
        stale = only(case)
        transferring.choose(only(case), noted(desk), "paper")
        with pytest.raises(Refused, match="刚刚被别人办理过"):
            transferring.send(stale, noted(desk))
        assert only(case).sent_on is None


class TestPaper:
    def issued(self, desk, *, ago=0, **told):
        case = approved(desk, "bravery", ago=ago, **told)
        transferring.issue(only(case), noted(desk), paper(ago=ago))
        return case

    def test_the_admission_lasts_forty_days_and_the_removal_thirty(self, desk):
        case = self.issued(desk, ago=10)
        transferring.take(only(case), noted(desk), paper(ago=3))
        admission, removal = case_certificates(case)
        assert (admission.valid_until - admission.issued_on).days == 40
        assert (removal.valid_until - removal.issued_on).days == 30
        assert only(case).moved_out_on == today() - days(3)
        assert step_of(case) is Step.READY

    @pytest.mark.parametrize(("until", "told"), [(31, "最长 30 天"), (-1, "最长 30 天")])
    def test_the_removal_lasts_thirty_days_at_most(self, until, told, desk):
        case = self.issued(desk)
        with pytest.raises(Refused, match=told):
            transferring.take(only(case), noted(desk), paper(until=until))
        assert only(case).moved_out_on is None

    def test_it_is_not_older_than_the_admission(self, desk):
        case = self.issued(desk, ago=2)
        with pytest.raises(Refused, match="早于准予迁入证明"):
            transferring.take(only(case), noted(desk), paper(ago=3))

    def test_it_was_not_issued_on_an_expired_admission(self, desk):
        case = self.issued(desk, ago=50)
        with pytest.raises(Refused, match="先换补准予迁入证明"):
            transferring.take(only(case), noted(desk), paper(ago=1))

    def test_an_expired_admission_is_exchanged_and_the_old_one_kept(self, desk):
        case = self.issued(desk, ago=50)
        assert step_of(case) is Step.ADMISSION_EXPIRED
        transferring.exchange(
            only(case), noted(desk), paper(ago=1), state="expired", note="核实未落户"
        )
        old, new = case_certificates(case)
        assert (old.state, new.state, new.replaces) == ("expired", "valid", old)
        assert new.checked_note == "核实未落户"
        transferring.take(only(case), noted(desk), paper())
        assert step_of(case) is Step.READY

    def test_an_expired_removal_is_exchanged_by_the_place_of_origin(self, desk):
        case = self.issued(desk, ago=45)
        transferring.take(only(case), noted(desk), paper(ago=35))
        assert step_of(case) is Step.REMOVAL_EXPIRED
        transferring.exchange(only(case), noted(desk), paper(), state="expired", note="核实未落户")
        assert step_of(case) is Step.READY
        assert only(case).moved_out_on == today() - days(35)

    def test_what_is_not_expired_is_exchanged_only_where_it_is_lost(self, desk):
        case = self.issued(desk)
        with pytest.raises(Refused, match="还没有过期"):
            transferring.exchange(only(case), noted(desk), paper(), state="expired", note="核实")
        transferring.exchange(only(case), noted(desk), paper(), state="lost", note="核实未落户")
        assert [row.state for row in case_certificates(case)] == ["lost", "valid"]

    def test_the_issuer_says_what_he_checked(self, desk):
        case = self.issued(desk)
        with pytest.raises(Refused, match="不要求群众开证明"):
            transferring.exchange(only(case), noted(desk), paper(), state="lost", note=" ")
        assert [row.state for row in case_certificates(case)] == ["valid"]

    def test_a_number_is_entered_once_in_the_city(self, desk):
        first, second = self.issued(desk), approved(desk, "bravery")
        number = case_certificates(first)[0].number
        with pytest.raises(Refused, match="已经登记过"):
            transferring.issue(only(second), noted(desk), paper(number=number))

    def test_one_certificate_of_a_kind_is_valid_at_a_time(self, desk):
        case = approved(desk, "bravery")
        seen = [only(case), only(case)]
        list(seen[1].certificates.all())
        transferring.issue(seen[0], noted(desk), paper())
        with pytest.raises(Refused):
            transferring.issue(seen[1], noted(desk), paper())
        assert Certificate.objects.count() == 1


def case_certificates(case):
    return list(
        Certificate.objects.filter(transfer__application=case).order_by("issued_on", "kind")
    )


class TestWhoAndWhen:
    def test_another_station_has_no_business_with_it(self, desk, other_desk):
        case = approved(desk)
        with pytest.raises(Refused, match="不在您的辖区"):
            transferring.send(only(case), noted(desk, officer=other_desk.clerk))

    def test_before_the_decision_there_is_nothing_to_note(self, desk):
        case = approved(desk)
        compare_and_set(case, version=case.version, state=State.REVIEWED)
        with pytest.raises(Refused, match="迁移不能再办理"):
            transferring.send(only(case), noted(desk))

    def test_each_act_is_recorded(self, desk):
        case = approved(desk)
        transferring.send(only(case), noted(desk))
        rows = AuditEntry.objects.filter(object_id=str(only(case).pk))
        assert list(rows.order_by("at").values_list("action", flat=True)) == [
            "建立迁移",
            "发出电子迁移信息",
        ]

    def test_whoever_is_registered_nowhere_cannot_withdraw(self, desk):
        case = factories.application(state=State.APPROVED, desk=desk)
        with pytest.raises(Refused, match="没有户口"):
            factories.make(case, "withdraw", desk)
        assert factories.fresh(case).state == State.APPROVED


class TestThePage:
    def test_the_next_act_is_the_filled_button(self, desk):
        case = approved(desk)
        client = factories.client_of(desk.clerk)
        shown = page(client.get(reverse("desk:transfers", args=[case.pk])))
        assert shown.forms[-2].buttons == [("act", f"send:{only(case).pk}")]
        assert "待发出电子信息" in shown.text

    def test_what_was_typed_wrong_is_kept_with_a_sentence(self, desk):
        case = approved(desk, "bravery")
        shown = page(note(factories.client_of(desk.clerk), only(case), "issue", number="12"))
        assert "编号应为" in shown.text
        assert "12" in [form.fields.get("number") for form in shown.forms]
        assert not Certificate.objects.exists()

    @pytest.mark.parametrize("act", ["", "send", "send:x", "nothing:1", "send:%s"])
    def test_an_act_that_is_not_there_leads_back(self, act, desk):
        case, other = approved(desk), approved(desk)
        client = factories.client_of(desk.clerk)
        act = act % only(other).pk if "%" in act else act
        answer = client.post(reverse("desk:transfers", args=[case.pk]), {"act": act}, follow=True)
        assert "请刷新" in page(answer).text
        assert not Transfer.objects.filter(sent_on__isnull=False).exists()

    def test_a_second_press_is_told_what_stands_now(self, desk):
        case = approved(desk)
        client, address = factories.client_of(desk.clerk), reverse("desk:transfers", args=[case.pk])
        sent = {"act": f"send:{only(case).pk}", "on": today().isoformat()}
        client.post(address, sent)
        assert "等迁出地确认" in page(client.post(address, sent)).text

    def test_the_case_leads_to_the_transfer_before_the_registration(self, desk):
        case = approved(desk)
        shown = factories.client_of(desk.clerk).get(reverse("desk:case", args=[case.pk]))
        html = shown.content.decode()
        assert f'class="button primary" href="{reverse("desk:transfers", args=[case.pk])}"' in html
        assert f'class="button" href="{reverse("desk:move", args=[case.pk, "register"])}"' in html

    def test_a_place_that_is_missing_is_opened_by_a_press(self, desk):
        case = approved(desk)
        case.transfers.all().delete()
        client, address = factories.client_of(desk.clerk), reverse("desk:transfers", args=[case.pk])
        assert "还没有建立迁移" in page(client.get(address)).text
        client.post(address, {"act": "open"})
        assert only(case).division == CHANGSHA


class TestOnTheWay:
    def out_for(self, desk, number):
        case = approved(desk, ago=number + 1)
        transferring.send(only(case), noted(desk, ago=number + 1))
        transferring.move_out(only(case), noted(desk, ago=number))
        return case

    def shown(self, officer, **asked):
        return factories.client_of(officer).get(reverse("desk:on-the-way"), asked)

    def test_the_longest_stand_first_with_their_alarm(self, desk):
        cases = [self.out_for(desk, number) for number in (3, 26, 8, 16)]
        waiting = approved(desk)
        answer = self.shown(desk.clerk)
        rows = answer.context["page"].object_list
        assert [row.gone_for for row in rows] == [26, 16, 8, 3, 0]
        assert [row.alarm.level for row in rows[:4]] == [25, 15, 7, 0]
        assert rows[4].transfer.application == waiting
        assert "立即联系本人到场落户" in page(answer).text
        assert len(cases) == 4

    def test_the_lanes_and_the_worklist_count_the_same(self, desk):
        self.out_for(desk, 8)
        late = approved(desk, ago=20)
        transferring.send(only(late), noted(desk, ago=20))
        expiring = approved(desk, "bravery", ago=34)
        transferring.issue(only(expiring), noted(desk), paper(ago=34))
        for lane, place in (("moved_out", 8), ("late", 0), ("expiring", 0)):
            rows = self.shown(desk.clerk, lane=lane).context["page"].object_list
            assert [row.gone_for for row in rows] == [place], lane
        work = factories.client_of(desk.clerk).get(reverse("desk:work"))
        counts = {row["lane"]: row["count"] for row in work.context["on_the_way"]}
        assert counts == {"moved_out": 1, "late": 1, "expiring": 1}
        assert "已迁出未迁入 1 项,最久 8 天" in page(work).text

    def test_the_lane_of_late_answers_is_that_of_the_steps(self, desk):
        for ago in range(4, 12):
            case = approved(desk, ago=ago)
            transferring.send(only(case), noted(desk, ago=ago))
        latest = unanswered_since(today(), calendar())
        by_lane = set(Transfer.objects.unanswered(latest).values_list("pk", flat=True))
        found = standings(Transfer.objects.all(), today())
        assert by_lane == {one.transfer.pk for one in found if one.step is Step.LATE}
        assert 0 < len(by_lane) < 8

    def test_a_certificate_in_hand_relieves_the_admission(self, desk):
        case = approved(desk, "bravery", ago=38)
        transferring.issue(only(case), noted(desk), paper(ago=38))
        assert Transfer.objects.expiring(today() + days(7)).exists()
        transferring.take(only(case), noted(desk), paper(ago=1))
        assert not Transfer.objects.expiring(today() + days(7)).exists()

    def test_another_station_sees_nothing_and_the_city_all(self, desk, other_desk):
        self.out_for(desk, 8)
        assert not self.shown(other_desk.clerk).context["page"].object_list
        assert len(self.shown(desk.approver).context["page"].object_list) == 1

    def test_whoever_is_in_is_on_the_way_no_more(self, desk):
        case = self.out_for(desk, 8)
        factories.make(case, "register", desk)
        assert not self.shown(desk.clerk).context["page"].object_list
        assert only(case).settled_on == today()


class TestGraduates:
    def pupil(self, desk, *, graduates_in):
        facts = factories.facts_of("pupil", today())
        expected = today() + days(graduates_in)
        return factories.application(
            "pupil",
            state=State.REGISTERED,
            desk=desk,
            facts=facts | {"graduation_expected": expected},
        )

    def test_he_is_reminded_from_the_day_on_and_once(self, desk):
        due, later = (self.pupil(desk, graduates_in=number) for number in (0, 1))
        listed = Member.objects.graduated(today())
        assert [row.application for row in listed] == [due]
        client = factories.client_of(desk.clerk)
        shown = client.get(reverse("desk:on-the-way"))
        assert "可提醒" in page(shown).text
        client.post(reverse("desk:reminded", args=[due.members.get().pk]))
        assert not Member.objects.graduated(today()).exists()
        assert due.members.get().outcome == "registered"
        with pytest.raises(Refused, match="已经提醒过"):
            remind(later.members.get(), today())

    def test_his_own_page_says_so(self, desk):
        due = self.pupil(desk, graduates_in=-3)
        client = factories.client_of(desk.clerk)
        shown = client.get(reverse("desk:person", args=[due.applicant_id]))
        assert "可提醒本人" in page(shown).text

    def test_who_has_asked_to_go_back_is_reminded_no_more(self, desk):
        due = self.pupil(desk, graduates_in=-3)
        entry = factories.person_entry(number=due.applicant.number, name=due.applicant.name)
        factories.application("pupil_return", desk=desk, applicant=entry)
        assert not Member.objects.graduated(today()).exists()
