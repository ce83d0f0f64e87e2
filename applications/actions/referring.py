"""Whoever no route fits is told where else to go, and counted without a name."""

import datetime

from django.db import transaction

from applications.models import Referral
from kaili_hukou import audit
from kaili_hukou.models import Officer


@transaction.atomic
def refer_elsewhere(ground: str, officer: Officer, on: datetime.date) -> Referral:
    referral = Referral.objects.create(
        station=officer.station, ground=ground, on=on, officer=officer
    )
    audit.record("转办引导", referral)
    return referral
