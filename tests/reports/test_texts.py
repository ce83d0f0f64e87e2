"""Sentences from figures: nothing, one, many; no year that is not there is compared with."""

from dataclasses import replace
from decimal import Decimal

import pytest

from applications.policy.routes import ROUTES
from reports.figures import Column, Figures, Row, Table
from reports.texts import (
    chapters,
    compared,
    costs,
    in_chinese,
    money,
    rate,
    reporting,
    settled,
    supporting_rules,
    title_of,
)
from reports.words import (
    ItemWords,
    RateWords,
    RuleWords,
    UnitWords,
    Words,
    changed_words,
    words_of,
)

INFLOW = ("合计", "市外迁入", "市内农村迁入城镇", "市内城镇之间(含城乡未填)", "无现户籍")


def table(key, titles, cells):
    return Table(key, key, "", tuple(map(Column, titles)), (Row("合计", "", "", tuple(cells)),))


def figures(total=0, *, words=None, previous=None, **told):
    by_route = dict.fromkeys(ROUTES, 0) | {"schooling": total}
    numbers = {
        "settled": {
            "total": total,
            "applications": total,
            "by_route": by_route,
            "by_town": {"炉山镇": total, "湾水镇": 0},
        },
        "returned": 0,
        "collective_households": 0,
        "revoked": 0,
        "applications": dict.fromkeys(
            (
                *("received", "approved", "refused", "not_accepted", "withdrawn"),
                *("open_at_end", "within_term", "beyond_term"),
            ),
            0,
        ),
        "permits": dict.fromkeys(("issued", "endorsed", "suspended_at_end", "valid_at_end"), 0),
        "returns": {"due": 38, "received": 37, "late": 0, "missing": ["炉山镇"]},
    }
    tables = [
        table("settled_by_inflow", INFLOW, (total, total, 0, 0, 0)),
        table("rosters", ("名册人数", "已落户"), (0, 0)),
        table("land_rights", ("应告知", "已送达"), (0, 0)),
    ]
    if previous is not None:
        tables.append(table("prior_year", "abcd", (previous, previous, 0, 0)))
    given = {
        "year": 2026,
        "period": ("2025-12-01", "2026-11-30"),
        "as_of": "2026-11-30",
        "built_at": "2026-12-09T17:00:00+08:00",
        "told": numbers,
        "tables": tuple(tables),
        "words": (words or Words()).to_json(),
    }
    return Figures(**given | told)


def unit(name="市财政局", *items, suggestions=""):
    return UnitWords(name, "已采用", items, suggestions)


def item(**told):
    return ItemWords(**{"clause": "三(三)1", "title": "财政支持", "part": "牵头"} | told)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (23, "二十三"), (99, "九十九")],
)
def test_headings_count_in_chinese(number, words):
    assert in_chinese(number) == words


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ({}, "凯里市2026年非户籍人口落户情况报告\n(草稿)"),
        ({"final": True}, "凯里市2026年非户籍人口落户情况报告"),
        ({"final": True, "version": 2}, "凯里市2026年非户籍人口落户情况报告\n(第2版)"),
        (
            {"period": ("2026-03-05", "2026-04-10")},
            "凯里市2026年非户籍人口落户情况报告\n(草稿)\n(2026年3月5日至2026年4月10日)",
        ),
    ],
)
def test_the_title_says_what_it_is(told, title):
    assert title_of(figures(**told)) == title


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (0, "截至2026年11月30日,本期没有人员落户。"),
        (1, "截至2026年11月30日,本期共落户1人(1件)。其中市外迁入1人。"),
        (1234, "截至2026年11月30日,本期共落户1234人(1234件)。其中市外迁入1234人。"),
    ],
)
def test_who_settled(total, words):
    assert settled(figures(total))[0] == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (0, None, []),
        (5, 5, ["上年报告定稿落户5人,本年与上年持平。"]),
        (6, 4, ["上年报告定稿落户4人,本年比上年增加2人,增长50.0%。"]),
        (3, 4, ["上年报告定稿落户4人,本年比上年减少1人,下降25.0%。"]),
        (3, 0, ["上年报告定稿落户0人,本年比上年增加3人。"]),
    ],
)
def test_the_year_before_is_compared_with_where_it_is_there(now, before, words):
    assert compared(figures(now, previous=before)) == words


