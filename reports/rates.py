"""The two rates of 四(二): a part of a population over the whole, as one source gave both.

Pure: the counts are passed in. 常住人口 is the statistics bureau's, 户籍人口 the police's; they
count different people, so a part of one is never set over the whole of the other.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Count:
    """So many people, of whom, on which day, by which source, made known when."""

    title: str
    people: int
    as_of: datetime.date
    source: str
    sourced_on: datetime.date
    place: str = ""


class NotComparable(ValueError):
    """The two counts are not of one source, day and publication; the message is a sentence."""


def rate(part: Count, whole: Count) -> Decimal:
    """The part in the whole, in percent with two decimals. NotComparable where they are mixed."""
    for name, seen, other in (
        ("地方", part.place, whole.place),
        ("来源", part.source, whole.source),
        ("时点", str(part.as_of), str(whole.as_of)),
        ("公布日期", str(part.sourced_on), str(whole.sourced_on)),
    ):
        if seen != other:
            told = f"{part.title}的{name}是 {seen or '全市'},{whole.title}的是 {other or '全市'}"
            raise NotComparable(
                f"{told}。"
                "分子、分母须出自同一来源、同一时点、同一次公布,不能混用。请把两个数一并录入或更正。"
            )
    if not whole.people:
        raise NotComparable(f"{whole.title}是 0,不能作分母。请核对。")
    if part.people > whole.people:
        raise NotComparable(
            f"{part.title} {part.people} 人多于{whole.title} {whole.people} 人,请核对这两个数。"
        )
    return (Decimal(100) * part.people / whole.people).quantize(HUNDREDTH, ROUND_HALF_UP)
