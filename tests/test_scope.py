"""Every address × every role × {own place, another's}: one table of answers.

302 for whoever is not logged in, 403 for a role that has no business there, 404 for a row of
another station or bureau, like a row that does not exist, else the page. An address of the
resolver that no row of the table reaches fails the test.
"""

from __future__ import annotations

import base64
import copy
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from applications.actions.contacting import give_slip
from applications.actions.evidence import attach
from applications.actions.found_homes import Home, note_home
from applications.actions.inquiring import ask_roster
from applications.actions.inspecting import Drawing, draw
from applications.actions.opening_households import Order, order, work_on
from applications.actions.parameters import propose
from applications.actions.referring import refer_elsewhere
from applications.models import (
    FollowUp,
    FollowUpList,
    OpenedHousehold,
    ParameterChange,
    Prospect,
    Referral,
)
from applications.roster_households import homes_of
from applications.scans import read_scan
from kaili_hukou import audit
from kaili_hukou.dates import add_months
from kaili_hukou.identity_acts import Proposal as NumberProposal
from kaili_hukou.identity_acts import propose_number
from kaili_hukou.jobs import enqueue
from kaili_hukou.models import (
    Bureau,
    CalendarDay,
    CalendarYear,
    CodeEntry,
    Division,
    Duty,
    Officer,
    Person,
    PoliceStation,
    Town,
    Village,
)
from kaili_hukou.postings import Post, appoint
from kaili_hukou.registers import forget
from kaili_hukou.roles import Role
from reports.actions.attaching import attach as file_with
from reports.actions.changing import Act as ReturnAct
from reports.actions.changing import opened
from reports.actions.consulting import enter_opinion, open_consultation
from reports.actions.evaluating import Step as FindingStep
from reports.actions.evaluating import move_on, note_finding, register_evaluation
from reports.actions.filing import Filing
from reports.actions.filing import attach as attach_to_return
from reports.actions.indicators import Entry, enter
from reports.actions.returning import begin
from reports.models import (
    Consultation,
    Evaluation,
    Finding,
    Opinion,
    ReportBuild,
    SupportingRule,
)
from residence_permits.actions.applying import Applying, apply, bring, register_residence
from residence_permits.actions.endorsing import Looked, endorse, refuse_endorsement
from residence_permits.actions.permits import Act as PermitAct
from residence_permits.actions.producing import Blanks, make_batch, receive_blanks
from residence_permits.actions.requests import Step
from residence_permits.models import (
    AcceptingBody,
    Batch,
    Endorsement,
    PermitEvent,
    PermitRequest,
    Residence,
)
from residence_permits.photographs import keep
from rosters.files import ERRORS
from rosters.models import CheckedRow, RosterUpload
from tests import factories
from tests.factories import client_of, days, today
from tests.scans import jpeg

USED = ("430104", "522601", "522622")
HERE, THERE = "大十字派出所", "炉山派出所"
STATION = ("auxiliary", "window", "station_head")
CITY = ("approver", "reform_office", "auditor")
BUREAU = ("bureau_clerk",)
ADMINS = ("system_admin", "security_admin")
ROLES = STATION + CITY + BUREAU + ADMINS
REACH = dict.fromkeys(STATION, "station") | dict.fromkeys(CITY, "city") | {"bureau_clerk": "bureau"}

# Who works where. The code's own sets are not asked: this is the other opinion.
EVERYONE = frozenset(ROLES)
COUNTER = frozenset(STATION)
CASE_STAFF = COUNTER | {"approver"}
AMENDERS = frozenset({"window", "station_head", "approver"})
CASE_READERS = CASE_STAFF | {"auditor", "reform_office"}
PEOPLE_READERS = COUNTER | {"approver", "auditor"}
KEEPERS = frozenset({"system_admin", "approver"})
ROSTER_WRITERS = frozenset({"bureau_clerk", "approver"})
ROSTER_READERS = ROSTER_WRITERS | {"auditor", "reform_office"}
UPLOADERS = ROSTER_WRITERS | {"reform_office"}
PERMIT_WRITERS = frozenset({"window", "station_head"})
ACCOUNT_KEEPERS = frozenset(ADMINS)
CITY_READERS = frozenset(CITY)
FOLLOW_UP_READERS = CASE_READERS | {"bureau_clerk"}
LIST_READERS = CITY_READERS | {"bureau_clerk"}
LIST_ANSWERERS = LIST_READERS - {"auditor"}
ORDERERS = frozenset({"station_head", "approver"})
INSPECTORS = frozenset({"approver", "auditor"})
RETURN_READERS = LIST_READERS
RETURN_FILLERS = LIST_ANSWERERS
GATHERERS = frozenset({"approver", "reform_office"})
NOBODY: frozenset[str] = frozenset()
YEAR = today().year

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Row:
    """One address and method: who may, and what they get. `of` is a thing of the cast.

    `within` says by which reach the thing is somebody's own; without it, it is everybody's.
    """

    name: str
    may: frozenset[str]
    of: str = ""
    more: tuple[Any, ...] = ()
    method: str = "get"
    within: str = ""
    ok: int = 200
    data: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.method} {self.name}{'/' + '/'.join(map(str, self.more)) if self.more else ''}"
        )

    def url(self, cast: SimpleNamespace) -> str:
        arguments = [getattr(cast, self.of).pk] if self.of else []
        return reverse(self.name, args=[*arguments, *self.more])

    def expected(self, role: str, place: str) -> int:
        if role not in self.may:
            return 403
        reach = REACH.get(role)
        if self.within and reach != "city" and (reach != self.within or place == "other"):
            return 404
        return self.ok


# Things that no station has: whoever may see one sees all.
CITY_THINGS = frozenset({"change", "inspection", "inspected"})


def desk(name: str, may: frozenset[str], of: str = "", *more: Any, **options: Any) -> Row:
    within = "station" if of and of not in CITY_THINGS else ""
    return Row(f"desk:{name}", may, of, more, **{"within": within} | options)


