"""A letter or a form that goes with no move, laid out like the papers of a case."""

import datetime
from dataclasses import dataclass

from applications.models import Application
from kaili_hukou.models import Officer


@dataclass(frozen=True, slots=True)
class Titled:
    title: str


@dataclass(frozen=True, slots=True)
class Signed:
    officer: Officer
    on: datetime.date


@dataclass(frozen=True, slots=True)
class Letter:
    """What the sheet of a paper needs: its title, the case, who signs it and when."""

    title: str
    case: Application
    printed_by: Officer
    printed_on: datetime.date
    signed: Signed | None = None
    qr: str = ""

    @property
    def kind(self) -> Titled:
        return Titled(self.title)

    @property
    def change(self) -> Signed:
        return self.signed or Signed(self.printed_by, self.printed_on)

    @property
    def applicant(self) -> str:
        case = self.case
        return case.enterprise.name if case.enterprise else case.applicant.name

    @property
    def number(self) -> str:
        case = self.case
        return case.enterprise.code if case.enterprise else case.applicant.number
