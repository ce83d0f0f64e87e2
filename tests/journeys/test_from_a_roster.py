"""The four kinds from a roster to the settled case: confirmed, opened in bulk, come, settled."""

import pytest
from django.urls import reverse

from applications.models import Application
from applications.roster_progress import Figures, progress_of
from rosters.actions.confirming import confirm
from rosters.kinds import KINDS
from rosters.models import Course
from tests import factories
from tests.factories import client_of, family_rows, today
from tests.journeys.coming_over import come_over
from tests.journeys.test_thirteen_routes import CHECKED, Walk, settled
from tests.pages import page, submit

pytestmark = pytest.mark.django_db
ORIGIN = "贵州省黔东南苗族侗族自治州黄平县某镇某村1号"
# What no roster tells; its proof is never typed.
ASKED = {"public_payroll": {"facts-works_in_town": "yes"}}


@pytest.fixture
def roster(kind, desk):
    """As the bureau entered it: a family where companions come along, else one person."""
    family = family_rows(voluntary=True if kind == "relocation" else None)
    rows = family if kind == "relocation" else family[:1]
    made = factories.household_roster(kind, *rows, town=desk.station.town)
    made.entries.update(document="安置〔2026〕9号" if kind == "veteran" else "")
    for entry in made.entries.all():
        entry.origin, entry.address, entry.phone = ORIGIN, "某路9号", "13900000000"
        entry.save()
    type(made).objects.update(state="entered", confirmed_on=None)
    made.refresh_from_db()
    return made


def open_from(roster, desk):
    """The household is ticked on the page of the roster; it waits until it comes."""
    client = client_of(desk.head)
    page_of = reverse("desk:roster-households", args=[roster.pk])
    shown = client.get(page_of)
    (key,) = page(shown).form("open").choices["open"]
    submit(client, shown, {"open": key}, button=("some", "1"))
    clerk = client_of(desk.auxiliary)
    submit(clerk, clerk.get(reverse("desk:awaited")), button=("way", "visit"))
    return Application.objects.get()


def fill(way, kind):
    """What the roster could not tell: rural or urban, who lives together; and the papers."""
    client, address = client_of(way.desk.auxiliary), reverse("desk:case", args=[way.pk])
    form = page(client.get(address)).form("version")
    typed = {name: "rural" for name in form.fields if name.endswith("-hukou_kind")}
    typed |= {name: "now" for name in form.fields if name.endswith("-living")}
    saved = client.post(address, form.filled(typed | ASKED.get(kind, {})), follow=True)
    assert "已保存" in saved.content.decode()
    form = page(saved).form("version")
    papers = {name: "original" for name in form.fields if "-state_" in name}
    return client.post(address, form.filled(papers), follow=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_roster_becomes_a_settled_case(kind, desk, roster):
    confirm(roster, desk.approver, today())
    way = Walk(desk, kind)
    way.pk = open_from(roster, desk).pk
    assert "初审意见 符合" in page(fill(way, kind)).text
    way.sign(desk.auxiliary)
    way.press("receive", desk.auxiliary)
    way.press("accept")
    way.ask("check", CHECKED)
    way.ask("review")
    way.ask("approve", way.admissions())
    come_over(way.client(desk.clerk), way.case)
    way.ask("register", way.registering())
    settled(way)
    count = roster.entries.count()
    assert way.case.members.count() == count
    assert progress_of([roster]) == {roster.pk: Figures(settled=count)}
    assert way.case.judged["roster"]["reference"] == roster.reference
    moved = Course.objects.filter(kind="public_payroll", state="moved").count()
    assert moved == (kind == "public_payroll")
