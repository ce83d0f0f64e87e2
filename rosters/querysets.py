"""Reading rosters: which count, and whom they name."""

import datetime
from typing import Self

from django.db.models import Exists, OuterRef, Q

from kaili_hukou.models.people import number_digest
from kaili_hukou.scope import ScopedQuerySet


class RosterQuerySet(ScopedQuerySet):
    def confirmed(self, on: datetime.date) -> Self:
        """Those that a second person has confirmed up to the day."""
        return self.filter(state="confirmed", confirmed_on__lte=on)


class RosterEntryQuerySet(ScopedQuerySet):
    def confirmed(self, on: datetime.date) -> Self:
        """Rows of confirmed rosters that were not withdrawn, or that such a roster repeats."""
        its_own = Q(roster__state="confirmed", roster__confirmed_on__lte=on)
        repeats = self.model._meta.get_field("repeats").related_model._base_manager.filter(
            entry=OuterRef("pk"), roster__state="confirmed", roster__confirmed_on__lte=on
        )
        return self.filter(its_own | Exists(repeats), withdrawn_on__isnull=True)

    def one_a_person(self, on: datetime.date) -> Self:
        """Of the rows that count on the day one for each person and kind: the last entered."""
        rows = self.confirmed(on)
        same = rows.filter(
            number_digest=OuterRef("number_digest"), roster__kind=OuterRef("roster__kind")
        )
        at = OuterRef("roster__entered_at")
        later = Q(roster__entered_at__gt=at) | Q(roster__entered_at=at, pk__gt=OuterRef("pk"))
        return rows.filter(~Exists(same.filter(later)))

    def naming(self, number: str) -> Self:
        return self.filter(number_digest=number_digest(number))
