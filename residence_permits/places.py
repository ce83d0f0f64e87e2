"""Towns, villages and stations as an old table names them; whose rows an officer may bring in."""

import re
import unicodedata

from kaili_hukou import cells
from kaili_hukou.cells import CellError
from kaili_hukou.models import Officer, PoliceStation, Town, Village
from kaili_hukou.roles import Role

_TOWN_PREFIX = re.compile(r"^(贵州省)?(黔东南(苗族侗族自治)?州)?(凯里市)?")
_TOWN_SUFFIX = re.compile(r"(街道办事处|街道办|街道|镇)$")
_VILLAGE_SUFFIX = re.compile(r"(居民委员会|村民委员会|居委会|村委会|社区|村)$")


def folded(cell: object) -> str:
    """The text without any white space, in narrow forms."""
    return "".join(unicodedata.normalize("NFKC", cells.text_of(cell)).split())


class Registers:
    """Towns, villages and stations as the rows name them, from three queries."""

    def __init__(self, officer: Officer) -> None:
        self.officer = officer
        self._towns = {_short_town(town.name): town for town in Town.objects.all()}
        self._villages: dict[tuple[int, str], Village] = {}
        for village in Village.objects.select_related("station"):
            self._villages[village.town_id, village.name] = village
            self._villages.setdefault((village.town_id, _short_village(village.name)), village)
        self._stations: dict[int, list[PoliceStation]] = {}
        for station in PoliceStation.objects.filter(kind="station", town__isnull=False):
            self._stations.setdefault(station.town_id, []).append(station)

    def town(self, cell: object) -> Town:
        text = folded(cell)
        if not text:
            raise CellError("missing", "镇(街道)为空,请填写。")
        found = self._towns.get(_short_town(text))
        if found is None:
            raise CellError("unknown_town", f"「{text[:20]}」不是凯里市的镇、街道,请核对。")
        return found

    def village(self, cell: object, town: Town) -> Village | None:
        text = folded(cell)
        if not text:
            return None
        found = self._villages.get((town.pk, text)) or self._villages.get(
            (town.pk, _short_village(text))
        )
        if found is None:
            raise CellError(
                "bad_value", f"「{text[:20]}」不是{town}的村(社区),请核对,不清楚的留空。"
            )
        return found

    def station(self, town: Town, village: Village | None) -> PoliceStation:
        """Whose area it is; a head imports his own station's rows only."""
        own = village.station if village is not None else None
        stations = [own] if own else self._stations.get(town.pk, [])
        if len(stations) != 1:
            raise CellError("bad_value", f"{town}由哪个派出所管辖不能确定,请填写村(社区)。")
        station = stations[0]
        if self.officer.role != Role.APPROVER and station.pk != self.officer.station_id:
            raise CellError("bad_value", f"这一行属于{station},请交户政部门导入。")
        return station


def _short_town(name: str) -> str:
    return _TOWN_SUFFIX.sub("", _TOWN_PREFIX.sub("", name))


def _short_village(name: str) -> str:
    return _VILLAGE_SUFFIX.sub("", name)
