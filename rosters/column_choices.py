"""How the columns of an upload are read: by their words, and as its bureau once said by hand."""

from kaili_hukou.models import Bureau
from rosters.header import Header, find_header
from rosters.models import ColumnChoice, RosterUpload
from rosters.workbook import Find, Head


def find_for(upload: RosterUpload) -> Find:
    """Checking and importing read the header alike: as was settled when the check began."""

    def find(head: Head) -> Header | None:
        return find_header(head.rows, head.merged, upload.read_as)

    return find


def read_as(supplier: Bureau, kind: str) -> dict[str, str]:
    """What the bureau has settled for this kind; an empty name: the column is not to be kept."""
    found = ColumnChoice.objects.filter(supplier=supplier, kind=kind)
    return dict(found.values_list("word", "column"))
