"""What the tests of returns need: units by name, their clerks, a return that may go out."""

import datetime

from applications.scans import read_scan
from kaili_hukou.models import Bureau, Town
from kaili_hukou.roles import Role
from reports.actions.changing import Act, opened
from reports.actions.filing import Filing, attach
from reports.actions.returning import ItemTold, Told, begin, save, send
from reports.models import ReturnFile
from tests import factories
from tests.scans import pdf

YEAR = 2025
IN_TIME = datetime.date(YEAR, 12, 10)
LATE = datetime.date(YEAR, 12, 11)


def bureau(code="finance"):
    return Bureau.objects.get(code=code)


def town(name="炉山镇"):
    return Town.objects.get(name=name)


def clerk_of(unit):
    place = {"bureau": unit} if isinstance(unit, Bureau) else {"town": unit}
    return factories.officer(Role.BUREAU_CLERK, **place)


def gatherer(role=Role.REFORM_OFFICE):
    return factories.officer(role)


def act(officer, found, *, on=IN_TIME, reason=""):
    return Act(officer, on, found.version, reason)


def begun(unit, officer=None, *, year=YEAR, on=IN_TIME):
    officer = officer or clerk_of(unit)
    found = opened(unit, year)
    begin(found, act(officer, found, on=on))
    return found


def told(found, **more):
    items = {item.clause: ItemTold(progress="已办结") for item in found.items.all()}
    head = {"contact": "张三", "phone": "0855-1", "signatory": "李四"}
    return Told(**head | {"items": items} | more)


def filed(found, officer, purpose=ReturnFile.Purpose.SEALED):
    return attach(found, Filing(read_scan(pdf()), "盖章.pdf", purpose), officer)


def ready(unit, officer=None, *, year=YEAR, on=IN_TIME):
    officer = officer or clerk_of(unit)
    found = begun(unit, officer, year=year, on=on)
    save(found, told(found), act(officer, found, on=on))
    filed(found, officer)
    return found


def sent(unit, officer=None, *, year=YEAR, on=IN_TIME):
    officer = officer or clerk_of(unit)
    found = ready(unit, officer, year=year, on=on)
    send(found, act(officer, found, on=on))
    return found