DESK = (
    Row("home", EVERYONE, ok=302),
    desk("work", CASE_READERS),
    desk("intake", COUNTER),
    desk("intake", COUNTER, method="post", data={"number": "1"}),
    desk("start", COUNTER, method="post", ok=302),
    desk("divisions", COUNTER),
    desk("refer", COUNTER, method="post", data={"ground": "joining"}, ok=302),
    desk("case", CASE_READERS, "case"),
    desk("case", COUNTER, "draft", method="post"),
    desk("verdict", COUNTER, "draft", method="post"),
    desk("move", COUNTER, "case", "withdraw"),
    desk("move", COUNTER, "case", "withdraw", method="post", data={"reason": ""}),
    desk("move", CASE_STAFF, "case", "nothing", ok=302),
    desk("paper", CASE_STAFF, "case", "receipt"),
    desk("family", CASE_READERS, "case"),
    desk("family", COUNTER, "case", method="post"),
    desk("agent-end", COUNTER, "agent", method="post", ok=302),
    desk("transfers", CASE_READERS, "case"),
    desk("transfers", CASE_STAFF, "case", method="post", ok=302),
    desk("on-the-way", CASE_READERS),
    desk("reminded", COUNTER, "member", method="post", ok=302),
    desk("found-homes", CASE_READERS),
    desk("found-home", CASE_READERS, "home"),
    desk("found-home", COUNTER, "home", method="post", data={"told": "1"}),
    desk("note-home", COUNTER, "person"),
    desk("note-home", COUNTER, "person", method="post"),
    desk("deliver", CASE_STAFF, "case"),
    desk("deliver", CASE_STAFF, "case", method="post"),
    desk("evidence", CASE_READERS, "evidence"),
    desk("evidence", CASE_READERS, "evidence", method="post", data={"upload": "1"}),
    desk("promise-paper", CASE_STAFF, "promised"),
    desk("ask", CASE_STAFF, "talent", "recheck", method="post", ok=302),
    desk("ask", CASE_STAFF, "talent", "nothing", method="post", ok=404),
    desk("inquiries", CASE_READERS),
    desk("inquiry", CASE_READERS, "inquiry"),
    desk("inquiry", CASE_READERS, "inquiry", method="post"),
    desk("inquiry-letter", CASE_STAFF, "inquiry"),
    desk("promises", CASE_READERS),
    desk("scan", CASE_READERS, "scan"),
    desk("remove-scan", COUNTER, "scan", method="post", ok=302),
    desk("person", CASE_READERS, "person"),
    desk("reveal", CASE_STAFF, "person", method="post", data={"field": "phone", "reason": "核对"}),
    desk("tail", CASE_STAFF, "person", method="post", data={"tail": "1234"}, ok=302),
    desk("prospects", CASE_READERS),
    desk("prospect-told", COUNTER, "prospect", method="post", data={"state": "told"}, ok=302),
    desk("permit-routes", CASE_READERS, "permit"),
    desk("propose", AMENDERS, "settled_case", "correct"),
    desk("propose", AMENDERS, "settled_case", "annul", method="post", data={"reason": ""}),
    desk("propose", AMENDERS, "case", "correct", ok=302),
    desk("propose", AMENDERS, "settled_case", "nothing", ok=302),
    desk("amendments", CASE_READERS),
    desk("amendment", CASE_READERS, "amendment"),
    desk("amendment", AMENDERS, "amendment", method="post", data={"drop": "1"}),
    desk("propose-person-act", AMENDERS, "person", "number"),
    desk("propose-person-act", AMENDERS, "person", "merge", method="post", data={"reason": ""}),
    desk("propose-person-act", AMENDERS, "person", "nothing", ok=302),
    desk("person-act", CASE_READERS, "person_act"),
    desk("person-act", AMENDERS, "person_act", method="post", data={"drop": "1"}),
    desk("member-tail", CASE_STAFF, "case", method="post", data={"tail": "1234"}, ok=302),
    desk("next", CASE_STAFF, "case", ok=302),
    desk("contact", CASE_STAFF, "case"),
    desk("contact", CASE_STAFF, "case", method="post", data={"way": "visit", "text": ""}),
    desk("slip", COUNTER, method="post", data={"route": "education"}, ok=302),
    desk("slip-paper", COUNTER, "slip"),
    desk("postings", ORDERERS),
    desk("postings", ORDERERS, method="post"),
    desk("end-posting", ORDERERS, "posting", method="post", ok=302),
    desk("take-posting", EVERYONE, method="post", data={"posting": "1"}, ok=302),
    desk("hand-over", ORDERERS),
    desk("hand-over", ORDERERS, method="post"),
    desk("inspections", INSPECTORS),
    desk("inspections", INSPECTORS, method="post"),
    desk("inspection", INSPECTORS, "inspection"),
    desk("inspected", INSPECTORS, "inspected"),
    desk("inspected", INSPECTORS, "inspected", method="post", data={"result": ""}),
    desk("odd", INSPECTORS),
    desk("search", CASE_READERS),
    desk("search", CASE_READERS, method="post", data={"q": "nobody"}),
    desk("follow-ups", FOLLOW_UP_READERS),
    desk("follow-ups", FOLLOW_UP_READERS, method="post", data={"bureau": "0"}),
    desk("follow-up", COUNTER, "follow_up", method="post", data={"recipient": ""}, ok=302),
    desk("allowance", COUNTER, "settled", method="post", ok=302),
    desk("follow-up-list", LIST_READERS, "list", within="bureau"),
    desk("follow-up-file", LIST_ANSWERERS, "list", within="bureau"),
    desk("follow-up-answers", LIST_ANSWERERS, "list", method="post", within="bureau"),
    desk("follow-up-confirm", LIST_ANSWERERS, "list", method="post", within="bureau", ok=302),
    desk("parameters", CITY_READERS),
    desk("parameters", CITY_READERS, method="post"),
    desk("parameters-export", CITY_READERS),
    desk("parameter-change", CITY_READERS, "change"),
    desk("parameter-change", CITY_READERS, "change", method="post"),
)
# Rosters as the desk uses them: opened as drafts, and how far it has come.
DESK += (
    desk("roster-look", CASE_STAFF, "talent", method="post", ok=302),
    desk("roster-openings", CASE_STAFF),
    desk("roster-households", CASE_STAFF, "settling"),
    desk("roster-households", CASE_STAFF, "settling", method="post"),
    desk("bulk-opening", CASE_STAFF, "bulk"),
    desk("bulk-opening", CASE_STAFF, "bulk", method="post", data={"stop": "1"}, ok=302),
    desk("awaited", CASE_READERS),
    desk("came", COUNTER, "opened", method="post", data={"way": "visit"}, ok=302),
    desk("roster-progress", ROSTER_READERS),
    desk("roster-people", ROSTER_READERS, "settling", "unknown", within="bureau"),
    desk("roster-kind-people", ROSTER_READERS, "", "relocation", "unknown"),
)
COURSES = (
    Row("rosters:courses", ROSTER_READERS, more=("relocation",)),
    Row("rosters:courses", ROSTER_WRITERS, more=("relocation",), method="post"),
    Row("rosters:notices", ROSTER_WRITERS, more=("relocation",), method="post", ok=302),
)
PERMIT_READERS = CASE_STAFF | {"auditor"}
PERMIT_MAKERS = frozenset({"window", "station_head", "approver"})


def permits(name: str, may: frozenset[str], of: str = "", *more: Any, **options: Any) -> Row:
    return Row(f"permits:{name}", may, of, more, **{"within": "station" if of else ""} | options)


