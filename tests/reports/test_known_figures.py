"""What the system fills in: people settled, permits, rosters, follow-ups; counted, not typed."""

import datetime

import pytest

from applications.models import FollowUp, Member
from kaili_hukou.models import Town
from reports import due_days
from reports.actions.returning import rebuild
from reports.known_figures import known_figures
from reports.models import ReturnItem
from residence_permits.models import Permit
from tests import factories
from tests.factories import days, today
from tests.reports.returns import act, begun, bureau, clerk_of

pytestmark = pytest.mark.django_db
# Whichever report year holds today.
YEAR = next(
    year for year in (today().year, today().year + 1) if today() <= due_days.period(year)[1]
)


def figures(unit, clause):
    return dict(known_figures(unit, YEAR)[clause])


@pytest.fixture
def settled(desk):
    """A family of two by one route, one by another; somebody of the year before; one only open."""
    wife = factories.companion("spouse")
    rows = [
        factories.application("education", state="registered", desk=desk, companions=[wife]),
        factories.application("bravery", state="registered", desk=desk),
    ]
    old = factories.application("bravery", state="registered", desk=desk)
    before = due_days.period(YEAR)[0] - days(1)
    Member.objects.filter(application=old).update(registered_on=before)
    factories.application("education", state="accepted", desk=desk)
    return rows


def test_the_police_report_all_who_settled_by_route(settled):
    found = figures(bureau("police"), "三(一)")
    assert found.pop("落户人数") == 3
    assert sorted(found.values(), reverse=True)[:2] == [2, 1]
    assert sum(found.values()) == 3
    assert len(found) == 11  # every route that settles people, 0 where nobody came


def test_the_first_and_the_last_day_of_the_report_year_count(settled):
    first, last = due_days.period(YEAR)
    for day, number in ((first, 3), (last, 3), (last + days(1), 2), (first - days(1), 2)):
        Member.objects.filter(application=settled[1]).update(registered_on=day)
        assert figures(bureau("police"), "三(一)")["落户人数"] == number, day


def test_a_town_reports_those_who_settled_there(settled):
    here = settled[0].town
    there = Town.objects.exclude(pk=here.pk).first()
    type(settled[0]).objects.filter(pk=settled[1].pk).update(town=there)
    assert figures(here, "三(三)3")["落户人数"] == 2
    assert figures(there, "三(三)2")["落户人数"] == 1


def test_permits_are_counted_by_issue_and_by_endorsement(desk):
    first, last = due_days.period(YEAR)
    fresh = factories.permit(factories.person(desk.station), issued_on=first)
    factories.permit(
        factories.person(desk.station), issued_on=first - days(400), endorsed_on=[first + days(1)]
    )
    gone = factories.permit(factories.person(desk.station), issued_on=first - days(10))
    Permit.objects.filter(pk=gone.pk).update(cancelled_on=first)
    found = figures(bureau("police"), "三(二)")
    assert (found["签发居住证"], found["签注居住证"]) == (1, 1)
    assert found[f"至 {last} 未注销的居住证"] == 2
    assert figures(fresh.town, "三(三)2")["签发居住证"] == 1


def test_a_supplier_reports_how_many_of_its_roster_settled(desk):
    factories.application("relocation", state="registered", desk=desk)
    supplier = bureau("poverty_relief")
    found = figures(supplier, "三(一)6(1)")
    assert list(found.values()) == [1, 1]
    assert "三(一)6(1)" not in known_figures(bureau("housing"), YEAR)


def test_unanswered_follow_ups_stand_in_the_return_of_the_bureau(settled):
    found = figures(bureau("medical_insurance"), "三(三)6")
    asked = FollowUp.objects.filter(bureau__code="medical_insurance").count()
    last = due_days.period(YEAR)[1]
    assert asked > 0
    assert found[f"医疗保险接续:至 {last} 尚未反馈"] == asked
    row = FollowUp.objects.filter(bureau__code="medical_insurance").first()
    FollowUp.objects.filter(pk=row.pk).update(state="done")
    found = figures(bureau("medical_insurance"), "三(三)6")
    assert found["医疗保险接续:已接续"] == 1
    assert found[f"医疗保险接续:至 {last} 尚未反馈"] == asked - 1


def test_the_figures_are_rebuilt_at_a_press_and_the_text_stays(desk):
    unit = bureau("police")
    clerk = clerk_of(unit)
    found = begun(unit, clerk, year=YEAR, on=today())
    item = found.items.get(clause="三(一)")
    assert item.known[0] == ["落户人数", 0]
    ReturnItem.objects.filter(pk=item.pk).update(progress="写好的进展")
    factories.application("bravery", state="registered", desk=desk)
    rebuild(found, act(clerk, found, on=today()))
    item.refresh_from_db()
    assert (item.known[0], item.progress) == (["落户人数", 1], "写好的进展")


def test_the_figures_take_a_handful_of_queries_however_many_settled(
    settled, django_assert_max_num_queries
):
    with django_assert_max_num_queries(10):
        known_figures(bureau("police"), YEAR)
    assert datetime.date(YEAR, 12, 10) == due_days.due_on(YEAR)
