"""The cast of the tests, and a test database in which the registers are loaded once."""

import io
import os

import pytest
from django.core.management import call_command
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from tests import factories, restoring
from tests.plugin import (  # noqa: F401 - hooks of pytest
    pytest_collection_modifyitems,
    pytest_terminal_summary,
)

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
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_registers", stdout=io.StringIO())
        restoring.keep()
        TransactionTestCase._fixture_teardown = restoring.restore


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
