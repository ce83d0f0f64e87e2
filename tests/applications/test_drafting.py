"""Opening a case and keeping what is typed: nobody in two, nobody twice, nothing lost."""

from dataclasses import replace

import pytest
from django.urls import reverse

from applications.actions.changing import Overtaken
from applications.actions.drafting import change_route
from applications.drafts import CompanionEntry
from applications.models import Application, Enterprise
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Person, StationPerson
from tests import factories
from tests.pages import page, with_rows

pytestmark = pytest.mark.django_db


class TestOneOpenCase:
    def test_an_applicant_in_an_open_case_opens_no_second(self, desk, other_desk):
        entry = factories.applicant_for("education")
        first = factories.application(state=State.ACCEPTED, desk=desk, applicant=entry)
        with pytest.raises(Refused) as refused:
            factories.application(desk=other_desk, applicant=entry)
        told = str(refused.value)
        assert first.receipt_number in told
        assert "大十字派出所" in told
        assert "已受理" in told
        assert entry.number not in told
        assert Application.objects.count() == 1

    def test_a_companion_in_an_open_case_comes_along_in_no_other(self, desk, other_desk):
        spouse = factories.companion()
        factories.application(desk=desk, companions=[spouse])
        with pytest.raises(Refused, match="草稿"):
            factories.application(desk=other_desk, companions=[spouse])
        with pytest.raises(Refused, match="大十字派出所"):
            factories.application(desk=other_desk, applicant=spouse.person)
        assert Application.objects.count() == 1

    def test_a_companion_added_later_is_held_too(self, desk, other_desk):
        entry = factories.applicant_for("education")
        mine = factories.application(desk=desk)
        factories.application(desk=other_desk, applicant=entry)
        draft = factories.draft(applicant=factories.person_entry(number=mine.applicant.number))
        with pytest.raises(Refused, match="炉山派出所"):
            factories.saved(mine, with_companion(draft, entry))
        assert mine.members.count() == 1

    def test_an_enterprise_in_an_open_case_opens_no_second(self, desk):
        company = factories.enterprise_entry()
        factories.application("collective", desk=desk, enterprise=company)
        with pytest.raises(Refused, match="已有一件在办的申请"):
            factories.application("collective", desk=desk, enterprise=company)
        assert (Enterprise.objects.count(), Application.objects.count()) == (1, 1)

    def test_an_enterprise_whose_case_has_ended_may_ask_again(self, desk):
        company = factories.enterprise_entry()
        factories.application("collective", state=State.WITHDRAWN, desk=desk, enterprise=company)
        assert factories.application("collective", desk=desk, enterprise=company).is_open


def with_companion(draft, entry, relationship="spouse"):
    companion = CompanionEntry(entry, relationship, "now")
    return replace(draft, companions=(*draft.companions, companion))


