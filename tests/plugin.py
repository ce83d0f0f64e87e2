"""The line before pytest's closing line: which engines this run has been through."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, object, object]:
    """Outermost, so that it is written after every other summary."""
    summary = yield
    terminalreporter.write_line(f"engines: {engines()}")
    return summary


def engines() -> str:
    """As tests/engines.py tells it; of pytest started by hand, the one database."""
    told = os.environ.get("ENGINES_RAN")
    if told:
        return told
    url = os.environ.get("TEST_DATABASE_URL", "sqlite:///:memory:")
    name = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    return f"{name} alone (`make test` runs all that can be reached)"
