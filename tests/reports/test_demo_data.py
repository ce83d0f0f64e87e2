"""The demonstration: everything that the desk can show, from one seed, and never in earnest."""

from __future__ import annotations

import io
import itertools
import json
from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from applications.models import (
    Application,
    EvidenceItem,
    FollowUp,
    FollowUpList,
    Member,
    Prospect,
)
from applications.policy.routes import ROUTES
from applications.workflow import OPEN, State
from kaili_hukou import identity, receipts
from kaili_hukou.models import AuditEntry, Household, Membership, Officer, Person
from kaili_hukou.roles import Role
from reports.demonstration.building import people_and_permits
from reports.demonstration.people import Maker
from residence_permits.actions.producing import reconciled
from residence_permits.flow import State as RequestState
from residence_permits.models import Batch, Delivery, Permit, PermitRequest, Residence
from residence_permits.terms import timeline
from rosters.kinds import KINDS
from rosters.models import Roster, RosterEntry
from tests.factories import today


def printed(**options) -> dict:
    out = io.StringIO()
    call_command("demo_data", stdout=out, **options)
    return json.loads(out.getvalue())


def rows() -> dict[str, list]:
    """What stands in the tables but for the random keys."""
    permits = Permit.objects.select_related("person").prefetch_related("endorsements")
    entries = RosterEntry.objects.select_related("roster")
    return {
        "people": sorted(
            (row.number, row.name, row.address, row.phone, row.division)
            for row in Person.objects.all()
        ),
        "cases": sorted(
            (case.route, case.state, case.receipt_number or "", case.address, str(case.due_on))
            for case in Application.objects.all()
        ),
        "permits": sorted(
            (permit.person.number, permit.serial, permit.issued_on, tuple(permit.endorsed_on))
            for permit in permits
        ),
        "entries": sorted((row.roster.kind, row.row, row.number) for row in entries),
    }


@dataclass(frozen=True)
class Built:
    told: dict
    told_before: dict
    rows_before: dict


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """`demo_data` run, undone, and run again; the rows of the second run stay for this file."""
    media = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("demonstration")))
    with media, django_db_blocker.unblock(), transaction.atomic():
        with transaction.atomic():
            told_before, rows_before = printed(), rows()
            transaction.set_rollback(True)
        yield Built(printed(), told_before, rows_before)
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(db, built):
    return built.told


def test_it_prints_one_object_of_accounts_and_counts(demonstration):
    assert list(demonstration) == ["accounts", "counts"]
    assert list(demonstration["counts"]) == ["people", "applications", "permits", "roster_entries"]
    for account in demonstration["accounts"]:
        assert list(account) == ["username", "password", "role", "scope"]
        assert all(account.values())


def test_the_counts_are_those_of_the_tables(demonstration):
    assert demonstration["counts"] == {
        "people": Person.objects.count(),
        "applications": Application.objects.count(),
        "permits": Permit.objects.count(),
        "roster_entries": RosterEntry.objects.count(),
    }
    assert demonstration["counts"]["people"] > 1000
    assert demonstration["counts"]["permits"] > 200
    assert demonstration["counts"]["roster_entries"] > 100


def test_every_route_stands_in_every_state(demonstration):
    pairs = Counter(Application.objects.values_list("route", "state"))
    assert set(pairs) == set(itertools.product(ROUTES, State))


def test_an_application_for_a_permit_stands_in_every_state(demonstration):
    assert set(PermitRequest.objects.values_list("state", flat=True)) == set(RequestState)
    assert set(PermitRequest.objects.values_list("kind", flat=True)) == set(PermitRequest.Kind)


def test_the_stock_of_cards_agrees_with_what_was_issued(demonstration):
    assert reconciled()["agrees"]
    assert Batch.objects.count() == 2
    assert Delivery.objects.get().count == 60


def test_holders_live_somewhere_and_some_came_before_the_permits(demonstration):
    held = Permit.objects.in_force().filter(person__residences__isnull=True)
    assert not held.exists()
    assert Residence.objects.filter(kind="temporary", until__isnull=False).exists()


def test_somebody_is_led_to_settle(demonstration):
    assert Prospect.objects.exists()


def test_every_role_has_an_account(demonstration):
    assert set(Officer.objects.filter(is_demo=True).values_list("role", flat=True)) == set(
        Role.values
    )


def test_every_account_can_log_in_and_lands_on_a_page(demonstration):
    for account in demonstration["accounts"]:
        client = Client()
        told = {"username": account["username"], "password": account["password"], "next": "/"}
        assert client.post(reverse("admin:login"), told).status_code == 302, account["username"]
        landed = client.get("/", follow=True)
        assert landed.status_code == 200, account["username"]
        assert account["username"] == landed.context["user"].username


def test_every_account_is_marked_as_one_of_the_demonstration(demonstration):
    names = {account["username"] for account in demonstration["accounts"]}
    marked = Officer.objects.filter(is_demo=True, is_active=True, is_superuser=False)
    assert set(marked.values_list("username", flat=True)) == names


