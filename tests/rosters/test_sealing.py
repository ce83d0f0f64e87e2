"""After the import: confirmed by a second person, sealed, taken back or withdrawn."""

import datetime

import pytest

from applications.facts import known_of
from applications.workflow import OPEN, State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Bureau
from kaili_hukou.roles import Role
from rosters.actions.confirming import as_seen, confirm
from rosters.actions.withdrawing import Ending, take_back, withdraw, withdraw_rows
from rosters.batches import batch_of, pending
from rosters.files import ORIGINALS
from rosters.importing import Order, import_roster
from rosters.models import Roster, RosterEntry, RosterRepeat
from rosters.originals import original_of
from rosters.querysets import ENDED_WITHOUT
from rosters.writing import Document
from tests import factories
from tests.factories import today
from tests.rosters.workbooks import HEADER, ON, number, people, person, xlsx

pytestmark = pytest.mark.django_db
SERIAL = iter(range(1, 10_000))


def clerk(bureau):
    return factories.officer(Role.BUREAU_CLERK, bureau=bureau)


@pytest.fixture
def bureau():
    return Bureau.objects.get(name__startswith="市扶贫办")


@pytest.fixture
def enterer(bureau):
    return clerk(bureau)


@pytest.fixture
def imported(tmp_path, enterer):
    """Imports rows under a document of their own; continues a batch where told."""

    def make(rows=None, *, kind="relocation", officer=enterer, continues=None):
        path = xlsx(tmp_path / f"{next(SERIAL)}.xlsx", [HEADER, *(rows or people(3))])
        document = Document(kind, "凯测〔2026〕1号", ON, file_name=path.name, officer=officer)
        run = import_roster(Order(document, path, ON, commit=True)).run
        Roster.objects.filter(pk=run.roster_id).update(continues=continues)
        return Roster.objects.get(pk=run.roster_id)

    return make


def ending(officer, reason="名单有误"):
    return Ending(officer, today(), reason)


def counting():
    rows = RosterEntry.objects.confirmed(today())
    return sorted(rows.values_list("roster__reference", "row"))


def case_on(entry, state="accepted"):
    """A case that names the row."""
    made = factories.application("education", desk=factories.desk())
    type(made).objects.filter(pk=made.pk).update(roster_entry=entry, state=state)
    return made


# ---------------------------------------------------------------- confirmed by two


def test_the_whole_batch_is_confirmed_at_once_by_one_who_entered_none_of_it(
    imported, bureau, enterer
):
    first = imported()
    mending = clerk(bureau)
    second = imported([person(9)], officer=mending, continues=first)
    for officer in (enterer, mending):
        with pytest.raises(Refused, match="录入人不能确认"):
            confirm(second, officer, today())
    confirm(second, clerk(bureau), today())
    assert {file.state for file in batch_of(first)} == {"confirmed"}
    assert len(counting()) == 4


def test_a_file_that_came_while_the_page_was_open_is_not_confirmed_unseen(imported, bureau):
    first = imported()
    seen = as_seen(pending(batch_of(first)))
    imported([person(9)], continues=first)
    with pytest.raises(Refused, match="又有了变化"):
        confirm(first, clerk(bureau), today(), seen=seen)
    assert not counting()


def test_whoever_typed_in_a_row_does_not_confirm_it(bureau):
    roster = factories.roster("relocation", factories.person_entry(), state="entered")
    typist = clerk(bureau)
    roster.entries.update(entered_by=typist)
    with pytest.raises(Refused, match="录入人"):
        confirm(roster, typist, today())


def test_a_successor_sees_and_confirms_and_its_successor_too(imported, bureau):
    between = Bureau.objects.exclude(pk=bureau.pk).first()
    last = Bureau.objects.exclude(pk__in=[bureau.pk, between.pk]).first()
    roster, officer = imported(), clerk(last)
    assert not Roster.objects.visible_to(officer).exists()
    with pytest.raises(Refused, match="只有提供部门"):
        confirm(roster, officer, today())
    Bureau.objects.filter(pk=bureau.pk).update(successor=between)
    Bureau.objects.filter(pk=between.pk).update(successor=last)
    assert Roster.objects.visible_to(officer).get() == roster
    assert RosterEntry.objects.visible_to(officer).count() == 3
    confirm(roster, officer, today())


