"""The sealed record: honest days pass, and whatever is done to it without the key is found."""

import datetime
import json
import os
import random

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from kaili_hukou import sealing
from kaili_hukou.audit import record
from kaili_hukou.models import AuditEntry, AuditSeal, SealedEntry
from kaili_hukou.sealing import seal, verify
from tests import factories

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
TAMPERINGS = 200 if os.environ.get("PROOF") else 24


@pytest.fixture(autouse=True)
def anchor(db, settings, tmp_path):
    """The loading of the registers is on the record already: here it begins anew."""
    AuditEntry.objects.all().delete()
    settings.AUDIT_ANCHOR = str(tmp_path / "anchor")
    return tmp_path / "anchor"


def days_of_work(links, chance, start=None):
    """So many seals over a few entries each; the clock of the entries runs with them."""
    now = start or timezone.now() - datetime.timedelta(days=30)
    for _ in range(links):
        for at in range(chance.randint(1, 6)):
            entry = record("试", changes={"name": ("甲", str(chance.random()))}, reason=f"理由{at}")
            AuditEntry.objects.filter(pk=entry.pk).update(at=now)
        now += MINUTE
        seal(now)
    return now


def test_the_first_seal_and_the_next(db):
    record("试")
    assert verify().as_json() == {"entries": 1, "sealed": 0, "ok": True, "first_break": None}
    assert seal(timezone.now()) == 1
    assert seal(timezone.now()) == 0
    record("试")
    assert seal(timezone.now()) == 1
    assert [link.number for link in AuditSeal.objects.all()] == [1, 2]
    assert verify().as_json() == {"entries": 2, "sealed": 2, "ok": True, "first_break": None}


def test_a_batch_has_its_size(monkeypatch):
    monkeypatch.setattr(sealing, "AT_ONCE", 3)
    for _ in range(8):
        record("试")
    assert seal(timezone.now()) == 8
    assert [link.count for link in AuditSeal.objects.all()] == [3, 3, 2]
    assert verify().ok


def test_an_entry_committed_after_later_ones_is_sealed_with_the_next(db):
    slow = record("试")
    AuditEntry.objects.filter(pk=slow.pk).update(at=timezone.now() - 30 * MINUTE)
    kept = AuditEntry.objects.get(pk=slow.pk)
    AuditEntry.objects.filter(pk=slow.pk).delete()
    record("试")
    seal(timezone.now())
    kept.save(force_insert=True)
    assert seal(timezone.now()) == 1
    assert verify().ok


def test_the_command_prints_one_object_and_fails_where_the_chain_is_broken(capsys):
    record("试")
    seal(timezone.now())
    call_command("verify_audit")
    assert json.loads(capsys.readouterr().out)["ok"] is True
    AuditEntry.objects.update(action="改")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    assert ended.value.code == 1
    assert "已被改动" in json.loads(capsys.readouterr().out)["first_break"]


# ---------------------------------------------------------------- proof


def changed(chance):
    row = chance.choice(list(AuditEntry.objects.all()))
    column = chance.choice(
        ["action", "actor_title", "object_id", "count", "at", "values", "changed"]
    )
    other = {
        "count": row.count + 1,
        "at": row.at + datetime.timedelta(microseconds=1),
        "values": {"name": ["甲", "乙"]},
        "changed": ["x"],
    }
    if column == "values":
        row.values = other["values"]
        row.save(update_fields=["values"])
    else:
        AuditEntry.objects.filter(pk=row.pk).update(**{column: other.get(column, "别的")})


def removed(chance):
    chance.choice(list(AuditEntry.objects.all())).delete()


def removed_with_its_seal_entry(chance):
    row = chance.choice(list(SealedEntry.objects.all()))
    AuditEntry.objects.filter(pk=row.entry_id).delete()
    row.delete()


def put_in(chance):
    entry = record("插入")
    AuditEntry.objects.filter(pk=entry.pk).update(
        at=AuditSeal.objects.order_by("-number").first().sealed_at - datetime.timedelta(hours=2)
    )


def swapped(chance):
    first, second = chance.sample(list(AuditEntry.objects.all()), 2)
    sealed = dict(AuditEntry.objects.values_list("pk", "reason"))
    AuditEntry.objects.filter(pk=first.pk).update(reason=sealed[second.pk])
    AuditEntry.objects.filter(pk=second.pk).update(reason=sealed[first.pk])


def cut_off(chance):
    keep = chance.randint(0, AuditSeal.objects.count() - 1)
    gone = SealedEntry.objects.filter(seal__number__gt=keep)
    AuditEntry.objects.filter(pk__in=gone.values("entry_id")).delete()
    gone.delete()
    AuditSeal.objects.filter(number__gt=keep).delete()


def link_changed(chance):
    link = chance.choice(list(AuditSeal.objects.all()))
    name = chance.choice(["head", "previous", "sealed_at"])
    value = link.sealed_at - MINUTE if name == "sealed_at" else "0" * 32
    AuditSeal.objects.filter(pk=link.pk).update(**{name: value})


def digest_forged(chance):
    """The entry and its digest agree again, made without the key."""
    row = chance.choice(list(SealedEntry.objects.all()))
    AuditEntry.objects.filter(pk=row.entry_id).update(action="别的")
    SealedEntry.objects.filter(pk=row.pk).update(digest="f" * 32)


WAYS = (
    changed,
    removed,
    removed_with_its_seal_entry,
    put_in,
    swapped,
    cut_off,
    link_changed,
    digest_forged,
)


def test_every_tampering_with_what_is_sealed_is_found():
    chance = random.Random(8)
    days_of_work(12, chance)
    assert verify().ok
    unseen = []
    for number in range(TAMPERINGS):
        way = WAYS[number % len(WAYS)]
        with transaction.atomic():
            way(chance)
            if verify().ok:
                unseen.append((number, way.__name__))
            transaction.set_rollback(True)
    assert not unseen
    assert verify().ok


def test_an_older_copy_of_the_database_is_found(anchor):
    chance = random.Random(9)
    now = days_of_work(3, chance)
    with transaction.atomic():
        days_of_work(2, chance, now)
        transaction.set_rollback(True)
    assert "外部存证" in verify().first_break


def test_honest_days_raise_no_alarm():
    chance = random.Random(10)
    now = None
    for _ in range(100 if os.environ.get("PROOF") else 10):
        now = days_of_work(2, chance, now)
        assert verify().ok, verify().first_break
        now += datetime.timedelta(days=1)


def test_the_looking_through_takes_a_fixed_number_of_queries_a_link(
    desk, django_assert_max_num_queries
):
    factories.application("education", desk=desk)
    seal(timezone.now())
    with django_assert_max_num_queries(10):
        assert verify().ok
    assert connection.vendor
