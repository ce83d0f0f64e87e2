"""The tables of the people settled: by place and time, origin, sex, age and nationality. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from applications.policy.routes import ROUTES
from reports.classes import (
    AGES,
    FROM_OUTSIDE_THE_CITY,
    LEVELS,
    NATIONS,
    SEXES,
    UNLISTED,
)
from reports.counts import Counts
from reports.figures import Table
from reports.keys import NONE, Figure, where
from reports.period import Period, month_of
from reports.tables import (
    Columns,
    Counting,
    Head,
    Places,
    Plan,
    every_row,
    filled,
    parts,
    rows_by_town,
)

SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Frame:
    """What the tables of one period have in common."""

    period: Period
    heading: str
    places: Places
    nations: Mapping[str, str]

    @property
    def columns(self) -> Columns:
        return Columns(SETTLED, self.period)


def settled_tables(frame: Frame, counts: Counts) -> list[Table]:
    plans = [
        _by_town_and_route(frame),
        _by_month(frame),
        _by_town_route_month(frame),
        _by_origin(frame),
        _inflow(frame),
        _by_sex_and_age(frame),
        _by_nation(frame, counts),
    ]
    return [filled(plan, counts) for plan in plans]


def _plan(frame: Frame, key: str, title: str, columns: list[Counting], **more: object) -> Plan:
    told = {"rows": every_row(frame.places), "heading": frame.heading} | more
    return Plan(key=key, title=title, columns=tuple(columns), **told)  # type: ignore[arg-type]


def _by_town_and_route(frame: Frame) -> Plan:
    routes = {code: route.title for code, route in ROUTES.items()}
    columns = [frame.columns.of("合计"), *frame.columns.each("route", routes)]
    return _plan(
        frame,
        "settled_by_town_and_route",
        "各镇(街道)分渠道落户人数",
        columns,
        rows=rows_by_town(frame.places),
        sums=((0, parts(1, len(routes))),),
        row_title="镇(街道)",
    )


def _months(frame: Frame) -> list[Counting]:
    return [
        Counting(name, Figure(SETTLED, month_of(name, frame.period)))
        for name in frame.period.months
    ]


def _by_month(frame: Frame) -> Plan:
    months = _months(frame)
    return _plan(
        frame,
        "settled_by_month",
        "分月落户人数",
        [frame.columns.of("合计"), *months],
        sums=((0, parts(1, len(months))),),
    )


def _by_town_route_month(frame: Frame) -> Plan:
    months = _months(frame)
    rows = [
        Head(f"{name}·{route.title}", "镇(街道)·渠道", where(town=code, route=route.code))
        for code, name in (*frame.places.towns, (NONE, "(未填镇、街道)"))
        for route in ROUTES.values()
    ]
    return _plan(
        frame,
        "settled_by_town_route_month",
        "各镇(街道)分渠道分月落户人数",
        [frame.columns.of("合计"), *months],
        rows=(Head("合计"), *rows),
        sums=((0, parts(1, len(months))),),
        row_title="镇(街道)·渠道",
    )


def _by_origin(frame: Frame) -> Plan:
    columns = frame.columns
    return _plan(
        frame,
        "settled_by_origin",
        "按迁出地落户人数",
        [
            columns.of("合计"),
            *columns.each("level", LEVELS),
            columns.of("其中:农村籍", kind="rural"),
        ],
        sums=((0, parts(1, len(LEVELS))),),
        notes=("迁出地按本人现户籍所在地划分,不按身份号码。",),
    )


def _inflow(frame: Frame) -> Plan:
    columns = frame.columns
    return _plan(
        frame,
        "settled_by_inflow",
        "市外迁入与市内农村迁入城镇",
        [
            columns.of("合计"),
            columns.of("市外迁入", level=FROM_OUTSIDE_THE_CITY),
            columns.of("市内农村迁入城镇", level="city", kind="rural"),
            columns.of("市内城镇之间(含城乡未填)", level="city", kind=("urban", NONE)),
            columns.of("无现户籍", level=NONE),
        ],
        sums=((0, (1, 2, 3, 4)),),
    )


def _by_sex_and_age(frame: Frame) -> Plan:
    columns = frame.columns
    return _plan(
        frame,
        "settled_by_sex_and_age",
        "按性别和年龄落户人数",
        [columns.of("合计"), *columns.each("sex", SEXES), *columns.each("age", AGES)],
        sums=((0, parts(1, len(SEXES))), (0, parts(1 + len(SEXES), len(AGES)))),
        notes=("年龄为统计时段最后一日的周岁。",),
    )


def _by_nation(frame: Frame, counts: Counts) -> Plan:
    """Columns of the larger ones; the rest of the list in one, and what the list has not."""
    columns = frame.columns
    named = {code: frame.nations[code] for code in NATIONS if code in frame.nations}
    found = counts.cube_of(Figure(SETTLED, frame.period, where(nation=NONE)))
    rest = tuple(sorted(found.values("nation", frame.period) - {*named, UNLISTED, NONE}))
    shown = [
        columns.of("合计"),
        *columns.each("nation", named),
        columns.of("其他民族", nation=rest or ("97",)),
        columns.of("未列入代码表", nation=UNLISTED),
        columns.of("未填", nation=NONE),
    ]
    return _plan(
        frame,
        "settled_by_nationality",
        "按民族落户人数",
        shown,
        sums=((0, parts(1, len(shown) - 1)),),
    )
