"""A stream encrypted in blocks under a passphrase: written and read without holding it whole.

``b"HUKOU1" | salt (16)``, then blocks of ``length (4) | ciphertext and tag``. Each is AES-256-GCM
under the key that scrypt makes of passphrase and salt; the nonce counts the blocks and tells the
last one, so that none can be changed, left out, swapped or cut off unseen.
"""

import io
import os
import struct
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"HUKOU1"
SALT_BYTES, BLOCK_BYTES, TAG_BYTES = 16, 1024 * 1024, 16
# OWASP's figures for scrypt; 128 MB for a moment.
COST, BLOCK_SIZE, PARALLEL = 2**17, 8, 1


class NotReadable(ValueError):
    """The passphrase is another one, or the file is none of ours, damaged or cut off."""

    def __init__(self) -> None:
        super().__init__("备份文件打不开:口令(BACKUP_KEY)不对,或文件不完整、被改动过。")


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    kdf = Scrypt(salt=salt, length=32, n=COST, r=BLOCK_SIZE, p=PARALLEL)
    return AESGCM(kdf.derive(passphrase.encode()))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return struct.pack(">BxxxQ", is_last, number)


class Sealing(io.RawIOBase):
    """Whatever is written goes encrypted into `out`; `close` writes the last block."""

    def __init__(self, out: IO[bytes], passphrase: str) -> None:
        salt = os.urandom(SALT_BYTES)
        self._out, self._cipher = out, _cipher(passphrase, salt)
        self._waiting, self._number = bytearray(), 0
        out.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._waiting += content
        while len(self._waiting) > BLOCK_BYTES:
            self._block(bytes(self._waiting[:BLOCK_BYTES]), is_last=False)
            del self._waiting[:BLOCK_BYTES]
        return len(content)

    def _block(self, plain: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last=is_last), plain, None)
        self._out.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1

    def close(self) -> None:
        if not self.closed:
            self._block(bytes(self._waiting), is_last=True)
        super().close()


class Opening(io.RawIOBase):
    """The plain stream of a sealed one; NotReadable as soon as a block does not hold."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise NotReadable
        self._source, self._cipher = source, _cipher(passphrase, source.read(SALT_BYTES))
        self._number, self._is_last, self._plain = 0, False, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._plain and not self._is_last:
            self._plain = self._next()
        count = min(len(buffer), len(self._plain))
        buffer[:count], self._plain = self._plain[:count], self._plain[count:]
        return count

    def _next(self) -> bytes:
        size = self._source.read(4)
        length = struct.unpack(">I", size)[0] if len(size) == 4 else 0
        if not TAG_BYTES <= length <= BLOCK_BYTES + TAG_BYTES:
            raise NotReadable
        sealed = self._source.read(length)
        for is_last in (False, True):
            try:
                plain = self._cipher.decrypt(_nonce(self._number, is_last=is_last), sealed, None)
            except InvalidTag:
                continue
            self._number, self._is_last = self._number + 1, is_last
            return plain
        raise NotReadable
