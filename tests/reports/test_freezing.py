"""A report that was frozen: once, in time, complete, and never changed; corrections beside it."""

import datetime
import hashlib
import io
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from applications.models import Member
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Town
from reports.behind import behind
from reports.build import build
from reports.figures import from_json
from reports.freeze import Freezing, correct, freeze, rendered
from reports.frozen import FrozenBehind, frozen_rows
from reports.keys import parse
from reports.models import AnnualReport, PoliceEntry, UnitReturn
from reports.period import Period, Span, report_year
from reports.units import named, units_due
from tests.reports.many import Many

pytestmark = pytest.mark.django_db

SHANGHAI = ZoneInfo("Asia/Shanghai")

SPAN = Span(2026, report_year(2026))
IN_TIME = datetime.datetime(2026, 12, 9, 17, 0, tzinfo=SHANGHAI)
BEFORE = datetime.datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)


def all_returned(year=2026, **told):
    """Every unit's return stands as accepted, but for the last one if told otherwise."""
    rows = [
        UnitReturn(
            year=year, state="accepted", received_on=datetime.date(year, 12, 1), **named(one)
        )
        for one in units_due(year)
    ]
    for name, value in told.items():
        setattr(rows[-1], name, value)
    UnitReturn.objects.bulk_create(rows)


@pytest.fixture
def returned():
    all_returned()


@pytest.fixture
def many():
    return Many(5, cases=60)


def frozen(**told):
    return freeze(Freezing(SPAN, IN_TIME, **told))


def contents(report):
    return {file.name: bytes(file.content) for file in report.files.all()}


def keys_of(figures):
    for table in figures.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                key = table.key_of(row, column)
                if key and cell:
                    yield table.key, key, cell


def test_the_final_keeps_figures_files_and_the_rows_behind_each_figure(many, returned):
    report = frozen()
    figures = report.figures
    assert (report.version, figures.version, figures.final) == (1, 1, True)
    files = contents(report)
    assert set(files) == {
        "凯里市2026年非户籍人口落户情况报告.docx",
        "凯里市2026年非户籍人口落户情况报告.xlsx",
        "figures.json",
    }
    for file in report.files.all():
        assert hashlib.sha256(bytes(file.content)).hexdigest() == file.sha256
    assert hashlib.sha256(report.snapshot.encode()).hexdigest() == report.sha256
    assert rendered(figures) == files
    wrong = {
        key: (cell, n)
        for table, key, cell in keys_of(figures)
        if (n := frozen_rows(report, parse(key)).count()) != cell
    }
    assert not wrong
    assert AuditEntry.objects.filter(action="年度报告定稿").count() == 1


def test_a_later_change_never_alters_the_final(many, returned):
    report = frozen()
    before, total = contents(report), report.figures.told["settled"]["total"]
    key = parse(f"settled/{'/'.join(report.figures.period)}")
    names = [line.name for line in FrozenBehind(key, frozen_rows(report, key)).page(0, 999)]
    Member.objects.filter(registered_on__isnull=False).update(
        registered_on=datetime.date(2024, 1, 2), division="110105"
    )
    again = AnnualReport.objects.get()
    assert contents(again) == before
    assert again.figures.told["settled"]["total"] == total > 9
    assert behind(key).count() == 0
    kept = FrozenBehind(key, frozen_rows(again, key))
    assert kept.count() == total
    assert [line.name for line in kept.page(0, 999)] == names


def test_a_second_final_is_refused(returned):
    frozen()
    with pytest.raises(Refused, match="已定稿"):
        frozen()
    assert AnnualReport.objects.count() == 1


def test_before_the_first_of_december_no_report_is_final(returned):
    with pytest.raises(Refused, match="2026-12-01 起才能定稿"):
        freeze(Freezing(SPAN, BEFORE))


def test_a_period_of_choice_is_never_final(returned):
    span = Span(2026, Period(datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)))
    with pytest.raises(Refused, match="只能生成草稿"):
        freeze(Freezing(span, IN_TIME))


@pytest.mark.parametrize("state", ["not_begun", "draft", "sent_back"])
def test_a_unit_that_is_silent_and_not_declared_missing_stops_the_final(state):
    all_returned(state=state)
    last = units_due(2026)[-1].name
    with pytest.raises(Refused, match=f"还有 1 个单位.*{last}"):
        frozen()


def test_a_unit_declared_missing_or_exempt_does_not_stop_it():
    all_returned(state="draft", declared_missing=True)
    told = frozen().figures.told["returns"]
    assert told["missing"] == [units_due(2026)[-1].name]
    assert (told["due"], told["received"], told["late"]) == (38, 37, 0)


def test_the_tenth_is_in_time_and_the_eleventh_is_late():
    all_returned(received_on=datetime.date(2026, 12, 11))
    UnitReturn.objects.filter(bureau__isnull=False).update(received_on=datetime.date(2026, 12, 10))
    assert build(SPAN, IN_TIME).told["returns"]["late"] == 1


def test_a_correction_is_a_version_that_says_why_and_what_changed(many, returned):
    first = frozen()
    kept = contents(first)
    member = Member.objects.filter(
        registered_on__range=(SPAN.period.first, SPAN.period.last)
    ).first()
    Member.objects.filter(pk=member.pk).update(registered_on=datetime.date(2024, 1, 2))
    second = correct(Freezing(SPAN, IN_TIME, reason="一人落户日期录错"))
    figures = second.figures
    assert (second.version, figures.version, figures.reason) == (2, 2, "一人落户日期录错")
    changes = {(one.table, one.row, one.column): (one.before, one.after) for one in figures.changes}
    total = first.figures.told["settled"]["total"]
    assert changes["按迁出地落户人数", "合计", "合计"] == (total, total - 1)
    assert contents(AnnualReport.objects.get(version=1)) == kept
    assert "一人落户日期录错" in contents(second)["figures.json"].decode()


