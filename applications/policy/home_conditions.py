"""The conditions on a home bought in Kaili: the day of the contract, and the area a head."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from applications.policy.condition import Condition, Outlook, Situation, either
from applications.policy.verdict import Finding
from kaili_hukou.dates import in_words


def _home(situation: Situation) -> Finding:
    """在我市购房: by the day of the contract."""
    required = "在凯里市购买住房"
    home, owns_home = situation.facts.home, situation.facts.owns_home
    if home is None:
        if owns_home is False:
            return Finding("unmet", required, "在凯里市没有住房")
        return Finding("unknown", required, "待核实:购房合同")
    if home.bought_on is None:
        return Finding("unknown", required, "待核实:购房合同签订日期")
    met = home.bought_on <= situation.day
    actual = f"购房合同{in_words(home.bought_on)}{'' if met else '才'}签订"
    return Finding(either(met), required, actual, home.bought_on)


def _home_turns(outlook: Outlook) -> Iterable[date | None]:
    yield outlook.facts.home and outlook.facts.home.bought_on


HOME: Final = Condition("home", "在凯购房", _home, ("home", "owns_home"), turning_days=_home_turns)


def _bought_since(situation: Situation) -> Finding:
    """2019年以后购买: not asked of Guizhou, so never unmet while the division is unknown."""
    first = situation.values.bought_since
    required = f"{in_words(first)}以后购房"
    home = situation.facts.home
    if home is None or home.bought_on is None:
        return Finding("unknown", required, "待核实:购房合同签订日期")
    actual = f"购房合同签订日期为{in_words(home.bought_on)}"
    if home.bought_on >= first:
        return Finding("met", required, actual, home.bought_on)
    return _only_outside_guizhou(situation, required, actual)


def _only_outside_guizhou(situation: Situation, required: str, actual: str) -> Finding:
    if situation.person.division is None:
        return Finding("unknown", required, f"{actual},待核实:现户籍所在地")
    return Finding("unmet", required, actual)


def _no_turns(_outlook: Outlook) -> Iterable[date | None]:
    """Only a parameter that changes can turn it."""
    return ()


BOUGHT_SINCE_2019: Final = Condition(
    "bought_since_2019",
    "2019年以后购房",
    _bought_since,
    ("home",),
    ("division",),
    _no_turns,
)


def _area_per_head(situation: Situation) -> Finding:
    """人均20㎡以上: the applicant, the companions admitted, and those registered there already."""
    values = situation.values
    if values.area_per_head is None:
        ended_on = "" if values.area_ended_on is None else f"自{in_words(values.area_ended_on)}起"
        return Finding("met", "不要求人均住房面积", f"人均住房面积要求{ended_on}不再适用")
    required = f"人均住房面积{values.area_per_head}平方米以上"
    home = situation.facts.home
    if home is None or home.area_m2 is None or home.registered_already is None:
        return Finding("unknown", required, "待核实:住房面积和屋内已登记人数")
    heads = situation.persons + home.registered_already
    actual = f"面积{_shown(home.area_m2)}平方米,按{_shown(heads)}人计算"
    if _exact(home.area_m2) >= values.area_per_head * heads:
        return Finding("met", required, actual)
    return _only_outside_guizhou(situation, required, actual)


_MOST_SHOWN: Final = 10**9
_LONGEST_SHOWN: Final = 20


def _exact(area: Decimal | int | float) -> Decimal | int:
    return Decimal(repr(area)) if isinstance(area, float) else area


def _shown(number: Decimal | int | float) -> str:
    return "十亿以上" if number >= _MOST_SHOWN else str(number)[:_LONGEST_SHOWN]


AREA_PER_HEAD: Final = Condition(
    "area_per_head", "人均住房面积", _area_per_head, ("home",), ("division",), _no_turns
)
