"""Everything in one encrypted file, and put back into an empty place.

The file holds a tar: each table as lines of JSON, in parts, the media as they lie (encrypted
already), and at its end a manifest with the number of rows and the SHA-256 of each part. Values
go through Django's fields, so that a backup of one engine can be restored on another. The keys of
the fields are never in it: who has the backup and its passphrase alone still reads nobody's data.
"""

import base64
import datetime
import decimal
import hashlib
import io
import itertools
import json
import os
import tarfile
import tempfile
import uuid
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from kaili_hukou.crypto import EncryptedField, Sealed
from kaili_hukou.sealed_stream import NotReadable, Opening, Sealing

MANIFEST = "manifest.json"
TABLES, MEDIA = "tables/", "media/"
AT_ONCE, ROWS_OF_A_PART = 500, 20_000
# Who is logged in is not kept.
LEFT_OUT = frozenset({"sessions.Session"})

Json = dict[str, Any]


class NoBackup(Exception):
    """Why nothing was backed up or restored, as a sentence."""


def backup(out: Path) -> Json:
    """Writes the file and returns its manifest; what is half written never has the name."""
    partial = out.with_name(f"{out.name}.part")
    try:
        with open(partial, "xb", opener=_private) as file:
            with Sealing(file, _passphrase()) as sealed, _tar(sealed, "w|gz") as tar:
                manifest = _write_all(tar)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(out)
    except FileExistsError:
        raise NoBackup(f"{partial} 已存在:另一次备份正在进行,或上次中断留下,请先删除。") from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return manifest


def restore(source: Path) -> Json:
    """Into an empty database and an empty media folder; all or nothing of the rows."""
    _check_empty()
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent) as beside, source.open("rb") as file:
        try:
            opened = io.BufferedReader(Opening(file, _passphrase()))
            with transaction.atomic(), _tar(opened, "r|gz") as tar:
                manifest = _read_all(tar, Path(beside) / "media")
        except (tarfile.TarError, zlib.error, EOFError) as fault:
            raise NotReadable from fault
        if (Path(beside) / "media").exists():
            if media.exists():
                media.rmdir()
            (Path(beside) / "media").rename(media)
    return manifest


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _passphrase() -> str:
    if len(settings.BACKUP_KEY) < 12:
        raise NoBackup("没有设置 BACKUP_KEY,或少于 12 个字符:备份的口令由环境变量或 .env 给出。")
    return settings.BACKUP_KEY


def _tar(file: Any, mode: Any) -> tarfile.TarFile:
    return tarfile.open(fileobj=file, mode=mode, format=tarfile.PAX_FORMAT)


def tables() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and _label(m) not in LEFT_OUT]


def _label(model: type[models.Model]) -> str:
    return model._meta.label


# ---------------------------------------------------------------- writing


def _write_all(tar: tarfile.TarFile) -> Json:
    manifest: Json = {"parts": {}, "migrations": _migrations()}
    with transaction.atomic():
        _one_moment()
        for model in tables():
            for number, lines in enumerate(_lines_of(model)):
                name = f"{TABLES}{_label(model)}/{number:06d}"
                content = b"".join(lines)
                _add(tar, name, io.BytesIO(content))
                digest = hashlib.sha256(content).hexdigest()
                manifest["parts"][name] = {"rows": len(lines), "sha256": digest}
    for path in _files(Path(settings.MEDIA_ROOT)):
        name = MEDIA + path.relative_to(settings.MEDIA_ROOT).as_posix()
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                _add(tar, name, file)
        except FileNotFoundError:
            # Removed by its own rule while we were at it.
            continue
        manifest["parts"][name] = {"sha256": digest}
    _add(tar, MANIFEST, io.BytesIO(json.dumps(manifest, ensure_ascii=False).encode()))
    return manifest


