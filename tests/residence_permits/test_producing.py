"""制作, 发放, 换领, 补领: from blank cards to the card in the holder's hand."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from residence_permits import photographs
from residence_permits.actions.applying import withdraw
from residence_permits.actions.permits import Overtaken
from residence_permits.actions.producing import (
    Blanks,
    Handing,
    Renewal,
    hand,
    make_batch,
    receive_blanks,
    reconciled,
    renew,
    spoil,
    take_back,
)
from residence_permits.actions.requests import Step
from residence_permits.models import Batch, Card, Delivery, Permit, PermitRequest
from residence_permits.serials import SerialError, run
from residence_permits.sheets import TITLES
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit
from tests.residence_permits.test_applying import applied, residence
from tests.scans import jpeg, pdf, png

pytestmark = pytest.mark.django_db
FACE = jpeg((358, 441))
CHECKED = Handing(identity_checked=True, signed=True)


@pytest.fixture
def blanks(desk):
    return receive_blanks(Blanks("JZ00000001", "JZ00000010", today()), desk.approver)


def request_of(desk, *, face=True, **told):
    person = factories.person(desk.station, **told)
    residence(person, desk)
    made = applied(person, desk)
    if face:
        photographs.keep(made, FACE, desk.clerk)
    return PermitRequest.objects.get(pk=made.pk)


def made(desk, *requests):
    batch = make_batch(requests, desk.approver, today())
    take_back(batch, desk.approver, today())
    return [PermitRequest.objects.get(pk=row.pk) for row in requests]


def step(desk, row, reason=""):
    return Step(desk.clerk, today(), row.version, reason)


def handed(desk, **told):
    row = made(desk, request_of(desk, **told))[0]
    hand(row, CHECKED, step(desk, row))
    return Permit.objects.get(pk=row.permit_id)


class TestSerials:
    def test_a_run_counts_on_and_keeps_its_noughts(self):
        assert run("jz0098", "JZ0101") == ["JZ0098", "JZ0099", "JZ0100", "JZ0101"]

    @pytest.mark.parametrize(
        ("first", "last", "word"),
        [
            ("JZ0001", "KZ0002", "字头"),
            ("JZ0001", "JZ00002", "位数"),
            ("JZ0002", "JZ0001", "小于"),
            ("JZ1", "JZ2", "不是证件编号"),
            ("", "JZ0001", "不是证件编号"),
            ("JZ00000001", "JZ99999999", "最多"),
            ("五号0001", "五号0002", "不是证件编号"),
        ],
    )
    def test_what_is_no_run_is_a_sentence(self, first, last, word):
        with pytest.raises(SerialError, match=word):
            run(first, last)


class TestPhotographs:
    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (png(), "JPEG"),
            (pdf(1), "JPEG"),
            (b"", "JPEG"),
            (FACE[:200], "损坏"),
            (jpeg((300, 400)), "像素"),
            (jpeg((800, 600)), "宽高比"),
            (FACE + bytes(3 * 1024 * 1024), "2 MB"),
        ],
    )
    def test_a_photograph_that_is_none_is_refused(self, content, word, desk):
        row = request_of(desk, face=False)
        with pytest.raises(Refused, match=word):
            photographs.keep(row, content, desk.clerk)
        assert not hasattr(PermitRequest.objects.get(pk=row.pk), "photograph")

    def test_it_is_kept_encrypted_and_given_out_inside_the_scope(self, desk, other_desk):
        row = request_of(desk, face=False)
        client, address = client_of(desk.clerk), reverse("permits:photograph", args=[row.pk])
        file = SimpleUploadedFile("face.jpg", FACE, "image/jpeg")
        assert "相片已保存" in page(client.post(address, {"file": file}, follow=True)).text
        kept = PermitRequest.objects.get(pk=row.pk).photograph
        assert FACE[:40] not in photographs.PHOTOGRAPHS.path(kept.pk).read_bytes()
        assert client.get(address).content == FACE
        assert client_of(other_desk.clerk).get(address).status_code == 404

    def test_a_better_one_takes_its_place_until_the_card_is_made(self, desk, blanks):
        row = request_of(desk)
        photographs.keep(row, jpeg((716, 882)), desk.clerk)
        assert PermitRequest.objects.get(pk=row.pk).photograph.width == 716
        row = made(desk, PermitRequest.objects.get(pk=row.pk))[0]
        with pytest.raises(Refused, match="不能再换相片"):
            photographs.keep(row, FACE, desk.clerk)


class TestStock:
    def test_a_run_that_is_there_already_is_refused_whole(self, desk, blanks):
        with pytest.raises(Refused, match="没有入库"):
            receive_blanks(Blanks("JZ00000010", "JZ00000020", today()), desk.approver)
        assert (Card.objects.count(), Delivery.objects.count()) == (10, 1)

    def test_too_few_blanks_make_no_batch(self, desk):
        receive_blanks(Blanks("JZ0001", "JZ0001", today()), desk.approver)
        rows = [request_of(desk), request_of(desk)]
        with pytest.raises(Refused, match="需要 2 张,库存 1 张"):
            make_batch(rows, desk.approver, today())
        assert not Batch.objects.exists()
        assert Card.objects.get().state == "blank"

    def test_a_spoiled_card_is_struck_off_and_another_one_made(self, desk, blanks):
        row = made(desk, request_of(desk))[0]
        card = Card.objects.get(permit=row.permit)
        spoil(card, "打印错位", desk.approver, today())
        row.refresh_from_db()
        assert (row.state, row.batch) == ("accepted", None)
        again = made(desk, PermitRequest.objects.get(pk=row.pk))[0]
        assert again.permit_id == row.permit_id
        assert again.permit.serial != card.serial
        assert reconciled()["agrees"]

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_spoiling_wants_a_reason(self, reason, desk, blanks):
        with pytest.raises(Refused, match="原因"):
            spoil(Card.objects.first(), reason, desk.approver, today())

    def test_a_card_in_a_hand_is_not_spoiled(self, desk, blanks):
        permit = handed(desk)
        with pytest.raises(Refused, match="不能登记为废证"):
            spoil(Card.objects.get(serial=permit.serial), "坏", desk.approver, today())

    def test_the_stock_agrees_through_a_whole_life(self, desk, blanks):
        permit = handed(desk)
        request_of(desk)
        assert reconciled()["agrees"]
        renewal = Renewal("replacement", 20, "票 1", "遗失")
        row = renew(permit, renewal, desk.clerk, today())
        photographs.keep(row, FACE, desk.clerk)
        row = made(desk, PermitRequest.objects.get(pk=row.pk))[0]
        assert reconciled()["agrees"]
        hand(row, CHECKED, step(desk, row))
        stock = dict(reconciled()["rows"])
        assert (stock["已发放"], stock["已挂失"], stock["空白证"]) == (1, 1, 8)
        assert reconciled()["agrees"]


class TestBatches:
    def test_the_permit_bears_the_day_of_its_batch(self, desk, blanks):
        row = request_of(desk)
        make_batch([row], desk.approver, today())
        permit = Permit.objects.get()
        assert (permit.issued_on, permit.handed_on) == (today(), None)
        assert permit.serial == "JZ00000001"
        assert permit.events.get().kind == "made"

    def test_the_sheet_bears_the_ten_items_and_the_photographs(self, desk, blanks):
        row = request_of(desk)
        batch = make_batch([row], desk.approver, today())
        answer = client_of(desk.approver).get(reverse("permits:sheet", args=[batch.pk]))
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        sheet = load_workbook(io.BytesIO(archive.read(f"{batch.number}.xlsx"))).active
        head, first = [list(cells) for cells in sheet.iter_rows(values_only=True)]
        assert tuple(head) == TITLES
        assert first[0] == "JZ00000001"
        assert first[5] == row.person.number
        assert archive.read("JZ00000001.jpg") == FACE
        assert AuditEntry.objects.filter(action="下载制证数据", count=1).exists()

    def test_without_a_photograph_no_card(self, desk, blanks):
        with pytest.raises(Refused, match="还没有上传相片"):
            make_batch([request_of(desk, face=False)], desk.approver, today())

    def test_a_batch_comes_back_once(self, desk, blanks):
        batch = make_batch([request_of(desk)], desk.approver, today())
        take_back(batch, desk.approver, today())
        with pytest.raises(Refused, match="已经登记过交回"):
            take_back(batch, desk.approver, today())

    def test_a_stale_list_makes_no_second_card(self, desk, blanks):
        row = request_of(desk)
        stale = PermitRequest.objects.get(pk=row.pk)
        make_batch([row], desk.approver, today())
        with pytest.raises(Refused):
            make_batch([stale], desk.approver, today())
        assert Card.objects.filter(state="printed").count() == 1


class TestHanding:
    @pytest.mark.parametrize(
        ("handing", "word"),
        [
            (Handing(identity_checked=False, signed=True), "核对"),
            (Handing(identity_checked=True, signed=False), "签名"),
        ],
    )
    def test_identity_and_signature_come_first(self, handing, word, desk, blanks):
        row = made(desk, request_of(desk))[0]
        with pytest.raises(Refused, match=word):
            hand(row, handing, step(desk, row))
        row.refresh_from_db()
        assert row.state == "ready"

    def test_who_took_it_is_kept(self, desk, blanks):
        row = made(desk, request_of(desk))[0]
        taken = Handing(identity_checked=True, signed=True, taken_by="杨某(母亲)")
        hand(row, taken, step(desk, row))
        row.refresh_from_db()
        assert (row.taken_by, row.is_open) == ("杨某(母亲)", False)
        assert Permit.objects.get().handed_on == today()

    def test_two_presses_hand_out_one_card(self, desk, blanks):
        row = made(desk, request_of(desk))[0]
        stale = PermitRequest.objects.get(pk=row.pk)
        hand(row, CHECKED, step(desk, row))
        with pytest.raises(Overtaken, match="没有执行"):
            hand(stale, CHECKED, step(desk, stale))
        assert Permit.objects.get().events.filter(kind="handed").count() == 1


class TestRenewing:
    def test_the_card_changes_and_the_count_goes_on(self, desk, blanks):
        permit = handed(desk)
        Permit.objects.filter(pk=permit.pk).update(issued_on=today() - days(100))
        permit.refresh_from_db()
        before = (permit.issued_on, permit.handed_on)
        row = renew(permit, Renewal("exchange", 20, "票 2", "磨损"), desk.clerk, today())
        photographs.keep(row, photographs.content_of(photographs.earlier(row)), desk.clerk)
        row = made(desk, PermitRequest.objects.get(pk=row.pk))[0]
        with pytest.raises(Refused, match="交回原证"):
            hand(row, CHECKED, step(desk, row))
        back = Handing(identity_checked=True, signed=True, old_card_back=True)
        hand(row, back, step(desk, row))
        permit.refresh_from_db()
        assert (permit.issued_on, permit.handed_on) == before
        assert permit.serial == "JZ00000002"
        assert Card.objects.get(serial="JZ00000001").state == "returned"

    @pytest.mark.parametrize(
        ("told", "word"),
        [
            ({"cancelled_on": "2026-01-01"}, "注销"),
            ({"handed_on": None}, "还没有发放"),
        ],
    )
    def test_a_permit_that_is_not_in_the_hand_is_not_renewed(self, told, word, desk, blanks):
        permit = handed(desk)
        Permit.objects.filter(pk=permit.pk).update(**told)
        permit.refresh_from_db()
        with pytest.raises(Refused, match=word):
            renew(permit, Renewal("exchange", 20, "票", "坏"), desk.clerk, today())

    def test_no_receipt_no_renewal_and_no_fee_for_the_first(self, desk, blanks):
        permit = handed(desk)
        with pytest.raises(Refused, match="票据号"):
            renew(permit, Renewal("exchange", 20, " ", "坏"), desk.clerk, today())
        assert not PermitRequest.objects.filter(kind="first", fee__isnull=False).exists()

    def test_a_second_open_renewal_is_refused(self, desk, blanks):
        permit = handed(desk)
        wish = Renewal("replacement", 20, "票 3", "遗失")
        renew(permit, wish, desk.clerk, today())
        with pytest.raises(Refused, match="已有一件在办"):
            renew(permit, wish, desk.clerk, today())


def test_withdrawing_after_a_spoiled_card_ends_the_permit_too(desk, blanks):
    row = made(desk, request_of(desk))[0]
    spoil(Card.objects.get(permit=row.permit), "卡体损坏", desk.approver, today())
    row = PermitRequest.objects.get(pk=row.pk)
    withdraw(row, step(desk, row, "不办了"))
    assert Permit.objects.get().cancelled_on == today()


def test_from_the_blanks_to_the_hand_through_the_pages(desk):
    approver, clerk = client_of(desk.approver), client_of(desk.clerk)
    there = approver.get(reverse("permits:stock"))
    typed = {"blanks-first": "JZ000001", "blanks-last": "JZ000005"}
    assert "已入库 5 张" in page(submit(approver, there, typed)).text
    row = request_of(desk)
    there = approver.get(reverse("permits:batches"))
    there = submit(approver, there, {"request": str(row.pk)})
    assert "请下载制证数据" in page(there).text
    back = submit(approver, there, button=("back", "1"))
    assert "已交回 1 张" in page(back).text
    assert "JZ000001" in page(clerk.get(reverse("permits:uncollected"))).text
    there = clerk.get(reverse("permits:hand", args=[row.pk]))
    short = submit(clerk, there, {"identity_checked": "on"})
    assert "签名" in page(short).text
    done = submit(clerk, short, {"identity_checked": "on", "signed": "on"})
    assert "已发放" in page(done).text
    permit = Permit.objects.get()
    there = clerk.get(reverse("permits:resident", args=[permit.person_id]))
    fee = {"renew-kind": "replacement", "renew-reason": "遗失", "renew-fee": "20"}
    there = submit(clerk, there, fee | {"renew-fee_receipt": "票 9"})
    assert "已受理" in page(there).text
    assert Card.objects.get(serial="JZ000001").state == "lost"
