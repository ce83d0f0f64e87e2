"""What a second engine need not repeat, and the line that tells which engines ran."""

import os
from collections.abc import Generator

import pytest

NEEDS_THE_ENGINE = frozenset({"db", "transactional_db", "live_server"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ENGINE_AGAIN, tests that touch no database are left out: they have run already."""
    if not os.environ.get("ENGINE_AGAIN"):
        return
    kept = [item for item in items if needs_the_engine(item)]
    config.hook.pytest_deselected(items=[item for item in items if not needs_the_engine(item)])
    items[:] = kept


def needs_the_engine(item: pytest.Item) -> bool:
    used = NEEDS_THE_ENGINE & set(getattr(item, "fixturenames", ()))
    return bool(used or item.get_closest_marker("django_db") or item.get_closest_marker("engine"))


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
