"""The family of a case: presence, signatures, guardians, agents, and the gates they open."""

import uuid

import pytest
from django.urls import reverse

from applications.actions.changing import NotAllowed, Overtaken
from applications.actions.family import (
    Guardian,
    MemberEntry,
    Settling,
    end_agent,
    keep_family,
    signing_gaps,
    with_everyone_present,
)
from applications.models import Agent, Member
from applications.workflow import State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry
from kaili_hukou.models.people import number_digest
from tests import factories
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

CHECK = {"compared": "无重复户口,无疑点", "findings": "材料与原件、本人相符"}


@pytest.fixture
def family(desk):
    """An applicant, a wife and a child of five, of whom nothing is noted yet."""
    companions = [factories.companion("spouse"), factories.companion("child", age=5)]
    return factories.application("home_purchase", desk=desk, companions=companions, signed=False)


def one(case, relationship=""):
    return case.members.select_related("person", "agent").get(relationship=relationship)


def keep(case, desk, entries, *, officer=None, version=None, on=None):
    keep_family(
        case,
        {member.pk: entry for member, entry in entries.items()},
        officer=officer or desk.clerk,
        on=on or factories.today(),
        version=version or factories.fresh(case).version,
    )


def by_himself(**told):
    usual = {"presence": "present", "signed": "self", "signed_on": factories.today()}
    return MemberEntry(**usual | told)


def by_guardian(case, **told):
    applicant = case.applicant
    return MemberEntry(
        **{
            "presence": "absent",
            "signed": "guardian",
            "signed_on": factories.today(),
            "guardian": Guardian(applicant.name, "父亲", applicant.number),
            "consent_on": factories.today(),
        }
        | told
    )


def client_and_page(case, officer):
    client = factories.client_of(officer)
    return client, client.get(reverse("desk:family", args=[case.pk]))


def sent(member, **told):
    return {f"{member.pk}-{name}": value for name, value in told.items()}


class TestKeeping:
    def test_at_opening_the_applicant_stands_at_the_window_and_has_not_signed(self, family):
        assert list(family.members.values_list("presence", "signed")) == [
            ("present", ""),
            ("", ""),
            ("", ""),
        ]

    def test_what_was_noted_is_kept_and_recorded(self, family, desk):
        before = family.version
        keep(family, desk, {one(family): by_himself(), one(family, "child"): by_guardian(family)})
        child = one(family, "child")
        assert (child.signed, child.guardian_number) == ("guardian", family.applicant.number)
        assert not signing_gaps(child, factories.today())
        assert factories.fresh(family).version == before + 1
        entry = AuditEntry.objects.filter(action="登记家庭与签名").get()
        assert {"signed", "guardian_number"} <= set(entry.changed)
        assert "presence" in entry.changed
        assert family.applicant.number not in str(entry.changed)

    @pytest.mark.parametrize(
        ("relationship", "told", "words"),
        [
            ("child", {"signed": "self", "presence": "present"}, "未满 16 周岁"),
            ("", {"signed": "guardian"}, "不由监护人签名"),
            ("", {"signed": "agent", "presence": "represented"}, "请选择代办人"),
            ("", {"presence": "absent"}, "到场一栏"),
            ("", {"signed_on": factories.today() + factories.days(1)}, "今天以后"),
        ],
    )
    def test_a_signature_that_cannot_stand_is_not_kept(
        self, relationship, told, words, family, desk
    ):
        with pytest.raises(Refused, match=words):
            keep(family, desk, {one(family, relationship): by_himself(**told)})
        assert not family.members.exclude(signed="").exists()
        assert not AuditEntry.objects.filter(action="登记家庭与签名").exists()

    def test_nobody_is_his_own_guardian(self, family, desk):
        child = one(family, "child")
        own = Guardian("杨小满", "父亲", child.person.number)
        with pytest.raises(Refused, match="不能是本人"):
            keep(family, desk, {child: by_guardian(family, guardian=own)})

    def test_another_guardian_does_not_inherit_the_number(self, family, desk):
        keep(family, desk, {one(family, "child"): by_guardian(family)})
        same = by_guardian(family, guardian=Guardian(family.applicant.name, "父亲"))
        keep(family, desk, {one(family, "child"): same})
        assert one(family, "child").guardian_number == family.applicant.number
        other = by_guardian(family, guardian=Guardian("杨外公", "外祖父母"))
        keep(family, desk, {one(family, "child"): other})
        assert one(family, "child").guardian_number == ""
        assert "缺监护人的姓名" in signing_gaps(one(family, "child"), factories.today())[0]

    def test_the_press_for_all_leaves_minors_to_their_guardian(self, family, desk):
        empty = {member.pk: MemberEntry() for member in family.members.all()}
        entries = with_everyone_present(family, empty, factories.today())
        keep_family(
            family, entries, officer=desk.clerk, on=factories.today(), version=family.version
        )
        assert list(family.members.values_list("presence", "signed")) == [
            ("present", "self"),
            ("present", "self"),
            ("present", ""),
        ]

    def test_two_officers_at_once_make_one_record(self, family, desk):
        version = family.version
        keep(family, desk, {one(family): by_himself()}, version=version)
        stale = type(family).objects.get(pk=family.pk)
        with pytest.raises(Overtaken, match="没有执行"):
            keep(stale, desk, {one(family): MemberEntry()}, version=version)
        assert one(family).signed == "self"
        assert AuditEntry.objects.filter(action="登记家庭与签名").count() == 1

    def test_somebody_who_is_no_member_is_not_noted(self, family, desk):
        with pytest.raises(Overtaken):
            keep_family(
                family,
                {uuid.uuid4(): by_himself()},
                officer=desk.clerk,
                on=factories.today(),
                version=family.version,
            )

    def test_an_officers_own_case_is_not_his(self, family, desk):
        desk.clerk.own_number_digest = family.applicant.number_digest
        desk.clerk.save()
        with pytest.raises(NotAllowed, match="回避"):
            keep(family, desk, {one(family): by_himself()})

    def test_after_the_end_nothing_is_noted(self, desk):
        case = factories.application(state=State.WITHDRAWN, desk=desk)
        with pytest.raises(Overtaken):
            keep(case, desk, {one(case): by_himself()})

    def test_statistics_are_kept_in_the_order_of_the_form(self, family, desk):
        told = Settling("17", ("five_years", "title", "nonsense"))
        keep(family, desk, {one(family): by_himself(settling=told)})
        kept = one(family)
        assert (kept.settling_reason, kept.marks) == ("17", ["title", "five_years"])