PERMITS = (
    permits("work", PERMIT_READERS),
    permits("reception", COUNTER),
    permits("reception", COUNTER, method="post", data={"number": "1"}),
    permits("resident", PERMIT_READERS, "person"),
    permits("register", COUNTER, "person", method="post"),
    permits("apply", COUNTER, "person", method="post"),
    permits("request", PERMIT_READERS, "request"),
    permits("bring", COUNTER, "request", method="post"),
    permits("request-move", CASE_STAFF, "request", "withdraw"),
    permits("request-move", CASE_STAFF, "request", "withdraw", method="post"),
    permits("extend", CASE_STAFF, "request", method="post"),
    permits("paper", CASE_STAFF, "request", "missing"),
    permits("photograph", PERMIT_READERS, "request", ok=404),
    permits("photograph", COUNTER, "request", method="post", ok=302),
    permits("hand", COUNTER, "request", ok=302),
    permits("stock", PERMIT_MAKERS),
    permits("stock", PERMIT_MAKERS, method="post"),
    permits("batches", PERMIT_MAKERS),
    permits("batches", PERMIT_MAKERS, method="post", ok=302),
    permits("batch", PERMIT_MAKERS, "batch"),
    permits("batch", PERMIT_MAKERS, "batch", method="post", ok=302),
    permits("sheet", PERMIT_MAKERS, "batch"),
    permits("uncollected", PERMIT_READERS),
    permits("renew", COUNTER, "permit", method="post"),
    permits("counter", PERMIT_WRITERS),
    permits("counter", PERMIT_WRITERS, method="post", data={"number": "1"}, ok=302),
    permits("counter-refuse", PERMIT_WRITERS, method="post", data={"number": "1", "reason": "x"}),
    permits("undo", PERMIT_WRITERS, "endorsement", method="post", ok=302),
    permits("not-endorsed", PEOPLE_READERS, "refusal"),
    permits("due", PEOPLE_READERS),
    permits("due-print", PEOPLE_READERS),
    permits("due-export", PEOPLE_READERS),
    permits("arrival", PERMIT_WRITERS),
    permits("arrival", PERMIT_WRITERS, method="post"),
    permits("permit", PEOPLE_READERS, "permit"),
    permits("endorse", PERMIT_WRITERS, "permit", method="post", data={"version": "1"}),
    permits("move", PERMIT_WRITERS, "permit"),
    permits("move", PERMIT_WRITERS, "permit", method="post"),
    permits("cancel", PERMIT_WRITERS, "permit"),
    permits("cancel", PERMIT_WRITERS, "permit", method="post"),
)
REPORT_READERS = CITY_READERS | {"bureau_clerk"}
COUNT_ENTERERS = frozenset({"approver", "reform_office"})


def oversight(name: str, may: frozenset[str], of: str = "", **options: Any) -> Row:
    return Row(f"reports:{name}", may, of, **options)


OVERSIGHT = (
    oversight("indicators", REPORT_READERS),
    oversight("indicators", REPORT_READERS, method="post", data={"seen": "x"}),
    oversight("indicators-template", REPORT_READERS),
    oversight("evaluations", REPORT_READERS),
    oversight("evaluations", REPORT_READERS, method="post"),
    oversight("findings-print", REPORT_READERS),
    oversight("evaluation", REPORT_READERS, "evaluation"),
    oversight("evaluation", REPORT_READERS, "evaluation", method="post"),
    oversight("finding", REPORT_READERS, "finding", within="bureau"),
    oversight("finding", REPORT_READERS, "finding", method="post", within="bureau", ok=302),
    oversight("attachment", REPORT_READERS, "finding_file", within="bureau"),
    oversight("audit", INSPECTORS),
    oversight("audit-export", INSPECTORS, method="post"),
    oversight("consultations", CITY_READERS),
    oversight("consultations", CITY_READERS, method="post"),
    oversight("consultation", CITY_READERS, "consultation"),
    oversight("consultation", CITY_READERS, "consultation", method="post"),
    oversight("opinions-export", CITY_READERS, "consultation", method="post"),
    oversight("opinion", CITY_READERS, "opinion"),
    oversight("opinion", CITY_READERS, "opinion", method="post"),
)
ROSTER_OPENERS = frozenset({"bureau_clerk", "auditor"})
ROSTER_REVEALERS = ROSTER_WRITERS | {"auditor"}


def rosters(name: str, may: frozenset[str], of: str = "", *more: Any, **options: Any) -> Row:
    return Row(f"rosters:{name}", may, of, more, **{"within": "bureau" if of else ""} | options)


ROSTERS = (
    rosters("home", ROSTER_READERS),
    rosters("upload", UPLOADERS),
    rosters("upload", UPLOADERS, method="post"),
    rosters("template", ROSTER_READERS, "", "talent"),
    rosters("template", ROSTER_READERS, "", "nothing", ok=404),
    rosters("roster", ROSTER_READERS, "roster"),
    rosters("roster", ROSTER_READERS, "roster", method="post", data={"q": "张"}),
    rosters("confirm", ROSTER_WRITERS, "roster"),
    rosters("confirm", ROSTER_WRITERS, "roster", method="post"),
    rosters("take-back", ROSTER_WRITERS, "roster"),
    rosters("take-back", ROSTER_WRITERS, "roster", method="post"),
    rosters("withdraw", ROSTER_WRITERS, "roster"),
    rosters("withdraw", ROSTER_WRITERS, "roster", method="post"),
    rosters("original", ROSTER_OPENERS, "roster"),
    rosters("original", ROSTER_OPENERS, "roster", method="post", data={"reason": "与来函核对"}),
    rosters("letter", ROSTER_READERS, "roster", method="post", ok=302),
    rosters("row", ROSTER_READERS, "row"),
    rosters(
        "reveal", ROSTER_REVEALERS, "row", method="post", data={"field": "name", "reason": "核对"}
    ),
    rosters("withdraw-row", ROSTER_WRITERS, "row"),
    rosters("withdraw-row", ROSTER_WRITERS, "row", method="post"),
    rosters("progress", ROSTER_READERS, "checked_upload"),
    rosters("cancel", UPLOADERS, "checked_upload", method="post", ok=302),
    rosters("resume", UPLOADERS, "checked_upload", method="post", ok=302),
    rosters("columns", UPLOADERS, "checked_upload"),
    rosters("columns", UPLOADERS, "checked_upload", method="post"),
    rosters("one-upload", ROSTER_READERS, "checked_upload"),
    rosters("checked", ROSTER_READERS, "checked_upload"),
    rosters("checked", ROSTER_READERS, "checked_upload", method="post", data={"q": "1"}),
    rosters("errors", UPLOADERS, "checked_upload"),
    rosters("difference", ROSTER_READERS, "checked_upload"),
    rosters("decide", UPLOADERS, "checked_upload", method="post", ok=302),
)


