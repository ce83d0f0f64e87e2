"""Another count of the same report: plain loops over exported rows, without a line of our SQL.

It shares nothing with `reports` but the definitions of the contract, read a second time.
"""

from collections import Counter
from datetime import date

from applications.models import Application, EarlierSettlement, Member, StateChange
from kaili_hukou.models import Town
from residence_permits.models import Endorsement, Permit
from residence_permits.terms import stretches

OPEN = {"draft", "received", "supplement", "accepted", "checked", "reviewed", "approved"}


def origin(division):
    if not division:
        return "none"
    if not division.startswith("52"):
        return "other_province"
    return "kaili" if division == "522601" else "other_county"


def settled_people():
    """(day, route, town, division, kind, member) of each settlement, undone later or not."""
    towns = {town.pk: town.name for town in Town.objects.all()}
    cases = {case.pk: case for case in Application.objects.all()}
    for member in Member.objects.all():
        case = cases[member.application_id]
        if member.registered_on and case.route not in ("pupil_return", "collective"):
            where = case.route, towns.get(case.town_id, "未填")
            yield member.registered_on, *where, member.division, member.hukou_kind, member
    for row in EarlierSettlement.objects.all():
        if row.route not in ("pupil_return", "collective"):
            where = row.route, towns.get(row.town_id, "未填")
            yield row.registered_on, *where, row.division, row.hukou_kind, row.member


def settled(first, last):
    rows = [row for row in settled_people() if first <= row[0] <= last]
    return {
        "total": len(rows),
        "applications": len({row[5].application_id for row in rows}),
        "by_route": Counter(row[1] for row in rows),
        "by_town": Counter(row[2] for row in rows),
        "by_month": Counter(f"{row[0]:%Y-%m}" for row in rows),
        "by_origin": Counter(origin(row[3]) for row in rows),
        "by_route_and_town": Counter((row[1], row[2]) for row in rows),
    }


def cases(first, last):
    """The figures of applications, from each case's own story."""
    found = Counter()
    for case in Application.objects.all():
        story = list(StateChange.objects.filter(application=case).order_by("at"))
        moves = [(change.move, change.on) for change in story]
        inside = [name for name, on in moves if first <= on <= last]
        turned_away = any(name == "not_accept" for name, _ in moves) and not case.accepted_on
        if case.received_on and first <= case.received_on <= last and not turned_away:
            found["received"] += 1
        for name, key in (
            ("approve", "approved"),
            ("refuse", "refused"),
            ("not_accept", "not_accepted"),
            ("withdraw", "withdrawn"),
        ):
            found[key] += inside.count(name)
        for change in story:
            if change.move in ("approve", "refuse") and first <= change.on <= last:
                late = change.due_on is not None and change.due_on < change.on
                found["beyond_term" if late else "within_term"] += 1
        until = [change.after for change in story if change.on <= last]
        stood = until[-1] if until else "draft"
        if case.received_on and case.received_on <= last and stood in OPEN - {"draft"}:
            found["open_at_end"] += 1
    return found


def revoked(first, last):
    """People struck off in the period: of each undoing those who had been registered."""
    number = 0
    for change in StateChange.objects.filter(move__in=("annul", "revoke")):
        later = StateChange.objects.filter(
            application=change.application_id, move__in=("reopen", "retake"), at__gt=change.at
        )
        if first <= change.on <= last and not later.exists():
            members = Member.objects.filter(application=change.application_id)
            number += sum(1 for member in members if member.registered_on)
    earlier = EarlierSettlement.objects.exclude(route__in=("pupil_return", "collective"))
    return number + sum(1 for row in earlier if first <= row.undone_on <= last)


def permits(first, last):
    """By the arithmetic of the permits' contract, not by what is stored of it."""
    found = Counter()
    for permit in Permit.objects.all():
        days = [
            row.endorsed_on
            for row in Endorsement.objects.filter(permit=permit, undone_at__isnull=True)
        ]
        found["issued"] += first <= permit.issued_on <= last
        found["endorsed"] += sum(first <= day <= last for day in days)
        gone = permit.cancelled_on is not None and permit.cancelled_on <= last
        if permit.issued_on <= last and not gone:
            spans = stretches(permit.issued_on, days, last)
            valid = any(span.holds(last) for span in spans)
            found["valid_at_end" if valid else "suspended_at_end"] += 1
    return found


def registered_cases(route, first, last):
    rows = Application.objects.filter(route=route)
    return sum(1 for case in rows if case.registered_on and first <= case.registered_on <= last)


YEAR = (date(2025, 12, 1), date(2026, 11, 30))
