"""The one place that knows the engine: many rows into a table, and a long list as one parameter.

Rows go to PostgreSQL by COPY, elsewhere by one statement executed many times.
"""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

Rows = Sequence[list[Any]]


class Among(models.Lookup):
    """`field in digests`, for thousands of digests without thousands of parameters."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        values = (*parameters, json.dumps(self.rhs))
        return f"{column} IN (SELECT value FROM json_each(%s))", values  # noqa: S608 - a column

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(string_to_array(%s, ','))", (*parameters, ",".join(self.rhs))


def among(field: str, digests: Iterable[str]) -> Among:
    return Among(models.F(field), list(digests))


def insert(model: type[models.Model], columns: Sequence[str], rows: Rows) -> None:
    """`columns` by attribute name; sealed values are bytes. The rows may be changed on the way."""
    if rows and connection.vendor == "postgresql":
        _copy(model, columns, rows)
    elif rows:
        _insert(model, columns, rows)


def new_ids(count: int) -> list[uuid.UUID]:
    """In the order of time (RFC 9562, version 7): the index over them grows at its end alone."""
    now = time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62
    chance = os.urandom(8 * count)
    return [
        uuid.UUID(
            int=now | (at & 0xFFF) << 64 | int.from_bytes(chance[8 * at : 8 * at + 8], "big") >> 2
        )
        for at in range(count)
    ]


def _copy(model: type[models.Model], columns: Sequence[str], rows: Rows) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_target(model, columns)} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _insert(model: type[models.Model], columns: Sequence[str], rows: Rows) -> None:
    for at, adapt in _adapters(model, columns):
        for row in rows:
            if row[at] is not None:
                row[at] = adapt(row[at])
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_target(model, columns)} VALUES ({places})",  # noqa: S608 - our own names
            rows,
        )


def _target(model: type[models.Model], columns: Sequence[str]) -> str:
    by_attribute = {field.attname: field.column for field in model._meta.fields}
    quote = connection.ops.quote_name
    names = ", ".join(quote(by_attribute[name]) for name in columns)
    return f"{quote(model._meta.db_table)} ({names})"


def _adapters(
    model: type[models.Model], columns: Sequence[str]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """Of the columns whose values this engine takes in another form: the place, and how."""
    fields = {field.attname: field for field in model._meta.fields}
    found = ((at, _adapter(fields[name])) for at, name in enumerate(columns))
    return [(at, adapt) for at, adapt in found if adapt]


def _adapter(field: models.Field) -> Callable[[Any], Any] | None:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return _hexadecimal
    return str if isinstance(target, models.DateField) else None


def _hexadecimal(value: uuid.UUID) -> str:
    return value.hex
