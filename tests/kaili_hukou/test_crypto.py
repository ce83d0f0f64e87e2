"""Personal data at rest: sealed under its row, never garbage, found only by keyed digests."""

from __future__ import annotations

import base64
import datetime
import json
import pickle
import uuid

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from kaili_hukou import crypto, identity
from kaili_hukou.crypto import Sealed, Unreadable, decrypt, digest, encrypt
from kaili_hukou.models import AuditEntry, Person
from kaili_hukou.models.people import number_digest, tail_digest

PURPOSE = "kaili_hukou.Person.number"
ROW = "6f0e7a0c-0000-4000-8000-000000000001"
NUMBER = identity.make("522622", datetime.date(1990, 5, 17), 213)
PHONE = "13985570123"
ADDRESS = "贵州省黔东南州黄平县新州镇某街 7 号"
SUITES = ("sm4", "aes")


def key(letter: bytes) -> str:
    return base64.b64encode(letter * 32).decode()


def person(**given) -> Person:
    made = Person(name="杨秀英", phone=PHONE, address=ADDRESS, **given)
    made.set_number(NUMBER)
    return made


@pytest.fixture
def kept(db) -> Person:
    made = person()
    made.save()
    return made


def stored(row: Person, column: str = "number") -> bytes:
    """The bytes as they lie in the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM kaili_hukou_person")  # noqa: S608 - a fixed column
        return bytes(cursor.fetchone()[0])


def overwrite(content: bytes, column: str = "number") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE kaili_hukou_person SET {column} = %s", [content])  # noqa: S608


def reread() -> Person:
    return Person.objects.get()


# ------------------------------------------------------------------ the functions


@pytest.mark.parametrize("suite", SUITES)
@given(plain=st.binary(max_size=300))
def test_what_was_sealed_comes_back(suite, plain):
    with override_settings(FIELD_SUITE=suite):
        assert (
            decrypt(encrypt(plain, purpose=PURPOSE, bound_to=ROW), purpose=PURPOSE, bound_to=ROW)
            == plain
        )


@pytest.mark.parametrize("suite", SUITES)
@given(pieces=st.lists(st.binary(max_size=40), max_size=5))
def test_what_was_sealed_in_pieces_comes_back_whole(suite, pieces):
    with override_settings(FIELD_SUITE=suite):
        sealed = b"".join(crypto.encrypted_pieces(pieces, purpose=PURPOSE, bound_to=ROW))
        assert len(sealed) == len(encrypt(b"".join(pieces), purpose=PURPOSE, bound_to=ROW))
        assert decrypt(sealed, purpose=PURPOSE, bound_to=ROW) == b"".join(pieces)


@pytest.mark.parametrize("suite", SUITES)
def test_the_stored_form_is_suite_key_nonce_ciphertext_tag(suite):
    with override_settings(FIELD_SUITE=suite):
        sealed = encrypt(b"12345", purpose=PURPOSE, bound_to=ROW)
    assert len(sealed) == 1 + 1 + 12 + 5 + 16
    assert sealed[0] == crypto.SUITES[suite].code
    assert sealed[1] == 1


def test_two_sealings_of_one_text_differ():
    assert encrypt(b"same", purpose=PURPOSE, bound_to=ROW) != encrypt(
        b"same", purpose=PURPOSE, bound_to=ROW
    )


@pytest.mark.parametrize(("written", "read"), [("sm4", "aes"), ("aes", "sm4")])
def test_the_other_suite_stays_readable(written, read):
    with override_settings(FIELD_SUITE=written):
        sealed = encrypt(b"old", purpose=PURPOSE, bound_to=ROW)
    with override_settings(FIELD_SUITE=read):
        assert decrypt(sealed, purpose=PURPOSE, bound_to=ROW) == b"old"


def test_an_old_key_reads_and_the_first_key_writes():
    with override_settings(FIELD_KEYS=f"7:{key(b'a')}"):
        old = encrypt(b"text", purpose=PURPOSE, bound_to=ROW)
    with override_settings(FIELD_KEYS=f"8:{key(b'b')},7:{key(b'a')}"):
        assert decrypt(old, purpose=PURPOSE, bound_to=ROW) == b"text"
        assert encrypt(b"text", purpose=PURPOSE, bound_to=ROW)[1] == 8


def test_without_its_key_a_text_is_unreadable():
    with override_settings(FIELD_KEYS=f"7:{key(b'a')}"):
        old = encrypt(b"text", purpose=PURPOSE, bound_to=ROW)
    with override_settings(FIELD_KEYS=f"8:{key(b'b')}"), pytest.raises(Unreadable):
        decrypt(old, purpose=PURPOSE, bound_to=ROW)
    with override_settings(FIELD_KEYS=f"7:{key(b'b')}"), pytest.raises(Unreadable):
        decrypt(old, purpose=PURPOSE, bound_to=ROW)


@pytest.mark.parametrize("suite", SUITES)
@given(at=st.integers(min_value=0, max_value=1 + 1 + 12 + 8 + 16 - 1), bit=st.integers(0, 7))
def test_a_changed_bit_anywhere_is_refused(suite, at, bit):
    with override_settings(FIELD_SUITE=suite):
        sealed = bytearray(encrypt(b"12345678", purpose=PURPOSE, bound_to=ROW))
        sealed[at] ^= 1 << bit
        with pytest.raises(Unreadable):
            decrypt(bytes(sealed), purpose=PURPOSE, bound_to=ROW)


@given(length=st.integers(min_value=0, max_value=37))
def test_a_shortened_text_is_refused(length):
    sealed = encrypt(b"12345678", purpose=PURPOSE, bound_to=ROW)
    with pytest.raises(Unreadable):
        decrypt(sealed[:length], purpose=PURPOSE, bound_to=ROW)


@pytest.mark.parametrize(
    ("purpose", "bound_to"),
    [(PURPOSE, ROW[:-1] + "2"), ("kaili_hukou.Person.phone", ROW), (f"{PURPOSE}|", ROW[1:])],
)
def test_a_text_moved_to_another_row_or_column_is_refused(purpose, bound_to):
    sealed = encrypt(b"12345678", purpose=PURPOSE, bound_to=ROW)
    with pytest.raises(Unreadable):
        decrypt(sealed, purpose=purpose, bound_to=bound_to)


@pytest.mark.parametrize("missing", ["FIELD_KEYS", "DIGEST_KEY"])
def test_without_keys_there_is_one_sentence(missing):
    with override_settings(**{missing: ""}), pytest.raises(ImproperlyConfigured) as told:
        encrypt(b"text", purpose=PURPOSE, bound_to=ROW)
    assert str(told.value) == crypto.MISSING_KEYS


@pytest.mark.parametrize(
    "keys",
    [
        "1",
        "1:",
        "one:" + base64.b64encode(b"k" * 32).decode(),
        "1:not base64",
        "1:" + base64.b64encode(b"k" * 16).decode(),
        "256:" + base64.b64encode(b"k" * 32).decode(),
        "-1:" + base64.b64encode(b"k" * 32).decode(),
    ],
)
def test_keys_of_a_wrong_form_are_refused_and_not_repeated(keys):
    with override_settings(FIELD_KEYS=keys), pytest.raises(ImproperlyConfigured) as told:
        crypto.key_ring()
    assert "FIELD_KEYS" in str(told.value)
    assert base64.b64encode(b"k" * 16).decode() not in str(told.value)


def test_a_digest_key_that_is_not_base64_is_told():
    with override_settings(DIGEST_KEY="**"), pytest.raises(ImproperlyConfigured, match="base64"):
        digest(NUMBER, purpose="identity-number")


def test_a_digest_needs_the_key_and_the_purpose():
    first = digest(NUMBER, purpose="identity-number")
    assert first == digest(NUMBER, purpose="identity-number")
    assert len(first) == 32
    assert first != digest(NUMBER, purpose="identity-number-tail")
    with override_settings(DIGEST_KEY=key(b"e")):
        assert digest(NUMBER, purpose="identity-number") != first
    with override_settings(DIGEST_KEY=""), pytest.raises(ImproperlyConfigured):
        digest(NUMBER, purpose="identity-number")


# ---------------------------------------------------------------------- the field


def test_the_row_gives_back_what_it_was_given(kept):
    found = reread()
    assert (found.number, found.phone, found.address) == (NUMBER, PHONE, ADDRESS)
    assert kept.number == NUMBER


@pytest.mark.parametrize("suite", SUITES)
def test_the_stored_bytes_hold_no_plain_text(db, suite):
    with override_settings(FIELD_SUITE=suite):
        person().save()
    for column, plain in (("number", NUMBER), ("phone", PHONE), ("address", ADDRESS)):
        lying = stored(reread(), column)
        assert lying[0] == crypto.SUITES[suite].code
        assert plain.encode() not in lying
        assert plain[:6].encode() not in lying


def test_no_column_of_a_person_holds_the_number_the_phone_or_the_address(kept):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kaili_hukou_person")
        row = b"|".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for value in cursor.fetchone()
        )
    for plain in (NUMBER, NUMBER[-4:] + "|", PHONE, ADDRESS):
        assert plain.encode() not in row


def test_a_person_is_found_by_the_digest_of_the_number(kept):
    assert Person.objects.with_number(NUMBER).get() == kept
    assert kept.number_digest == number_digest(NUMBER)
    assert kept.number_tail == tail_digest("xxxx" + NUMBER[-4:])
    other = identity.make("522622", datetime.date(1990, 5, 17), 214)
    assert not Person.objects.with_number(other).exists()


def test_a_ciphertext_of_another_row_is_refused_not_shown(kept):
    other = Person(name="吴小妹", without_number="未上户", phone="13900000000")
    other.save()
    foreign = stored(kept, "phone")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kaili_hukou_person SET phone = %s", [foreign])
    assert Person.objects.get(pk=kept.pk).phone == PHONE
    with pytest.raises(Unreadable):
        _ = Person.objects.get(pk=other.pk).phone


def test_a_ciphertext_of_another_column_is_refused(kept):
    overwrite(stored(kept, "phone"), "address")
    with pytest.raises(Unreadable):
        _ = reread().address


def test_a_changed_byte_in_the_table_is_an_error_not_garbage(kept):
    lying = bytearray(stored(kept))
    lying[20] ^= 1
    overwrite(bytes(lying))
    with pytest.raises(Unreadable) as told:
        _ = reread().number
    assert NUMBER not in str(told.value)


def test_plain_text_written_around_the_code_is_not_taken_for_a_value(kept):
    overwrite(NUMBER.encode())
    with pytest.raises(Unreadable):
        _ = reread().number


@pytest.mark.parametrize(
    "asked",
    [
        {"number": NUMBER},
        {"number__exact": NUMBER},
        {"number__contains": "5226"},
        {"number__in": [NUMBER]},
        {"number__gt": ""},
        {"phone__startswith": "139"},
        {"number": None},
    ],
)
def test_an_encrypted_column_cannot_be_filtered(kept, asked):
    with pytest.raises(FieldError):
        Person.objects.filter(**asked).exists()


def test_an_encrypted_column_can_be_asked_whether_it_is_filled(kept):
    assert Person.objects.filter(number__isnull=False).count() == 1
    assert not Person.objects.filter(number__isnull=True).exists()


@pytest.mark.parametrize("value", [NUMBER, "", NUMBER.encode()])
def test_an_update_with_plain_text_is_refused(kept, value):
    before = stored(kept)
    with pytest.raises(FieldError, match="encrypted"), transaction.atomic():
        Person.objects.update(number=value)
    assert stored(kept) == before


def test_an_update_takes_what_was_sealed_for_the_row(kept):
    column = Person._meta.get_field("phone")
    Person.objects.filter(pk=kept.pk).update(phone=column.seal("13700000000", kept.pk))
    assert reread().phone == "13700000000"


def test_a_bulk_update_with_plain_text_is_refused(kept):
    kept.phone = "13700000000"
    with pytest.raises(FieldError, match="encrypted"), transaction.atomic():
        Person.objects.bulk_update([kept], ["phone"])
    assert reread().phone == PHONE


def test_bulk_create_seals_each_under_its_own_row(db):
    people = [
        Person(name=f"人{n}", without_number="未上户", phone=f"1390000000{n}") for n in range(5)
    ]
    Person.objects.bulk_create(people)
    assert sorted(row.phone for row in Person.objects.all()) == [row.phone for row in people]
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM kaili_hukou_person")
        assert all(b"139000" not in bytes(row[0]) for row in cursor.fetchall())


def test_a_deferred_value_is_read_when_it_is_asked_for(kept, django_assert_num_queries):
    found = Person.objects.only("name").get()
    with django_assert_num_queries(1):
        assert found.number == NUMBER
    assert Person.objects.defer("number").get().phone == PHONE


def test_saving_a_deferred_row_keeps_what_was_not_read(kept):
    found = Person.objects.defer("number", "phone").get()
    found.name = "杨英"
    found.save()
    assert (reread().name, reread().number, reread().phone) == ("杨英", NUMBER, PHONE)


def test_naming_a_deferred_column_in_a_save_does_not_empty_it(kept):
    found = Person.objects.only("name").get()
    found.save(update_fields=["name", "phone"])
    assert reread().phone == PHONE


def test_saving_a_row_that_was_not_looked_at_writes_the_same_bytes(kept):
    before = stored(kept)
    found = reread()
    found.name = "杨英"
    found.save()
    assert stored(kept) == before


def test_a_copied_row_never_carries_unreadable_bytes(kept):
    found = reread()
    copy = reread()
    copy.pk, copy.number_digest, copy.without_number = uuid.uuid4(), None, "抄件"
    copy._state.adding = True
    with pytest.raises(Unreadable), transaction.atomic():
        copy.save(force_insert=True)
    assert Person.objects.get().number == found.number


def test_refreshing_brings_the_value_of_the_table(kept):
    again = reread()
    again.phone = "13711112222"
    again.save()
    kept.refresh_from_db()
    assert kept.phone == "13711112222"
    kept.phone = "x"
    kept.refresh_from_db(fields=["phone"])
    assert kept.phone == "13711112222"


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_is_stored_as_null_and_read_as_empty(kept, empty):
    kept.phone = empty
    kept.save()
    assert Person.objects.filter(phone__isnull=True).count() == 1
    assert reread().phone == ""
    assert Person(name="新").phone == ""


@pytest.mark.parametrize("form", ["json", "jsonl", "python"])
def test_serialised_rows_hold_no_plain_text(kept, form):
    for rows in (Person.objects.all(), Person.objects.defer("number")):
        written = serializers.serialize(form, rows)
        text = written if isinstance(written, str) else json.dumps(written, default=str)
        assert '"number": "AQ' in text.replace("'", '"')
        for plain in (NUMBER, PHONE, ADDRESS, ADDRESS.encode("unicode_escape").decode()):
            assert plain not in text


def test_a_fixture_is_refused_rather_than_sealed_twice(kept):
    """`dumpdata` shows the bytes; rows come back by `restore` alone."""
    written = serializers.serialize("json", Person.objects.all())
    row = next(serializers.deserialize("json", written))
    with pytest.raises(FieldError, match="encrypted"), transaction.atomic():
        row.save()
    assert reread().number == NUMBER


def test_a_pickled_row_that_was_not_read_holds_no_plain_text(kept):
    packed = pickle.dumps(reread())
    assert NUMBER.encode() not in packed
    assert pickle.loads(packed).number == NUMBER  # noqa: S301 - our own bytes


def test_values_of_a_queryset_are_sealed(kept):
    value = Person.objects.values_list("number", flat=True).get()
    assert isinstance(value, Sealed)
    assert NUMBER.encode() not in value


def test_a_row_can_be_read_only_with_the_keys(kept):
    found = reread()
    with override_settings(FIELD_KEYS=""), pytest.raises(ImproperlyConfigured, match="缺少密钥"):
        _ = found.number
    with override_settings(DIGEST_KEY=""), pytest.raises(ImproperlyConfigured, match="缺少密钥"):
        person().save()


@pytest.mark.parametrize(
    "value", [{"a": [1, None, "中"]}, [], {}, 0, False, "文", {"日": "2024-01-01"}]
)
def test_a_json_value_comes_back_as_it_was(db, value):
    assert kept_values(value) == value


def test_days_in_a_json_value_come_back_as_text(db):
    assert kept_values({"day": datetime.date(2024, 2, 29)}) == {"day": "2024-02-29"}


def test_no_json_value_is_none(db):
    assert kept_values(None) is None


def kept_values(value):
    made = AuditEntry.objects.create(action="试", actor_title="系统", values=value)
    return AuditEntry.objects.get(pk=made.pk).values
