"""What is stored and typed becomes one case of the contract; where both speak the register wins."""

import datetime

import pytest

from applications.facts import (
    Known,
    Told,
    answers,
    assess_routes,
    case_json,
    decided_case,
    known_of,
    told_by,
    verdict_of,
)
from applications.policy.parameters import SHIPPED
from applications.policy.routes import ROUTES
from applications.workflow import State
from kaili_hukou.dates import add_months
from rosters.kinds import KINDS
from rosters.models import RosterEntry
from tests import factories

TODAY = datetime.date(2026, 5, 20)
TOLD = Told(birth_date=datetime.date(1990, 1, 1), division="430104", hukou_kind="rural")


def facts_of(route, told=TOLD, known=None):
    return case_json(route, told, known or Known(on=TODAY))["facts"]


def known_today(entry):
    return known_of(entry.number, None, factories.today())


class TestRosters:
    """None: no bureau has confirmed a roster, so nobody can say; []: it names somebody else."""

    @pytest.mark.parametrize("route", KINDS)
    def test_without_a_confirmed_roster_nothing_is_known(self, route):
        assert "rosters" not in facts_of(route)
        case = case_json(route, TOLD, Known(on=TODAY))
        assert verdict_of(case, SHIPPED).verdict == "undetermined"

    @pytest.mark.parametrize("route", KINDS)
    def test_a_confirmed_roster_that_names_somebody_else_says_no(self, route):
        known = Known(on=TODAY, confirmed_kinds=frozenset(KINDS))
        assert facts_of(route, known=known)["rosters"] == []

    @pytest.mark.parametrize("route", KINDS)
    def test_a_roster_of_another_kind_says_nothing(self, route):
        known = Known(on=TODAY, confirmed_kinds=frozenset(KINDS) - {route})
        assert "rosters" not in facts_of(route, known=known)

    @pytest.mark.parametrize(("wish", "named"), [(True, ["relocation"]), (False, []), (None, [])])
    def test_a_relocation_row_counts_only_where_it_says_yes(self, wish, named):
        rows = {"relocation": RosterEntry(voluntary=wish)}
        known = Known(on=TODAY, rows=rows, confirmed_kinds=frozenset({"relocation"}))
        facts = facts_of("relocation", known=known)
        assert facts["rosters"] == named
        assert facts.get("voluntary") is wish

    def test_a_wish_told_at_the_counter_does_not_count(self):
        told = Told(answers={"voluntary": True, "told_wish": True})
        assert "voluntary" not in facts_of("relocation", told)

    def test_the_document_on_the_veterans_roster_is_the_placement_document(self):
        rows = {"veteran": RosterEntry(document="安置〔2026〕1号")}
        known = Known(on=TODAY, rows=rows, confirmed_kinds=frozenset({"veteran"}))
        told = Told(answers={"placement_document": False})
        assert facts_of("veteran", told, known)["placement_document"] is True

    def test_routes_without_rosters_are_told_of_none(self):
        known = Known(on=TODAY, confirmed_kinds=frozenset(KINDS))
        for route in set(ROUTES) - set(KINDS):
            assert "rosters" not in facts_of(route, known=known)


@pytest.mark.django_db
class TestKnown:
    def test_a_roster_counts_once_confirmed(self):
        entry = factories.person_entry()
        factories.roster("talent", entry, state="entered")
        assert known_today(entry).confirmed_kinds == frozenset()
        factories.roster("talent", entry, on=factories.today())
        assert known_today(entry).rosters_for("talent") == ["talent"]

    def test_a_roster_confirmed_tomorrow_does_not_count_today(self):
        entry = factories.person_entry()
        factories.roster("talent", entry, on=factories.today() + factories.days(1))
        assert known_today(entry).rosters_for("talent") is None

    @pytest.mark.parametrize("state", ["entered", "withdrawn"])
    def test_what_is_not_confirmed_or_withdrawn_counts_as_no_roster(self, state):
        entry = factories.person_entry()
        factories.roster("talent", entry, state=state)
        assert known_today(entry).rows == {}

    def test_a_row_withdrawn_from_a_roster_names_nobody(self):
        entry = factories.person_entry()
        factories.roster("talent", entry, withdrawn_on=factories.today())
        assert known_today(entry).rosters_for("talent") == []

    def test_of_several_rows_the_latest_confirmed_speaks(self):
        entry = factories.person_entry()
        factories.roster("relocation", entry, on=factories.today(), voluntary=False)
        factories.roster("relocation", entry, on=factories.today() - factories.days(9))
        assert known_today(entry).rows["relocation"].voluntary is False

    def test_everything_is_known_in_few_queries(self, desk, django_assert_max_num_queries):
        case = factories.application(desk=desk)
        factories.permit(case.applicant, issued_on=factories.today() - factories.days(400))
        with django_assert_max_num_queries(8):
            known = known_of("", case.applicant, factories.today())
        assert known.open_case == case
        assert known.permit is not None

    def test_who_once_settled_as_a_pupil_is_known_as_such(self, desk):
        case = factories.application("pupil", state=State.REGISTERED, desk=desk)
        known = known_of("", case.applicant, factories.today())
        assert known.settled_as_pupil
        assert facts_of("pupil_return", Told(), known)["settled_as_pupil"] is True
        assert known.membership.household.kind == "public"

    def test_a_permit_issued_tomorrow_has_no_standing_yet(self):
        someone = factories.person()
        factories.permit(someone, issued_on=factories.today() + factories.days(1))
        assert known_of("", someone, factories.today()).timeline is None


