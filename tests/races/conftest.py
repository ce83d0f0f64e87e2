"""Races need connections of their own, on the real engine.

SQLite in memory shares one cache among its connections, where a second writer is told "table is
locked" at once instead of waiting. So there the database is copied into a file for the test, as
it stands in the embedded default.
"""

import sqlite3

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _a_database_that_threads_share(transactional_db, tmp_path):
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    name, memory = connection.settings_dict["NAME"], connection.connection
    file = tmp_path / "race.sqlite3"
    with sqlite3.connect(file) as target:
        memory.backup(target)
    target.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = memory, name
