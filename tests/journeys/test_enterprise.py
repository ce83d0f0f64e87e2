"""An enterprise gets its 集体户; its first three people come into it under different routes."""

import pytest
from django.urls import reverse

from applications.models import Transfer
from applications.workflow import State
from kaili_hukou.models import Household
from tests import factories
from tests.journeys.coming_over import come_over
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def test_a_collective_household_and_its_first_three_people(desk):
    client = factories.client_of(desk.clerk)
    company = factories.application("collective", state=State.APPROVED, desk=desk)
    assert not Transfer.objects.exists()
    opening = client.get(reverse("desk:move", args=[company.pk, "register"]))
    told = page(opening).form("receipt")
    assert told.fields["kind"] == "collective"
    submit(client, opening, {"receipt": "RK0", "number": "522601J088"})
    company.refresh_from_db()
    theirs = Household.objects.get(number="522601J088")
    assert (company.state, company.household) == (State.REGISTERED, theirs)
    assert theirs.enterprise_code == company.enterprise.code
    assert not theirs.memberships.exists()

    people = []
    for route in ("education", "residence", "in_province"):
        case = factories.application(route, state=State.APPROVED, desk=desk, on_the_way=True)
        come_over(client, case)
        asked = client.get(reverse("desk:move", args=[case.pk, "register"]))
        assert company.enterprise.name in page(asked).text
        submit(client, asked, {"receipt": f"RK-{route}", "employer": str(theirs.pk)})
        case.refresh_from_db()
        assert (case.state, case.household) == (State.REGISTERED, theirs)
        assert case.history.last().details["household_reason"] == "用人单位集体户"
        people.append(case.applicant_id)
    assert set(theirs.memberships.values_list("person", flat=True)) == set(people)
    # They are of one employer, not of one family.
    assert set(theirs.memberships.values_list("group", flat=True)) == {None}
