"""Scans: known by content, limited, encrypted on disk, given out inside the scope alone."""

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.models import Attachment
from applications.scans import SCANS, content_of, read_scan
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.crypto import Unreadable
from kaili_hukou.models import AuditEntry
from tests import factories
from tests.scans import jpeg, pdf, picture, png

PAGE = b"<html><script>alert(1)</script></html>"
ZIP = b"PK\x03\x04" + bytes(60)
GENUINE = {"pdf": pdf(3), "jpeg": jpeg((300, 200)), "png": png()}


@pytest.mark.parametrize(("kind", "pages"), [("pdf", 3), ("jpeg", 1), ("png", 1)])
def test_a_scan_is_known_by_its_content(kind, pages):
    scan = read_scan(GENUINE[kind])
    assert (scan.kind, scan.pages) == (kind, pages)


@pytest.mark.parametrize(
    "content",
    [
        PAGE,
        ZIP,
        b"MZ" + bytes(60),
        b" " + GENUINE["pdf"],
        PAGE + GENUINE["jpeg"],
        picture("GIF"),
        picture("BMP"),
        "一张图片".encode(),
    ],
)
def test_what_is_none_of_the_three_is_refused_whatever_its_name(content):
    with pytest.raises(Refused, match="不是 PDF、JPEG 或 PNG"):
        read_scan(content)


def test_an_empty_file_is_refused():
    with pytest.raises(Refused, match="空的"):
        read_scan(b"")


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_not(settings):
    settings.ATTACHMENT_MAX_BYTES = len(GENUINE["jpeg"])
    assert read_scan(GENUINE["jpeg"])
    with pytest.raises(Refused, match="上限"):
        read_scan(GENUINE["jpeg"] + b"\0")


def test_too_many_pages_are_refused(settings):
    settings.ATTACHMENT_MAX_PAGES = 2
    assert read_scan(pdf(2)).pages == 2
    with pytest.raises(Refused, match="文件有 3 页,上限是 2 页"):
        read_scan(pdf(3))


def test_a_pdf_with_a_password_is_refused():
    with pytest.raises(Refused, match="有密码"):
        read_scan(pdf(password="secret"))


def test_a_pdf_without_pages_is_refused():
    with pytest.raises(Refused):
        read_scan(pdf(0))


@pytest.mark.parametrize("kind", GENUINE)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_half_a_file_is_refused(kind, part):
    content = GENUINE[kind]
    with pytest.raises(Refused, match="已损坏"):
        read_scan(content[: int(len(content) * part)])