class TestAgents:
    def represented(self, agent, **told):
        usual = {"presence": "represented", "signed": "agent", "agent": agent}
        return by_himself(**usual | told)

    def test_an_agent_signs_for_whoever_is_of_age(self, family, desk):
        agent = factories.agent(family, desk.clerk)
        keep(family, desk, {one(family, "spouse"): self.represented(agent)})
        assert not signing_gaps(one(family, "spouse"), factories.today())
        with pytest.raises(Refused, match="应由监护人签名"):
            keep(family, desk, {one(family, "child"): self.represented(agent)})

    def test_the_number_is_found_by_its_digest_and_shown_by_nobody(self, family, desk):
        agent = factories.agent(family, desk.clerk)
        assert Agent.objects.get(number_digest=number_digest(agent.number)) == agent
        _, shown = client_and_page(family, desk.clerk)
        assert agent.number not in shown.content.decode()
        assert agent.masked_number in page(shown).text

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"mandate_until": factories.today() - factories.days(1)}, "已经到期"),
            ({"mandate_on": factories.today() + factories.days(1)}, "今天以后"),
        ],
    )
    def test_a_mandate_must_stand_today(self, told, words, family, desk):
        with pytest.raises(Refused, match=words):
            factories.agent(family, desk.clerk, **told)

    def test_a_minor_acts_for_nobody(self, family, desk):
        with pytest.raises(Refused, match="未满 18 周岁"):
            factories.agent(family, desk.clerk, number=factories.identity_number(17))

    def test_the_same_agent_is_added_once(self, family, desk):
        agent = factories.agent(family, desk.clerk)
        with pytest.raises(Refused, match="已经登记"):
            factories.agent(family, desk.clerk, number=agent.number)
        assert family.agents.count() == 1

    def test_an_officer_is_no_agent_in_a_case_he_handles(self, family, desk):
        number = factories.identity_number(40)
        desk.clerk.own_number_digest = number_digest(number)
        with pytest.raises(Refused, match="回避"):
            factories.agent(family, desk.clerk, number=number)

    def test_once_ended_he_signs_no_more_but_what_he_signed_stays(self, family, desk):
        agent = factories.agent(family, desk.clerk)
        keep(family, desk, {one(family, "spouse"): self.represented(agent)})
        end_agent(
            agent, officer=desk.clerk, on=factories.today(), version=agent.application.version
        )
        assert not signing_gaps(one(family, "spouse"), factories.today())
        ended = Agent.objects.get(pk=agent.pk)
        with pytest.raises(Refused, match="已终止"):
            keep(family, desk, {one(family): self.represented(ended)})
        with pytest.raises(Refused, match="已经终止"):
            end_agent(
                ended,
                officer=desk.clerk,
                on=factories.today(),
                version=factories.fresh(family).version,
            )

    def test_a_mandate_that_ran_out_signs_nothing_later(self, family, desk):
        last = factories.today() + factories.days(2)
        agent = factories.agent(family, desk.clerk, mandate_until=last)
        later = last + factories.days(1)
        told = self.represented(agent, signed_on=later)
        with pytest.raises(Refused, match="不在委托期内"):
            keep(family, desk, {one(family, "spouse"): told}, on=later)

    def test_the_agent_of_another_case_does_not_act_here(self, family, desk):
        elsewhere = factories.application("bravery", desk=desk)
        stranger = factories.agent(elsewhere, desk.clerk)
        with pytest.raises(Refused, match="不属于这份办件"):
            keep(family, desk, {one(family): self.represented(stranger)})


