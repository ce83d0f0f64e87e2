"""On which row of which roster a case stands: while it is open as of a day, then as decided."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from applications.facts import cited_of
from applications.models import Application
from rosters.citations import Citation
from rosters.kinds import KINDS
from rosters.models import Roster

FALLEN = "名册已撤回,依据不成立,请重新核实。"


@dataclass(frozen=True, slots=True)
class Basis:
    """Which roster, which row, which document. Not `stands`: nothing counts any more."""

    title: str
    reference: str
    document_on: datetime.date
    row: int
    supplier: str
    confirmed_on: datetime.date | None
    document: str = ""
    stands: bool = True
    # Unknown for a decision that kept none.
    entry: str = ""

    def __str__(self) -> str:
        more = f",所列文号 {self.document}" if self.document else ""
        day = f"{self.document_on.year}年{self.document_on.month}月{self.document_on.day}日"
        return f"《{self.title}》({self.reference},{day})第 {self.row} 行{more}"

    def to_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        days = {name: told[name] and told[name].isoformat() for name in DAYS}
        return told | days


DAYS = ("document_on", "confirmed_on")


def basis_of(application: Application, on: datetime.date) -> Basis | None:
    """As decided, once decided; before that what counts on the day, or what counted and fell."""
    if application.route not in KINDS:
        return None
    if application.judged:
        return _as_decided(application)
    return _today(application, cited_of("", application.applicant, on))


def kept_basis(citation: Citation | None) -> dict[str, Any] | None:
    """What a decision keeps of it, whatever becomes of the roster."""
    return _of(citation).to_json() if citation else None


def has_fallen(application: Application, cited: Mapping[str, Citation]) -> bool:
    """The case stood on a row that counts no more, and nobody has looked at it since."""
    row = application.roster_entry
    on_this_route = row is not None and row.roster.kind == application.route
    return on_this_route and application.route not in cited


def _today(application: Application, cited: Mapping[str, Citation]) -> Basis | None:
    citation = cited.get(application.route)
    if citation is not None:
        return _of(citation)
    row = application.roster_entry
    if row is None or not has_fallen(application, cited):
        return None
    return _of(Citation(row, row.roster, row.row), stands=False)


def _as_decided(application: Application) -> Basis | None:
    if "roster" not in application.judged:
        row = application.roster_entry
        return _of(Citation(row, row.roster, row.row)) if row else None
    told = application.judged["roster"]
    if told is None:
        return None
    days = {name: told[name] and datetime.date.fromisoformat(told[name]) for name in DAYS}
    return Basis(**told | days)


def _of(citation: Citation, *, stands: bool = True) -> Basis:
    roster: Roster = citation.roster
    return Basis(
        title=roster.get_kind_display(),
        reference=roster.reference,
        document_on=roster.document_on,
        row=citation.row,
        supplier=roster.supplier.name,
        confirmed_on=roster.confirmed_on,
        document=citation.entry.document,
        stands=stands,
        entry=str(citation.entry.pk),
    )