@pytest.mark.parametrize("magic", [b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
@pytest.mark.parametrize("rest", [b"", PAGE, ZIP, bytes(3000)])
def test_the_first_bytes_alone_make_no_scan(magic, rest):
    with pytest.raises(Refused, match="已损坏"):
        read_scan(magic + rest)


def test_a_picture_with_too_many_pixels_is_refused():
    bomb = bytearray(png((1, 1)))
    bomb[16:24] = (60000).to_bytes(4, "big") * 2
    with pytest.raises(Refused):
        read_scan(bytes(bomb))


@given(st.sampled_from(sorted(GENUINE)), st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(kind, data):
    content = bytearray(GENUINE[kind])
    for place in data.draw(st.lists(st.integers(8, len(content) - 1), min_size=1, max_size=12)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        assert read_scan(bytes(content)).kind == kind


@pytest.fixture
def item(case):
    return case.evidence.first()


def upload(officer, item, content, name="扫描.pdf"):
    file = SimpleUploadedFile(name, content)
    address = reverse("desk:evidence", args=[item.pk])
    return factories.client_of(officer).post(address, {"upload": "1", "file": file})


@pytest.mark.django_db
class TestKeeping:
    def test_a_scan_is_kept_with_its_digest_and_not_in_clear(self, desk, item):
        content = GENUINE["jpeg"]
        assert upload(desk.auxiliary, item, content).status_code == 302
        kept = Attachment.objects.get()
        stored = SCANS.path(kept.pk).read_bytes()
        assert kept.sha256 == hashlib.sha256(content).hexdigest()
        assert (kept.kind, kept.size, kept.file_name) == ("jpeg", len(content), "扫描.pdf")
        assert content[:40] not in stored
        assert content_of(kept) == content

    def test_the_file_is_named_by_the_row_and_readable_by_nobody_else(self, desk, item):
        upload(desk.clerk, item, GENUINE["pdf"], "张三 身份证.pdf")
        path = Path(SCANS.path(Attachment.objects.get().pk))
        assert path.name == Attachment.objects.get().pk.hex
        assert path.stat().st_mode & 0o077 == 0

    def test_a_changed_file_is_not_given_out(self, desk, item):
        upload(desk.clerk, item, GENUINE["pdf"])
        kept = Attachment.objects.get()
        stored = bytearray(SCANS.path(kept.pk).read_bytes())
        stored[-1] ^= 1
        SCANS.path(kept.pk).write_bytes(stored)
        with pytest.raises(Unreadable):
            content_of(kept)
        assert seen_by(desk.clerk, kept).status_code == 404

    def test_the_same_file_twice_is_refused(self, desk, item):
        upload(desk.clerk, item, GENUINE["png"])
        again = upload(desk.clerk, item, GENUINE["png"])
        assert "已经传过" in again.content.decode()
        assert Attachment.objects.count() == 1

    def test_a_refused_file_leaves_nothing(self, desk, item, settings):
        told = upload(desk.clerk, item, PAGE, "合同.pdf").content.decode()
        assert "不是 PDF、JPEG 或 PNG" in told
        assert not Attachment.objects.exists()
        assert not Path(settings.MEDIA_ROOT).exists()

    def test_an_ended_case_takes_no_more(self, desk):
        case = factories.application(desk=desk, state=State.WITHDRAWN)
        upload(desk.clerk, case.evidence.first(), GENUINE["pdf"])
        assert not Attachment.objects.exists()


def seen_by(officer, attachment):
    return factories.client_of(officer).get(reverse("desk:scan", args=[attachment.pk]))


@pytest.mark.django_db
class TestGivingOut:
    @pytest.fixture
    def kept(self, desk, item):
        upload(desk.clerk, item, GENUINE["jpeg"] + PAGE)
        return Attachment.objects.get()

    def test_a_picture_with_a_page_behind_it_stays_a_picture(self, desk, kept):
        answer = seen_by(desk.head, kept)
        assert answer.content == GENUINE["jpeg"] + PAGE
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"

    def test_it_is_recorded_before_it_is_sent(self, desk, kept):
        seen_by(desk.clerk, kept)
        entry = AuditEntry.objects.get(action="查看扫描件")
        assert (entry.actor, entry.object_id) == (desk.clerk, str(kept.pk))

    def test_another_station_finds_nothing(self, kept, other_desk):
        assert seen_by(other_desk.clerk, kept).status_code == 404
        assert seen_by(other_desk.head, kept).status_code == 404

    @pytest.mark.parametrize("role", ["bureau_clerk", "system_admin", "security_admin"])
    def test_roles_without_cases_are_shut_out(self, role, kept):
        assert seen_by(factories.officer(role), kept).status_code == 403

    def test_one_set_aside_is_shown_no_more_and_not_destroyed(self, desk, kept):
        client = factories.client_of(desk.clerk)
        client.post(reverse("desk:remove-scan", args=[kept.pk]))
        assert seen_by(desk.clerk, kept).status_code == 404
        assert SCANS.path(kept.pk).exists()

    def test_another_station_sets_nothing_aside(self, kept, other_desk):
        client = factories.client_of(other_desk.clerk)
        client.post(reverse("desk:remove-scan", args=[kept.pk]))
        kept.refresh_from_db()
        assert kept.removed_at is None

    def test_a_lost_file_is_not_found(self, desk, kept):
        SCANS.path(kept.pk).unlink()
        assert seen_by(desk.clerk, kept).status_code == 404
