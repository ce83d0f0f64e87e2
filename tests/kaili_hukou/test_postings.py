"""Postings: dated rows that scope, moves and the record follow."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from applications.actions.changing import NotAllowed, why_not
from applications.models import Application
from applications.workflow import MOVES, State
from kaili_hukou.actions import Refused
from kaili_hukou.models import AuditEntry, Officer, Posting
from kaili_hukou.postings import Post, appoint, end_posting, postings_on
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of, days, today
from tests.pages import page, submit

pytestmark = pytest.mark.django_db


def lent(here, kind=Posting.Kind.SECOND, role=Role.WINDOW, **told):
    return Post(
        **{
            "role": role,
            "station": here,
            "kind": kind,
            "since": today(),
            "until": today() + days(9),
            "authority": "凯公户〔2026〕7号",
        }
        | told
    )


def lend(officer, post, by, on=None):
    return appoint(officer, post, on=on or today(), by=by)


@pytest.mark.parametrize(
    ("since", "until", "on", "in_force"),
    [
        (0, None, 0, True),
        (0, None, -1, False),
        (0, None, 900, True),
        (0, 0, 0, True),
        (0, 0, 1, False),
        (-5, 5, 5, True),
        (-5, 5, 6, False),
        (3, 5, 2, False),
    ],
)
def test_a_posting_counts_from_its_first_to_its_last_day(since, until, on, in_force, desk):
    Posting.objects.filter(officer=desk.clerk).update(
        since=today() + days(since), until=None if until is None else today() + days(until)
    )
    assert bool(postings_on(desk.clerk, today() + days(on))) is in_force


def test_a_new_regular_posting_ends_the_one_before_and_the_account_names_it(desk, other_desk):
    made = appoint(desk.clerk, Post("station_head", today(), other_desk.station), on=today())
    before = desk.clerk.postings.exclude(pk=made.pk).get()
    assert before.until == today() - days(1)
    told = Officer.objects.get(pk=desk.clerk.pk)
    assert (told.role, told.station) == ("station_head", other_desk.station)
    assert postings_on(desk.clerk, today()) == [made]


def test_two_regular_postings_on_one_day_leave_the_last(desk, other_desk):
    appoint(desk.clerk, Post("auxiliary", today(), other_desk.station), on=today())
    last = appoint(desk.clerk, Post("window", today(), desk.station), on=today())
    assert postings_on(desk.clerk, today()) == [last]


def test_who_moves_to_another_post_leaves_what_was_lent_to_him_behind(desk, other_desk):
    earlier = {"since": today() - days(3)}
    began = lend(other_desk.clerk, lent(desk.station, **earlier), desk.head)
    later = {"since": today() + days(20), "until": today() + days(30)}
    lend(other_desk.clerk, lent(desk.station, **later), desk.head)
    made = appoint(other_desk.clerk, Post("auxiliary", today(), desk.station), on=today())
    assert postings_on(other_desk.clerk, today()) == [made]
    assert postings_on(other_desk.clerk, today() + days(25)) == [made]
    assert Posting.objects.get(pk=began.pk).until == today() - days(1)


def test_whoever_was_an_officer_before_there_were_postings_is_posted_as_he_stands(desk):
    clerk, closed = desk.clerk, desk.second
    Posting.objects.filter(officer__in=[clerk, closed]).delete()
    Officer.objects.filter(pk=closed.pk).update(is_active=False)
    kept = Posting.objects.count()
    import_module("kaili_hukou.migrations.0003_first_postings").post_everybody(apps, None)
    assert Posting.objects.count() == kept + 2
    made = clerk.postings.get()
    assert (made.role, made.station, made.until) == ("window", desk.station, None)
    assert made.since == timezone.localdate(clerk.date_joined)


@pytest.mark.parametrize("shift", [1, -9000])
def test_a_regular_posting_begins_neither_in_future_nor_before_the_last(shift, desk):
    with pytest.raises(Refused, match="任职"):
        appoint(desk.clerk, Post("window", today() + days(shift), desk.station), on=today())


REFUSED = {
    "no authority": ({"authority": " "}, "授权"),
    "no end": ({"until": None}, "止日"),
    "ends before it begins": ({"until": today() - days(1)}, "止日"),
    "longer than a year": ({"until": today() + days(400)}, "一年"),
    "of another kind of role": ({"role": Role.APPROVER}, "窗口民警或所领导"),
    "nowhere": ({"station": None}, "派出所"),
    "a deputy from elsewhere": ({"kind": Posting.Kind.DEPUTY}, "代理限本所"),
}


@pytest.mark.parametrize("told", REFUSED.values(), ids=REFUSED)
def test_a_second_officer_is_refused(told, desk, other_desk):
    changed, words = told
    with pytest.raises(Refused, match=words):
        lend(other_desk.clerk, lent(desk.station, **changed), desk.head)
    assert other_desk.clerk.postings.count() == 1


def test_only_sworn_officers_whose_account_is_open_are_lent_by_somebody_else(desk, other_desk):
    for officer, words in ((other_desk.auxiliary, "不是民警"), (desk.second, "本所民警")):
        with pytest.raises(Refused, match=words):
            lend(officer, lent(desk.station), desk.head)
    with pytest.raises(Refused, match="给自己"):
        lend(desk.head, lent(desk.station, Posting.Kind.DEPUTY), desk.head)
    other_desk.clerk.is_active = False
    with pytest.raises(Refused, match="停用"):
        lend(other_desk.clerk, lent(desk.station), desk.head)


def test_the_same_posting_is_not_given_twice_over_the_same_days(desk, other_desk):
    lend(other_desk.clerk, lent(desk.station), desk.head)
    with pytest.raises(Refused, match="已有同样的任职"):
        lend(other_desk.clerk, lent(desk.station, since=today() + days(9)), desk.head)
    later = {"since": today() + days(10), "until": today() + days(20)}
    assert lend(other_desk.clerk, lent(desk.station, **later), desk.head)


def test_an_end_is_the_last_day_and_what_has_not_begun_is_taken_back(desk, other_desk):
    now = lend(other_desk.clerk, lent(desk.station), desk.head)
    later = {"since": today() + days(10), "until": today() + days(20)}
    then = lend(other_desk.clerk, lent(desk.station, **later), desk.head)
    for posting in (now, then):
        end_posting(posting, on=today(), by=desk.head)
    assert Posting.objects.get(pk=now.pk).until == today()
    for posting, words in ((now, "为止"), (then, "撤回"), (desk.clerk.postings.get(), "本职")):
        with pytest.raises(Refused, match=words):
            end_posting(posting, on=today(), by=desk.head)


# ------------------------------------------------------------------ in a request


def take(client, posting):
    return client.post(reverse("desk:take-posting"), {"posting": posting.pk}, follow=True)


def test_a_second_officer_sees_the_station_only_under_that_posting(desk, other_desk):
    case = factories.application("education", state=State.ACCEPTED, desk=desk)
    address = reverse("desk:case", args=[case.pk])
    posting = lend(other_desk.clerk, lent(desk.station), desk.head)
    client = client_of(other_desk.clerk)
    assert client.get(address).status_code == 404
    assert "协办窗口民警" in take(client, posting).content.decode()
    assert client.get(address).status_code == 200
    look = AuditEntry.objects.filter(action="查看办件", actor=other_desk.clerk).latest("at")
    assert look.actor_title == f"{other_desk.clerk.name}(协办窗口民警)"
    assert look.scope == desk.station.name


def test_a_deputy_head_reviews_and_is_still_not_the_one_who_accepted(desk):
    case = factories.application("education", state=State.CHECKED, desk=desk)
    posts = {}
    for officer in (desk.clerk, desk.second):
        post = lent(desk.station, Posting.Kind.DEPUTY, Role.STATION_HEAD)
        posts[officer.pk] = lend(officer, post, desk.head)
    accepted, checked = desk.clerk, desk.second
    address = reverse("desk:move", args=[case.pk, "review"])
    client = client_of(accepted)
    take(client, posts[accepted.pk])
    answer = client.post(address, {"version": case.version}, follow=True)
    assert "须由另一人办理" in answer.content.decode()
    assert factories.fresh(case).state == State.CHECKED
    client = client_of(checked)
    take(client, posts[checked.pk])
    submit(client, client.get(address), has=["version"])
    assert factories.fresh(case).state == State.REVIEWED


def test_a_posting_that_is_over_is_dropped_at_the_next_press(desk, other_desk):
    posting = lend(other_desk.clerk, lent(desk.station), desk.head)
    client = client_of(other_desk.clerk)
    take(client, posting)
    Posting.objects.filter(pk=posting.pk).update(since=today() - days(5), until=today() - days(1))
    told = client.get(reverse("desk:work"))
    assert "已不在有效期" in told.content.decode()
    assert told.wsgi_request.user.station == other_desk.station
    assert "posting" not in client.session


def test_a_posting_of_somebody_else_is_not_taken(desk, other_desk):
    posting = lend(other_desk.clerk, lent(desk.station), desk.head)
    client = client_of(other_desk.second)
    for chosen in (posting.pk, "x", ""):
        answer = client.post(reverse("desk:take-posting"), {"posting": chosen}, follow=True)
        assert "没有切换" in answer.content.decode()
    assert "posting" not in client.session


def test_whoever_has_no_posting_sees_a_page_that_says_so_and_can_leave(desk, case):
    client = client_of(desk.clerk)
    Posting.objects.filter(officer=desk.clerk).update(until=today() - days(1))
    for name, of in (("desk:work", []), ("desk:case", [case.pk]), ("admin:index", [])):
        answer = client.get(reverse(name, args=of))
        assert answer.status_code == 403
        assert "没有有效的任职" in answer.content.decode()
        assert case.applicant.name not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.post(reverse("admin:logout")).status_code == 302


def test_what_a_posting_lends_is_never_written_into_the_account(desk, other_desk):
    posting = lend(other_desk.clerk, lent(desk.station), desk.head)
    officer = Officer.objects.get(pk=other_desk.clerk.pk)
    officer.work_under(posting)
    officer.name = "改名"
    officer.save()
    kept = Officer.objects.get(pk=officer.pk)
    assert (kept.name, kept.station) == ("改名", other_desk.station)
    for name in ("role", "station"):
        with pytest.raises(TypeError, match="appoint"):
            officer.save(update_fields=[name])


def test_a_password_changed_under_a_deputy_posting_leaves_the_account_where_it_is(desk, other_desk):
    posting = lend(other_desk.clerk, lent(desk.station, role=Role.STATION_HEAD), desk.head)
    client = client_of(other_desk.clerk)
    take(client, posting)
    new = "Another long phrase 10"
    typed = {"old_password": factories.PASSWORD, "new_password1": new, "new_password2": new}
    client.post(reverse("admin:password_change"), typed)
    kept = Officer.objects.get(pk=other_desk.clerk.pk)
    assert kept.check_password(new)
    assert (kept.role, kept.station) == ("window", other_desk.station)


# ------------------------------------------------------------------ the page


def typed(officer, **told):
    return {
        "officer": str(officer.pk),
        "kind": "second",
        "role": "window",
        "since": today().isoformat(),
        "until": (today() + days(5)).isoformat(),
        "authority": "局领导批准",
    } | told


def test_the_head_grants_and_ends_a_second_officer_on_the_page(desk, other_desk):
    client = client_of(desk.head)
    address = reverse("desk:postings")
    answer = submit(client, client.get(address), typed(other_desk.clerk))
    assert "已安排" in answer.content.decode()
    made = other_desk.clerk.postings.get(kind="second")
    assert (made.station, made.appointed_by) == (desk.station, desk.head)
    ended = client.post(reverse("desk:end-posting", args=[made.pk]), follow=True)
    assert "今天为最后一天" in ended.content.decode()
    assert Posting.objects.get(pk=made.pk).until == today()


def test_a_head_posts_nobody_to_another_station(desk, other_desk):
    client = client_of(desk.head)
    data = typed(desk.clerk, station=str(other_desk.station.pk))
    answer = client.post(reverse("desk:postings"), data)
    assert "本所民警不作协办" in answer.content.decode()
    assert desk.clerk.postings.count() == 1


def test_the_household_section_posts_to_any_station(desk, other_desk):
    client = client_of(desk.approver)
    address = reverse("desk:postings") + f"?station={other_desk.station.pk}"
    submit(client, client.get(address), typed(desk.clerk))
    assert desk.clerk.postings.get(kind="second").station == other_desk.station


def test_what_was_typed_stays_where_a_posting_is_refused(desk, other_desk):
    client = client_of(desk.head)
    data = typed(other_desk.clerk, until="2020-01-01")
    shown = page(submit(client, client.get(reverse("desk:postings")), data))
    assert "止日不能早于" in shown.text
    assert shown.form("authority").fields["authority"] == "局领导批准"


def test_an_account_made_or_moved_in_the_admin_is_posted_from_today(desk):
    admin = factories.officer(Role.SYSTEM_ADMIN)
    client = client_of(admin)
    phrase = "Quite a long phrase 11"
    told = {"username": "new1", "name": "新人", "role": "window", "station": desk.station.pk}
    told |= {"password1": phrase, "password2": phrase}
    client.post(reverse("admin:kaili_hukou_officer_add"), told)
    made = Officer.objects.get(username="new1")
    first = made.postings.get()
    assert (first.role, first.station, first.since, first.appointed_by) == (
        "window",
        desk.station,
        today(),
        admin,
    )
    address = reverse("admin:kaili_hukou_officer_change", args=[desk.second.pk])
    submit(client, client.get(address), {"role": "auxiliary"}, has=["role", "username"])
    assert [row.role for row in postings_on(desk.second, today())] == ["auxiliary"]
    submit(client, client.get(address), {"window": "窗口07"}, has=["role", "username"])
    assert desk.second.postings.count() == 2


def test_moves_follow_the_posting_in_memory_and_the_person_stays_one(desk):
    case = factories.application("education", state=State.REVIEWED, desk=desk)
    desk.second.work_under(Posting(officer=desk.second, role="approver", kind="regular"))
    assert "核查完成" in why_not(case, MOVES["approve"], desk.second)
    assert Application.objects.visible_to(desk.second).exists()
    with pytest.raises(NotAllowed):
        factories.make(case, "approve", desk, officer=desk.second)
