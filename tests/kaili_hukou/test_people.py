"""Persons and households: what the database itself holds to, whoever writes."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from kaili_hukou.actions import MoveIn, PersonEntry, Refused, know_person, move_in, move_out
from kaili_hukou.dates import add_months
from kaili_hukou.models import Household, Membership, Officer, Person, StationPerson
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of, days, today

SINCE = datetime.date(2020, 3, 1)


@pytest.fixture
def here(db):
    return factories.station()


@pytest.fixture
def resident(here):
    """A person registered in the public household of the station."""
    person = factories.person()
    move_in([MoveIn(person, factories.public_household(here), SINCE)])
    return person


def refused_by_the_database(write) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def raw(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def stored_id(identifier: uuid.UUID) -> str:
    """As the engine stores a UUID: SQLite as 32 digits of text."""
    return identifier.hex if connection.vendor == "sqlite" else str(identifier)


# ------------------------------------------------------------- one registration


def test_a_second_registration_is_refused_by_the_database(resident, here):
    other = factories.household("public", here)
    assert refused_by_the_database(
        lambda: Membership.objects.create(person=resident, household=other, since=today())
    )


def test_a_second_registration_is_refused_to_bulk_writers(resident, here):
    other = factories.household("public", here)
    rows = [Membership(person=resident, household=other, since=today())]
    assert refused_by_the_database(lambda: Membership.objects.bulk_create(rows))


def test_a_second_registration_is_refused_to_plain_sql(resident, here):
    other = factories.household("public", here)
    statement = (
        "INSERT INTO kaili_hukou_membership (id, person_id, household_id, since, relation, basis)"
        " VALUES (%s, %s, %s, %s, '', '')"
    )
    values = (stored_id(uuid.uuid4()), stored_id(resident.pk), stored_id(other.pk), "2024-01-01")
    assert refused_by_the_database(lambda: raw(statement, *values))
    stranger = factories.person()
    free = (values[0], stored_id(stranger.pk), *values[2:])
    assert not refused_by_the_database(lambda: raw(statement, *free))


def test_an_ended_registration_cannot_be_opened_again_beside_another(resident, here):
    move_in([MoveIn(resident, factories.household("public", here), SINCE + days(30))])
    ended = resident.memberships.filter(until__isnull=False)
    assert ended.count() == 1
    assert refused_by_the_database(lambda: ended.update(until=None))


def test_moving_ends_the_registration_before_on_the_day_of_the_next(resident, here):
    move_in([MoveIn(resident, factories.household("public", here), SINCE + days(30))])
    first, second = resident.memberships.order_by("since")
    assert (first.until, second.since, second.until) == (second.since, SINCE + days(30), None)


def test_a_registration_does_not_end_before_it_begins(resident):
    rows = resident.memberships.all()
    assert refused_by_the_database(lambda: rows.update(until=SINCE - days(1)))
    assert not refused_by_the_database(lambda: rows.update(until=SINCE))


def test_a_move_before_the_present_registration_is_refused_in_words(resident, here):
    move = MoveIn(resident, factories.household("public", here), SINCE - days(1))
    with pytest.raises(Refused, match="晚于"):
        move_in([move])


def test_who_is_not_registered_cannot_move_out(db):
    with pytest.raises(Refused, match="没有在本市登记"):
        move_out(factories.person(), today(), "")


def test_a_failing_move_moves_nobody_of_the_family(resident, here):
    target = factories.household("public", here)
    family = [MoveIn(factories.person(), target, SINCE), MoveIn(resident, target, SINCE - days(1))]
    with pytest.raises(Refused):
        move_in(family)
    assert not target.memberships.exists()


def test_a_registration_is_never_deleted_through_its_row(resident):
    with pytest.raises(TypeError, match="until"):
        resident.memberships.get().delete()


def test_a_registered_person_cannot_be_deleted(resident):
    with pytest.raises(DatabaseError), transaction.atomic():
        Person.objects.filter(pk=resident.pk).delete()


# ------------------------------------------------------------- number or reason


def test_a_person_has_a_number_or_the_reason_why_not(db):
    assert refused_by_the_database(lambda: Person.objects.create(name="无名"))
    assert refused_by_the_database(lambda: Person.objects.bulk_create([Person(name="无名")]))
    assert not refused_by_the_database(
        lambda: Person.objects.create(name="新生儿", without_number="刚出生,未上户")
    )


def test_a_form_says_it_in_words(db):
    with pytest.raises(ValidationError, match="须写明原因"):
        Person(name="无名").validate_constraints()


def test_plain_sql_cannot_take_the_number_away(db):
    person = factories.person()
    statement = "UPDATE kaili_hukou_person SET number_digest = NULL WHERE id = %s"
    assert refused_by_the_database(lambda: raw(statement, stored_id(person.pk)))


def test_a_number_belongs_to_one_person(db):
    person = factories.person()
    twin = Person(name="另一人")
    twin.set_number(person.number)
    assert refused_by_the_database(lambda: twin.save(force_insert=True))


def test_several_people_may_lack_a_number(db):
    for name in ("甲", "乙"):
        Person.objects.create(name=name, without_number="未上户")
    assert Person.objects.filter(number_digest__isnull=True).count() == 2


def test_who_came_without_a_number_gets_it_later(here):
    born = today() - days(40)
    baby = know_person(
        PersonEntry(name="龙小宝", without_number="刚出生", birth_date=born, sex="1"), station=here
    )
    number = factories.identity_number(born_on=born)
    know_person(factories.person_entry(number=number, name="龙小宝"), station=here, known=baby)
    baby.refresh_from_db()
    assert (baby.number, baby.without_number) == (number, "")
    assert Person.objects.with_number(number).get() == baby


def test_the_same_number_under_another_name_is_refused_where_the_name_is_settled(here):
    person = factories.person()
    with pytest.raises(Refused, match="不一致") as told:
        know_person(
            factories.person_entry(number=person.number, name="另一人"),
            station=here,
            may_rename=False,
        )
    assert person.number not in str(told.value)
    assert person.name not in str(told.value)


# ----------------------------------------------------------- finding by the name


def test_a_name_is_kept_with_its_initials_and_its_reading(db):
    person = factories.person(name="单雄信")
    assert (person.initials, person.reading) == ("SXX", "shanxiongxin")


def test_a_mended_name_is_found_under_the_new_letters(here):
    person = factories.person(name="单雄信")
    know_person(factories.person_entry(number=person.number, name="吴小妹"), station=here)
    person.refresh_from_db()
    assert (person.name, person.initials, person.reading) == ("吴小妹", "WXM", "wuxiaomei")


@pytest.mark.parametrize(
    ("words", "found"),
    [("杨小", True), ("YXM", True), ("yx", True), ("小满", False), ("WXM", False), ("%", False)],
)
def test_a_clerk_finds_people_by_the_beginning_of_name_or_initials(here, words, found):
    person = factories.person(station=here, name="杨小满")
    clerk = factories.officer(Role.WINDOW, here)
    page = client_of(clerk).post(reverse("desk:search"), {"q": words}).content.decode()
    assert (person.masked_number in page) is found


@pytest.mark.parametrize("column", ["name", "initials"])
def test_the_search_for_a_beginning_can_use_an_index(here, column):
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "kaili_hukou_person")
    assert any(found["index"] and found["columns"][0] == column for found in constraints.values())


# ------------------------------------------------------------------------ masks


def test_a_person_is_shown_masked_wherever_he_is_written(here):
    person = factories.person(station=here, name="杨小满", phone="13985570123")
    household = factories.household("family", here, head=person)
    move_in([MoveIn(person, household, SINCE)])
    clerk = factories.officer(Role.WINDOW, here)
    written = (person, household, person.memberships.get(), StationPerson.objects.first(), clerk)
    for row in written:
        assert "小满" not in str(row)
        assert person.number not in str(row)
    assert person.masked_number == f"{person.number[:6]}********{person.number[-4:]}"
    assert person.masked_phone == "139****0123"
    assert "1号" not in person.masked_address


def test_who_has_no_number_is_shown_with_the_reason(db):
    baby = Person.objects.create(name="龙小宝", without_number="刚出生")
    assert baby.masked_number == "刚出生"


# ------------------------------------------------------------------- households


def test_a_household_number_is_used_once(here):
    first = factories.household("public", here)
    with pytest.raises(Refused, match="已被使用"):
        factories.household("public", here, number=first.number)
    twin = Household(number=first.number, kind="public", station=here, town=first.town)
    twin.opened_on = SINCE
    assert refused_by_the_database(lambda: twin.save(force_insert=True))


def head_born(born_on):
    return factories.person(number=factories.identity_number(born_on=born_on))


def test_nobody_under_eighteen_opens_a_household(here):
    young = head_born(add_months(today(), -18 * 12) + days(1))
    with pytest.raises(Refused, match="18"):
        factories.household("family", here, head=young, opened_on=today())


def test_whoever_is_eighteen_today_opens_a_household(here):
    grown = head_born(add_months(today(), -18 * 12))
    assert factories.household("family", here, head=grown, opened_on=today()).head == grown


def test_a_family_needs_its_head(here):
    with pytest.raises(Refused, match="户主"):
        factories.household("family", here)


def test_an_account_is_masked_nowhere_for_it_is_an_officer(db):
    officer = factories.officer(Role.APPROVER, name="审批甲")
    assert str(officer) == "审批甲(户政科审批)"
    assert Officer.objects.get(pk=officer.pk).place == "户政科审批"