def _one_moment() -> None:
    """Every table as it stood when the first was read."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _lines_of(model: type[models.Model]) -> Iterator[list[bytes]]:
    """A table in parts that memory holds. Encrypted values are written as they are stored."""
    names = [field.attname for field in model._meta.concrete_fields]
    ordered = model._base_manager.order_by("pk").values_list(*names)
    rows = ordered.iterator(chunk_size=AT_ONCE)
    while part := list(itertools.islice(rows, ROWS_OF_A_PART)):
        yield [json.dumps([*map(_told, row)], ensure_ascii=False).encode() + b"\n" for row in part]


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = file.seek(0, os.SEEK_END), 0o600
    file.seek(0)
    tar.addfile(info, file)


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _told(value: Any) -> Any:
    """What JSON does not know, under the name of its type; JSON itself under `json`."""
    if isinstance(value, (bytes, memoryview)):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime.datetime):
        return {"at": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"on": value.isoformat()}
    if isinstance(value, uuid.UUID):
        return {"uuid": value.hex}
    if isinstance(value, decimal.Decimal):
        return {"decimal": str(value)}
    return {"json": value} if isinstance(value, (dict, list)) else value


READ = {
    "bytes": lambda text: Sealed(base64.b64decode(text)),
    "at": datetime.datetime.fromisoformat,
    "on": datetime.date.fromisoformat,
    "uuid": uuid.UUID,
    "decimal": decimal.Decimal,
    "json": lambda value: value,
}


def _meant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, told),) = value.items()
    return READ[kind](told)


# ---------------------------------------------------------------- reading


def _check_empty() -> None:
    kept = {"contenttypes.ContentType", "auth.Permission"}
    full = [m for m in tables() if _label(m) not in kept and m._base_manager.exists()]
    if full:
        name = full[0]._meta.verbose_name
        raise NoBackup(f"只能恢复到空的数据库,现在「{name}」已有数据。请换一个新库(先 migrate)。")
    media = Path(settings.MEDIA_ROOT)
    if media.exists() and any(media.iterdir()):
        raise NoBackup(f"只能恢复到空的文件目录,{media} 里已有文件。")


def _read_all(tar: tarfile.TarFile, media: Path) -> Json:
    """Each part as it comes; the manifest at the end says what they should have been."""
    for model in tables():
        model._base_manager.all().delete()
    seen: Json = {}
    by_name = {TABLES + _label(model): model for model in tables()}
    for part in tar:
        file = tar.extractfile(part)
        if file is None:
            continue
        if part.name == MANIFEST:
            return _verified(json.loads(file.read()), seen)
        table = part.name.rpartition("/")[0]
        if table in by_name:
            seen[part.name] = _read_table(by_name[table], file)
        elif part.name.startswith(MEDIA):
            seen[part.name] = _read_file(media / part.name[len(MEDIA) :], media, file)
        else:
            raise NoBackup(f"备份里有本系统没有的表「{part.name}」:版本不同,请用同一版本恢复。")
    raise NotReadable


def _read_table(model: type[models.Model], file: IO[bytes]) -> Json:
    fields = model._meta.concrete_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    insert = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - names of our own
    digest, rows = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        for lines in _in_parts(file):
            for line in lines:
                digest.update(line)
            values = [[_meant(value) for value in json.loads(line)] for line in lines]
            cursor.executemany(insert, [_stored(fields, row) for row in values])
            rows += len(lines)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
    return {"rows": rows, "sha256": digest.hexdigest()}


def _stored(fields: Iterable[models.Field], row: list[Any]) -> list[Any]:
    """As the engine takes each value; an encrypted field that held nothing holds nothing."""
    return [
        None
        if isinstance(field, EncryptedField) and not isinstance(value, Sealed)
        else field.get_db_prep_save(value, connection)
        for field, value in zip(fields, row, strict=True)
    ]


def _in_parts(file: IO[bytes]) -> Iterator[list[bytes]]:
    rest = iter(file)
    while part := list(itertools.islice(rest, AT_ONCE)):
        yield part


def _read_file(path: Path, media: Path, file: IO[bytes]) -> Json:
    if not path.resolve().is_relative_to(media.resolve()):
        raise NotReadable
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with open(path, "xb", opener=_private) as out:
        while block := file.read(1024 * 1024):
            digest.update(block)
            out.write(block)
    return {"sha256": digest.hexdigest()}


def _verified(manifest: Json, seen: Json) -> Json:
    if manifest["migrations"] != _migrations():
        raise NoBackup("备份与现在的程序版本不同(数据库结构不一致),请用同一版本恢复。")
    wrong = [name for name, told in manifest["parts"].items() if seen.get(name) != told]
    if wrong or set(seen) != set(manifest["parts"]):
        raise NotReadable
    return manifest
