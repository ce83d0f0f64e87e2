"""The cast of the tests, and a test database in which the registers are loaded once."""

import io
import os

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, settings

from tests import factories
from tests.plugin import pytest_terminal_summary  # noqa: F401 - a hook of pytest

BLOCKER = pytest.StashKey()

settings.register_profile(
    "desk",
    deadline=None,
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile(
    "proof", settings.get_profile("desk"), max_examples=1000, derandomize=False
)
settings.load_profile("proof" if os.environ.get("PROOF") else "desk")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, request):
    request.config.stash[BLOCKER] = django_db_blocker
    _load_registers(django_db_blocker)


def _load_registers(blocker):
    with blocker.unblock():
        call_command("load_registers", stdout=io.StringIO())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions ends by emptying the database: the registers come back."""
    result = yield
    marker = item.get_closest_marker("django_db")
    if nextitem and marker and marker.kwargs.get("transaction"):
        _load_registers(item.config.stash[BLOCKER])
    return result


@pytest.fixture(autouse=True)
def _scans_in_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def desk(db):
    """The officers of 大十字派出所 and of the household section."""
    return factories.desk("大十字派出所")


@pytest.fixture
def other_desk(db):
    """The officers of another station."""
    return factories.desk("炉山派出所")


@pytest.fixture
def case(desk):
    """A draft that may be received."""
    return factories.application("education", desk=desk)
