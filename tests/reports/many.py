"""Varied cases by bulk writes: as odd as the tables allow, and quick to make."""

import datetime
import random
import uuid

from django.utils import timezone

from applications.models import Application, FollowUp, Member, StateChange
from applications.policy.routes import ROUTES
from applications.statistics import MARKS, REASONS
from kaili_hukou.models import Person, PoliceStation, Town
from residence_permits.actions.permits import keep_days
from residence_permits.models import Endorsement, Permit
from tests import factories

DIVISIONS = ("430104", "522601", "522622", "520102", "110105", "522301", "")
NATIONS = (
    ("06", ""),
    ("", "苗族"),
    ("", "侗"),
    ("", "汉族"),
    ("", "穿青人某"),
    ("", ""),
    ("45", ""),
)
NO_ROUTE_SETTLES = ("pupil_return", "collective")
FIRST, LAST = datetime.date(2024, 11, 1), datetime.date(2026, 11, 20)


class Many:
    """A chance with a seed makes cases over two years, each of people, moves and follow-ups."""

    def __init__(self, seed, *, cases=120):
        self.chance = random.Random(seed)
        self.station = PoliceStation.objects.first()
        self.towns = list(Town.objects.all())
        self.officer = factories.officer("window", self.station)
        self.rows = {"cases": [], "members": [], "changes": [], "people": [], "rights": []}
        for _ in range(cases):
            self.case()
        Person.objects.bulk_create(self.rows["people"])
        Application.objects.bulk_create(self.rows["cases"])
        Member.objects.bulk_create(self.rows["members"])
        StateChange.objects.bulk_create(self.rows["changes"])
        FollowUp.objects.bulk_create(self.rows["rights"])

    def day(self, first=FIRST, last=LAST):
        """Often on the edge of a month, where a wrong border would show."""
        day = first + datetime.timedelta(days=self.chance.randint(0, (last - first).days))
        edge = self.chance.random()
        if edge < 0.15:
            return max(first, min(last, day.replace(day=1)))
        return max(first, min(last, day.replace(day=1) - factories.days(1))) if edge < 0.3 else day

    def case(self):
        pick = self.chance.choice
        route = pick([*ROUTES])
        received = self.day()
        town = pick(self.towns) if self.chance.random() < 0.95 else None
        case = Application(
            id=uuid.UUID(int=self.chance.getrandbits(128)),
            route=route,
            station=self.station,
            town=town,
            opened_by=self.officer,
            received_on=received,
            state="received",
            is_open=True,
        )
        self.rows["cases"].append(case)
        self.at = timezone.make_aware(datetime.datetime.combine(received, datetime.time(9)))
        people = [] if route == "collective" else self.people(case)
        self.course(case, people, received)

    def people(self, case):
        number = 1 if "pupil" in case.route else self.chance.choice((1, 1, 2, 3))
        made = [self.member(case, place) for place in range(number)]
        case.applicant = made[0].person
        return made

    def member(self, case, place):
        pick = self.chance.choice
        nation, written = pick(NATIONS)
        person = Person(
            name=f"虚{self.chance.randint(1, 999)}",
            without_number="试",
            birth_date=self.day(datetime.date(1950, 1, 1), received_by(case)),
            sex=pick(("1", "2", "0", "9")),
            nationality=nation,
            nationality_as_written=written,
        )
        if self.chance.random() < 0.05:
            person.birth_date = None
        member = Member(
            application=case,
            person=person,
            is_applicant=place == 0,
            division=pick(DIVISIONS),
            hukou_kind=pick(("rural", "rural", "urban", "")),
            settling_reason=pick((*REASONS, "4", "")),
            marks=self.chance.sample([*MARKS], self.chance.randint(0, 3)),
            position=place,
        )
        self.rows["people"].append(person)
        self.rows["members"].append(member)
        return member

    def move(self, case, name, before, after, on):
        self.at += datetime.timedelta(minutes=1)
        self.rows["changes"].append(
            StateChange(
                application=case,
                move=name,
                before=before,
                after=after,
                officer=self.officer,
                on=on,
                at=self.at,
                due_on=case.due_on,
            )
        )
        case.state = after
        case.is_open = after in ("received", "accepted", "approved")

    def course(self, case, people, on):
        """From the papers on, with days between, until chance ends it."""
        chance = self.chance.random
        step = self.step
        self.move(case, "receive", "draft", "received", on)
        if chance() < 0.1:
            self.move(case, "not_accept", "received", "not_accepted", step(on))
            return self.let_go(people)
        if chance() < 0.1:
            return None
        on = case.accepted_on = step(on)
        case.due_on = None if chance() < 0.1 else on + factories.days(self.chance.randint(1, 40))
        self.move(case, "accept", "received", "accepted", on)
        if chance() < 0.1:
            return None
        on = step(on)
        if chance() < 0.1:
            self.move(case, "withdraw", "accepted", "withdrawn", on)
            return self.let_go(people)
        case.decided_on = on
        if chance() < 0.15:
            self.move(case, "refuse", "reviewed", "refused", on)
            return self.let_go(people)
        self.move(case, "approve", "reviewed", "approved", on)
        return None if chance() < 0.1 else self.settle(case, people, step(on))

    def step(self, on):
        return on + factories.days(self.chance.randint(0, 30))

    def let_go(self, people):
        for member in people:
            member.is_open = False

    def settle(self, case, people, on):
        if len(people) > 1 and self.chance.random() < 0.2:
            self.move(case, "register_part", "approved", "approved", on)
            self.register(case, people[:1], on)
            people, on = people[1:], self.step(on)
            if self.chance.random() < 0.3:
                return
        case.registered_on = on
        self.move(case, "register", "approved", "registered", on)
        self.register(case, people, on)
        self.let_go(case_people(self.rows, case))
        if self.chance.random() < 0.15:
            self.undo(case, self.step(on))

    def register(self, case, people, on):
        for member in people:
            if case.route == "pupil_return":
                member.outcome = "returned"
                continue
            member.outcome, member.registered_on = "registered", on
            if member.hukou_kind == "rural":
                state = self.chance.choice(("open", "done"))
                self.rows["rights"].append(
                    FollowUp(
                        application=case, member=member, kind="land_rights", state=state, since=on
                    )
                )

    def undo(self, case, on):
        name, after = self.chance.choice((("annul", "annulled"), ("revoke", "revoked")))
        self.move(case, name, "registered", after, on)
        for member in case_people(self.rows, case):
            member.outcome = "undone"


def received_by(case):
    return case.received_on


def case_people(rows, case):
    return [member for member in rows["members"] if member.application is case]


def permits(chance, number=30):
    """Permits issued over two years, some endorsed, some cancelled; stretches by the real rule."""
    made = []
    for _ in range(number):
        person = Person.objects.create(name="虚", without_number="试", birth_date=None)
        issued = FIRST + datetime.timedelta(days=chance.randint(0, 700))
        permit = factories.permit(person, issued_on=issued, town=chance.choice(Town.objects.all()))
        if chance.random() < 0.5:
            day = issued + datetime.timedelta(days=chance.randint(300, 420))
            if day <= factories.today():
                Endorsement.objects.create(permit=permit, endorsed_on=day)
        if chance.random() < 0.2:
            permit.cancelled_on = issued + datetime.timedelta(days=chance.randint(1, 400))
            permit.cancelled_for = "wish"
            permit.save()
        keep_days(permit, factories.today())
        made.append(Permit.objects.get(pk=permit.pk))
    return made
