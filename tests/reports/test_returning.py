"""A return from the first line to 采用, by the actions."""

import datetime
from decimal import Decimal

import pytest

from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from kaili_hukou.roles import Role
from reports.actions.changing import NotAllowed, Overtaken, moves_for, opened
from reports.actions.filing import FILES
from reports.actions.returning import (
    ItemTold,
    Told,
    accept,
    begin,
    declare_missing,
    exempt,
    rebuild,
    save,
    send,
    send_back,
)
from reports.models import ReturnFile, UnitReturn
from reports.return_flow import State
from tests.reports.returns import (
    IN_TIME,
    LATE,
    YEAR,
    act,
    begun,
    bureau,
    clerk_of,
    filed,
    gatherer,
    ready,
    sent,
    told,
    town,
)

pytestmark = pytest.mark.django_db


def fresh(found):
    return UnitReturn.objects.get(pk=found.pk)


def test_it_begins_with_one_item_a_measure():
    found = begun(town())
    rows = [(item.clause, item.part) for item in found.items.all()]
    assert rows == [
        ("三(三)2", "lead"),
        ("三(三)3", "lead"),
        ("三(三)8", "support"),
        ("四(五)", "lead"),
    ]


def test_last_years_text_is_taken_over_where_it_was_asked_for_and_no_money():
    unit = bureau()
    clerk = clerk_of(unit)
    before = begun(unit, clerk, year=YEAR - 1)
    items = {
        "三(三)1": ItemTold(progress="去年的进展", problems="去年的问题", cost_spent=Decimal(5))
    }
    save(before, told(before, items=items), act(clerk, before))
    found = opened(unit, YEAR)
    begin(found, act(clerk, found), from_last_year=True)
    item = found.items.get(clause="三(三)1")
    assert (item.progress, item.problems, item.cost_spent) == ("去年的进展", "去年的问题", None)
    assert fresh(found).contact == "张三"


def test_there_is_nothing_to_take_over_in_the_first_year():
    found = opened(bureau(), YEAR)
    with pytest.raises(Refused, match="没有 2024 年的报告"):
        begin(found, act(clerk_of(bureau()), found), from_last_year=True)


def test_of_two_who_save_one_page_the_second_is_told_and_overwrites_nothing():
    unit = bureau()
    first, second = clerk_of(unit), clerk_of(unit)
    found = begun(unit, first)
    seen = fresh(found)
    save(found, told(found, suggestions="甲写的"), act(first, found))
    with pytest.raises(Overtaken, match="没有执行"):
        save(seen, told(seen, suggestions="乙写的"), act(second, seen))
    assert fresh(found).suggestions == "甲写的"


def test_it_does_not_go_out_while_parts_are_missing_and_says_which():
    found = begun(bureau("housing_fund"))
    clerk = clerk_of(bureau("housing_fund"))
    with pytest.raises(Refused) as fault:
        send(found, act(clerk, found))
    for words in ("联系人", "联系电话", "签发人", "三(三)5、四(五) 的工作进展", "盖章扫描件"):
        assert words in str(fault.value)
    assert fresh(found).state == State.DRAFT


@pytest.mark.parametrize(("on", "late"), [(IN_TIME, False), (LATE, True)])
def test_sent_on_the_tenth_is_in_time_and_on_the_eleventh_late(on, late):
    found = sent(bureau(), on=on)
    assert fresh(found).received_on == on
    assert fresh(found).is_late is late
    assert list(UnitReturn.objects.received()) == [found]


def test_sent_back_with_a_reason_mended_sent_again_and_accepted():
    unit = bureau()
    clerk, office = clerk_of(unit), gatherer()
    found = sent(unit, clerk)
    send_back(found, act(office, found, reason="缺经费数据"))
    assert (fresh(found).state, fresh(found).reason) == ("sent_back", "缺经费数据")
    assert not UnitReturn.objects.received().exists()
    items = {"三(三)1": ItemTold(progress="已补", cost_spent=Decimal("12000.50"))}
    save(found, told(found, items=items), act(clerk, found, on=LATE))
    send(found, act(clerk, found, on=LATE))
    accept(found, act(office, found, on=LATE))
    row = fresh(found)
    assert (row.state, row.accepted_by, row.reason) == ("accepted", office, "")
    # It came in time; what was asked for afterwards does not make it late.
    assert (row.received_on, row.is_late) == (IN_TIME, False)
    moves = [change.move for change in row.history.all()]
    assert moves == ["begin", "send", "send_back", "send", "accept"]


