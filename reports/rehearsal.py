"""预检: everything that would make the report of a year wrong or incomplete, named with its place.

A check is a row of `CHECKS`: its words, and a function that counts. Each asks a constant number
of queries, whatever the rows.
"""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.policy.routes import ROUTES
from applications.workflow import State as CaseState
from reports import due_days
from reports.actions.noting import flattened
from reports.behind import behind
from reports.build import build
from reports.classes import LEVELS, UNLISTED
from reports.figures import Disagreement, Figures
from reports.keys import NONE, Figure, where
from reports.models import AnnualReport, FigureSnapshot, PoliceEntry, SupportingRule
from reports.period import Span, span_of
from reports.return_flow import State
from reports.returns_told import returns_of
from reports.yearly_tables import ENTERED
from rosters.models import Roster

MOST_MOVED = 12
# Whoever leaves service has no present registration: the route says so, nothing is missing.
WITHOUT_ORIGIN = "veteran"


@dataclass(frozen=True, slots=True)
class Scene:
    """What the checks share, so that each is asked once."""

    span: Span
    now: datetime.datetime
    figures: Figures | None
    disagreement: str
    returns: Counter[str]
    rules: Counter[str]
    moved: list[str]

    @property
    def year(self) -> int:
        return self.span.year

    def settled(self, **told: Any) -> Figure:
        return Figure("settled", self.span.period, where(**told))


