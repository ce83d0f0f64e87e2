"""The papers: each opens after its move, with the number, the QR code and the remedies."""

import re
from dataclasses import dataclass, field

import pytest
import segno
from django.urls import reverse

from applications.actions.changing import advance
from applications.models import Certificate, EvidenceItem, Transfer
from applications.paper_kinds import DECISIONS, PAPERS, Lasting, printed_at_once
from applications.policy.routes import ROUTES
from applications.workflow import MOVES, State
from kaili_hukou.models import AuditEntry, PoliceStation, Town
from rosters.kinds import KINDS
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Way:
    """How a case comes to have a paper: a state, and a last move by somebody, with its words."""

    state: State
    move: str = ""
    by: str = "clerk"
    route: str = "education"
    companion: str = ""
    told: dict = field(default_factory=dict)
    also: str = ""


TRUTH = {
    "facts": "学历证书系伪造。",
    "hearing": "已告知,未申请听证。",
    "clause": "行政许可法 第六十九条第二款",
}
VALUES = {
    "changes": [{"key": "x", "who": "杨**", "title": "姓名", "old": "杨小满", "new": "杨晓满"}],
    "proof": "出生医学证明",
}
WAYS = {
    "cover": Way(State.ACCEPTED),
    "contents": Way(State.ACCEPTED),
    "application-form": Way(State.DRAFT),
    "privacy": Way(State.DRAFT),
    "guardian-consent": Way(State.DRAFT, companion="child"),
    "mandate": Way(State.DRAFT),
    "promise": Way(State.DRAFT, also="promised"),
    "evidence-list": Way(State.DRAFT),
    "land-rights": Way(State.DRAFT),
    "received": Way(State.RECEIVED),
    "supplement": Way(State.SUPPLEMENT),
    "receipt": Way(State.ACCEPTED),
    "not-accepted": Way(State.NOT_ACCEPTED),
    "inquiry": Way(State.DRAFT, route="talent"),
    "route-changed": Way(
        State.ACCEPTED, "take_route", told={"change": "由「省外·就学」改用「省外·学历」"}
    ),
    "paused": Way(State.ACCEPTED, "pause", told={"ground": "appraisal"}),
    "extended": Way(State.ACCEPTED, "extend", "head", told={"days": 5}),
    "check-record": Way(State.CHECKED),
    "approval-sheet": Way(State.ACCEPTED),
    "refused": Way(State.REFUSED),
    "not-admitted": Way(State.REVIEWED, "approve", "approver", companion="parent", also="refused"),
    "admission-data": Way(State.APPROVED, also="transfer"),
    "exchange": Way(State.APPROVED, also="exchange"),
    "settled": Way(State.REGISTERED),
    "established": Way(State.REGISTERED, route="collective"),
    "moved-back": Way(State.REGISTERED, route="pupil_return"),
    "public-household": Way(State.REGISTERED),
    "withdrawn": Way(State.ACCEPTED, "withdraw"),
    "terminated": Way(State.TERMINATED),
    "corrected": Way(State.REGISTERED, "correct", "head", told=VALUES),
    "annulled": Way(State.REGISTERED, "annul", "second_approver", told=TRUTH),
    "revoked": Way(State.REGISTERED, "revoke", "second_approver", told=TRUTH),
    "reopened": Way(State.REFUSED, "reopen", "second_approver", told={"ground": "行政复议决定"}),
    "delivery": Way(State.REFUSED, also="issued"),
}
# Printed before a number was drawn, or about another paper's number.
UNNUMBERED = {State.DRAFT, State.RECEIVED, State.SUPPLEMENT, State.TERMINATED}
NUMBERED = [name for name, way in WAYS.items() if way.state not in UNNUMBERED]
MADE_BY_A_MOVE = [name for name, paper in PAPERS.items() if paper.moves]
NOT_WITHOUT = [*MADE_BY_A_MOVE, *(name for name, paper in PAPERS.items() if paper.each)]
UNKNOWN_BY_NUMBER = {"land-rights", "contents", "guardian-consent", "evidence-list"}
# Between private people, a list that nobody signs, or signed by several (tested apart).
BY_HAND = {"contents", "mandate", "delivery", "application-form", "evidence-list"}
REMEDIES = [name for name in DECISIONS if name not in ("settled", "established", "moved-back")]


def opened(officer, case, name, **asked):
    return factories.client_of(officer).get(reverse("desk:paper", args=[case.pk, name]), asked)


