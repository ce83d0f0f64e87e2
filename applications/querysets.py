"""Reading cases: which are open, in whose queue, in which order."""

import datetime
from typing import Any, Self

from django.db.models import Case, IntegerField, Q, Value, When

from applications.workflow import COUNTER, DECIDING, OPEN, QUEUES, State
from kaili_hukou.scope import ScopedQuerySet


class ApplicationQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def overdue(self, on: datetime.date) -> Self:
        return self.open().filter(due_on__lt=on)

    def waiting_for(self, officer: Any) -> Self:
        """Those whose next step is this officer's; a station also sees what lacks late papers."""
        mine = Q(state__in=QUEUES.get(officer.role, ()))
        if officer.role in COUNTER:
            mine |= Q(state__in=DECIDING, pk__in=self._lacking_papers())
        return self.visible_to(officer).filter(mine)

    def drafts_of(self, officer: Any) -> Self:
        """Unfinished drafts that an officer began or was handed; they stand in no queue."""
        mine = Q(held_by=officer) | Q(held_by__isnull=True, opened_by=officer)
        return self.filter(mine, state=State.DRAFT)

    def _lacking_papers(self) -> Any:
        items = self.model._meta.get_field("evidence").related_model._base_manager
        return items.filter(state="deferred").values("application")

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