@pytest.mark.django_db
class TestPermit:
    typed = Told(
        answers={
            "permit_issued_on": datetime.date(2020, 1, 1),
            "permit_endorsed_on": ["2021-01-01"],
            "residence_from": datetime.date(2019, 1, 1),
        }
    )

    @pytest.fixture
    def known(self):
        today = factories.today()
        someone = factories.person()
        factories.permit(
            someone,
            issued_on=add_months(today, -13),
            residence_from=add_months(today, -20),
            endorsed_on=[add_months(today, -1)],
        )
        return known_of("", someone, today)

    def test_the_permit_of_the_register_wins_over_what_was_typed(self, known):
        permit = facts_of("schooling", self.typed, known)["permit"]
        assert permit["issued_on"] == add_months(factories.today(), -13).isoformat()
        assert permit["endorsed_on"] == [add_months(factories.today(), -1).isoformat()]

    def test_without_one_the_typed_permit_stands(self):
        assert facts_of("schooling", self.typed)["permit"] == {
            "issued_on": "2020-01-01",
            "endorsed_on": ["2021-01-01"],
        }

    def test_the_residence_is_dated_by_the_permit(self, known):
        found = facts_of("residence", Told(), known)["residence_from"]
        assert found == add_months(factories.today(), -20).isoformat()

    def test_a_day_shown_by_other_papers_stands_beside_the_permit(self, known):
        assert facts_of("residence", self.typed, known)["residence_from"] == "2019-01-01"

    def test_a_cancelled_permit_says_nothing(self, known):
        known.person.permits.update(cancelled_on=factories.today())
        now = known_of("", known.person, factories.today())
        assert "residence_from" not in facts_of("residence", Told(), now)


def test_what_was_not_told_is_left_out():
    case = case_json("education", Told(), Known(on=TODAY))
    assert case == {
        "as_of": "2026-05-20",
        "route": "education",
        "person": {},
        "facts": {},
        "companions": [],
    }


def test_no_is_told_apart_from_not_known():
    told = Told(answers={"owns_home": False, "relative_to_join": None})
    assert facts_of("in_province", told) == {"owns_home": False}


def test_a_change_of_school_is_one_enrolment():
    day = datetime.date.fromisoformat
    told = Told(
        answers={
            "enrolment_from": day("2024-09-03"),
            "enrolment_to": day("2025-06-20"),
            "enrolment_stage": "other",
            "earlier_from": day("2022-09-05"),
            "earlier_to": day("2024-07-05"),
            "school": "凯里一中",
        }
    )
    enrolment = facts_of("schooling", told)["enrolment"]
    assert enrolment == {"from": "2022-09-01", "to": "2025-09-01", "stage": "other"}


@pytest.mark.django_db
def test_all_thirteen_are_judged():
    assert [verdict.route for verdict in assess_routes(TOLD, Known(on=TODAY))] == list(ROUTES)


def test_days_come_back_from_what_was_stored():
    stored = {"graduated_on": "2025-06-30", "permit_endorsed_on": ["2025-01-01"], "school": "x"}
    assert answers(stored) == stored | {"graduated_on": datetime.date(2025, 6, 30)}


@pytest.mark.django_db
def test_only_an_express_no_is_not_living_together(desk):
    relatives = [
        factories.companion(kind, living)
        for kind, living in (("spouse", "now"), ("child", "promised"), ("parent", "apart"))
    ] + [factories.companion("sibling", "")]
    case = factories.application(desk=desk, companions=relatives)
    told = told_by(case, case.members.select_related("person"))
    together = [companion["lives_together"] for companion in told.companions]
    assert together == [True, True, False, None]


@pytest.mark.django_db
class TestDecidedCase:
    """家庭: 118 m² for a couple and whom the approver adds; the area a head follows him."""

    @pytest.fixture
    def bought(self, desk):
        companions = [factories.companion("spouse"), factories.companion("sibling")]
        return factories.application("home_purchase", desk=desk, companions=companions)

    def decided(self, case, *decisions):
        members = list(case.members.select_related("person"))
        for member, decision in zip(members[1:], decisions, strict=True):
            member.admission = decision
        told = case_json(case.route, told_by(case, members), Known(on=factories.today()))
        return decided_case(told, members, verdict_of(told))

    def test_whom_the_list_admits_is_counted_by_the_policy_itself(self, bought):
        assert self.decided(bought, "admitted", "")["facts"]["home"]["registered_already"] == 0

    def test_whom_the_approver_adds_is_a_head_more(self, bought):
        case = self.decided(bought, "admitted", "admitted")
        assert case["facts"]["home"]["registered_already"] == 1
        assert len(case["companions"]) == 2

    def test_whom_the_approver_refuses_is_no_head(self, bought):
        case = self.decided(bought, "refused", "refused")
        assert case["facts"]["home"]["registered_already"] == 0
        assert case["companions"] == []

    @pytest.mark.parametrize(
        ("area", "decision", "opinion"),
        [
            (39, "refused", "eligible"),
            (39, "admitted", "ineligible"),
            (40, "admitted", "eligible"),
        ],
    )
    def test_a_head_more_may_make_the_home_too_small(self, area, decision, opinion, desk):
        facts = factories.facts_of("home_purchase", factories.today()) | {"home_area_m2": area}
        sibling = factories.companion("sibling")
        case = factories.application("home_purchase", desk=desk, facts=facts, companions=[sibling])
        assert verdict_of(self.decided(case, decision)).verdict == opinion
