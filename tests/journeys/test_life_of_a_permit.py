"""A permit from the residence registration to the day on which its holder settles, by the pages.

Pages cannot travel in time: what lies between two visits is days by which the permit grows older.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.workflow import State
from kaili_hukou.dates import add_months
from kaili_hukou.models import Person
from residence_permits.actions.permits import keep_days
from residence_permits.models import Card, Endorsement, Permit, PermitRequest, Residence
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit
from tests.scans import jpeg

pytestmark = pytest.mark.django_db
FACE = jpeg((358, 441))


class Window:
    """The officers' browsers, and the pages of one person."""

    def __init__(self, desk):
        self.desk = desk
        self.clerk, self.head = client_of(desk.clerk), client_of(desk.head)
        self.entry = factories.person_entry()

    @property
    def person(self):
        return Person.objects.with_number(self.entry.number).get()

    @property
    def permit(self):
        return Permit.objects.select_related("person").get(person=self.person)

    @property
    def request(self):
        return PermitRequest.objects.order_by("-opened_at").first()

    def of_permit(self, name="permit"):
        return self.clerk.get(reverse(f"permits:{name}", args=[self.permit.pk]))

    def of_request(self, name="request"):
        return self.clerk.get(reverse(f"permits:{name}", args=[self.request.pk]))

    def of_person(self):
        return self.clerk.get(reverse("permits:resident", args=[self.person.pk]))

    def arrives(self):
        """The number, then where he lives since seven months."""
        typed = {"number": self.entry.number, "name": "杨小满", "division": "430104"}
        there = submit(self.clerk, self.clerk.get(reverse("permits:reception")), typed)
        assert "还没有居住登记" in page(there).text
        lived = {
            "residence-since": add_months(today(), -7).isoformat(),
            "residence-source": "labour_contract",
            "residence-proof": "劳动合同 2026-3 号",
            "residence-town": str(self.desk.station.town_id),
            "residence-address": "某小区2栋",
        }
        return submit(self.clerk, there, lived)

    def brings_a_photograph(self):
        file = SimpleUploadedFile("face.jpg", FACE, "image/jpeg")
        address = reverse("permits:photograph", args=[self.request.pk])
        told = page(self.clerk.post(address, {"file": file}, follow=True)).text
        assert "相片已保存" in told

    def is_made(self):
        """Into a batch, and back from the printer."""
        waiting = self.head.get(reverse("permits:batches"))
        batch = submit(self.head, waiting, has=("request",))
        assert "批次" in page(batch).text
        assert "已交回 1 张" in page(submit(self.head, batch, button=("back", "1"))).text

    def takes_the_card(self, *checked):
        """What the officer ticks beside the identity check."""
        form = self.of_request("hand")
        return submit(self.clerk, form, dict.fromkeys(("identity_checked", *checked), "on"))

    def endorses(self, shown, **told):
        return submit(
            self.clerk,
            shown,
            {"document": "dwelling:0"} | told,
            button=("press", "endorse"),
            has=("document",),
        )

    def grows_older(self, issued_on, *endorsed_on):
        """As if the permit had been issued, handed out and endorsed on these days."""
        before = self.permit
        gone = before.issued_on - issued_on
        Permit.objects.filter(pk=before.pk).update(
            issued_on=issued_on, handed_on=issued_on, residence_from=before.residence_from - gone
        )
        rows = Residence.objects.filter(person=before.person, until__isnull=True)
        rows.update(since=rows.get().since - gone)
        for row, day in zip(before.endorsements.order_by("recorded_at"), endorsed_on, strict=True):
            Endorsement.objects.filter(pk=row.pk).update(endorsed_on=day)
        keep_days(self.permit, today())


@pytest.fixture
def window(desk):
    return Window(desk)


def test_from_the_registration_to_the_settlement(window, desk):
    told_once_and_accepted(window)
    made_and_handed_out(window)
    endorsed_in_time(window)
    let_go_for_a_year_and_restored(window)
    moves_to_another_address(window)
    exchanges_a_damaged_card(window)
    settles(window, desk)


def told_once_and_accepted(window):
    there = window.arrives()
    paper = page(submit(window.clerk, there, {"apply-basis": "dwelling"}, has=("apply-basis",)))
    assert "房屋租赁合同" in paper.text
    assert "本人近期相片" in paper.text
    brought = {"apply-shown": ["lease"], "apply-photograph": "on"}
    receipt = page(submit(window.clerk, window.of_request(), brought)).text
    assert "首次申领居住证免收工本费" in receipt
    assert window.request.number in receipt
    assert window.request.law_by == today() + days(15)