class TestKeeping:
    def test_who_is_taken_out_may_be_in_another_case(self, desk, other_desk):
        spouse = factories.companion()
        applicant = factories.applicant_for("education")
        case = factories.application(desk=desk, applicant=applicant, companions=[spouse])
        factories.saved(case, factories.draft(applicant=applicant))
        assert case.members.count() == 1
        assert AuditEntry.objects.filter(action="移出随迁人员").count() == 1
        assert factories.application(desk=other_desk, applicant=spouse.person).pk

    def test_saving_the_same_twice_adds_nobody(self, desk):
        applicant, child = factories.applicant_for("education"), factories.companion("child")
        case = factories.application(desk=desk, applicant=applicant, companions=[child])
        for _ in range(2):
            factories.saved(case, factories.draft(applicant=applicant, companions=[child]))
        assert case.members.count() == 2
        assert Person.objects.count() == 2

    def test_a_changed_relation_changes_the_papers_asked_for(self, desk):
        applicant, child = factories.applicant_for("education"), factories.companion("child")
        case = factories.application(desk=desk, applicant=applicant, companions=[child])
        assert case.evidence.filter(code="birth_certificate").exists()
        case.evidence.update(state="missing")
        other = CompanionEntry(child.person, "other", "now")
        factories.saved(case, factories.draft(applicant=applicant, companions=[other]))
        codes = set(case.evidence.filter(member__isnull=False).values_list("code", flat=True))
        assert codes == {"kinship_proof"}

    def test_a_stale_version_keeps_nothing(self, case):
        before = case.version
        factories.saved(case, factories.draft(applicant=entry_of(case), address="甲路"))
        stale = factories.fresh(case)
        with pytest.raises(Overtaken):
            factories.saved(
                stale, factories.draft(applicant=entry_of(case), address="乙路"), version=before
            )
        assert factories.fresh(case).address == "甲路"

    def test_an_accepted_case_is_not_edited(self, desk):
        case = factories.application(state=State.ACCEPTED, desk=desk)
        with pytest.raises(Overtaken):
            factories.saved(case, factories.draft(applicant=entry_of(case)))

    def test_the_roster_answers_for_the_paper_that_it_proves(self, desk):
        case = factories.application("talent", desk=desk)
        assert case.roster_entry.roster.kind == "talent"
        states = dict(case.evidence.values_list("code", "state"))
        assert states["talent_certificate"] == "roster"

    def test_the_station_that_opens_a_case_sees_its_people(self, case, desk):
        assert StationPerson.objects.filter(station=desk.station, person=case.applicant).exists()


def entry_of(case):
    return factories.person_entry(number=case.applicant.number)


class TestNames:
    def test_a_name_is_mended_while_only_papers_in_hand_stand_on_it(self, case):
        entry = factories.person_entry(number=case.applicant.number, name="杨晓满")
        factories.saved(case, factories.draft(applicant=entry))
        assert Person.objects.get(pk=case.applicant_id).name == "杨晓满"

    def test_a_settled_person_is_not_renamed_by_a_form(self, desk):
        case = factories.application(state=State.REGISTERED, desk=desk)
        entry = factories.person_entry(number=case.applicant.number, name="王五")
        with pytest.raises(Refused, match="更正程序"):
            factories.application(desk=desk, applicant=entry)


def dossier(client, case):
    shown = page(client.get(reverse("desk:case", args=[case.pk])))
    return shown.form("version", "place-town"), shown.added


def typed_person(place, entry, relationship, **told):
    return {
        f"companions-{place}-{name}": value
        for name, value in (
            {
                "number": entry.number,
                "name": entry.name,
                "relationship": relationship,
                "living": "now",
            }
            | told
        ).items()
    }


