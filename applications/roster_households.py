"""The households of a confirmed roster as the desk sees them: whose they are, who may apply."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from applications.household_plans import Named, Plan, Rule, left_out, people_of, plans
from applications.models import Member
from applications.parameters import in_force
from applications.policy.routes import ROUTES
from kaili_hukou import identity
from kaili_hukou.divisions import KAILI
from kaili_hukou.masking import mask_name
from kaili_hukou.models import FormerNumber, Membership, Person, PoliceStation, Village
from kaili_hukou.roles import STATION_STAFF
from rosters.citations import cited
from rosters.households import Household, Row, households
from rosters.models import Roster, RosterEntry, RosterRepeat

BUSY, SETTLED = "已有在办件", "已在本市落户"
OF_THE_CITY = "户籍已在凯里市,按市内迁移办理"
GONE = "名册行已撤回"


@dataclass(frozen=True, slots=True)
class Line:
    """What a row of a roster tells, without anything that is encrypted."""

    entry: uuid.UUID
    row: int
    number_digest: str
    name: str
    head_name: str
    relation: str
    household_number: str
    town: int | None

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


LINE = ("pk", "row", "number_digest", "name", "head_name", "relation", "household_number", "town")


def lines_of(roster: Roster) -> list[Line]:
    """Every row of the roster, those among them that an earlier roster told first: two queries."""
    own = RosterEntry.objects.filter(roster=roster).order_by().values_list(*LINE)
    path = [f"entry__{name}" if name != "row" else name for name in LINE]
    again = RosterRepeat.objects.filter(roster=roster).order_by().values_list(*path)
    return sorted((Line(*told) for told in [*own, *again]), key=lambda line: line.row)


@dataclass(slots=True)
class Home:
    """A household with its rows; `station` is None where no town tells which one serves it."""

    household: Household
    lines: list[Line]
    town: int | None
    station: int | None

    @property
    def key(self) -> int:
        return self.household.key


def homes_of(roster: Roster, officer_station: PoliceStation | None) -> list[Home]:
    """The households of the roster, of one station's towns or of the whole city."""
    lines = {line.row: line for line in lines_of(roster)}
    serving = stations_of_towns()
    found = []
    for household in households(map(_row, lines.values())):
        rows = [lines[row.row] for row in household.rows]
        town = next((line.town for line in rows if line.town), None)
        served = serving.get(town, frozenset())
        if officer_station is not None and officer_station.pk not in served:
            continue
        one = next(iter(served)) if len(served) == 1 else None
        here = officer_station.pk if officer_station else one
        found.append(Home(household, rows, town, here))
    return found


def _row(line: Line) -> Row:
    return Row(
        line.number_digest,
        line.row,
        line.name,
        line.head_name,
        line.relation,
        line.household_number,
    )


def stations_of_towns() -> dict[int | None, frozenset[int]]:
    """By town the stations that serve it, as the registers tell: their seat, their villages."""
    pairs = set(
        PoliceStation.objects.filter(town__isnull=False, kind="station").values_list("town", "pk")
    )
    pairs |= set(
        Village.objects.filter(station__isnull=False).order_by().values_list("town", "station")
    )
    return {
        town: frozenset(station for of, station in pairs if of == town)
        for town in {town for town, _ in pairs}
    }


def concerned(officer: Any, on: datetime.date) -> Any:
    """The confirmed rosters whose households an officer may open: those of his station's towns."""
    rosters = Roster.objects.confirmed(on)
    if officer.role not in STATION_STAFF:
        return rosters if officer.sees_city else rosters.none()
    towns = [
        town for town, stations in stations_of_towns().items() if officer.station_id in stations
    ]
    own = RosterEntry.objects.filter(town__in=towns)
    again = RosterRepeat.objects.filter(entry__town__in=towns)
    mine = Q(pk__in=own.values("roster")) | Q(pk__in=again.values("roster"))
    return rosters.filter(mine)


# ---------------------------------------------------------------- who may apply


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on file of some people, by the digest under which a roster names them."""

    busy: frozenset[str]
    settled: frozenset[str]
    of_the_city: frozenset[str]


def standing(digests: Sequence[str]) -> Standing:
    """In six queries, however many."""
    people = dict(FormerNumber.objects.filter(number_digest__in=digests).values_list(*OF_PERSON))
    now = Person.objects.filter(number_digest__in=digests)
    people |= dict(now.values_list("number_digest", "pk"))
    ids = set(people.values())
    members = Member.objects.filter(person__in=ids).order_by()
    busy = set(members.filter(is_open=True).values_list("person", flat=True))
    here = Membership.objects.filter(person__in=ids, until__isnull=True).order_by()
    settled = set(here.values_list("person", flat=True))
    city = set(Person.objects.filter(pk__in=ids, division=KAILI).values_list("pk", flat=True))
    return Standing(
        *(frozenset(d for d, pk in people.items() if pk in some) for some in (busy, settled, city))
    )


OF_PERSON = ("number_digest", "person")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A household with the cases that are proposed, and why others of it are in none."""

    home: Home
    plans: list[Plan]
    left_out: dict[int, str]
    able: list[int]


def rule_for(kind: str, on: datetime.date) -> Rule:
    return Rule(kind, ROUTES[kind].companions, on, in_force().on(on).adult_at)


def propose(
    kind: str, homes: Iterable[Home], on: datetime.date, chosen: dict[str, Any] | None = None
) -> list[Proposal]:
    """Tries each who may apply by the plan's list of companions; nothing is written."""
    homes = list(homes)
    rule = rule_for(kind, on)
    told = _named(kind, homes, on)
    found = []
    for home in homes:
        choice = (chosen or {}).get(str(home.key), {})
        people = people_of(home.household, told)
        made = plans(people, rule, choice.get("choice", ""), choice.get("first", 0))
        able = [one.row for one in people if rule.may_apply(one)]
        found.append(Proposal(home, made, left_out(people, made, rule), able))
    return found


def _named(kind: str, homes: list[Home], on: datetime.date) -> dict[int, Named]:
    lines = [line for home in homes for line in home.lines]
    digests = [line.number_digest for line in lines]
    present, on_file = cited(digests, on), standing(digests)
    kin = {
        row.row: row.kin if home.household.has_one_head else ""
        for home in homes
        for row in home.household.rows
    }
    named = {}
    for line in lines:
        citation = present.get(line.number_digest, {}).get(kind)
        entry = citation.entry if citation else None
        named[line.row] = Named(
            line.row,
            kin[line.row],
            _born_on(entry, on) if entry else None,
            entry.voluntary if entry else None,
            _barred(kind, line.number_digest, on_file) if entry else GONE,
        )
    return named


def _born_on(entry: RosterEntry, on: datetime.date) -> datetime.date:
    """By the number, which was checked; the column of birth dates is often missing."""
    return entry.birth_date or identity.check(entry.number, on).birth_date


def _barred(kind: str, digest: str, on_file: Standing) -> str:
    if digest in on_file.busy:
        return BUSY
    if digest in on_file.settled:
        return SETTLED
    # 三(一)4 is about people whose registration here is still rural.
    return OF_THE_CITY if kind != "public_payroll" and digest in on_file.of_the_city else ""
