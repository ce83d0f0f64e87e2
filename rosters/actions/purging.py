"""Rows that went back are kept for thirty days: then nothing of them is left."""

import datetime
import logging

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from rosters.actions.uploads import ENDED, cancel
from rosters.files import ERRORS, remove
from rosters.models import CheckedRow, RosterUpload

KEPT = datetime.timedelta(days=30)
log = logging.getLogger(__name__)


def purge(now: datetime.datetime) -> int:
    """How many uploads it was. What nobody decided upon is cancelled, file and all."""
    old = RosterUpload.objects.filter(ended_at__lt=now - KEPT)
    count = 0
    for upload in old.filter(state=RosterUpload.State.CHECKED):
        try:
            cancel(upload)
        except Refused as fault:
            log.info("not cancelled: %s", fault)
        else:
            count += 1
    rows = CheckedRow.objects.filter(upload=OuterRef("pk"))
    for upload in old.filter(Q(Exists(rows)), state__in=ENDED):
        _destroy(upload)
        count += 1
    return count


@transaction.atomic
def _destroy(upload: RosterUpload) -> None:
    """The workbook goes first: as long as a row is there, the next night finds both."""
    remove(ERRORS, upload.pk)
    rows = upload.checked.all().delete()[0]
    audit.record("销毁退回的行", upload, count=rows)
