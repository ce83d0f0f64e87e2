"""A number corrected, two rows made one: by two officers, the old number still finds the person."""

import pytest
from django.db.models import ProtectedError
from django.urls import reverse

from applications.actions.changing import why_not
from applications.facts import known_of
from applications.models import FoundHome
from applications.workflow import MOVES, State
from kaili_hukou import identity_acts
from kaili_hukou.actions import PersonEntry, Refused, know_person, person_with
from kaili_hukou.identity_acts import (
    CONFIRMERS,
    PROPOSERS,
    STAYING,
    Proposal,
    confirm,
    drop,
    label_of,
    propose_merge,
    propose_number,
    relations,
    why_not_confirmed,
)
from kaili_hukou.models import (
    AuditEntry,
    FormerNumber,
    Membership,
    Person,
    PersonAct,
    StationPerson,
)
from kaili_hukou.models.people import number_digest
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import days, today
from tests.pages import page

pytestmark = pytest.mark.django_db

# Every column that names a person. One that is new stands here, with what a merge does to it,
# before this test lets it in.
MOVED = {
    "kaili_hukou.Person.merged_into",
    "kaili_hukou.StationPerson.person",
    "kaili_hukou.Household.head",
    "kaili_hukou.Membership.person",
    "kaili_hukou.FormerNumber.person",
    "residence_permits.Permit.person",
    "residence_permits.PermitRequest.person",
    "residence_permits.Residence.person",
    "rosters.RosterEntry.person",
    "applications.Application.applicant",
    "applications.Member.person",
    "applications.FoundHome.person",
}


def test_every_column_that_names_a_person_is_known_to_a_merge():
    found = {
        label_of(relation.field)
        for relation in Person._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
    }
    assert found == MOVED | STAYING
    assert {label_of(column) for column in relations()} == MOVED


def told(officer, **more):
    return Proposal(**{"officer": officer, "reason": "录入有误", "proof": "身份证原件"} | more)


@pytest.fixture
def second(desk):
    return factories.officer(Role.APPROVER)


@pytest.fixture
def person(desk):
    return factories.person(desk.station)


def renumbered(person, number, desk):
    act = propose_number(person, number, told(desk.clerk))
    confirm(act, desk.head, on=today())
    return Person.objects.get(pk=person.pk)


def merged(person, other, desk):
    act = propose_merge(person, other, told(desk.clerk))
    confirm(act, desk.head, on=today())
    return Person.objects.get(pk=person.pk), Person.objects.get(pk=other.pk)


# 更正号码


def test_a_corrected_number_is_the_persons_and_the_old_one_still_finds_him(person, desk):
    old, new = person.number, factories.identity_number(41, female=True)
    now = renumbered(person, new, desk)
    assert now.number == new
    assert (now.sex, now.birth_date.year) == ("2", int(new[6:10]))
    former = FormerNumber.objects.get()
    assert (former.person, former.number, former.until) == (person, old, today())
    assert person_with(old) == person_with(new) == person
    assert now.is_formerly(old)
    assert not now.is_formerly(new)


def test_whoever_comes_with_the_old_number_is_the_same_person_and_nothing_turns_back(person, desk):
    old, new = person.number, factories.identity_number(41)
    now = renumbered(person, new, desk)
    entry = factories.person_entry(number=old, name=now.name, phone="13911112222")
    again = know_person(entry, station=None, may_rename=False)
    assert again.pk == person.pk
    assert (again.number, again.birth_date, again.phone) == (new, now.birth_date, "13911112222")
    assert Person.objects.count() == 1


def test_a_number_is_corrected_back(person, desk):
    old, new = person.number, factories.identity_number(41)
    now = renumbered(renumbered(person, new, desk), old, desk)
    assert now.number == old
    assert [row.number for row in FormerNumber.objects.all()] == [new]


def test_the_number_of_another_is_refused_now_or_formerly(person, desk):
    other = factories.person(desk.station)
    was = other.number
    with pytest.raises(Refused, match="已登记为.*合并人员"):
        propose_number(person, was, told(desk.clerk))
    renumbered(other, factories.identity_number(50), desk)
    with pytest.raises(Refused, match="已登记为"):
        propose_number(person, was, told(desk.clerk))


