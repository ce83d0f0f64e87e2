"""Reading permits: by person, by the days on which they are valid, to be endorsed or suspended."""

import datetime
from typing import Self

from django.db.models import Q

from kaili_hukou.scope import ScopedQuerySet


class PermitQuerySet(ScopedQuerySet):
    def in_force(self) -> Self:
        return self.filter(cancelled_on__isnull=True)

    def valid_on(self, day: datetime.date) -> Self:
        return self.in_force().filter(stretches__valid_from__lte=day, stretches__valid_to__gte=day)

    def closing_within(self, days: int, on: datetime.date) -> Self:
        """To be endorsed: the last day of the window lies within so many days."""
        return self.in_force().filter(
            ends_on__gt=on, ends_on__lte=on + datetime.timedelta(days=days + 1)
        )

    def suspended_on(self, on: datetime.date) -> Self:
        return self.in_force().filter(ends_on__lte=on)

    def to_note_suspended(self, on: datetime.date) -> Self:
        """Suspended by their days, and not noted yet."""
        return self.suspended_on(on).filter(noted__in=("valid", "window"))

    def to_note_opened(self, on: datetime.date) -> Self:
        """The window is open, and nobody noted it."""
        return self.in_force().filter(noted="valid", window_opens_on__lte=on, ends_on__gt=on)

    def after(self, day: datetime.date, pk: object, *, backwards: bool = False) -> Self:
        """The rows behind one row, in the order of (`ends_on`, key): a page begins where the last
        one ended, however far back."""
        if backwards:
            later = Q(ends_on__lt=day) | Q(ends_on=day, pk__lt=pk)
            return self.filter(ends_on__lte=day).filter(later)
        later = Q(ends_on__gt=day) | Q(ends_on=day, pk__gt=pk)
        return self.filter(ends_on__gte=day).filter(later)
