"""Rows of the old records, read and compared with what is on file; nothing is written here.

Each row becomes a record or a list of faults, each a Chinese sentence with its column. One row's
fault never hides another's.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from kaili_hukou import cells, identity
from kaili_hukou.cells import CellError
from kaili_hukou.dates import in_words
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import FormerNumber, Officer, Person, PoliceStation, Town, Village
from kaili_hukou.models.people import number_digest
from kaili_hukou.names import check_name, normalise_name
from kaili_hukou.registers import find_division
from residence_permits.models import Basis, Card, Permit, Residence, Source
from residence_permits.places import Registers, folded
from residence_permits.terms import timeline

T = TypeVar("T")
AT_ONCE = 500
NUMBER = "公民身份号码"
_SERIAL = re.compile(r"[A-Z0-9-]{4,30}")
_SEXES = {"男": "1", "男性": "1", "1": "1", "女": "2", "女性": "2", "2": "2"}
_BASES = {"就业": Basis.EMPLOYMENT, "住所": Basis.DWELLING, "就读": Basis.STUDY}
_SOURCES = {
    "居住登记": Source.REGISTRATION,
    "暂住登记": Source.REGISTRATION,
    "劳动合同": Source.CONTRACT,
    "营业执照": Source.LICENCE,
    "租赁": Source.LEASE,
    "学籍": Source.ENROLMENT,
}


@dataclass(frozen=True, slots=True)
class Who:
    """The person of a row. `on_file` where the number is known already."""

    number: str
    name: str
    birth_date: datetime.date
    sex: str
    division: str = ""
    phone: str = ""

    @property
    def digest(self) -> str:
        return number_digest(self.number)


@dataclass(frozen=True, slots=True)
class Place:
    town: Town
    station: PoliceStation
    village: Village | None
    address: str


@dataclass(frozen=True, slots=True)
class OldPermit:
    who: Who
    place: Place
    serial: str
    basis: str
    residence_from: datetime.date
    source: str
    issued_on: datetime.date
    endorsed_on: list[datetime.date]


@dataclass(frozen=True, slots=True)
class OldResidence:
    who: Who
    place: Place
    since: datetime.date
    until: datetime.date | None
    source: str
    proof: str


@dataclass(slots=True)
class Outcome:
    """One row of the sheet: what it says, what is wrong with it, what is worth a note."""

    row: int
    record: Any = None
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, column: str, reading: Callable[..., T], *given: Any) -> T | None:
        """What the cell says; a fault of the column where it cannot be read."""
        try:
            return reading(*given)
        except CellError as fault:
            self.faults.append((column, str(fault)))
            return None


def read_permits(
    rows: Iterable[Mapping[str, Any]], officer: Officer, on: datetime.date
) -> list[Outcome]:
    registers = Registers(officer)
    outcomes = [_permit(row, registers, on) for row in rows]
    _twice(outcomes, NUMBER, lambda record: record.who.number, "同一个公民身份号码")
    _twice(outcomes, "证件编号", lambda record: record.serial, "同一个证件编号")
    _compare_people(outcomes)
    _compare_permits(outcomes)
    return outcomes


def read_residences(
    rows: Iterable[Mapping[str, Any]], officer: Officer, on: datetime.date
) -> list[Outcome]:
    registers = Registers(officer)
    outcomes = [_residence(row, registers, on) for row in rows]
    _twice(outcomes, "自", lambda record: (record.who.number, record.since), "同一人同一天起的登记")
    _twice(
        outcomes,
        "至",
        lambda record: record.who.number if record.until is None else None,
        "同一人未结束的登记",
    )
    _compare_people(outcomes)
    _compare_residences(outcomes)
    return outcomes


# ------------------------------------------------------------------ one row


def _permit(row: Mapping[str, Any], registers: Registers, on: datetime.date) -> Outcome:
    found = Outcome(row["行号"])
    who = _who(found, row, on)
    serial = found.take("证件编号", _serial, row.get("证件编号"))
    place = _place(found, row, registers)
    basis = found.take("申领依据", _one_of, row.get("申领依据"), _BASES, "就业、住所、就读之一")
    since = found.take("居住起始日", _past, row.get("居住起始日"), on)
    source = found.take(
        "起始日凭据",
        _one_of,
        row.get("起始日凭据"),
        _SOURCES,
        "居住登记、劳动合同、营业执照、租赁备案、取得学籍之一",
    )
    issued_on = found.take("签发日期", _past, row.get("签发日期"), on)
    endorsed = found.take("历次签注日期", _endorsed, row.get("历次签注日期"), issued_on, on)
    if since and issued_on and since > issued_on:
        told = f"居住起始日{in_words(since)}晚于签发日期{in_words(issued_on)},请核对两个日期。"
        found.faults.append(("居住起始日", told))
    if who and who.division == KAILI:
        found.faults.append(("现户籍地", "户籍就在凯里市的人没有居住证,请核对户籍地。"))
    if found.faults or not (who and place and serial and basis and since and source and issued_on):
        return found
    refused = timeline(issued_on, endorsed or [], on).refused
    found.notes = [one.message for one in refused]
    found.record = OldPermit(who, place, serial, basis, since, source, issued_on, endorsed or [])
    return found


def _residence(row: Mapping[str, Any], registers: Registers, on: datetime.date) -> Outcome:
    found = Outcome(row["行号"])
    who = _who(found, row, on)
    place = _place(found, row, registers)
    since = found.take("自", _past, row.get("自"), on)
    until = None
    if cells.text_of(row.get("至")):
        until = found.take("至", _past, row.get("至"), on)
    if since and until and until < since:
        told = f"止日{in_words(until)}早于起日{in_words(since)},请核对两个日期。"
        found.faults.append(("至", told))
    proof = cells.text_of(row.get("凭据"))[:200]
    if found.faults or not (who and place and since):
        return found
    sources = [source for word, source in _SOURCES.items() if word in proof]
    source = sources[0] if len(sources) == 1 else Source.REGISTRATION
    found.record = OldResidence(who, place, since, until, source, proof)
    return found


def _who(found: Outcome, row: Mapping[str, Any], on: datetime.date) -> Who | None:
    known = found.take(NUMBER, cells.number_of, row.get(NUMBER), on)
    name = found.take("姓名", _name, row.get("姓名"))
    sex = found.take("性别", _sex, row.get("性别"), known)
    division = found.take("现户籍地", _division, row.get("现户籍地"))
    if known is None or name is None or sex is None or division is None:
        return None
    phone = cells.text_of(row.get("联系电话"))[:30]
    return Who(known.number, name, known.birth_date, known.sex, division, phone)


def _place(found: Outcome, row: Mapping[str, Any], registers: Registers) -> Place | None:
    town = found.take("镇街", registers.town, row.get("镇街"))
    address = found.take("住址", _filled, row.get("住址"), "住址")
    if town is None:
        return None
    count = len(found.faults)
    village = found.take("村", registers.village, row.get("村"), town)
    if len(found.faults) > count:
        return None
    station = found.take("镇街", registers.station, town, village)
    return Place(town, station, village, address) if station and address else None


def _name(cell: object) -> str:
    name = normalise_name(cells.text_of(cell))
    fault = check_name(name)
    if fault:
        raise CellError("bad_value", fault)
    return name


def _sex(cell: object, known: identity.Identity | None) -> str:
    text = folded(cell)
    sex = _SEXES.get(text, "")
    if text and not sex:
        raise CellError("bad_value", f"「{text[:10]}」不是性别,应为男或女。")
    if sex and known and sex != known.sex:
        raise CellError("sex_mismatch", "性别与公民身份号码第 17 位不符,请对照证件核对。")
    return sex


def _division(cell: object) -> str:
    text = cells.text_of(cell)[:60]
    found = find_division(text) if text else []
    if text and len(found) != 1:
        why = "有多个地方" if found else "没有找到"
        raise CellError("bad_value", f"「{text[:30]}」{why},请写全县级地名或填六位区划代码。")
    return found[0].code if found else ""


def _serial(cell: object) -> str:
    text = unicodedata.normalize("NFKC", cells.text_of(cell)).replace(" ", "").upper()
    if not text:
        raise CellError("missing", "证件编号为空,请按证面填写。")
    if not _SERIAL.fullmatch(text):
        raise CellError("bad_value", "证件编号应为 4 至 30 位字母、数字,请按证面核对。")
    return text


def _filled(cell: object, title: str) -> str:
    text = cells.text_of(cell)[:200]
    if not text:
        raise CellError("missing", f"{title}为空,请填写。")
    return text


def _one_of(cell: object, words: Mapping[str, T], expected: str) -> T:
    text = folded(cell)
    found = {value for word, value in words.items() if word in text}
    if len(found) != 1:
        told = f"「{text[:20]}」认不出" if text else "没有填写"
        raise CellError("bad_value" if text else "missing", f"{told},应为{expected}。")
    return found.pop()


def _past(cell: object, on: datetime.date) -> datetime.date:
    day = cells.day_of(cell)
    if day > on:
        raise CellError("bad_value", f"{in_words(day)}在今天以后,请核对日期;仍在居住的止日留空。")
    return day


def _endorsed(
    cell: object, issued_on: datetime.date | None, on: datetime.date
) -> list[datetime.date]:
    days = sorted(cells.days_of(cell))
    for day in days:
        if day > on:
            raise CellError("bad_value", f"签注日期{in_words(day)}在今天以后,请核对。")
        if issued_on and day < issued_on:
            raise CellError(
                "before_issue",
                f"签注日期{in_words(day)}早于签发日期{in_words(issued_on)},请核对两个日期。",
            )
    if len(set(days)) < len(days):
        raise CellError("bad_value", "同一天的签注写了两次,请只留一次。")
    return days


# ------------------------------------------------- among the rows, and with the file


def _twice(outcomes: list[Outcome], column: str, key: Callable[..., Any], what: str) -> None:
    first: dict[Any, int] = {}
    for one in outcomes:
        if one.record is None or (value := key(one.record)) is None:
            continue
        if value in first:
            one.faults.append((column, f"{what}在第 {first[value]} 行已经有了,请只留一行。"))
        else:
            first[value] = one.row


def _records(outcomes: list[Outcome]) -> Iterator[tuple[Outcome, Any]]:
    return ((one, one.record) for one in outcomes if one.record is not None)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """So many at once that no engine has too many parameters."""
    left = iter(values)
    while chunk := list(islice(left, AT_ONCE)):
        yield chunk


def _compare_people(outcomes: list[Outcome]) -> None:
    digests = {record.who.digest for _, record in _records(outcomes)}
    names: dict[str, str] = {}
    former: set[str] = set()
    for chunk in chunks(digests):
        rows = Person.objects.filter(number_digest__in=chunk)
        names |= dict(rows.values_list("number_digest", "name"))
        old = FormerNumber.objects.filter(number_digest__in=chunk)
        former |= set(old.values_list("number_digest", flat=True))
    for one, record in _records(outcomes):
        digest = record.who.digest
        if digest in former:
            one.faults.append((NUMBER, "这个号码已经更正过,请填写此人现用的公民身份号码。"))
        elif names.get(digest, record.who.name) != record.who.name:
            told = "这个号码在系统中登记的姓名与本行不同,请对照证件核对号码和姓名。"
            one.faults.append(("姓名", told))


def _compare_permits(outcomes: list[Outcome]) -> None:
    held: dict[str, str] = {}
    for chunk in chunks({record.who.digest for _, record in _records(outcomes)}):
        rows = Permit.objects.in_force().filter(person__number_digest__in=chunk)
        held |= dict(rows.values_list("person__number_digest", "serial"))
    serials: set[str] = set()
    for chunk in chunks({record.serial for _, record in _records(outcomes)}):
        for model in (Permit, Card):
            serials |= set(model.objects.filter(serial__in=chunk).values_list("serial", flat=True))
    for one, record in _records(outcomes):
        if record.who.digest in held:
            told = f"此人已有未注销的居住证({held[record.who.digest]}),不再导入。"
            one.faults.append((NUMBER, told))
        elif record.serial in serials:
            one.faults.append(("证件编号", "这个证件编号系统中已经有了,请按证面核对。"))


def _compare_residences(outcomes: list[Outcome]) -> None:
    running: set[str] = set()
    known: set[tuple[str, datetime.date]] = set()
    for chunk in chunks({record.who.digest for _, record in _records(outcomes)}):
        rows = Residence.objects.filter(person__number_digest__in=chunk)
        open_ended = rows.filter(until__isnull=True)
        running |= set(open_ended.values_list("person__number_digest", flat=True))
        temporary = rows.filter(kind=Residence.Kind.TEMPORARY)
        known |= set(temporary.values_list("person__number_digest", "since"))
    for one, record in _records(outcomes):
        if (record.who.digest, record.since) in known:
            told = f"此人自{in_words(record.since)}起的暂住登记已经导入过。"
            one.faults.append(("自", told))
        elif record.until is None and record.who.digest in running:
            told = "此人已有一处未结束的居住登记,这一段请填写止日。"
            one.faults.append(("至", told))
