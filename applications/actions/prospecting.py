"""Guiding holders to settle (三(二)): their facts go through `assess`, a chunk at a time."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from applications.facts import Known, Told, answers, case_json, verdict_of
from applications.models import Application, Member, Prospect
from applications.parameters import in_force
from applications.policy.parameters import Parameters
from applications.policy.routes import ROUTES
from applications.policy.verdict import Verdict
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Membership, Officer
from residence_permits.models import Permit
from rosters.citations import cited
from rosters.models import Roster, RosterEntry

State = Prospect.State
AHEAD = datetime.timedelta(days=60)
CHUNK = 1000
# Nobody is led to these by his permit: an enterprise's, and the way back.
NOT_LED_TO = frozenset({"collective", "pupil_return"})


def look_at_all(on: datetime.date) -> int:
    """Every permit in force, by keys, a chunk a transaction; safe to run again at any time."""
    found = sum(look(permits, on) for permits in _chunks())
    audit.record("引导落户夜间比对", count=found)
    return found


def _chunks() -> Iterator[list[Permit]]:
    last = None
    while True:
        rows = Permit.objects.in_force().select_related("person").prefetch_related("endorsements")
        rows = rows.filter(pk__gt=last) if last else rows
        chunk = list(rows.order_by("pk")[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


@transaction.atomic
def look(permits: list[Permit], on: datetime.date) -> int:
    """Brings the prospects of these permits in line with the day; how many there are then."""
    values = in_force()
    wanted = {
        (permit.pk, route): day
        for permit, known, told in _known(permits, on)
        for route, day in _open_to(known, told, values)
    }
    present = {
        (row.permit_id, row.route): row for row in Prospect.objects.filter(permit__in=permits)
    }
    _let_go(present, wanted)
    moved = [row for key, row in present.items() if key in wanted and _moved(row, wanted[key])]
    Prospect.objects.bulk_update(moved, ["eligible_on"])
    Prospect.objects.bulk_create(
        [
            Prospect(permit_id=key[0], route=key[1], eligible_on=day, noted_on=on)
            for key, day in wanted.items()
            if key not in present
        ],
        # Two lookers at once: the other one's row is as good.
        ignore_conflicts=True,
    )
    return len(wanted)


def _let_go(present: dict[Any, Prospect], wanted: dict[Any, datetime.date]) -> None:
    gone = [
        row.pk for key, row in present.items() if key not in wanted and row.state == State.WAITING
    ]
    Prospect.objects.filter(pk__in=gone).delete()


def _moved(row: Prospect, day: datetime.date) -> bool:
    if row.eligible_on == day or (row.eligible_on <= day and row.eligible_on <= row.noted_on):
        return False
    row.eligible_on = day
    return True


def _open_to(known: Known, told: Told, values: Parameters) -> Iterator[tuple[str, datetime.date]]:
    for route in ROUTES:
        if route not in NOT_LED_TO:
            day = opens_on(verdict_of(case_json(route, told, known), values), known.on)
            if day is not None:
                yield route, day


def opens_on(verdict: Verdict, on: datetime.date) -> datetime.date | None:
    """The day from which the route is open: today, or one within sixty days; else None."""
    if verdict.verdict == "eligible":
        return on
    day = verdict.come_back_on or verdict.eligible_on
    return day if day is not None and on < day <= on + AHEAD else None


@dataclass(frozen=True, slots=True)
class _OnFile:
    """What is on file for a chunk of people, by person or by the digest of the number."""

    on: datetime.date
    kinds: frozenset[str]
    rows: dict[str, dict[str, RosterEntry]]
    settled: dict[Any, Membership]
    busy: set[Any]
    pupils: set[Any]
    typed: dict[Any, dict[str, Any]]


def _known(permits: Iterable[Permit], on: datetime.date) -> Iterator[tuple[Permit, Known, Told]]:
    """Holders who are neither registered here nor applying already."""
    chunk = [permit for permit in permits if permit.issued_on <= on]
    file = _on_file([permit.person for permit in chunk], on)
    for permit in chunk:
        person = permit.person
        if person.pk in file.busy or person.pk in file.settled:
            continue
        known = Known(
            on=on,
            person=person,
            permit=permit,
            timeline=permit.timeline(on),
            rows=file.rows.get(person.number_digest or "", {}),
            confirmed_kinds=file.kinds,
            settled_as_pupil=person.pk in file.pupils,
        )
        told = Told(
            birth_date=person.birth_date,
            division=person.division,
            hukou_kind=person.hukou_kind,
            answers=answers(file.typed.get(person.pk, {})),
        )
        yield permit, known, told


def _on_file(people: list[Any], on: datetime.date) -> _OnFile:
    """A fixed number of queries for a chunk."""
    digests = [person.number_digest for person in people if person.number_digest]
    rows = {
        digest: {kind: citation.entry for kind, citation in told.items()}
        for digest, told in cited(digests, on).items()
    }
    members = Member.objects.filter(person__in=people)
    # What he told in his last case; the latest of several stands.
    cases = Application.objects.filter(applicant__in=people).order_by("opened_at")
    kinds = Roster.objects.confirmed(on).values_list("kind", flat=True).distinct()
    return _OnFile(
        on=on,
        kinds=frozenset(kinds),
        rows=rows,
        settled={
            row.person_id: row
            for row in Membership.objects.filter(person__in=people, until__isnull=True)
        },
        busy=set(members.filter(is_open=True).values_list("person", flat=True)),
        pupils=set(
            members.filter(
                application__route="pupil", outcome=Member.Outcome.REGISTERED
            ).values_list("person", flat=True)
        ),
        typed={case.applicant_id: case.facts or {} for case in cases},
    )


@transaction.atomic
def note_told(prospect: Prospect, state: str, officer: Officer, on: datetime.date) -> None:
    """已告知, 暂无意愿: once; settling is the holder's own wish (条例 第十五条)."""
    if state not in (State.TOLD, State.DECLINED):
        raise Refused("请选择「已告知」或「暂无意愿」。")
    updated = Prospect.objects.filter(pk=prospect.pk, state=State.WAITING).update(
        state=state, told_on=on, told_by=officer
    )
    if not updated:
        raise Refused("这一条已由别人登记过,请刷新后核对。")
    audit.record("引导落户告知", prospect, changes={"state": (State.WAITING, state)})