class TestGates:
    def accepted(self, family, desk):
        for name in ("receive", "accept"):
            factories.make(family, name, desk)
        return family

    def test_the_check_waits_for_the_applicants_signature_alone(self, family, desk):
        case = self.accepted(family, desk)
        with pytest.raises(Refused, match=r"尚未签名.*「家庭与签名」"):
            factories.make(case, "check", desk)
        keep(case, desk, {one(case): by_himself()})
        case = factories.fresh(case)
        for name in ("check", "review", "approve"):
            factories.make(case, name, desk)
        assert case.state == State.APPROVED

    def test_who_has_not_signed_is_not_registered(self, family, desk):
        case = self.accepted(family, desk)
        keep(case, desk, {one(case): by_himself(), one(case, "spouse"): by_himself()})
        case = factories.fresh(case)
        for name in ("check", "review", "approve"):
            factories.make(case, name, desk)
        with pytest.raises(Refused, match="监护人尚未签名"):
            factories.make(case, "register", desk)
        assert factories.fresh(case).state == State.APPROVED
        keep(case, desk, {one(case, "child"): by_guardian(case)})
        factories.make(factories.fresh(case), "register", desk)
        assert set(case.members.values_list("outcome", flat=True)) == {"registered"}

    def test_who_was_refused_need_not_sign(self, desk):
        sister = factories.companion("sibling")
        case = factories.application("home_purchase", desk=desk, companions=[sister], signed=False)
        self.accepted(case, desk)
        keep(case, desk, {one(case): by_himself()})
        case = factories.fresh(case)
        for name in ("check", "review"):
            factories.make(case, name, desk)
        refused = {str(one(case, "sibling").pk): ("refused", "未列入随迁范围")}
        factories.make(case, "approve", desk, members=refused)
        factories.make(case, "register", desk)
        assert factories.fresh(case).state == State.REGISTERED

    def test_an_enterprise_signs_no_family_page(self, desk):
        case = factories.application("collective", state=State.CHECKED, desk=desk)
        client = factories.client_of(desk.clerk)
        assert client.get(reverse("desk:family", args=[case.pk])).status_code == 404
        told = client.get(reverse("desk:case", args=[case.pk]))
        assert "家庭与签名" not in page(told).text

    def test_the_page_of_the_check_leads_to_the_signature(self, family, desk):
        case = self.accepted(family, desk)
        client = factories.client_of(desk.second)
        move = reverse("desk:move", args=[case.pk, "check"])
        there = client.get(move)
        assert "申请人还没有签名" in page(there).text
        assert reverse("desk:family", args=[case.pk]) in page(there).links
        told = submit(client, there, CHECK, has=("version",))
        assert "尚未签名" in page(told).text
        assert CHECK["findings"] in told.content.decode()
        keep(case, desk, {one(case): by_himself()})
        there = client.get(move)
        assert "申请人还没有签名" not in page(there).text
        submit(client, there, CHECK, has=("version",))
        assert factories.fresh(case).state == State.CHECKED


