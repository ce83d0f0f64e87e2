"""Reading the returns of the units: own ones, received ones, those still silent."""

from typing import Any, Self

from django.db.models import Q

from kaili_hukou.roles import Role
from kaili_hukou.scope import ScopedQuerySet, bureaus_of
from reports.return_flow import RECEIVED, WITH_UNIT


class ReturnQuerySet(ScopedQuerySet):
    """Rows that hang on one unit, bureau or town, by `unit_path` of the model."""

    def visible_to(self, officer: Any) -> Self:
        """A clerk sees the unit's own rows and those of the bureaus it took over from."""
        if officer.role != Role.BUREAU_CLERK:
            return super().visible_to(officer)
        if not officer.is_active:
            return self.none()
        path = self.model.unit_path
        if officer.bureau_id:
            return self.filter(**{f"{path}bureau__in": bureaus_of(officer.bureau_id)})
        if officer.town_id:
            return self.filter(**{f"{path}town": officer.town_id})
        return self.none()


class RuleQuerySet(ScopedQuerySet):
    def visible_to(self, officer: Any) -> Self:
        """A bureau's clerk sees its rules and those it took over; a town owes none."""
        if officer.role != Role.BUREAU_CLERK or not (officer.is_active and officer.bureau_id):
            return super().visible_to(officer)
        return self.filter(bureau__in=bureaus_of(officer.bureau_id))


class UnitReturnQuerySet(ReturnQuerySet):
    def received(self) -> Self:
        """Those that stand as reported: sent and not sent back."""
        return self.filter(state__in=RECEIVED)

    def silent(self) -> Self:
        """Those that are still with the unit and were not declared missing."""
        return self.filter(state__in=WITH_UNIT, declared_missing=False)


class ReturnFileQuerySet(ScopedQuerySet):
    def visible_to(self, officer: Any) -> Self:
        """A scan is seen by whoever sees the return or the rule that it belongs to."""
        returns, rules = (
            self.model._meta.get_field(name).related_model.objects.visible_to(officer)
            for name in ("unit_return", "rule")
        )
        return self.filter(Q(unit_return__in=returns) | Q(rule__in=rules))

    def kept(self) -> Self:
        return self.filter(removed_at__isnull=True)