def test_a_sent_return_is_written_no_more():
    unit = bureau()
    clerk = clerk_of(unit)
    found = sent(unit, clerk)
    with pytest.raises(Overtaken):
        save(found, told(found), act(clerk, found))
    with pytest.raises(Overtaken):
        rebuild(found, act(clerk, found))
    with pytest.raises(Overtaken):
        filed(found, clerk)


def test_entered_for_a_unit_counts_by_the_day_of_the_letter():
    unit, office = town("凯棠镇"), gatherer(Role.APPROVER)
    found = begun(unit, office, on=LATE)
    letter = {"letter_number": "凯棠府函〔2025〕8号", "letter_on": IN_TIME}
    save(found, told(found, **letter), act(office, found, on=LATE))
    with pytest.raises(Refused, match="来函扫描件"):
        send(found, act(office, found, on=LATE))
    filed(found, office, ReturnFile.Purpose.LETTER)
    send(found, act(office, found, on=LATE))
    row = fresh(found)
    assert (row.received_on, row.is_late, row.entered_by) == (IN_TIME, False, office)
    # Supplier, enterer and confirmer are three: whoever entered it accepts it not.
    with pytest.raises(NotAllowed, match="须由另一人"):
        accept(found, act(office, found, on=LATE))
    assert {move.name: bool(shut) for move, shut in moves_for(row, office)}["accept"]
    accept(found, act(gatherer(), found, on=LATE))


def test_a_letter_of_tomorrow_has_not_come_yet():
    found = begun(bureau(), gatherer())
    tomorrow = IN_TIME + datetime.timedelta(days=1)
    with pytest.raises(Refused, match="不能晚于今天"):
        save(found, told(found, letter_on=tomorrow), act(gatherer(), found))


def test_a_units_clerk_cannot_write_the_day_of_a_letter():
    unit = bureau()
    found, clerk = begun(unit), clerk_of(unit)
    save(found, told(found, letter_on=IN_TIME), act(clerk, found))
    assert fresh(found).letter_on is None


def test_another_units_clerk_does_nothing_with_it():
    found, stranger = begun(bureau()), clerk_of(bureau("housing"))
    for attempt in (
        lambda: save(found, Told(), act(stranger, found)),
        lambda: send(ready(bureau("health")), act(stranger, found)),
        lambda: filed(found, stranger),
    ):
        with pytest.raises(Refused):
            attempt()
    assert moves_for(found, stranger) == []


def test_missing_is_declared_after_the_internal_day_and_ends_with_the_return():
    unit, office = bureau(), gatherer()
    found = opened(unit, YEAR)
    early = datetime.date(YEAR, 11, 30)
    with pytest.raises(Refused, match="还没有到"):
        declare_missing(found, act(office, found, on=early, reason="催报无果"))
    declare_missing(found, act(office, found, reason="催报无果"))
    assert fresh(found).declared_missing
    assert not UnitReturn.objects.silent().exists()
    clerk = clerk_of(unit)
    begin(found, act(clerk, found))
    save(found, told(found), act(clerk, found))
    filed(found, clerk)
    send(found, act(clerk, found, on=LATE))
    assert (fresh(found).declared_missing, fresh(found).is_late) == (False, True)


def test_an_exempt_unit_is_not_silent():
    found, office = opened(bureau(), YEAR), gatherer()
    exempt(found, act(office, found, reason="机构撤并"))
    assert not UnitReturn.objects.silent().exists()
    assert fresh(found).reason == "机构撤并"


def test_a_scan_is_kept_encrypted_and_only_once():
    unit = bureau()
    clerk = clerk_of(unit)
    found = begun(unit, clerk)
    row = filed(found, clerk)
    assert b"%PDF" not in FILES.path(row.pk).read_bytes()
    assert FILES.content_of(row.pk).startswith(b"%PDF")
    with pytest.raises(Refused, match="已经传过"):
        filed(found, clerk)


def test_every_act_is_recorded():
    unit = bureau()
    found = sent(unit)
    office = gatherer()
    accept(found, act(office, found))
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {
        "年度报告开始填报",
        "保存年度报告",
        "上传报告附件",
        "年度报告送出",
        "年度报告采用",
    } <= actions
