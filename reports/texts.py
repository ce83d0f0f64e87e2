"""What the yearly report says: sentences from its figures and the units' returns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from applications.policy.routes import ROUTES
from kaili_hukou.dates import in_words
from reports.figures import Figures, Row
from reports.words import ItemWords, RateWords, RuleWords, Words, words_of

DIGITS = "一二三四五六七八九十"
OUR_NAME = "凯里市户改办"
MOST_TOWNS = 5
YUAN_OF_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class Said:
    """A heading (level 1 to 4) or, at level 0, a paragraph."""

    text: str
    level: int = 0


# ------------------------------------------------------------------ head and chapters


def title_of(figures: Figures) -> str:
    """What stands above the report; a period of choice and a draft are named as such."""
    title = f"凯里市{figures.year}年非户籍人口落户情况报告"
    if not figures.final:
        title += "\n(草稿)"
    elif figures.version > 1:
        title += f"\n(第{figures.version}版)"
    return title if is_whole_year(figures) else f"{title}\n({_period(figures)})"


def is_whole_year(figures: Figures) -> bool:
    year = figures.year
    return figures.period == (f"{year - 1}-12-01", f"{year}-11-30")


def chapters(figures: Figures) -> list[Said]:
    """The whole text, in the order of the standard structure."""
    words = words_of(figures)
    bodies = (
        ("工作开展情况", _work(figures, words)),
        ("主要指标完成情况", _main_figures(figures, words)),
        ("配套政策出台情况", _rules(figures, words.rules)),
        ("存在的问题", _of_units(words, "problems", "各单位的报告没有提出问题。")),
        ("下一步打算", _of_units(words, "next_steps", "各单位的报告没有写明下一步打算。")),
        ("意见建议", _suggestions(words)),
    )
    said = [Said(sentence) for sentence in opening(figures)]
    for number, (title, body) in enumerate(bodies, start=1):
        said += [Said(f"{in_chinese(number)}、{title}", 1), *body]
    return said


def opening(figures: Figures) -> list[str]:
    """What the report is about, and up to which day it speaks."""
    whole = is_whole_year(figures)
    span = f"{'报告年度' if whole else '统计时段'}为{_period(figures)}"
    told = [f"现将凯里市非户籍人口在城市落户工作情况报告如下。{span},数据{until(figures)}。"]
    if figures.reason:
        told.append(f"本报告为第{figures.version}版,更正理由:{figures.reason}")
    return told


def until(figures: Figures) -> str:
    return f"截至{in_words(date.fromisoformat(figures.as_of))}"


def _period(figures: Figures) -> str:
    first, last = (in_words(date.fromisoformat(day)) for day in figures.period)
    return f"{first}至{last}"


def in_chinese(number: int) -> str:
    """1 to 99 as headings count: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    before = (DIGITS[tens - 1] if tens > 1 else "") + ("十" if tens else "")
    return before + (DIGITS[ones - 1] if ones else "")


def numbered(titles: Sequence[tuple[str, list[str]]]) -> Iterator[Said]:
    """(一)(二)… each with its paragraphs."""
    for number, (title, sentences) in enumerate(titles, start=1):
        yield Said(f"({in_chinese(number)}){title}", 2)
        yield from (Said(sentence) for sentence in sentences)


# ------------------------------------------------------------------ 一、工作开展情况


def _work(figures: Figures, words: Words) -> list[Said]:
    """Measure by measure what the units did; then who reported, and what it cost."""
    by_clause: dict[str, list[tuple[str, ItemWords]]] = {}
    for unit in words.units:
        for item in unit.items:
            by_clause.setdefault(item.clause, []).append((unit.name, item))
    parts = [
        (f"{found[0][1].title}({clause})", _progress(found)) for clause, found in by_clause.items()
    ]
    parts += [("经费测算和支出", costs(words)), ("报送情况", reporting(figures))]
    return list(numbered(parts))


def _progress(found: Sequence[tuple[str, ItemWords]]) -> list[str]:
    told: list[str] = []
    for name, item in found:
        lines = [*_lines(item.progress), *_lines(item.figures)] or ["没有写明进展。"]
        told += _begun(f"{name}({item.part})", lines)
    return told


def _begun(name: str, lines: Sequence[str]) -> list[str]:
    """The first paragraph opens with the unit; the rest follow it."""
    return [f"{name}:{lines[0]}", *lines[1:]]


def _lines(text: str) -> list[str]:
    """Paragraphs as typed; each ends like a sentence."""
    return [_ended(line.strip()) for line in text.splitlines() if line.strip()]


def _ended(line: str) -> str:
    return line if line[-1] in "。!?;:.!?;:…" else f"{line}。"


