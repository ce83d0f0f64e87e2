"""Channels, terms, steps and alarms, exhausted without a database."""

import datetime
import itertools

import pytest

from applications.channels import (
    ACTS_AT,
    ALARMS,
    Days,
    Step,
    acts_at,
    alarm,
    certificate_number,
    comes_by_transfer,
    last_day,
    proposed_channel,
    step_at,
    unanswered_since,
)
from applications.policy.routes import ROUTES
from applications.transfer_forms import ACTS
from kaili_hukou.workdays import Calendar

# A Monday; no holidays.
D = datetime.date(2026, 3, 2)
CALENDAR = Calendar()
CHANGSHA, HUANGPING, KAILI = "430104", "522622", "522601"


def days(number):
    return D + datetime.timedelta(days=number)


@pytest.mark.parametrize("route", ROUTES)
def test_within_guizhou_one_stop_from_elsewhere_electronic_or_paper(route):
    assert {proposed_channel(route, place) for place in (HUANGPING, KAILI)} == {"one_stop"}
    covered = route in {"talent", "education", "public_payroll"}
    assert proposed_channel(route, CHANGSHA) == ("electronic" if covered else "paper")


@pytest.mark.parametrize("route", ROUTES)
def test_a_soldier_alone_comes_without_a_certificate(route):
    assert comes_by_transfer(route, is_applicant=True) is (route != "veteran")
    assert comes_by_transfer(route, is_applicant=False)


def test_the_day_of_issue_does_not_count():
    assert last_day(D, 40) == datetime.date(2026, 4, 11)
    assert last_day(datetime.date(2028, 2, 1), 30) == datetime.date(2028, 3, 2)


INWARD = [
    ({"channel": "one_stop"}, Step.READY),
    ({"channel": "one_stop", "settled_on": D}, Step.SETTLED),
    ({"channel": "electronic"}, Step.TO_SEND),
    ({"channel": "electronic", "sent_on": D}, Step.WAITING),
    # Five working days after Monday end on the next Monday; Tuesday is too late.
    ({"channel": "electronic", "sent_on": days(-7)}, Step.WAITING),
    ({"channel": "electronic", "sent_on": days(-10)}, Step.LATE),
    ({"channel": "electronic", "sent_on": days(-30), "chased_on": days(-1)}, Step.WAITING),
    ({"channel": "electronic", "sent_on": days(-30), "chased_on": days(-10)}, Step.LATE),
    ({"channel": "electronic", "sent_on": days(-3), "returned_on": D}, Step.RETURNED),
    ({"channel": "electronic", "sent_on": days(-3), "moved_out_on": D}, Step.READY),
    ({"channel": "electronic", "moved_out_on": D, "settled_on": D}, Step.SETTLED),
    ({"channel": "paper"}, Step.TO_ISSUE),
    ({"channel": "paper", "admission_until": D}, Step.ISSUED),
    ({"channel": "paper", "admission_until": days(-1)}, Step.ADMISSION_EXPIRED),
    ({"channel": "paper", "removal_until": D}, Step.READY),
    ({"channel": "paper", "removal_until": days(-1)}, Step.REMOVAL_EXPIRED),
    ({"channel": "paper", "admission_until": days(-9), "removal_until": D}, Step.READY),
    ({"channel": "paper", "removal_until": days(-9), "settled_on": D}, Step.SETTLED),
]
OUTWARD = [
    ({}, Step.TO_CONSENT),
    ({"consent_on": D}, Step.TO_CANCEL),
    ({"consent_on": D, "moved_out_on": D, "channel": "paper"}, Step.TO_HAND_OUT),
    ({"consent_on": D, "moved_out_on": D, "channel": "electronic"}, Step.TO_HAND_OUT),
    ({"consent_on": D, "moved_out_on": D, "channel": "one_stop"}, Step.TO_ARRIVE),
    ({"consent_on": D, "moved_out_on": D, "removal_until": D}, Step.TO_ARRIVE),
    ({"consent_on": D, "moved_out_on": D, "channel": "electronic", "sent_on": D}, Step.TO_ARRIVE),
    ({"consent_on": D, "moved_out_on": D, "settled_on": D}, Step.ARRIVED),
]


@pytest.mark.parametrize(("told", "step"), INWARD)
def test_the_step_follows_from_the_days(told, step):
    assert step_at(Days(**told), D, CALENDAR) is step


@pytest.mark.parametrize(("told", "step"), OUTWARD)
def test_the_step_of_a_pupil_who_goes_back(told, step):
    assert step_at(Days(**{"channel": "paper", "outward": True} | told), D, CALENDAR) is step


def test_every_step_is_reached_by_the_tables():
    assert {step for _, step in INWARD + OUTWARD} == set(Step)


def test_every_act_stands_at_some_step_and_has_a_form():
    channels = ("one_stop", "electronic", "paper")
    offered = {
        act
        for step, channel, sent in itertools.product(Step, channels, (None, D))
        for act in acts_at(Days(channel, sent_on=sent), step)
    }
    assert offered == set(ACTS)
    assert {act for acts in ACTS_AT.values() for act in acts} <= set(ACTS)


@pytest.mark.parametrize("step", [Step.SETTLED, Step.ARRIVED])
@pytest.mark.parametrize("channel", ["one_stop", "electronic", "paper"])
def test_what_is_over_is_not_touched(step, channel):
    assert acts_at(Days(channel), step) == ()


@pytest.mark.parametrize(
    ("gone", "level", "colour"),
    [(0, 0, "blue"), (6, 0, "blue"), (7, 7, "amber"), (14, 7, "amber"), (15, 15, "red")]
    + [(24, 15, "red"), (25, 25, "red"), (400, 25, "red")],
)
def test_the_alarm_rises_at_7_15_and_25_days(gone, level, colour):
    found = alarm(days(-gone), D)
    assert (found.level, found.colour) == (level, colour)


def test_each_level_of_alarm_has_words_of_its_own():
    assert len({one.words for one in ALARMS}) == len(ALARMS)


@pytest.mark.parametrize("shift", range(15))
def test_the_list_and_the_step_agree_on_what_is_overdue(shift):
    on = days(shift)
    latest = unanswered_since(on, CALENDAR)
    told = {"channel": "electronic"}
    after = latest + datetime.timedelta(days=1)
    assert step_at(Days(**told, sent_on=latest), on, CALENDAR) is Step.LATE
    assert step_at(Days(**told, sent_on=after), on, CALENDAR) is Step.WAITING


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("湘60300123", "湘60300123"),
        (" 黔 6 03 00123 ", "黔60300123"),
        ("ab12", "AB12"),
        ("A-1234", "A-1234"),
    ],
)
def test_a_number_is_folded(text, number):
    assert certificate_number(text) == number


@pytest.mark.parametrize("text", ["", "123", "无编号证", "1" * 21, "12\u202634", "<b>1</b>"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="编号应为"):
        certificate_number(text)
