"""Files of people kept encrypted under MEDIA_ROOT, each named by its row's id and bound to it."""

import io
import os
import uuid
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from kaili_hukou import crypto
from kaili_hukou.actions import Refused

BLOCK = 1024 * 1024
MOST_PIXELS = 80_000_000
BROKEN = "这张图片已损坏或不完整,无法打开。请重新扫描后上传。"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of one kind of file; `purpose` derives its key."""

    folder: str
    purpose: str

    def path(self, pk: uuid.UUID) -> Path:
        return Path(settings.MEDIA_ROOT) / self.folder / pk.hex[:2] / pk.hex

    def keep(self, pk: uuid.UUID, content: bytes) -> None:
        """Writes the encrypted bytes."""
        self._write(pk, [content])

    def keep_file(self, pk: uuid.UUID, source: Path) -> None:
        """The same of a file, which is never in memory as a whole."""
        with source.open("rb") as file:
            self._write(pk, iter(lambda: file.read(BLOCK), b""))

    def _write(self, pk: uuid.UUID, pieces: Iterable[bytes]) -> None:
        path = self.path(pk)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = crypto.encrypted_pieces(pieces, purpose=self.purpose, bound_to=str(pk))
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.writelines(sealed)

    def content_of(self, pk: uuid.UUID) -> bytes:
        """The plain bytes; crypto.Unreadable where it was changed, FileNotFoundError if lost."""
        sealed = self.path(pk).read_bytes()
        return crypto.decrypt(sealed, purpose=self.purpose, bound_to=str(pk))


def picture_size(content: bytes, kind: str) -> tuple[int, int]:
    """(width, height) of a whole picture; Refused where it is broken or a bomb."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[kind.upper()])
            size = picture.size
            if size[0] * size[1] > MOST_PIXELS:
                raise Refused("图片的像素太多。请降低分辨率后上传。")
            if kind == "jpeg":
                # verify() looks at no JPEG's data: read it, at an eighth of its size.
                picture.draft("L", (1, 1))
                picture.load()
            else:
                picture.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        OverflowError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as fault:
        raise Refused(BROKEN) from fault
    return size