def reports(name: str, may: frozenset[str], of: str = "", *more: Any, **options: Any) -> Row:
    within = "bureau" if of else ""
    return Row(f"reports:{name}", may, of, more, **{"within": within} | options)


def returns(name: str, may: frozenset[str], *more: Any, **options: Any) -> Row:
    """The address names a year and the code of the roster's bureau."""
    options = {"within": "bureau", "ok": 302} | options
    return Row(f"reports:{name}", may, "", (YEAR, "poverty_relief", *more), **options)


REPORTS = (
    reports("home", RETURN_READERS, ok=302),
    reports("overview", CITY_READERS, "", YEAR),
    reports("overview-paper", CITY_READERS, "", YEAR),
    reports("reminders", CITY_READERS, "", YEAR),
    reports("reminders", CITY_READERS, "", YEAR, method="post"),
    reports("call", GATHERERS, "", YEAR, method="post"),
    reports("letters", GATHERERS, "", YEAR, method="post"),
    returns("return", RETURN_READERS, ok=200),
    returns("return", RETURN_READERS, method="post", ok=200, data={"head-phone": "1"}),
    returns("return-paper", RETURN_READERS, ok=200),
    returns("rebuild", RETURN_FILLERS, method="post"),
    returns("return-move", RETURN_FILLERS, "accept", method="post"),
    returns("return-move", RETURN_FILLERS, "nothing", method="post", ok=404),
    reports("this-submission", CITY_READERS, ok=302),
    reports("this-rehearsal", CITY_READERS, ok=302),
    reports("submission", CITY_READERS, "", YEAR),
    reports("rehearsal", CITY_READERS, "", YEAR),
    reports("draft", GATHERERS, "", YEAR, method="post", ok=302),
    reports("freezing", GATHERERS, "", YEAR, ok=302),
    reports("freezing", GATHERERS, "", YEAR, method="post", ok=302),
    reports("version-file", CITY_READERS, "", YEAR, 1, "zip", ok=404),
    reports("build-progress", CITY_READERS, "draft_build", within=""),
    reports("draft-file", CITY_READERS, "draft_build", "zip", within="", ok=404),
    reports("file", RETURN_READERS, "return_file"),
    reports("remove-file", RETURN_FILLERS, "return_file", method="post", ok=302),
    reports("figures", CITY_READERS),
    reports("behind", CITY_READERS, data={"of": "settled/2026-01-01/2026-02-01"}),
    reports("police-form", GATHERERS, "", YEAR),
    reports("police-form", GATHERERS, "", YEAR, method="post"),
    reports("rules", RETURN_READERS),
    reports("rule", RETURN_READERS, "rule"),
    reports("rule", RETURN_READERS, "rule", method="post"),
)
# A move that the table does not let this role make leads back to the case with a sentence; a
# proposal is dropped by the approver alone, whoever else posts gets the page as it is.
OTHERWISE = {
    ("get permits:request-move/withdraw", "auxiliary"): 302,
    ("post permits:request-move/withdraw", "auxiliary"): 302,
    ("get permits:request-move/withdraw", "approver"): 302,
    ("post permits:request-move/withdraw", "approver"): 302,
    ("get desk:move/withdraw", "auxiliary"): 302,
    ("post desk:move/withdraw", "auxiliary"): 302,
    ("get desk:move/withdraw", "approver"): 302,
    ("post desk:move/withdraw", "approver"): 302,
    ("post desk:parameter-change", "approver"): 302,
    ("post reports:indicators", "auditor"): 302,
    ("post reports:indicators", "bureau_clerk"): 302,
    # A clerk's home is the page of the own return, for everybody else it leads to all of them.
    ("get reports:home", "bureau_clerk"): 200,
    # Without the version that the page was made of, nothing is written.
    **{(f"post reports:return/{YEAR}/poverty_relief", role): 409 for role in RETURN_FILLERS},
}


def admin_rows(
    model: str,
    of: str,
    *,
    readers: frozenset[str],
    changers: frozenset[str] = NOBODY,
    adders: frozenset[str] | None = None,
    within: str = "",
    change_ok: int = 200,
    add_ok: int = 200,
) -> Iterator[Row]:
    """The addresses that Django gives every model. Nothing is ever deleted there."""
    adders = changers if adders is None else adders
    name = f"admin:{model}"
    yield Row(f"{name}_changelist", readers)
    yield Row(f"{name}_add", adders, ok=add_ok)
    yield Row(f"{name}_add", adders, method="post", ok=add_ok)
    yield Row(f"{name}_history", readers, of, within=within)
    yield Row(f"{name}_change", readers, of, within=within, ok=change_ok)
    yield Row(f"{name}_change", changers, of, method="post", within=within, ok=change_ok)
    yield Row(f"{name}_delete", NOBODY, of)
    yield Row(f"{name}_delete", NOBODY, of, method="post", data={"post": "yes"})


REGISTERS = ("town", "policestation", "village", "bureau", "duty", "division", "codeentry")
REGISTERS += ("calendarday", "calendaryear")
IMPORTED = frozenset({"policestation", "village", "calendarday", "calendaryear"})


def registers() -> Iterator[Row]:
    for model in REGISTERS:
        full = f"kaili_hukou_{model}"
        yield from admin_rows(full, model, readers=EVERYONE, changers=KEEPERS)
        yield Row(f"admin:{full}_export", KEEPERS)
        yield Row(f"admin:{full}_export", KEEPERS, method="post")
        if model in IMPORTED:
            yield Row(f"admin:{full}_import", KEEPERS)
            yield Row(f"admin:{full}_import", KEEPERS, method="post")
            yield Row(f"admin:{full}_process_import", KEEPERS, method="post", ok=302)