class TestPage:
    def test_one_press_for_the_usual_case(self, desk):
        case = factories.application(
            "home_purchase", desk=desk, companions=[factories.companion()], signed=False
        )
        client, shown = client_and_page(case, desk.auxiliary)
        told = submit(client, shown, button=("act", "everyone"))
        assert "到场和签名已登记" in page(told).text
        assert set(case.members.values_list("presence", "signed")) == {("present", "self")}

    def test_a_guardian_is_taken_from_the_case_by_one_choice(self, family, desk):
        child, wife = one(family, "child"), one(family, "spouse")
        client, shown = client_and_page(family, desk.clerk)
        today = factories.today().isoformat()
        typed = {"presence": "absent", "signed": "guardian", "guardian_from": str(wife.pk)}
        submit(client, shown, sent(child, **typed, consent_on=today), button=("act", "everyone"))
        child = one(family, "child")
        assert (child.guardian_name, child.guardian_number) == (
            wife.person.name,
            wife.person.number,
        )
        assert child.guardian_relation == ("母亲" if wife.person.sex == "2" else "父亲")
        assert (child.signed_on, child.presence) == (factories.today(), "absent")
        _, shown = client_and_page(family, desk.clerk)
        assert wife.person.number not in shown.content.decode()

    def test_whoever_signs_himself_is_there_today_without_more_typing(self, family, desk):
        wife = one(family, "spouse")
        client, shown = client_and_page(family, desk.clerk)
        submit(client, shown, sent(wife, signed="self"), has=(f"{wife.pk}-signed",))
        wife = one(family, "spouse")
        assert (wife.presence, wife.signed_on) == ("present", factories.today())

    @pytest.mark.parametrize(
        ("relationship", "typed", "words"),
        [
            ("spouse", {"signed": "self", "presence": "absent"}, "到场一栏"),
            ("spouse", {"presence": "represented"}, "请选择代办人"),
            ("spouse", {"signed": "self", "signed_on": "2026-13-40"}, "没有这一天"),
            ("child", {"guardian_number": "430104199001011234"}, "校验"),
            ("child", {"guardian_name": "A1"}, "姓名"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
        self, relationship, typed, words, family, desk
    ):
        member = one(family, relationship)
        client, shown = client_and_page(family, desk.clerk)
        told = submit(client, shown, sent(member, **typed), has=(f"{member.pk}-signed",))
        form = page(told).form(f"{member.pk}-signed")
        assert words in page(told).text
        assert {name: form.fields[f"{member.pk}-{name}"] for name in typed} == typed
        assert not family.members.exclude(signed="").exists()

    def test_a_guardian_under_18_is_refused(self, family, desk):
        child = one(family, "child")
        client, shown = client_and_page(family, desk.clerk)
        typed = {"guardian_number": factories.identity_number(15)}
        told = submit(client, shown, sent(child, **typed), has=(f"{child.pk}-signed",))
        assert "监护人未满 18 周岁" in page(told).text

    def test_a_stale_page_is_told_and_keeps_what_was_typed(self, family, desk):
        wife = one(family, "spouse")
        client, shown = client_and_page(family, desk.clerk)
        keep(family, desk, {one(family): by_himself()})
        told = submit(client, shown, sent(wife, presence="video"), has=(f"{wife.pk}-signed",))
        assert told.status_code == 409
        form = page(told).form(f"{wife.pk}-signed")
        assert form.fields[f"{wife.pk}-presence"] == "video"
        assert one(family, "spouse").presence == ""

    def test_an_agent_is_added_from_a_reader_and_ended(self, family, desk):
        client, shown = client_and_page(family, desk.clerk)
        number = factories.identity_number(45)
        typed = {
            "agent-number": f"姓名:罗代办 公民身份号码:{number}",
            "agent-relation": "兄弟",
            "agent-mandate": "written",
        }
        told = submit(client, shown, typed, button=("act", "agent"))
        agent = family.agents.get()
        assert (agent.name, agent.number) == ("罗代办", number)
        end = reverse("desk:agent-end", args=[agent.pk])
        form = next(form for form in page(told).forms if form.action == end)
        told = client.post(end, form.filled({}), follow=True)
        assert "委托已终止" in page(told).text
        assert family.agents.get().ended_on == factories.today()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"agent-number": ""}, "请填写代办人的身份号码"),
            ({"agent-relation": ""}, "请填写与申请人的关系"),
            ({"agent-mandate_until": "2001-01-01"}, "早于委托日期"),
            ({"agent-name": ""}, "请填写代办人的姓名"),
        ],
    )
    def test_an_agent_is_asked_for_what_is_missing(self, typed, words, family, desk):
        client, shown = client_and_page(family, desk.clerk)
        usual = {
            "agent-number": factories.identity_number(45),
            "agent-name": "罗代办",
            "agent-relation": "兄弟",
        }
        told = submit(client, shown, usual | typed, button=("act", "agent"))
        assert words in page(told).text
        assert not family.agents.exists()

    def test_the_grid_shows_who_lacks_which_paper(self, family, desk):
        family.evidence.filter(member__relationship="child").update(state="missing")
        _, shown = client_and_page(family, desk.clerk)
        rows = shown.context["papers"]
        asked = [(row.title, [len(cell) for cell in row.cells]) for row in rows]
        assert all(len(row.cells) == 3 for row in rows)
        marriage = next(cells for title, cells in asked if title.startswith("结婚证"))
        assert marriage == [0, 1, 0]
        lacking = [item for row in rows for item in row.cells[2] if item.state == "missing"]
        assert lacking
        links = page(shown).links
        assert all(reverse("desk:evidence", args=[item.pk]) in links for item in lacking)

    def test_statistics_are_asked_of_those_of_rural_origin_alone(self, desk):
        child = factories.companion("child", hukou_kind="urban")
        case = factories.application("home_purchase", desk=desk, companions=[child])
        client, shown = client_and_page(case, desk.clerk)
        fields = page(shown).form(f"{one(case).pk}-presence").fields
        assert fields[f"{one(case).pk}-settling_reason"] == "16"
        assert f"{one(case, 'child').pk}-settling_reason" not in fields
        told = sent(one(case), settling_reason="14", marks=["title", "five_years"])
        submit(client, shown, told, has=(f"{one(case).pk}-presence",))
        kept = one(case)
        assert (kept.settling_reason, kept.marks) == ("14", ["title", "five_years"])

    def test_whoever_only_reads_changes_nothing(self, family, desk):
        client, shown = client_and_page(family, desk.approver)
        assert not [form for form in page(shown).forms if "version" in form.fields]
        assert "监护人尚未签名" in page(shown).text
        assert "购(租)房" in page(shown).text
        answer = client.post(reverse("desk:family", args=[family.pk]), {"version": "1"})
        assert answer.status_code == 403

    def test_the_case_page_names_who_is_still_to_come(self, family, desk):
        client = factories.client_of(desk.clerk)
        text = page(client.get(reverse("desk:case", args=[family.pk]))).text
        assert "共 3 人" in text
        assert "监护人尚未签名" in text
        assert (
            reverse("desk:family", args=[family.pk])
            in page(client.get(reverse("desk:case", args=[family.pk]))).links
        )

    def test_a_look_at_the_page_is_recorded(self, family, desk):
        client_and_page(family, desk.clerk)
        assert AuditEntry.objects.filter(action="查看家庭与签名", object_id=family.pk).exists()


