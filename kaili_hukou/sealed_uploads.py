"""A file that waits between preview and confirmation: encrypted, taken once, gone after a day."""

import datetime
import os
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from import_export.tmp_storages import BaseStorage

from kaili_hukou.crypto import Unreadable
from kaili_hukou.sealed_files import Shelf

UPLOADS = Shelf("uploads", "kaili_hukou.sealed_uploads.content")
KEPT = datetime.timedelta(days=1)
_TAKEN = ".taken"


class Gone(Exception):
    """The upload was confirmed already, was removed, or never was."""


class SealedUpload(BaseStorage):
    """What import_export keeps between its two pages; the name is a random id, never a path."""

    def save(self, data: bytes | str) -> None:
        pk = uuid.uuid4()
        self.name = pk.hex
        UPLOADS.keep(pk, data.encode() if isinstance(data, str) else data)

    def read(self) -> Any:
        """The plain content: text where the format reads text."""
        try:
            content = UPLOADS.content_of(self._pk)
        except (OSError, Unreadable) as fault:
            raise Gone from fault
        return content.decode(self.encoding or "utf-8") if self.read_mode == "r" else content

    def take(self) -> None:
        """Marks it as being confirmed; of two presses one goes on, the other raises Gone."""
        if not self._path.exists():
            raise Gone
        try:
            os.close(os.open(f"{self._path}{_TAKEN}", os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as fault:
            raise Gone from fault

    def remove(self) -> None:
        """Content first: whoever comes between finds the mark."""
        self._path.unlink(missing_ok=True)
        Path(f"{self._path}{_TAKEN}").unlink(missing_ok=True)

    @property
    def _pk(self) -> uuid.UUID:
        try:
            return uuid.UUID(hex=self.name or "")
        except ValueError as fault:
            raise Gone from fault

    @property
    def _path(self) -> Path:
        return UPLOADS.path(self._pk)


def clear_old(now: datetime.datetime) -> int:
    """Removes what nobody confirmed within a day; how many files there were."""
    before, count = (now - KEPT).timestamp(), 0
    for path in sorted((Path(settings.MEDIA_ROOT) / UPLOADS.folder).glob("*/*")):
        try:
            if path.stat().st_mtime < before:
                path.unlink()
                count += 1
        except FileNotFoundError:
            continue
    return count
