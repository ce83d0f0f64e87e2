"""Reading permits: by person, by the days on which they are valid."""

import datetime
from typing import Self

from kaili_hukou.scope import ScopedQuerySet


class PermitQuerySet(ScopedQuerySet):
    def in_force(self) -> Self:
        return self.filter(cancelled_on__isnull=True)

    def valid_on(self, day: datetime.date) -> Self:
        return self.in_force().filter(stretches__valid_from__lte=day, stretches__valid_to__gte=day)
