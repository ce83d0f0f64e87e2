"""Stand-in: what was checked is imported."""

from typing import Any

from django.utils import timezone

from rosters.actions import uploads
from rosters.column_choices import find_for
from rosters.files import UPLOADED, in_memory
from rosters.importing import Listener, Order, Read, Result, import_roster
from rosters.models import ImportRun, RosterUpload
from rosters.workbook import FileRefused
from rosters.writing import Document


def bring_in(upload: RosterUpload) -> None:
    document = Document(
        upload.kind,
        upload.reference,
        upload.document_on,
        upload.file_name,
        upload.supplier,
        upload.entered_by,
    )
    with in_memory(UPLOADED, upload.pk) as path:
        order = Order(document, path, timezone.localdate(), commit=True, find=find_for(upload))
        try:
            result = import_roster(order, Listener(chunk=_chunk(upload)))
        except FileRefused as refusal:
            done = ImportRun.objects.filter(kind=upload.kind, sha256=upload.sha256, state="done")
            if refusal.code != "already_imported" or not done:
                uploads.refuse_file(upload, refusal)
                return
            uploads.end_import(upload, done[0].roster)
            return
    uploads.end_import(upload, result.run.roster)


def _chunk(upload: RosterUpload) -> Any:
    def chunk(read: list[Read], result: Result) -> None:
        last = read[-1][0].row
        if last > upload.last_row:
            uploads.advance(upload, last)

    return chunk
