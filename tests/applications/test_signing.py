"""Who may sign for whom, by age on the day, and what a signature still lacks."""

import datetime

import pytest

from applications.signing import Mandate, Noted, faults, gaps, signers

TODAY = datetime.date(2026, 11, 23)
DAY = datetime.timedelta(days=1)


def born(age):
    return datetime.date(TODAY.year - age, TODAY.month, TODAY.day)


OF_AGE, BESIDE, GUARDED = {"self", "agent"}, {"guardian", "self"}, {"guardian"}
# The birth date, and who may sign today.
AGES = [
    (born(0), GUARDED),
    (born(13), GUARDED),
    (born(14), GUARDED),
    (born(16) + DAY, GUARDED),
    (born(16), BESIDE),
    (born(18) + DAY, BESIDE),
    (born(18), OF_AGE),
    (born(95), OF_AGE),
    (None, set()),
]


@pytest.mark.parametrize(("born_on", "may"), AGES)
def test_who_may_sign_follows_from_the_age_on_the_day(born_on, may):
    assert signers(born_on, TODAY) == may


def noted(age=30, *, born_on=None, **told):
    usual = {"presence": "present", "signed_on": TODAY if told.get("signed") else None}
    return Noted(born_on or born(age), **usual | told)


@pytest.mark.parametrize(("born_on", "may"), AGES[:-1])
@pytest.mark.parametrize("signed", ["self", "guardian", "agent"])
def test_another_hand_than_the_law_wants_is_a_fault(signed, born_on, may):
    entry = noted(born_on=born_on, signed=signed, mandate=Mandate(TODAY - DAY))
    assert bool(faults(entry, TODAY)) is (signed not in may)


def test_the_age_is_that_of_the_day_of_the_signature():
    then = born(18) - DAY * 2  # of age since two days
    assert not faults(noted(born_on=then, signed="self"), TODAY)
    child = noted(born_on=then, signed="guardian", signed_on=TODAY - DAY * 3)
    assert not faults(child, TODAY)
    assert faults(noted(born_on=then, signed="guardian"), TODAY)


@pytest.mark.parametrize(
    ("since", "until", "ended", "covers"),
    [
        (0, None, None, True),
        (1, None, None, False),
        (-9, 0, None, True),
        (-9, -1, None, False),
        (-9, 5, 0, True),
        (-9, 5, -1, False),
    ],
)
def test_an_agent_signs_inside_his_mandate(since, until, ended, covers):
    days = [None if one is None else TODAY + DAY * one for one in (since, until, ended)]
    mandate = Mandate(*days)
    entry = noted(presence="represented", signed="agent", mandate=mandate)
    assert bool(faults(entry, TODAY)) is not covers
    assert mandate.stands(TODAY) is (covers and ended is None)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"signed": "self", "presence": "absent"}, "本人到场"),
        ({"signed": "self", "presence": ""}, "本人到场"),
        ({"signed": "self", "presence": "video"}, ""),
        ({"signed": "self", "signed_on": TODAY + DAY}, "今天以后"),
        ({"signed": "self", "signed_on": None}, "没有签名日期"),
        ({"signed": "agent", "presence": "represented"}, "请选择代办人"),
        ({"presence": "represented"}, "请选择代办人"),
        ({"presence": "absent"}, ""),
        ({"consent_on": TODAY + DAY}, "同意日期在今天以后"),
    ],
)
def test_what_cannot_stand_is_told(told, words):
    found = faults(noted(**told), TODAY)
    assert words in ";".join(found) if words else not found


@pytest.mark.parametrize(
    ("age", "told", "words"),
    [
        (30, {}, ["尚未签名"]),
        (30, {"signed": "self"}, []),
        (17, {"signed": "self"}, ["缺监护人"]),
        (17, {"signed": "self", "guardian": True}, []),
        (15, {"guardian": True}, ["监护人尚未签名"]),
        (14, {"signed": "guardian", "guardian": True}, []),
        (13, {"signed": "guardian", "guardian": True}, ["缺监护人同意"]),
        (13, {"signed": "guardian", "guardian": True, "consent_on": TODAY}, []),
        (5, {}, ["监护人尚未签名", "缺监护人的姓名", "缺监护人同意"]),
    ],
)
def test_what_is_still_to_come(age, told, words):
    found = gaps(noted(age, **told), TODAY)
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))


def test_without_a_birth_date_nobody_can_tell_who_signs():
    assert "出生日期不明" in gaps(Noted(None, signed="self", signed_on=TODAY), TODAY)[0]
