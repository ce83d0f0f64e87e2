"""Files of bureaus on their shelves, and how one is opened without lying anywhere in plain.

A spreadsheet reader wants a path: it gets one that leads into memory alone and ends with the
block in which it was opened.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaili_hukou.sealed_files import Shelf

ORIGINALS = Shelf("rosters", "rosters.Roster.original")
UPLOADED = Shelf("roster-uploads", "rosters.RosterUpload.file")
# The rows of an upload that went back, as a workbook to be mended.
ERRORS = Shelf("roster-errors", "rosters.RosterUpload.errors")
# The scan of the letter under which a file came, by the id of the upload, later of the roster.
# A roster has the id of its upload, so the letter stays where it lies.
LETTERS = Shelf("roster-letters", "rosters.RosterUpload.letter")


@contextmanager
def in_memory(shelf: Shelf, pk: uuid.UUID) -> Iterator[Path]:
    """crypto.Unreadable where the file was changed, FileNotFoundError where it is lost."""
    with empty_in_memory() as path:
        path.write_bytes(shelf.content_of(pk))
        yield path


@contextmanager
def empty_in_memory() -> Iterator[Path]:
    """A path by which a file can be written and read that never touches a disk."""
    file = os.memfd_create("roster")
    try:
        yield Path(f"/proc/{os.getpid()}/fd/{file}")
    finally:
        os.close(file)


def remove(shelf: Shelf, pk: uuid.UUID) -> None:
    shelf.path(pk).unlink(missing_ok=True)
