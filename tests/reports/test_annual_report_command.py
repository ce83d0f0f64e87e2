"""`annual_report` by its contract: files, one JSON object, and sentences with exit status 1."""

import datetime
import hashlib
import io
import json

import pytest
from django.core.management import call_command

from reports.models import AnnualReport
from tests.factories import today
from tests.reports.many import Many
from tests.reports.test_freezing import all_returned

pytestmark = pytest.mark.django_db

NAME = "凯里市2025年非户籍人口落户情况报告"


def asked(*arguments):
    out = io.StringIO()
    call_command("annual_report", *map(str, arguments), stdout=out)
    return json.loads(out.getvalue())


def refused(capsys, *arguments):
    errors = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("annual_report", *map(str, arguments), stderr=errors)
    assert left.value.code == 1
    words = errors.getvalue().strip()
    assert "\n" not in words
    assert words.endswith("。")
    return words


def test_a_draft_writes_three_files_and_prints_their_digests(tmp_path):
    Many(7, cases=30)
    told = asked(2025, "--out", tmp_path / "to be made")
    paths = {file["path"]: file["sha256"] for file in told["files"]}
    names = {path.name for path in (tmp_path / "to be made").iterdir()}
    assert names == {f"{NAME}.docx", f"{NAME}.xlsx", "figures.json"}
    for name in names:
        path = tmp_path / "to be made" / name
        assert paths[str(path)] == hashlib.sha256(path.read_bytes()).hexdigest()
    figures = json.loads((tmp_path / "to be made" / "figures.json").read_text())
    assert figures["period"] == ["2024-12-01", "2025-11-30"]
    assert (figures["year"], figures["final"], figures["version"]) == (2025, False, 1)
    assert not AnnualReport.objects.exists()
    assert set(figures["indicators"]) == {
        "resident_population",
        "registered_population",
        "urban_resident_rate",
        "urban_registered_rate",
    }
    assert set(figures["rosters"]) == {"relocation", "veteran", "talent", "public_payroll"}


def test_final_then_final_again_then_a_correction(tmp_path, capsys):
    all_returned(2025)
    asked(2025, "--out", tmp_path, "--final")
    first = (tmp_path / "figures.json").read_bytes()
    assert json.loads(first)["final"] is True
    assert "已定稿" in refused(capsys, 2025, "--out", tmp_path, "--final")
    told = asked(2025, "--out", tmp_path, "--correct", "补录")
    assert (told["version"], told["final"]) == (2, True)
    assert json.loads((tmp_path / "figures.json").read_bytes())["reason"] == "补录"
    kept = AnnualReport.objects.get(version=1).files.get(name="figures.json")
    assert bytes(kept.content) == first
    # The draft after it is the next version.
    assert asked(2025, "--out", tmp_path)["version"] == 3


def test_any_period_may_be_built(tmp_path):
    told = asked(2025, "--out", tmp_path, "--period", "2025-03-05", "2025-04-10")
    assert told["period"] == ["2025-03-05", "2025-04-10"]
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert list(figures["settled"]["by_month"]) == ["2025-03", "2025-04"]
    assert "2025年3月5日至2025年4月10日" in figures["tables"][0]["heading"]


def year_of(day):
    return day.year + (day.month == 12)


@pytest.mark.parametrize(
    ("year", "more", "words"),
    [
        (lambda: year_of(today()) + 1, (), "还没有开始"),
        (lambda: 2018, (), "没有 2018 年的报告"),
        (lambda: "十", (), "应为四位数字"),
        (lambda: 99999, (), "应为四位数字"),
        (lambda: 2025, ("--period", "2025-02-30", "2025-03-01"), "YYYY-MM-DD"),
        (lambda: 2025, ("--period", "2025-05-01", "2025-03-01"), "晚于止日"),
        (lambda: 2025, ("--period", "9998-01-01", "9999-12-31"), "还没有开始"),
        (lambda: 2025, ("--period", "2019-01-01", "9999-12-31"), "最长 10 年"),
        (lambda: 2025, ("--final", "--period", "2025-01-01", "2025-03-01"), "只能生成草稿"),
        (lambda: 2025, ("--correct", "试"), "还没有定稿"),
        (lambda: 2025, ("--correct", ""), "须写明理由"),
        (lambda: year_of(today()), ("--final",), "起才能定稿"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path, capsys, year, more, words):
    assert words in refused(capsys, year(), "--out", tmp_path, *more)
    assert not AnnualReport.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_freezes_nothing(tmp_path, capsys):
    all_returned(2025)
    (tmp_path / "file").write_text("in the way")
    assert "写不进" in refused(capsys, 2025, "--out", tmp_path / "file", "--final")
    assert not AnnualReport.objects.exists()


def test_units_that_are_silent_are_named(tmp_path, capsys):
    assert "还有 38 个单位" in refused(capsys, 2025, "--out", tmp_path, "--final")


def test_today_is_inside_the_year_asked_for():
    assert datetime.date(year_of(today()) - 1, 12, 1) <= today()
