"""Silent units are reminded on the days, once; letters and calls are noted."""

import datetime

import pytest

from kaili_hukou.actions import Refused
from kaili_hukou.celery import app
from kaili_hukou.roles import Role
from reports.actions.changing import opened
from reports.actions.reminding import (
    Call,
    internal_days,
    note_call,
    note_letters,
    remind,
    set_days,
    silent_units,
)
from reports.actions.returning import declare_missing, exempt
from reports.models import Reminder, ReturnCall
from reports.tasks import remind_units
from tests import factories
from tests.reports.returns import YEAR, act, bureau, gatherer, sent

pytestmark = pytest.mark.django_db
NOV_10, DEC_1, DEC_8, DEC_12 = (
    datetime.date(YEAR, month, day) for month, day in ((11, 10), (12, 1), (12, 8), (12, 12))
)


def reminded():
    return sorted({row.on for row in Reminder.objects.all()})


def test_all_38_are_silent_until_somebody_sends():
    assert len(silent_units(YEAR)) == 38
    sent(bureau())
    found = opened(bureau("audit"), YEAR)
    exempt(found, act(gatherer(), found, reason="免"))
    missing = opened(bureau("health"), YEAR)
    declare_missing(missing, act(gatherer(), missing, reason="催报无果"))
    assert len(silent_units(YEAR)) == 35


def test_a_unit_is_reminded_once_a_day_however_often_the_night_runs():
    assert remind(YEAR, datetime.date(YEAR, 11, 9)) == 0
    assert remind(YEAR, NOV_10) == 38
    assert remind(YEAR, NOV_10) == 0
    assert remind(YEAR, datetime.date(YEAR, 11, 11)) == 0
    assert reminded() == [NOV_10]


def test_a_missed_night_is_made_good_for_the_day_that_was_due():
    assert remind(YEAR, DEC_8) == 38
    assert reminded() == [datetime.date(YEAR, 12, 7)]


def test_whoever_has_sent_is_reminded_no_more_and_the_late_daily():
    remind(YEAR, DEC_1)
    sent(bureau())
    assert remind(YEAR, DEC_12) == 37
    assert remind(YEAR, DEC_12 + datetime.timedelta(days=1)) == 37
    assert Reminder.objects.filter(unit_return__bureau=bureau()).count() == 1


def test_the_task_stands_in_the_schedule_and_runs():
    tasks = [entry["task"] for entry in app.conf.beat_schedule.values()]
    assert "reports.tasks.remind_units" in tasks
    assert remind_units() >= 0
    assert remind_units() == 0


def test_one_press_notes_a_letter_for_each_silent_unit():
    sent(bureau())
    office = gatherer()
    found = note_letters(YEAR, office, DEC_12)
    assert len(found) == 37
    note_letters(YEAR, office, DEC_12)
    assert Reminder.objects.filter(printed_by=office, printed_at__isnull=False).count() == 37


def test_a_call_is_noted_encrypted():
    made = note_call(bureau(), YEAR, Call("calling", "答应周五送", DEC_12), gatherer())
    assert ReturnCall.objects.get(pk=made.pk).text == "答应周五送"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BUREAU_CLERK])
def test_others_note_neither_letters_nor_calls(role):
    officer = factories.officer(role)
    with pytest.raises(Refused):
        note_letters(YEAR, officer, DEC_12)
    with pytest.raises(Refused):
        note_call(bureau(), YEAR, Call("calling", "x", DEC_12), officer)


def test_the_internal_days_are_30_november_and_9_december_until_somebody_sets_others():
    usual = internal_days(YEAR)
    assert (usual.returns_by, usual.summary_by) == (
        datetime.date(YEAR, 11, 30),
        datetime.date(YEAR, 12, 9),
    )
    set_days(YEAR, datetime.date(YEAR, 11, 20), datetime.date(YEAR, 12, 5), gatherer())
    assert internal_days(YEAR).returns_by == datetime.date(YEAR, 11, 20)
    with pytest.raises(Refused, match="不晚于"):
        set_days(YEAR, datetime.date(YEAR, 12, 6), datetime.date(YEAR, 12, 5), gatherer())
    with pytest.raises(Refused):
        set_days(YEAR, datetime.date(YEAR, 12, 6), datetime.date(YEAR, 12, 11), gatherer())