def test_the_same_number_is_no_correction(person, desk):
    with pytest.raises(Refused, match="相同"):
        propose_number(person, person.number, told(desk.clerk))


def test_a_number_taken_by_another_since_the_proposal_is_refused_at_confirming(person, desk):
    number = factories.identity_number(41)
    act = propose_number(person, number, told(desk.clerk))
    know_person(factories.person_entry(number=number), station=None)
    with pytest.raises(Refused, match="已登记为"):
        confirm(act, desk.head, on=today())
    assert PersonAct.objects.get().state == "proposed"
    assert Person.objects.get(pk=person.pk).number == person.number


def test_who_has_no_number_gets_one(desk):
    entry = PersonEntry(
        without_number="新生儿", name="杨小", birth_date=today() - days(90), sex="1"
    )
    baby = know_person(entry, station=desk.station)
    now = renumbered(baby, factories.identity_number(born_on=today() - days(90)), desk)
    assert now.number
    assert now.without_number == ""
    assert not FormerNumber.objects.exists()


def test_rosters_find_a_person_by_every_number_of_his(person, desk):
    old, new = person.number, factories.identity_number(41)
    by_old, by_new = factories.person_entry(number=old), factories.person_entry(number=new)
    factories.roster("talent", by_old)
    factories.roster("relocation", by_new)
    now = renumbered(person, new, desk)
    for number in ("", old, new):
        assert set(known_of(number, now, today()).rows) == {"talent", "relocation"}
    assert known_of(old, now, today()).by_former_number
    assert not known_of(new, now, today()).by_former_number


def test_an_officers_own_case_is_his_by_a_former_number_too(desk):
    case = factories.application(desk=desk)
    desk.second.own_number_digest = case.applicant.number_digest
    renumbered(case.applicant, factories.identity_number(41), desk)
    assert "涉及您本人" in why_not(case, MOVES["receive"], desk.second)


# Two officers


def test_each_role_does_what_is_its_own(person, desk):
    cast = {role: factories.officer(role, desk.station) for role in Role}
    for role, officer in cast.items():
        if role in PROPOSERS:
            continue
        with pytest.raises(Refused, match="不能提请"):
            propose_number(person, factories.identity_number(), told(officer))
    act = propose_number(person, factories.identity_number(), told(desk.clerk))
    able = {role for role, officer in cast.items() if not why_not_confirmed(act, officer)}
    assert able == CONFIRMERS
    assert CONFIRMERS < PROPOSERS


@pytest.mark.parametrize("role", sorted(CONFIRMERS))
def test_nobody_confirms_what_he_proposed(role, person, desk):
    officer = factories.officer(role, desk.station)
    act = propose_number(person, factories.identity_number(), told(officer))
    with pytest.raises(Refused, match="不能确认自己的提请"):
        confirm(act, officer, on=today())
    assert Person.objects.get(pk=person.pk).number == person.number


def test_an_act_of_another_station_is_not_confirmed(person, desk, other_desk):
    act = propose_number(person, factories.identity_number(), told(desk.clerk))
    with pytest.raises(Refused, match="不在您的辖区"):
        confirm(act, other_desk.head, on=today())


def test_nobody_mends_his_own_row(person, desk, second):
    act = propose_number(person, factories.identity_number(), told(desk.clerk))
    for officer in (desk.second, second):
        officer.own_number_digest = person.number_digest
    with pytest.raises(Refused, match="您本人"):
        propose_number(person, factories.identity_number(), told(desk.second))
    with pytest.raises(Refused, match="您本人"):
        confirm(act, second, on=today())


@pytest.mark.parametrize("lacking", ["reason", "proof"])
def test_reason_and_proof_are_wanted(lacking, person, desk):
    with pytest.raises(Refused, match="理由和证明材料"):
        propose_number(person, factories.identity_number(), told(desk.clerk, **{lacking: " "}))


def test_one_act_on_a_person_at_a_time(person, desk, second):
    act = propose_number(person, factories.identity_number(), told(desk.clerk))
    with pytest.raises(Refused, match="等待确认"):
        propose_number(person, factories.identity_number(), told(desk.second))
    with pytest.raises(Refused, match="须写明理由"):
        drop(act, second, on=today(), reason="")
    drop(act, second, on=today(), reason="证明不足")
    kept = PersonAct.objects.get()
    assert (kept.state, kept.settled_by, kept.settled_reason) == ("dropped", second, "证明不足")
    with pytest.raises(Refused, match=f"已由{second.name}"):
        confirm(act, desk.head, on=today())


