"""Personal data at rest: an encrypted field, and keyed digests by which it is still found.

A stored value is ``suite (1) | key id (1) | nonce (12) | ciphertext | tag (16)``. The associated
data are model, field and the row's primary key, so that a ciphertext cannot be moved to another
person or column. Keys come from settings (never from the database) and are derived by HKDF for
each field and purpose. Suites: SM4-GCM with SM3 (GB/T 32907, GB/T 32905; the default) and
AES-256-GCM with SHA-256; both are always readable.
"""

import base64
import binascii
import datetime
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

NONCE_BYTES = 12
TAG_BYTES = 16
DIGEST_BYTES = 16

MISSING_KEYS = (
    "缺少密钥:没有设置 FIELD_KEYS 或 DIGEST_KEY,涉及个人信息的功能不能运行;"
    "请在环境变量或 .env 中设置后再启动(make run 会自动生成)。"
)


class MissingKeys(ImproperlyConfigured):
    """What touches personal data stops with this one sentence."""

    def __init__(self) -> None:
        super().__init__(MISSING_KEYS)


class Unreadable(ValueError):
    """The stored bytes do not belong to this row, were changed, or their key is missing."""


class Sealed(bytes):
    """Stored bytes of an encrypted field; the attribute decrypts them when it is read."""


@dataclass(frozen=True, slots=True)
class Suite:
    code: int
    key_bytes: int
    hash: type[hashes.HashAlgorithm]
    cipher: Callable[[bytes], Any]
    # Of a key: what seals (nonce, plain, bound to) with it.
    encryptor: Callable[[bytes], Callable[[bytes, bytes, bytes], bytes]]
    decrypt: Callable[[bytes, bytes, bytes, bytes], bytes]


