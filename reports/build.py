"""Builds the figures of a report from everything that the desk knows on a day."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from applications.policy.routes import ROUTES
from kaili_hukou.dates import in_words
from kaili_hukou.models import Town
from reports.adjusting import adjusting_queries, prior_year
from reports.classes import OTHER_COUNTY
from reports.collect import counted, one_snapshot
from reports.counts import Counts
from reports.dimensions import nations
from reports.figures import Column, Disagreement, Figures, Row, Table
from reports.keys import NONE, Figure, where
from reports.models import AnnualReport, PoliceEntry
from reports.models.indicators import indicators_at
from reports.period import Period, Span, month_of
from reports.returns_told import Returns, returns_of
from reports.settled_tables import SETTLED, Frame, settled_tables
from reports.tables import Places
from reports.texts import silent
from reports.words import Words
from reports.words_told import words_at
from reports.work_tables import CASES, DECIDING, case_column, work_tables
from reports.yearly_tables import Yearly, police_faults, yearly_tables
from rosters.kinds import KINDS

INDICATORS = {
    "resident_population": "常住人口(人)",
    "registered_population": "户籍人口(人)",
    "urban_resident_rate": "常住人口城镇化率(%)",
    "urban_registered_rate": "户籍人口城镇化率(%)",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What one build found in the database."""

    span: Span
    as_of: datetime.date
    counts: Counts
    places: Places
    indicators: dict[str, Any]
    returns: Returns
    yearly: Yearly
    previous: AnnualReport | None
    words: Words


def build(span: Span, now: datetime.datetime) -> Figures:
    """The figures of a span as known now; Disagreement where sums do not agree."""
    with one_snapshot():
        known = _known(span, timezone.localtime(now).date())
        return _figures(known, timezone.localtime(now)).checked()


def _known(span: Span, today: datetime.date) -> Known:
    previous = AnnualReport.objects.filter(year=span.year - 1).order_by("-version").first()
    counts = counted(span, adjusting_queries(span, previous))
    places = Places(tuple(Town.objects.order_by("code").values_list("code", "name")))
    as_of = min(today, span.period.last)
    entered = _entered(span.year)
    yearly = Yearly(span, today, places, entered, _entered(span.year - 1).get(1))
    told, words = indicators_at(span.period.last), words_at(span.year, span.period.last)
    return Known(span, as_of, counts, places, told, returns_of(span.year), yearly, previous, words)


def _entered(year: int) -> dict[int, int]:
    """The cells of the police form as last entered."""
    rows = PoliceEntry.objects.filter(year=year).order_by("entered_at", "pk")
    return dict(rows.values_list("column", "value"))


def _figures(known: Known, now: datetime.datetime) -> Figures:
    astray = [
        f"「{figure.text}」合计 {own},分组之和 {grouped},相差 {grouped - own}。"
        for figure, own, grouped in known.counts.astray()
    ]
    if astray:
        raise Disagreement("统计数据的合计不一致,没有生成报告。" + "".join(astray))
    tables = _tables(known)
    return Figures(
        year=known.span.year,
        period=(known.span.period.first.isoformat(), known.span.period.last.isoformat()),
        as_of=known.as_of.isoformat(),
        built_at=now.isoformat(timespec="seconds"),
        told=_told(known),
        tables=tuple(tables),
        version=_next_version(known.span),
        notes=tuple(_notes(known, tables)),
        words=known.words.to_json(),
    )


def _next_version(span: Span) -> int:
    last = AnnualReport.objects.filter(year=span.year).aggregate(last=Max("version"))["last"]
    return (last or 0) + 1


# ------------------------------------------------------------------ tables


def heading(known: Known) -> str:
    name = f"报告年度 {known.span.year} 年" if known.span.is_report_year else "统计时段"
    return f"{name}:{known.span.period.title},截至{in_words(known.as_of)}"


def _tables(known: Known) -> list[Table]:
    frame = Frame(known.span.period, heading(known), known.places, nations())
    kinds = {kind.code: kind.title for kind in KINDS.values()}
    adjusted = prior_year(known.previous, known.counts, known.places, known.span.period)
    return [
        *settled_tables(frame, known.counts),
        *work_tables(frame, known.counts, kinds),
        *yearly_tables(known.yearly, known.counts),
        *([adjusted] if adjusted else []),
        _indicators(known),
        _returns(known),
    ]


