"""When failures to log in shut an account or an address, and until when."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

MINUTES = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`most` failures `within` a stretch of time shut the door, which then `lasts`."""

    most: int
    within: datetime.timedelta
    lasts: datetime.timedelta


ACCOUNT = Rule(5, 15 * MINUTES, 15 * MINUTES)
# A whole station stands behind one address.
ADDRESS = Rule(60, 60 * MINUTES, 15 * MINUTES)
# No failure is older than this and still counts.
LONGEST = max(rule.within + rule.lasts for rule in (ACCOUNT, ADDRESS))


def locked_until(failures: Sequence[datetime.datetime], rule: Rule) -> datetime.datetime | None:
    """The instant at which the last lock ends, be it past or to come; None without a lock."""
    times = sorted(failures)
    closing = (
        last
        for first, last in zip(times, times[rule.most - 1 :], strict=False)
        if last - first <= rule.within
    )
    return max((last + rule.lasts for last in closing), default=None)
