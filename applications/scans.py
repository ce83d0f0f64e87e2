"""Scans of cases as they are kept: encrypted on disk."""

from applications.models import Attachment
from kaili_hukou.scans import CONTENT_TYPES, MAGIC, Scan, read_scan
from kaili_hukou.sealed_files import Shelf

__all__ = ["CONTENT_TYPES", "MAGIC", "SCANS", "Scan", "content_of", "keep", "read_scan"]

SCANS = Shelf("scans", "applications.Attachment.content")


def keep(attachment: Attachment, content: bytes) -> None:
    """Writes the encrypted bytes; the file is named by the row's id and bound to it."""
    SCANS.keep(attachment.pk, content)


def content_of(attachment: Attachment) -> bytes:
    """The plain bytes; crypto.Unreadable where the file was changed, FileNotFoundError if lost."""
    return SCANS.content_of(attachment.pk)
