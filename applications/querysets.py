"""Reading cases: which are open, in whose queue, in which order."""

import datetime
from typing import Any, Self

from django.db.models import Case, IntegerField, Q, Value, When

from applications.workflow import MOVES, OPEN, State
from kaili_hukou.scope import ScopedQuerySet


class ApplicationQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def overdue(self, on: datetime.date) -> Self:
        return self.open().filter(due_on__lt=on)

    def waiting_for(self, officer: Any) -> Self:
        """Those in which this officer's role may take the next step; drafts not among them."""
        states = {
            source
            for move in MOVES.values()
            if officer.role in move.roles and not move.grave
            for source in move.sources
        }
        waiting = (states & OPEN) - {State.DRAFT}
        return self.visible_to(officer).filter(state__in=waiting)

    def in_queue_order(self, on: datetime.date) -> Self:
        """Overdue and due today first whatever the lane; then the green lane; then by day."""
        return self.annotate(
            urgency=Case(
                When(due_on__lte=on, then=Value(0)),
                When(Q(green_lane=True) | Q(priority=True), then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        ).order_by("urgency", "due_on", "received_on", "opened_at")

    def for_lists(self) -> Self:
        return self.select_related("applicant", "enterprise", "station", "town")
