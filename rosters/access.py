"""Who works on rosters, and the upload inside an officer's scope."""

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from kaili_hukou.roles import Role
from rosters.models import RosterUpload

# The household section and 市户改办 enter for bureaus that cannot reach the network.
ENTERING_FOR_OTHERS = frozenset({Role.APPROVER, Role.REFORM_OFFICE})
WRITERS = ENTERING_FOR_OTHERS | {Role.BUREAU_CLERK}
READERS = WRITERS | {Role.AUDITOR}


def visible_upload(request: HttpRequest, pk: uuid.UUID) -> RosterUpload:
    """404 where it is another bureau's, or is not."""
    rows = RosterUpload.objects.visible_to(request.user)
    told = rows.select_related("supplier", "entered_by", "continues", "roster")
    return get_object_or_404(told, pk=pk)
