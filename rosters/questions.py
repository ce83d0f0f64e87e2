"""Words of a header that may mean different things: what is asked of a bureau, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rosters.cells import folded, letter
from rosters.columns import BY_NAME, HEAD_NAME, NAME, NUMBER
from rosters.header import ReadAs, keys

# What each may mean, the likelier first; or else a column that is not to be kept.
READINGS = {
    "家庭住址": ("迁出地", "住址"),
    "家庭地址": ("迁出地", "住址"),
    "详细地址": ("迁出地", "住址"),
    "地址": ("住址", "迁出地"),
    "现住址": ("住址", "迁出地"),
    "现居住地": ("住址", "迁出地"),
    "安置地址": ("住址",),
    "编号": ("户编号",),
    "关系": ("与户主关系",),
    "单位": ("工作单位",),
    "人数": ("随迁人数",),
    "证件号码": (NUMBER,),
    "证件号": (NUMBER,),
    "证件编号": (NUMBER,),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One column of which the word does not tell enough; `now` is how it is read so far."""

    at: int
    key: str
    word: str
    choices: tuple[str, ...]
    now: str

    @property
    def letter(self) -> str:
        return letter(self.at)


def questions(
    words: Mapping[int, str], columns: Mapping[str, int], read_as: ReadAs
) -> list[Question]:
    """In the sheet's order, what the bureau has not settled yet."""
    names = {at: name for name, at in columns.items()}
    sure = {name for at, name in names.items() if at in words and folded(words[at]) not in READINGS}
    told = keys(words)
    return [
        Question(at, told[at], words[at], choices, names.get(at, ""))
        for at, choices in _doubtful(words, sure)
        if told[at] not in read_as and (at in names or choices)
    ]


def _doubtful(words: Mapping[int, str], sure: set[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Columns with what they could be, but for what another column surely is."""
    times = Counter(folded(word) for word in words.values())
    for at in sorted(words):
        word = folded(words[at])
        if word in READINGS:
            yield at, tuple(name for name in READINGS[word] if name not in sure)
        elif times[word] > 1 and (name := _of_a_person(word)):
            yield at, (name, HEAD_NAME) if name == NAME else (name,)


def _of_a_person(word: str) -> str:
    for name in (NAME, NUMBER):
        if any(word in tier for tier in BY_NAME[name].tiers):
            return name
    return ""
