"""异常办件: what many cases share, haste, and work outside hours."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import odd_cases
from applications.models import Agent, Application, Attachment, Member, StateChange
from applications.odd_cases import KINDS, OPENS, lines
from applications.workflow import State
from kaili_hukou.models import CalendarDay, Person
from kaili_hukou.registers import forget
from kaili_hukou.roles import Role
from tests import factories
from tests.applications.test_query_counts import queries
from tests.factories import client_of, days, today

pytestmark = pytest.mark.django_db

SHARED = "d" * 32


def cases(desk, number, state=State.DRAFT):
    return [factories.application("bravery", state=state, desk=desk) for _ in range(number)]


def on_one_address(made):
    Application.objects.filter(pk__in=[case.pk for case in made]).update(address_digest=SHARED)


def on_one_phone(made):
    Person.objects.filter(case_memberships__application__in=made).update(phone_digest=SHARED)


def by_one_agent(made):
    for case in made:
        Agent.objects.create(
            application=case, number_digest=SHARED, mandate="written", mandate_on=today()
        )


def with_one_scan(made):
    for case in made:
        Attachment.objects.create(
            item=case.evidence.first(),
            kind="pdf",
            size=1,
            sha256=SHARED * 2,
            uploaded_by=case.opened_by,
        )


GROUPS = {
    "address": (on_one_address, odd_cases.SAME_ADDRESS),
    "phone": (on_one_phone, odd_cases.SAME_PHONE),
    "agent": (by_one_agent, odd_cases.SAME_AGENT),
    "scan": (with_one_scan, odd_cases.SAME_SCAN),
}


def listed(code):
    kind = KINDS[code]
    return lines(kind, list(kind.rows(today())), today())


@pytest.mark.parametrize("code", GROUPS)
@pytest.mark.parametrize("short", [0, 1])
def test_what_many_cases_share_is_listed_from_its_threshold_on(code, short, desk):
    share, least = GROUPS[code]
    made = cases(desk, least - short)
    share(made)
    cases(desk, 1)
    found = listed(code)
    assert len(found) == (0 if short else 1)
    if found:
        assert set(found[0].cases) == set(made)
        assert str(least) in found[0].reason


@pytest.mark.parametrize("code", GROUPS)
def test_what_is_older_than_a_year_does_not_count(code, desk):
    share, least = GROUPS[code]
    made = cases(desk, least)
    share(made)
    old = timezone.now() - days(370)
    Application.objects.filter(pk=made[0].pk).update(opened_at=old)
    assert listed(code) == []


def test_one_family_on_one_phone_is_one_case(desk):
    companions = [factories.companion(relation) for relation in ("spouse", "child", "parent")]
    case = factories.application("education", desk=desk, companions=companions)
    on_one_phone([case])
    assert Member.objects.filter(application=case).count() == 4
    assert listed("phone") == []


def test_a_scan_that_was_taken_off_does_not_count(desk):
    made = cases(desk, 2)
    with_one_scan(made)
    Attachment.objects.filter(item__application=made[0]).update(removed_at=timezone.now())
    assert listed("scan") == []


def local(text):
    return timezone.make_aware(datetime.datetime.fromisoformat(text))


def at_work(case, move, seconds):
    """The moment of a move: a Wednesday morning that no calendar takes off."""
    moment = local("2026-11-18T10:00") + datetime.timedelta(seconds=seconds)
    case.history.filter(move=move).update(at=moment, on=today())


@pytest.mark.parametrize(("seconds", "hasty"), [(0, True), (59, True), (60, False), (900, False)])
def test_an_approval_within_a_minute_of_the_review_is_listed(seconds, hasty, desk):
    case = factories.application("bravery", state=State.APPROVED, desk=desk)
    at_work(case, "review", 0)
    at_work(case, "approve", seconds)
    assert [line.cases for line in listed("haste")] == ([[case]] if hasty else [])


@pytest.mark.parametrize(
    ("day", "time", "kind", "odd"),
    [
        ("2026-11-18", "10:00", "", False),
        ("2026-11-18", "07:59", "", True),
        ("2026-11-18", OPENS.isoformat(), "", False),
        ("2026-11-18", "18:29", "", False),
        ("2026-11-18", "18:30", "", True),
        ("2026-11-18", "23:59", "", True),
        ("2026-11-18", "00:10", "", True),
        ("2026-11-21", "10:00", "", True),
        ("2026-11-22", "10:00", "", True),
        ("2026-11-21", "10:00", "workday", False),
        ("2026-11-18", "10:00", "holiday", True),
    ],
)
def test_work_outside_hours_is_listed_by_the_calendar(day, time, kind, odd, desk):
    CalendarDay.objects.filter(day=day).delete()
    if kind:
        CalendarDay.objects.create(day=day, kind=kind, name="试", source="试")
    forget()
    case = factories.application("bravery", state=State.RECEIVED, desk=desk)
    moment = local(f"{day}T{time}")
    case.history.update(at=moment, on=moment.date())
    kind = KINDS["hours"]
    on = datetime.date(2026, 11, 23)
    found = lines(kind, list(kind.rows(on)), on)
    forget()
    assert [line.cases for line in found] == ([[case]] if odd else [])


def test_the_page_gives_reason_and_cases_and_no_digest(desk):
    share, least = GROUPS["scan"]
    made = cases(desk, least, State.ACCEPTED)
    share(made)
    shown = client_of(factories.officer(Role.AUDITOR)).get(reverse("desk:odd"), {"kind": "scan"})
    text = shown.content.decode()
    assert "同一扫描文件" in text
    assert all(case.receipt_number in text for case in made)
    assert SHARED not in text


@pytest.mark.parametrize("query", [{"kind": "x"}, {"kind": ""}])
def test_an_unknown_kind_is_not_found(query, desk):
    assert client_of(desk.approver).get(reverse("desk:odd"), query).status_code == 404


@pytest.mark.parametrize("page", ["0", "999", "x"])
def test_any_page_number_shows_a_page(page, desk):
    assert client_of(desk.approver).get(reverse("desk:odd"), {"page": page}).status_code == 200


@pytest.mark.parametrize("code", [*GROUPS, "hours"])
def test_the_queries_of_the_list_do_not_grow_with_it(code, desk):
    client = client_of(desk.approver)
    address = reverse("desk:odd") + f"?kind={code}"
    share, least = GROUPS.get(code, (lambda made: None, 2))
    outside = local("2026-11-22T03:00")

    def more(digits, number):
        made = cases(desk, number, State.RECEIVED)
        share(made)
        StateChange.objects.filter(application__in=made).update(at=outside)
        Application.objects.filter(address_digest=SHARED).update(address_digest=digits * 32)
        Person.objects.filter(phone_digest=SHARED).update(phone_digest=digits * 32)
        Agent.objects.filter(number_digest=SHARED).update(number_digest=digits * 32)
        Attachment.objects.filter(sha256=SHARED * 2).update(sha256=digits * 64)

    more("1", least)
    few = queries(client, address)
    for digits in "23":
        more(digits, least)
    many = queries(client, address)
    assert len(many) == len(few) <= 19
