"""An upload from line to line: taken up once, gone on with after a stop, undone whole."""

import datetime

import pytest
from django.utils import timezone

from kaili_hukou.actions import Refused
from kaili_hukou.models import Job
from rosters.actions import uploads
from rosters.actions.uploads import Stopped, cancel, order_import, resume, take_up, take_up_lost
from rosters.checking import check
from rosters.files import ORIGINALS, UPLOADED
from rosters.importing import Order, import_roster
from rosters.models import CheckedRow, ImportRun, Roster, RosterEntry, RosterRepeat, RosterUpload
from rosters.progress import progress_of
from rosters.tasks import take_up_lost_uploads, work_on_upload
from rosters.uploaded import document_of
from rosters.working import work_on
from tests.rosters.uploading import again, checked, clerk, imported, sent
from tests.rosters.workbooks import HEADER, ON, people, person, xlsx

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(seconds=61)


@pytest.fixture
def officer():
    return clerk()


@pytest.fixture
def path(tmp_path):
    return xlsx(tmp_path / "a.xlsx", [HEADER, *people(30)])


def silent(upload, ago=MINUTE, **told):
    """As if nothing had been heard of it for so long."""
    RosterUpload.objects.filter(pk=upload.pk).update(changed_at=timezone.now() - ago, **told)
    return again(upload)


def jobs_of(upload):
    return Job.objects.filter(task=uploads.WORK, arguments=[str(upload.pk)]).count()


# ------------------------------------------------------------------ taken up, once


def test_of_two_workers_only_the_first_takes_it_up(officer, path):
    upload = sent(path, officer)
    other = again(upload)
    take_up(upload)
    for late in (other, again(upload)):
        with pytest.raises(Stopped):
            take_up(late)


def test_a_silent_one_is_taken_up_and_its_first_worker_writes_no_more(officer, path):
    first = sent(path, officer)
    take_up(first)
    second = silent(first)
    take_up(second)
    with pytest.raises(Stopped):
        uploads.advance(first, 5)
    with pytest.raises(Stopped):
        uploads.end_check(first)
    uploads.advance(second, 5)
    assert (again(second).last_row, again(second).tries) == (5, 0)


def test_a_task_for_an_upload_that_is_no_more_does_nothing():
    work_on_upload("00000000-0000-0000-0000-000000000000")


# ------------------------------------------------------------------ lost


@pytest.mark.parametrize("state", ["waiting", "checking", "queued", "importing"])
def test_what_lay_silent_for_a_minute_is_put_in_line_again(officer, path, state):
    upload = sent(path, officer)
    Job.objects.all().delete()
    silent(upload, state=state)
    assert take_up_lost_uploads() == 1
    assert jobs_of(upload) == 1


@pytest.mark.parametrize(
    ("ago", "told"),
    [(55, {}), (61, {"state": "checked"}), (61, {"fault": "x"}), (61, {"state": "refused"})],
)
def test_what_is_heard_of_or_waits_for_somebody_is_left_alone(officer, path, ago, told):
    silent(sent(path, officer), datetime.timedelta(seconds=ago), **told)
    assert take_up_lost(timezone.now()) == 0


def test_a_file_that_takes_its_worker_down_each_time_is_given_up_in_words(officer, path):
    upload = sent(path, officer)
    for _ in range(uploads.MOST_TRIES):
        take_up(upload)
        upload = silent(upload)
    Job.objects.all().delete()
    take_up_lost(timezone.now())
    assert "已停止自动重试" in again(upload).fault
    assert jobs_of(upload) == 0
    resume(again(upload))
    assert jobs_of(upload) == 1
    take_up(again(upload))


# ------------------------------------------------------------------ what goes wrong