def _indicators(known: Known) -> Table:
    days = {"resident": "resident_as_of", "registered": "registered_as_of"}
    rows = []
    for name, title in INDICATORS.items():
        day = known.indicators[days["resident" if "resident" in name else "registered"]]
        rows.append(Row(title, "", "", (known.indicators[name], day.isoformat() if day else None)))
    return Table(
        "indicators",
        "城镇化率",
        f"截至{in_words(known.span.period.last)}最近一次公布的数据",
        (Column("数值", adds=False), Column("时点", adds=False)),
        tuple(rows),
        notes=("由统计、公安部门提供;未录入的留空,两率的分子分母不混用来源。",),
        row_title="指标",
    )


def _returns(known: Known) -> Table:
    rows = tuple(
        Row(one.name, "", "", (one.state, one.received_on, "是" if one.late else ""))
        for one in known.returns.units
    )
    titles = ("情况", "收到日期", "迟报")
    return Table(
        "returns",
        "各单位年度报告报送情况",
        f"{known.span.year} 年度,应于{known.span.year}年12月10日前报送",
        tuple(Column(title, adds=False) for title in titles),
        rows,
        row_title="单位",
    )


# ------------------------------------------------------------------ the numbers of the contract


def _told(known: Known) -> dict[str, Any]:
    own, counts = known.span.period, known.counts
    decided = {
        f"{term}_term": _number(counts, "made", own, move=DECIDING, term=term)
        for term in ("within", "beyond")
    }
    return {
        "settled": _settled(known),
        "returned": _number(counts, "returned", own),
        "collective_households": _number(counts, "collective", own),
        "revoked": _number(counts, "revoked", own),
        "applications": {name: counts.number(case_column(name, own).of) for name in CASES}
        | decided,
        "permits": {
            "issued": _number(counts, "issued", own),
            "endorsed": _number(counts, "endorsed", own),
            "suspended_at_end": _number(counts, "suspended", own),
            "valid_at_end": _number(counts, "valid", own),
        },
        "rosters": {
            kind: {
                "rows": _number(counts, "named", own, roster=kind),
                "settled": _number(counts, "named_settled", own, roster=kind),
            }
            for kind in KINDS
        },
        "indicators": {name: known.indicators[name] for name in INDICATORS},
        "returns": known.returns.to_json(),
    }


def _number(counts: Counts, source: str, period: Period, **told: Any) -> int:
    return counts.number(Figure(source, period, where(**told)))


def _settled(known: Known) -> dict[str, Any]:
    own, counts = known.span.period, known.counts

    def number(**told: Any) -> int:
        return _number(counts, SETTLED, own, **told)

    towns = {name: code for code, name in known.places.towns}
    if number(town=NONE):
        towns["未填"] = NONE
    return {
        "total": counts.given[Figure(SETTLED, own)],
        "applications": counts.applications,
        "by_route": {route: number(route=route) for route in ROUTES},
        "by_town": {name: number(town=code) for name, code in towns.items()},
        "by_month": {month: _number(counts, SETTLED, month_of(month, own)) for month in own.months},
        "by_origin": {
            "other_province": number(level="outside"),
            "other_county": number(level=OTHER_COUNTY),
            "kaili": number(level="city"),
            "none": number(level=NONE),
        },
        "by_route_and_town": {
            route: {name: number(route=route, town=code) for name, code in towns.items()}
            for route in ROUTES
        },
    }


# ------------------------------------------------------------------ what the reader must know


def _notes(known: Known, tables: list[Table]) -> list[str]:
    counts, own = known.counts, known.span.period
    untold = _number(counts, SETTLED, own, town=NONE)
    notes = [f"有 {untold} 名落户人员的办件没有填写镇、街道。"] if untold else []
    missing = known.returns.to_json()["missing"]
    if missing:
        notes.append(silent(known.as_of, missing))
    police = next(table for table in tables if table.key == "police_58")
    return notes + police_faults(police, known.yearly)
