"""Who works on cases, and the case inside an officer's scope."""

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from applications.models import Application
from kaili_hukou.access import desk_page
from kaili_hukou.roles import STATION_STAFF, Role

__all__ = ["CASE_READERS", "CASE_STAFF", "COUNTER", "desk_page", "visible_case"]

COUNTER = frozenset(STATION_STAFF)
CASE_STAFF = COUNTER | {Role.APPROVER}
CASE_READERS = CASE_STAFF | {Role.AUDITOR, Role.REFORM_OFFICE}


def visible_case(request: HttpRequest, pk: uuid.UUID) -> Application:
    """The case inside the officer's scope; 404 where it is another's, or is not."""
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "applicant",
            "enterprise",
            "station",
            "town",
            "household",
            "roster_entry__roster__supplier",
        ),
        pk=pk,
    )
