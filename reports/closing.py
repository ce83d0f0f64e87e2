"""Whether the summary of a year is final: its figures stand, later texts go into a supplement."""

from reports.models import AnnualReport


def is_closed(year: int) -> bool:
    return AnnualReport.objects.filter(year=year).exists()
