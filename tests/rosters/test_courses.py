"""Who of a roster was informed, who stays: noted by hand, never forced; the rest by the case."""

import re

import pytest
from django.urls import reverse

from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.roles import Role
from rosters.actions.courses import Noting, note_courses
from rosters.models import Course
from tests import factories
from tests.factories import client_of, today
from tests.pages import page
from tests.test_three_rights import ROOT

pytestmark = pytest.mark.django_db
PAGE = ["public_payroll"]


@pytest.fixture
def roster():
    people = [factories.person_entry(division="522622") for _ in range(3)]
    return factories.roster("public_payroll", *people)


@pytest.fixture
def clerk(roster):
    return factories.officer(Role.BUREAU_CLERK, bureau=roster.supplier)


def note(entries, officer, state="informed", **told):
    return note_courses(list(entries), Noting(state, officer, today(), **told))


def state_of(entry):
    return Course.objects.get(number_digest=entry.number_digest).state


class TestByHand:
    def test_one_or_many_are_noted_at_once(self, roster, clerk):
        assert note(roster.entries.all(), clerk) == 3
        assert set(Course.objects.values_list("state", "supplier")) == {
            ("informed", roster.supplier_id)
        }

    def test_whoever_stays_says_why_and_may_think_again(self, roster, clerk):
        entry = roster.entries.first()
        with pytest.raises(Refused, match="写明"):
            note([entry], clerk, "stays")
        note([entry], clerk, "stays", reason="父母在老家,暂不迁")
        assert Course.objects.get().reason == "父母在老家,暂不迁"
        note([entry], clerk)
        assert state_of(entry) == "informed"

    @pytest.mark.parametrize("state", ["applied", "moved", "x", ""])
    def test_that_somebody_applied_or_moved_is_never_typed(self, roster, clerk, state):
        with pytest.raises(Refused, match="由办件自动登记"):
            note(roster.entries.all(), clerk, state)

    def test_all_or_none(self, roster, clerk):
        first, second, _ = roster.entries.all()
        note([second], clerk)
        Course.objects.update(state="moved")
        with pytest.raises(Refused, match="已迁入"):
            note([first, second], clerk)
        assert Course.objects.count() == 1

    def test_another_bureau_notes_nothing(self, roster):
        other = factories.officer(Role.BUREAU_CLERK, bureau=None)
        with pytest.raises(Refused, match="只有提供名册的部门"):
            note(roster.entries.all(), other)

    def test_one_person_of_two_rosters_has_one_course(self, roster, clerk):
        entry = roster.entries.first()
        person = factories.person_entry(number=entry.number)
        later = factories.roster("public_payroll", person)
        note([entry], clerk)
        note(later.entries.all(), clerk, "stays", reason="不迁")
        assert Course.objects.get().state == "stays"


class TestByTheCase:
    def case(self, desk, state):
        made = factories.application("public_payroll", state=state, desk=desk)
        return made, made.roster_entry

    def test_accepted_he_has_applied_and_registered_he_has_moved(self, desk):
        case, entry = self.case(desk, State.RECEIVED)
        assert not Course.objects.exists()
        factories.make(case, "accept", desk)
        assert state_of(entry) == "applied"
        for name in ("check", "review", "approve", "register"):
            factories.make(case, name, desk)
        assert state_of(entry) == "moved"

    def test_a_case_that_came_to_nothing_leaves_him_informed(self, desk):
        case, entry = self.case(desk, State.ACCEPTED)
        factories.make(case, "withdraw", desk)
        assert state_of(entry) == "informed"

    def test_who_stays_is_not_told_otherwise_by_a_draft_thrown_away(self, desk, clerk, roster):
        case, entry = self.case(desk, State.DRAFT)
        note([entry], desk.approver, "stays", reason="不迁")
        factories.make(case, "discard", desk)
        assert state_of(entry) == "stays"

    def test_a_settlement_undone_is_no_move_any_more(self, desk):
        _, entry = self.case(desk, State.REVOKED)
        assert state_of(entry) == "informed"

    def test_other_routes_write_no_course(self, desk):
        factories.application("talent", state=State.REGISTERED, desk=desk)
        assert not Course.objects.exists()


class TestThePage:
    def press(self, officer, entries, name="courses", **typed):
        chosen = [str(entry.pk) for entry in entries]
        address = reverse(f"rosters:{name}", args=PAGE)
        return client_of(officer).post(address, {"chosen": chosen, **typed}, follow=True)

    def test_the_bureau_notes_the_people_it_ticks(self, roster, clerk):
        client = client_of(clerk)
        shown = client.get(reverse("rosters:courses", args=PAGE))
        assert page(shown).text.count("杨**") == 3
        done = self.press(clerk, roster.entries.all()[:2], state="informed")
        assert "已登记 2 人" in page(done).text
        told = client.get(reverse("rosters:courses", args=PAGE), {"state": "informed"})
        assert "共 2 人" in page(told).text
        rest = client.get(reverse("rosters:courses", args=PAGE), {"state": "to_check"})
        assert "共 1 人" in page(rest).text

    def test_a_refusal_keeps_what_was_ticked(self, roster, clerk):
        done = self.press(clerk, roster.entries.all()[:1], state="stays", reason="")
        assert "须写明本人的说明" in page(done).text
        assert "checked" in done.content.decode()

    def test_other_peoples_rows_are_as_if_they_were_not(self, roster):
        talents = factories.roster("talent", factories.person_entry())
        other = factories.officer(Role.BUREAU_CLERK, bureau=talents.supplier)
        assert "请勾选人员" in page(self.press(other, roster.entries.all(), state="informed")).text
        assert not Course.objects.exists()

    def test_whoever_reads_only_does_not_note(self, roster):
        auditor = factories.officer(Role.AUDITOR)
        assert self.press(auditor, roster.entries.all(), state="informed").status_code == 403

    @pytest.mark.parametrize("chosen", ["x", "", "\x00", "9" * 400])
    def test_words_that_are_nobody_change_nothing(self, roster, clerk, chosen):
        address = reverse("rosters:courses", args=PAGE)
        answer = client_of(clerk).post(address, {"chosen": chosen, "state": "informed"})
        assert "请勾选人员" in page(answer).text

    def test_the_notice_names_the_person_the_row_and_that_nobody_is_forced(self, roster, clerk):
        done = page(self.press(clerk, roster.entries.all(), "notices"))
        entry = roster.entries.first()
        assert done.text.count("由您自愿决定") == 3
        assert f"{entry.name}(公民身份号码 {entry.number})" in done.text
        assert roster.reference in done.text
        assert "不改变您户依法享有的土地承包经营权" in done.text
        assert "对此不作询问,也不作要求" in done.text

    def test_without_a_tick_no_notice_is_printed(self, clerk):
        assert "请勾选要打印告知书的人员" in page(self.press(clerk, [], "notices")).text


def test_the_three_rights_stand_on_the_notice_alone_and_only_as_untouched():
    """三(三)4: no other page of this roster names them."""
    rights = re.compile("承包|宅基地|集体收益|三权|集体经济组织")
    pages = [*ROOT.glob("templates/rosters/*.html"), *ROOT.glob("rosters/**/*.py")]
    pages += [*ROOT.glob("templates/applications/roster_*.html")]
    naming = {path.name for path in pages if rights.search(path.read_text())}
    assert naming <= {"notices.html"}
