"""Papers of earlier cases that may stand for a new one: the same person's, still valid."""

import datetime
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from applications.evidence_rules import rule_of
from applications.models import EvidenceItem
from applications.workflow import State as CaseState

State = EvidenceItem.State
# Seen by an officer, or confirmed by the unit that keeps the record.
SEEN = (State.ORIGINAL, State.COPY, State.VERIFIED)
# What such a case held is no proof of anything.
TAINTED = (CaseState.REVOKED, CaseState.ANNULLED)


def valid_for(item: EvidenceItem, on: datetime.date) -> list[EvidenceItem]:
    """The newest first; no row of the scans comes along, only what was seen, where and when."""
    return offers_for([item], on).get(item.pk, [])


def offers_for(
    items: Iterable[EvidenceItem], on: datetime.date
) -> dict[object, list[EvidenceItem]]:
    """What is on file for each item, by one query for all of them."""
    wanted = {item.pk: (item.code, _person_of(item)) for item in items if item.state == "missing"}
    people = {person for _, person in wanted.values() if person}
    if not people:
        return {}
    of_people = Q(member__person__in=people) | Q(
        member__isnull=True, application__applicant__in=people
    )
    found = (
        EvidenceItem.objects.filter(
            of_people,
            state__in=SEEN,
            code__in={code for code, _ in wanted.values()},
            noted_at__isnull=False,
        )
        .exclude(application__state__in=TAINTED)
        .exclude(pk__in=list(wanted))
        # Asked of a unit, it counts once the unit has said so.
        .filter(~Q(state=State.VERIFIED) | Q(inquiries__answer="true"))
        .select_related("application__station", "member")
        .order_by("-noted_at")
        .distinct()
    )
    by_key: dict[tuple[str, object], list[EvidenceItem]] = {}
    for row in found:
        if rule_of(row.code).valid_on(timezone.localdate(row.noted_at), on):
            by_key.setdefault((row.code, _person_of(row)), []).append(row)
    return {pk: by_key[key] for pk, key in wanted.items() if key in by_key}


def _person_of(item: EvidenceItem) -> object:
    return item.member.person_id if item.member else item.application.applicant_id
