"""What the system knows of a unit's year, by clause: nobody counts by hand what stands here.

People are counted by the day of registration, each case's applicant and companions alike; a pupil
who went back and a collective household settle nobody.
"""

import datetime
from collections import Counter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from applications.duties_after import DUTIES, NOTHING_FOLLOWS
from applications.models import FollowUp, Member
from applications.policy.routes import ROUTES
from kaili_hukou.models import Bureau, Town
from reports import due_days
from residence_permits.models import Endorsement, Permit
from rosters.kinds import KINDS
from rosters.models import RosterEntry

# [title, number], as it stands on the page and on the paper.
Figure = list[Any]
Known = dict[str, list[Figure]]
Days = tuple[datetime.date, datetime.date]

SUPPLIED = {"relocation": "三(一)6(1)", "veteran": "三(一)6(2)", "talent": "三(一)6(3)"}
POLICE = "police"


UNANSWERED = (FollowUp.State.OPEN, FollowUp.State.HANDED)


def known_figures(unit: Bureau | Town, year: int) -> Known:
    days = due_days.period(year)
    if isinstance(unit, Town):
        came = settled(days, town=unit)
        figures = [*came, *permits(days, town=unit), *named_here(days, unit)]
        # Funds and land both follow whom the town took in; the rest stands once.
        return {"三(三)2": figures, "三(三)3": came}
    found = answers(days, unit) | supplied(days, unit)
    if unit.code == POLICE:
        found |= {"三(一)": settled(days), "三(二)": permits(days)}
    return found


def settled(days: Days, **place: Any) -> list[Figure]:
    """People settled: all of them, then each route, 0 where there was nobody."""
    within = {f"application__{name}": value for name, value in place.items()}
    rows = (
        Member.objects.filter(registered_on__range=days, **within)
        .exclude(application__route__in=NOTHING_FOLLOWS)
        .order_by()
        .values_list("application__route")
        .annotate(number=Count("pk"))
    )
    by_route = Counter(dict(rows))
    routes = [route for route in ROUTES.values() if route.code not in NOTHING_FOLLOWS]
    return [
        ["落户人数", by_route.total()],
        *([route.title, by_route[route.code]] for route in routes),
    ]


def permits(days: Days, **place: Any) -> list[Figure]:
    """Cards issued and endorsed within the days, and those in force on the last of them."""
    within = {f"permit__{name}": value for name, value in place.items()}
    in_force = Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=days[1])
    told = Permit.objects.filter(issued_on__lte=days[1], **place).aggregate(
        issued=Count("pk", filter=Q(issued_on__gte=days[0])), held=Count("pk", filter=in_force)
    )
    endorsed = Endorsement.objects.filter(endorsed_on__range=days, undone_at__isnull=True, **within)
    return [
        ["签发居住证", told["issued"]],
        ["签注居住证", endorsed.count()],
        [f"至 {days[1]} 未注销的居住证", told["held"]],
    ]


def named_here(days: Days, town: Town) -> list[Figure]:
    """Rows of confirmed rosters that name the town."""
    rows = RosterEntry.objects.confirmed(days[1]).filter(town=town)
    return [["花名册列入本镇(街道)的人数", rows.count()]]


def supplied(days: Days, bureau: Bureau) -> Known:
    """Of each roster that the bureau supplies: how many it names, how many have settled."""
    known: Known = {}
    for code, clause in SUPPLIED.items():
        rows = RosterEntry.objects.confirmed(days[1]).filter(
            roster__kind=code, roster__supplier=bureau
        )
        people = Member.objects.filter(
            person__number_digest=OuterRef("number_digest"), registered_on__lte=days[1]
        ).exclude(application__route__in=NOTHING_FOLLOWS)
        told = rows.order_by().aggregate(
            named=Count("pk"), settled=Count("pk", filter=Q(Exists(people)))
        )
        if told["named"]:
            title = KINDS[code].title
            known[clause] = [
                [f"{title}名册人数", told["named"]],
                [f"{title}名册中已落户", told["settled"]],
            ]
    return known


def answers(days: Days, bureau: Bureau) -> Known:
    """后续衔接: begun in the year, done of these, and whatever is unanswered on the last day."""
    in_year = Q(since__range=days)
    rows = (
        FollowUp.objects.filter(bureau=bureau, since__lte=days[1])
        .exclude(state=FollowUp.State.CANCELLED)
        .order_by()
        .values_list("kind")
        .annotate(
            begun=Count("pk", filter=in_year),
            done=Count("pk", filter=in_year & Q(state=FollowUp.State.DONE)),
            unanswered=Count("pk", filter=Q(state__in=UNANSWERED)),
        )
    )
    known: Known = {}
    for kind, begun, done, unanswered in rows:
        title = FollowUp.Kind(kind).label
        known.setdefault(DUTIES[kind].clause, []).extend(
            [
                [f"{title}:本年度事项", begun],
                [f"{title}:已接续", done],
                [f"{title}:至 {days[1]} 尚未反馈", unanswered],
            ]
        )
    return known
