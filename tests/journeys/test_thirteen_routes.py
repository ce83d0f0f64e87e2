"""All thirteen routes through the pages, from the number typed to the file in the archive."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from applications.policy.routes import ROUTES
from applications.workflow import State
from kaili_hukou import receipts
from kaili_hukou.dates import add_months
from kaili_hukou.models import Town
from reports.demonstration.cases import FATHERS_NUMBER
from rosters.kinds import KINDS
from tests import factories
from tests.journeys.coming_over import come_over
from tests.pages import page, submit, with_rows

pytestmark = pytest.mark.django_db

GUARDIAN = {
    "guardian_name": "杨大川",
    "guardian_number": FATHERS_NUMBER,
    "guardian_relation": "父亲",
    "consent_on": factories.today().isoformat(),
}
FAMILY = frozenset({"education", "residence", "home_purchase", "in_province", "relocation"})
CHECKED = {"compared": "无重复户口,无疑点", "findings": "材料与原件相符,已向社区核实。"}
REFUSED = {
    "facts": "所交学历证书经核实不实。",
    "reason": "不具有教育部承认的大专以上学历。",
    "clauses": ["三(一)1(2)"],
}
PATH = ["receive", "accept", "check", "review", "approve", "register", "archive"]


def typed_facts(route, today):
    """The answers as they are typed, by which the route is open today."""
    last_june = datetime.date(today.year - (today.month <= 6), 6, 30)
    return {
        "schooling": {
            "enrolment_from": f"{today.year - 4}-09-05",
            "enrolment_stage": "other",
            "permit_issued_on": add_months(today, -40).isoformat(),
            "permit_endorsed_on": ",".join(
                add_months(today, 12 * year - 41).isoformat() for year in (1, 2, 3)
            ),
        },
        "education": {"degree_level": "bachelor", "degree_recognised": "yes"},
        "residence": {
            "residence_from": add_months(today, -9).isoformat(),
            "insured_months": f"{add_months(today, -7):%Y-%m} 至 {add_months(today, -1):%Y-%m}",
        },
        "home_purchase": {
            "home_bought_on": "2021-03-08",
            "home_area_m2": "118.5",
            "home_registered_already": "0",
        },
        "in_province": {"owns_home": "no", "relative_to_join": "no"},
        "talent": {"talent_certificate": "yes"},
        "public_payroll": {"works_in_town": "yes"},
        "veteran": {"placement_document": "yes"},
        "bravery": {"bravery_certificate": "yes"},
        "collective": dict.fromkeys(("founded_by_outsider", "fixed_premises", "rules_met"), "yes"),
        "pupil": {
            "enrolment_from": f"{today.year - 1}-09-01",
            "enrolment_stage": "compulsory",
            "voluntary": "yes",
        },
        "pupil_return": {
            "settled_as_pupil": "yes",
            "graduated_on": last_june.isoformat(),
            "voluntary": "yes",
        },
    }.get(route, {})


class Walk:
    """One case on its way through the pages, each officer logged in with his own password."""

    def __init__(self, desk, route):
        self.desk, self.route = desk, route
        self.pk = None

    def client(self, officer):
        client = Client()
        assert client.login(username=officer.username, password=factories.PASSWORD)
        return client

    @property
    def case(self):
        return Application.objects.get(pk=self.pk)

    def open(self):
        client = self.client(self.desk.auxiliary)
        first = client.get(reverse("desk:intake"))
        if self.route == "collective":
            told = factories.enterprise_entry()
            typed = {"enterprise-code": told.code.lower(), "enterprise-name": told.name}
            there = submit(client, first, typed)
        else:
            entry = factories.applicant_for(self.route)
            typed = {"number": entry.number, "name": entry.name, "division": entry.division}
            shown = submit(client, first, typed | {"hukou_kind": entry.hukou_kind})
            choice = ("route", self.route)
            there = submit(client, shown, button=choice, has=("number", "name", "hukou_kind"))
        self.pk = there.context["case"].pk
        return there

    def fill(self, officer):
        """The whole dossier as a browser sends it; then the papers, in a second saving."""
        client, address = self.client(officer), reverse("desk:case", args=[self.pk])
        shown = page(client.get(address))
        form = shown.form("version")
        typed = {
            f"facts-{name}": value
            for name, value in typed_facts(self.route, factories.today()).items()
        }
        typed |= {"place-town": str(Town.objects.first().pk), "place-address": "某路1号"}
        if self.route in FAMILY:
            people = self.people()
            form = with_rows(form, len(people), shown.added)
            typed |= self.family(people)
        saved = client.post(address, form.filled(typed), follow=True)
        assert "已保存" in saved.content.decode()
        papers = {
            name: "original" for name in page(saved).form("version").fields if "-state_" in name
        }
        assert papers
        return client.post(address, page(saved).form("version").filled(papers), follow=True)

    def people(self):
        """(entry, relationship, living together, place of origin) of those who come along."""
        hunan = "湖南省长沙市岳麓区"
        return [
            (factories.person_entry(30), "spouse", "now", hunan),
            (factories.person_entry(5), "child", "promised", hunan),
        ]

    def family(self, people):
        return {
            f"companions-{place}-{name}": value
            for place, (entry, relationship, living, origin) in enumerate(people)
            for name, value in {
                "number": entry.number,
                "name": entry.name,
                "relationship": relationship,
                "living": living,
                "division": origin,
                "hukou_kind": "rural",
            }.items()
        }

    def sign(self, officer):
        """One press: all came and signed; a guardian is named for whoever is under 18."""
        if self.route == "collective":
            return None
        client = self.client(officer)
        shown = client.get(reverse("desk:family", args=[self.pk]))
        fields = page(shown).form("version", button=("act", "everyone")).fields
        asked = [(name, *name.rpartition("-")[::2]) for name in fields]
        typed = {name: GUARDIAN[field] for name, _, field in asked if field in GUARDIAN}
        typed |= {
            name: "guardian"
            for name, pk, field in asked
            if field == "signed" and f"{pk}-guardian_name" in fields
        }
        return submit(client, shown, typed, button=("act", "everyone"))

    def press(self, name, officer=None):
        """The button on the case's page, while the dossier can still be changed."""
        client = self.client(officer or self.desk.clerk)
        shown = client.get(reverse("desk:case", args=[self.pk]))
        return submit(client, shown, button=("then", name), has=("version", "place-town"))

    def ask(self, name, typed=None, officer=None):
        """The move's own page, opened by the link on the case's page."""
        client = self.client(officer or self.desk.officer_for(name))
        link = reverse("desk:move", args=[self.pk, name])
        assert link in page(client.get(reverse("desk:case", args=[self.pk]))).links
        return submit(client, client.get(link), typed, has=("version",))

    def admissions(self):
        companions = self.case.members.filter(is_applicant=False)
        typed = {f"admission_{one.pk}": "admitted" for one in companions}
        return typed | {"reason": "符合条件"}

    def registering(self):
        household = ROUTES[self.route].household
        typed = {"on": factories.today().isoformat(), "receipt": "RK2026000001"}
        if household == "origin":
            return typed
        public = factories.public_household(self.desk.station).number
        return typed | {
            "kind": household,
            "number": public if household == "public" else "H9000001",
        }

    def accepted(self):
        self.open()
        self.fill(self.desk.auxiliary)
        self.sign(self.desk.auxiliary)
        self.press("receive", self.desk.auxiliary)
        self.press("accept")
        return self

    def reviewed(self):
        self.accepted()
        self.ask("check", CHECKED)
        self.ask("review")
        return self