def test_two_bureaus_that_name_each_other_as_successor_end_no_search(bureau):
    other = Bureau.objects.exclude(pk=bureau.pk).first()
    Bureau.objects.filter(pk=bureau.pk).update(successor=other)
    Bureau.objects.filter(pk=other.pk).update(successor=bureau)
    assert not Roster.objects.visible_to(clerk(other)).exists()


# ---------------------------------------------------------------- sealed


def test_the_original_of_veterans_goes_with_the_confirmation(
    imported, django_capture_on_commit_callbacks
):
    kept, gone = imported(), imported(people(2), kind="veteran")
    approver = factories.officer(Role.APPROVER)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(kept, approver, today())
        confirm(gone, approver, today())
    assert original_of(kept)
    assert ORIGINALS.path(kept.pk).exists()
    assert not ORIGINALS.path(gone.pk).exists()
    assert gone.original_removed_on == today()
    entry = AuditEntry.objects.get(action="确认花名册", object_id=str(gone.pk))
    assert "原文件已销毁" in entry.reason
    with pytest.raises(Refused, match="已于 .* 按规定销毁"):
        original_of(gone)


def test_the_original_of_veterans_goes_when_it_is_taken_back_too(
    imported, django_capture_on_commit_callbacks
):
    roster = imported(kind="veteran")
    with django_capture_on_commit_callbacks(execute=True):
        take_back(roster, ending(factories.officer(Role.APPROVER)))
    assert not ORIGINALS.path(roster.pk).exists()


def test_an_original_that_was_changed_or_lost_is_told_and_not_handed_out(imported):
    roster = imported()
    ORIGINALS.keep(roster.pk, b"another file")
    with pytest.raises(Refused, match="SHA-256 不一致"):
        original_of(roster)
    path = ORIGINALS.path(roster.pk)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused, match="损坏或被改动"):
        original_of(roster)
    path.unlink()
    with pytest.raises(Refused, match="不在存放处"):
        original_of(roster)


# ---------------------------------------------------------------- taken back


def test_a_batch_is_taken_back_whole_and_may_come_again(imported, bureau, tmp_path):
    first = imported()
    second = imported([person(9)], continues=first)
    confirm(first, clerk(bureau), today())
    take_back(second, ending(clerk(bureau)))
    assert {file.state for file in batch_of(first)} == {"taken_back"}
    assert not counting()
    entry = AuditEntry.objects.filter(action="收回花名册").first()
    assert entry.reason == "名单有误"
    assert Roster.objects.get(pk=first.pk).ended_for == "名单有误"
    path = tmp_path / first.file_name
    again = import_roster(Order(Document("relocation", "再来", ON), path, ON, commit=True))
    assert (again.added, again.committed) == (3, True)


def test_an_unfinished_import_that_is_taken_back_stops(imported):
    roster = imported()
    roster.run.state = "running"
    roster.run.save()
    take_back(roster, ending(factories.officer(Role.APPROVER)))
    roster.run.refresh_from_db()
    assert roster.run.state == "undone"


@pytest.mark.parametrize("state", ["draft", "registered"])
def test_a_batch_on_which_a_case_rests_is_not_taken_back(state, imported, bureau):
    roster = imported()
    confirm(roster, clerk(bureau), today())
    case = case_on(roster.entries.first(), state)
    with pytest.raises(Refused, match="依据其中 1 行"):
        take_back(roster, ending(clerk(bureau)))
    roster.refresh_from_db()
    assert roster.state == "confirmed"
    type(case).objects.filter(pk=case.pk).update(state="withdrawn")
    take_back(roster, ending(clerk(bureau)))
    assert roster.state == "taken_back"


