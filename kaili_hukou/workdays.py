"""Working days: Monday to Friday, less the days off and with the make-up days that are announced.

Every year the 国务院办公厅 announces the next one. Until its calendar has been entered, a year is
Monday to Friday, and whatever touches it is provisional; it is never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off, make-up working days, and the years whose official calendar has been entered."""

    holidays: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()
    covered_years: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        if day in self.extra_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add_working_days(self, day: date, number: int) -> date:
        """The number-th working day after `day`, which itself does not count (民法典 第二百零一条).

        Of 0 working days the end is the day itself.
        """
        if number < 0:
            raise ValueError("a term has no negative number of working days")
        while number:
            day += _ONE_DAY
            number -= self.is_workday(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; negative where `last` lies before."""
        if last < first:
            return -self.working_days_between(last, first)
        span = (last - first).days
        return sum(self.is_workday(first + _ONE_DAY * n) for n in range(1, span + 1))

    def provisional(self, first: date, last: date) -> bool:
        """Whether a year is touched whose official calendar has not been entered."""
        years = range(min(first, last).year, max(first, last).year + 1)
        return any(year not in self.covered_years for year in years)
