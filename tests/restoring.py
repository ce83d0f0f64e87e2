"""A test with real transactions ends with the database as it was when the registers were loaded.

Django empties every table instead, and the registers would have to be loaded anew each time.
"""

import sqlite3
from typing import Any

from django.db import connection

_kept: dict[str, sqlite3.Connection] = {}


def keep() -> None:
    """Once, when the registers are loaded."""
    if connection.vendor == "sqlite":
        _kept["copy"] = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(_kept["copy"])
        return
    name = connection.settings_dict["NAME"]
    _at_the_server(f'DROP DATABASE IF EXISTS "{name}_kept"')
    _at_the_server(f'CREATE DATABASE "{name}_kept" TEMPLATE "{name}"')


def restore(*_: Any) -> None:
    """In place of the flush of Django's TransactionTestCase."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        _kept["copy"].backup(connection.connection)
        return
    name = connection.settings_dict["NAME"]
    _at_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')
    _at_the_server(f'CREATE DATABASE "{name}" TEMPLATE "{name}_kept"')


def forget() -> None:
    if connection.vendor == "postgresql":
        _at_the_server(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}_kept"')


def _at_the_server(statement: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
