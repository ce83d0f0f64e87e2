"""When failures shut an account or an address: a table."""

import datetime

import pytest

from kaili_hukou.lockout import ACCOUNT, ADDRESS, locked_until

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)


def at(*minutes):
    return [NOON + datetime.timedelta(minutes=minute) for minute in minutes]


@pytest.mark.parametrize(
    ("minutes", "until"),
    [
        ((), None),
        ((0, 1, 2, 3), None),
        ((0, 1, 2, 3, 4), 19),
        ((4, 3, 2, 1, 0), 19),
        ((0, 1, 2, 3, 15), 30),
        ((0, 1, 2, 3, 15.1), None),
        ((0, 1, 2, 3, 4, 19.5), 19),
        ((0, 0, 0, 0, 0), 15),
        ((0, 1, 2, 3, 4, 20, 21, 22, 23, 24), 39),
    ],
)
def test_five_failures_in_a_quarter_of_an_hour_lock_an_account_for_as_long(minutes, until):
    assert locked_until(at(*minutes), ACCOUNT) == (None if until is None else at(until)[0])


@pytest.mark.parametrize(
    ("count", "apart", "until"), [(59, 1, None), (60, 1, 74), (60, 1.1, None), (61, 1, 75)]
)
def test_sixty_failures_in_an_hour_lock_an_address(count, apart, until):
    times = at(*(number * apart for number in range(count)))
    assert locked_until(times, ADDRESS) == (None if until is None else at(until)[0])
