"""Plain functions that build what the tests need, by the desk's own actions."""

import datetime
import itertools
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from applications.actions.amending import Proposal, confirm, propose
from applications.actions.changing import Act
from applications.actions.drafting import Opening, open_draft, save_draft
from applications.actions.family import AgentEntry, add_agent
from applications.actions.moving import ACTIONS
from applications.actions.registering import Registration, register
from applications.drafts import CompanionEntry, Draft, EnterpriseEntry
from applications.models import Application
from applications.policy.routes import ROUTES
from applications.workflow import MOVES, State
from kaili_hukou import enterprise, identity
from kaili_hukou.actions import NewHousehold, PersonEntry, know_person, open_household
from kaili_hukou.dates import add_months
from kaili_hukou.models import Bureau, Household, Officer, PoliceStation, Town
from kaili_hukou.postings import Post, appoint
from kaili_hukou.roles import STATION_STAFF, Role
from reports.demonstration.cases import PATHS, amending_details, facts_of, sign_all
from reports.demonstration.coming_over import come_over
from residence_permits.actions.permits import keep_days
from residence_permits.models import Endorsement, Permit
from rosters.kinds import KINDS
from rosters.models import Roster, RosterEntry, RosterRepeat

SERIALS = itertools.count(1)
PASSWORD = "A long enough phrase 9"
CHANGSHA, HUANGPING, KAILI = "430104", "522622", "522601"
IN_GUIZHOU = frozenset({"in_province", "relocation", "pupil", "public_payroll"})
SOLE = frozenset({"collective"})
POSTED_ON = datetime.date(2019, 6, 1)
AGES = {"pupil": 10, "pupil_return": 16, "schooling": 20}


def today():
    return timezone.localdate()


def days(number):
    return datetime.timedelta(days=number)


def enterprise_entry(**told):
    serial = next(SERIALS)
    code = enterprise.make(f"91522601MA6D{serial:05d}")
    return EnterpriseEntry(**{"code": code, "name": f"虚构{serial}号有限公司"} | told)