# 合并人员


def test_two_rows_become_one_with_all_that_hung_on_them(desk, other_desk):
    person = factories.person(desk.station, phone="")
    other = factories.person(other_desk.station, phone="13911112222")
    StationPerson.objects.create(station=desk.station, person=other)
    permit = factories.permit(other, issued_on=today() - days(100))
    home = factories.household("family", desk.station, head=other)
    lived = Membership.objects.create(person=other, household=home, since=today() - days(9))
    factories.roster("talent", factories.person_entry(number=other.number))
    found = FoundHome.objects.create(
        person=other, ground="bought", found_on=today(), source="本人", officer=desk.clerk
    )
    number = other.number
    now, gone = merged(person, other, desk)
    for row in (permit, lived, found):
        row.refresh_from_db()
        assert row.person == now
    home.refresh_from_db()
    assert home.head == now
    assert now.phone == "13911112222"
    assert set(known_of("", now, today()).rows) == {"talent"}
    assert (gone.merged_into, gone.number, gone.number_digest) == (now, "", None)
    assert person_with(number) == now
    assert {row.station for row in now.at_stations.all()} == {desk.station, other_desk.station}
    assert not StationPerson.objects.filter(person=gone).exists()


@pytest.mark.parametrize("column", sorted(MOVED))
def test_no_row_names_the_merged_person_afterwards(column, desk):
    person, other = factories.person(desk.station), factories.person(desk.station)
    entry = PersonEntry(
        number=other.number, name=other.name, division=factories.CHANGSHA, hukou_kind="rural"
    )
    case = factories.application("bravery", desk=desk, applicant=entry, state=State.WITHDRAWN)
    assert case.applicant == other
    merged(person, other, desk)
    found = next(one for one in relations() if label_of(one) == column)
    assert not found.model._base_manager.filter(**{found.name: other}).exists()


def test_a_case_goes_over_with_its_applicant_and_member(desk):
    case = factories.application("education", desk=desk)
    person = factories.person(desk.station)
    now, _ = merged(person, case.applicant, desk)
    case = factories.fresh(case)
    assert case.applicant == now
    assert case.members.get().person == now


def test_a_third_row_leads_on_to_the_last(desk):
    one, two, three = (factories.person(desk.station) for _ in range(3))
    numbers = [one.number, two.number, three.number]
    merged(two, three, desk)
    merged(one, Person.objects.get(pk=two.pk), desk)
    assert Person.objects.get(pk=three.pk).merged_into == one
    assert {person_with(number) for number in numbers} == {one}


def test_who_has_no_number_takes_that_of_the_other(desk):
    entry = PersonEntry(without_number="未带证", name="杨小满", birth_date=today(), sex="1")
    person, other = know_person(entry, station=desk.station), factories.person(desk.station)
    number = other.number
    now, _ = merged(person, other, desk)
    assert (now.number, now.without_number) == (number, "")
    assert not FormerNumber.objects.exists()


def both_in_one_case(desk, person, other):
    wife = factories.CompanionEntry(factories.person_entry(number=other.number), "spouse", "now")
    entry = factories.person_entry(number=person.number)
    factories.application(
        "education", state=State.WITHDRAWN, desk=desk, applicant=entry, companions=[wife]
    )


def both_in_open_cases(desk, person, other):
    for one in (person, other):
        factories.application(desk=desk, applicant=factories.person_entry(number=one.number))


def both_registered(desk, person, other):
    home = factories.public_household(desk.station)
    for one in (person, other):
        Membership.objects.create(person=one, household=home, since=today())


def both_with_permits(desk, person, other):
    for one in (person, other):
        factories.permit(one, issued_on=today() - days(100))


def both_with_homes(desk, person, other):
    for one in (person, other):
        FoundHome.objects.create(
            person=one, ground="join", found_on=today(), source="本人", officer=desk.clerk
        )


