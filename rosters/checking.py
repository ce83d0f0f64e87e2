"""Stand-in: every row of an upload is looked at."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from rosters.actions import uploads
from rosters.cells import letter
from rosters.column_choices import find_for
from rosters.files import UPLOADED, in_memory
from rosters.header import Header
from rosters.importing import CHUNK, Listener, Order, Read, Result, import_roster
from rosters.models import CheckedRow, RosterUpload
from rosters.rows import Duplicate, Rejected, Valid
from rosters.workbook import FileRefused, Head
from rosters.writing import Document


def check(upload: RosterUpload) -> None:
    document = Document(upload.kind, upload.reference, upload.document_on)
    try:
        with in_memory(UPLOADED, upload.pk) as path:
            order = Order(document, path, timezone.localdate(), chunk=CHUNK, find=find_for(upload))
            import_roster(order, Listener(_begun(upload), _chunk(upload)))
    except FileRefused as refusal:
        uploads.refuse_file(upload, refusal)
    else:
        uploads.end_check(upload)


def _begun(upload: RosterUpload) -> Any:
    def begun(head: Head, header: Header) -> None:
        letters = header.letters
        understood = {
            "sheet": head.sheet,
            "header_row": header.row,
            "columns": letters,
            "words": {letter(at): word.shown for at, word in header.words.items()},
            "ignored": header.ignored,
        }
        uploads.advance(upload, upload.last_row, understood=understood)

    return begun


def _chunk(upload: RosterUpload) -> Any:
    def chunk(read: list[Read], result: Result) -> None:
        fresh = [one for one in read if one[0].row > upload.last_row]
        if not fresh:
            return
        counts = {
            name: getattr(result, name)
            for name in ("added", "changed", "unchanged", "rejected", "duplicates", "skipped")
        }
        with transaction.atomic():
            uploads.advance(upload, fresh[-1][0].row, **counts)
            CheckedRow.objects.bulk_create(
                CheckedRow(
                    upload=upload,
                    row=source.row,
                    outcome={Valid: "added", Rejected: "rejected", Duplicate: "duplicate"}.get(
                        type(outcome), "skipped"
                    ),
                    told=json.dumps({}),
                )
                for source, outcome in fresh
            )

    return chunk
