"""The papers of a case: which may be printed now, and what stands on each."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import segno
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from applications import file_contents
from applications.evidence_rules import RULES
from applications.grounds import PAUSE_GROUNDS
from applications.models import (
    Application,
    Certificate,
    EvidenceItem,
    IssuedPaper,
    Member,
    StateChange,
    Transfer,
)
from applications.paper_kinds import DECISIONS, PAPERS, Paper
from applications.policy.routes import ROUTES
from applications.referrals import other_doors
from applications.roster_basis import Basis, basis_of
from kaili_hukou.clauses import CLAUSES
from kaili_hukou.dates import add_months
from kaili_hukou.models import Household, Officer, PoliceStation
from kaili_hukou.registers import code_title, division_title
from rosters.kinds import KINDS

SENSITIVE_MONTHS = 14 * 12
HALL = "市公安局办证中心"
WORDS = "applications/papers/_words.html"
# 告知承诺: what a unit can answer for later, by the rules of evidence.
PROMISABLE = frozenset(code for code, rule in RULES.items() if rule.promise)


@dataclass(frozen=True, slots=True)
class Window:
    """A window to which people are sent, with what is known of it."""

    name: str
    address: str = ""
    hours: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on a sheet of a paper. `qr` is an SVG of the receipt number alone."""

    kind: Paper
    case: Application
    change: StateChange
    printed_by: Officer
    applicant: str
    number: str
    evidence: list[Any]
    members: list[Any]
    clauses: list[Any]
    windows: list[Window]
    qr: str
    subjects: list[Any]
    subject: Any = None

    @property
    def details(self) -> dict[str, Any]:
        return self.change.details or {}

    @property
    def supplement_by(self) -> datetime.date:
        """The last day as this notice told it, whatever came later."""
        return datetime.date.fromisoformat(self.details["supplement_by"])

    @property
    def pause_ground(self) -> str:
        code = self.details.get("ground", "")
        return PAUSE_GROUNDS.get(code, code)

    @property
    def roster(self) -> Any:
        """The kind of roster that decides the route, with the bureau that supplies it."""
        return KINDS[self.case.route]

    @property
    def basis(self) -> Basis | None:
        """The roster, row and document on which the case stands."""
        return basis_of(self.case, timezone.localdate())

    @property
    def companions(self) -> list[Any]:
        return [member for member in self.members if not member.is_applicant]

    @property
    def settled(self) -> list[Any]:
        """Who is registered in the city by this case."""
        return [member for member in self.members if member.outcome == Member.Outcome.REGISTERED]

    @property
    def of_one_origin(self) -> list[Any]:
        """Those who come from the place of origin of the sheet's transfer."""
        place = self.subject.division
        return [one for one in self.members if one.division == place and one.admission != "refused"]

    @property
    def is_rural_payroll(self) -> bool:
        return self.case.route == "public_payroll"

    @property
    def answers(self) -> list[tuple[str, Any]]:
        return file_contents.answers(self.case)

    @property
    def signings(self) -> list[file_contents.Signing]:
        return file_contents.signings(self.case)

    @property
    def contents(self) -> list[file_contents.Entry]:
        return file_contents.contents(self.case)

    @property
    def page_count(self) -> int:
        return sum(entry.pages for entry in self.contents)

    @property
    def closed_on(self) -> datetime.date | None:
        return None if self.case.is_alive else file_contents.closed_on(self.case)

    @property
    def result(self) -> str:
        return "" if self.case.is_alive else file_contents.result(self.case)

    @property
    def receiver(self) -> Officer | None:
        """Who took the papers in."""
        change = self.case.history.filter(move="receive").select_related("officer").last()
        return change.officer if change else None

    @property
    def teller(self) -> str:
        """A police officer tells, and signs with his 警号; of others the line stays empty."""
        return self.printed_by.signature if self.printed_by.is_police else ""

    @property
    def corrections(self) -> list[tuple[str, str, str]]:
        """(what, as it was, as it is) of each value that was put right."""
        return [
            ("的".join(filter(None, (row["who"], row["title"]))), row["old"], row["new"])
            for row in self.details.get("changes") or []
        ]

    @property
    def certificates(self) -> QuerySet:
        """The 准予迁入证明 of the sheet's transfer, the latest last."""
        return self.subject.certificates.filter(kind="admission")

    @property
    def origin_title(self) -> str:
        return division_title(self.subject.division)

    @property
    def subject_title(self) -> str:
        return PAPERS[self.subject.name].title

    @property
    def inquiries(self) -> QuerySet:
        return self.case.inquiries.select_related("bureau")

    @property
    def agent(self) -> Any:
        return self.case.agents.filter(ended_on__isnull=True).last()


def opened_on(application: Application) -> datetime.date:
    return timezone.localdate(application.opened_at)


def _promised() -> QuerySet:
    waiting = Q(state__in=("missing", "deferred"), code__in=PROMISABLE)
    return EvidenceItem.objects.filter(Q(state="promised") | waiting).select_related(
        "member__person"
    )