def test_a_row_that_another_roster_repeats_keeps_its_support(imported, bureau):
    first = imported()
    second = imported(list(reversed(people(3))))
    for roster in (first, second):
        confirm(roster, clerk(bureau), today())
    case_on(first.entries.first())
    take_back(first, ending(clerk(bureau)))
    assert len(counting()) == 3
    with pytest.raises(Refused, match="依据其中 1 行"):
        take_back(second, ending(clerk(bureau)))


def test_only_its_bureau_and_the_household_section_end_a_roster(imported):
    roster = imported()
    other = clerk(Bureau.objects.exclude(pk=roster.supplier_id).first())
    for officer in (other, factories.officer(Role.REFORM_OFFICE)):
        with pytest.raises(Refused, match="只有提供部门"):
            take_back(roster, ending(officer))
    with pytest.raises(Refused, match="写明理由"):
        take_back(roster, ending(factories.officer(Role.APPROVER), " "))


def test_the_states_in_which_nothing_rests_on_a_row_are_those_of_the_cases():
    """Cases stand above the rosters, which therefore know their states as text."""
    assert set(State) - OPEN - {State.REGISTERED, State.ARCHIVED} == ENDED_WITHOUT


# ---------------------------------------------------------------- withdrawn


def test_a_withdrawn_batch_counts_for_nothing_and_its_cases_are_told(imported, bureau):
    roster = imported()
    with pytest.raises(Refused, match="还没有确认"):
        withdraw(roster, ending(clerk(bureau)))
    confirm(roster, clerk(bureau), today())
    case = case_on(roster.entries.first())
    assert withdraw(roster, ending(clerk(bureau))) == 1
    assert not counting()
    told = AuditEntry.objects.get(object_id=str(case.pk), action="所依据的花名册行已撤回")
    assert told.reason == "名单有误"


def test_a_withdrawn_row_counts_no_more_and_comes_again_as_new(imported, bureau):
    roster = imported()
    confirm(roster, clerk(bureau), today())
    case = case_on(roster.entries.get(row=2))
    assert withdraw_rows([roster.entries.get(row=2)], ending(clerk(bureau))) == 1
    assert [row for _, row in counting()] == [3, 4]
    assert AuditEntry.objects.filter(object_id=str(case.pk), action__contains="撤回").exists()
    assert known_of(number(1), None, today()).rosters_for("relocation") == []
    again = imported([*people(3), person(8)])
    assert (again.run.added, again.run.unchanged) == (2, 2)


def test_a_row_is_withdrawn_from_each_roster_for_itself(imported, bureau):
    first = imported()
    second = imported(list(reversed(people(3))))
    for roster in (first, second):
        confirm(roster, clerk(bureau), today())
    entry = first.entries.get(row=2)
    case_on(entry)
    repeat = RosterRepeat.objects.get(entry=entry)
    assert withdraw_rows([entry], ending(clerk(bureau))) == 0
    assert entry in RosterEntry.objects.confirmed(today())
    assert entry in RosterEntry.objects.present()
    assert withdraw_rows([repeat], ending(clerk(bureau))) == 1
    assert entry not in RosterEntry.objects.confirmed(today())
    assert entry not in RosterEntry.objects.present()
    with pytest.raises(Refused, match="已由别人"):
        withdraw_rows([repeat], ending(clerk(bureau)))


def test_what_only_a_later_roster_repeats_is_still_there_for_the_next(imported):
    first = imported()
    imported(list(reversed(people(3))))
    take_back(first, ending(factories.officer(Role.APPROVER)))
    third = imported([*people(3), person(7)])
    assert (third.run.added, third.run.unchanged) == (1, 3)


def test_a_relocation_row_without_yes_supports_nothing_though_confirmed(imported, bureau):
    roster = imported([person(1), person(2, 是否自愿=""), person(3, 是否自愿="否")])
    confirm(roster, clerk(bureau), today())
    told = [known_of(number(one), None, today()).rosters_for("relocation") for one in (1, 2, 3)]
    assert told == [["relocation"], [], []]


def test_a_day_before_the_confirmation_nothing_counts(imported, bureau):
    roster = imported()
    confirm(roster, clerk(bureau), today())
    before = today() - datetime.timedelta(days=1)
    assert not RosterEntry.objects.confirmed(before).exists()
