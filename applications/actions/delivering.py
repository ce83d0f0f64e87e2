"""送达: a paper that went out was handed over; how, to whom, on which day."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from applications.actions.changing import compare_and_set, keeps_out
from applications.actions.following_up import deliver_notice
from applications.models import Application, Delivery, FollowUp, IssuedPaper
from kaili_hukou import audit
from kaili_hukou.actions import Refused
from kaili_hukou.models import Officer

Way = Delivery.Way
# What has to be noted with each way besides who signed.
NOTE_ASKED = {
    Way.AGENT: "代收人与受送达人的关系",
    Way.POST: "邮件编号",
    Way.ELECTRONIC: "本人确认的电子送达地址",
    Way.LEFT: "留置的事由、地点和见证人",
    Way.NOTICE: "公告的地方和起止日期",
}


@dataclass(frozen=True, slots=True)
class Handing:
    """A paper, the way in which it was handed over, the day, and who signed for it."""

    paper: IssuedPaper
    way: str
    on: datetime.date
    recipient: str = ""
    note: str = ""


@transaction.atomic
def deliver(
    application: Application,
    handing: Handing,
    *,
    officer: Officer,
    version: int,
    today: datetime.date,
) -> Delivery:
    """Keeps the delivery, once: a second officer with the same page is told who was first."""
    shut = keeps_out(application, officer)
    if shut:
        raise Refused(shut)
    _sensible(handing, today)
    compare_and_set(application, version=version)
    if handing.paper.deliveries.filter(way=handing.way, delivered_on=handing.on).exists():
        raise Refused("这份文书当日已按同一方式登记过送达,不用再登记。")
    _notice_of_rights(application, handing, officer)
    made = Delivery.objects.create(
        application=application,
        paper=handing.paper,
        way=handing.way,
        delivered_on=handing.on,
        recipient=handing.recipient.strip(),
        note=handing.note.strip(),
        officer=officer,
    )
    audit.record("登记送达", application, changes={"deliveries": (None, str(made.pk))})
    return made


def _sensible(handing: Handing, today: datetime.date) -> None:
    change = handing.paper.change
    if handing.on > today:
        raise Refused(f"送达日期 {handing.on} 在今天以后,请核对。")
    if change is not None and handing.on < change.on:
        raise Refused(f"送达日期 {handing.on} 早于文书作出之日 {change.on},请核对。")
    if handing.way != Way.NOTICE and not handing.recipient.strip():
        raise Refused("请填写签收人;留置送达的填受送达人姓名。")
    asked = NOTE_ASKED.get(Way(handing.way))
    if asked and not handing.note.strip():
        raise Refused(f"{Way(handing.way).label}的,请在备注写明{asked}。")


def _notice_of_rights(application: Application, handing: Handing, officer: Officer) -> None:
    """The 三权 notice handed over as a paper is the follow-up done."""
    if handing.paper.name != "land-rights":
        return
    for row in application.follow_ups.filter(kind=FollowUp.Kind.LAND_RIGHTS, state="open"):
        deliver_notice(row, officer, handing.on, handing.recipient or Way(handing.way).label)
