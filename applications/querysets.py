"""Reading cases: which are open, in whose queue, in which order."""

import datetime
from typing import Any, Self

from django.db.models import Case, Count, Exists, F, IntegerField, Min, OuterRef, Q, Value, When

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
            mine |= Q(state=State.DRAFT, opening__came_on__isnull=False)
        return self.visible_to(officer).filter(mine)

    def drafts_of(self, officer: Any) -> Self:
        """Unfinished drafts that an officer began or was handed; they stand in no queue.

        Those that were opened in bulk from a roster are nobody's until the family comes.
        """
        mine = Q(held_by=officer) | Q(held_by__isnull=True, opened_by=officer)
        return self.filter(mine, state=State.DRAFT, opening__isnull=True)

    def awaited(self) -> Self:
        """Drafts opened from a roster whose family neither came nor was called yet."""
        return self.filter(state=State.DRAFT, opening__came_on__isnull=True, opening__isnull=False)

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


class FollowUpQuerySet(ScopedQuerySet):
    """Reading follow-ups: what was not handed over, what was not answered, how many of each."""

    def to_hand_over(self, bureau: Any, until: datetime.date) -> Self:
        return self.filter(bureau=bureau, state="open", since__lte=until)

    def unanswered(self) -> Self:
        return self.filter(state__in=("open", "handed"))

    def counted_by_bureau_and_state(self, since: datetime.date, until: datetime.date) -> Any:
        """Rows of (bureau, name, state, number) for those that began in the days, both included.

        The station's own tasks stand under the bureau None.
        """
        return (
            self.filter(since__gte=since, since__lte=until)
            .order_by("bureau", "state")
            .values_list("bureau", "bureau__name", "state")
            .annotate(number=Count("pk"))
        )

    def for_lists(self) -> Self:
        return self.select_related(
            "bureau", "member__person", "application__station", "application__town", "handed_in"
        )


class TransferQuerySet(ScopedQuerySet):
    def on_the_way(self) -> Self:
        """Those of whom somebody is still to come; a pupil until his place of origin has him."""
        return self.filter(
            Q(outward=True, application__state__in=("approved", "registered", "archived"))
            | Q(Exists(self._awaited()), outward=False),
            settled_on__isnull=True,
        )

    def _awaited(self) -> Any:
        case = self.model._meta.get_field("application").related_model
        members = case._meta.get_field("members").related_model._base_manager
        return members.filter(
            application=OuterRef("application"),
            division=OuterRef("division"),
            outcome="approved",
            is_open=True,
        )

    def moved_out(self) -> Self:
        """口袋户口: struck off there, not yet registered here."""
        return self.filter(moved_out_on__isnull=False)

    def unanswered(self, since: datetime.date) -> Self:
        """Sent or asked again on that day or before, and neither confirmed nor returned."""
        asked = Q(chased_on__isnull=True, sent_on__lte=since) | Q(chased_on__lte=since)
        return self.filter(
            asked,
            outward=False,
            channel="electronic",
            moved_out_on__isnull=True,
            returned_on__isnull=True,
        )

    def expiring(self, until: datetime.date) -> Self:
        """Those with a certificate whose last day is that day or before it."""
        rows = self.model._meta.get_field("certificates").related_model._base_manager
        valid = rows.filter(transfer=OuterRef("pk"), state="valid", valid_until__lte=until)
        # Once the 户口迁移证 is in hand, the 准予迁入证明 has done its work.
        later = rows.filter(transfer=OuterRef("pk"), state="valid", kind="removal")
        return self.filter(
            Exists(valid.filter(kind="removal")) | (Exists(valid) & ~Exists(later)), outward=False
        )

    def alarms(self, *, unanswered: datetime.date, expiring: datetime.date) -> dict[str, Any]:
        """In one query: moved out and since when at the earliest, expiring, unanswered."""
        mine = self.order_by()
        late = mine.unanswered(unanswered).values("pk")
        ending = mine.expiring(expiring).values("pk")
        return mine.aggregate(
            moved_out=Count("pk", filter=Q(moved_out_on__isnull=False)),
            first=Min("moved_out_on"),
            late=Count("pk", filter=Q(pk__in=late)),
            expiring=Count("pk", filter=Q(pk__in=ending)),
        )

    def in_urgency(self) -> Self:
        """Struck off there first, the longest first; then by the day of the letter."""
        return self.order_by(
            F("moved_out_on").asc(nulls_last=True), F("sent_on").asc(nulls_last=True), "pk"
        )

    def for_lists(self) -> Self:
        return self.select_related(
            "application__applicant", "application__enterprise", "application__station"
        ).prefetch_related("certificates")


class MemberQuerySet(ScopedQuerySet):
    def graduated(self, on: datetime.date) -> Self:
        """Settled as pupils, expected to have left school, not yet told that they may go back."""
        back = self.model._base_manager.filter(
            person=OuterRef("person"),
            application__route="pupil_return",
            outcome__in=("pending", "approved", "returned"),
        )
        return self.filter(
            ~Exists(back),
            application__route="pupil",
            outcome="registered",
            graduates_on__lte=on,
            reminded_on__isnull=True,
        ).order_by("graduates_on")