# Of what a paper has a sheet each: the path to the case, and the rows.
SUBJECTS: dict[str, tuple[str, Callable[[Application], QuerySet]]] = {
    "under_14": (
        "application",
        lambda case: Member.objects.filter(
            person__birth_date__gt=add_months(opened_on(case), -SENSITIVE_MONTHS)
        ).select_related("person"),
    ),
    "rural": (
        "application",
        lambda case: Member.objects.filter(hukou_kind="rural").select_related("person"),
    ),
    "refused": (
        "application",
        lambda case: Member.objects.filter(admission="refused").select_related("person"),
    ),
    "promised": ("application", lambda case: _promised()),
    "transfers": (
        "application",
        lambda case: (
            Transfer.objects.filter(outward=False)
            .exclude(channel=Transfer.Channel.ONE_STOP)
            .prefetch_related("certificates__officer__station")
        ),
    ),
    "exchanged": (
        "transfer__application",
        lambda case: Certificate.objects.filter(replaces__isnull=False).select_related(
            "replaces", "officer", "transfer"
        ),
    ),
    "issued": (
        "application",
        lambda case: (
            IssuedPaper.objects.filter(name__in=DECISIONS)
            .select_related("change")
            .prefetch_related("deliveries__officer")
        ),
    ),
    "public": ("applications", lambda case: Household.objects.filter(kind="public")),
}


def papers_of(application: Application) -> list[Paper]:
    """Those that may be printed now: their move was made, and there is somebody to tell."""
    made = set(application.history.values_list("move", flat=True))
    present = _present(application)
    return [
        paper
        for paper in PAPERS.values()
        if paper.fits(application.route)
        and (not paper.moves or made & set(paper.moves))
        and (not paper.each or present[paper.each])
    ]


def _present(application: Application) -> dict[str, bool]:
    """Of which things the case has any: one query for all of them."""
    asked = {
        name: Exists(rows(application).filter(**{path: OuterRef("pk")}))
        for name, (path, rows) in SUBJECTS.items()
    }
    one = Application.objects.filter(pk=application.pk).order_by()
    found = one.annotate(**{f"has_{name}": there for name, there in asked.items()})
    row = found.values(*(f"has_{name}" for name in asked)).get()
    present = {name: row[f"has_{name}"] for name in asked}
    return present | {"roster": application.route in KINDS and application.is_alive}


def paper_of(
    application: Application,
    name: str,
    *,
    officer: Officer,
    on: datetime.date,
    of: IssuedPaper | None = None,
) -> Printed | None:
    """The paper by the last such move; None where there was none. `of`: the slip of one paper."""
    kind = PAPERS[name]
    subjects = _subjects(application, kind, of)
    if kind not in papers_of(application) or not subjects:
        return None
    change = (
        application.history.filter(move__in=kind.moves)
        .select_related("officer__station")
        .order_by("-at")
        .first()
    ) or StateChange(application=application, officer=officer, on=on)
    person, enterprise = application.applicant, application.enterprise
    return Printed(
        kind=kind,
        case=application,
        change=change,
        printed_by=officer,
        applicant=enterprise.name if enterprise else person.name,
        number=enterprise.code if enterprise else person.number or "尚无号码",
        evidence=list(application.evidence.select_related("member__person")),
        members=_people(application),
        clauses=_clauses(application, change),
        windows=windows(application.station),
        qr=_qr(application.receipt_number),
        subjects=subjects,
    )


def _subjects(application: Application, kind: Paper, of: IssuedPaper | None) -> list[Any]:
    if kind.each not in SUBJECTS:
        return [None]
    path, rows = SUBJECTS[kind.each]
    found = rows(application).filter(**{path: application.pk}).distinct()
    if kind.each == "rural":
        return file_contents.by_household(found)
    return [row for row in found if of is None or row.pk == of.pk]


def _people(application: Application) -> list[Member]:
    members = list(application.members.select_related("person"))
    for member in members:
        person = member.person
        member.place = division_title(member.division) if member.division else ""
        told = member.origin.startswith(member.place)
        member.home = member.origin if told else f"{member.place} {member.origin}".strip()
        member.nationality = person.nationality_as_written or code_title(
            "nationality", person.nationality
        )
    return members


def _clauses(application: Application, change: StateChange) -> list[tuple[str, Any]]:
    told = (change.details or {}).get("clauses") or [ROUTES[application.route].clause]
    codes = [told] if isinstance(told, str) else told
    return [(code, CLAUSES.get(code)) for code in codes]


def windows(station: PoliceStation) -> list[Window]:
    """The station's own window and the city's hall: never a town's office."""
    hall = PoliceStation.objects.filter(name=HALL).first() or Window(HALL, "金山大道80号")
    rows = [hall] if station.name == HALL else [station, hall]
    return [
        Window(
            name=HALL if row.name == HALL else f"{row.name}户籍窗口",
            address=row.address or "地址见派出所公示",
            hours=row.hours or "工作日办公时间",
            phone=row.phone or "见窗口公示",
        )
        for row in rows
    ]


def words_of(printed: Printed) -> list[str]:
    """Each sheet as it is kept: the words without the foot, which tells of the printing."""
    shown = {
        "case": printed.case,
        "frame": WORDS,
        "elsewhere": other_doors(_origin(printed), printed.case.route),
    }
    return [
        render_to_string(
            printed.kind.template, shown | {"paper": replace(printed, subject=subject)}
        )
        for subject in printed.subjects
    ]


def _origin(printed: Printed) -> str:
    """Where the applicant is registered; an enterprise nowhere."""
    return next((member.division for member in printed.members if member.is_applicant), "")


def _qr(text: str | None) -> str:
    if not text:
        return ""
    return segno.make(text, error="m").svg_inline(scale=3, border=2, omitsize=False)
