"""Which decisions were not yet handed over, and until when they must be (行政许可法 第四十四条)."""

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from applications.grounds import DELIVERY_DAYS
from applications.models import Application, Delivery
from applications.paper_kinds import DECISIONS, Paper
from kaili_hukou.registers import calendar


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A decision of a case, the day on which it was made, and the last day to deliver it."""

    name: str
    title: str
    made_on: datetime.date
    due_on: datetime.date


def undelivered(application: Application, papers: list[Paper]) -> list[Undelivered]:
    """Each decision for which no delivery is recorded, printed or not."""
    deciding = {move: paper for paper in papers if paper.decides for move in paper.moves}
    if not deciding:
        return []
    handed = Delivery.objects.filter(paper__change=OuterRef("pk"), paper__name__in=DECISIONS)
    changes = application.history.filter(~Exists(handed), move__in=deciding).order_by("at")
    days = calendar()
    return [
        Undelivered(
            name=deciding[move].name,
            title=deciding[move].title,
            made_on=on,
            due_on=days.add_working_days(on, DELIVERY_DAYS),
        )
        for move, on in changes.values_list("move", "on")
    ]