class TestAreaAHead:
    """A companion whose admission the approver decides changes the area a head."""

    def reviewed(self, desk, area):
        facts = factories.facts_of("home_purchase", factories.today()) | {"home_area_m2": area}
        companions = [factories.companion("spouse"), factories.companion("parent")]
        return factories.application(
            "home_purchase", state=State.REVIEWED, desk=desk, companions=companions, facts=facts
        )

    def chosen(self, case, **by_relationship):
        return {
            f"{name}_{one(case, relationship).pk}": value
            for relationship, (admission, why) in by_relationship.items()
            for name, value in (("admission", admission), ("why", why))
        }

    @pytest.mark.parametrize(
        ("parent", "opinion"), [("admitted", "不符合本方案"), ("refused", "符合")]
    )
    def test_it_is_shown_anew_before_the_signature(self, parent, opinion, desk):
        case = self.reviewed(desk, 45)
        client = factories.client_of(desk.approver)
        there = client.get(reverse("desk:move", args=[case.pk, "approve"]))
        typed = self.chosen(case, spouse=("admitted", ""), parent=(parent, "另有住处"))
        told = submit(client, there, typed, button=("reckon", "1"))
        assert f"初审意见 {opinion} " in page(told).text
        assert factories.fresh(case).state == State.REVIEWED
        assert not Member.objects.filter(application=case).exclude(admission="").exists()
        form = page(told).form("version")
        assert {name: form.fields[name] for name in typed} == typed

    def test_refusing_a_companion_turns_a_case_of_20_square_metres(self, desk):
        case = self.reviewed(desk, 45)
        all_in = {str(m.pk): ("admitted", "") for m in case.members.filter(is_applicant=False)}
        with pytest.raises(Refused, match="不符合本方案"):
            factories.make(case, "approve", desk, reason="", members=all_in)
        case = factories.fresh(case)
        without = all_in | {str(one(case, "parent").pk): ("refused", "另有住处")}
        factories.make(case, "approve", desk, reason="", members=without)
        judged = factories.fresh(case).judged
        assert judged["verdict"]["verdict"] == "eligible"
        assert any("2人" in found["actual"] for found in judged["verdict"]["conditions"])
