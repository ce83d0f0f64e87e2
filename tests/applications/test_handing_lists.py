"""移交清单: a quarter goes to a bureau once, comes back by its file, and nothing is lost."""

import io
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from applications.actions.following_up import call_off, settle
from applications.actions.handing_lists import compared, hand_over, take_answers
from applications.handing_sheets import HEADINGS, MOST_BYTES, Line, Sheet, day_of, inert, read
from applications.models import FollowUp, FollowUpList
from applications.models.followup import sheet_code
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.dates import quarter_before, quarter_span
from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

QUARTER = quarter_before(today())
LAST = quarter_span(*QUARTER)[1]
GROUND = "实施方案三(三)6"


@pytest.fixture
def desk():
    return factories.desk()


def bureau(code="medical_insurance"):
    return Bureau.objects.get(code=code)


def clerk_of(code="medical_insurance"):
    return factories.officer(Role.BUREAU_CLERK, bureau=bureau(code))


def settled(desk, number=1, on=LAST, **told):
    companions = [factories.companion("child", age=8) for _ in range(number - 1)]
    return factories.application(
        state=State.REGISTERED, desk=desk, on=on, companions=companions, **told
    )


def handed(desk, number=2, code="medical_insurance", **told):
    settled(desk, number, **told)
    return hand_over(bureau(code), QUARTER, desk.approver, on=today(), ground=GROUND)


def rows_of(made):
    return list(made.rows.order_by("since", "kind", "pk"))