def _sm4_encryptor(key: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    cipher = _sm4(key)

    def encrypt(nonce: bytes, plain: bytes, bound_to: bytes) -> bytes:
        encryptor = Cipher(cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound_to)
        return encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    return encrypt


def _sm4_decrypt(key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    text, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(_sm4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(bound_to)
    return decryptor.update(text) + decryptor.finalize()


@lru_cache(maxsize=256)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=256)
def _sm4(key: bytes) -> algorithms.SM4:
    return algorithms.SM4(key)


def _aes_encryptor(key: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    return _aes(key).encrypt


def _aes_decrypt(key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return _aes(key).decrypt(nonce, sealed, bound_to)


SUITES = {
    "sm4": Suite(1, 16, hashes.SM3, algorithms.SM4, _sm4_encryptor, _sm4_decrypt),
    "aes": Suite(2, 32, hashes.SHA256, algorithms.AES256, _aes_encryptor, _aes_decrypt),
}
SUITE_BY_CODE = {suite.code: suite for suite in SUITES.values()}


class KeyRing(NamedTuple):
    """Master keys by id; the first is the present one."""

    present: int
    keys: dict[int, bytes]


@lru_cache(maxsize=8)
def _parse_keys(text: str) -> KeyRing:
    """``id:base64,…`` with ids from 0 to 255 and keys of 32 bytes, else ImproperlyConfigured."""
    keys: dict[int, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            number, key = int(name), base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise ImproperlyConfigured("FIELD_KEYS 的格式应为 编号:base64,…") from None
        if not 0 <= number <= 255 or len(key) != 32:
            raise ImproperlyConfigured("FIELD_KEYS 的编号应为 0 至 255,密钥应为 32 字节。")
        keys[number] = key
    if not keys:
        raise MissingKeys
    return KeyRing(next(iter(keys)), keys)


def key_ring() -> KeyRing:
    if not settings.FIELD_KEYS or not settings.DIGEST_KEY:
        raise MissingKeys
    return _parse_keys(settings.FIELD_KEYS)


@lru_cache(maxsize=1024)
def _derived(master: bytes, suite_code: int, purpose: str) -> bytes:
    suite = SUITE_BY_CODE[suite_code]
    kdf = HKDF(algorithm=suite.hash(), length=suite.key_bytes, salt=None, info=purpose.encode())
    return kdf.derive(master)


def encrypt(plain: bytes, *, purpose: str, bound_to: str) -> bytes:
    """`plain` sealed under the present key for `purpose` (model.field), bound to one row."""
    return sealer(purpose)(plain, bound_to)


def sealer(purpose: str) -> Callable[[bytes, str], bytes]:
    """`encrypt` for many values of one purpose: the present key is looked up once."""
    ring, suite = key_ring(), SUITES[settings.FIELD_SUITE]
    encrypt = suite.encryptor(_derived(ring.keys[ring.present], suite.code, purpose))
    prefix, bound = bytes((suite.code, ring.present)), f"{purpose}|".encode()

    def seal(plain: bytes, bound_to: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return prefix + nonce + encrypt(nonce, plain, bound + bound_to.encode())

    return seal


def encrypted_pieces(pieces: Iterable[bytes], *, purpose: str, bound_to: str) -> Iterator[bytes]:
    """`encrypt` for a file that nobody wants to hold whole: the same bytes, one after the other."""
    ring, suite = key_ring(), SUITES[settings.FIELD_SUITE]
    key = _derived(ring.keys[ring.present], suite.code, purpose)
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(suite.cipher(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(f"{purpose}|{bound_to}".encode())

    def sealed() -> Iterator[bytes]:
        yield bytes((suite.code, ring.present)) + nonce
        yield from map(encryptor.update, pieces)
        yield encryptor.finalize() + encryptor.tag

    return sealed()


def decrypt(stored: bytes, *, purpose: str, bound_to: str) -> bytes:
    """The plain bytes, or Unreadable; never garbage."""
    stored = bytes(stored)
    suite = SUITE_BY_CODE.get(stored[0]) if len(stored) > 2 + NONCE_BYTES + TAG_BYTES - 1 else None
    master = key_ring().keys.get(stored[1]) if suite else None
    if suite is None or master is None:
        raise Unreadable("存储的内容不完整,或缺少它的密钥。")
    nonce, sealed = stored[2 : 2 + NONCE_BYTES], stored[2 + NONCE_BYTES :]
    key = _derived(master, suite.code, purpose)
    try:
        return suite.decrypt(key, nonce, sealed, f"{purpose}|{bound_to}".encode())
    except InvalidTag:
        raise Unreadable("存储的内容与本行不符,或已被改动。") from None


@lru_cache(maxsize=16)
def _keyed(text: str, purpose: str) -> hmac.HMAC:
    """A digest that has its key and nothing else yet; each value goes into a copy."""
    try:
        master = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ImproperlyConfigured("DIGEST_KEY 应为 base64 编码。") from None
    kdf = HKDF(algorithm=hashes.SM3(), length=32, salt=None, info=purpose.encode())
    return hmac.HMAC(kdf.derive(master), hashes.SM3())


def digest(value: str, *, purpose: str) -> str:
    """Keyed digest (HMAC-SM3, 16 bytes, hexadecimal) of a normalised value, for look-up.

    A plain digest of an identity number could be guessed; this one needs the key.
    """
    return digester(purpose)(value)


def digester(purpose: str) -> Callable[[str], str]:
    """`digest` for many values of one purpose: the key is looked up once."""
    if not settings.DIGEST_KEY:
        raise MissingKeys
    keyed = _keyed(settings.DIGEST_KEY, purpose)

    def digest(value: str) -> str:
        mac = keyed.copy()
        mac.update(value.encode())
        return mac.finalize()[:DIGEST_BYTES].hex()

    return digest


class _SealedAttribute(DeferredAttribute):
    """Decrypts on first reading, because only then the row that the bytes are bound to is known."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.unseal(value, instance)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.BinaryField):
    """Text, encrypted under the row's own primary key; that key must exist before saving (UUID).

    It can be filtered by ``isnull`` alone. Writing around the row, as ``update()`` does, takes
    bytes made by `seal`; plain text there is an error.
    """

    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("null", True)
        options.setdefault("blank", True)
        options["editable"] = options.get("editable", True)
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        options["editable"] = self.editable
        return name, path, args, options

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def seal(self, value: Any, instance_pk: Any) -> Sealed | None:
        if value is None or value == "" or isinstance(value, Sealed):
            return value if isinstance(value, Sealed) else None
        plain = self.dump(value).encode()
        return Sealed(encrypt(plain, purpose=self.purpose, bound_to=str(instance_pk)))

    def unseal(self, value: Sealed, instance: models.Model) -> Any:
        plain = decrypt(value, purpose=self.purpose, bound_to=str(instance.pk))
        return self.load(plain.decode())

    def dump(self, value: Any) -> str:
        return str(value)

    def load(self, text: str) -> Any:
        return text

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return self.empty() if value is None else Sealed(value)

    def empty(self) -> Any:
        return ""

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        return self._get_default() if self.has_default() else self.empty()

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """Bytes that nobody has read are kept as they are, but for a new row, which they may not be
        bound to; a deferred value is fetched, not taken for an empty one."""
        value = model_instance.__dict__.get(self.attname)
        if self.attname not in model_instance.__dict__ or (add and isinstance(value, Sealed)):
            value = getattr(model_instance, self.attname)
        return self.seal(value, model_instance.pk)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(f"{self.purpose} is encrypted: write it through the row, or seal it.")
        return super().get_db_prep_value(
            None if value is None else bytes(value), connection, prepared
        )

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:
        value = self.pre_save(obj, add=False)
        return "" if value is None else base64.b64encode(value).decode()

    def formfield(self, **options: Any) -> Any:
        plain = models.CharField(self.verbose_name, max_length=500, blank=self.blank)
        return plain.formfield(**options)


class EncryptedJSONField(EncryptedField):
    """A JSON value, encrypted; days are written as text."""

    def empty(self) -> Any:
        return None

    def dump(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, default=_jsonable)

    def load(self, text: str) -> Any:
        return json.loads(text)


def _jsonable(value: Any) -> str:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value)
