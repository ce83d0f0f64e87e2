"""Who works with residence permits, and the one permit that an address names."""

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from kaili_hukou.roles import STATION_STAFF, Role
from residence_permits.models import Permit

ENDORSING = frozenset({Role.WINDOW, Role.STATION_HEAD})
STAFF = frozenset(STATION_STAFF) | {Role.APPROVER}
READERS = STAFF | {Role.AUDITOR}


def visible_permit(request: HttpRequest, pk: uuid.UUID) -> Permit:
    """The permit inside the officer's scope; 404 where it is another's, or is not."""
    rows = Permit.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("person", "station", "town", "village"), pk=pk)
