"""A figure in words, as the page of its list names it."""

from applications.models import FollowUp
from applications.policy.routes import ROUTES
from applications.statistics import DISCHARGED, MARKS, REASONS
from applications.workflow import MOVES
from kaili_hukou.models import Town
from reports.classes import AGES, COLUMN_INSIDE, COLUMN_OTHER, LEVELS, SEXES, TERMS, UNLISTED
from reports.dimensions import nations
from reports.keys import NONE, Figure
from reports.sources import SOURCES
from rosters.kinds import KINDS

TITLES = {
    "route": "渠道",
    "town": "镇(街道)",
    "level": "迁出地",
    "kind": "城乡",
    "column": "公业58表",
    "mark": "标志",
    "sex": "性别",
    "age": "年龄",
    "nation": "民族",
    "move": "办理",
    "term": "时限",
    "roster": "花名册",
    "state": "情况",
    "settled_year": "落户年度",
}
COLUMNS = REASONS | {
    DISCHARGED: "退出现役",
    "6": "省内迁入",
    "7": "省外迁入",
    COLUMN_OTHER: "其他增加",
    COLUMN_INSIDE: "市内城镇之间",
}
# Longer lists of values are told by their number.
MOST_NAMED = 4


def in_words(figure: Figure) -> str:
    told = [_told(name, values) for name, values in figure.where]
    return " · ".join([SOURCES[figure.source].title, *told])


def _told(name: str, values: tuple[str, ...]) -> str:
    words = _words(name)
    if len(values) > MOST_NAMED:
        return f"{TITLES[name]}:{len(values)} 类合计"
    return f"{TITLES[name]}:" + "、".join(
        words.get(one, "未填" if one == NONE else one) for one in values
    )


def _words(name: str) -> dict[str, str]:
    if name == "town":
        return dict(Town.objects.values_list("code", "name"))
    if name == "nation":
        return nations() | {UNLISTED: "未列入代码表"}
    return {
        "route": {code: route.title for code, route in ROUTES.items()},
        "level": LEVELS,
        "kind": {"rural": "农村", "urban": "城镇"},
        "column": COLUMNS,
        "mark": MARKS,
        "sex": SEXES,
        "age": AGES,
        "move": {name: move.title for name, move in MOVES.items()},
        "term": TERMS,
        "roster": {code: kind.title for code, kind in KINDS.items()},
        "state": dict(FollowUp.State.choices),
    }.get(name, {})