def costs(words: Words) -> list[str]:
    """四(五): what the units estimated and spent, added up."""
    items = [item for unit in words.units for item in unit.items]
    if not any(item.cost_estimated or item.cost_spent for item in items):
        return ["各单位的报告没有填报经费。"]
    units = sum(
        any(item.cost_estimated or item.cost_spent for item in unit.items) for unit in words.units
    )
    estimated = sum((Decimal(item.cost_estimated or 0) for item in items), Decimal())
    spent = sum((Decimal(item.cost_spent or 0) for item in items), Decimal())
    return [
        f"{units}个单位填报了经费,测算共{money(estimated)},实际支出共{money(spent)}。",
    ]


def money(yuan: Decimal) -> str:
    """In 万元 where it is that much, without zeros at its end."""
    if yuan >= YUAN_OF_TEN_THOUSAND:
        return f"{_short(yuan / YUAN_OF_TEN_THOUSAND)}万元"
    return f"{_short(yuan)}元"


def _short(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reporting(figures: Figures) -> list[str]:
    """How many units reported; the silent ones by name."""
    told = figures.told["returns"]
    late = f",其中迟报{told['late']}个" if told["late"] else ""
    sentences = [f"应报送年度报告的单位{told['due']}个,已收到{told['received']}个{late}。"]
    if told["missing"]:
        sentences.append(silent(date.fromisoformat(figures.as_of), told["missing"]))
    return sentences


def silent(on: date, names: Sequence[str]) -> str:
    return f"截至{in_words(on)}未报送的单位{len(names)}个:{'、'.join(names)}。"


# ------------------------------------------------------------------ 二、主要指标完成情况


def _main_figures(figures: Figures, words: Words) -> list[Said]:
    parts = [
        ("落户人口", settled(figures)),
        ("办件和时限", cases(figures)),
        ("居住证", permits(figures)),
        ("花名册和三权告知", [*rosters(figures), *rights(figures)]),
        ("城镇化指标", [rate(one) for one in words.rates]),
    ]
    # Who is silent stands in chapter one already.
    notes = [note for note in figures.notes if note not in reporting(figures)]
    parts += [("数据说明", notes)] if notes else []
    return list(numbered(parts))


def settled(figures: Figures) -> list[str]:
    told = figures.told["settled"]
    if not told["total"]:
        return [f"{until(figures)},本期没有人员落户。", *_also(figures)]
    inflow = _cells(figures, "settled_by_inflow")
    kinds = [f"{title}{number}人" for title, number in inflow if title != "合计" and number]
    sentences = [
        f"{until(figures)},本期共落户{told['total']}人({told['applications']}件)。"
        f"其中{'、'.join(kinds)}。"
    ]
    by_route = {ROUTES[code].title: n for code, n in told["by_route"].items()}
    sentences.append(f"按落户渠道:{_ranked(by_route)}。")
    sentences.append(f"按镇(街道):{_ranked(told['by_town'], MOST_TOWNS)}。")
    return [*sentences, *compared(figures), *_also(figures)]


def _ranked(numbers: dict[str, int], most: int = 0) -> str:
    """Those that are not 0, the largest first; beyond `most` in one sum."""
    found = sorted((item for item in numbers.items() if item[1]), key=lambda item: -item[1])
    shown = found[:most] if most else found
    told = "、".join(f"{name}{number}人" for name, number in shown)
    rest = sum(number for _, number in found[len(shown) :])
    return f"{told},其余{len(found) - len(shown)}个共{rest}人" if rest else told


def compared(figures: Figures) -> list[str]:
    """Against the frozen year before: only where there is one, and this year is over."""
    if figures.as_of != figures.period[1] or not is_whole_year(figures):
        return []
    row = _total(figures, "prior_year")
    if row is None:
        return []
    before, _, adjusted, _ = row.cells
    assert isinstance(before, int)
    told = [f"上年报告定稿落户{before}人,本年{_change(before, figures.told['settled']['total'])}。"]
    if adjusted:
        told.append(f"上年定稿以后补录、更正的,使上年落户人数{_signed(adjusted)}人(上年调整)。")
    return told


def _change(before: int, now: int) -> str:
    if before == now:
        return "与上年持平"
    more, grown = ("增加", "增长") if now > before else ("减少", "下降")
    share = f",{grown}{abs(now - before) / before:.1%}" if before else ""
    return f"比上年{more}{abs(now - before)}人{share}"


def _signed(number: Any) -> str:
    return f"增加{number}" if number > 0 else f"减少{-number}"


def _also(figures: Figures) -> list[str]:
    told = figures.told
    parts = (
        ("撤销落户", told["revoked"], "人"),
        ("毕业迁回原籍", told["returned"], "人"),
        ("准予设立集体户", told["collective_households"], "户"),
    )
    found = [f"{title}{number}{unit}" for title, number, unit in parts if number]
    return [f"另有{'、'.join(found)}。"] if found else []


def cases(figures: Figures) -> list[str]:
    told = figures.told["applications"]
    decided = told["within_term"] + told["beyond_term"]
    sentences = [
        f"收件{told['received']}件,批准{told['approved']}件,不予批准{told['refused']}件,"
        f"不予受理{told['not_accepted']}件,申请人撤回{told['withdrawn']}件,"
        f"期末在办{told['open_at_end']}件。"
    ]
    if decided:
        share = f"{told['within_term'] / decided:.2%}"
        sentences.append(
            f"作出决定{decided}件,按期{told['within_term']}件,超期{told['beyond_term']}件,"
            f"按期率{share}。"
        )
    return sentences


def permits(figures: Figures) -> list[str]:
    told = figures.told["permits"]
    return [
        f"签发居住证{told['issued']}证,签注{told['endorsed']}次;期末有效{told['valid_at_end']}证,"
        f"使用功能中止{told['suspended_at_end']}证。"
    ]


def rosters(figures: Figures) -> list[str]:
    table = figures.table("rosters")
    known = [row for row in table.rows if row.cells[0]]
    if not known:
        return ["没有已确认的花名册。"]
    told = [f"{row.title}{row.cells[0]}人,已落户{row.cells[1]}人" for row in known]
    return [f"已确认的花名册:{';'.join(told)}。"]


def rights(figures: Figures) -> list[str]:
    """三(三)4: those who settle keep their three rights, and are told so."""
    row = _total(figures, "land_rights")
    if row is None or not row.cells[0]:
        return ["本期没有农村籍家庭落户,不需告知三权权益。"]
    return [f"农村籍落户家庭{row.cells[0]}户,三权权益告知已送达{row.cells[1]}户。"]


def rate(told: RateWords) -> str:
    """One indicator beside its goal."""
    if not told.value:
        return f"{told.title}尚未录入。"
    day, published = (in_words(date.fromisoformat(one)) for one in (told.as_of, told.sourced_on))
    sentence = f"截至{day},{told.title}{told.value}{told.unit}({told.source}{published}公布)"
    if not told.goal:
        return f"{sentence}。"
    gap = Decimal(told.goal) - Decimal(told.value)
    way = f",尚差{_short(gap)}{_points(told.unit)}" if gap > 0 else ",已达到"
    by = in_words(date.fromisoformat(told.goal_on))
    return f"{sentence},目标为{by}达到{told.goal}{told.unit}{way}。"


def _points(unit: str) -> str:
    return "个百分点" if unit == "%" else unit


def _total(figures: Figures, key: str) -> Row | None:
    table = next((one for one in figures.tables if one.key == key), None)
    return next((row for row in table.rows if not row.section), None) if table else None


def _cells(figures: Figures, key: str) -> list[tuple[str, Any]]:
    row = _total(figures, key)
    titles = [column.title for column in figures.table(key).columns]
    return list(zip(titles, row.cells, strict=True)) if row else []


# ------------------------------------------------------------------ 三 to 六


def _rules(figures: Figures, rules: Sequence[RuleWords]) -> list[Said]:
    return [Said(sentence) for sentence in supporting_rules(figures, rules)]


def supporting_rules(figures: Figures, rules: Sequence[RuleWords]) -> list[str]:
    """How many stand how; those issued, and those still owed, by name."""
    if not rules:
        return ["没有登记配套政策。"]
    states = Counter(rule.state for rule in rules)
    counted = "、".join(f"{state}{number}项" for state, number in states.items())
    late = sum(rule.late for rule in rules)
    more = f";已印发的有{late}项超过3个月期限" if late else ""
    sentences = [f"{until(figures)},应制定的配套政策{len(rules)}项:{counted}{more}。"]
    issued = [_issued(rule) for rule in rules if rule.issued_on]
    owed = [
        f"{rule.bureau}({rule.clause},{rule.state})"
        for rule in rules
        if rule.state in ("未启动", "起草中")
    ]
    sentences += [f"已印发:{';'.join(issued)}。"] if issued else []
    return sentences + ([f"尚未印发:{'、'.join(owed)}。"] if owed else [])


def _issued(rule: RuleWords) -> str:
    number = f",{rule.number}" if rule.number else ""
    day = in_words(date.fromisoformat(rule.issued_on))
    return f"{rule.bureau}《{rule.title}》({day}{number})"


def _of_units(words: Words, name: str, otherwise: str) -> list[Said]:
    """What each unit wrote under a heading, all its measures together, each sentence once."""
    told: list[str] = []
    for unit in words.units:
        lines = dict.fromkeys(line for item in unit.items for line in _lines(getattr(item, name)))
        told += _begun(unit.name, list(lines)) if lines else []
    return [Said(line) for line in told or [otherwise]]


def _suggestions(words: Words) -> list[Said]:
    told: list[str] = []
    for unit in words.units:
        lines = _lines(unit.suggestions)
        told += _begun(unit.name, lines) if lines else []
    return [Said(line) for line in told or ["各单位没有提出意见建议。"]]
