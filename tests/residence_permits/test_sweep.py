"""The nightly sweep records what the days say: once, after missed nights, while officers act."""

import datetime
import json
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaili_hukou.celery import app
from kaili_hukou.dates import add_months
from kaili_hukou.models import AuditEntry
from residence_permits.actions import sweeping
from residence_permits.actions.endorsing import Looked, endorse
from residence_permits.actions.permits import Act, change
from residence_permits.actions.sweeping import sweep
from residence_permits.models import Permit
from tests import factories
from tests.factories import days, today

pytestmark = pytest.mark.django_db

NOTHING = {"suspended": 0, "windows_opened": 0}
ISSUED = datetime.date(2025, 1, 10)
OPENS, ENDS = datetime.date(2025, 12, 10), datetime.date(2026, 1, 10)


def permit(on=ISSUED, **told):
    return factories.permit(factories.person(factories.station()), issued_on=on, **told)


def noted(permit):
    row = Permit.objects.get(pk=permit.pk)
    return row.noted, row.noted_on


@pytest.mark.parametrize(
    ("on", "result", "note"),
    [
        (OPENS - days(1), NOTHING, "valid"),
        (OPENS, {"suspended": 0, "windows_opened": 1}, "window"),
        (ENDS - days(1), {"suspended": 0, "windows_opened": 1}, "window"),
        (ENDS, {"suspended": 1, "windows_opened": 0}, "suspended"),
        (ENDS + days(500), {"suspended": 1, "windows_opened": 0}, "suspended"),
    ],
)
def test_one_night_by_its_day(on, result, note, db):
    made = permit()
    assert sweep(on) == result
    assert noted(made) == (note, None if note == "valid" else on)
    assert sweep(on) == NOTHING


def test_night_after_night_each_thing_is_counted_once(db):
    made = [permit(ISSUED + days(number)) for number in range(5)]
    total = {"suspended": 0, "windows_opened": 0}
    for night in range(40):
        for name, count in sweep(OPENS + days(night)).items():
            total[name] += count
    assert total == {"suspended": 5, "windows_opened": 5}
    assert {noted(one)[0] for one in made} == {"suspended"}


def test_missed_nights_come_to_the_same_notes(db):
    made = [permit(ISSUED + days(number * 9)) for number in range(8)]
    sweep(ENDS + days(20))
    once = [noted(one)[0] for one in made]
    Permit.objects.update(noted="valid", noted_on=None)
    for night in range(60):
        sweep(ENDS + days(20 - 59 + night))
    assert [noted(one)[0] for one in made] == once
    assert set(once) == {"suspended", "window", "valid"}


def test_what_ended_is_left_alone(db):
    made = permit(cancelled_on=ISSUED + days(30), cancelled_for="left")
    assert sweep(ENDS) == NOTHING
    assert noted(made) == ("valid", None)


def test_an_endorsed_permit_is_noted_in_its_next_window(desk):
    made = permit(add_months(today(), -12) + days(5))
    assert sweep(today())["windows_opened"] == 1
    endorse(Permit.objects.get(pk=made.pk), Act(desk.clerk, today()), Looked("study", "学生证"))
    assert noted(made) == ("valid", None)
    assert sweep(today()) == NOTHING
    assert sweep(add_months(made.issued_on, 24)) == {"suspended": 1, "windows_opened": 0}


def test_an_act_that_leaves_the_days_leaves_the_note(desk):
    made = permit()
    sweep(ENDS)
    row = Permit.objects.get(pk=made.pk)
    change(row, "corrected", Act(desk.clerk, today()), serial="NEW1")
    assert noted(made) == ("suspended", ENDS)
    assert sweep(ENDS + days(1)) == NOTHING


def test_each_set_stands_in_the_record_with_its_count(db):
    for number in range(3):
        permit(ISSUED + days(number))
    sweep(ENDS + days(2))
    entry = AuditEntry.objects.get(action__startswith="居住证夜间核对")
    assert (entry.count, entry.actor_title) == (3, "系统")


def test_a_long_backlog_is_written_in_sets_of_days(db, monkeypatch):
    monkeypatch.setattr(sweeping, "ROWS_AT_ONCE", 3)
    for number in range(10):
        permit(ISSUED + days(number // 2))
    assert sweep(ENDS + days(9))["suspended"] == 10
    counts = AuditEntry.objects.filter(action__startswith="居住证夜间核对")
    assert sorted(counts.values_list("count", flat=True)) == [2, 4, 4]


def test_a_night_takes_as_many_queries_for_thirty_as_for_three(db):
    def queries(number):
        for _ in range(number):
            permit()
        with CaptureQueriesContext(connection) as asked:
            assert sweep(ENDS)["suspended"] == number
        return len(asked)

    assert queries(3) == queries(30)


def command(*arguments):
    out = StringIO()
    call_command("sweep_permits", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_the_contract_says(db):
    permit()
    assert command("--on", "2026-01-10") == '{"suspended": 1, "windows_opened": 0}\n'
    assert command("--on", "2026-01-10") == '{"suspended": 0, "windows_opened": 0}\n'
    assert json.loads(command()) == NOTHING


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "2026-1-1"])
def test_a_day_that_is_none_gets_a_sentence(text, db):
    with pytest.raises(CommandError, match="认不出"):
        command("--on", text)


def test_the_schedule_runs_the_sweep_each_night(db):
    app.loader.import_default_modules()
    names = [entry["task"] for entry in app.conf.beat_schedule.values()]
    assert "residence_permits.tasks.sweep_permits" in names
    permit(add_months(today(), -13))
    result = app.tasks["residence_permits.tasks.sweep_permits"].apply(throw=True).result
    assert result == {"suspended": 1, "windows_opened": 0}


def test_the_days_of_permits_from_before_are_filled_once(db, monkeypatch):
    """The migration that brings older rows in line with what every act keeps since."""
    filling = import_module("residence_permits.migrations.0003_days_of_permits")
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    made = [permit(ISSUED + days(number), handed_on=None) for number in range(5)]
    made.append(permit(ISSUED, endorsed_on=[OPENS, ENDS + days(30)]))
    ended = permit(cancelled_on=ENDS, cancelled_for="left")
    expected = {one.pk: (one.window_opens_on, one.ends_on) for one in made}
    Permit.objects.update(window_opens_on=None, ends_on=None)
    for step in (filling.fill, filling.handed):
        step(apps, None)
    rows = Permit.objects.exclude(pk=ended.pk)
    assert {row.pk: (row.window_opens_on, row.ends_on) for row in rows} == expected
    assert all(row.handed_on == row.issued_on for row in rows)
    assert Permit.objects.get(pk=ended.pk).ends_on is None