def test_what_nobody_foresaw_is_told_on_the_upload_and_can_be_gone_on_with(
    officer, path, monkeypatch
):
    upload = sent(path, officer)

    def fails(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("rosters.checking.import_roster", fails)
        with pytest.raises(ZeroDivisionError):
            work_on(upload)
    upload = again(upload)
    assert (upload.state, "继续" in upload.fault) == ("checking", True)
    assert progress_of(upload, timezone.now()).fault == upload.fault
    resume(upload)
    assert again(upload).fault == ""
    with pytest.raises(Refused):
        order_import(again(upload), strict=False)
    work_on(again(upload))
    assert (again(upload).state, again(upload).added) == ("checked", 30)


@pytest.mark.parametrize("state", ["checked", "imported", "cancelled"])
def test_what_is_not_under_way_is_not_resumed(officer, path, state):
    upload = silent(sent(path, officer), state=state)
    with pytest.raises(Refused, match="不在处理中"):
        resume(upload)


def test_what_is_being_worked_on_is_not_resumed(officer, path):
    upload = sent(path, officer)
    take_up(upload)
    with pytest.raises(Refused, match="正在处理"):
        resume(upload)


# ------------------------------------------------------------------ cancelled


@pytest.mark.parametrize("before", ["waiting", "checked", "queued", "broken off"])
def test_where_nobody_works_on_it_it_is_cancelled_at_once(officer, path, before):
    upload = sent(path, officer)
    if before in ("checked", "queued"):
        take_up(upload)
        check(upload)
    if before == "queued":
        order_import(upload, strict=False)
    if before == "broken off":
        take_up(upload)
        uploads.break_off(upload, "演示")
        upload = again(upload)
    cancel(upload)
    assert again(upload).state == "cancelled"
    assert not CheckedRow.objects.exists()


def test_who_works_on_it_sees_that_it_is_cancelled_after_the_chunk(officer, path):
    upload = sent(path, officer)
    take_up(upload)
    cancel(again(upload))
    assert again(upload).state == "checking"
    with pytest.raises(Stopped):
        check(upload)
    uploads.end_cancelled(upload)
    assert upload.state == "cancelled"


def test_a_cancelled_one_whose_worker_died_ends_by_the_schedule(officer, path):
    upload = sent(path, officer)
    take_up(upload)
    cancel(again(upload))
    silent(upload)
    take_up_lost(timezone.now())
    assert again(upload).state == "cancelled"


@pytest.mark.parametrize("how", ["by its worker", "while it lies still"])
def test_an_import_that_is_cancelled_leaves_nothing_and_the_file_may_come_again(
    officer, path, how, django_capture_on_commit_callbacks
):
    upload = checked(path, officer)
    order_import(upload, strict=False)
    take_up(upload)
    interrupted(upload, path)
    upload = again(upload)
    assert (RosterEntry.objects.count(), Roster.objects.count()) == (30, 1)
    with django_capture_on_commit_callbacks(execute=True):
        if how == "by its worker":
            cancel(upload)
            work_on(silent(upload))
        else:
            cancel(silent(upload))
    assert again(upload).state == "cancelled"
    for model in (Roster, RosterEntry, RosterRepeat, ImportRun, CheckedRow):
        assert not model.objects.exists(), model
    assert not ORIGINALS.path(upload.pk).exists()
    assert not UPLOADED.path(upload.pk).exists()
    assert imported(path, officer).state == "imported"


def interrupted(upload, path):
    """All rows are in; the worker died before it could say so."""
    import_roster(Order(document_of(upload), path, ON, commit=True))
    ImportRun.objects.update(state="running")


def test_rows_that_a_later_roster_repeats_stay_for_that_one(officer, path, tmp_path):
    upload = checked(path, officer)
    order_import(upload, strict=False)
    take_up(upload)
    interrupted(upload, path)
    later = xlsx(tmp_path / "b.xlsx", [HEADER, *people(1), person(77)])
    assert imported(later, officer, reference="凯移〔2026〕2号").unchanged == 1
    cancel(silent(upload))
    assert Roster.objects.get(pk=upload.pk).state == "taken_back"
    assert Roster.objects.get(pk=upload.pk).entries.count() == 1
    assert imported(path, officer, reference="凯移〔2026〕3号").state == "imported"


@pytest.mark.parametrize("state", ["imported", "refused", "cancelled"])
def test_what_has_ended_is_not_cancelled(officer, path, state):
    upload = silent(sent(path, officer), state=state)
    with pytest.raises(Refused, match="已经处理完"):
        cancel(upload)


def test_two_presses_on_import_order_it_once(officer, path):
    upload = checked(path, officer)
    other = again(upload)
    order_import(upload, strict=False)
    with pytest.raises(Refused, match="新的进展"):
        order_import(other, strict=False)


def test_while_a_word_is_in_doubt_nothing_is_imported(officer, tmp_path):
    rows = [[*HEADER, "家庭住址"], *([*one, "台江县某村"] for one in people(2))]
    upload = checked(xlsx(tmp_path / "a.xlsx", rows), officer)
    with pytest.raises(Refused, match="还不清楚"):
        order_import(upload, strict=False)


def test_from_line_to_line_by_the_task_alone(officer, path):
    upload = sent(path, officer)
    work_on_upload(str(upload.pk))
    upload = again(upload)
    assert (upload.state, upload.added) == ("checked", 30)
    order_import(upload, strict=False)
    work_on_upload(str(upload.pk))
    assert again(upload).state == "imported"
    assert again(upload).roster.entries.count() == 30


# ------------------------------------------------------------------ progress in words

NOW = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "等待核对,已排队"),
        ({"state": "checking"}, "正在核对,先读文件"),
        (
            {"state": "checking", "last_row": 68_003, "rows_expected": 100_000},
            "正在核对第 68,000 / 100,000 行 · 每秒 6,800 行 · 还需约 5 秒",
        ),
        (
            {"state": "importing", "last_row": 4003, "began_after": 2003, "rows_expected": 90_000},
            "正在导入第 4,000 / 90,000 行 · 每秒 200 行 · 还需约 8 分钟",
        ),
        ({"state": "checking", "last_row": 9, "cancel_asked": True}, "正在取消,做完手上这一批就停"),
        ({"state": "checking", "last_row": 9, "began_at": None}, "已重新排队,等待后台接手"),
        ({"state": "checking", "last_row": 9, "fault": "演示"}, "停在第 6 行"),
    ],
)
def test_progress_says_how_far_how_fast_and_how_long_yet(told, words):
    began = NOW - datetime.timedelta(seconds=10)
    upload = RosterUpload(
        **{"began_at": began, "changed_at": NOW, "understood": {"header_row": 3}} | told
    )
    assert progress_of(upload, NOW).sentence == words


@pytest.mark.parametrize(
    ("state", "word"), [("waiting", "没有接手"), ("checking", "已中断"), ("checked", "")]
)
def test_silence_of_a_minute_is_told(state, word):
    upload = RosterUpload(state=state, began_at=NOW - MINUTE, changed_at=NOW - MINUTE)
    fault = progress_of(upload, NOW).fault
    assert word in fault
    assert bool(fault) == bool(word)
