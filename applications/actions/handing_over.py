"""An officer's unfinished drafts given to another of the station, with the reason."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from applications.models import Application, HandOver
from applications.workflow import COUNTER
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer, PoliceStation
from kaili_hukou.postings import in_force


@dataclass(frozen=True, slots=True)
class Handing:
    """Whose drafts at which station go to whom, and why."""

    giver: Officer
    taker: Officer
    station: PoliceStation
    reason: str


@transaction.atomic
def hand_over(handing: Handing, *, by: Officer, on: datetime.date) -> HandOver:
    """All drafts that the giver holds at the station are held by the taker from now on."""
    _check(handing, on)
    drafts = Application.objects.filter(station=handing.station).drafts_of(handing.giver)
    # Held first: of two who hand over at once the second finds them gone.
    held = list(drafts.select_for_update(of=("self",)).values_list("pk", flat=True))
    count = Application.objects.filter(pk__in=held).update(held_by=handing.taker)
    if not count:
        raise Refused(f"{handing.giver.name}在本所没有未办完的草稿,或刚刚已移交。请刷新后核对。")
    made = HandOver.objects.create(
        giver=handing.giver,
        taker=handing.taker,
        on=on,
        reason=handing.reason.strip(),
        cases=count,
        ordered_by=by,
    )
    changes = {"held_by": (handing.giver.username, handing.taker.username)}
    audit.record("移交草稿", made, changes=changes, reason=handing.reason, count=count)
    return made


def _check(handing: Handing, on: datetime.date) -> None:
    if handing.giver.pk == handing.taker.pk:
        raise Refused("移交人和承接人不能是同一人。")
    if not handing.reason.strip():
        raise Refused("请写明移交的理由。")
    serves = handing.taker.postings.filter(in_force(on), station=handing.station, role__in=COUNTER)
    if not handing.taker.is_active or not serves.exists():
        raise Refused(f"{handing.taker.name}今天不在本所窗口任职,不能承接。")
