"""Households of a roster become drafts, each once; in the queue only when the family comes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.actions import opening_households
from applications.actions.opening_households import Order, go_on, note_came, order, stop, work_on
from applications.models import Application, BulkOpening, OpenedHousehold
from applications.roster_households import BUSY, GONE, SETTLED, homes_of
from applications.tasks import open_households
from kaili_hukou.actions import Refused
from kaili_hukou.jobs import run_next
from kaili_hukou.models import PoliceStation, Town
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of, family_rows, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def of_the_desk(desk):
    return desk.station.town


def settling(desk, *families, town=None):
    """A confirmed relocation roster; its families settle in the town of this desk."""
    rows = [row for family in families for row in family]
    return factories.household_roster("relocation", *rows, town=town or of_the_desk(desk))


def opened(roster, officer, chosen=None, **told):
    made = order(Order(roster, officer, today(), chosen, **told))
    work_on(made.pk, today())
    return BulkOpening.objects.get(pk=made.pk)


def all_of(roster):
    return {str(home.key): {} for home in homes_of(roster, None)}


class TestOpening:
    def test_a_household_is_one_draft_with_its_companions(self, desk):
        roster = settling(desk, family_rows("1"), family_rows("2", children=2))
        done = opened(roster, desk.head)
        assert (done.state, done.total, done.opened, done.skipped) == ("done", 2, 2, [])
        cases = Application.objects.order_by("opening__row")
        assert [case.members.count() for case in cases] == [3, 4]
        first = cases[0]
        assert (first.route, first.state, first.station) == ("relocation", "draft", desk.station)
        assert first.roster_entry.roster == roster
        told = first.members.values_list("is_applicant", "relationship", "presence", "living")
        assert list(told) == [
            (True, "", "", ""),
            (False, "spouse", "", ""),
            (False, "child", "", ""),
        ]

    def test_a_second_press_opens_nobody_twice(self, desk):
        roster = settling(desk, family_rows())
        opened(roster, desk.head)
        again = opened(roster, desk.head)
        assert again.opened == 0
        assert {why for _, why in again.skipped} == {BUSY}
        assert OpenedHousehold.objects.count() == Application.objects.count() == 1

    def test_stopped_at_any_household_it_goes_on_behind_it(self, desk, monkeypatch):
        roster = settling(desk, *(family_rows(str(n)) for n in range(4)))
        made = order(Order(roster, desk.head, today(), all_of(roster)))
        real, count = opening_households._note_opened, iter(range(99))

        def dies(*told):
            if next(count) == 2:
                raise SystemExit
            real(*told)

        monkeypatch.setattr(opening_households, "_note_opened", dies)
        with pytest.raises(SystemExit):
            work_on(made.pk, today())
        assert Application.objects.count() == 2
        monkeypatch.setattr(opening_households, "_note_opened", real)
        work_on(made.pk, today())
        made.refresh_from_db()
        assert (made.state, made.opened, Application.objects.count()) == ("done", 4, 4)

    def test_a_worker_that_died_leaves_work_that_is_put_in_line_again(self, desk):
        roster = settling(desk, family_rows())
        made = order(Order(roster, desk.head, today(), None))
        with pytest.raises(Refused, match="正在开办"):
            go_on(made)
        BulkOpening.objects.update(
            state="running", changed_at=made.changed_at - 2 * opening_households.SILENT
        )
        made.refresh_from_db()
        go_on(made)
        assert run_next(timezone.now()).task == open_households.name
        made.refresh_from_db()
        assert (made.state, made.opened) == ("done", 1)

    def test_stopped_by_hand_nothing_more_is_opened(self, desk):
        made = order(Order(settling(desk, family_rows()), desk.head, today(), None))
        stop(made)
        work_on(made.pk, today())
        assert not Application.objects.exists()
        with pytest.raises(Refused, match="已结束"):
            stop(made)

    def test_who_has_a_case_is_settled_or_withdrawn_is_left_out_with_the_reason(self, desk):
        busy, settled, gone = (family_rows(str(n), children=0)[:1] for n in range(3))
        roster = settling(desk, busy, settled, gone)
        bravery = factories.draft("bravery", applicant=busy[0][0])
        factories.opened(bravery, desk=desk, route="bravery")
        person = factories.know_person(settled[0][0], station=desk.station)
        house = factories.public_household(desk.station)
        person.memberships.create(household=house, since=today())
        roster.entries.filter(row=4).update(withdrawn_on=today())
        done = opened(roster, desk.head)
        assert (done.opened, done.skipped) == (0, [[2, BUSY], [3, SETTLED], [4, GONE]])

    def test_a_later_roster_with_no_is_obeyed(self, desk):
        family = family_rows(children=0)
        roster = settling(desk, family)
        factories.roster("relocation", family[0][0], voluntary=False, on=today())
        opened(roster, desk.head)
        assert Application.objects.get().applicant.name == family[1][0].name

    def test_a_doubtful_household_waits_for_a_choice(self, desk):
        family = family_rows(children=0)
        roster = settling(desk, family)
        roster.entries.update(relation="户主")
        done = opened(roster, desk.head)
        assert done.opened == 0
        assert "存疑" in done.skipped[0][1]
        key = str(homes_of(roster, None)[0].key)
        done = opened(roster, desk.head, {key: {"choice": "apart"}})
        assert (done.opened, Application.objects.count()) == (2, 2)

    def test_whose_child_somebody_is_of_two_heads_is_asked(self, desk):
        roster = settling(desk, family_rows())
        roster.entries.filter(row=3).update(relation="户主")
        key = str(homes_of(roster, None)[0].key)
        opened(roster, desk.head, {key: {"choice": "together"}})
        told = Application.objects.get().members.values_list("relationship", flat=True)
        assert list(told) == ["", "", ""]

    def test_a_discarded_draft_may_be_opened_again(self, desk):
        roster = settling(desk, family_rows())
        opened(roster, desk.head)
        factories.make(Application.objects.get(), "discard", desk)
        assert opened(roster, desk.head).opened == 1
        assert OpenedHousehold.objects.get().application.state == "draft"

    def test_a_name_unlike_the_one_on_file_goes_to_the_window(self, desk):
        family = family_rows(children=0)[:1]
        factories.person(desk.station, number=family[0][0].number, name="潘大海")
        done = opened(settling(desk, family), desk.head)
        assert done.opened == 0
        assert "窗口" in done.skipped[0][1]
        assert "潘" not in str(done.skipped)


class TestWhose:
    def test_a_station_opens_the_households_of_its_own_towns(self, desk, other_desk):
        here, there = family_rows("1"), family_rows("2")
        roster = factories.household_roster("relocation", *here, *there)
        roster.entries.filter(household_number="1").update(town=desk.station.town)
        roster.entries.filter(household_number="2").update(town=other_desk.station.town)
        assert opened(roster, desk.head).opened == 1
        assert Application.objects.get().station == desk.station
        opened(roster, desk.approver)
        assert Application.objects.filter(station=other_desk.station).count() == 1

    def test_a_roster_that_concerns_other_towns_alone_is_none_of_theirs(self, desk, other_desk):
        roster = settling(desk, family_rows())
        address = reverse("desk:roster-households", args=[roster.pk])
        assert client_of(other_desk.head).get(address).status_code == 404
        with pytest.raises(Refused, match="没有您辖区的人"):
            order(Order(roster, other_desk.head, today(), None))

    def test_an_unconfirmed_roster_is_opened_by_nobody(self, desk):
        roster = settling(desk, family_rows())
        type(roster).objects.update(state="entered")
        with pytest.raises(Refused):
            order(Order(roster, desk.approver, today(), None))

    def test_without_a_town_the_section_says_which_station(self, desk):
        roster = factories.household_roster("talent", *family_rows(children=0)[:1])
        done = opened(roster, desk.approver)
        assert "指定派出所" in done.skipped[0][1]
        assert opened(roster, desk.approver, else_at=desk.station).opened == 1

    def test_a_town_with_two_stations_tells_neither(self, desk):
        PoliceStation.objects.create(code="ZZ", name="另一派出所", town=desk.station.town)
        roster = settling(desk, family_rows())
        assert [home.station for home in homes_of(roster, None)] == [None]
        assert homes_of(roster, desk.station)[0].station == desk.station.pk


class TestTheQueue:
    def in_queue(self, desk, case):
        there = page(client_of(desk.clerk).get(reverse("desk:work")))
        return any(str(case.pk) in link for link in there.links)

    def test_it_waits_in_no_queue_until_the_family_comes(self, desk):
        opened(settling(desk, family_rows()), desk.clerk)
        case = Application.objects.get()
        assert not self.in_queue(desk, case)
        there = client_of(desk.clerk).get(reverse("desk:awaited"))
        assert "杨**" in page(there).text
        done = submit(client_of(desk.clerk), there, button=("way", "visit"))
        assert "没有待到场的户" in page(done).text
        assert self.in_queue(desk, case)
        assert case.members.get(is_applicant=True).presence == "present"
        assert case.contacts.get().way == "visit"

    def test_a_call_puts_it_in_the_queue_and_nobody_is_present(self, desk):
        opened(settling(desk, family_rows()), desk.clerk)
        one = OpenedHousehold.objects.select_related("application").get()
        note_came(one, "calling", desk.clerk, today())
        assert self.in_queue(desk, one.application)
        assert one.application.members.get(is_applicant=True).presence == ""
        with pytest.raises(Refused, match="已登记过"):
            note_came(one, "visit", desk.clerk, today())

    def test_another_station_cannot_press(self, desk, other_desk):
        opened(settling(desk, family_rows()), desk.clerk)
        address = reverse("desk:came", args=[OpenedHousehold.objects.get().pk])
        assert client_of(other_desk.clerk).post(address, {"way": "visit"}).status_code == 404


class TestThePage:
    def test_chosen_households_are_opened_by_one_press(self, desk):
        roster = settling(desk, family_rows("1"), family_rows("2"))
        client = client_of(desk.clerk)
        there = client.get(reverse("desk:roster-households", args=[roster.pk]))
        shown = page(there)
        assert "配偶" in shown.text
        assert "杨大山" not in there.content.decode()
        key = str(homes_of(roster, desk.station)[0].key)
        done = client.post(there.request["PATH_INFO"], {"open": [key], f"first-{key}": "3"})
        found = BulkOpening.objects.get()
        assert done.url == reverse("desk:bulk-opening", args=[found.pk])
        assert (found.opened, found.state) == (1, "done")
        case = Application.objects.get()
        assert case.opening.row == 3
        assert "已开草稿" in page(client.get(there.request["PATH_INFO"])).text

    def test_all_goes_to_the_background(self, desk):
        roster = settling(desk, family_rows())
        client = client_of(desk.clerk)
        address = reverse("desk:roster-households", args=[roster.pk])
        done = client.post(address, {"all": "1"}, follow=True)
        assert "等待开办" in page(done).text
        assert run_next(timezone.now()).task == open_households.name
        assert BulkOpening.objects.get().opened == 1

    @pytest.mark.parametrize(
        "typed",
        [
            {},
            {"open": ["x", "-1", "9" * 40, "\x00"]},
            {"open": ["2"], "choice-2": "x", "first-2": "9" * 40, "else_at": "②"},
        ],
    )
    def test_words_that_are_no_household_open_nothing_wrong(self, desk, typed):
        roster = settling(desk, family_rows())
        address = reverse("desk:roster-households", args=[roster.pk])
        answer = client_of(desk.clerk).post(address, typed)
        assert answer.status_code in (200, 302)
        assert Application.objects.count() == (answer.status_code == 302)

    def test_the_queries_do_not_grow_with_the_households(self, desk):
        client = client_of(desk.clerk)

        def asked(roster):
            address = reverse("desk:roster-households", args=[roster.pk])
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            return len(queries)

        few = asked(settling(desk, family_rows()))
        assert asked(settling(desk, *(family_rows(str(n)) for n in range(8)))) == few

    def test_the_bureau_has_no_business_there(self, desk):
        roster = settling(desk, family_rows())
        clerk = factories.officer(Role.BUREAU_CLERK, bureau=roster.supplier)
        address = reverse("desk:roster-households", args=[roster.pk])
        assert client_of(clerk).get(address).status_code == 403


def test_every_town_has_a_station_that_serves_it(db):
    towns = set(PoliceStation.objects.filter(town__isnull=False).values_list("town", flat=True))
    assert towns == set(Town.objects.values_list("pk", flat=True))
