"""How the transfers of a case stand on a day, and who of its people may be registered."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from applications.channels import (
    ADMISSION,
    REMOVAL,
    Alarm,
    Days,
    Step,
    acts_at,
    alarm,
    comes_by_transfer,
    step_at,
)
from applications.models import Application, Certificate, Member, Transfer
from kaili_hukou.registers import calendar, division_title
from kaili_hukou.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Standing:
    """A transfer on a day: its step, what may be noted, and how long somebody is registered
    nowhere."""

    transfer: Transfer
    days: Days
    step: Step
    acts: tuple[str, ...]
    alarm: Alarm | None
    on: datetime.date

    @property
    def place(self) -> str:
        return division_title(self.transfer.division) or "接收地未填"

    @property
    def alarm_words(self) -> str:
        if self.alarm is None:
            return ""
        return self.alarm.outward_words if self.transfer.outward else self.alarm.words

    @property
    def is_done(self) -> bool:
        """Nothing is left to note: the next step is the registration, or there is none."""
        return self.step in (Step.READY, Step.TO_CANCEL, Step.SETTLED, Step.ARRIVED)

    @property
    def gone_for(self) -> int:
        """Days since moving out."""
        moved_out_on = self.transfer.moved_out_on
        return (self.on - moved_out_on).days if moved_out_on else 0

    @property
    def certificates(self) -> list[Certificate]:
        return list(self.transfer.certificates.all())

    @property
    def valid_until(self) -> datetime.date | None:
        """The last day of the certificate that counts now."""
        return self.days.removal_until or self.days.admission_until


def days_of(transfer: Transfer) -> Days:
    until = {
        row.kind: row.valid_until
        for row in transfer.certificates.all()
        if row.state == Certificate.State.VALID
    }
    names = ("sent_on", "chased_on", "returned_on", "moved_out_on", "consent_on", "settled_on")
    return Days(
        channel=transfer.channel,
        outward=transfer.outward,
        admission_until=until.get(ADMISSION),
        removal_until=until.get(REMOVAL),
        **{name: getattr(transfer, name) for name in names},
    )


def standing_of(transfer: Transfer, on: datetime.date, working: Calendar) -> Standing:
    days = days_of(transfer)
    step = step_at(days, on, working)
    between = days.moved_out_on is not None and days.settled_on is None
    return Standing(
        transfer=transfer,
        days=days,
        step=step,
        acts=acts_at(days, step),
        alarm=alarm(days.moved_out_on, on) if between and days.moved_out_on else None,
        on=on,
    )


def standings(transfers: Iterable[Transfer], on: datetime.date) -> list[Standing]:
    working = calendar()
    return [standing_of(transfer, on, working) for transfer in transfers]


@dataclass(frozen=True, slots=True)
class Coming:
    """An approved member who is not registered yet, and whether his transfer lets him in."""

    member: Member
    standing: Standing | None
    by_transfer: bool = True

    @property
    def is_ready(self) -> bool:
        if self.standing is None:
            return not self.by_transfer
        return self.standing.step in (Step.READY, Step.TO_CANCEL)

    @property
    def words(self) -> str:
        """The step as the page tells it; a soldier comes with the papers of the forces."""
        if self.standing is None:
            return "迁移尚未建立" if self.by_transfer else "凭军队证件落户"
        return f"{self.standing.place}:{self.standing.step.label}"


def people_to_come(
    application: Application, on: datetime.date, members: Iterable[Member] | None = None
) -> list[Coming]:
    """Whoever was approved and is not yet registered, as his transfer stands on the day."""
    asked = application.members.select_related("person") if members is None else members
    waiting = [member for member in asked if member.outcome == Member.Outcome.APPROVED]
    if not waiting:
        return []
    rows = application.transfers.prefetch_related("certificates")
    found = standings(rows, on)
    return [_coming(application, member, found) for member in waiting]


def _coming(application: Application, member: Member, found: list[Standing]) -> Coming:
    if not comes_by_transfer(application.route, is_applicant=member.is_applicant):
        return Coming(member, None, by_transfer=False)
    if application.route == "pupil_return":
        own = [one for one in found if one.transfer.outward]
    else:
        own = [one for one in found if one.transfer.division == member.division]
    return Coming(member, own[0] if own else None)
