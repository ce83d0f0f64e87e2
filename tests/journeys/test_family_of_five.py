"""A couple from two provinces with a child and old parents: not all of them come at once."""

import pytest
from django.test import Client
from django.urls import reverse

from applications.workflow import State
from tests import factories
from tests.journeys.coming_over import come_over
from tests.journeys.test_thirteen_routes import CHECKED, Walk
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

HUNAN, GUANGXI = "湖南省长沙市岳麓区", "广西壮族自治区南宁市青秀区"


class Family(Walk):
    """The husband stands at the window with his child; the wife and his father are away."""

    def people(self):
        return [
            (factories.person_entry(29, name="韦小兰"), "spouse", "now", GUANGXI),
            (factories.person_entry(5, name="杨豆豆"), "child", "promised", HUNAN),
            (factories.person_entry(61, name="杨老根"), "parent", "promised", HUNAN),
            (factories.person_entry(60, name="李秀珍"), "parent", "now", HUNAN),
        ]

    def member(self, name):
        """One of them; names are looked for among these five alone."""
        return self.case.members.get(person__name=name)

    def at_the_window(self):
        client = self.client(self.desk.auxiliary)
        return client, client.get(reverse("desk:family", args=[self.pk]))

    def note(self, **by_name):
        client, shown = self.at_the_window()
        typed = {
            f"{self.member(name).pk}-{field}": value
            for name, told in by_name.items()
            for field, value in told.items()
        }
        return submit(client, shown, typed, has=tuple(typed))


@pytest.fixture
def five(desk):
    way = Family(desk, "home_purchase")
    way.open()
    way.fill(desk.auxiliary)
    return way


def with_agent(way):
    """The old mother gave her nephew a written mandate."""
    client, shown = way.at_the_window()
    typed = {
        "agent-number": factories.identity_number(40),
        "agent-name": "杨大表",
        "agent-relation": "侄子",
        "agent-mandate_until": (factories.today() + factories.days(60)).isoformat(),
    }
    submit(client, shown, typed, button=("act", "agent"))
    return way.case.agents.get()


def signed_by_those_present(way):
    agent = with_agent(way)
    father = way.case.applicant
    applicant = way.case.members.get(is_applicant=True)
    return way.note(
        **{
            father.name: {"presence": "present", "signed": "self"},
            "韦小兰": {"presence": "absent"},
            "杨老根": {"presence": "absent"},
            "李秀珍": {"presence": "represented", "signed": "agent", "agent": str(agent.pk)},
            "杨豆豆": {
                "presence": "present",
                "signed": "guardian",
                "guardian_from": str(applicant.pk),
                "consent_on": factories.today().isoformat(),
            },
        }
    )


def test_each_of_the_five_has_an_origin_of_his_own(five):
    places = dict(five.case.members.values_list("person__name", "division"))
    assert places["韦小兰"].startswith("45")
    assert all(code.startswith("43") for name, code in places.items() if name != "韦小兰")
    _, shown = five.at_the_window()
    assert page(shown).text.count("外省") == 5


def test_those_present_are_not_held_up_by_the_others(five):
    told = page(signed_by_those_present(five)).text
    assert told.count("已签妥") == 3
    assert told.count("缺 尚未签名") == 2
    child = five.member("杨豆豆")
    assert child.guardian_number == five.case.applicant.number
    assert child.guardian_relation in ("父亲", "母亲")
    five.press("receive", five.desk.auxiliary)
    five.press("accept")
    five.ask("check", CHECKED)
    five.ask("review")
    five.ask("approve", five.admissions())
    assert five.case.state == State.APPROVED
    assert set(five.case.members.values_list("outcome", flat=True)) == {"approved"}


def test_the_absent_sign_later_and_then_all_may_be_registered(five):
    signed_by_those_present(five)
    five.press("receive", five.desk.auxiliary)
    five.press("accept")
    for name, typed in (("check", CHECKED), ("review", None), ("approve", five.admissions())):
        five.ask(name, typed)
    five.note(韦小兰={"presence": "video", "signed": "self"})
    come_over(five.client(five.desk.clerk), five.case)
    told = page(five.ask("register", five.registering())).text
    assert "「杨老根」尚未签名" in told
    assert five.case.state == State.APPROVED
    five.note(杨老根={"presence": "present", "signed": "self"})
    five.ask("register", five.registering())
    assert five.case.state == State.REGISTERED


def test_the_check_waits_until_the_applicant_has_signed(five):
    five.press("receive", five.desk.auxiliary)
    five.press("accept")
    told = five.ask("check", CHECKED)
    assert "尚未签名" in page(told).text
    assert five.case.state == State.ACCEPTED


def test_another_station_sees_nothing_of_the_family(five, other_desk):
    stranger = Client()
    stranger.force_login(other_desk.clerk)
    assert stranger.get(reverse("desk:family", args=[five.pk])).status_code == 404
    agent = with_agent(five)
    end = reverse("desk:agent-end", args=[agent.pk])
    assert stranger.post(end, {"version": "1"}).status_code == 404
    assert five.case.agents.get().ended_on is None