def test_a_correction_needs_a_final_and_a_reason(returned):
    with pytest.raises(Refused, match="还没有定稿"):
        correct(Freezing(SPAN, IN_TIME, reason="试"))
    frozen()
    with pytest.raises(Refused, match="须写明理由"):
        correct(Freezing(SPAN, IN_TIME, reason=" "))
    with pytest.raises(Refused, match="最长 500"):
        correct(Freezing(SPAN, IN_TIME, reason="长" * 501))


def test_the_next_report_names_what_was_entered_after_the_freeze(many):
    all_returned(2025)
    year = Span(2025, report_year(2025))
    last = freeze(Freezing(year, datetime.datetime(2025, 12, 9, tzinfo=SHANGHAI)))
    before = last.figures.told["settled"]["total"]
    table = build(SPAN, IN_TIME).table("prior_year")
    assert table.rows[0].cells[:3] == (before, before, 0)
    inside = Member.objects.filter(registered_on__range=(year.period.first, year.period.last))
    Member.objects.filter(pk=inside.last().pk).update(registered_on=datetime.date(2024, 1, 2))
    late = Member.objects.filter(registered_on__gt=SPAN.period.first)
    late = list(late.values_list("pk", flat=True)[:3])
    Member.objects.filter(pk__in=late).update(registered_on=datetime.date(2025, 5, 6))
    table = build(SPAN, IN_TIME).table("prior_year")
    assert table.rows[0].cells[:3] == (before, before + 2, 2)


# ------------------------------------------------------------------ the files


def test_a_draft_of_the_same_snapshot_renders_to_the_same_bytes(many):
    figures = build(SPAN, IN_TIME)
    assert rendered(figures) == rendered(from_json(figures.to_json()))


def test_workbook_and_document_hold_the_figures_of_the_json(many):
    figures = build(SPAN, IN_TIME)
    files = rendered(figures)
    docx, xlsx = (files[f"凯里市2026年非户籍人口落户情况报告.{kind}"] for kind in ("docx", "xlsx"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx))
    assert len(book.sheet_names) == len(figures.tables)
    grids = tables_of_the_document(docx)
    for place, table in enumerate(figures.tables):
        rows = book.get_sheet_by_index(place).to_python()
        assert rows[0][0] == table.title
        assert rows[1][0] == table.heading
        shown = rows[3 : 3 + len(table.rows)]
        assert [row[0] for row in shown] == [row.title for row in table.rows]
        for row, told in zip(shown, table.rows, strict=True):
            assert [cell if cell != "" else None for cell in row[1:]] == [
                cell if cell != "" else None for cell in told.cells
            ]
        head, *rows = grids[table.title]
        assert head == [table.row_title, *(column.title for column in table.columns)]
        told = [[row.title, *map(docx_shown, row.cells)] for row in table.rows]
        assert rows == told, table.title


def docx_shown(cell):
    return "—" if cell is None else str(cell)


def tables_of_the_document(content):
    """Each table by the heading above it, its parts put together again."""
    grids, title = {}, ""
    for block in Document(io.BytesIO(content)).element.body:
        if block.tag == qn("w:p"):
            text = "".join(one.text or "" for one in block.iter(qn("w:t")))
            title = text.partition("、")[2] or title
        elif block.tag == qn("w:tbl"):
            rows = [
                ["".join(one.text or "" for one in cell.iter(qn("w:t"))) for cell in row.tc_lst]
                for row in block.tr_lst
            ]
            known = grids.get(title)
            grids[title] = rows if known is None else join(known, rows)
    return grids


def join(known, more):
    return [one + other[1:] for one, other in zip(known, more, strict=True)]


def test_a_name_that_begins_like_a_formula_stays_text(many):
    Town.objects.filter(pk=Town.objects.first().pk).update(name="=1+1")
    figures = build(SPAN, IN_TIME)
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(rendered(figures)["凯里市2026年非户籍人口落户情况报告.xlsx"])
    )
    assert "=1+1" in [row[0] for row in book.get_sheet_by_index(0).to_python()]


# ------------------------------------------------------------------ the police form


def entered(**told):
    PoliceEntry.objects.bulk_create(
        PoliceEntry(
            year=year,
            column=column,
            value=value,
            source="公安年报",
            as_of=datetime.date(2026, 12, 1),
        )
        for (year, column), value in told["cells"].items()
    )


def test_the_police_form_adds_up_and_names_what_is_not_entered(many):
    table = build(SPAN, IN_TIME).table("police_58")
    told = {
        column.title.split(" ")[0]: cell
        for column, cell in zip(table.columns, table.rows[0].cells, strict=True)
    }
    assert told["8"] == told["9"] + told["10"] + told["11"] > 0
    assert told["8"] == sum(told[str(number)] for number in range(12, 22))
    assert told["2"] is None
    assert "待公安机关录入的栏:1 年末城镇人口数" in table.notes[1]


def test_a_police_form_that_contradicts_itself_is_named(many):
    cells = {(2026, number): 10 for number in (3, 5, 24, 25, 26, 27, 28)}
    entered(cells=cells | {(2025, 1): 5000, (2026, 1): 4000})
    figures = build(SPAN, IN_TIME)
    table = figures.table("police_58")
    more = table.cell("合计", "2 增加合计")
    assert table.cell("合计", "23 减少合计") == 50
    assert any(f"应为上年末 5000 加 {more} 减 50" in note for note in figures.notes)
    entered(cells={(2026, 1): 5000 + more - 50})
    assert not any("公业58表" in note for note in build(SPAN, IN_TIME).notes)