@pytest.fixture
def walk(desk):
    return lambda route: Walk(desk, route)


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_from_the_number_to_the_archive(route, walk):
    way = walk(route)
    way.open()
    shown = page(way.fill(way.desk.auxiliary))
    assert "初审意见 符合" in shown.text
    way.sign(way.desk.auxiliary)
    way.press("receive", way.desk.auxiliary)
    told = page(way.press("accept")).text
    assert receipts.check(way.case.receipt_number).text in told
    way.ask("check", CHECKED)
    way.ask("review")
    way.ask("approve", way.admissions())
    come_over(way.client(way.desk.clerk), way.case)
    way.ask("register", way.registering())
    settled(way)
    way.ask("archive")
    assert way.case.state == State.ARCHIVED
    assert list(way.case.history.values_list("move", flat=True)) == PATH


def settled(way):
    case, expected = way.case, ROUTES[way.route].household
    returned = expected == "origin"
    outcomes = set(case.members.values_list("outcome", flat=True))
    assert outcomes == ({"returned" if returned else "registered"} if case.applicant else set())
    assert case.state == State.REGISTERED
    assert (case.household.kind if case.household else "origin") == expected
    assert case.judged["verdict"]["verdict"] == "eligible"
    for member in case.members.select_related("person"):
        assert member.person.memberships.filter(until__isnull=True).exists() is not returned