def test_every_number_is_valid_and_says_what_the_person_says(demonstration):
    for person in Person.objects.exclude(number_digest=None):
        found = identity.check(person.number, today())
        assert (found.birth_date, found.sex) == (person.birth_date, person.sex)
    for row in RosterEntry.objects.all():
        identity.check(row.number, today())


def test_receipt_numbers_are_valid_and_without_gaps(demonstration):
    numbers = [
        receipts.check(number)
        for number in Application.objects.exclude(receipt_number=None).values_list(
            "receipt_number", flat=True
        )
    ]
    by_station = Counter((found.station_code, found.year) for found in numbers)
    serials = {(found.station_code, found.year, found.serial) for found in numbers}
    assert serials == {
        (*place, serial) for place, count in by_station.items() for serial in range(1, count + 1)
    }


def test_each_case_was_brought_to_its_state_by_moves(demonstration):
    for case in Application.objects.prefetch_related("history"):
        steps = list(case.history.all())
        assert (steps[-1].after if steps else State.DRAFT) == case.state
        assert case.is_open == (case.state in OPEN)
        for before, after in itertools.pairwise(steps):
            assert before.after == after.before


def test_nobody_has_two_open_cases_and_nobody_two_registrations(demonstration):
    held = Member.objects.filter(is_open=True).values_list("person", flat=True)
    assert len(held) == len(set(held))
    registered = Membership.objects.filter(until=None).values_list("person", flat=True)
    assert registered
    assert len(registered) == len(set(registered))


def test_settled_people_live_in_a_household(demonstration):
    settled = Application.objects.filter(state=State.REGISTERED).exclude(route="pupil_return")
    for case in settled:
        assert case.household.town_id
        count = case.members.filter(outcome=Member.Outcome.REGISTERED).count()
        if case.route != "collective":
            assert count > 0
    assert set(Household.objects.values_list("kind", flat=True)) >= {"public", "family"}


def test_an_accepted_case_lacks_no_document(demonstration):
    accepted = Application.objects.filter(state=State.ACCEPTED)
    missing = EvidenceItem.objects.filter(application__in=accepted, state="missing")
    assert accepted
    assert not missing


def test_every_kind_of_roster_was_confirmed_by_a_second_officer(demonstration):
    rosters = Roster.objects.filter(state="confirmed")
    assert set(rosters.values_list("kind", flat=True)) == set(KINDS)
    assert all(row.entered_by_id != row.confirmed_by_id for row in rosters)


def test_the_days_of_a_permit_agree_with_its_stretches(demonstration):
    permits = Permit.objects.prefetch_related("endorsements", "stretches")
    standing = Counter()
    for permit in permits:
        found = timeline(permit.issued_on, permit.endorsed_on, today())
        held = any(row.valid_from <= today() <= row.valid_to for row in permit.stretches.all())
        assert held == found.is_valid
        standing[found.status] += 1
    assert set(standing) == {"valid", "suspended"}


def test_bulk_writes_have_one_entry_each_with_their_count(demonstration):
    entry = AuditEntry.objects.get(action="批量建档(演示)")
    assert 900 < entry.count <= 1000


def test_a_second_run_is_refused(demonstration):
    with pytest.raises(CommandError, match="已有演示数据"):
        printed()


def test_outside_debug_it_is_refused(db, settings):
    settings.DEBUG = settings.ALLOW_DEMO = False
    before = Officer.objects.count()
    with pytest.raises(CommandError, match="DEBUG"):
        printed()
    assert Officer.objects.count() == before


def test_the_same_seed_gives_the_same_data(db, built):
    assert built.told == built.told_before
    for name, found in rows().items():
        assert found == built.rows_before[name], name


def people_of(seed: int, scale: int) -> set[str]:
    """The numbers of the people that a seed draws in bulk."""
    clerk = Officer.objects.create(username=f"seed{seed}", name="录入")
    known = set(Person.objects.values_list("number_digest", flat=True))
    with transaction.atomic():
        people_and_permits(
            Maker(Random(seed), itertools.count(seed * 10**6)), scale, today(), clerk
        )
        drawn = set(Person.objects.values_list("number_digest", flat=True)) - known
        transaction.set_rollback(True)
    clerk.delete()
    return drawn


def test_another_seed_gives_other_people_and_twice_the_scale_twice_as_many(db):
    few, more = people_of(3, 1), people_of(4, 2)
    assert 950 <= len(few) <= 1000
    assert 1900 <= len(more) <= 2000
    assert len(few & more) < 50


def test_what_follows_a_settlement_is_begun_handed_over_and_half_answered(demonstration):
    lists = {made.bureau.code: made for made in FollowUpList.objects.select_related("bureau")}
    states = {code: set(made.rows.values_list("state", flat=True)) for code, made in lists.items()}
    assert states["medical_insurance"] == {"handed"}
    assert {"handed", "done"} <= states["human_resources"]
    assert FollowUp.objects.filter(state="open", bureau=None).exists()
