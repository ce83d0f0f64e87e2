"""Opening drafts in bulk from a roster: one case a household, each with its checkpoint.

Nobody of these stands at a window: the drafts wait until the family comes or is called.
"""

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.actions.changing import NotAllowed, keeps_out
from applications.actions.contacting import note_contact
from applications.actions.drafting import Opening, open_draft
from applications.drafts import CompanionEntry, Draft
from applications.household_plans import Plan
from applications.models import Application, BulkOpening, ContactNote, Member, OpenedHousehold
from applications.roster_households import (
    OF_THE_CITY,
    Home,
    Proposal,
    concerned,
    homes_of,
    propose,
)
from applications.workflow import OPEN
from applications.workflow import State as CaseState
from kaili_hukou import audit, identity, jobs
from kaili_hukou.actions import PersonEntry, Refused, person_with
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import Officer, Person, PoliceStation
from kaili_hukou.registers import division_of_address
from kaili_hukou.roles import STATION_STAFF
from rosters.models import Roster, RosterEntry

State = BulkOpening.State
WORK = "applications.tasks.open_households"
AT_ONCE = 20
CHUNK = 50
# A household takes well under a second: whoever wrote nothing for so long has died.
SILENT = datetime.timedelta(seconds=60)
NO_STATION = "迁入镇(街道)没有写明或有几个派出所,请由户政科指定派出所"
DOUBTFUL = "户内人员存疑,请先选择怎样开办"


class Stopped(Exception):
    """Another process has gone on, or somebody has stopped the work."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be opened by whom. `chosen` None: every household without a doubt."""

    roster: Roster
    officer: Officer
    on: datetime.date
    chosen: dict[str, dict[str, Any]] | None = None
    else_at: PoliceStation | None = None


@transaction.atomic
def order(told: Order) -> BulkOpening:
    """Keeps what is to be done; much of it is done by `work_on` in the background."""
    if not concerned(told.officer, told.on).filter(pk=told.roster.pk).exists():
        raise Refused("这份花名册没有确认,或没有您辖区的人,不能开办。")
    if told.chosen is not None and not told.chosen:
        raise Refused("请勾选要开办的户。")
    at_station = told.officer.role in STATION_STAFF
    made = BulkOpening.objects.create(
        roster=told.roster,
        officer=told.officer,
        station=told.officer.station if at_station else None,
        else_at=told.else_at,
        chosen=told.chosen,
        total=len(told.chosen or ()),
    )
    audit.record("按名册开办", made)
    if told.chosen is None or len(told.chosen) > AT_ONCE:
        jobs.start(WORK, str(made.pk))
    return made


def work_on(pk: uuid.UUID, on: datetime.date) -> None:
    """Goes on behind the last household, whoever began; ends when all were looked at."""
    opening = BulkOpening.objects.select_related("roster", "officer__station").get(pk=pk)
    if opening.state not in BulkOpening.WORKING:
        return
    try:
        with audit.acting(audit.Actor(opening.officer)):
            _work(opening, on)
    except Stopped:
        return


def _work(opening: BulkOpening, on: datetime.date) -> None:
    homes = [home for home in homes_of(opening.roster, opening.station) if _is_asked(opening, home)]
    _move(opening, state=State.RUNNING, total=len(homes))
    rest = [home for home in homes if home.key > opening.last_key]
    for at in range(0, len(rest), CHUNK):
        chunk = rest[at : at + CHUNK]
        for proposal in propose(opening.roster.kind, chunk, on, opening.chosen):
            _open(opening, proposal, on)
    _move(opening, state=State.DONE)


def _is_asked(opening: BulkOpening, home: Home) -> bool:
    return opening.chosen is None or str(home.key) in opening.chosen


@transaction.atomic
def _open(opening: BulkOpening, proposal: Proposal, on: datetime.date) -> None:
    """The cases of one household and the checkpoint behind them, together or not at all."""
    home = proposal.home
    shut = _why_not(opening, home)
    skipped = [[row, why] for row, why in proposal.left_out.items()]
    opened = 0
    for plan in proposal.plans:
        try:
            if shut:
                raise Refused(shut)
            with transaction.atomic():
                _open_case(opening, home, plan, on)
            opened += 1
        except Refused as fault:
            skipped.append([plan.applicant, _without_names(str(fault))])
    _move(
        opening,
        last_key=home.key,
        opened=opening.opened + opened,
        skipped=[*opening.skipped, *skipped],
    )


def _why_not(opening: BulkOpening, home: Home) -> str:
    choice = (opening.chosen or {}).get(str(home.key), {})
    if home.household.doubt and not choice.get("choice"):
        return DOUBTFUL
    return "" if home.station or opening.else_at_id else NO_STATION


def _without_names(fault: str) -> str:
    """What is kept of a refusal names nobody."""
    return "人员与登记的不一致或已在办理,请到窗口办理" if "「" in fault else fault