def made(name, desk, **told):
    """A case that has this paper."""
    way = WAYS[name]
    if way.companion:
        told["companions"] = [factories.companion(way.companion)]
    case = factories.application(way.route, state=way.state, desk=desk, **told)
    if way.move:
        officer = getattr(desk, way.by)
        if way.also == "refused":
            case.members.filter(is_applicant=False).update(admission="refused")
            keep_reason(case)
        advance(
            case, way.move, factories.act(case, officer, reason="核实无误,<b>有据</b>", **way.told)
        )
    ALSO.get(way.also, lambda *_: None)(case, desk)
    return case


def keep_reason(case):
    member = case.members.get(is_applicant=False)
    member.admission_reason = "不共同居住"
    member.save()


def promised(case, desk):
    EvidenceItem.objects.create(
        application=case,
        code="no_home_proof",
        title="无房证明",
        clause="三(一)2",
        state="promised",
        position=9,
    )


def transfer(case, desk):
    return Transfer.objects.get(application=case, division="430104")


def exchange(case, desk):
    of = transfer(case, desk)
    told = {"transfer": of, "kind": "admission", "officer": desk.clerk}
    days = {"issued_on": factories.today(), "valid_until": factories.today() + factories.days(40)}
    old = Certificate.objects.create(number="黔6110001", state="lost", **told, **days)
    Certificate.objects.create(number="黔6110002", replaces=old, **told, **days)


def issued(case, desk):
    opened(desk.clerk, case, "refused")


ALSO = {"promised": promised, "transfer": transfer, "exchange": exchange, "issued": issued}


def html(desk, name, **told):
    case = made(name, desk, **told)
    return case, opened(desk.clerk, case, name).content.decode()


def test_every_paper_has_its_way():
    assert list(WAYS) == list(PAPERS)


@pytest.mark.parametrize("move", [move.name for move in MOVES.values() if move.paper])
@pytest.mark.parametrize("route", ROUTES)
def test_what_a_move_prints_at_once_is_a_paper_of_that_move(route, move):
    name = printed_at_once(move, route)
    if move == "register_part" and route in ("collective", "pupil_return"):
        assert not name
        return
    assert move in PAPERS[name].moves
    assert PAPERS[name].fits(route)
    assert MOVES[move].paper in (name, "settled")


@pytest.mark.parametrize("name", NOT_WITHOUT)
def test_a_paper_opens_after_its_move_and_not_before(name, desk):
    way = WAYS[name]
    someone = {"applicant": factories.person_entry(hukou_kind="urban")}
    before = factories.application(desk=desk, **someone)
    assert opened(desk.clerk, before, name).status_code == 404
    case = made(name, desk)
    assert opened(desk.clerk, case, name).status_code == 200, way
    link = reverse("desk:paper", args=[case.pk, name])
    shown = factories.client_of(desk.clerk).get(reverse("desk:case", args=[case.pk]))
    assert link in page(shown).links


@pytest.mark.parametrize("name", WAYS)
def test_a_paper_names_the_applicant_in_full_and_bears_a_foot_but_no_watermark(name, desk):
    case, shown = html(desk, name)
    assert "watermark" not in shown
    assert shown.count('<footer class="paper-foot">') == shown.count('<article class="paper">') >= 1
    assert (case.enterprise or case.applicant).name in shown
    if name not in UNKNOWN_BY_NUMBER:
        assert (case.enterprise.code if case.enterprise else case.applicant.number) in shown


@pytest.mark.parametrize("name", [name for name in WAYS if name not in BY_HAND])
def test_a_paper_carries_the_police_number_of_whoever_handled_it(name, desk):
    case, shown = html(desk, name)
    change = case.history.filter(move__in=PAPERS[name].moves).order_by("at").last()
    of_file = PAPERS[name].lasting is not Lasting.FIRST or change is None
    officer = desk.clerk if of_file else change.officer
    assert f"{officer.name}(警号 {officer.police_number})" in shown


def test_the_approval_sheet_is_signed_by_clerk_check_head_and_city_in_turn(desk):
    case = factories.application(state=State.APPROVED, desk=desk)
    shown = page(opened(desk.clerk, case, "approval-sheet")).text
    for move in ("accept", "check", "review", "approve"):
        assert case.history.get(move=move).officer.signature in shown
    assert "比对无重复" in shown


