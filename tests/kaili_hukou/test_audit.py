"""The record: one entry with each act, in its transaction, with who did it from where."""

from __future__ import annotations

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from applications.workflow import MOVES
from kaili_hukou import audit
from kaili_hukou.audit import Actor, acting, record
from kaili_hukou.models import AuditEntry, CalendarDay, Job, Person, Town
from kaili_hukou.roles import Role
from tests import factories
from tests.factories import client_of


def entries(action: str):
    return AuditEntry.objects.filter(action=action)


class Undone(Exception):
    """What a test throws to roll an act back."""


@transaction.atomic
def make_a_person_and_fail():
    person = factories.person()
    assert entries("建档").filter(object_id=str(person.pk)).exists()
    raise Undone


def test_an_act_that_was_rolled_back_leaves_no_entry(db):
    with pytest.raises(Undone):
        make_a_person_and_fail()
    assert not entries("建档").exists()
    assert not Person.objects.exists()


def test_an_act_whose_entry_cannot_be_written_is_not_done(desk, settings):
    """No record, no act: here the values cannot be sealed, for there are no keys."""
    case = factories.application("education", desk=desk)
    before = entries(MOVES["receive"].title).count()
    settings.FIELD_KEYS = ""
    with pytest.raises(Exception, match="缺少密钥"):
        factories.make(case, "receive", desk)
    settings.FIELD_KEYS = "1:" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    assert factories.fresh(case).state == "draft"
    assert entries(MOVES["receive"].title).count() == before


def test_outside_a_request_the_system_acts(db):
    entry = record("夜间重算")
    assert (entry.actor, entry.actor_title, entry.address, entry.request) == (None, "系统", "", "")


def test_inside_an_actor_all_entries_are_his(desk):
    with acting(Actor(desk.clerk, address="10.1.2.3", request="r1")):
        entry = record("试")
    assert entry.actor == desk.clerk
    assert entry.actor_title == str(desk.clerk)
    assert entry.scope == desk.station.name
    assert (entry.address, entry.request) == ("10.1.2.3", "r1")
    assert record("试").actor is None


def test_actors_do_not_leak_out_of_a_failing_request(desk):
    with pytest.raises(Undone), acting(Actor(desk.clerk)):
        raise Undone
    assert record("试").actor is None


def test_old_and_new_values_are_kept_by_field_and_sealed(desk):
    town = Town.objects.first()
    entry = record("改", town, changes={"phone": ("0855-1", "0855-2"), "address": ("甲", "乙")})
    found = AuditEntry.objects.get(pk=entry.pk)
    assert found.changed == ["address", "phone"]
    assert found.values == {"phone": ["0855-1", "0855-2"], "address": ["甲", "乙"]}
    assert (found.object_type, found.object_id) == ("kaili_hukou.Town", str(town.pk))


def test_values_and_reason_lie_encrypted_in_the_table(desk):
    person = factories.person()
    record("改", person, changes={"phone": ("13900000000", "13911112222")}, reason="本人要求更正")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kaili_hukou_auditentry WHERE action = '改'")
        row = cursor.fetchone()
    lying = b"|".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in row
    )
    for plain in ("13911112222", "本人要求更正", person.number, person.name):
        assert plain.encode() not in lying


def test_bringing_a_person_up_to_date_records_what_changed(desk):
    entry = factories.person_entry(phone="13900000000")
    person = factories.know_person(entry, station=desk.station)
    told = factories.person_entry(number=entry.number, phone="13711112222")
    factories.know_person(told, station=desk.station)
    change = entries("更新人口信息").get()
    assert change.object_id == str(person.pk)
    assert change.values == {"phone": ["13900000000", "13711112222"]}


def test_telling_nothing_new_records_nothing(desk):
    entry = factories.person_entry()
    factories.know_person(entry, station=desk.station)
    count = AuditEntry.objects.count()
    factories.know_person(entry, station=desk.station)
    assert AuditEntry.objects.count() == count


def test_every_move_of_a_case_has_its_entry(desk):
    case = factories.application("education", state="registered", desk=desk)
    actions = list(
        AuditEntry.objects.filter(object_type="applications.Application", object_id=str(case.pk))
        .order_by("at")
        .values_list("action", flat=True)
    )
    made = ("receive", "accept", "check", "review", "approve", "register")
    for title in ("新建办件", *(MOVES[name].title for name in made)):
        assert actions.count(title) == 1, title


def test_a_page_is_recorded_with_officer_address_and_request(desk, case):
    client = client_of(desk.clerk)
    client.get(reverse("desk:case", args=[case.pk]), REMOTE_ADDR="10.20.30.40")
    entry = entries("查看办件").get()
    assert entry.actor == desk.clerk
    assert entry.address == "10.20.30.40"
    assert len(entry.request) == 32
    client.get(reverse("desk:case", args=[case.pk]))
    requests = set(entries("查看办件").values_list("request", flat=True))
    assert len(requests) == 2


def test_all_entries_of_one_press_carry_one_request(desk, case):
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    client_of(desk.clerk).post(
        reverse("desk:move", args=[case.pk, "receive"]), {"version": case.version}
    )
    made = AuditEntry.objects.exclude(pk__in=before).exclude(request="")
    assert entries(MOVES["receive"].title).filter(pk__in=made).count() == 1
    assert len({entry.request for entry in made}) == 1


