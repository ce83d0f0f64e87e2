"""On which roster a case stands: the latest that names him; what fell is looked at again."""

import pytest
from django.urls import reverse

from applications.actions.prospecting import look_at_all
from applications.actions.roster_basis import look_again
from applications.facts import known_of
from applications.roster_basis import basis_of
from applications.workflow import State
from kaili_hukou.actions import Refused
from rosters.kinds import KINDS
from rosters.models import RosterEntry
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page

pytestmark = pytest.mark.django_db


def cited(entry, kind="relocation"):
    return known_of(entry.number, None, today()).cited.get(kind)


def talent_case(desk, state=State.REVIEWED):
    case = factories.application("talent", state=state, desk=desk)
    return case, case.roster_entry.roster


class TestTheCitation:
    def test_the_latest_confirmed_roster_that_repeats_the_row_is_cited(self):
        entry = factories.person_entry()
        made = factories.roster("relocation", entry)
        later = factories.repeated(made)
        told = cited(entry)
        assert (told.roster, told.row, told.entry) == (later, 7, made.entries.get())

    def test_a_repeat_that_nobody_confirmed_is_not_cited(self):
        entry = factories.person_entry()
        made = factories.roster("relocation", entry)
        factories.repeated(made, state="entered")
        assert cited(entry).roster == made
        later = factories.repeated(made, on=today() + days(1))
        assert cited(entry).roster == made != later

    def test_a_repeat_holds_what_the_first_roster_no_longer_does(self):
        entry = factories.person_entry()
        made = factories.roster("relocation", entry)
        later = factories.repeated(made)
        factories.withdrawn(made)
        assert cited(entry).roster == later
        factories.withdrawn(later)
        assert cited(entry) is None

    def test_a_row_repeated_later_outweighs_one_changed_in_between(self):
        """By the day of the roster that tells it, not of the one that told it first."""
        entry = factories.person_entry()
        first = factories.roster("relocation", entry, on=today() - days(60))
        factories.roster("relocation", entry, on=today() - days(50), voluntary=False)
        factories.repeated(first, on=today() - days(40))
        assert cited(entry).entry.voluntary is True

    def test_a_withdrawn_row_counts_for_nothing(self):
        entry = factories.person_entry()
        made = factories.roster("relocation", entry)
        made.entries.update(withdrawn_on=today())
        assert cited(entry) is None

    @pytest.mark.parametrize("wish", [False, None])
    def test_a_relocation_row_without_yes_supports_nothing(self, desk, wish):
        entry = factories.person_entry(division="522622")
        factories.roster("relocation", entry, voluntary=wish)
        draft = factories.draft("relocation", applicant=entry)
        assert factories.opened(draft, desk=desk, route="relocation").opinion != "eligible"

    def test_a_holder_whose_row_is_only_repeated_is_led_to_its_route(self, desk):
        entry = factories.person_entry(division="522622")
        person = factories.know_person(entry, station=desk.station)
        permit = factories.permit(person, issued_on=today() - days(40), station=desk.station)
        made = factories.roster("relocation", entry)
        factories.repeated(made)
        factories.withdrawn(made)
        look_at_all(today())
        assert permit.prospects.get().route == "relocation"


class TestAnOpenCase:
    def test_row_and_document_stand_on_the_case_and_on_its_papers(self, desk):
        case = factories.application("veteran", state=State.ACCEPTED, desk=desk)
        later = factories.repeated(case.roster_entry.roster)
        client = client_of(desk.clerk)
        shown = page(client.get(reverse("desk:case", args=[case.pk]))).text
        item = case.evidence.get(code="placement_document")
        evidence = page(client.get(reverse("desk:evidence", args=[item.pk]))).text
        paper = page(client.get(reverse("desk:paper", args=[case.pk, "evidence-list"]))).text
        for text in (shown, evidence, paper):
            assert later.reference in text
            assert "第 7 行" in text
            assert "安置〔2026〕1号" in text

    def test_the_evidence_holds_while_a_repeating_roster_stands(self, desk):
        case, made = talent_case(desk)
        factories.repeated(made)
        factories.withdrawn(made)
        factories.make(case, "approve", desk)
        assert basis_of(case, today()).row == 7

    def test_once_nothing_stands_the_case_says_so_and_the_approval_stops(self, desk):
        case, made = talent_case(desk)
        factories.withdrawn(made)
        shown = page(client_of(desk.approver).get(reverse("desk:case", args=[case.pk])))
        assert "名册已撤回,依据不成立,请重新核实" in shown.text
        with pytest.raises(Refused, match="名册已撤回"):
            factories.make(case, "approve", desk)
        assert factories.fresh(case).state == State.REVIEWED

    def test_saving_the_papers_does_not_hide_that_the_roster_fell(self, desk):
        case, made = talent_case(desk, State.RECEIVED)
        factories.withdrawn(made)
        person = case.applicant
        entry = factories.person_entry(number=person.number, name=person.name)
        factories.saved(case, factories.draft("talent", applicant=entry))
        assert not basis_of(factories.fresh(case), today()).stands

    def test_looked_at_again_its_document_is_asked_for_and_the_case_goes_on(self, desk):
        case, made = talent_case(desk)
        assert case.evidence.get(code="talent_certificate").state == "roster"
        factories.withdrawn(made)
        client = client_of(desk.clerk)
        there = client.get(reverse("desk:case", args=[case.pk]))
        form = [one for one in page(there).forms if one.action.endswith("/roster/")]
        done = client.post(form[0].action, form[0].fields, follow=True)
        assert "已撤回" not in page(done).text.partition("办理记录")[0]
        case = factories.fresh(case)
        assert case.roster_entry is None
        assert case.evidence.get(code="talent_certificate").state == "missing"
        with pytest.raises(Refused, match="没有交齐"):
            factories.make(case, "approve", desk)
        case.evidence.filter(code="talent_certificate").update(state="original")
        factories.make(case, "approve", desk)
        with pytest.raises(Refused, match="已有决定"):
            look_again(case, desk.clerk, today())

    def test_what_stands_is_not_looked_at_again(self, desk):
        case, _ = talent_case(desk)
        with pytest.raises(Refused, match="没有撤回"):
            look_again(case, desk.clerk, today())

    def test_the_letter_says_that_the_roster_was_withdrawn(self, desk):
        case, made = talent_case(desk, State.RECEIVED)
        factories.withdrawn(made)
        client = client_of(desk.clerk)
        there = client.get(reverse("desk:case", args=[case.pk]))
        assert "函请市人力资源社会保障局核实名册" in page(there).text
        client.post(reverse("desk:ask", args=[case.pk, "roster"]))
        assert f"({made.reference}" in case.inquiries.get().question
        assert "已撤回" in case.inquiries.get().question


@pytest.mark.parametrize("kind", KINDS)
def test_a_decided_case_keeps_the_roster_by_which_it_was_decided(desk, kind):
    case = factories.application(kind, state=State.APPROVED, desk=desk)
    made = case.roster_entry.roster
    before = basis_of(factories.fresh(case), today())
    assert (before.reference, before.row, before.stands) == (made.reference, 2, True)
    factories.withdrawn(made)
    RosterEntry.objects.filter(roster=made).update(withdrawn_on=today())
    kept = factories.fresh(case)
    assert basis_of(kept, today()) == before
    assert kept.judged["verdict"]["verdict"] == "eligible"
    assert (
        "已撤回" not in page(client_of(desk.clerk).get(reverse("desk:case", args=[case.pk]))).text
    )
