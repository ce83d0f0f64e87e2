"""Who called or came for nothing: a note on a case, or a slip without a name."""

import datetime

from django.db import transaction

from applications.models import Application, ContactNote, Slip
from applications.policy.routes import ROUTES
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer


@transaction.atomic
def note_contact(
    application: Application, way: str, text: str, *, officer: Officer, on: datetime.date
) -> ContactNote:
    """A call or a visit about a case; the case itself does not change."""
    if way not in ContactNote.Way.values:
        raise Refused("请选择联系方式。")
    if not text.strip():
        raise Refused("请写明联系的内容。")
    made = ContactNote.objects.create(
        application=application, way=way, text=text.strip(), officer=officer, on=on
    )
    audit.record("登记联系", application)
    return made


@transaction.atomic
def give_slip(
    route: str,
    *,
    bring: str,
    come_on: datetime.date | None,
    officer: Officer,
    on: datetime.date,
) -> Slip:
    """What somebody was told who came too early or without papers; nobody is named on it."""
    if route not in ROUTES or officer.station is None:
        raise Refused("请选择落户渠道;您的账号须属于一个派出所。")
    here = officer.station
    made = Slip.objects.create(
        station=here,
        route=route,
        come_on=come_on,
        bring=bring,
        ask=f"{here.name}户籍窗口 {here.phone}".strip(),
        on=on,
        officer=officer,
    )
    audit.record("开具告知便条", made)
    return made
