"""The numbers of the plan as dated values: each with its clause and the day it was last checked.

A case is judged by the values in force on the day judged; a day before the first value is judged
by the first. Officers' changes are rows merged over the shipped ones, never edits of these lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from kaili_hukou.clauses import UnknownClause, cite
from kaili_hukou.dates import parse_day
from kaili_hukou.wording import described

RULES_VERSION: Final = "2019-05-23征求意见稿·1"

_PLAN_DAY: Final = date(2019, 5, 23)
_CHECKED_ON: Final = date(2026, 11, 23)

Number = int | date | None


class ParametersError(ValueError):
    """Parameters that cannot be used, as a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value from a day on; None: from that day on the parameter has ended."""

    from_day: date
    value: Number
    source: str
    checked_on: date

    def to_json(self) -> dict[str, object]:
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {
            "from": self.from_day.isoformat(),
            "value": value,
            "source": self.source,
            "checked_on": self.checked_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that may change from a day on, in the order of the days."""

    name: str
    title: str
    unit: str
    values: tuple[Value, ...]
    may_end: bool = False

    def on(self, day: date) -> Value:
        """The value in force on a day; before the first value, the first."""
        index = bisect_right(self.values, day, key=lambda value: value.from_day)
        return self.values[max(index - 1, 0)]

    def merged(self, changes: Iterable[Value]) -> Parameter:
        """With rows laid over these; a row from the same day takes the place of ours."""
        by_day = {value.from_day: value for value in (*self.values, *changes)}
        values = tuple(by_day[day] for day in sorted(by_day))
        return Parameter(self.name, self.title, self.unit, values, self.may_end)

    def to_json(self) -> dict[str, object]:
        values = [value.to_json() for value in self.values]
        return {"title": self.title, "unit": self.unit, "values": values}


class Values(NamedTuple):
    """What is in force on one day, for the rules; `area_ended_on` is None while the area counts."""

    schooling_months: int
    permit_months: int
    residence_months: int
    insured_months: int
    area_per_head: int | None
    area_ended_on: date | None
    bought_since: date
    adult_at: int


def _shipped(
    name: str, title: str, unit: str, value: Number, source: str, *, may_end: bool = False
) -> Parameter:
    values = (Value(_PLAN_DAY, value, source, _CHECKED_ON),)
    return Parameter(name, title, unit, values, may_end)


_PERMISSION_LAW: Final = "中华人民共和国行政许可法 第四十二条"
_FIRST_STEP: Final = "中华人民共和国行政许可法 第三十二条"
_OUR_PROMISE: Final = "承诺时限,凯里市尚未公布,占位值"
_CERTIFICATES: Final = "公安部关于启用户口迁移证、户口准迁证的通知"

AREA_PER_HEAD: Final = "area_per_head"

