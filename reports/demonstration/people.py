"""Synthetic people: names, numbers, origins. Nobody here exists; the numbers are only valid."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from kaili_hukou import identity
from kaili_hukou.actions import PersonEntry

SURNAMES = "杨吴龙潘王张李田石罗周陈刘唐欧顾姜文邰莫韦吕卢余"
GIVEN = "秀英德明小满阿妹老三桂兰国富春梅光荣建华玉珍文军晓红永胜丽萍志强雪松银花世昌金凤"
# (division, its own prefix in numbers, place): where the demonstration's people come from.
OUTSIDE = (
    ("430104", "430104", "湖南省长沙市岳麓区"),
    ("510107", "510107", "四川省成都市武侯区"),
    ("450103", "450103", "广西壮族自治区南宁市青秀区"),
    ("530102", "530102", "云南省昆明市五华区"),
)
GUIZHOU = (
    ("522622", "522622", "贵州省黔东南州黄平县"),
    ("522635", "522635", "贵州省黔东南州麻江县"),
    ("522634", "522634", "贵州省黔东南州雷山县"),
    ("520103", "520103", "贵州省贵阳市云岩区"),
)
KAILI = (("522601", "522601", "贵州省黔东南州凯里市"),)


@dataclass(frozen=True, slots=True)
class Maker:
    """Draws people by a seed; two draws never give the same number."""

    random: Random
    serials: Iterator[int]

    def name(self) -> str:
        length = self.random.choice((1, 2, 2, 2))
        given = "".join(self.random.choice(GIVEN) for _ in range(length))
        return self.random.choice(SURNAMES) + given

    def person(
        self,
        today: datetime.date,
        *,
        years: tuple[int, int] = (22, 60),
        origins: tuple[tuple[str, str, str], ...] = OUTSIDE,
        kind: str = "",
    ) -> PersonEntry:
        division, prefix, place = self.random.choice(origins)
        born_on = self._birthday(today, years)
        number = self._number(prefix, born_on)
        return PersonEntry(
            number=number,
            name=self.name(),
            birth_date=born_on,
            sex="1" if int(number[16]) % 2 else "2",
            division=division,
            hukou_kind=kind or self.random.choice(("rural", "rural", "urban")),
            address=f"{place}某街道{self.random.randint(1, 300)}号",
            phone=f"139{self.random.randint(0, 99999999):08d}",
            nationality_as_written=self.random.choice(("汉", "苗", "侗", "布依", "土家")),
        )

    def _birthday(self, today: datetime.date, years: tuple[int, int]) -> datetime.date:
        youngest, oldest = years
        days = self.random.randint(youngest * 366, oldest * 365)
        return today - datetime.timedelta(days=days)

    def _number(self, prefix: str, born_on: datetime.date) -> str:
        """Serials run through 1 to 995; the day of birth keeps equal ones apart."""
        return identity.make(prefix, born_on, next(self.serials) % 995 + 1)