def made_and_handed_out(window):
    blanks = {
        "blanks-first": "KL00000001",
        "blanks-last": "KL00000009",
        "blanks-received_on": today().isoformat(),
    }
    stock = submit(window.head, window.head.get(reverse("permits:stock")), blanks)
    assert "已入库 9 张" in page(stock).text
    window.brings_a_photograph()
    window.is_made()
    shown = page(window.of_permit())
    assert "待发放" in shown.text
    assert "请领取人签名" in page(window.takes_the_card()).text
    assert "已发放" in page(window.takes_the_card("signed")).text
    assert (window.permit.issued_on, window.permit.handed_on) == (today(), today())
    refused = window.clerk.post(
        reverse("permits:counter"),
        {"number": window.entry.number, "document": "dwelling:0"},
        follow=True,
    )
    opens = window.permit.window_opens_on
    assert f"{opens.year}年{opens.month}月{opens.day}日" in page(refused).text
    assert not Endorsement.objects.exists()


def endorsed_in_time(window):
    issued_on = add_months(today(), -12) + days(5)
    window.grows_older(issued_on)
    shown = window.of_permit()
    assert "签注期内" in page(shown).text
    assert "已签注" in page(window.endorses(shown)).text
    line = window.permit.timeline(today())
    assert line.continuous_since == issued_on
    assert line.suspended_from == add_months(issued_on, 24)


def let_go_for_a_year_and_restored(window):
    issued_on = add_months(today(), -26)
    window.grows_older(issued_on, add_months(issued_on, 12) - days(3))
    suspended_on = add_months(issued_on, 24)
    shown = window.of_permit()
    assert "使用功能中止" in page(shown).text
    due = window.clerk.get(reverse("permits:due"), {"within": "suspended"})
    assert window.permit.serial in page(due).text
    asked = window.endorses(shown)
    assert "重新连续计算" in page(asked).text
    assert window.permit.endorsements.count() == 1
    assert "已恢复使用" in page(window.endorses(asked)).text
    assert window.permit.timeline(today()).continuous_since == today()
    spans = list(window.permit.stretches.values_list("valid_from", "valid_to"))
    assert spans[0] == (issued_on, suspended_on - days(1))
    assert spans[1][0] == today()


def moves_to_another_address(window):
    issued_on = window.permit.issued_on
    place = {
        "address": "凯里市韶山南路5号",
        "since": (today() - days(1)).isoformat(),
        "source": "lease_filing",
        "proof": "凯房租备2026-9号",
    }
    done = submit(window.clerk, window.of_permit("move"), place)
    assert "已变更地址" in page(done).text
    assert (window.permit.address, window.permit.issued_on) == (place["address"], issued_on)
    stays = Residence.objects.filter(person=window.person)
    assert [row.until is None for row in stays.order_by("since")] == [False, True]
    person = window.clerk.get(reverse("desk:person", args=[window.person.pk]))
    first = stays.order_by("since").first().since
    assert f"连续居住自 {first}" in page(person).text


def exchanges_a_damaged_card(window):
    before = window.permit
    renewal = {
        "renew-kind": "exchange",
        "renew-reason": "证面磨损",
        "renew-fee": "20",
        "renew-fee_receipt": "",
    }
    refused = submit(window.clerk, window.of_person(), renewal)
    assert "收费票据号" in page(refused).text
    paid = submit(window.clerk, refused, {"renew-fee_receipt": "0012345"})
    assert "已受理" in page(paid).text
    window.clerk.post(
        reverse("permits:photograph", args=[window.request.pk]), {"earlier": "1"}, follow=True
    )
    window.is_made()
    assert "收回原证" in page(window.takes_the_card("signed")).text
    window.takes_the_card("signed", "old_card_back")
    now = window.permit
    assert now.serial != before.serial
    assert (now.issued_on, now.ends_on) == (before.issued_on, before.ends_on)
    assert Card.objects.get(serial=before.serial).state == "returned"
    assert window.request.fee_receipt == "0012345"


def settles(window, desk):
    case = factories.application(
        "education", state=State.APPROVED, desk=desk, applicant=window.entry
    )
    factories.make(case, "register", desk)
    assert window.permit.cancelled_on is None
    shown = window.clerk.get(reverse("desk:case", args=[case.pk]))
    row = case.follow_ups.get(kind="permit")
    address = reverse("desk:follow-up", args=[row.pk])
    assert address in [form.action for form in page(shown).forms]
    assert "居住证已注销" in page(window.clerk.post(address, follow=True)).text
    ended = window.permit
    assert (ended.cancelled_on, ended.cancelled_for) == (today(), "settled")
    told = page(window.of_permit()).text
    assert "在本市落户" in told
    assert kinds_of(ended) == [
        "made",
        "handed",
        "endorsed",
        "endorsed",
        "moved",
        "made",
        "exchanged",
        "cancelled",
    ]


def kinds_of(permit):
    return list(permit.events.order_by("at").values_list("kind", flat=True))
