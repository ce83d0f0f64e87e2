"""How a name is read, so that a clerk finds it by initials (ZSF) or in full (zhangsanfeng).

A surname is read as a surname (单 shan, 曾 zeng); the rest of the name by the commonest reading.
"""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

LONGEST_INITIALS = 100
LONGEST_READING = 300

# Surnames that pypinyin alone reads as the common character (those of two characters it knows).
_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "区": "ou",
    "朴": "piao",
    "盖": "ge",
    "翟": "zhai",
    "覃": "qin",
    "缪": "miao",
    "乐": "yue",
    "洗": "xian",
    "员": "yun",
    "折": "she",
    "黑": "he",
    "秘": "bi",
    "繁": "po",
    "种": "chong",
    "召": "shao",
    "佴": "nai",
    "郗": "chi",
    "祭": "zhai",
    "藏": "zang",
    "句": "gou",
    "阚": "kan",
}

# Surnames of two characters that begin with one of those above.
_TWO_CHARACTERS = frozenset({"单于"})


@lru_cache(maxsize=64)
def _syllables(name: str) -> tuple[str, ...]:
    first = name[:1] if name[:1] in _SURNAMES and name[:2] not in _TWO_CHARACTERS else ""
    # Where characters have no reading (a middle dot, a rare one), they are left out.
    rest = lazy_pinyin(name[len(first) :], style=Style.NORMAL, errors=_latin_alone)
    surname = (_SURNAMES[first],) if first else ()
    return (*surname, *(syllable.lower() for syllable in rest))


def _latin_alone(unread: str) -> list[str]:
    letters = "".join(mark if mark.isascii() and mark.isalpha() else " " for mark in unread)
    return letters.split()


def initials(name: str) -> str:
    """The first letters in capitals: 张三丰 → ZSF; 单雄信 → SXX."""
    return "".join(syllable[0].upper() for syllable in _syllables(name))[:LONGEST_INITIALS]


def reading(name: str) -> str:
    """The whole reading in small letters without spaces: 张三丰 → zhangsanfeng; ü is v."""
    return "".join(_syllables(name))[:LONGEST_READING]