@dataclass(frozen=True, slots=True)
class Found:
    count: int
    link: str = ""
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Check:
    """`severe`: the report would be wrong or could not go out; else it would be incomplete."""

    title: str
    unit: str
    advice: str
    find: Callable[[Scene], Found]
    severe: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A check with what it found."""

    check: Check
    found: Found


def points(year: int, now: datetime.datetime) -> list[Point]:
    """All checks, those that found something first."""
    scene = _scene(year, now)
    told = [Point(check, check.find(scene)) for check in CHECKS]
    return sorted(told, key=lambda one: (not one.found.count, not one.check.severe))


def open_points(year: int, now: datetime.datetime) -> list[Point]:
    return [one for one in points(year, now) if one.found.count]


def _scene(year: int, now: datetime.datetime) -> Scene:
    span = span_of(year, timezone.localtime(now).date())
    figures, fault = None, ""
    try:
        figures = build(span, now)
    except Disagreement as found:
        fault = str(found)
    rules = SupportingRule.objects.order_by().values_list("state").annotate(Count("pk"))
    return Scene(
        span=span,
        now=now,
        figures=figures,
        disagreement=fault,
        returns=Counter(one.state for one in returns_of(year).units),
        rules=Counter(dict(rules)),
        moved=_moved(year, figures, now),
    )


def _moved(year: int, figures: Figures | None, now: datetime.datetime) -> list[str]:
    """Against the last day before this one that was noted; nothing where none was."""
    today = timezone.localtime(now).date()
    last = FigureSnapshot.objects.filter(year=year, on__lt=today).order_by("-on").first()
    if last is None or figures is None:
        return []
    present = flattened(figures)
    return [
        f"{name}:{last.on} 为 {before},现在 {present[name]}"
        for name, before in last.numbers.items()
        if name in present and present[name] != before
    ]


# ------------------------------------------------------------------ the links


def _list_of(figure: Figure) -> str:
    return f"{reverse('reports:behind')}?{urlencode({'of': figure.text})}"


def _counted(figure: Figure) -> Found:
    return Found(behind(figure).count(), _list_of(figure))


def _table(scene: Scene, key: str) -> str:
    return f"{reverse('reports:figures')}?year={scene.year}&table={key}"


def _returns_in(*states: State) -> Callable[[Scene], Found]:
    def find(scene: Scene) -> Found:
        link = f"{reverse('reports:overview', args=[scene.year])}?state={states[0]}"
        return Found(sum(scene.returns[state.label] for state in states), link)

    return find


def _rules_in(state: str) -> Callable[[Scene], Found]:
    return lambda scene: Found(scene.rules[state], reverse("reports:rules"))


# ------------------------------------------------------------------ the checks


def _disagreement(scene: Scene) -> Found:
    details = [scene.disagreement] if scene.disagreement else []
    return Found(len(details), reverse("reports:figures"), details)


def _without_origin(scene: Scene) -> Found:
    routes = tuple(code for code in ROUTES if code != WITHOUT_ORIGIN)
    return _counted(scene.settled(level=NONE, route=routes))


def _without_kind(scene: Scene) -> Found:
    known = tuple(code for code in LEVELS if code != NONE)
    return _counted(scene.settled(level=known, kind=NONE))


def _approved_and_waiting(scene: Scene) -> Found:
    rows = Application.objects.filter(
        state=CaseState.APPROVED, decided_on__lte=scene.span.period.last
    )
    return Found(rows.count(), _list_of(Figure("open", scene.span.period)))


def _indicators(scene: Scene) -> Found:
    """Counts that nobody entered, and rates whose two counts do not go together."""
    if scene.figures is None:
        return Found(0)
    rows = scene.figures.table("indicators").rows
    missing = [
        f"{row.title}:{'两项人数不同日、不同来源或未录入' if '率' in row.title else '没有录入'}"
        for row in rows
        if row.cells[0] is None
    ]
    return Found(len(missing), reverse("reports:indicators"), missing)


def _old_indicators(scene: Scene) -> Found:
    """The day of an indicator lies before the report year began."""
    if scene.figures is None:
        return Found(0)
    first = scene.span.period.first.isoformat()
    old = [
        f"{row.title}:时点 {row.cells[1]}"
        for row in scene.figures.table("indicators").rows
        if isinstance(row.cells[1], str) and row.cells[1] < first
    ]
    return Found(len(old), reverse("reports:indicators"), old)


def _police_form(scene: Scene) -> Found:
    known = set(PoliceEntry.objects.filter(year=scene.year).values_list("column", flat=True))
    missing = [f"{number} {title}" for number, title in ENTERED.items() if number not in known]
    return Found(len(missing), _table(scene, "police_58"), missing)


def _police_faults(scene: Scene) -> Found:
    notes = scene.figures.notes if scene.figures else ()
    faults = [note for note in notes if note.startswith("公业58表")]
    return Found(len(faults), _table(scene, "police_58"), faults)


def _unconfirmed_rosters(_: Scene) -> Found:
    rows = Roster.objects.filter(state=Roster.State.ENTERED)
    return Found(rows.count(), reverse("rosters:home"))


def _year_before(scene: Scene) -> Found:
    """Without a final of the year before nothing can be told as 上年调整."""
    before = scene.year - 1
    is_missing = before >= due_days.FIRST_YEAR and not _is_final(before)
    return Found(
        int(is_missing), reverse("reports:submission", args=[before]) if is_missing else ""
    )


def _is_final(year: int) -> bool:
    return AnnualReport.objects.filter(year=year).exists()


def _moved_since(scene: Scene) -> Found:
    return Found(len(scene.moved), _table(scene, "settled_by_month"), scene.moved[:MOST_MOVED])


CHECKS = (
    Check(
        "合计不一致", "处", "请联系系统管理员;不一致时不会生成报告。", _disagreement, severe=True
    ),
    Check(
        "单位没有开始填报",
        "个",
        "催报;过了内部日期可列为未报送。",
        _returns_in(State.NOT_BEGUN),
        severe=True,
    ),
    Check("单位只有草稿", "个", "请单位送出。", _returns_in(State.DRAFT), severe=True),
    Check(
        "报告退回后没有再报", "个", "请单位补充后送出。", _returns_in(State.SENT_BACK), severe=True
    ),
    Check("已报送、还没有采用", "个", "核对后采用或退回。", _returns_in(State.SENT)),
    Check("落户人员没有迁出地", "人", "从名单打开办件更正。", _without_origin, severe=True),
    Check("落户人员没有迁出地城乡分类", "人", "从名单打开办件更正。", _without_kind),
    Check(
        "落户人员没有镇(街道)",
        "人",
        "从名单打开办件更正。",
        lambda scene: _counted(scene.settled(town=NONE)),
        severe=True,
    ),
    Check(
        "落户人员没有性别",
        "人",
        "从名单打开办件更正。",
        lambda scene: _counted(scene.settled(sex=NONE)),
    ),
    Check(
        "落户人员没有民族或不在代码表内",
        "人",
        "从名单打开办件更正。",
        lambda scene: _counted(scene.settled(nation=(NONE, UNLISTED))),
    ),
    Check("已批准、还没有迁入登记", "件", "期内登记的才计入本年。", _approved_and_waiting),
    Check("配套政策没有启动", "项", "请牵头部门填报情况。", _rules_in("not_begun")),
    Check("配套政策仍在起草", "项", "请牵头部门更新情况。", _rules_in("drafting")),
    Check("城镇化指标缺数或分子分母对不上", "项", "按同一来源、同一时点录入。", _indicators),
    Check("城镇化指标的时点早于报告期", "项", "有新公布的数据请录入。", _old_indicators),
    Check("公业58表待录入的栏", "栏", "由公安机关录入。", _police_form),
    Check("公业58表的栏对不上", "处", "请核对录入的各栏。", _police_faults, severe=True),
    Check("花名册没有确认", "份", "由另一人确认后才计入。", _unconfirmed_rosters),
    Check("上年报告没有定稿", "年", "没有上年定稿,不能列上年调整。", _year_before),
    Check("与上次记录相比变动的数", "个", "每夜记录一次,请核对变动的来由。", _moved_since),
)