def identity_number(age=30, *, born_on=None, female=False):
    """A valid number that no other call gives."""
    serial = next(SERIALS)
    day = born_on or today() - days(age * 366) - days(serial // 400)
    return identity.make("430104", day, serial % 400 * 2 + (2 if female else 1))


def person_entry(age=30, **told):
    number = told.pop("number", None) or identity_number(age)
    known = identity.check(number, today())
    return PersonEntry(
        **{
            "number": number,
            "name": "杨小满",
            "birth_date": known.birth_date,
            "sex": known.sex,
            "division": CHANGSHA,
            "hukou_kind": "rural",
            "address": "湖南省长沙市岳麓区某街道1号",
            "phone": "13900000000",
        }
        | told
    )


def person(station=None, **told):
    return know_person(person_entry(**told), station=station)


def companion(relationship="spouse", living="now", *, age=None, **told):
    usual = {"child": 5, "grandchild": 2, "parent": 60, "grandparent": 85}.get(relationship, 30)
    return CompanionEntry(person_entry(age or usual, **told), relationship, living)


def station(name="大十字派出所"):
    return PoliceStation.objects.get(name=name)


def officer(role, station=None, **told):
    serial = next(SERIALS)
    made = Officer(
        **{
            "username": f"officer{serial}",
            "name": f"{Role(role).label}{serial}",
            "role": role,
            "station": station if role in STATION_STAFF else None,
            "police_number": f"52{serial:04d}",
            "is_staff": True,
        }
        | told
    )
    made.set_password(PASSWORD)
    made.save()
    appoint(made, Post.as_registered(made, POSTED_ON), on=POSTED_ON)
    return made


def client_of(officer):
    client = Client()
    client.force_login(officer)
    return client


@dataclass(frozen=True)
class Desk:
    station: PoliceStation
    auxiliary: Officer
    clerk: Officer
    second: Officer
    head: Officer
    approver: Officer
    second_approver: Officer

    def officer_for(self, move):
        by_move = {"check": self.second, "review": self.head}
        by_move |= dict.fromkeys(("approve", "refuse"), self.approver)
        return by_move.get(move, self.clerk)


def desk(name="大十字派出所"):
    here = station(name)
    roles = (Role.AUXILIARY, Role.WINDOW, Role.WINDOW, Role.STATION_HEAD, Role.APPROVER)
    roles += (Role.APPROVER,)
    return Desk(here, *(officer(role, here) for role in roles))


def roster(kind, *entries, on=None, state="confirmed", **told):
    """A roster that names these people; confirmed long ago unless told otherwise."""
    supplier = Bureau.objects.filter(name__startswith=KINDS[kind].supplier.split("(")[0]).first()
    confirmed = state != "entered"
    made = Roster.objects.create(
        kind=kind,
        supplier=supplier,
        reference=f"凯测〔2026〕{next(SERIALS)}号",
        document_on=today() - days(100),
        state=state,
        confirmed_on=(on or today() - days(60)) if confirmed else None,
    )
    for number, entry in enumerate(entries, start=2):
        row = RosterEntry(
            **{
                "roster": made,
                "row": number,
                "name": entry.name,
                "voluntary": True if kind == "relocation" else None,
                "document": "安置〔2026〕1号" if kind == "veteran" else "",
            }
            | told
        )
        row.set_number(entry.number)
        row.save()
    return made


def permit(person, *, issued_on, endorsed_on=(), residence_from=None, **told):
    here = station()
    made = Permit.objects.create(
        **{
            "person": person,
            "serial": f"JZ{next(SERIALS):08d}",
            "station": here,
            "town": Town.objects.first(),
            "basis": "employment",
            "residence_from": residence_from or add_months(issued_on, -7),
            "issued_on": issued_on,
            "handed_on": issued_on,
        }
        | told
    )
    for day in endorsed_on:
        Endorsement.objects.create(permit=made, endorsed_on=day)
    keep_days(made, today())
    return made


def applicant_for(route):
    """Somebody whom the route is for; the route's roster, if it has one, names him."""
    division = KAILI if route == "pupil_return" else HUANGPING
    told = {} if route not in IN_GUIZHOU | {"pupil_return"} else {"division": division}
    entry = person_entry(AGES.get(route, 30), **told)
    if route in KINDS:
        roster(route, entry)
    return entry


def draft(route="education", *, companions=(), **told):
    who = (
        {"enterprise": enterprise_entry()}
        if route == "collective"
        else {"applicant": applicant_for(route), "companions": tuple(companions)}
    )
    place = {"town": Town.objects.first(), "address": "某路1号"}
    return Draft(**who | place | {"facts": facts_of(route, today())} | told)


def opened(draft, *, desk, route="education", on=None):
    opening = Opening(route=route, officer=desk.clerk, station=desk.station, on=on or today())
    return open_draft(opening, draft)


def saved(application, draft, *, version=None, on=None):
    return save_draft(application, draft, version=version or application.version, on=on or today())


def application(
    route="education", *, state=State.DRAFT, desk, on=None, signed=True, on_the_way=False, **told
):
    """A case brought to a state by the real moves, all on the day `on`: papers handed in, signed.

    A case that is terminated was told to bring the rest ten days before. The people of an
    approved case may be registered, unless they are still `on_the_way`.
    """
    on = on or today()
    made = opened(draft(route, **told), desk=desk, route=route, on=on)
    made.evidence.exclude(state="roster").update(state="original")
    if signed:
        sign_all(made, desk.clerk, on)
    for name in PATHS[State(state)]:
        late = on - days(10) if name == "ask_supplement" and state == "terminated" else on
        make(made, name, desk, on=late)
    if state == State.APPROVED and not on_the_way:
        come_over(made, desk.clerk, on)
    return made


def agent_entry(**told):
    return AgentEntry(
        **{
            "name": "罗代办",
            "number": identity_number(45),
            "relation": "兄弟",
            "mandate": "written",
            "mandate_on": today() - days(3),
            "mandate_until": today() + days(30),
            "phone": "13800000000",
        }
        | told
    )


def agent(application, officer, *, on=None, **told):
    return add_agent(
        application,
        agent_entry(**told),
        officer=officer,
        on=on or today(),
        version=application.version,
    )


def act(application, officer, *, on=None, reason="核实无误", version=None, **details):
    return Act(
        officer=officer,
        on=on or today(),
        version=application.version if version is None else version,
        reason=reason,
        details=details,
    )


def details_of(application, name, on):
    companions = application.members.filter(is_applicant=False)
    return {
        "ask_supplement": {
            "missing": ["申请书补签名"],
            "supplement_by": (on + days(1)).isoformat(),
        },
        "not_accept": {"ground": "同一事项已在办理"},
        "check": {"findings": "比对无重复,材料相符。"},
        "approve": {"members": {str(one.pk): ("admitted", "") for one in companions}},
        "refuse": {
            "clauses": [ROUTES[application.route].clause],
            "facts": "经核查与事实不符。",
            "other_ground": True,
        },
    }.get(name, {})


def proposed(application, name, officer, *, on=None, **told):
    """A proposal with everything that its move needs."""
    proof = {"reason": "经核查属实", "proof": "人口信息系统查询结果"}
    told = {"details": amending_details(name)} | proof | told
    return propose(application, name, Proposal(officer=officer, on=on or today(), **told))


def confirmed(amendment, officer, *, on=None, version=None):
    case = fresh(amendment.application)
    seen = case.version if version is None else version
    return confirm(amendment, officer, on=on or today(), version=seen)


def amended(application, name, desk, *, on=None, **told):
    """A move of two officers: proposed at the window, confirmed by one who had no part in it."""
    made = proposed(application, name, desk.clerk, on=on, **told)
    change = confirmed(made, officer(Role.APPROVER), on=on)
    application.refresh_from_db()
    return change


def make(application, name, desk, *, on=None, officer=None, reason="核实无误", **details):
    """One move, by whoever does it at this desk, with what it needs."""
    on = on or today()
    if MOVES[name].proposers:
        return amended(application, name, desk, on=on)
    told = act(
        application,
        officer or desk.officer_for(name),
        on=on,
        reason=reason,
        **details_of(application, name, on) | details,
    )
    if name == "register":
        come_over(application, officer or desk.clerk, on)
        return register(application, told, registration(application, on=on))
    return ACTIONS[name](application, told)


def registration(application, **told):
    kind = ROUTES[application.route].household
    return Registration(
        **{
            "on": today(),
            "receipt": f"RK{next(SERIALS):08d}",
            "kind": "" if kind == "origin" else kind,
            "household": public_household(application.station) if kind == "public" else None,
            "number": f"H{next(SERIALS):08d}",
        }
        | told
    )


def public_household(station):
    found = Household.objects.filter(station=station, kind="public").first()
    return found or household("public", station)


def household(kind, station, **told):
    return open_household(
        NewHousehold(
            **{
                "kind": kind,
                "number": f"H{next(SERIALS):08d}",
                "station": station,
                "town": Town.objects.first(),
                "opened_on": datetime.date(2019, 6, 1),
                "title": "" if kind == "family" else f"{station.name}户",
            }
            | told
        )
    )


def fresh(application):
    return Application.objects.get(pk=application.pk)


def repeated(made, *, on=None, state="confirmed"):
    """A later roster that names the same people with nothing new."""
    later = roster(made.kind, on=on or today() - days(30), state=state)
    for number, entry in enumerate(made.entries.all(), start=7):
        RosterRepeat.objects.create(roster=later, row=number, entry=entry)
    return later


def withdrawn(made):
    """As its bureau withdrew it: its rows count for nothing."""
    Roster.objects.filter(pk=made.pk).update(state="withdrawn", ended_on=today())


def household_roster(kind, *rows, town=None, on=None):
    """A confirmed roster; each row: (entry, what it tells), from sheet row 2 on."""
    made = roster(kind, *(entry for entry, _ in rows), on=on, town=town)
    for at, (_, told) in enumerate(rows, start=2):
        made.entries.filter(row=at).update(**told)
    return made


def family_rows(number="1", *, children=1, voluntary=True, **told):
    """A head with wife and children as a relocation roster writes them; children without a word."""
    head = person_entry(35, division=HUANGPING, name="杨大山", **told)
    wife = person_entry(33, division=HUANGPING, name="龙阿妹")
    rows = [(head, "户主", voluntary), (wife, "妻", voluntary)]
    rows += [
        (person_entry(6, division=HUANGPING, name="杨小山"), "长子", None) for _ in range(children)
    ]
    return [
        (entry, {"relation": word, "household_number": number, "voluntary": wish})
        for entry, word, wish in rows
    ]
