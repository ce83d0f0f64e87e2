"""The papers of a case: which there are, when each may be printed, what stands on it."""

import datetime
from dataclasses import dataclass
from typing import Any

import segno

from applications.models import Application, StateChange
from applications.policy.routes import ROUTES
from kaili_hukou.clauses import CLAUSES
from kaili_hukou.models import Officer
from rosters.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper, and the move whose history row it tells of.

    The letter to the bureau that supplies the route's roster goes with no move: `open`.
    """

    name: str
    title: str
    move: str

    @property
    def template(self) -> str:
        return f"applications/papers/{self.name}.html"


PAPERS = {
    paper.name: paper
    for paper in (
        Paper("received", "收件凭证", "receive"),
        Paper("receipt", "受理回执", "accept"),
        Paper("supplement", "一次性告知书", "ask_supplement"),
        Paper("not-accepted", "不予受理决定书", "not_accept"),
        Paper("refused", "不予批准决定书", "refuse"),
        Paper("inquiry", "花名册核实函", "open"),
    )
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on a paper. `qr` is an SVG of the receipt number alone."""

    kind: Paper
    case: Application
    change: StateChange
    printed_by: Officer
    printed_on: datetime.date
    applicant: str
    number: str
    evidence: list[Any]
    members: list[Any]
    clauses: list[Any]
    qr: str

    @property
    def details(self) -> dict[str, Any]:
        return self.change.details or {}

    @property
    def supplement_by(self) -> datetime.date:
        """The last day as this notice told it, whatever came later."""
        return datetime.date.fromisoformat(self.details["supplement_by"])

    @property
    def roster(self) -> Any:
        """The kind of roster that decides the route, with the bureau that supplies it."""
        return KINDS[self.case.route]


def papers_of(application: Application) -> list[Paper]:
    """Those that may be printed now: their move was made."""
    made = set(application.history.values_list("move", flat=True))
    if application.route in KINDS and application.is_alive:
        made.add("open")
    return [paper for paper in PAPERS.values() if paper.move in made]


def paper_of(
    application: Application, name: str, *, officer: Officer, on: datetime.date
) -> Printed | None:
    """The paper by the last such move; None where there was none."""
    kind = PAPERS[name]
    if kind not in papers_of(application):
        return None
    change = (
        application.history.filter(move=kind.move)
        .select_related("officer__station")
        .order_by("-at")
        .first()
    ) or StateChange(application=application, officer=officer, on=on)
    person = application.applicant
    codes = (change.details or {}).get("clauses") or [ROUTES[application.route].clause]
    return Printed(
        kind=kind,
        case=application,
        change=change,
        printed_by=officer,
        printed_on=on,
        applicant=application.enterprise.name if application.enterprise else person.name,
        number=application.enterprise.code if application.enterprise else person.number,
        evidence=list(application.evidence.select_related("member__person")),
        members=list(application.members.select_related("person")),
        clauses=[(code, CLAUSES[code]) for code in codes],
        qr=_qr(application.receipt_number),
    )


def _qr(text: str | None) -> str:
    if not text:
        return ""
    return segno.make(text, error="m").svg_inline(scale=3, border=2, omitsize=False)
