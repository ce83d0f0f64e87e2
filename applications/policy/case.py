"""A case: what is known of an applicant on a day. Absent is unknown, never false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, Final, Literal, NamedTuple, TypeVar

from kaili_hukou.dates import parse_day, parse_month
from kaili_hukou.divisions import is_code
from kaili_hukou.wording import described

Stage = Literal["compulsory", "other"]
Level = Literal["secondary", "junior_college", "bachelor", "master", "doctor"]
HukouKind = Literal["rural", "urban"]
Relationship = Literal["spouse", "child", "parent", "grandparent", "grandchild", "sibling", "other"]

STAGES: Final = {"compulsory": "义务教育", "other": "其他"}
LEVELS: Final = {
    "secondary": "高中、中专及以下",
    "junior_college": "大专",
    "bachelor": "本科",
    "master": "硕士研究生",
    "doctor": "博士研究生",
}
HUKOU_KINDS: Final = {"rural": "农村", "urban": "城镇"}
RELATIONSHIPS: Final = {
    "spouse": "配偶",
    "child": "子女",
    "parent": "父母",
    "grandparent": "祖父母、外祖父母",
    "grandchild": "孙子女、外孙子女",
    "sibling": "兄弟姐妹",
    "other": "其他",
}
ROSTERS: Final = {
    "relocation": "移民搬迁",
    "veteran": "军转安置",
    "talent": "人才引进",
    "public_payroll": "财政供养人员",
}
ROUTE_CODES: Final = (
    "schooling",
    "education",
    "residence",
    "home_purchase",
    "in_province",
    "talent",
    "public_payroll",
    "relocation",
    "veteran",
    "bravery",
    "collective",
    "pupil",
    "pupil_return",
)


class CaseError(ValueError):
    """A case that is not of its kind: what was found, what was expected, what to do."""


class Applicant(NamedTuple):
    """The person who applies, by the present household registration."""

    birth_date: date | None = None
    division: str | None = None
    hukou_kind: str | None = None


class Enrolment(NamedTuple):
    """学籍 in Kaili; `to` None: still enrolled."""

    from_day: date | None = None
    to: date | None = None
    stage: str | None = None


class Permit(NamedTuple):
    """A residence permit; `endorsed_on` None: unknown, empty: never endorsed."""

    issued_on: date | None = None
    endorsed_on: tuple[date, ...] | None = None


class Degree(NamedTuple):
    level: str | None = None
    recognised: bool | None = None


class Home(NamedTuple):
    """A home bought in Kaili; `registered_already` includes nobody of the case."""

    bought_on: date | None = None
    area_m2: Decimal | int | float | None = None
    registered_already: int | None = None


class Enterprise(NamedTuple):
    founded_by_outsider: bool | None = None
    fixed_premises: bool | None = None
    rules_met: bool | None = None


class Facts(NamedTuple):
    """What is known beside the person; `insured_months` holds month numbers (`dates`)."""

    enrolment: Enrolment | None = None
    permit: Permit | None = None
    degree: Degree | None = None
    residence_from: date | None = None
    insured_months: frozenset[int] | None = None
    home: Home | None = None
    owns_home: bool | None = None
    relative_to_join: bool | None = None
    talent_certificate: bool | None = None
    bravery_certificate: bool | None = None
    placement_document: bool | None = None
    rosters: frozenset[str] | None = None
    voluntary: bool | None = None
    works_in_town: bool | None = None
    enterprise: Enterprise | None = None
    graduated_on: date | None = None
    settled_as_pupil: bool | None = None


class Companion(NamedTuple):
    relationship: str | None = None
    birth_date: date | None = None
    lives_together: bool | None = None


class Case(NamedTuple):
    """A case on a day; `route` None: every route is asked for."""

    as_of: date
    route: str | None = None
    person: Applicant = Applicant()
    facts: Facts = Facts()
    companions: tuple[Companion, ...] = ()
    id: object = None

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Case:
        """The case of a JSON object; CaseError where any value is not of its kind."""
        as_of = line.get("as_of")
        if as_of is None:
            raise CaseError("缺少 as_of(认定日期),应为 YYYY-MM-DD,请补填。")
        return cls(
            _day(as_of, "as_of"),
            _route(line.get("route")),
            _part(Applicant, _APPLICANT, line.get("person"), "person"),
            _facts(line.get("facts")),
            _companions(line.get("companions")),
            line.get("id"),
        )


Read = Callable[[Any, str], Any]
_Fields = Mapping[str, tuple[str, Read]]
_Part = TypeVar("_Part", bound=tuple[Any, ...])


def _wrong(name: str, found: object, expected: str) -> CaseError:
    return CaseError(f"{name} 是{described(found)},应为{expected},请改正后重报。")


def _part(kind: type[_Part], fields: _Fields, value: Any, name: str) -> _Part:
    """An object read key by key; keys that the contract does not name are ignored."""
    if value is None:
        return kind()
    if not isinstance(value, dict):
        raise _wrong(name, value, "一个 JSON 对象")
    known = {}
    for key, found in value.items():
        if found is not None and key in fields:
            field, read = fields[key]
            known[field] = read(found, key)
    return kind(**known)


def _day(value: object, name: str) -> date:
    try:
        return parse_day(value)
    except ValueError as error:
        raise _wrong(name, value, "实际存在的日期 YYYY-MM-DD") from error


def _days(value: object, name: str) -> tuple[date, ...]:
    return tuple([_day(item, name) for item in _list(value, name)])


def _months(value: object, name: str) -> frozenset[int]:
    months = _list(value, name)
    try:
        return frozenset(map(parse_month, months))
    except ValueError as error:
        raise CaseError(f"{name} 中有一项不是实际存在的月份 YYYY-MM,请改正后重报。") from error


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(name, value, "一个列表")
    return value


def _bool(value: object, name: str) -> bool:
    if value is True or value is False:
        return value
    raise _wrong(name, value, " true 或 false")


def _division(value: object, name: str) -> str:
    if isinstance(value, str) and is_code(value):
        return value
    raise _wrong(name, value, "六位数字的行政区划代码")


def _area(value: object, name: str) -> Decimal | int | float:
    if isinstance(value, Decimal) and value.is_finite() and value > 0:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, float) and isfinite(value) and value > 0:
        return value
    raise _wrong(name, value, "大于 0 的数(平方米)")


def _count(value: object, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _wrong(name, value, " 0 或正整数")


def _one_of(names: Mapping[str, str]) -> Read:
    """Reads one of the listed words."""
    expected = f"{'、'.join(names)} 之一"

    def read(value: object, name: str) -> str:
        if isinstance(value, str) and value in names:
            return value
        raise _wrong(name, value, expected)

    return read


_ROSTER = _one_of(ROSTERS)
_EXPECTED_ROUTE: Final = f"十三个落户渠道之一({'、'.join(ROUTE_CODES)})"


def _rosters(value: object, name: str) -> frozenset[str]:
    return frozenset([_ROSTER(item, name) for item in _list(value, name)])


def _route(value: object) -> str | None:
    if value is None or (isinstance(value, str) and value in ROUTE_CODES):
        return value
    raise _wrong("route", value, _EXPECTED_ROUTE)


_APPLICANT: Final[_Fields] = {
    "birth_date": ("birth_date", _day),
    "division": ("division", _division),
    "hukou_kind": ("hukou_kind", _one_of(HUKOU_KINDS)),
}
_COMPANION: Final[_Fields] = {
    "relationship": ("relationship", _one_of(RELATIONSHIPS)),
    "birth_date": ("birth_date", _day),
    "lives_together": ("lives_together", _bool),
}
_ENROLMENT: Final[_Fields] = {
    "from": ("from_day", _day),
    "to": ("to", _day),
    "stage": ("stage", _one_of(STAGES)),
}
_PERMIT: Final[_Fields] = {
    "issued_on": ("issued_on", _day),
    "endorsed_on": ("endorsed_on", _days),
}
_DEGREE: Final[_Fields] = {
    "level": ("level", _one_of(LEVELS)),
    "recognised": ("recognised", _bool),
}
_HOME: Final[_Fields] = {
    "bought_on": ("bought_on", _day),
    "area_m2": ("area_m2", _area),
    "registered_already": ("registered_already", _count),
}
_ENTERPRISE: Final[_Fields] = {
    name: (name, _bool) for name in ("founded_by_outsider", "fixed_premises", "rules_met")
}


def _enrolment(value: object, name: str) -> Enrolment:
    enrolment = _part(Enrolment, _ENROLMENT, value, name)
    from_day, to, _ = enrolment
    if to is not None and from_day is not None and to < from_day:
        raise CaseError(f"{name} 的结束日期 {to} 早于开始日期 {from_day},请核对学籍起止日期。")
    return enrolment


def _object(kind: type[_Part], fields: _Fields) -> Read:
    def read(value: object, name: str) -> _Part:
        return _part(kind, fields, value, name)

    return read


_FACTS: Final[_Fields] = {
    "enrolment": ("enrolment", _enrolment),
    "permit": ("permit", _object(Permit, _PERMIT)),
    "degree": ("degree", _object(Degree, _DEGREE)),
    "residence_from": ("residence_from", _day),
    "insured_months": ("insured_months", _months),
    "home": ("home", _object(Home, _HOME)),
    "owns_home": ("owns_home", _bool),
    "relative_to_join": ("relative_to_join", _bool),
    "talent_certificate": ("talent_certificate", _bool),
    "bravery_certificate": ("bravery_certificate", _bool),
    "placement_document": ("placement_document", _bool),
    "rosters": ("rosters", _rosters),
    "voluntary": ("voluntary", _bool),
    "works_in_town": ("works_in_town", _bool),
    "enterprise": ("enterprise", _object(Enterprise, _ENTERPRISE)),
    "graduated_on": ("graduated_on", _day),
    "settled_as_pupil": ("settled_as_pupil", _bool),
}


def _facts(value: object) -> Facts:
    facts = _part(Facts, _FACTS, value, "facts")
    if facts.home is not None and facts.owns_home is False:
        raise CaseError("填写了 home(在凯房产),同时 owns_home 是 false,二者矛盾,请核对后保留一项。")
    return facts


def _companions(value: object) -> tuple[Companion, ...]:
    if value is None:
        return ()
    found = _list(value, "companions")
    for item in found:
        if not isinstance(item, dict):
            raise _wrong("companions 中的一项", item, "一个 JSON 对象")
    return tuple([_part(Companion, _COMPANION, item, "companions") for item in found])
