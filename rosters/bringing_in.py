"""The good rows of a checked upload become a roster; stopped at any moment it goes on.

Rows and their checkpoint are written by the import itself; the upload only follows it.
"""

from django.db.models import QuerySet
from django.utils import timezone

from kaili_hukou import crypto
from kaili_hukou.actions import Refused
from rosters.actions import uploads
from rosters.column_choices import find_for
from rosters.files import UPLOADED, in_memory
from rosters.importing import Chunk, Listener, Order, Result, import_roster
from rosters.models import ImportRun, RosterUpload
from rosters.uploaded import document_of
from rosters.workbook import FileRefused

COUNTS = ("added", "changed", "unchanged", "rejected", "duplicates", "skipped")
NOT_ALL_RIGHT = (
    "您选了全部正确才导入,但导入前再次核对时有 {count} 行退回,所以一行也没有导入。"
    "请改好后重新上传。"
)


def bring_in(upload: RosterUpload) -> None:
    """Ends with the upload imported, or refused; Stopped where another has gone on.

    Refused or FileRefused, raised: it cannot go on now, with what was written so far.
    """
    if not _finished(upload).exists():
        try:
            result = _import(upload)
        except FileRefused as refusal:
            if refusal.code != "already_imported":
                raise
            uploads.refuse_file(upload, refusal)
            return
        except (FileNotFoundError, crypto.Unreadable):
            raise FileRefused("unreadable") from None
        if not result.committed:
            sentence = NOT_ALL_RIGHT.format(count=result.rejected + result.duplicates)
            uploads.refuse_file(upload, Refused(sentence))
            return
    run = _finished(upload).get()
    uploads.end_import(upload, run.roster, **{name: getattr(run, name) for name in COUNTS})


def _finished(upload: RosterUpload) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(roster=upload.pk, state=ImportRun.State.DONE)


def _import(upload: RosterUpload) -> Result:
    def still_at_work() -> None:
        uploads.advance(upload, upload.last_row)

    def follow(chunk: Chunk, result: Result) -> None:
        last_row = max(chunk.last_row, upload.last_row)
        uploads.advance(upload, last_row, **{name: getattr(result, name) for name in COUNTS})

    with in_memory(UPLOADED, upload.pk) as path:
        order = Order(
            document_of(upload),
            path,
            timezone.localdate(),
            commit=True,
            strict=upload.strict,
            find=find_for(upload),
        )
        return import_roster(order, Listener(chunk=follow, glanced=still_at_work))
