"""不符合本方案,不等于不能落户: every door names the other grounds, and a referral is counted."""

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Referral
from applications.referrals import REFERRALS, other_doors
from applications.workflow import State
from kaili_hukou.models import AuditEntry
from tests import factories
from tests.factories import client_of, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db

NOT_THE_END = "不符合本方案,不等于不能落户"
WITHIN = ("市内迁移", "当场办理", "购房优先")
OTHERS = ("投靠", "录用", "大中专", "复籍", "立户")


@pytest.fixture
def desk():
    return factories.desk()


def names_the_grounds(text):
    return all(
        words in text
        for words in (*OTHERS, NOT_THE_END, "户口登记条例", "派出所户籍窗口", "金山大道80号")
    )


def test_every_ground_has_its_basis_its_window_and_its_papers():
    assert [one.code for one in REFERRALS] == ["within_city", *Referral.Ground.values[:-1]]
    for one in REFERRALS:
        assert one.basis
        assert "派出所" in one.window
        assert one.bring


@pytest.mark.parametrize(
    ("division", "route", "within", "number"),
    [
        (factories.KAILI, "", True, 6),
        (factories.KAILI, "home_purchase", True, 6),
        (factories.CHANGSHA, "home_purchase", False, 5),
        ("", "education", False, 6),
        (factories.KAILI, "pupil_return", False, 0),
        ("", "collective", False, 0),
    ],
)
def test_whom_which_doors_are_told(division, route, within, number):
    doors = other_doors(division, route)
    assert (doors.within_city, len(doors.grounds)) == (within, number)


class TestIntake:
    def asked(self, desk, **typed):
        client = client_of(desk.clerk)
        shown = client.get(reverse("desk:intake"))
        return client, submit(
            client, shown, {"number": factories.identity_number()} | typed, has=("number", "card")
        )

    def test_the_other_grounds_stand_there_with_basis_and_window(self, desk):
        _, shown = self.asked(desk, division="湖南省长沙市岳麓区")
        assert names_the_grounds(page(shown).text)
        assert "属市内迁移" not in page(shown).text

    def test_one_of_kaili_is_told_that_he_moves_within_the_city(self, desk):
        client, shown = self.asked(desk, division="522601", hukou_kind="urban")
        text = page(shown).text
        assert all(words in text for words in WITHIN)
        first = next(form for form in page(shown).forms if form.fields.get("ground"))
        assert first.fields["ground"] == "within_city"
        told = page(client.post(first.action, first.filled({}), follow=True)).text
        assert "已登记转办引导:市内迁移(购房优先)" in told
        assert Referral.objects.get().ground == "within_city"

    @pytest.mark.parametrize("ground", Referral.Ground.values)
    def test_a_referral_is_counted_in_one_press_and_names_nobody(self, ground, desk):
        client, shown = self.asked(desk)
        form = next(one for one in page(shown).forms if one.fields.get("ground") == ground)
        client.post(form.action, form.filled({}))
        referral = Referral.objects.get()
        assert (referral.ground, referral.station, referral.on) == (ground, desk.station, today())
        assert AuditEntry.objects.filter(action="转办引导").count() == 1

    @pytest.mark.parametrize("ground", ["", "nothing", "\0"])
    def test_a_ground_that_is_none_counts_nothing(self, ground, desk):
        client = client_of(desk.clerk)
        answer = client.post(reverse("desk:refer"), {"ground": ground}, follow=True)
        assert "请选择转办事由" in page(answer).text
        assert not Referral.objects.exists()


class TestTheCase:
    def shut(self, desk, division=factories.KAILI, route="home_purchase", **told):
        entry = factories.person_entry(division=division)
        return factories.application(route, desk=desk, applicant=entry, **told)

    def page_of(self, desk, case, officer=None):
        client = client_of(officer or desk.clerk)
        return client, client.get(reverse("desk:case", args=[case.pk]))

    def test_a_buyer_of_kaili_is_told_that_he_moves_within_the_city(self, desk):
        client, shown = self.page_of(desk, case := self.shut(desk))
        text = page(shown).text
        assert all(words in text for words in WITHIN)
        assert names_the_grounds(text)
        form = next(one for one in page(shown).forms if one.fields.get("ground") == "within_city")
        answer = client.post(form.action, form.filled({}), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("desk:case", args=[case.pk])
        assert Referral.objects.get().ground == "within_city"

    def test_so_does_the_opinion_while_typing(self, desk):
        case = self.shut(desk)
        client, shown = self.page_of(desk, case)
        sent = next(one for one in page(shown).forms if one.identity == "dossier").filled({})
        answer = client.post(reverse("desk:verdict", args=[case.pk]), sent)
        text = page(answer).text
        assert all(words in text for words in WITHIN)
        assert names_the_grounds(text)

    def test_another_is_told_the_other_grounds(self, desk):
        case = self.shut(desk, factories.HUANGPING, "education")
        text = page(self.page_of(desk, case)[1]).text
        assert names_the_grounds(text)
        assert "属市内迁移" not in text

    def test_who_only_reads_counts_nothing(self, desk):
        case = self.shut(desk)
        shown = page(self.page_of(desk, case, desk.approver)[1])
        assert NOT_THE_END in shown.text
        assert not [form for form in shown.forms if form.fields.get("ground")]

    def test_where_a_route_is_open_nobody_is_sent_away(self, desk):
        text = page(self.page_of(desk, factories.application("education", desk=desk))[1]).text
        assert NOT_THE_END not in text

    def test_a_case_of_another_station_is_not_led_back_to(self, desk):
        case = self.shut(desk)
        other = client_of(factories.desk("炉山派出所").clerk)
        for back in (str(case.pk), "nonsense"):
            answer = other.post(reverse("desk:refer"), {"ground": "joining", "case": back})
            assert answer.url == reverse("desk:intake")

    def test_taking_it_all_the_same_says_so_too(self, desk):
        case = self.shut(desk)
        case.evidence.update(state="original")
        factories.make(case, "receive", desk)
        client = client_of(desk.clerk)
        answer = client.get(reverse("desk:move", args=[case.pk, "accept"]))
        assert names_the_grounds(page(answer).text)


class TestTheSelfCheck:
    def told(self, route, **typed):
        answer = Client().post(reverse("desk:self-check", args=[route]), typed)
        return page(answer)

    def test_a_buyer_of_kaili_is_told_that_he_moves_within_the_city(self):
        shown = self.told("home_purchase", **{"person-division": "522601"})
        assert all(words in shown.text for words in WITHIN)
        assert names_the_grounds(shown.text)
        assert not [form for form in shown.forms if "ground" in form.fields]

    def test_another_is_told_the_other_grounds(self):
        text = self.told("education", **{"person-division": "522622"}).text
        assert names_the_grounds(text)
        assert "属市内迁移" not in text


@pytest.mark.parametrize(
    ("state", "paper"), [(State.NOT_ACCEPTED, "not-accepted"), (State.REFUSED, "refused")]
)
def test_a_paper_that_says_no_names_the_other_grounds(state, paper, desk):
    case = factories.application("education", state=state, desk=desk)
    answer = client_of(desk.clerk).get(reverse("desk:paper", args=[case.pk, paper]))
    assert names_the_grounds(page(answer).text)