def _move(opening: BulkOpening, **told: Any) -> None:
    """Compare and set: of two workers on one piece of work only one goes on."""
    here = BulkOpening.objects.filter(
        pk=opening.pk, last_key=opening.last_key, state__in=BulkOpening.WORKING
    )
    told["changed_at"] = timezone.now()
    if not here.update(**told):
        raise Stopped
    for name, value in told.items():
        setattr(opening, name, value)


def _open_case(opening: BulkOpening, home: Home, plan: Plan, on: datetime.date) -> Application:
    by_row = {line.row: line.entry for line in home.lines}
    rows = [plan.applicant, *(one.row for one in plan.companions)]
    entries = RosterEntry.objects.select_related("town").in_bulk([by_row[row] for row in rows])
    named = {row: entries[by_row[row]] for row in rows}
    kind = opening.roster.kind
    people = {row: person_of(entry, on) for row, entry in named.items()}
    if kind != "public_payroll" and people[plan.applicant].division == KAILI:
        raise Refused(OF_THE_CITY)
    head = named[plan.applicant]
    draft = Draft(
        applicant=people[plan.applicant],
        companions=tuple(
            CompanionEntry(people[one.row], one.relationship) for one in plan.companions
        ),
        town=head.town or next((one.town for one in named.values() if one.town), None),
        address=head.address,
    )
    station = PoliceStation.objects.get(pk=home.station or opening.else_at_id)
    case = open_draft(Opening(kind, opening.officer, station, on, at_the_window=False), draft)
    _note_opened(opening.roster, plan.applicant, case, on)
    return case


def person_of(entry: RosterEntry, on: datetime.date) -> PersonEntry:
    """As he is on file, and what is not known there as the roster tells it."""
    known = person_with(entry.number)
    checked = identity.check(entry.number, on)
    place = division_of_address(entry.origin)
    told = PersonEntry(
        number=entry.number,
        name=entry.name,
        birth_date=checked.birth_date,
        sex=checked.sex,
        division=place.code if place else "",
        address=entry.origin,
        phone=entry.phone,
        nationality_as_written=entry.nationality,
    )
    return _as_on_file(told, known) if known else told


def _as_on_file(told: PersonEntry, known: Person) -> PersonEntry:
    if known.name != told.name:
        raise Refused("名册的姓名与登记的不一致,请到窗口核对")
    names = ("division", "hukou_kind", "address", "phone", "nationality_as_written")
    return replace(told, **{name: getattr(known, name) or getattr(told, name) for name in names})


def _note_opened(roster: Roster, row: int, case: Application, on: datetime.date) -> None:
    """Once for each household; anew where the draft of then was discarded."""
    before = OpenedHousehold.objects.filter(roster=roster, row=row).select_related("application")
    found = before.first()
    if found is None:
        try:
            with transaction.atomic():
                OpenedHousehold.objects.create(
                    roster=roster, row=row, application=case, opened_on=on
                )
        except IntegrityError:
            raise Refused("已由别人开办") from None
        return
    if found.application.state in OPEN:
        raise Refused("已开办")
    same = OpenedHousehold.objects.filter(pk=found.pk, application=found.application)
    if not same.update(application=case, opened_on=on, came_on=None, noted_by=None):
        raise Refused("已由别人开办")


@transaction.atomic
def go_on(opening: BulkOpening) -> None:
    """A worker that died left the work standing: it is put in line again."""
    if opening.state not in BulkOpening.WORKING:
        raise Refused("这一批已结束。")
    if opening.changed_at > timezone.now() - SILENT:
        raise Refused("正在开办,不用再按。")
    _move(opening, state=State.WAITING)
    audit.record("继续按名册开办", opening)
    jobs.start(WORK, str(opening.pk))


@transaction.atomic
def stop(opening: BulkOpening) -> None:
    """After the present household nothing more is opened; what was opened stays."""
    here = BulkOpening.objects.filter(pk=opening.pk, state__in=BulkOpening.WORKING)
    if not here.update(state=State.CANCELLED, changed_at=timezone.now()):
        raise Refused("这一批已结束,不用停止。")
    audit.record("停止按名册开办", opening)


WAYS = {
    ContactNote.Way.VISIT: "按名册开办的户已到场。",
    ContactNote.Way.CALLING: "按名册开办的户已电话联系。",
}


@transaction.atomic
def note_came(opened: OpenedHousehold, way: str, officer: Officer, on: datetime.date) -> None:
    """已到场, 已电话联系: once; from then on the draft waits in the queue of its station."""
    if way not in WAYS:
        raise Refused("请选择「已到场」或「已电话联系」。")
    shut = keeps_out(opened.application, officer)
    if shut:
        raise NotAllowed(shut)
    here = OpenedHousehold.objects.filter(
        pk=opened.pk, came_on__isnull=True, application__state=CaseState.DRAFT
    )
    if not here.update(came_on=on, noted_by=officer):
        raise Refused("这一户已登记过,或草稿已办理、作废,请刷新后再看。")
    case = opened.application
    if way == ContactNote.Way.VISIT:
        case.members.filter(is_applicant=True).update(presence=Member.Presence.PRESENT)
    note_contact(case, way, WAYS[ContactNote.Way(way)], officer=officer, on=on)
