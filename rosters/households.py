"""The households of a roster: by 户编号, else by a 户主 row with those below it.

The head's identity number is no column that is kept, so it tells nothing here. What cannot be
told surely is marked with its reason, and somebody has to choose.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from rosters.kinship import HEAD, kin_of

TWO_HEADS = "同一户编号有两名户主"
HEADS_DIFFER = "同一户编号写了不同的户主姓名"
HEAD_ABOVE_DIFFERS = "户主不是上面那一户的户主,表内没有找到"
UNTOLD = "没有写户编号、户主和关系,不能确定是不是上面那一户的人"


@dataclass(frozen=True, slots=True)
class Row:
    """What a row tells of its household; `row` is its number in the sheet."""

    key: Hashable
    row: int
    name: str
    head_name: str = ""
    relation: str = ""
    household_number: str = ""

    @property
    def kin(self) -> str:
        """What the person is to the head; whoever bears the head's name is the head."""
        if self.relation.strip():
            return kin_of(self.relation)
        return HEAD if self.head_name and self.head_name == self.name else ""

    @property
    def tells(self) -> bool:
        return bool(self.head_name or self.relation or self.household_number)


@dataclass(slots=True)
class Household:
    """Rows that belong together; with a `doubt` somebody has to say whether they do."""

    rows: list[Row] = field(default_factory=list)
    doubt: str = ""

    @property
    def key(self) -> int:
        """The number of its first row: a confirmed roster is sealed, so it never changes."""
        return self.rows[0].row

    @property
    def has_one_head(self) -> bool:
        """Else nobody can say whose wife or child somebody is."""
        return self.doubt not in (TWO_HEADS, HEADS_DIFFER)

    @property
    def head(self) -> Row | None:
        return next((row for row in self.rows if row.kin == HEAD), None)


def households(rows: Iterable[Row]) -> list[Household]:
    """Every row in one household, in the order of the sheet."""
    ordered = sorted(rows, key=lambda row: row.row)
    numbered: dict[str, Household] = {}
    found: list[Household] = []
    above: Household | None = None
    told = any(row.tells for row in ordered)
    for row in ordered:
        number = row.household_number.strip()
        if number:
            if number not in numbered:
                numbered[number] = Household()
                found.append(numbered[number])
            numbered[number].rows.append(row)
            above = None
            continue
        joined = _below(row, above, told)
        if joined is not above:
            found.append(joined)
        above = joined
    for household in numbered.values():
        household.doubt = _doubt(household)
    return found


def _below(row: Row, above: Household | None, told: bool) -> Household:
    """The household that a row without 户编号 joins: the one above it, or one of its own."""
    if row.kin == HEAD:
        return Household([row])
    if above is not None and above.head is not None and _belongs(row, above.head):
        above.rows.append(row)
        return above
    if row.head_name:
        same = above is not None and above.rows[-1].head_name == row.head_name
        if above is not None and same and above.head is None:
            above.rows.append(row)
            return above
        return Household([row], HEAD_ABOVE_DIFFERS)
    return Household([row], UNTOLD if told else "")


def _belongs(row: Row, head: Row) -> bool:
    return row.head_name == head.name if row.head_name else bool(row.relation)


def _doubt(household: Household) -> str:
    heads = [row for row in household.rows if row.kin == HEAD]
    if len(heads) > 1:
        return TWO_HEADS
    names = [row.head_name for row in household.rows if row.head_name]
    if any(one != other for one, other in pairwise(names)):
        return HEADS_DIFFER
    return ""