ADMIN = (
    Row("admin:index", EVERYONE),
    Row("admin:password_change", EVERYONE),
    Row("admin:password_change", EVERYONE, method="post"),
    Row("admin:password_change_done", EVERYONE),
    Row("admin:jsi18n", EVERYONE),
    Row("admin:logout", EVERYONE, method="post", ok=302),
    # Nobody searches people through a field of a form.
    Row("admin:autocomplete", NOBODY),
    *registers(),
    *admin_rows("kaili_hukou_person", "person", readers=PEOPLE_READERS, within="station"),
    *admin_rows("kaili_hukou_household", "household", readers=PEOPLE_READERS, within="station"),
    *admin_rows(
        "kaili_hukou_officer",
        "officer",
        readers=ACCOUNT_KEEPERS | {"auditor"},
        changers=ACCOUNT_KEEPERS,
    ),
    Row("admin:auth_user_password_change", ACCOUNT_KEEPERS, "officer"),
    Row("admin:auth_user_password_change", ACCOUNT_KEEPERS, "officer", method="post"),
    *admin_rows("kaili_hukou_auditentry", "entry", readers=frozenset({"auditor"})),
    *admin_rows("kaili_hukou_job", "job", readers=frozenset({"system_admin", "auditor"})),
    *admin_rows(
        "residence_permits_permit",
        "permit",
        readers=PEOPLE_READERS,
        changers=PEOPLE_READERS,
        adders=NOBODY,
        within="station",
        change_ok=302,
    ),
    Row("admin:residence_permits_permit_import", ORDERERS),
    Row("admin:residence_permits_permit_import", ORDERERS, method="post"),
    Row("admin:residence_permits_permit_process_import", ORDERERS, method="post", ok=302),
    *admin_rows(
        "residence_permits_acceptingbody",
        "body",
        readers=PEOPLE_READERS | {"system_admin"},
        changers=frozenset({"approver"}),
    ),
    *admin_rows(
        "rosters_roster", "roster", readers=ROSTER_READERS, changers=ROSTER_WRITERS, within="bureau"
    ),
    *admin_rows("rosters_rosterentry", "row", readers=ROSTER_READERS, within="bureau"),
    *admin_rows(
        "applications_application",
        "case",
        readers=CASE_READERS,
        changers=CASE_READERS,
        adders=COUNTER,
        within="station",
        change_ok=302,
        add_ok=302,
    ),
    *admin_rows("applications_enterprise", "enterprise", readers=CASE_READERS, within="station"),
    *admin_rows("applications_referral", "referral", readers=CASE_READERS, within="station"),
    *admin_rows("applications_followuplist", "list", readers=LIST_READERS, within="bureau"),
    *admin_rows("applications_followup", "row_of_list", readers=LIST_READERS, within="bureau"),
    *admin_rows("applications_slip", "slip", readers=CASE_READERS, within="station"),
    *admin_rows("reports_observation", "observation", readers=REPORT_READERS),
    Row("admin:reports_observation_import", COUNT_ENTERERS),
    Row("admin:reports_observation_import", COUNT_ENTERERS, method="post"),
    Row("admin:reports_observation_process_import", COUNT_ENTERERS, method="post", ok=302),
)
# Whoever comes may ask; nothing is kept and nobody is named.
OPEN = (
    desk("self-check-routes", EVERYONE),
    desk("self-check", EVERYONE, "", "education"),
    desk("self-check", EVERYONE, "", "education", method="post"),
)
# The door: one's own login, and what account keepers do to the logins of others.
DOOR = (
    Row("login-code", EVERYONE, ok=302),
    Row("login-code", EVERYONE, method="post", data={"code": "1"}, ok=302),
    Row("confirm-again", EVERYONE),
    Row("confirm-again", EVERYONE, method="post", data={"proof": ""}),
    Row("kept-forms", EVERYONE),
    Row("kept-forms", EVERYONE, method="post", ok=302),
    Row("second-factor", EVERYONE),
    Row("second-factor", EVERYONE, method="post"),
    Row("login-locks", ACCOUNT_KEEPERS),
    Row("unlock", ACCOUNT_KEEPERS, "officer", method="post", ok=302),
    Row("reset-second-factor", ACCOUNT_KEEPERS, "officer"),
    Row("reset-second-factor", ACCOUNT_KEEPERS, "officer", method="post"),
)
PAGES = DESK + COURSES + PERMITS + ROSTERS + OVERSIGHT + REPORTS + DOOR
TABLE = PAGES + ADMIN + OPEN

# Addresses that lead on or answer nobody, whoever asks: (address, answer).
LEADING_ON = 302
NOTHING = 404


def odd_addresses(cast: SimpleNamespace) -> dict[str, int]:
    person = ContentType.objects.get_for_model(Person)
    odd = {"/admin/no-such-page": NOTHING, "/admin/no-such-page/": NOTHING}
    odd[reverse("admin:view_on_site", args=[person.pk, cast.person.pk])] = NOTHING
    for row in ADMIN:
        if row.name.endswith("_change") and row.url(cast).endswith("/change/"):
            odd[row.url(cast).removesuffix("change/")] = LEADING_ON
    return odd


