"""三(三)4, and what the police hold themselves: neither is ever asked for."""

from __future__ import annotations

import re

from applications.policy.case import RELATIONSHIPS
from applications.policy.evidence import companion_evidence, everything_asked_for, required
from applications.policy.routes import ROUTES

RIGHTS = "承包地|土地承包|宅基地|集体收益|三权"
GIVING_UP = "放弃|退出|交回|收回"


def texts() -> list[str]:
    asked = [asked for route in ROUTES.values() for asked in route.conditions]
    titles = [item.title for item in everything_asked_for()]
    return titles + [one.title for one in asked] + [route.title for route in ROUTES.values()]


def test_nothing_asks_to_give_up_the_three_rights():
    assert not [text for text in texts() if re.search(f"{RIGHTS}|{GIVING_UP}", text)]


def test_nothing_is_asked_for_that_the_police_hold():
    held = re.compile("居住证|居住登记|暂住|身份证|户口簿复印")
    assert not [item for item in everything_asked_for() if held.search(item.title)]


def test_each_route_asks_for_an_application_and_no_paper_twice():
    for code in ROUTES:
        for division in (None, "430102", "520102"):
            codes = [item.code for item in required(code, division)]
            assert codes[0] == "application_form"
            assert len(codes) == len(set(codes))


def test_each_kind_of_companion_shows_who_he_or_she_is():
    for kind in (*RELATIONSHIPS, None):
        assert companion_evidence(kind)
