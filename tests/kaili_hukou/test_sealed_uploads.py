"""What waits between preview and confirmation: sealed, taken once, gone after a day."""

import datetime
import os

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from kaili_hukou import sealed_uploads
from kaili_hukou.celery import app
from kaili_hukou.jobs import enqueue_due, run_next
from kaili_hukou.models import CalendarDay, Job
from kaili_hukou.roles import Role
from kaili_hukou.sealed_uploads import UPLOADS, Gone, SealedUpload
from tests import factories
from tests.factories import client_of

TEXT = "公民身份号码,姓名\n430104199003071234,吴阿妹\n"


def saved(content=TEXT):
    upload = SealedUpload()
    upload.save(content)
    return upload


def again(upload, **options):
    return SealedUpload(name=upload.name, **options)


def files(settings):
    return sorted(UPLOADS.path(_any()).parents[1].glob("*/*"))


def _any():
    return SealedUpload(name="0" * 32)._pk


def test_what_is_kept_cannot_be_read_without_the_key(settings):
    upload = saved()
    (path,) = files(settings)
    assert "吴阿妹".encode() not in path.read_bytes()
    assert b"430104" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert again(upload, read_mode="rb").read() == TEXT.encode()


def test_a_text_format_gets_text(settings):
    upload = saved(b"\xef\xbb\xbf" + TEXT.encode())
    assert again(upload, read_mode="r", encoding="utf-8-sig").read() == TEXT


def test_what_was_tampered_with_is_gone(settings):
    upload = saved()
    (path,) = files(settings)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(Gone):
        again(upload).read()


@pytest.mark.parametrize("name", ["", "x", "../../etc/passwd", "/etc/passwd", "0" * 32, None])
def test_a_name_that_is_none_of_ours_is_gone(name, settings):
    for act in ("read", "take"):
        with pytest.raises(Gone):
            getattr(SealedUpload(name=name), act)()


def test_of_two_who_take_it_one_does(settings):
    upload = saved()
    again(upload).take()
    with pytest.raises(Gone):
        again(upload).take()


def test_removed_it_leaves_nothing_and_may_be_removed_again(settings):
    upload = saved()
    upload.take()
    upload.remove()
    upload.remove()
    assert files(settings) == []


def test_what_nobody_confirmed_goes_after_a_day_and_not_before(settings):
    old, new = saved(), saved()
    now = timezone.now()
    long_ago = (now - datetime.timedelta(days=1, minutes=1)).timestamp()
    os.utime(UPLOADS.path(old._pk), (long_ago, long_ago))
    assert sealed_uploads.clear_old(now) == 1
    assert again(new, read_mode="rb").read() == TEXT.encode()
    assert sealed_uploads.clear_old(now) == 0


@pytest.mark.django_db
def test_the_nightly_task_clears_them(settings):
    upload = saved()
    long_ago = (timezone.now() - datetime.timedelta(days=3)).timestamp()
    os.utime(UPLOADS.path(upload._pk), (long_ago, long_ago))
    app.loader.import_default_modules()
    enqueue_due(timezone.now())
    Job.objects.exclude(task="kaili_hukou.tasks.clear_uploads").delete()
    assert run_next(timezone.now()) is not None
    assert Job.objects.get().state == Job.State.DONE
    assert files(settings) == []


@pytest.mark.django_db
def test_a_register_is_imported_through_the_same_shelf(settings):
    client = client_of(factories.officer(Role.APPROVER))
    page = reverse("admin:kaili_hukou_calendarday_import")
    headers = [CalendarDay._meta.get_field(name).verbose_name for name in ("day", "kind", "name")]
    table = tablib.Dataset(["2031-05-01", "holiday", "劳动节"], headers=headers)
    file = SimpleUploadedFile("days.xlsx", table.export("xlsx"))
    shown = client.post(page, {"import_file": file, "format": "0"})
    assert len(files(settings)) == 1
    done = client.post(
        reverse("admin:kaili_hukou_calendarday_process_import"),
        shown.context["confirm_form"].initial,
    )
    assert done.status_code == 302
    assert files(settings) == []
    assert CalendarDay.objects.filter(day="2031-05-01").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"x", b"\xff\xfe\x00bad", b"PK\x03\x04broken"])
@pytest.mark.parametrize("form", ["0", "1"])
def test_a_register_that_cannot_be_read_is_a_sentence_and_is_not_kept(content, form, settings):
    client = client_of(factories.officer(Role.APPROVER))
    file = SimpleUploadedFile("days.xlsx", content)
    shown = client.post(
        reverse("admin:kaili_hukou_calendarday_import"), {"import_file": file, "format": form}
    )
    assert shown.status_code == 200
    assert "confirm_form" not in shown.context
    assert files(settings) == []