# Django's list of one app: open to whoever has a page in it.
APP_LISTS = {
    "kaili_hukou": EVERYONE,
    "residence_permits": PEOPLE_READERS | {"system_admin"},
    "rosters": ROSTER_READERS,
    "applications": CASE_READERS | {"bureau_clerk"},
    "reports": CITY_READERS | {"bureau_clerk"},
}


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return str(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker, media):
    """Officers of every role here and there, and one thing of each kind that belongs here."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        made = build_cast()
        # Thousands of counties would only make the exports slow.
        Division.objects.filter(level=Division.Level.COUNTY).exclude(code__in=USED).delete()
        yield made
        transaction.set_rollback(True)
    forget()


class Clients:
    """A browser of each officer, logged in; what one test does to it does not reach the next."""

    def __init__(self, officers: dict[tuple[str, str], Officer]) -> None:
        self.cookies = {key: client_of(officer).cookies for key, officer in officers.items()}

    def __getitem__(self, key: tuple[str, str]) -> Client:
        client = Client()
        client.cookies = copy.copy(self.cookies[key])
        return client

    def items(self) -> list[tuple[tuple[str, str], Client]]:
        return [(key, self[key]) for key in self.cookies]


def build_cast() -> SimpleNamespace:
    here, there = factories.station(HERE), factories.station(THERE)
    at_desk = factories.desk(HERE)
    wife = factories.companion("spouse")
    case = factories.application("education", state="accepted", desk=at_desk, companions=[wife])
    evidence = case.evidence.first()
    roster = factories.roster("relocation", factories.person_entry(), state="entered")
    company = factories.application("collective", desk=at_desk)
    refer_elsewhere("joining", at_desk.clerk, today())
    settled = factories.application("bravery", state="registered", desk=at_desk)
    mended = NumberProposal(at_desk.clerk, "录错末位", "身份证")
    talent = factories.application("talent", state="received", desk=at_desk)
    at_home = factories.application("in_province", desk=at_desk)
    home = Home(ground="bought", found_on=today(), source="本人告知")
    drawn = draw(Drawing(today(), today(), 1, 7), at_desk.approver, today())
    made = {
        "member": case.members.get(is_applicant=True),
        "home": note_home(settled.applicant, home, at_desk.clerk, today=today()),
        "talent": talent,
        "promised": at_home.evidence.get(code="no_home_proof"),
        "inquiry": ask_roster(talent, at_desk.clerk, today()),
        "case": case,
        "settled_case": settled,
        "amendment": factories.proposed(settled, "revoke", at_desk.clerk),
        "person_act": propose_number(settled.applicant, factories.identity_number(), mended),
        "draft": factories.application("education", desk=at_desk),
        "person": case.applicant,
        "evidence": evidence,
        "scan": attach(evidence, read_scan(PICTURE), "证明.png", at_desk.clerk),
        "agent": factories.agent(case, at_desk.clerk),
        "household": factories.public_household(here),
        "permit": factories.permit(case.applicant, issued_on=today() - days(100)),
        "prospect": Prospect.objects.create(
            permit=factories.permit(
                factories.person(here), issued_on=today() - days(9), station=here
            ),
            route="residence",
            eligible_on=today(),
            noted_on=today(),
        ),
        "endorsement": endorsed_today(at_desk),
        "refusal": refused_today(at_desk),
        **opened_from_a_roster(at_desk),
        "roster": roster,
        "row": roster.entries.get(),
        "checked_upload": checked_upload(roster.supplier, at_desk.approver),
        "enterprise": company.enterprise,
        "referral": Referral.objects.get(),
        "slip": give_slip(
            "education", bring="毕业证书", come_on=None, officer=at_desk.clerk, on=today()
        ),
        "posting": at_desk.second.postings.get(),
        "inspection": drawn,
        "inspected": drawn.cases.get(),
        "change": propose(
            ParameterChange(
                name="area_per_head", from_day=today(), value=18, document="试", reason="试"
            ),
            at_desk.approver,
        ),
        "request": request_for_a_permit(factories.person(here), at_desk),
        "body": AcceptingBody.objects.create(
            name="某社区服务站",
            station=here,
            document="试",
            valid_from=today(),
            valid_to=today() + days(9),
        ),
        "batch": batch_of_cards(factories.person(here), at_desk),
        "officer": at_desk.clerk,
        "entry": audit.record("试"),
        "job": enqueue("applications.tasks.reckon_deadlines"),
    }
    made |= {
        model.__name__.lower(): model.objects.first()
        for model in (
            Town,
            PoliceStation,
            Bureau,
            Duty,
            Division,
            CodeEntry,
            CalendarDay,
            CalendarYear,
        )
    }
    made["village"] = Village.objects.first() or Village.objects.create(
        code="522601001001", name="试村", town=Town.objects.first(), station=here
    )
    made |= build_follow_ups(at_desk, roster.supplier)
    made |= build_oversight(at_desk, roster.supplier)
    made |= build_returns(roster.supplier)
    made["draft_build"] = ReportBuild.objects.create(
        year=YEAR, kind="draft", state="done", asked_at=timezone.now(), asked_by=at_desk.approver
    )
    officers = build_officers(here, there, roster.supplier)
    return SimpleNamespace(
        **made,
        officers=officers,
        clients=Clients(officers),
    )


def checked_upload(supplier: Bureau, officer: Officer) -> RosterUpload:
    """A file of which one row goes back."""
    made = RosterUpload.objects.create(
        kind="relocation",
        supplier=supplier,
        reference="试",
        document_on=today(),
        entered_by=officer,
        file_name="试.xlsx",
        size=1,
        state="checked",
        added=1,
        rejected=1,
        understood={
            "sheet": "试",
            "header_row": 1,
            "columns": {"姓名": "A", "公民身份号码": "B"},
            "words": {"A": "姓名", "B": "身份证号", "C": "编号"},
            "ignored": ["编号"],
        },
    )
    CheckedRow.objects.create(upload=made, row=2, outcome="rejected", told={"errors": []})
    ERRORS.keep(made.pk, b"PK")
    return made


def opened_from_a_roster(at_desk: Any) -> dict[str, Any]:
    """A confirmed roster of this station's town, one household of it opened, more in line."""
    family = factories.family_rows(children=0)
    settling = factories.household_roster("relocation", *family, town=at_desk.station.town)
    chosen = {str(home.key): {} for home in homes_of(settling, at_desk.station)}
    done = order(Order(settling, at_desk.clerk, today(), chosen))
    work_on(done.pk, today())
    return {
        "settling": settling,
        "opened": OpenedHousehold.objects.get(),
        "bulk": order(Order(settling, at_desk.clerk, today())),
    }


def request_for_a_permit(person: Person, at_desk: Any) -> PermitRequest:
    """One that was told what is missing."""
    home = {"source": "lease_filing", "proof": "试", "address": "某处"}
    since = today() - days(300)
    row = Residence(
        person=person, station=at_desk.station, town=Town.objects.first(), since=since, **home
    )
    register_residence(row, at_desk.clerk, today())
    return apply(Applying(person=person), at_desk.clerk, today())


def batch_of_cards(person: Person, at_desk: Any) -> Batch:
    """One card, on its way to the printer."""
    receive_blanks(Blanks("JZ0001", "JZ0009", today()), at_desk.approver)
    request = request_for_a_permit(person, at_desk)
    keep(request, jpeg((358, 441)), at_desk.clerk)
    there = Applying(person, "dwelling", frozenset({"lease"}), photograph=True)
    bring(request, there, Step(at_desk.clerk, today(), request.version))
    rows = PermitRequest.objects.filter(pk=request.pk)
    return make_batch(rows, at_desk.approver, today())


def build_follow_ups(at_desk: factories.Desk, bureau: Bureau) -> dict[str, Any]:
    """What follows a settlement, and a list of it that is the bureau's."""
    settled = factories.application("bravery", state="registered", desk=at_desk)
    handed = FollowUpList.objects.create(
        bureau=bureau, year=2026, quarter=1, made_on=today(), made_by=at_desk.approver, ground="试"
    )
    row = settled.follow_ups.get(kind="insurance")
    FollowUp.objects.filter(pk=row.pk).update(bureau=bureau, handed_in=handed, state="handed")
    return {
        "settled": settled.members.get(),
        "follow_up": settled.follow_ups.get(kind="land_rights"),
        "list": handed,
        "row_of_list": row,
    }


def build_oversight(at_desk: factories.Desk, bureau: Bureau) -> dict[str, Any]:
    """An evaluation with a finding that is the bureau's, an opinion, and a count."""
    office = factories.officer("reform_office")
    span = {"since": today(), "until": today(), "held_on": today()}
    made = Evaluation(kind="yearly", manner="self", year=2026, body="试", **span)
    register_evaluation(made, office, today())
    finding = Finding(kind="evaluation", evaluation=made, found_on=today(), text="试")
    note_finding(finding, office, today())
    given = FindingStep(office, today(), finding.version, unit=bureau, mend_by=today())
    move_on(finding, "assign", given)
    asked = Consultation(title="试", opened_on=today(), published_where="试")
    opinion = Opinion(
        consultation=open_consultation(asked, office, today()),
        name="试",
        address="试",
        contact="试",
        channel="letter",
        received_on=today(),
        text="试",
    )
    enter_opinion(opinion, office, today())
    count = Entry(None, today(), "police", 9, 3, today())
    return {
        "evaluation": made,
        "finding": finding,
        "finding_file": file_with(finding, read_scan(PICTURE), "试.png", office),
        "consultation": asked,
        "opinion": opinion,
        "observation": enter(count, office, today())[0],
    }


