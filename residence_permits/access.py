"""Who works with residence permits, and the rows inside an officer's scope."""

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from kaili_hukou.models import Person
from kaili_hukou.roles import STATION_STAFF, Role
from residence_permits.models import Permit, PermitRequest

COUNTER = frozenset(STATION_STAFF)
ENDORSING = frozenset({Role.WINDOW, Role.STATION_HEAD})
STAFF = COUNTER | {Role.APPROVER}
# Blanks and batches: sworn officers of a station, and the household section.
MAKERS = frozenset({Role.WINDOW, Role.STATION_HEAD, Role.APPROVER})
# Permits of before: the household section for all, a head for his own station.
IMPORTERS = frozenset({Role.STATION_HEAD, Role.APPROVER})
READERS = STAFF | {Role.AUDITOR}


def visible_person(request: HttpRequest, pk: uuid.UUID) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user), pk=pk)


def visible_request(request: HttpRequest, pk: uuid.UUID) -> PermitRequest:
    rows = PermitRequest.objects.visible_to(request.user).select_related(
        "person",
        "station",
        "body",
        "residence__town",
        "permit",
        "extend_by",
        "extended_by",
        "photograph",
    )
    return get_object_or_404(rows, pk=pk)


def visible_permit(request: HttpRequest, pk: uuid.UUID) -> Permit:
    """The permit inside the officer's scope; 404 where it is another's, or is not."""
    rows = Permit.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("person", "station", "town", "village"), pk=pk)
