"""How the columns of an upload are read: by their words, and as its bureau once said by hand."""

from kaili_hukou.models import Bureau
from rosters.cells import place_of
from rosters.header import Header, find_header
from rosters.models import ColumnChoice, RosterUpload
from rosters.questions import Question, questions
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


def words_of(upload: RosterUpload) -> dict[int, str]:
    """By column, from 0, the words over the columns of its sheet."""
    words = upload.understood.get("words", {})
    return {place_of(letters): word for letters, word in words.items()}


def columns_of(upload: RosterUpload) -> dict[str, int]:
    """By known name the column in which it was found."""
    columns = upload.understood.get("columns", {})
    return {name: place_of(letters) for name, letters in columns.items()}


def open_questions(upload: RosterUpload) -> list[Question]:
    """What its bureau is to say before it can be imported."""
    return questions(words_of(upload), columns_of(upload), upload.read_as)