def build_returns(supplier: Bureau) -> dict[str, Any]:
    """A return that the supplier has begun, with a scan; the rule of a bureau."""
    clerk = factories.officer("bureau_clerk", bureau=supplier)
    found = opened(supplier, YEAR)
    begin(found, ReturnAct(clerk, today(), found.version))
    filing = Filing(read_scan(PICTURE), "盖章.png", "sealed")
    rule = SupportingRule.objects.create(bureau=supplier, clause="三(一)")
    return {"return_file": attach_to_return(found, filing, clerk), "rule": rule}


def endorsed_today(desk: factories.Desk) -> Endorsement:
    """Of another holder, a year after the issue: by a clerk of this station."""
    holder = factories.permit(
        factories.person(desk.station), issued_on=add_months(today(), -12) + days(5)
    )
    looked = Looked("employment", "劳动合同")
    return endorse(holder, PermitAct(desk.clerk, today()), looked).endorsement


def refused_today(desk: factories.Desk) -> PermitEvent:
    """不予签注 of another holder of this station."""
    holder = factories.permit(
        factories.person(desk.station), issued_on=add_months(today(), -12) + days(5)
    )
    return refuse_endorsement(holder, PermitAct(desk.clerk, today(), "合同已解除"))


def build_officers(
    here: PoliceStation, there: PoliceStation, supplier: Bureau
) -> dict[tuple[str, str], Officer]:
    another = Bureau.objects.exclude(pk=supplier.pk).get(code="civil_affairs")
    return {
        (role, place): factories.officer(
            role,
            here if place == "own" else there,
            bureau=None if role not in BUREAU else supplier if place == "own" else another,
        )
        for role in ROLES
        for place in (("own", "other") if role in STATION + BUREAU else ("own",))
    }


@pytest.fixture
def at_the_desk(db, cast, media, settings):
    """The cast, with its scans where they were kept."""
    settings.MEDIA_ROOT = media
    return cast


@pytest.fixture
def door(at_the_desk):
    """Asks for a page and undoes whatever the asking changed."""

    def ask(client: Client, row: Row) -> int:
        with transaction.atomic():
            send = getattr(client, row.method)
            answer = send(row.url(at_the_desk), row.data)
            transaction.set_rollback(True)
        return answer.status_code

    return ask


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_each_officer_gets_what_the_table_says(row, at_the_desk, door):
    answers, table = {}, {}
    for (role, place), client in at_the_desk.clients.items():
        answers[role, place] = door(client, row)
        expected = row.expected(role, place)
        # Whoever may not see the thing is told that it is not there, whatever the move.
        if expected != 404:
            expected = OTHERWISE.get((str(row), role), expected)
        table[role, place] = expected
    wrong = {key: (answers[key], table[key]) for key in table if answers[key] != table[key]}
    assert not wrong, "{(role, place): (answered, expected)}"


@pytest.mark.parametrize("row", OPEN, ids=str)
def test_the_self_check_is_open_to_all(row, at_the_desk):
    assert getattr(Client(), row.method)(row.url(at_the_desk)).status_code == 200


@pytest.mark.parametrize("row", PAGES + ADMIN, ids=str)
def test_whoever_is_not_logged_in_is_sent_to_the_login(row, at_the_desk):
    answer = getattr(Client(), row.method)(row.url(at_the_desk), row.data)
    assert answer.status_code == 302
    if row.name not in {"home", "admin:logout"}:
        assert answer.url.startswith(reverse("admin:login"))
        assert not answer.content


@pytest.mark.parametrize("role", ROLES)
def test_odd_addresses_of_the_admin_show_nothing(role, at_the_desk):
    client = at_the_desk.clients[role, "own"]
    for address, status in odd_addresses(at_the_desk).items():
        answer = client.get(address)
        assert answer.status_code == status, address
        assert at_the_desk.person.name not in answer.content.decode()


@pytest.mark.parametrize("app", APP_LISTS)
def test_an_app_is_listed_for_whoever_has_a_page_in_it(app, at_the_desk):
    page = reverse("admin:app_list", args=[app])
    for (role, _), client in at_the_desk.clients.items():
        assert client.get(page).status_code == (200 if role in APP_LISTS[app] else 404), role
    assert Client().get(page).status_code == 302


def test_no_address_is_missing_from_the_table(at_the_desk):
    reached = {resolve(row.url(at_the_desk)).route for row in TABLE}
    reached |= {resolve(address).route for address in odd_addresses(at_the_desk)}
    reached.add(resolve(reverse("admin:app_list", args=["rosters"])).route)
    reached.add(resolve(reverse("admin:login")).route)  # open to all: tested below
    assert set(routes()) == reached


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, route)
        else:
            yield before + str(pattern.pattern).removeprefix("^")


def test_the_table_knows_every_role():
    assert set(ROLES) == set(Role.values)


def test_the_login_is_open_and_shows_nobody(at_the_desk):
    answer = Client().get(reverse("admin:login"))
    assert answer.status_code == 200
    assert at_the_desk.person.name not in answer.content.decode()


POST_ONLY = tuple(
    row
    for row in PAGES
    if row.method == "post"
    and not any(other.name == row.name and other.method == "get" for other in PAGES)
)


@pytest.mark.parametrize("row", POST_ONLY, ids=str)
def test_an_act_is_not_done_by_following_a_link(row, at_the_desk):
    for key, client in [("nobody", Client()), *at_the_desk.clients.items()]:
        assert client.get(row.url(at_the_desk)).status_code == 405, key


OWN_THINGS = tuple(
    row for row in TABLE if row.within and row.of and row.method == "get" and row.ok == 200
)


@pytest.mark.parametrize("row", OWN_THINGS, ids=str)
def test_a_thing_of_others_answers_like_one_that_does_not_exist(row, at_the_desk):
    role = "bureau_clerk" if row.within == "bureau" else "window"
    client = at_the_desk.clients[role, "other"]
    nothing = SimpleNamespace(**vars(at_the_desk) | {row.of: SimpleNamespace(pk=uuid.uuid4())})
    thing = getattr(at_the_desk, row.of)
    if isinstance(thing.pk, int):
        nothing = SimpleNamespace(**vars(at_the_desk) | {row.of: SimpleNamespace(pk=999999)})
    others, none = client.get(row.url(at_the_desk)), client.get(row.url(nothing))
    assert others.status_code == none.status_code == 404
    # The token of the form of the bar differs at each asking.
    assert shown(others) == shown(none)


