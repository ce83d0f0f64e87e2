"""What must hold before the desk opens: no demonstration accounts, and the keys."""

from __future__ import annotations

import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.urls import reverse

from kaili_hukou import checks
from kaili_hukou.crypto import MISSING_KEYS
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def demonstration(db, settings):
    """A demonstration account in a desk that is not one."""
    settings.DEBUG, settings.ALLOW_DEMO = False, False
    return factories.officer(Role.WINDOW, factories.station(), is_demo=True)


def test_the_check_names_the_fault(demonstration):
    (found,) = checks.no_demonstration_accounts()
    assert (found.id, found.is_serious()) == ("desk.E001", True)
    assert "1 个" in found.msg


def test_manage_py_check_fails_with_it(demonstration):
    with pytest.raises(SystemCheckError, match="desk.E001"):
        call_command("check", stdout=io.StringIO())


def test_the_web_server_does_not_open(demonstration):
    with pytest.raises(ImproperlyConfigured, match="演示账号不得用于正式环境"):
        open_the_web_server()


def open_the_web_server():
    """As gunicorn does: by importing the module."""
    name = "kaili_hukou.wsgi"
    sys.modules.pop(name, None)
    return importlib.import_module(name).application


def test_the_worker_does_not_open(demonstration):
    with pytest.raises(ImproperlyConfigured, match="演示账号不得用于正式环境"):
        call_command("work", once=True)


def test_the_worker_of_the_embedded_default_leaves_redis_to_celery(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match="celery"):
        call_command("work")


@pytest.mark.parametrize("allowed", ["DEBUG", "ALLOW_DEMO"])
def test_with_debug_or_by_permission_the_desk_opens(demonstration, settings, allowed):
    setattr(settings, allowed, True)
    assert checks.no_demonstration_accounts() == []
    assert open_the_web_server()
    call_command("work", once=True)


def test_without_demonstration_accounts_the_desk_opens(db, settings):
    settings.ALLOW_DEMO = False
    factories.officer(Role.WINDOW, factories.station())
    assert checks.no_demonstration_accounts() == []
    assert open_the_web_server()


def test_a_demonstration_account_is_counted_even_where_it_is_closed(demonstration):
    demonstration.is_active = False
    demonstration.save()
    assert checks.demonstration_accounts() == 1


# ------------------------------------------------------------------------- keys


def test_present_keys_are_no_news(db):
    assert checks.keys_are_there() == []


@pytest.mark.parametrize("missing", ["FIELD_KEYS", "DIGEST_KEY"])
def test_the_check_warns_of_missing_keys(settings, missing):
    setattr(settings, missing, "")
    (found,) = checks.keys_are_there()
    assert (found.id, found.msg) == ("desk.W001", MISSING_KEYS)


def test_a_page_with_people_stops_with_one_sentence(desk, case, settings):
    client = client_of(desk.clerk)
    client.raise_request_exception = False
    settings.FIELD_KEYS = settings.DIGEST_KEY = ""
    answers = [
        client.get(reverse("desk:case", args=[case.pk])),
        client.get(reverse("desk:person", args=[case.applicant_id])),
        client.post(reverse("desk:search"), {"q": factories.identity_number()}),
        client.post(reverse("desk:intake"), {"number": factories.identity_number()}),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert MISSING_KEYS in answer.content.decode()
        assert case.applicant.name not in answer.content.decode()


def test_without_keys_one_can_still_log_in_and_read_a_register(db, settings):
    client = client_of(factories.officer(Role.SYSTEM_ADMIN))
    settings.FIELD_KEYS = settings.DIGEST_KEY = ""
    assert Client().get(reverse("admin:login")).status_code == 200
    assert client.get(reverse("admin:kaili_hukou_town_changelist")).status_code == 200


def run_without_environment(command: str, line: str) -> subprocess.CompletedProcess[str]:
    """An empty environment; what a .env of this folder says is undone by empty values."""
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        input=line,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict.fromkeys(("SECRET_KEY", "FIELD_KEYS", "DIGEST_KEY", "REDIS_URL"), "")
        | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
    )


def test_assess_needs_neither_keys_nor_database():
    line = '{"id": "a", "as_of": "2026-11-23", "route": "education", "person": {}}\n'
    done = run_without_environment("assess", line)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["route"] == "education"


def test_permit_timeline_needs_neither_keys_nor_database():
    line = '{"id": "p1", "issued_on": "2021-01-01", "endorsed_on": ["2022-06-01"], "as_of": "2022-06-01"}\n'  # noqa: E501 - a line of the contract
    done = run_without_environment("permit_timeline", line)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "id": "p1",
        "status": "valid",
        "continuous_since": "2022-06-01",
        "window": ["2023-05-01", "2023-05-31"],
        "suspended_from": "2023-06-01",
        "refused": [],
    }


def test_the_deployment_check_is_clean_with_settings_of_production():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "DEBUG": "off",
            "SECRET_KEY": "p1-" + "q7w8e9r0t1y2u3i4o5" * 3,
            "FIELD_KEYS": "1:" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            "DIGEST_KEY": "ZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGQ=",
            "ALLOWED_HOSTS": "desk.example",
            "DATABASE_URL": "sqlite:///:memory:",
        },
    )
    assert done.returncode == 0, done.stderr + done.stdout