def test_what_was_sent_back_is_signed_anew(desk):
    case = factories.application(state=State.REVIEWED, desk=desk)
    factories.make(case, "return_to_station", desk, officer=desk.approver)
    shown = page(opened(desk.clerk, case, "approval-sheet")).text
    assert desk.clerk.signature in shown
    assert desk.head.signature not in shown
    assert desk.second.signature not in shown


@pytest.mark.parametrize("name", NUMBERED)
def test_a_numbered_paper_holds_its_number_and_the_qr_code_of_it_alone(name, desk):
    case, shown = html(desk, name)
    assert shown.count(case.receipt_number) >= 2
    code = segno.make(case.receipt_number, error="m")
    assert code.svg_inline(scale=3, border=2, omitsize=False) in shown


@pytest.mark.parametrize("name", ["received", "supplement"])
def test_before_acceptance_there_is_no_number_and_no_code(name, desk):
    _, shown = html(desk, name)
    assert "<svg" not in shown


@pytest.mark.parametrize("name", REMEDIES)
def test_a_decision_against_somebody_tells_the_remedies(name, desk):
    _, shown = html(desk, name)
    assert "六十日内" in shown
    assert "行政复议" in shown
    assert "六个月内" in shown
    assert "行政诉讼" in shown


@pytest.mark.parametrize("name", ["not-accepted", "refused"])
def test_a_refusal_tells_the_reason_and_that_there_are_other_ways(name, desk):
    _, shown = html(desk, name)
    assert "核实无误" in shown
    assert "不符合本方案,不等于不能落户" in shown


def test_a_refusal_quotes_its_clauses(desk):
    _, shown = html(desk, "refused")
    assert "三(一)1(2)" in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("route-changed", "由「省外·就学」改用「省外·学历」"),
        ("paused", "因依法需要鉴定、检验、检测"),
        ("extended", "延长 5 个工作日"),
        ("corrected", "姓名 杨小满 杨晓满"),
        ("annulled", "听取陈述、申辩和听证的情况:已告知,未申请听证。"),
        ("revoked", "认定的事实:学历证书系伪造。"),
        ("reopened", "依据和理由:行政复议决定;核实无误"),
        ("not-admitted", "理由:不共同居住"),
        ("public-household", "应当自取得之日起及时申请将户口从公共户迁出"),
        ("exchange", "黔6110001"),
        ("cover", "保管期限 永久"),
        ("promise", "撤销落户"),
        ("guardian-consent", "第三十一条"),
        ("privacy", "第三十五条"),
        ("settled", "领取人:"),
    ],
)
def test_a_paper_says_what_it_is_for(name, words, desk):
    case = made(name, desk)
    assert words in page(opened(desk.clerk, case, name)).text


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.move])
def test_a_paper_is_whole_where_the_move_told_little(name, desk):
    case = made(name, desk)
    change = case.history.get(move=WAYS[name].move)
    change.details = None
    change.save()
    assert opened(desk.clerk, case, name).status_code == 200


def test_the_notice_lists_everything_that_is_missing_and_its_day(desk):
    case, shown = html(desk, "supplement")
    assert "申请书补签名" in shown
    assert f"{case.supplement_by.year}年{case.supplement_by.month}月" in shown


def test_the_notice_keeps_its_day_after_the_papers_came(desk):
    case = factories.application(state=State.SUPPLEMENT, desk=desk)
    until = case.supplement_by
    factories.make(case, "resume", desk)
    day = f"{until.year}年{until.month}月{until.day}日"
    assert day in page(opened(desk.clerk, case, "supplement")).text


def test_the_receipt_promises_a_day(desk):
    case, shown = html(desk, "receipt")
    due = case.due_on
    assert f"{due.year}年{due.month}月{due.day}日" in shown
    assert f"{case.promised_days} 个工作日内办结" in shown


def test_an_enterprise_is_named_with_its_code(desk):
    case = factories.application("collective", state=State.ACCEPTED, desk=desk)
    shown = opened(desk.clerk, case, "receipt").content.decode()
    assert case.enterprise.code in shown
    assert case.enterprise.name in shown


@pytest.mark.parametrize("name", ["cover", "contents", "application-form", "evidence-list"])
@pytest.mark.parametrize("route", ROUTES)
def test_the_forms_of_the_file_serve_every_route(route, name, desk):
    case = factories.application(route, state=State.ACCEPTED, desk=desk)
    assert opened(desk.clerk, case, name).status_code == 200


