"""Under which document an upload is checked and imported."""

from rosters.models import RosterUpload
from rosters.writing import Document


def document_of(upload: RosterUpload) -> Document:
    """The roster gets the id of its upload: so a finished import is known again as one's own."""
    return Document(
        kind=upload.kind,
        reference=upload.reference,
        on=upload.document_on,
        file_name=upload.file_name,
        supplier=upload.supplier,
        officer=upload.entered_by,
        received_on=upload.received_on,
        letter_name=upload.letter_name,
        continues=upload.continues,
        roster=upload.pk,
    )