@pytest.mark.parametrize(
    ("meet", "says"),
    [
        (both_in_one_case, "同一件申请"),
        (both_in_open_cases, "在办的申请"),
        (both_registered, "登记中的户口"),
        (both_with_permits, "未注销的居住证"),
        (both_with_homes, "公共户住房情况"),
    ],
)
def test_where_two_rows_contradict_each_other_nothing_is_done(meet, says, desk):
    person, other = factories.person(desk.station), factories.person(desk.station)
    meet(desk, person, other)
    act = propose_merge(person, other, told(desk.clerk))
    entries = AuditEntry.objects.count()
    with pytest.raises(Refused, match=says):
        confirm(act, desk.head, on=today())
    assert PersonAct.objects.get().state == "proposed"
    assert AuditEntry.objects.count() == entries
    kept = Person.objects.get(pk=other.pk)
    assert (kept.merged_into, kept.number) == (None, other.number)
    assert StationPerson.objects.filter(person=other).exists()


def test_a_row_is_not_merged_with_itself_nor_twice(desk):
    person, other, third = (factories.person(desk.station) for _ in range(3))
    with pytest.raises(Refused, match="同一份"):
        propose_merge(person, person, told(desk.clerk))
    _, gone = merged(person, other, desk)
    for one, two in ((third, gone), (gone, third)):
        with pytest.raises(Refused, match="已经合并过"):
            propose_merge(one, two, told(desk.clerk))
    with pytest.raises(Refused, match="已合并"):
        propose_number(gone, factories.identity_number(), told(desk.clerk))


def test_a_row_with_an_act_of_its_own_waits(desk):
    person, other = factories.person(desk.station), factories.person(desk.station)
    propose_number(other, factories.identity_number(), told(desk.clerk))
    with pytest.raises(Refused, match="等待确认"):
        propose_merge(person, other, told(desk.clerk))


def test_a_merged_row_is_never_deleted(desk):
    person, other = factories.person(desk.station), factories.person(desk.station)
    merged(person, other, desk)
    with pytest.raises(ProtectedError):
        person.delete()


def test_every_conflict_that_is_named_is_one_that_moves():
    assert set(identity_acts.CONFLICTS) <= MOVED


# The pages


def test_a_merged_row_stands_on_no_list_and_its_page_leads_to_the_one_that_stands(desk):
    person, other = factories.person(desk.station), factories.person(desk.station)
    merged(person, other, desk)
    client = factories.client_of(desk.clerk)
    answer = client.get(reverse("desk:person", args=[other.pk]))
    assert answer.url == reverse("desk:person", args=[person.pk])
    found = client.post(reverse("desk:search"), {"q": person.name})
    assert [one.pk for one in found.context["people"]] == [person.pk]


def test_a_merged_row_leads_nowhere_for_another_station(desk, other_desk):
    person, other = factories.person(desk.station), factories.person(desk.station)
    merged(person, other, desk)
    client = factories.client_of(other_desk.clerk)
    assert client.get(reverse("desk:person", args=[other.pk])).status_code == 404


def test_search_and_intake_find_by_a_former_number_and_say_so(person, desk):
    old, new = person.number, factories.identity_number(41)
    renumbered(person, new, desk)
    client = factories.client_of(desk.clerk)
    for number, says in ((old, True), (new, False)):
        found = client.post(reverse("desk:search"), {"q": number})
        assert [one.pk for one in found.context["people"]] == [person.pk]
        assert ("曾用号码" in page(found).text) is says
        answer = client.post(reverse("desk:intake"), {"number": number, "name": person.name})
        assert ("按曾用号码找到" in page(answer).text) is says


def test_no_page_of_an_act_shows_a_whole_number(person, desk):
    old, new = person.number, factories.identity_number(41)
    act = propose_number(person, new, told(desk.clerk))
    client = factories.client_of(desk.head)
    addresses = [
        reverse("desk:person-act", args=[act.pk]),
        reverse("desk:person", args=[person.pk]),
        reverse("desk:amendments"),
    ]
    for settled in (False, True):
        if settled:
            confirm(act, desk.head, on=today())
        for address in addresses:
            html = client.get(address).content.decode()
            assert old not in html
            assert new not in html
    assert number_digest(old) == FormerNumber.objects.get().number_digest
