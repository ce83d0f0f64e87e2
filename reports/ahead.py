"""What is to be done in the months ahead: the permits that must be endorsed."""

import datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from kaili_hukou.dates import first_day, month_number
from reports.charts import Amount
from residence_permits.models import Permit

MONTHS_AHEAD = 12


def endorsements_due(now: datetime.datetime) -> list[Amount]:
    """By the month in which a permit stops being valid unless it is endorsed."""
    this = month_number(timezone.localtime(now).date())
    months = [first_day(this + number) for number in range(MONTHS_AHEAD)]
    end = first_day(this + MONTHS_AHEAD)
    rows = Permit.objects.in_force().filter(ends_on__gte=months[0], ends_on__lt=end)
    grouped = rows.order_by().annotate(month=TruncMonth("ends_on")).values_list("month")
    counts = {f"{month:%Y-%m}": number for month, number in grouped.annotate(Count("pk"))}
    names = [f"{month:%Y-%m}" for month in months if month]
    return [Amount(name, counts.get(name, 0)) for name in names]