def test_a_year_that_still_runs_is_compared_with_nothing():
    assert compared(figures(6, previous=4, as_of="2026-11-24")) == []
    assert compared(figures(6, previous=4, period=("2026-01-01", "2026-11-30"))) == []


def test_silent_units_stand_by_name_and_day():
    sentences = reporting(figures())
    assert sentences[0] == "应报送年度报告的单位38个,已收到37个。"
    assert sentences[1] == "截至2026年11月30日未报送的单位1个:炉山镇。"


RATE = {
    "title": "户籍人口城镇化率",
    "unit": "%",
    "value": "47.12",
    "as_of": "2025-12-31",
    "source": "市公安局",
    "sourced_on": "2026-03-20",
    "goal": "50",
    "goal_on": "2022-12-31",
}


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        ({}, "(市公安局2026年3月20日公布),目标为2022年12月31日达到50%,尚差2.88个百分点。"),
        ({"value": "50.00"}, "达到50%,已达到。"),
        ({"goal": "", "goal_on": ""}, "公布)。"),
        ({"value": ""}, "户籍人口城镇化率尚未录入。"),
    ],
)
def test_a_rate_stands_with_its_source_its_day_and_its_goal(told, ends):
    assert rate(RateWords(**RATE | told)).endswith(ends)


@pytest.mark.parametrize(
    ("yuan", "words"),
    [("0", "0元"), ("9999.50", "9999.5元"), ("10000", "1万元"), ("1084605.50", "108.46055万元")],
)
def test_money_in_words(yuan, words):
    assert money(Decimal(yuan)) == words


def test_costs_are_added_up_over_units_and_measures():
    one = unit("市财政局", item(cost_estimated="10000.10", cost_spent="0.20"), item())
    other = unit("市教育科技局", item(cost_spent="0.10"))
    assert costs(Words((one, other))) == ["2个单位填报了经费,测算共1.00001万元,实际支出共0.3元。"]
    assert costs(Words((unit("市财政局", item()),))) == ["各单位的报告没有填报经费。"]


def test_supporting_rules_are_counted_and_named():
    rules = [
        RuleWords("市公安局", "三(一)", "办法", "已印发", "凯公通〔2019〕31号", "2019-08-30", True),
        RuleWords("市财政局", "三(三)1", "", "起草中"),
    ]
    counted, issued, owed = supporting_rules(figures(), rules)
    assert counted.endswith("2项:已印发1项、起草中1项;已印发的有1项超过3个月期限。")
    assert issued == "已印发:市公安局《办法》(2019年8月30日,凯公通〔2019〕31号)。"
    assert owed == "尚未印发:市财政局(三(三)1,起草中)。"
    assert supporting_rules(figures(), []) == ["没有登记配套政策。"]


def test_six_chapters_each_with_something_under_it():
    said = chapters(figures())
    heads = [place for place, one in enumerate(said) if one.level == 1]
    assert [said[place].text[:2] for place in heads] == [
        "一、",
        "二、",
        "三、",
        "四、",
        "五、",
        "六、",
    ]
    assert all(said[place + 1].level != 1 for place in heads)
    assert said[-1].text == "各单位没有提出意见建议。"


def test_what_a_unit_wrote_stands_under_its_measure_each_line_a_paragraph():
    told = item(progress="第一段\n\n  第二段。 ", problems="人手不足", next_steps="继续")
    said = [one.text for one in chapters(figures(words=Words((unit("市财政局", told),))))]
    at = said.index("(一)财政支持(三(三)1)")
    assert said[at + 1 : at + 3] == ["市财政局(牵头):第一段。", "第二段。"]
    assert "市财政局:人手不足。" in said


def test_words_go_to_json_and_back_and_a_change_of_them_is_named():
    before = figures(words=Words((unit("市财政局", item(progress="甲")),)))
    after = figures(words=Words((unit("市财政局", item(progress="乙")), unit("炉山镇"))))
    assert Words((unit("市财政局", item(progress="甲")),)) == words_of(before)
    changed = changed_words(before, after)
    assert [(one.row, one.before, one.after) for one in changed] == [
        ("市财政局", "已采用", "已变动"),
        ("炉山镇", None, "已变动"),
    ]
    assert changed_words(before, replace(before, version=2)) == ()