def shown(answer: Any) -> str:
    lines = answer.content.decode().splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)


LISTS = tuple(
    (row.name, row.within)
    for row in (
        Row("admin:kaili_hukou_person_changelist", PEOPLE_READERS, within="station"),
        Row("admin:kaili_hukou_household_changelist", PEOPLE_READERS, within="station"),
        Row("admin:residence_permits_permit_changelist", PEOPLE_READERS, within="station"),
        Row("admin:applications_application_changelist", CASE_READERS, within="station"),
        Row("admin:applications_enterprise_changelist", CASE_READERS, within="station"),
        Row("admin:applications_referral_changelist", CASE_READERS, within="station"),
        Row("admin:applications_slip_changelist", CASE_READERS, within="station"),
        Row("admin:rosters_roster_changelist", ROSTER_READERS, within="bureau"),
        Row("admin:rosters_rosterentry_changelist", ROSTER_READERS, within="bureau"),
        Row("admin:applications_followup_changelist", LIST_READERS, within="bureau"),
        Row("admin:applications_followuplist_changelist", LIST_READERS, within="bureau"),
    )
)


@pytest.mark.parametrize(("name", "within"), LISTS)
def test_a_list_holds_the_rows_of_ones_own_place(name, within, at_the_desk):
    role = "bureau_clerk" if within == "bureau" else "window"
    counts = {
        key: at_the_desk.clients[key].get(reverse(name)).context["cl"].result_count
        for key in ((role, "own"), (role, "other"), ("auditor", "own"))
    }
    assert counts[role, "own"] > 0
    assert counts[role, "other"] == 0
    assert counts["auditor", "own"] >= counts[role, "own"]


def test_the_work_list_and_the_search_hold_nothing_of_another_station(at_the_desk):
    case, person = at_the_desk.case, at_the_desk.person
    for place, seen in (("own", True), ("other", False)):
        client = at_the_desk.clients["window", place]
        page = client.get(reverse("desk:work"), {"all": "1"}).content.decode()
        assert (case.receipt_number in page) is seen
        for words in (person.number, person.name, person.initials):
            found = client.post(reverse("desk:search"), {"q": words}).content.decode()
            assert (person.masked_number in found) is seen, words
        answer = client.post(reverse("desk:search"), {"q": case.receipt_number})
        assert (answer.status_code == 302) is seen


def test_a_filter_by_another_station_shows_nothing_of_it(at_the_desk):
    client = at_the_desk.clients["window", "other"]
    asked = {"station": at_the_desk.case.station_id, "state": "accepted"}
    page = client.get(reverse("desk:work"), asked).content.decode()
    assert at_the_desk.case.receipt_number not in page


def test_an_action_on_a_list_does_not_reach_the_roster_of_another_bureau(at_the_desk):
    roster = at_the_desk.roster
    data = {"action": "confirm_chosen", "_selected_action": [str(roster.pk)]}
    page = reverse("rosters:confirm", args=[roster.pk])
    led = {("bureau_clerk", "other"): False, ("auditor", "own"): False, ("approver", "own"): True}
    for key, there in led.items():
        address = reverse("admin:rosters_roster_changelist")
        answer = at_the_desk.clients[key].post(address, data)
        assert (answer.headers.get("Location") == page) is there, key


def test_a_clerk_of_a_bureau_enters_for_no_other_bureau(at_the_desk):
    another = Bureau.objects.exclude(pk=at_the_desk.roster.supplier_id).first()
    client = at_the_desk.clients["bureau_clerk", "own"]
    answer = client.post(
        reverse("admin:rosters_roster_add"),
        {
            "kind": "relocation",
            "supplier": another.pk,
            "reference": "x",
            "document_on": "2024-01-02",
        },
    )
    assert "supplier" in answer.context["adminform"].form.errors


def test_the_form_of_one_clerk_leaves_the_form_of_the_next_as_it_was(at_the_desk):
    """The admin keeps no officer's choices for the next officer."""
    page = reverse("admin:rosters_roster_add")
    at_the_desk.clients["bureau_clerk", "own"].get(page)
    form = at_the_desk.clients["approver", "own"].get(page).context["adminform"].form
    assert form.fields["supplier"].queryset.count() == Bureau.objects.count()


@pytest.mark.parametrize("role", ROLES)
def test_a_closed_account_is_out_at_its_next_press(role, at_the_desk):
    officer = Officer.objects.get(pk=at_the_desk.officers[role, "own"].pk)
    client = at_the_desk.clients[role, "own"]
    pages = [row for row in TABLE if role in row.may and row.method == "get"][:12]
    assert pages
    officer.is_active = False
    officer.save()
    for row in pages:
        answer = client.get(row.url(at_the_desk))
        assert answer.status_code == 302
        assert row.name == "home" or answer.url.startswith(reverse("admin:login"))


def test_a_new_posting_counts_from_the_next_press(at_the_desk):
    officer = Officer.objects.get(pk=at_the_desk.officers["window", "own"].pk)
    client = at_the_desk.clients["window", "own"]
    page = reverse("desk:case", args=[at_the_desk.case.pk])
    assert client.get(page).status_code == 200
    appoint(officer, Post("window", today(), factories.station(THERE)), on=today())
    assert client.get(page).status_code == 404
    appoint(officer, Post("system_admin", today()), on=today())
    assert client.get(page).status_code == 403


def test_a_changed_password_ends_the_other_sessions(at_the_desk):
    officer = Officer.objects.get(pk=at_the_desk.officers["window", "own"].pk)
    client = at_the_desk.clients["window", "own"]
    assert client.get(reverse("desk:work")).status_code == 200
    officer.set_password("another long phrase 77")
    officer.save()
    assert client.get(reverse("desk:work")).status_code == 302


def test_an_officer_without_a_place_sees_nothing(at_the_desk):
    for role in ("window", "bureau_clerk"):
        lost = factories.officer(role)
        assert not Person.objects.visible_to(lost).exists()
        client = client_of(lost)
        of = at_the_desk.case if role == "window" else at_the_desk.roster
        name = "desk:case" if role == "window" else "admin:rosters_roster_change"
        assert client.get(reverse(name, args=[of.pk])).status_code == 404


def test_pages_with_people_are_kept_by_no_cache(at_the_desk):
    client = at_the_desk.clients["window", "own"]
    for row in OWN_THINGS:
        if "window" in row.may and row.within == "station":
            answer = client.get(row.url(at_the_desk))
            assert "no-store" in answer.headers["Cache-Control"], row
