"""A test with real transactions ends with the database as it was when the registers were loaded.

SQLite's is copied back. PostgreSQL's is emptied, as Django does, and the registers are loaded
anew: to put a copy in its place would end the connections of threads that are still at work.
"""

import io
import sqlite3

from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

_kept: dict[str, sqlite3.Connection] = {}
_flush = TransactionTestCase._fixture_teardown


def keep() -> None:
    """Once, when the registers are loaded."""
    if connection.vendor == "sqlite":
        _kept["copy"] = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(_kept["copy"])


def restore(case: TransactionTestCase) -> None:
    """In place of the flush of Django's TransactionTestCase."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        _kept["copy"].backup(connection.connection)
        return
    _flush(case)
    call_command("load_registers", stdout=io.StringIO())
