"""Reading rosters: which count, whom they name, and which cases rest on their rows.

A roster names a person by a row of its own, or by a repeat of an earlier row. Each naming can be
withdrawn for itself; a row counts as long as one naming of it stands.
"""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q

from kaili_hukou.models.people import number_digest
from kaili_hukou.scope import ScopedQuerySet

# Of a roster: its rows count for nothing and are compared with nothing.
GONE = frozenset({"withdrawn", "taken_back"})
# Of a case: nothing rests on its row any more. As text, for cases stand above.
ENDED_WITHOUT = frozenset(
    {"not_accepted", "refused", "withdrawn", "terminated", "annulled", "revoked"}
)


class RosterQuerySet(ScopedQuerySet):
    def confirmed(self, on: datetime.date) -> Self:
        """Those that a second person has confirmed up to the day."""
        return self.filter(state="confirmed", confirmed_on__lte=on)


class RosterEntryQuerySet(ScopedQuerySet):
    def confirmed(self, on: datetime.date) -> Self:
        """Rows that a roster confirmed up to the day names, and has not withdrawn."""
        return self.filter(
            self._named_by(Q(roster__state="confirmed", roster__confirmed_on__lte=on))
        )

    def present(self) -> Self:
        """Rows with which those of the next roster are compared, confirmed or not."""
        return self.filter(self._named_by(~Q(roster__state__in=GONE)))

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

    def supporting(self) -> Self:
        """Rows on which a case rests that is alive, or was decided for the applicant."""
        cases = self.model._meta.get_field("applications").related_model._base_manager
        resting = cases.filter(roster_entry=OuterRef("pk")).exclude(state__in=ENDED_WITHOUT)
        return self.filter(Exists(resting))

    def resting_on(self, rosters: Iterable[Any]) -> Self:
        """Supporting rows that these rosters name, and no other confirmed one does."""
        these = [roster.pk for roster in rosters]
        others = Q(roster__state="confirmed") & ~Q(roster__in=these)
        return (
            self.filter(self._named_by(Q(roster__in=these)))
            .supporting()
            .exclude(self._named_by(others))
        )

    def _named_by(self, rosters: Q) -> Q:
        """Named by such a roster, in a row of its own or by a repeat, and not withdrawn there."""
        repeats = self.model._meta.get_field("repeats").related_model._base_manager
        repeated = repeats.filter(rosters, entry=OuterRef("pk"), withdrawn_on__isnull=True)
        return Q(rosters, withdrawn_on__isnull=True) | Q(Exists(repeated))
