"""The people of an approved case on their way: each place of origin does its part."""

import datetime
import itertools

from applications.actions import transferring
from applications.actions.transferring import Noted, Paper
from applications.channels import Step
from applications.models import Application, Transfer
from applications.transfers import standings
from kaili_hukou.divisions import KAILI
from kaili_hukou.models import Officer

ONE_DAY = datetime.timedelta(days=1)


def come_over(application: Application, officer: Officer, on: datetime.date) -> None:
    """Every transfer brought to where its people may be registered, all on one day."""
    noted = Noted(officer, on, on)
    for standing in standings(_transfers(application), on):
        transfer = standing.transfer
        match standing.step:
            case Step.TO_SEND | Step.RETURNED:
                transferring.send(transfer, noted)
                transferring.move_out(transfer, noted)
            case Step.WAITING | Step.LATE:
                transferring.move_out(transfer, noted)
            case Step.TO_ISSUE:
                transferring.issue(transfer, noted, Paper(_number("准"), on))
                _take(transfer, noted, on)
            case Step.ISSUED:
                _take(transfer, noted, on)
            case Step.TO_CONSENT:
                _consent(transfer, noted)


def begin(
    application: Application, officer: Officer, today: datetime.date, *, further: bool
) -> None:
    """Some of the steps, as a station finds its cases on an ordinary day."""
    on = min(application.decided_on + ONE_DAY, today)
    noted = Noted(officer, today, on)
    for standing in standings(_transfers(application), today):
        transfer = standing.transfer
        if standing.step == Step.TO_SEND:
            transferring.send(transfer, noted)
            if further:
                transferring.move_out(transfer, noted)
        elif standing.step == Step.TO_ISSUE:
            transferring.issue(transfer, noted, Paper(_number("准"), on))
            if further:
                _take(transfer, noted, on)


def _transfers(application: Application) -> list[Transfer]:
    rows = application.transfers.filter(settled_on__isnull=True)
    return list(rows.select_related("application__applicant").prefetch_related("certificates"))


def _take(transfer: Transfer, noted: Noted, on: datetime.date) -> None:
    fresh = _again(transfer)
    transferring.take(fresh, noted, Paper(_number("迁"), on, issued_by="迁出地公安派出所"))


def _consent(transfer: Transfer, noted: Noted) -> None:
    if transfer.division == KAILI:
        transferring.aim(transfer, noted, ELSEWHERE)
    transferring.consent(_again(transfer), noted, _number("准"))


def _again(transfer: Transfer) -> Transfer:
    """As it stands now, with the certificates that it has by now."""
    return Transfer.objects.select_related("application__applicant").get(pk=transfer.pk)


# Where a pupil goes back to whose first registration is not on file.
ELSEWHERE = "522622"
SERIALS = itertools.count(1)


def _number(letter: str) -> str:
    return f"黔{letter}{next(SERIALS):07d}"
