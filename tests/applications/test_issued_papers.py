"""What was printed first is what is printed again; forms follow the case until they are signed."""

import pytest
from django.template import engines
from django.urls import reverse

from applications import paper_kinds
from applications.actions.issuing import issue
from applications.documents import paper_of, words_of
from applications.models import IssuedPaper
from applications.paper_kinds import PAPERS, Lasting
from applications.workflow import State
from kaili_hukou.models import AuditEntry, PoliceStation
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.django_db


def opened(desk, case, name, **asked):
    address = reverse("desk:paper", args=[case.pk, name])
    return factories.client_of(desk.clerk).get(address, asked)


def words(answer):
    """The sheet without the foot, which tells of the printing."""
    return answer.content.decode().partition('<article class="paper">')[2].partition("<footer")[0]


@pytest.fixture
def another_template(tmp_path, settings):
    """The template of a paper is written anew, as a later release would."""

    def rewrite(name):
        folder = tmp_path / "applications" / "papers"
        folder.mkdir(parents=True)
        (folder / f"{name}.html").write_text("新的模板文字")
        engine = engines["django"].engine
        before, loaders = list(engine.dirs), engine.template_loaders
        engine.dirs.insert(0, tmp_path)
        for loader in loaders:
            loader.reset()
        undo.append((engine, before))

    undo = []
    yield rewrite
    for engine, before in undo:
        engine.dirs[:] = before
        for loader in engine.template_loaders:
            loader.reset()


def test_a_kept_decision_does_not_change_with_its_template(desk, another_template):
    case = factories.application(state=State.REFUSED, desk=desk)
    first = words(opened(desk, case, "refused"))
    another_template("refused")
    assert words(opened(desk, case, "refused")) == first
    fresh = factories.application(state=State.REFUSED, desk=desk)
    assert "新的模板文字" in words(opened(desk, fresh, "refused"))


def test_a_kept_decision_does_not_change_with_the_station_or_the_person(desk):
    case = factories.application(state=State.REFUSED, desk=desk)
    first = words(opened(desk, case, "refused"))
    PoliceStation.objects.filter(pk=case.station_id).update(address="新址1号", phone="0855-1")
    case.applicant.name = "杨改名"
    case.applicant.save()
    assert words(opened(desk, case, "refused")) == first


def test_a_later_printing_says_so_at_the_foot_and_is_counted(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    assert "重印" not in opened(desk, case, "receipt").content.decode()
    assert "重印 1" in opened(desk, case, "receipt").content.decode()
    assert "重印 2" in opened(desk, case, "receipt").content.decode()
    issued = case.papers.get(name="receipt")
    assert (issued.copies, issued.version) == (3, PAPERS["receipt"].version)
    assert AuditEntry.objects.filter(action="打印受理回执").count() == 3


def test_the_words_are_kept_encrypted(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    opened(desk, case, "receipt")
    stored = IssuedPaper.objects.filter(name="receipt").extra(select={"raw": "text"})
    raw = bytes(stored.values_list("raw", flat=True).get())
    assert case.applicant.name.encode() not in raw
    assert case.applicant.name in case.papers.get(name="receipt").sheets[0]


@pytest.mark.parametrize("name", ["application-form", "privacy", "mandate"])
def test_a_form_to_be_signed_follows_the_case_until_it_is_decided(name, desk):
    assert PAPERS[name].lasting is Lasting.SIGNED
    case = factories.application(desk=desk)
    opened(desk, case, name)
    rename(case, "杨改名")
    assert "杨改名" in words(opened(desk, case, name)) or name == "privacy"
    for move in ("receive", "accept", "check", "review", "approve"):
        factories.make(case, move, desk)
    signed = words(opened(desk, case, name))
    rename(case, "杨再改")
    assert words(opened(desk, case, name)) == signed
    assert case.papers.filter(name=name).count() == 1


def rename(case, name):
    case.applicant.name = name
    case.applicant.save()


def test_a_sheet_of_the_file_is_made_anew_until_the_case_is_filed(desk):
    case = factories.application(state=State.CHECKED, desk=desk)
    assert desk.head.signature not in words(opened(desk, case, "approval-sheet"))
    for move in ("review", "approve", "register", "archive"):
        factories.make(case, move, desk)
    filed = words(opened(desk, case, "approval-sheet"))
    assert desk.head.signature in filed
    assert desk.approver.signature in filed
    rename(case, "杨改名")
    assert words(opened(desk, case, "approval-sheet")) == filed


def test_each_move_has_a_paper_of_its_own_and_the_earlier_one_is_printed_again(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    factories.make(case, "check", desk, findings="第一次核查。")
    first = words(opened(desk, case, "check-record"))
    factories.make(case, "return_to_station", desk, officer=desk.head)
    factories.make(case, "check", desk, findings="第二次核查。")
    assert "第二次核查" in words(opened(desk, case, "check-record"))
    earlier, later = case.papers.filter(name="check-record").order_by("change__at")
    assert words(opened(desk, case, "check-record", of=earlier.pk)) == first
    assert (earlier.change.move, later.change.move) == ("check", "check")


@pytest.mark.parametrize("of", ["1", "no-such", "00000000-0000-4000-8000-000000000000"])
def test_no_other_paper_is_printed_by_its_number(of, desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    assert opened(desk, case, "receipt", of=of).status_code == 404


def test_a_paper_of_another_case_is_not_printed_from_this_one(desk):
    case, other = (factories.application(state=State.ACCEPTED, desk=desk) for _ in range(2))
    opened(desk, other, "receipt")
    of = other.papers.get().pk
    assert opened(desk, case, "receipt", of=of).status_code == 404
    assert opened(desk, other, "cover", of=of).status_code == 404


def test_of_two_first_printings_at_once_one_is_kept(desk, monkeypatch):
    """The second press, which saw no row yet, finds one when it writes."""
    case = factories.application(state=State.ACCEPTED, desk=desk)
    built = paper_of(case, "receipt", officer=desk.clerk, on=factories.today())

    def compose():
        if not case.papers.exists():
            issue(case, PAPERS["receipt"], built.change, desk.second, lambda: ["先印的"])
        return words_of(built)

    issued = issue(case, PAPERS["receipt"], built.change, desk.clerk, compose)
    assert issued.sheets == ["先印的"]
    assert issued.copies == case.papers.get().copies == 2


def test_the_order_of_the_papers_is_told_once():
    assert list(paper_kinds.DECISIONS) == [name for name in PAPERS if PAPERS[name].decides]


def test_the_list_of_papers_names_version_day_and_copies(desk):
    case = factories.application(state=State.REFUSED, desk=desk)
    for _ in range(2):
        opened(desk, case, "refused")
    client = factories.client_of(desk.clerk)
    shown = page(client.get(reverse("desk:deliver", args=[case.pk])))
    row = case.papers.get()
    assert f"不予批准决定书 {row.change.on} 2026-11" in shown.text
    again = reverse("desk:paper", args=[case.pk, "refused"]) + f"?of={row.pk}"
    assert again in shown.links