@pytest.mark.parametrize("route", KINDS)
def test_the_intake_shows_that_the_roster_names_the_person(route, walk):
    entry = factories.applicant_for(route)
    client = walk(route).client(factories.desk("炉山派出所").auxiliary)
    first = client.get(reverse("desk:intake"))
    assert "凯测" in page(submit(client, first, {"number": entry.number})).text


def test_a_refusal_with_its_clauses_and_remedies(walk):
    way = walk("education").reviewed()
    form = page(way.ask("refuse", REFUSED))
    assert "不予批准" in form.text
    paper = way.client(way.desk.clerk).get(reverse("desk:paper", args=[way.pk, "refused"]))
    assert "行政复议" in page(paper).text
    way.ask("archive")
    assert set(way.case.members.values_list("outcome", "is_open")) == {("refused", False)}


def test_a_case_that_is_not_accepted_has_a_number_and_no_people_held(walk):
    way = walk("bravery")
    way.open()
    way.fill(way.desk.auxiliary)
    way.press("receive")
    told = way.ask("not_accept", {"ground": "duplicate", "reason": "同一事项已由别所受理"})
    assert way.case.receipt_number in page(told).text
    assert (way.case.state, way.case.is_open) == (State.NOT_ACCEPTED, False)


def test_missing_papers_are_asked_for_once_and_then_taken(walk):
    way = walk("talent")
    way.open()
    way.fill(way.desk.auxiliary)
    way.press("receive")
    until = (factories.today() + factories.days(10)).isoformat()
    client = way.client(way.desk.clerk)
    asked = client.get(reverse("desk:move", args=[way.pk, "ask_supplement"]))
    submit(client, asked, {"missing": "申请书补签名\n补照片", "supplement_by": until})
    assert way.case.state == State.SUPPLEMENT
    came = way.press("resume", way.desk.auxiliary)
    submit(way.client(way.desk.auxiliary), came, {"came": ["申请书补签名"]}, has=("version",))
    way.press("accept")
    assert way.case.state == State.ACCEPTED
    assert way.case.supplement_by is None


def test_an_applicant_withdraws_after_acceptance(walk):
    way = walk("residence").accepted()
    way.ask("withdraw", {"reason": "本人改变主意"}, way.desk.clerk)
    assert way.case.state == State.WITHDRAWN
    assert not way.case.members.filter(is_open=True).exists()


def test_a_supplement_that_never_came_ends_in_termination(desk):
    case = factories.application(desk=desk, state=State.RECEIVED)
    factories.make(case, "ask_supplement", desk, on=factories.today() - factories.days(9))
    way = Walk(desk, case.route)
    way.pk = case.pk
    way.ask("terminate", {"reason": "期满未补正"})
    assert way.case.state == State.TERMINATED


def test_before_its_last_day_a_supplement_is_waited_for(desk):
    case = factories.application(desk=desk, state=State.SUPPLEMENT)
    way = Walk(desk, case.route)
    way.pk = case.pk
    assert "期限过后才能终止" in page(way.ask("terminate", {"reason": "等不及"})).text
    assert way.case.state == State.SUPPLEMENT
