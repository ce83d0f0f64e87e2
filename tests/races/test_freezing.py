"""Two officers freeze one report at once: one final, and one who is told so."""

import datetime

import pytest
from django.utils import timezone

from kaili_hukou.actions import Refused
from reports.freeze import Freezing, correct, freeze
from reports.models import AnnualReport, FrozenCase
from reports.period import Span, report_year
from tests import factories
from tests.races.test_two_officers import at_once, refusals
from tests.reports.test_freezing import all_returned

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def test_of_two_who_freeze_one_wins():
    year = factories.today().year - 1
    all_returned(year)
    case = factories.application("bravery", state="registered", desk=factories.desk())
    case.members.update(registered_on=datetime.date(year, 6, 1))
    now = timezone.now()
    act = Freezing(Span(year, report_year(year)), now)
    outcomes = at_once(lambda: freeze(act), lambda: freeze(act))
    assert len(refusals(outcomes)) == 1
    assert "定稿" in str(next(one for one in outcomes if isinstance(one, Refused)))
    assert AnnualReport.objects.count() == 1
    assert FrozenCase.objects.filter(source="settled").count() == 1
    mended = Freezing(act.span, now, reason="试")
    outcomes = at_once(lambda: correct(mended), lambda: correct(mended))
    versions = sorted(AnnualReport.objects.values_list("version", flat=True))
    assert versions == list(range(1, 4 - len(refusals(outcomes))))
