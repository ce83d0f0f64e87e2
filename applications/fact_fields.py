"""Which questions the form asks for each fact of the policy: one table, in the policy's names.

`FIELDS[fact]` lists the form fields that stand for a fact; `FACTS[fact]` makes the fact of the
contract (`assess`) out of what was typed. Not answered is unknown, and leaves the fact out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from applications.schooling import merged
from kaili_hukou.dates import parse_month
from kaili_hukou.forms import DayField

Typed = Mapping[str, Any]

UNKNOWN = ("", "尚未核实")
STAGES = [UNKNOWN, ("compulsory", "九年义务教育"), ("other", "高中、中职、高校等")]
LEVELS = [
    UNKNOWN,
    ("secondary", "中专、高中及以下"),
    ("junior_college", "大专"),
    ("bachelor", "本科"),
    ("master", "硕士"),
    ("doctor", "博士"),
]


class YesNoField(forms.TypedChoiceField):
    """Three answers: 是, 否, and not known yet; None means exactly that."""

    def __init__(self, *, label: str, **options: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            choices=[UNKNOWN, ("yes", "是"), ("no", "否")],
            coerce=lambda value: {"yes": True, "no": False}.get(value),
            empty_value=None,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


_MONTH = re.compile(r"(\d{4})\s*[-年./]?\s*(\d{1,2})\s*月?份?")
# A bare hyphen is "until" only between two whole months: 2026.5-2026.10, 202605-202610.
_UNTIL = re.compile(r"[至到~—–]+|--|(?<=\d)\s*-\s*(?=\d{4}[年./]?\d)|(?<=月)\s*-\s*")
# 2026年5月到10月: the later month takes the year of the first.
_MONTH_ALONE = re.compile(r"(\d{1,2})\s*月?份?")
LONGEST_MONTHS = 600


class MonthsField(forms.CharField):
    """Insured months: 2026-05 至 2026-10, or several months or ranges apart by commas."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=5000,
            help_text="按时缴费的月份,补缴不计。如:2026-05 至 2026-10;不连续的用逗号隔开。",
        )

    def clean(self, value: Any) -> list[str] | None:
        text = super().clean(value).strip()
        if not text:
            return None
        if text in ("无", "没有"):
            return []
        months: set[int] = set()
        for part in filter(None, (piece.strip() for piece in re.split(r"[,，、;；\n]+", text))):
            months.update(self._range(part))
        return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in sorted(months)]

    def _range(self, text: str) -> range:
        first, *more = _UNTIL.split(text)
        ends = [self._month(first, text)]
        ends += [self._month(_with_year(piece, first), text) for piece in more]
        first, last = ends[0], ends[-1]
        if len(ends) > 2 or last < first or last - first > LONGEST_MONTHS:
            raise forms.ValidationError(
                f"「{text}」不是一段月份。请写成 2026-05 至 2026-10 的样子,先早后晚。"
            )
        return range(first, last + 1)

    def _month(self, piece: str, text: str) -> int:
        found = _MONTH.fullmatch(piece.strip())
        try:
            if found is None:
                raise ValueError(piece)
            return int(parse_month(f"{found[1]}-{int(found[2]):02d}"))
        except ValueError:
            raise forms.ValidationError(
                f"「{text}」中有认不出的月份。请写成 2026-05 的样子。"
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return in_ranges(value) if isinstance(value, list) else value


def _with_year(piece: str, first: str) -> str:
    alone = _MONTH_ALONE.fullmatch(piece.strip())
    return f"{first.strip()[:4]}-{alone[1]}" if alone else piece


def in_ranges(months: list[str]) -> str:
    """2026-05 至 2026-10 for the months in between; 无 for none."""
    numbers = [int(parse_month(month)) for month in months]
    pieces, start = [], 0
    for index in range(1, len(numbers) + 1):
        if index == len(numbers) or numbers[index] != numbers[index - 1] + 1:
            first, last = months[start], months[index - 1]
            pieces.append(first if first == last else f"{first} 至 {last}")
            start = index
    return ",".join(pieces) or "无"


class DaysField(forms.CharField):
    """Several days apart by commas or spaces."""

    def __init__(self, *, label: str, **options: Any) -> None:
        super().__init__(label=label, required=False, max_length=500, **options)

    def clean(self, value: Any) -> list[str] | None:
        text = super().clean(value).strip()
        if not text:
            return None
        if text in ("无", "没有"):
            return []
        day = DayField(label="")
        pieces = filter(None, re.split(r"[,，、;；\s]+", text))
        return sorted(day.clean(piece).isoformat() for piece in pieces)

    def prepare_value(self, value: Any) -> Any:
        return (",".join(value) or "无") if isinstance(value, list) else value


def _number(label: str, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=8, decimal_places=2, **options
    )


FIELDS: dict[str, dict[str, Callable[[], forms.Field]]] = {
    "enrolment": {
        "enrolment_from": lambda: DayField(label="在凯取得学籍之日"),
        "enrolment_to": lambda: DayField(
            label="离校之日", help_text="仍在读的不填。预计毕业日期不填在这里。"
        ),
        "enrolment_stage": lambda: forms.ChoiceField(label="学段", choices=STAGES, required=False),
        "earlier_from": lambda: DayField(
            label="转学前:在凯取得学籍之日", help_text="在凯里转过学的填写,前后相接的合并计算。"
        ),
        "earlier_to": lambda: DayField(label="转学前:离校之日"),
        "school": lambda: forms.CharField(label="学校", max_length=100, required=False),
    },
    "permit": {
        "permit_issued_on": lambda: DayField(
            label="居住证签发日期", help_text="系统里已有居住证的不必填,以系统为准。"
        ),
        "permit_endorsed_on": lambda: DaysField(
            label="历次签注日期", help_text="用逗号隔开;没有签注过填「无」。"
        ),
    },
    "degree": {
        "degree_level": lambda: forms.ChoiceField(label="学历层次", choices=LEVELS, required=False),
        "degree_recognised": lambda: YesNoField(
            label="教育部承认", help_text="以学信网电子注册备案表或学历认证为准。"
        ),
    },
    "residence_from": {
        "residence_from": lambda: DayField(
            label="居住登记之日",
            help_text="也可凭劳动合同、营业执照、租赁备案、学籍等材料的日期。",
        ),
    },
    "insured_months": {"insured_months": lambda: MonthsField(label="社保连续缴费月份")},
    "home": {
        "home_bought_on": lambda: DayField(label="购房合同签订日期"),
        "home_area_m2": lambda: _number("建筑面积(平方米)"),
        "home_registered_already": lambda: forms.IntegerField(
            label="该房已登记户口人数",
            required=False,
            min_value=0,
            max_value=99,
            help_text="不含本次申请的人;没有填 0。",
        ),
    },
    "owns_home": {"owns_home": lambda: YesNoField(label="在凯有合法房产")},
    "relative_to_join": {
        "relative_to_join": lambda: YesNoField(
            label="在凯有可投靠的人", help_text="配偶、父母、成年子女在凯有家庭户的。"
        )
    },
    "talent_certificate": {"talent_certificate": lambda: YesNoField(label="有人才引进证明")},
    "bravery_certificate": {"bravery_certificate": lambda: YesNoField(label="有见义勇为认定文件")},
    "placement_document": {"placement_document": lambda: YesNoField(label="有安置文件")},
    "voluntary": {"voluntary": lambda: YesNoField(label="本人(监护人)自愿")},
    "works_in_town": {"works_in_town": lambda: YesNoField(label="工作地在凯里城镇")},
    "enterprise": {
        "founded_by_outsider": lambda: YesNoField(label="外来人员创办"),
        "fixed_premises": lambda: YesNoField(label="有合法固定经营场所"),
        "rules_met": lambda: YesNoField(label="符合集体户办理规定"),
    },
    "graduated_on": {"graduated_on": lambda: DayField(label="毕业日期")},
    "settled_as_pupil": {"settled_as_pupil": lambda: YesNoField(label="当初以在校生身份迁入")},
}

# Asked and kept on these routes, but never judged.
NOTED: dict[str, dict[str, Callable[[], forms.Field]]] = {
    "relocation": {
        "told_wish": lambda: YesNoField(
            label="当场表示自愿落户", help_text="记录并函告市生态移民局;判断以花名册为准。"
        )
    },
    "pupil": {
        "graduation_expected": lambda: DayField(
            label="预计毕业日期", help_text="只用于到期提醒,不作判断依据。"
        )
    },
}

# Told by the rosters alone, never asked.
NOT_ASKED = frozenset({"rosters"})


def _enrolment(typed: Typed) -> dict[str, Any] | None:
    stretches = [
        (typed[begin], typed.get(end))
        for begin, end in (("enrolment_from", "enrolment_to"), ("earlier_from", "earlier_to"))
        if typed.get(begin)
    ]
    stretch = merged(stretches)
    if stretch is None:
        return None
    since, until = stretch
    return {"from": since, "to": until, "stage": typed.get("enrolment_stage") or None}


def _parts(*names: str, prefix: str = "") -> Callable[[Typed], dict[str, Any] | None]:
    """A fact made of parts; None where not one of them is known."""

    def make(typed: Typed) -> dict[str, Any] | None:
        parts = {name: typed.get(prefix + name) for name in names}
        known = {name: value for name, value in parts.items() if value not in (None, "")}
        return known or None

    return make


def _plain(name: str) -> Callable[[Typed], Any]:
    return lambda typed: typed.get(name)


FACTS: dict[str, Callable[[Typed], Any]] = {
    **{name: _plain(name) for name, fields in FIELDS.items() if list(fields) == [name]},
    "enrolment": _enrolment,
    "permit": _parts("issued_on", "endorsed_on", prefix="permit_"),
    "degree": _parts("level", "recognised", prefix="degree_"),
    "home": _parts("bought_on", "area_m2", "registered_already", prefix="home_"),
    "enterprise": _parts("founded_by_outsider", "fixed_premises", "rules_met"),
}