_SHIPPED_PARAMETERS: Final = (
    _shipped("schooling_months", "就学年限", "个月", 36, cite("三(一)1(1)")),
    _shipped("permit_months", "居住证连续年限", "个月", 36, cite("三(一)1(1)")),
    _shipped("residence_months", "居住期限", "个月", 6, cite("三(一)1(3)")),
    _shipped("insured_months", "连续参加社会保险", "个月", 6, cite("三(一)1(3)")),
    # 居住证暂行条例 第十六条 forbids an area in a city of this size: an officer may end it.
    _shipped(AREA_PER_HEAD, "人均住房面积", "平方米", 20, cite("三(一)1(4)"), may_end=True),
    _shipped("bought_since", "购房起始日期", "日期", date(2019, 1, 1), cite("三(一)1(4)")),
    _shipped("adult_at", "成年年龄", "周岁", 18, "中华人民共和国民法典 第十七条"),
    _shipped("promised_days_ordinary", "承诺办结(普通)", "个工作日", 10, _OUR_PROMISE),
    _shipped("promised_days_green", "承诺办结(绿色通道)", "个工作日", 5, cite("三(一)6")),
    _shipped("promised_days_priority", "承诺办结(优先办理)", "个工作日", 5, cite("三(一)7")),
    _shipped("statutory_days", "法定办结期限", "个工作日", 20, _PERMISSION_LAW),
    _shipped("supplement_notice_days", "一次性告知补正", "个工作日", 5, _FIRST_STEP),
    _shipped("admission_certificate_days", "准予迁入证明有效期", "天", 40, _CERTIFICATES),
    _shipped("migration_certificate_days", "户口迁移证有效期", "天", 30, _CERTIFICATES),
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters, and what they come to in each era between two changes."""

    by_name: Mapping[str, Parameter]
    starts: tuple[date, ...]
    eras: tuple[Values, ...]

    @classmethod
    def of(cls, parameters: Iterable[Parameter]) -> Parameters:
        by_name = {parameter.name: parameter for parameter in parameters}
        days = {value.from_day for name in _JUDGING for value in by_name[name].values}
        starts = tuple(sorted(days))
        return cls(by_name, starts, tuple(_in_force(by_name, day) for day in starts))

    def on(self, day: date) -> Values:
        """The values by which a case is judged on a day."""
        if len(self.eras) == 1:
            return self.eras[0]
        return self.eras[max(bisect_right(self.starts, day) - 1, 0)]

    def days_on(self, name: str, day: date) -> int:
        """A number of days (promised, statutory, of a certificate) in force on a day."""
        value = self.by_name[name].on(day).value
        if not isinstance(value, int):
            raise ParametersError(f"参数“{self.by_name[name].title}”不是天数,请核对参数名。")
        return value

    def changes_after(self, day: date) -> tuple[date, ...]:
        """The days after a day on which a value that judges cases changes."""
        return self.starts[1:][bisect_right(self.starts[1:], day) :]

    def merged(self, officer_changes: Mapping[str, Iterable[Value]]) -> Parameters:
        """The officers' dated rows laid over these."""
        unknown = officer_changes.keys() - self.by_name.keys()
        if unknown:
            raise ParametersError(f"没有名为{described(min(unknown))}的参数,请核对参数名。")
        return Parameters.of(
            _checked(parameter.merged(officer_changes.get(name, ())))
            for name, parameter in self.by_name.items()
        )

    def to_json(self) -> dict[str, object]:
        parameters = {name: parameter.to_json() for name, parameter in self.by_name.items()}
        return {"rules_version": RULES_VERSION, "parameters": parameters}

    @classmethod
    def from_json(cls, exported: object) -> Parameters:
        """What `to_json` wrote, laid over the shipped values."""
        rows = exported.get("parameters") if isinstance(exported, dict) else None
        if not isinstance(rows, dict):
            raise ParametersError("参数文件缺少 parameters 一项,请从参数页面重新导出。")
        return SHIPPED.merged({name: _values(name, row) for name, row in rows.items()})


_JUDGING: Final = tuple(name for name in Values._fields if name != "area_ended_on")


def _in_force(by_name: Mapping[str, Parameter], day: date) -> Values:
    values: dict[str, Any] = {name: by_name[name].on(day).value for name in _JUDGING}
    ended_on = _ended_on(by_name[AREA_PER_HEAD], day)
    return Values(**values, area_ended_on=ended_on)


def _ended_on(parameter: Parameter, day: date) -> date | None:
    in_force = parameter.on(day)
    return in_force.from_day if in_force.value is None else None


def _checked(parameter: Parameter) -> Parameter:
    """Every value is of the kind of the first: a day, or a whole number of 1 or more."""
    is_day = isinstance(parameter.values[0].value, date)
    for value in parameter.values:
        if value.value is None and parameter.may_end:
            continue
        if is_day != isinstance(value.value, date) or not _is_usable(value.value):
            found = described(value.value)
            expected = "日期" if is_day else "1 以上的整数"
            raise ParametersError(f"参数“{parameter.title}”的值是{found},应为{expected},请改正。")
    return parameter


def _is_usable(value: Number) -> bool:
    if isinstance(value, date):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _values(name: str, row: object) -> list[Value]:
    try:
        values = row["values"]  # type: ignore[index]
        return [_value(name, value) for value in values]
    except (KeyError, TypeError, ValueError, UnknownClause) as error:
        raise ParametersError(
            f"参数{described(name)}的内容不完整或日期有误,应为参数页面导出的文件,请重新导出。"
        ) from error


def _value(name: str, row: Mapping[str, Any]) -> Value:
    shipped = SHIPPED.by_name.get(name)
    is_day = shipped is not None and isinstance(shipped.values[0].value, date)
    value = parse_day(row["value"]) if is_day else row["value"]
    source = row.get("source", "")
    return Value(parse_day(row["from"]), value, str(source), parse_day(row["checked_on"]))


SHIPPED: Final = Parameters.of(_SHIPPED_PARAMETERS)
