"""Who works with rosters, and the upload, roster or row inside an officer's scope."""

import uuid

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from kaili_hukou.roles import Role
from rosters.models import Roster, RosterEntry, RosterRepeat, RosterUpload

# The household section and 市户改办 enter for bureaus that cannot reach the network.
ENTERING_FOR_OTHERS = frozenset({Role.APPROVER, Role.REFORM_OFFICE})
ENTERING = ENTERING_FOR_OTHERS | {Role.BUREAU_CLERK}
# A bureau confirms and ends its own; the household section for all.
WRITERS = frozenset({Role.BUREAU_CLERK, Role.APPROVER})
READERS = ENTERING | {Role.AUDITOR}
# The original file tells more than was kept: its bureau and the auditor alone.
OPENERS = frozenset({Role.BUREAU_CLERK, Role.AUDITOR})
REVEALERS = WRITERS | {Role.AUDITOR}
# Who reads cases, too: a case is named as a link.
CASE_READERS = frozenset({Role.APPROVER, Role.AUDITOR, Role.REFORM_OFFICE})


def visible_upload(request: HttpRequest, pk: uuid.UUID) -> RosterUpload:
    """404 where it is another bureau's, or is not."""
    rows = RosterUpload.objects.visible_to(request.user)
    told = rows.select_related("supplier", "entered_by", "continues", "roster")
    return get_object_or_404(told, pk=pk)


def visible_roster(request: HttpRequest, pk: uuid.UUID) -> Roster:
    rows = Roster.objects.visible_to(request.user)
    people = ("supplier", "entered_by", "confirmed_by", "ended_by", "run")
    return get_object_or_404(rows.select_related(*people), pk=pk)


def visible_row(request: HttpRequest, pk: uuid.UUID) -> RosterEntry:
    """A row of a roster in scope, or one that such a roster repeats."""
    own = RosterEntry.objects.visible_to(request.user).filter(pk=pk)
    repeated = RosterRepeat.objects.visible_to(request.user).filter(entry=pk)
    seen = Q(pk__in=own.values("pk")) | Q(pk__in=repeated.values("entry"))
    rows = RosterEntry.objects.filter(seen).select_related(
        "roster__supplier",
        "roster__run",
        "roster__entered_by",
        "town",
        "entered_by",
        "withdrawn_by",
        "person",
    )
    return get_object_or_404(rows, pk=pk)
