"""Which bureau supplies which kind of roster: by the plan, by name, and by succession."""

import datetime

from django.db.models import Q

from kaili_hukou.models import Bureau
from rosters.kinds import KINDS, Kind


def suppliers_of(kind: Kind, on: datetime.date) -> list[Bureau]:
    """The bureau that the plan names, whoever has its name or duty now, and their successors."""
    named = Q(name=kind.supplier) | Q(names__name=kind.supplier)
    found = list(Bureau.objects.filter(named).distinct())
    for bureau in found:
        if bureau.successor_id and bureau.successor not in found:
            found.append(bureau.successor)
    return [bureau for bureau in found if not (bureau.valid_to and bureau.valid_to < on)]


def kinds_of(bureau: Bureau | None, on: datetime.date) -> list[Kind]:
    """The kinds that a bureau supplies."""
    return [kind for kind in KINDS.values() if bureau in suppliers_of(kind, on)]