def test_a_reveal_keeps_its_reason(desk):
    person = factories.person(station=desk.station)
    answer = client_of(desk.clerk).post(
        reverse("desk:reveal", args=[person.pk]), {"field": "number", "reason": "与证件核对"}
    )
    assert person.number in answer.content.decode()
    assert entries("查看明文:公民身份号码").get().reason == "与证件核对"


@pytest.mark.parametrize("reason", ["", " ", "x"])
def test_without_a_reason_nothing_is_revealed(desk, reason):
    person = factories.person(station=desk.station)
    answer = client_of(desk.clerk).post(
        reverse("desk:reveal", args=[person.pk]), {"field": "number", "reason": reason}, follow=True
    )
    assert person.number not in answer.content.decode()
    assert not AuditEntry.objects.filter(action__startswith="查看明文").exists()


def test_a_refused_page_shows_nobody_and_records_no_look(desk, other_desk):
    person = factories.person(station=desk.station)
    answer = client_of(other_desk.clerk).get(reverse("desk:person", args=[person.pk]))
    assert answer.status_code == 404
    assert not entries("查看人口").exists()


def test_a_list_in_the_admin_is_recorded(desk):
    client_of(desk.clerk).get(reverse("admin:kaili_hukou_person_changelist"))
    assert entries(f"查看列表:{Person._meta.verbose_name}").get().actor == desk.clerk


def test_a_change_in_the_admin_is_recorded_once_and_not_in_a_second_log(db):
    keeper = factories.officer(Role.SYSTEM_ADMIN)
    town = Town.objects.first()
    page = reverse("admin:kaili_hukou_town_change", args=[town.pk])
    client = client_of(keeper)
    shown = client.get(page).context["adminform"].form
    data = {name: "" if value is None else value for name, value in shown.initial.items()}
    answer = client.post(page, data | {"phone": "0855-8229999"})
    assert answer.status_code == 302
    town.refresh_from_db()
    assert town.phone == "0855-8229999"
    entry = entries(f"修改{Town._meta.verbose_name}").get()
    assert entry.object_id == str(town.pk)
    assert entry.changed
    assert second_log() == 0


def test_the_record_cannot_be_changed_in_the_admin(db):
    entry = record("试")
    client = client_of(factories.officer(Role.AUDITOR))
    page = reverse("admin:kaili_hukou_auditentry_change", args=[entry.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"action": "别的"}).status_code == 403
    deletion = reverse("admin:kaili_hukou_auditentry_delete", args=[entry.pk])
    assert client.post(deletion, {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.get(pk=entry.pk).action == "试"


def test_reading_the_record_is_recorded(db):
    auditor = factories.officer(Role.AUDITOR)
    client_of(auditor).get(reverse("admin:kaili_hukou_auditentry_changelist"))
    assert entries("查看列表:操作记录").get().actor == auditor


def test_an_entry_never_carries_a_whole_number_in_the_plain(desk):
    person = factories.person(station=desk.station)
    client = client_of(desk.clerk)
    client.get(reverse("desk:person", args=[person.pk]))
    client.post(reverse("desk:search"), {"q": person.number})
    client.post(reverse("desk:intake"), {"number": person.number})
    client.post(reverse("desk:tail", args=[person.pk]), {"tail": person.number[-4:]})
    columns = ("actor_title", "scope", "action", "object_type", "object_id", "changed")
    for row in AuditEntry.objects.values_list(*columns):
        assert person.number not in str(row)
        assert person.name not in str(row)


def test_the_actor_of_the_system_has_no_place():
    assert audit.SYSTEM.scope == ""
    assert audit.SYSTEM.title == "系统"


def test_an_imported_register_is_recorded_in_our_record_alone(db):
    """A calendar as a spreadsheet: looked at first, then taken."""
    client = client_of(factories.officer(Role.SYSTEM_ADMIN))
    page = reverse("admin:kaili_hukou_calendarday_import")
    titles = [str(CalendarDay._meta.get_field(name).verbose_name) for name in ("day", "kind")]
    sheet = tablib.Dataset(("2031-05-01", "holiday"), headers=titles).export("xlsx")
    file = SimpleUploadedFile("days.xlsx", sheet)
    shown = client.post(page, {"import_file": file, "format": "0"})
    assert "result" in shown.context, shown.context["form"].errors
    assert shown.context["result"].has_errors() is False
    assert not CalendarDay.objects.filter(day="2031-05-01").exists()
    confirmed = shown.context["confirm_form"].initial
    done = client.post(reverse("admin:kaili_hukou_calendarday_process_import"), confirmed)
    assert done.status_code == 302
    assert CalendarDay.objects.filter(day="2031-05-01").exists()
    assert entries(f"导入{CalendarDay._meta.verbose_name}").get().count == 1
    assert [job.task for job in Job.objects.all()] == ["applications.tasks.reckon_deadlines"]
    assert second_log() == 0


def second_log() -> int:
    """How many rows Django's own log has: always none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_admin_log")
        return cursor.fetchone()[0]
