"""Many guesses at once do not run ahead of the count; one code opens one door."""

import base64

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.hashers import MD5PasswordHasher
from django.utils import timezone

from kaili_hukou import logins, second_factor
from kaili_hukou.actions import Refused
from kaili_hukou.models import LoginFailure
from tests import factories
from tests.races.test_two_officers import at_once, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


class Counting(MD5PasswordHasher):
    counted = 0

    def encode(self, password, salt):
        type(self).counted += 1
        return super().encode(password, salt)


def test_of_twelve_guesses_at_once_no_more_than_five_are_looked_at(settings):
    clerk = factories.desk().clerk
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    Counting.counted = 0
    attempt = logins.Attempt(clerk.username, "10.0.0.1", timezone.now())
    outcomes = at_once(*[lambda: logins.log_in_by_password(attempt, "wrong")] * 12)
    assert len(refusals(outcomes)) == 12
    assert Counting.counted == LoginFailure.objects.count() <= 5


def test_a_code_that_is_sent_twice_at_once_is_taken_once():
    factor = second_factor.start(factories.desk().clerk)
    now = timezone.now()
    totp = TOTP(base64.b32decode(factor.secret), 6, SHA1(), 30)  # noqa: S303 - RFC 6238
    code = totp.generate(int(now.timestamp())).decode()

    def take():
        if not second_factor.take(factor, code, now):
            raise Refused

    assert refusals(at_once(take, take)) == [Refused]
