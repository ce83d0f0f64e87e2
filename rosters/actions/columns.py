"""Writes on how a bureau's headers are read: said once by hand, remembered for the next file."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer
from rosters.actions.uploads import State, check_again, note_reading
from rosters.models import ColumnChoice, RosterUpload


@transaction.atomic
def settle_columns(
    upload: RosterUpload, reading: Mapping[str, str], officer: Officer, *, changes_nothing: bool
) -> None:
    """Remembers it for this bureau and kind; where it changes the reading, all is checked anew."""
    if upload.state != State.CHECKED:
        raise Refused("正在处理的文件不能改列。请等核对结束,或先取消。")
    settled = {"supplier": upload.supplier, "kind": upload.kind}
    before = dict(ColumnChoice.objects.filter(**settled).values_list("word", "column"))
    for word, column in reading.items():
        if before.get(word) != column:
            told = {"column": column, "chosen_by": officer, "chosen_at": timezone.now()}
            ColumnChoice.objects.update_or_create(**settled, word=word, defaults=told)
    audit.record("指定花名册各列", upload)
    if changes_nothing:
        note_reading(upload)
    else:
        check_again(upload)