@pytest.mark.parametrize("route", KINDS)
def test_a_letter_to_the_bureau_is_printed_for_routes_with_a_roster(route, desk):
    case = factories.application(route, desk=desk)
    shown = page(opened(desk.clerk, case, "inquiry")).text
    assert KINDS[route].supplier.split("(")[0] in shown
    assert opened(desk.clerk, factories.application(desk=desk), "inquiry").status_code == 404


def test_each_rural_household_has_its_own_notice_of_the_three_rights(desk):
    people = [
        factories.companion("spouse", address="湖南省长沙市岳麓区某街道1号"),
        factories.companion("parent", division="522622", address="黄平县某村"),
        factories.companion("child", hukou_kind="urban"),
    ]
    applicant = factories.person_entry(address="湖南省长沙市岳麓区某街道1号")
    case = factories.application(desk=desk, applicant=applicant, companions=people)
    shown = opened(desk.clerk, case, "land-rights").content.decode()
    assert shown.count('<article class="paper">') == 2


@pytest.mark.parametrize("route", ["public_payroll", "relocation"])
def test_only_the_public_payroll_hears_of_the_law_on_membership(route, desk):
    applicant = factories.person_entry(division=factories.HUANGPING)
    case = factories.application(route, desk=desk, applicant=applicant)
    shown = opened(desk.clerk, case, "land-rights").content.decode()
    assert ("农村集体经济组织法" in shown) is (route == "public_payroll")


def test_a_child_of_fourteen_needs_no_consent_of_a_guardian(desk):
    young, old = factories.companion("child", age=13), factories.companion("child", age=15)
    case = factories.application(desk=desk, companions=[young, old])
    shown = opened(desk.clerk, case, "guardian-consent").content.decode()
    assert shown.count('<article class="paper">') == 1
    assert young.person.number in shown
    assert old.person.number not in shown


def test_people_are_sent_to_the_window_of_the_station_or_to_the_hall_never_to_a_town(desk):
    Town.objects.update(address="镇政府大院1号", phone="0855-0000001")
    PoliceStation.objects.filter(pk=desk.station.pk).update(
        address="营盘东路2号", phone="0855-0000002", hours="周一至周五 9:00至17:00"
    )
    for name in ("supplement", "refused", "receipt"):
        _, shown = html(desk, name)
        assert "营盘东路2号,办公时间:周一至周五 9:00至17:00,电话:0855-0000002" in shown
        assert "市公安局办证中心(凯里市金山大道80号,办公时间:工作日办公时间" in shown
        assert "镇政府大院" not in shown
        assert "0855-0000001" not in shown


def test_the_contents_number_the_pages_of_papers_and_documents(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    for name in ("application-form", "receipt"):
        opened(desk.clerk, case, name)
    shown = page(opened(desk.clerk, case, "contents")).text
    count = case.evidence.count()
    assert re.search(r"1 落户申请表 [\d-]+ 1 1 ", shown)
    assert re.search(rf"{count + 2} 受理回执 [\d-]+ 1 {count + 2} ", shown)


def test_what_is_printed_is_recorded(desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    opened(desk.auxiliary, case, "receipt")
    entry = AuditEntry.objects.get(action="打印受理回执")
    assert (entry.actor, entry.object_id) == (desk.auxiliary, str(case.pk))


def test_a_paper_that_is_not_there_is_not_recorded_as_printed(desk, case):
    opened(desk.clerk, case, "receipt")
    assert not AuditEntry.objects.filter(action__startswith="打印").exists()


def test_another_station_prints_nothing(desk, other_desk):
    case = factories.application(state=State.ACCEPTED, desk=desk)
    assert opened(other_desk.clerk, case, "receipt").status_code == 404
    assert opened(factories.officer("auditor"), case, "receipt").status_code == 403


def test_there_is_no_such_paper(desk, case):
    assert opened(desk.clerk, case, "diploma").status_code == 404


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.move])
def test_what_an_officer_typed_cannot_break_out_of_a_paper(name, desk):
    _, shown = html(desk, name)
    assert "<b>有据" not in shown


def test_names_cannot_break_out_of_a_paper(desk):
    case = factories.application(state=State.SUPPLEMENT, desk=desk, address="<b>路</b>")
    change = case.history.get(move="ask_supplement")
    change.details = change.details | {"missing": ["<script>alert(1)</script>"]}
    change.save()
    shown = opened(desk.clerk, case, "supplement").content.decode()
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;" in shown
    form = opened(desk.clerk, case, "application-form").content.decode()
    assert "<b>路" not in form
    assert "&lt;b&gt;路" in form
