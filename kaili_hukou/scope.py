"""Which rows an officer may see: one chainable queryset method that ends in `none()`.

Every model with people's data names in `scope_paths` how its rows hang on a station or a bureau.
Other people's rows answer 404, like rows that do not exist.
"""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.db import models

from kaili_hukou.roles import REACH, Reach


def bureaus_of(bureau: Any, *, gone_by: datetime.date | None = None) -> frozenset[Any]:
    """The bureau and those whose successor it is, through any number of reforms.

    With `gone_by` only those that were no more on that day: whose duties it has, not only papers.
    """
    known = apps.get_model("kaili_hukou", "Bureau")._base_manager.filter(successor__isnull=False)
    if gone_by is not None:
        known = known.filter(valid_to__lt=gone_by)
    pairs = dict(known.values_list("pk", "successor"))
    found = {bureau} - {None}
    while more := {old for old, new in pairs.items() if new in found} - found:
        found |= more
    return frozenset(found)


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows of a model that states `scope_paths`: {Reach.STATION: "station", …}.

    A reach that the model does not name sees nothing of it, the city's reach sees all.
    """

    def visible_to(self, officer: Any) -> Self:
        if not getattr(officer, "is_active", False):
            return self.none()
        reach = REACH.get(officer.role, Reach.NOTHING)
        if reach is Reach.CITY:
            return self
        path = self.model.scope_paths.get(reach)
        place = officer.station_id if reach is Reach.STATION else officer.bureau_id
        if path is None or place is None:
            return self.none()
        return self._within(path, {place} if reach is Reach.STATION else bureaus_of(place))

    def _within(self, path: str, places: Iterable[Any]) -> Self:
        """A path through a to-many relation is asked as a sub-query: no row comes twice."""
        first, _, rest = path.partition("__")
        relation = self.model._meta.get_field(first)
        if not relation.one_to_many:
            return self.filter(**{f"{path}__in": places})
        rows = relation.related_model._base_manager.filter(**{f"{rest}__in": places})
        return self.filter(pk__in=rows.values(relation.field.attname))