def downloaded(client, made):
    answer = client.get(reverse("desk:follow-up-file", args=[made.pk]))
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def filled(content, answers):
    """The file as a bureau gives it back: `answers` by the row of the list, from 0."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    for number, cells in answers.items():
        for column, value in zip("GHI", cells, strict=False):
            sheet[f"{column}{7 + number}"] = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def book_of(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def upload(client, made, content, name="清单.xlsx"):
    address = reverse("desk:follow-up-answers", args=[made.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


def confirmed(client, shown):
    return page(submit(client, shown, has=("answers",))).text


class TestHandedOver:
    def test_the_open_ones_up_to_the_end_of_the_quarter_go_once(self, desk):
        made = handed(desk, 3)
        later = settled(desk, on=today())
        assert made.rows.count() == 3
        assert set(made.rows.values_list("state", "bureau")) == {("handed", bureau().pk)}
        assert not later.follow_ups.filter(state="handed").exists()
        with pytest.raises(Refused, match="已经移交过"):
            hand_over(bureau(), QUARTER, desk.approver, on=today(), ground=GROUND)
        assert FollowUpList.objects.count() == 1

    def test_a_late_one_goes_with_the_next_quarter(self, desk):
        first = quarter_before(quarter_span(*QUARTER)[0])
        settled(desk, on=quarter_span(*first)[1])
        hand_over(bureau(), first, desk.approver, on=today(), ground=GROUND)
        late = settled(desk, on=quarter_span(*first)[1])
        made = hand_over(bureau(), QUARTER, desk.approver, on=today(), ground=GROUND)
        assert [row.application for row in made.rows.all()] == [late]

    def test_a_quarter_that_still_runs_is_not_handed_over(self, desk):
        settled(desk)
        with pytest.raises(Refused, match="还没有结束"):
            hand_over(bureau(), QUARTER, desk.approver, on=LAST, ground=GROUND)

    def test_an_empty_list_is_not_made(self, desk):
        with pytest.raises(Refused, match="没有待移交"):
            hand_over(bureau(), QUARTER, desk.approver, on=today(), ground=GROUND)
        assert not FollowUpList.objects.exists()

    def test_without_its_ground_nothing_is_handed_over(self, desk):
        settled(desk)
        with pytest.raises(Refused, match="移交依据"):
            hand_over(bureau(), QUARTER, desk.approver, on=today(), ground=" ")

    def test_a_list_of_any_length_is_a_handful_of_queries(self, desk, django_assert_num_queries):
        settled(desk, 6)
        # Two savepoints in and out around the row; the update of all its rows; the record.
        with django_assert_num_queries(8):
            hand_over(bureau(), QUARTER, desk.approver, on=today(), ground=GROUND)

    def test_it_is_recorded_with_its_ground_and_count(self, desk):
        made = handed(desk, 3)
        entry = AuditEntry.objects.get(action="移交新落户人员清单")
        assert (entry.object_id, entry.count, entry.reason) == (str(made.pk), 3, GROUND)

    def test_by_the_page(self, desk):
        settled(desk)
        client = client_of(desk.approver)
        shown = client.get(reverse("desk:follow-ups"))
        typed = {"bureau": str(bureau().pk), "quarter": f"{QUARTER[0]}-{QUARTER[1]}"}
        assert "未反馈 1 行" in page(submit(client, shown, typed, has=("ground",))).text
        shown = client.get(reverse("desk:follow-ups"))
        again = page(submit(client, shown, typed, has=("ground",))).text
        assert "已经移交过" in again


class TestTheFile:
    def test_it_holds_the_fewest_columns_and_the_whole_number(self, desk):
        made = handed(desk, 1)
        book = load_workbook(io.BytesIO(downloaded(client_of(clerk_of()), made)))
        sheet = book.active
        assert tuple(cell.value for cell in sheet[6]) == HEADINGS
        row, person = rows_of(made)[0], rows_of(made)[0].member.person
        told = [cell.value for cell in sheet[7]]
        assert told[:5] == [row.code, person.name, person.number, "医疗保险接续", str(row.since)]
        assert not any(told[6:])
        assert {cell.number_format for cell in sheet[7]} == {"@"}

    def test_each_download_is_recorded_with_ground_and_count(self, desk):
        made = handed(desk, 3)
        downloaded(client_of(clerk_of()), made)
        entry = AuditEntry.objects.get(action="导出移交清单")
        assert (entry.count, entry.reason) == (3, GROUND)

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
    def test_no_cell_is_run(self, name, desk):
        assert inert(name) == f"'{name}"
        made = handed(desk, 1)
        person = rows_of(made)[0].member.person
        person.name = name.strip()
        person.save()
        content = downloaded(client_of(clerk_of()), made)
        cell = load_workbook(io.BytesIO(content)).active["B7"]
        assert cell.data_type == "s"
        assert not cell.value.startswith(("=", "+", "-", "@"))

    def test_a_code_tells_nothing_and_comes_from_the_row_alone(self):
        key = uuid.UUID("12345678-1234-4234-9234-123456789abc")
        assert sheet_code(key) == sheet_code(key)
        assert len({sheet_code(uuid.uuid4()) for _ in range(2000)}) == 2000
        assert not set("ILOU") & set("".join(sheet_code(uuid.uuid4()) for _ in range(200)))


class TestTheRoundTrip:
    def test_what_the_bureau_answers_is_shown_and_then_written(self, desk):
        made, client = handed(desk, 4), client_of(clerk_of())
        day = today() - days(1)
        content = filled(
            downloaded(client, made),
            {0: ("已接续", str(day), "已参保"), 1: ("联系不上",), 2: ("本人放弃", day)},
        )
        shown = upload(client, made, content)
        assert not made.rows.exclude(state="handed").exists()
        text = page(shown).text
        assert "还没有写入" in text
        assert "没有填 1 行" in text
        assert "已写入 3 行" in confirmed(client, shown)
        told = [(row.state, row.answered_on, row.note) for row in rows_of(made)]
        assert told == [
            ("done", day, "已参保"),
            ("unreachable", today(), ""),
            ("declined", day, ""),
            ("handed", None, ""),
        ]
        assert FollowUpList.objects.get().returned_on == today()

    def test_the_same_file_again_changes_nothing(self, desk):
        made, client = handed(desk, 2), client_of(clerk_of())
        content = filled(downloaded(client, made), {0: ("已接续", "", "=SUM"), 1: ("不适用",)})
        content = filled(content, {0: ("已接续", "", "'=SUM")})
        confirmed(client, upload(client, made, content))
        FollowUp.objects.filter(handed_in=made).update(answered_on=LAST)
        before = [(row.state, row.answered_on, row.note) for row in rows_of(made)]
        text = page(upload(client, made, content)).text
        assert "与已登记相同 2 行" in text
        assert "确认写入" not in text
        again = page(upload(client, made, downloaded(client, made))).text
        assert "与已登记相同 2 行" in again
        assert [(row.state, row.answered_on, row.note) for row in rows_of(made)] == before

    def test_a_correction_is_marked_as_one(self, desk):
        made, client = handed(desk, 1), client_of(clerk_of())
        for word in ("联系不上", "已接续"):
            shown = upload(client, made, filled(downloaded(client, made), {0: (word,)}))
            assert ("更正" in page(shown).text) is (word == "已接续")
            confirmed(client, shown)
        assert rows_of(made)[0].state == "done"

    def test_a_row_that_changed_since_the_preview_stays_as_it_is(self, desk):
        made, client = handed(desk, 2), client_of(clerk_of())
        shown = upload(
            client, made, filled(downloaded(client, made), {0: ("已接续",), 1: ("已接续",)})
        )
        settle(rows_of(made)[0], "declined", desk.approver, today())
        text = confirmed(client, shown)
        assert "已写入 1 行" in text
        assert "有 1 行" in text
        assert [row.state for row in rows_of(made)] == ["declined", "done"]

    def test_a_second_press_of_the_confirmation_writes_nothing_more(self, desk):
        made, client = handed(desk, 1), client_of(clerk_of())
        shown = upload(client, made, filled(downloaded(client, made), {0: ("已接续",)}))
        confirmed(client, shown)
        assert "已写入" not in confirmed(client, shown)
        assert AuditEntry.objects.filter(action="读入移交清单反馈").count() == 1

    def test_a_preview_is_believed_for_its_own_list_alone(self, desk):
        made, client = handed(desk, 1), client_of(desk.approver)
        other = hand_over(
            bureau("human_resources"), QUARTER, desk.approver, on=today(), ground=GROUND
        )
        shown = upload(client, made, filled(downloaded(client, made), {0: ("已接续",)}))
        sealed = page(shown).form("answers").fields["answers"]
        for answers in (sealed, "", "nonsense"):
            address = reverse("desk:follow-up-confirm", args=[other.pk])
            told = page(client.post(address, {"answers": answers}, follow=True)).text
            assert "没有写入任何内容" in told
        assert set(other.rows.values_list("state", flat=True)) == {"handed"}

    def test_an_undone_settlement_is_not_answered(self, desk):
        made, client = handed(desk, 1), client_of(clerk_of())
        content = filled(downloaded(client, made), {0: ("已接续",)})
        case = made.rows.get().application
        call_off(case, case.members.all())
        assert "落户已撤销" in page(upload(client, made, content)).text
        assert made.rows.get().state == "cancelled"

    def test_the_household_section_enters_for_a_bureau(self, desk):
        made, client = handed(desk, 1), client_of(factories.officer(Role.REFORM_OFFICE))
        shown = upload(client, made, filled(downloaded(client, made), {0: ("不适用",)}))
        assert "已写入 1 行" in confirmed(client, shown)


class TestWrongFiles:
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "文件是空的"),
            (b"not a workbook", "不是 Excel 工作簿"),
            (b"PK\x03\x04 broken", "不是 Excel 工作簿"),
            ("姓名,办理情况".encode(), "不是 Excel 工作簿"),
            (b"x" * (MOST_BYTES + 1), "上限是 5 MB"),
            (book_of(["名单"], ["张三"]), "不是移交清单"),
            (book_of(["清单行号", "姓名"]), "表头缺少"),
            (book_of(HEADINGS), "没有本清单"),
            (book_of(HEADINGS, ["ABCDEFGHJKMN", *[""] * 5, "已接续"]), "没有本清单"),
        ],
    )
    def test_a_file_that_is_no_such_list_is_told_why(self, content, told, desk):
        made = handed(desk, 1)
        answer = upload(client_of(clerk_of()), made, content)
        assert told in page(answer).text
        assert made.rows.get().state == "handed"

    def test_no_file_at_all_is_told(self, desk):
        made = handed(desk, 1)
        answer = client_of(clerk_of()).post(reverse("desk:follow-up-answers", args=[made.pk]))
        assert "请选择填好的清单文件" in page(answer).text

    def test_a_file_that_swells_or_declares_is_not_read(self):
        for parts, told in (
            ({"xl/big.bin": b"\0" * (61 * 1024 * 1024)}, "展开后过大"),
            ({"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'}, "声明"),
            ({"xl/workbook.xml": b"<workbook/>"}, "不是 Excel"),
        ):
            kept = io.BytesIO()
            with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, content in parts.items():
                    packed.writestr(name, content)
            with pytest.raises(Refused, match=told):
                read(kept.getvalue())

    def test_the_list_of_another_bureau_or_quarter_is_refused(self, desk):
        made = handed(desk, 1)
        other = hand_over(
            bureau("human_resources"), QUARTER, desk.approver, on=today(), ground=GROUND
        )
        client = client_of(desk.approver)
        content = filled(downloaded(client, other), {0: ("已接续",)})
        assert f"清单编号是 {other.code}" in page(upload(client, made, content)).text
        book = load_workbook(io.BytesIO(content))
        book.active.delete_rows(1, 5)
        kept = io.BytesIO()
        book.save(kept)
        assert "没有本清单" in page(upload(client, made, kept.getvalue())).text
        assert set(FollowUp.objects.exclude(handed_in=None).values_list("state", flat=True)) == {
            "handed"
        }

    @pytest.mark.parametrize(
        ("cells", "told"),
        [
            (("=1+1",), "「办理情况」是公式"),
            (("已接续", "=TODAY()"), "「办理日期」是公式"),
            (("已接续", "", "=HYPERLINK(A1)"), "「备注」是公式"),
            (("办好了",), "办理情况是“办好了”,应为"),
            (("已接续 ok",), "应为:已接续、本人放弃、联系不上、不适用之一"),
            (("已接续", "明天"), "应写成 2026-05-10"),
            (("已接续", "2099-01-01"), "在今天以后"),
            (("已接续", "2019-01-01"), "早于落户日期"),
            (("已接续", "2026-02-30"), "应写成"),
            (("", "", "电话不通"), "没有填办理情况"),
            (("已接续", "", "长" * 201), "上限 200 个"),
        ],
    )
    def test_a_wrong_row_is_named_and_the_others_are_kept(self, cells, told, desk):
        made, client = handed(desk, 2), client_of(clerk_of())
        content = filled(downloaded(client, made), {0: cells, 1: ("已接续",)})
        shown = upload(client, made, content)
        text = page(shown).text
        assert told in text
        assert "有误 1 行" in text
        assert "已写入 1 行" in confirmed(client, shown)
        assert [row.state for row in rows_of(made)] == ["handed", "done"]

    def test_an_unknown_code_and_a_code_twice_are_named(self, desk):
        made = handed(desk, 1)
        code = rows_of(made)[0].code
        sheet = Sheet(
            "",
            (
                Line(7, code, "已接续", None, ""),
                Line(8, code, "不适用", None, ""),
                Line(9, "ZZZZZZZZZZZZ", "已接续", None, ""),
                Line(10, "", "已接续", None, ""),
            ),
        )
        preview = compared(made, sheet, today())
        assert len(preview.answers) == 1
        faults = dict(preview.faults)
        assert "与第 7 行" in faults[8]
        assert "不在本清单里" in faults[9]
        assert "不在本清单里" in faults[10]

    @pytest.mark.parametrize(
        "written", ["2026-05-03", "2026/5/3", "2026.5.3", "2026年5月3日", "20260503", " 2026-5-3 "]
    )
    def test_a_day_is_read_however_it_is_written(self, written):
        assert str(day_of(written)) == "2026-05-03"

    def test_a_number_from_a_message_is_never_shown_whole(self, desk):
        made, client = handed(desk, 1), client_of(clerk_of())
        number = rows_of(made)[0].member.person.number
        content = filled(downloaded(client, made), {0: (number, number)})
        assert number not in upload(client, made, content).content.decode()


class TestWhoSees:
    def test_a_clerk_sees_what_is_his_bureaus_alone(self, desk):
        made = handed(desk, 1)
        own, other = client_of(clerk_of()), client_of(clerk_of("human_resources"))
        for name in ("follow-up-list", "follow-up-file"):
            address = reverse(f"desk:{name}", args=[made.pk])
            assert own.get(address).status_code == 200
            assert other.get(address).status_code == 404
        for name in ("follow-up-answers", "follow-up-confirm"):
            assert other.post(reverse(f"desk:{name}", args=[made.pk])).status_code == 404
        text = page(other.get(reverse("desk:follow-ups"))).text
        assert "市人力资源社会保障局" in text
        assert "市医疗保障局" not in text

    def test_a_page_shows_no_whole_number(self, desk):
        made = handed(desk, 1)
        number = rows_of(made)[0].member.person.number
        client = client_of(desk.approver)
        for address in (
            reverse("desk:follow-ups"),
            reverse("desk:follow-up-list", args=[made.pk]),
        ):
            assert number not in client.get(address).content.decode()

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            ({}, 5),
            ({"state": "handed"}, 1),
            ({"bureau": "station"}, 1),
            ({"quarter": f"{QUARTER[0]}-{QUARTER[1]}"}, 5),
            ({"quarter": "2026-9", "bureau": "x", "state": "y", "page": "z"}, 5),
            ({"bureau": "99999999999999999999"}, 5),
            ({"bureau": "²"}, 5),
        ],
    )
    def test_the_list_is_narrowed_and_bears_nonsense(self, asked, number, desk):
        handed(desk, 1)
        answer = client_of(desk.approver).get(reverse("desk:follow-ups"), asked)
        assert f"共 {number} 项" in page(answer).text


def test_the_pages_ask_no_more_for_more_rows(desk):
    made, client = handed(desk, 2), client_of(desk.approver)
    pages = [reverse("desk:follow-ups"), reverse("desk:follow-up-list", args=[made.pk])]

    def queries(address):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    few = [queries(address) for address in pages]
    settled(desk, 6)
    FollowUp.objects.filter(kind="insurance").update(handed_in=made, state="handed")
    assert [queries(address) for address in pages] == few
    assert few[0] <= 12
    assert few[1] <= 9


def test_thousands_of_rows_are_read_in_chunks(desk):
    made = handed(desk, 1)
    row = made.rows.get()
    many = FollowUp.objects.bulk_create(
        FollowUp(
            application=row.application,
            member=row.member,
            kind=f"k{number}",
            bureau=row.bureau,
            state="handed",
            since=row.since,
            handed_in=made,
        )
        for number in range(2_000)
    )
    sheet = Sheet(
        made.code,
        tuple(
            Line(number, one.code, "已接续", None, f"第{number}行")
            for number, one in enumerate(many, start=7)
        ),
    )
    with CaptureQueriesContext(connection) as asked:
        preview = compared(made, sheet, today())
    assert len(asked) <= 2
    with CaptureQueriesContext(connection) as asked:
        assert take_answers(made, preview.answers, desk.approver, today()) == (2_000, 0)
    # The engine's own limit of values sets the smallest chunk.
    assert len(asked) <= 2_000 / 100 + 10
    assert made.rows.filter(state="done").count() == 2_000
    assert made.rows.get(pk=many[0].pk).note == "第7行"