class TestThePage:
    @pytest.fixture
    def client(self, desk):
        return factories.client_of(desk.clerk)

    def save(self, client, case, rows=0, **typed):
        form, added = dossier(client, case)
        filled = with_rows(form, rows, added).filled(typed)
        return client.post(reverse("desk:case", args=[case.pk]), filled)

    def test_somebody_typed_twice_is_told_so(self, client, case):
        entry = factories.person_entry(30)
        answer = self.save(
            client,
            case,
            2,
            **typed_person(0, entry, "spouse"),
            **typed_person(1, entry, "other"),
        )
        assert "与第 1 位随迁人员相同" in answer.content.decode()
        assert case.members.count() == 1

    def test_the_applicant_is_not_his_own_companion(self, client, case):
        answer = self.save(client, case, 1, **typed_person(0, entry_of(case), "spouse"))
        assert "与申请人相同" in answer.content.decode()

    @pytest.mark.parametrize(
        ("age", "relationship", "told"),
        [
            (50, "child", "不晚于申请人"),
            (50, "grandchild", "不晚于申请人"),
            (10, "parent", "不早于申请人"),
            (10, "grandparent", "不早于申请人"),
        ],
    )
    def test_ages_must_fit_the_relation(self, age, relationship, told, client, case):
        typed = typed_person(0, factories.person_entry(age), relationship)
        assert told in self.save(client, case, 1, **typed).content.decode()
        assert case.members.count() == 1

    def test_no_fact_lies_before_birth_or_ahead(self, client, desk):
        case = factories.application("home_purchase", desk=desk)
        for day in ("1901-01-01", (factories.today() + factories.days(1)).isoformat()):
            answer = self.save(client, case, **{"facts-home_bought_on": day})
            assert "请核对" in answer.content.decode()
            assert page(answer).form("version").fields["facts-home_bought_on"] == day

    def test_a_row_left_empty_is_nobody(self, client, case):
        assert self.save(client, case, 2).status_code == 302
        assert case.members.count() == 1

    def test_a_newborn_has_no_number_but_a_reason(self, client, case):
        typed = {
            "companions-0-name": "杨新",
            "companions-0-relationship": "child",
            "companions-0-without_number": "新生儿,尚未申报",
            "companions-0-birth_date": factories.today().isoformat(),
            "companions-0-sex": "2",
        }
        assert self.save(client, case, 1, **typed).status_code == 302
        newborn = case.members.get(relationship="child").person
        assert (newborn.number, newborn.without_number) == ("", "新生儿,尚未申报")
        assert self.save(client, case).status_code == 302
        assert case.members.count() == 2

    def test_who_is_marked_is_taken_out(self, client, desk):
        case = factories.application(desk=desk, companions=[factories.companion()])
        assert self.save(client, case, **{"companions-0-remove": "on"}).status_code == 302
        assert case.members.count() == 1

    def test_what_was_typed_is_still_there_beside_the_error(self, client, case):
        typed = {
            "place-address": "甲路 9 号",
            "facts-degree_level": "doctor",
            "applicant-phone": "12",
            "companions-0-number": "430104199001011234",
            "companions-0-name": "李没号",
            "companions-0-relationship": "spouse",
        }
        answer = self.save(client, case, 1, **typed)
        again = page(answer).form("version", "place-town")
        assert {name: again.fields[name] for name in typed} == typed
        assert factories.fresh(case).version == case.version

    def test_a_stale_page_is_told_and_keeps_what_was_typed(self, client, case):
        form, _ = dossier(client, case)
        factories.saved(case, factories.draft(applicant=entry_of(case), address="甲路"))
        filled = form.filled({"place-address": "乙路"})
        answer = client.post(reverse("desk:case", args=[case.pk]), filled)
        assert answer.status_code == 409
        assert page(answer).form("version", "place-town").fields["place-address"] == "乙路"
        assert factories.fresh(case).address == "甲路"

    def test_a_person_held_elsewhere_is_told_and_keeps_what_was_typed(
        self, client, case, other_desk
    ):
        held = factories.applicant_for("education")
        factories.application(desk=other_desk, applicant=held)
        answer = self.save(
            client, case, 1, **typed_person(0, held, "spouse"), **{"place-address": "丙路"}
        )
        assert "炉山派出所" in answer.content.decode()
        again = page(answer).form("version", "place-town")
        assert again.fields["companions-0-number"] == held.number
        assert again.fields["place-address"] == "丙路"
        assert factories.fresh(case).address == case.address


def test_another_route_keeps_what_was_typed(desk):
    case = factories.application("in_province", desk=desk)
    typed = case.facts
    change_route(case, "home_purchase", version=case.version, on=factories.today())
    now = factories.fresh(case)
    assert (now.route, now.green_lane, now.facts) == ("home_purchase", True, typed)
    assert now.evidence.filter(code="home_proof").exists()


@pytest.mark.parametrize(("state", "code"), [("accepted", "education"), ("draft", "collective")])
def test_a_route_is_not_changed_after_acceptance_nor_into_an_enterprise(desk, state, code):
    case = factories.application("in_province", state=State(state), desk=desk)
    with pytest.raises(Refused):
        change_route(case, code, version=case.version, on=factories.today())
    assert factories.fresh(case).route == "in_province"
